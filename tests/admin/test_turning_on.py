"""A sync that was turned off is turned on again only after a rehearsal (S12, S13)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import NoReverseMatch, reverse

from syncapp.models import SyncDefinition, SyncDraft
from syncapp.services import definitions
from tests.admin.conftest import signed_in
from tests.proves import proves
from tests.world import World


@pytest.fixture
def stopped(world: World) -> SyncDefinition:
    """Contacts in step; turned off since, and somebody new has come."""
    world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    definition = world.sync()
    world.run()
    definitions.turn_off(definition)
    world.hubspot.add(email="bo@example.com", firstname="Bo", lastname="Late")
    world.clock.advance(400)
    return definition


def address(definition: SyncDefinition, name: str = "") -> str:
    names = [definition.pair_id, definition.object_type]
    if name:
        return reverse(f"admin:syncapp_wizard_{name}", args=names)
    return reverse("admin:syncapp_wizard_step", args=[*names, "review"])


def seen(client: Client, where: str, **posted: str) -> str:
    answer = client.post(where, posted, follow=True) if posted else client.get(where)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@proves("S13", "B1")
def test_every_way_to_turn_on_leads_to_the_rehearsal(
    stopped: SyncDefinition, administrator: Client
) -> None:
    review = address(stopped)
    for page in ("admin:syncapp_object_view", "admin:index"):
        assert f'href="{review}"' in seen(administrator, reverse(page)), page
    answer = administrator.post(
        reverse("admin:syncapp_syncdefinition_changelist"),
        {"action": "turn_on", "_selected_action": [stopped.pk], "index": "0"},
    )
    assert answer.headers["Location"] == review
    with pytest.raises(NoReverseMatch):
        reverse("admin:syncapp_turn_on", args=[stopped.pk])
    shown = seen(administrator, review)
    assert "“Contacts” is turned off." in shown
    assert "it is turned on only after a rehearsal of the last 24 hours" in shown
    assert "HubSpot contacts and QuickBooks customers are kept in step, both ways." in shown
    assert "What saving would change" not in shown
    refused = seen(administrator, address(stopped, "switch_on"), marker="1")
    assert "rehearse these settings first" in refused
    assert not SyncDefinition.objects.get().enabled
    assert not SyncDraft.objects.exists()


@proves("S12", "S13", "B1")
def test_what_was_rehearsed_is_the_most_that_the_next_run_writes(
    world: World, stopped: SyncDefinition, administrator: Client
) -> None:
    shown = seen(administrator, address(stopped, "rehearse"), go="")
    assert "Will create 1 customer in QuickBooks." in shown
    world.hubspot.add(email="cy@example.com", firstname="Cy", lastname="Later")
    world.clock.advance(400)
    shown = seen(administrator, address(stopped, "switch_on"), marker="1")
    assert "is on again." in shown  # and a run has begun
    stopped.refresh_from_db()
    assert stopped.enabled
    assert "create 2 contacts in QuickBooks, while the rehearsal" in stopped.brake["sentence"]
    assert world.quickbooks.names() == ["Ada Byron"]


@proves("S12")
def test_a_rehearsal_of_yesterday_is_too_old(
    world: World, stopped: SyncDefinition, administrator: Client
) -> None:
    seen(administrator, address(stopped, "rehearse"), go="")
    world.clock.advance(25 * 3600)
    shown = seen(administrator, address(stopped, "switch_on"), marker="1")
    assert "rehearse these settings first" in shown
    assert "The last rehearsal is older than 24 hours." in shown
    assert not SyncDefinition.objects.get().enabled


@proves("S12", "B1")
def test_a_rehearsal_counts_for_one_switch(
    world: World, stopped: SyncDefinition, administrator: Client
) -> None:
    seen(administrator, address(stopped, "rehearse"), go="")
    seen(administrator, address(stopped, "switch_on"), marker="1")
    assert SyncDefinition.objects.get().enabled
    definitions.turn_off(stopped)
    direction = address(stopped).replace("/review/", "/direction/")
    seen(administrator, direction, direction="both", go="next")  # a draft of the same settings
    shown = seen(administrator, address(stopped, "switch_on"), marker="1")
    assert "rehearse these settings first" in shown
    assert "The last rehearsal counted for switching on before." in shown
    assert not SyncDefinition.objects.get().enabled


def test_who_may_switch_but_not_edit_sees_no_button(stopped: SyncDefinition) -> None:
    client = signed_in("sam", role="viewer")
    User.objects.get(username="sam").user_permissions.add(
        Permission.objects.get(codename="activate_syncdefinition")
    )
    for page in ("admin:syncapp_object_view", "admin:index"):
        assert f'href="{address(stopped)}"' not in seen(client, reverse(page))
    assert client.get(address(stopped)).status_code == 403
