"""The object view: counts, the side panel behind each, a sync's actions (S13, S30)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.core.sides import Side
from syncapp.models import RecordLink, SyncDefinition
from tests.admin.conftest import signed_in
from tests.admin.rows import fingerprints
from tests.proves import proves
from tests.world import World


@pytest.fixture
def synced(world: World) -> SyncDefinition:
    """Two in sync, one failing for its name, one that needs a decision on each of two, one out."""
    contact = world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    world.quickbooks.add("Ada Byron", "ada@example.com")
    second = world.hubspot.add(email="bob@example.com", firstname="Bob", lastname="Stone")
    third = world.hubspot.add(email="cid@example.com", firstname="Cid", lastname="Stone")
    world.hubspot.company("Stone & Sons", second, third)
    world.quickbooks.add("Twin One", "twin@example.com")
    world.quickbooks.add("Twin Two", "twin@example.com")
    world.quickbooks.add("Walk-in")
    assert contact
    definition = world.sync()
    world.settle()
    return definition


def view(client: Client, name: str, *args: Any, **params: str) -> str:
    answer = client.get(reverse(f"admin:{name}", args=args), params)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_shows_each_count_once_and_a_link_to_its_records(
    synced: SyncDefinition, administrator: Client
) -> None:
    shown = view(administrator, "syncapp_object_view")
    for label in ("In sync: 2", "Failing: 3", "Needs a decision: 2", "Excluded: 1"):
        assert f'aria-label="{label}"' in shown
    assert "Both ways" in shown


def test_without_a_sync_it_says_where_to_begin(world: World, administrator: Client) -> None:
    assert "No sync has been switched on yet" in view(administrator, "syncapp_object_view")


def test_the_panel_explains_each_failure(synced: SyncDefinition, administrator: Client) -> None:
    shown = view(administrator, "syncapp_object_panel", synced.pk, "failing")
    assert "The display name “Stone &amp; Sons” is already used in QuickBooks" in shown
    assert 'role="tooltip"' in shown
    assert "What to do:" in shown
    assert "Use one billing contact per company" in shown


def test_the_panel_of_decisions_leaves_the_others_out(
    synced: SyncDefinition, administrator: Client
) -> None:
    shown = view(administrator, "syncapp_object_panel", synced.pk, "needs_decision")
    assert "Twin One" in shown
    assert "Twin Two" in shown
    assert "Stone" not in shown


def test_the_panel_is_searched(synced: SyncDefinition, administrator: Client) -> None:
    shown = view(administrator, "syncapp_object_panel", synced.pk, "failing", q="twin one")
    assert RecordLink.objects.filter(label="Twin One").count() == 1
    assert "Twin One</a>" in shown
    assert "Twin Two</a>" not in shown
    nothing = view(administrator, "syncapp_object_panel", synced.pk, "failing", q="zzz")
    assert "No record matches the search." in nothing


def test_the_panel_turns_pages_without_repeating_or_losing_a_record(
    world: World, administrator: Client
) -> None:
    definition = world.sync()
    now = world.env.clock.now()
    RecordLink.objects.bulk_create(
        RecordLink(
            definition=definition, origin="hubspot", hubspot_id=str(n), label=f"Person-{n:03}-",
            state="failing", code="no_name", created_at=now, updated_at=now,
        )
        for n in range(60)
    )  # fmt: skip
    seen: list[str] = []
    before = ""
    for _ in range(3):
        address = reverse("admin:syncapp_object_panel", args=[definition.pk, "failing"])
        answer = administrator.get(address, {"before": before})
        seen += [str(item["link"]) for item in answer.context_data["links"]]
        before = str(answer.context_data["next"] or "")
    assert before == ""
    assert sorted(seen) == [f"Person-{n:03}-" for n in range(60)]


def test_selected_records_are_retried(synced: SyncDefinition, operator: Client) -> None:
    link = RecordLink.objects.get(code="name_in_use")
    address = reverse("admin:syncapp_object_retry", args=[synced.pk, "failing"])
    answer = operator.post(address, {"record": [link.pk]}, headers={"HX-Request": "true"})
    assert "1 record will be tried again in the next run." in answer.content.decode()
    assert answer.headers["HX-Trigger"] == "recordsChanged"
    link.refresh_from_db()
    assert link.log.filter(kind="person", who="oscar").count() == 1


def test_retrying_nothing_asks_for_a_tick(synced: SyncDefinition, operator: Client) -> None:
    address = reverse("admin:syncapp_object_retry", args=[synced.pk, "failing"])
    answer = operator.post(address, {}, headers={"HX-Request": "true"})
    assert "Tick the records to retry first." in answer.content.decode()


def test_a_list_that_does_not_exist_is_not_found(
    synced: SyncDefinition, administrator: Client
) -> None:
    address = reverse("admin:syncapp_object_panel", args=[synced.pk, "nonsense"])
    assert administrator.get(address).status_code == 404


def test_sync_now_runs(world: World, synced: SyncDefinition, operator: Client) -> None:
    contact = world.hubspot.add(email="new@example.com", firstname="New")
    assert contact
    world.clock.advance(60)
    address = reverse("admin:syncapp_sync_now", args=[synced.pk])
    assert operator.get(address).status_code == 405
    answer = operator.post(address, follow=True)
    assert "is being synced now" in answer.content.decode()
    assert "New" in world.quickbooks.names()


@proves("S13")
def test_turning_off_stops_writes_and_keeps_everything(
    world: World, synced: SyncDefinition, administrator: Client
) -> None:
    known = RecordLink.objects.count()
    address = reverse("admin:syncapp_turn_off", args=[synced.pk])
    asked = administrator.get(address).content.decode()
    assert "Nothing in HubSpot or QuickBooks is deleted." in asked
    assert SyncDefinition.objects.get().enabled
    administrator.post(address)
    synced.refresh_from_db()
    assert not synced.enabled
    assert RecordLink.objects.count() == known
    written = len(world.app_writes(Side.QUICKBOOKS))
    world.hubspot.add(email="late@example.com", firstname="Late")
    world.run()
    assert len(world.app_writes(Side.QUICKBOOKS)) == written


@proves("S13")
def test_deleting_wants_the_name_and_touches_no_vendor(
    world: World, synced: SyncDefinition, administrator: Client
) -> None:
    address = reverse("admin:syncapp_delete_sync", args=[synced.pk])
    people = (len(world.hubspot.all()), len(world.quickbooks.all()))
    refused = administrator.post(address, {"name": "Invoices"}).content.decode()
    assert "Nothing was deleted." in refused
    synced.refresh_from_db()
    assert synced.deleted_at is None
    administrator.post(address, {"name": "contacts"})
    synced.refresh_from_db()
    assert synced.deleted_at is not None
    assert (len(world.hubspot.all()), len(world.quickbooks.all())) == people
    assert "No sync has been switched on yet" in view(administrator, "syncapp_object_view")


@pytest.mark.parametrize("action", ["turn_off", "delete_sync"])
@proves("S13")
def test_list_actions_lead_to_the_same_confirmations(
    synced: SyncDefinition, administrator: Client, action: str
) -> None:
    answer = administrator.post(
        reverse("admin:syncapp_syncdefinition_changelist"),
        {"action": action, "_selected_action": [synced.pk], "index": "0"},
    )
    assert answer.headers["Location"] == reverse(f"admin:syncapp_{action}", args=[synced.pk])
    synced.refresh_from_db()
    assert (synced.enabled, synced.deleted_at) == (True, None)


def test_a_viewer_sees_and_may_change_nothing(world: World, synced: SyncDefinition) -> None:
    viewer = signed_in("vera", "viewer")
    shown = view(viewer, "syncapp_object_view")
    assert 'aria-label="Failing: 3"' in shown
    for words in ("Sync now", "Turn off sync", "Delete sync"):
        assert words not in shown
    panel = view(viewer, "syncapp_object_panel", synced.pk, "failing")
    assert "Retry selected" not in panel
    settings = view(viewer, "syncapp_syncdefinition_change", synced.pk)
    assert "These settings are in force." in settings
    assert "HubSpot contacts and QuickBooks customers are kept in step" in settings
    before = fingerprints()
    for deed in ("sync_now", "turn_off", "delete_sync"):
        assert viewer.post(reverse(f"admin:syncapp_{deed}", args=[synced.pk])).status_code == 403
    chosen = {"action": "sync_now", "_selected_action": [synced.pk], "index": "0"}
    viewer.post(reverse("admin:syncapp_syncdefinition_changelist"), chosen)
    assert {**fingerprints(), "django_session": ""} == {**before, "django_session": ""}
