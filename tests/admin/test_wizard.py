"""The wizard: four steps over a draft; nothing is written before the switch (S5-S8, S11-S13)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.core.sides import Side
from syncapp.models import Rehearsal, SyncDefinition, SyncDraft
from syncapp.services import config, definitions
from tests.admin.conftest import signed_in
from tests.admin.rows import fingerprints
from tests.proves import proves
from tests.world import World

STEPS = ("direction", "mapping", "filters", "review")
ALL = {"hubspot-mode": "all", "quickbooks-mode": "all"}


def url(world: World, step: str = "") -> str:
    if not step:
        return reverse("admin:syncapp_wizard", args=[world.pair.pk, "contacts"])
    if step in {"rehearse", "switch_on", "discard"}:
        return reverse(f"admin:syncapp_wizard_{step}", args=[world.pair.pk, "contacts"])
    return reverse("admin:syncapp_wizard_step", args=[world.pair.pk, "contacts", step])


def stored() -> dict[str, str]:
    """All tables but the counts of API calls: asking for the fields is a call."""
    counts = ("ratebudget", "dailybudget", "monthlyreads")
    return {
        name: found
        for name, found in fingerprints().items()
        if not any(count in name for count in counts)
    }


def every_mapping() -> list[str]:
    entries = config.default_document("contacts")["mappings"]
    return [f"{entry['hubspot']}:{entry['quickbooks']}" for entry in entries]


def page(client: Client, address: str, **posted: Any) -> str:
    answer = client.post(address, posted, follow=True) if posted else client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def condition(number: str, field: str, operator: str, value: str = "") -> dict[str, str]:
    return {
        f"hubspot-{number}-field": field,
        f"hubspot-{number}-operator": operator,
        f"hubspot-{number}-value": value,
    }


def test_looking_at_every_step_changes_nothing(world: World, administrator: Client) -> None:
    administrator.get(url(world, "direction"))  # the session's first visit
    before = stored()
    for step in STEPS:
        assert "Nothing has been written yet." in page(administrator, url(world, step))
    assert stored() == before


def test_it_starts_at_the_first_step(world: World, administrator: Client) -> None:
    assert administrator.get(url(world)).headers["Location"] == url(world, "direction")


@pytest.mark.parametrize("direction", ["", "sideways"])
def test_an_unknown_direction_is_refused_by_name(
    world: World, administrator: Client, direction: str
) -> None:
    shown = page(administrator, url(world, "direction"), direction=direction, go="next")
    assert "Direction: choose one of the arrows." in shown
    assert not SyncDraft.objects.exists()


def test_a_one_way_sync_uses_the_data_of_its_source(world: World, administrator: Client) -> None:
    page(administrator, url(world, "direction"), direction="to_quickbooks", go="next")
    shown = page(administrator, url(world, "mapping"))
    assert "the HubSpot data is always used: it is the source" in shown
    posted = {"conflict": "quickbooks", "on": every_mapping(), "go": "next"}
    page(administrator, url(world, "mapping"), **posted)
    assert SyncDraft.objects.get().document["conflict"] == "hubspot"


def test_a_one_way_sync_has_one_filter(world: World, administrator: Client) -> None:
    page(administrator, url(world, "direction"), direction="to_hubspot", go="next")
    shown = page(administrator, url(world, "filters"))
    assert "From QuickBooks to HubSpot" in shown
    assert "From HubSpot to QuickBooks" not in shown


def test_a_switch_turns_a_mapping_off(world: World, administrator: Client) -> None:
    kept = [key for key in every_mapping() if not key.endswith(":DisplayName")]
    page(administrator, url(world, "mapping"), conflict="hubspot", on=kept, go="next")
    document = SyncDraft.objects.get().document
    off = [entry["quickbooks"] for entry in document["mappings"] if not entry["enabled"]]
    assert off == ["DisplayName"]
    assert document["conflict"] == "hubspot"
    shown = page(administrator, url(world, "review"))
    assert "Switched off: Display name ← Associated company name." in shown


def test_the_display_name_row_explains_itself(world: World, administrator: Client) -> None:
    shown = page(administrator, url(world, "mapping"))
    assert "Display names are unique in QuickBooks" in shown
    assert "Keep one billing contact per company" in shown


def test_conditions_are_added_and_removed_without_losing_what_was_typed(
    world: World, administrator: Client
) -> None:
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all"}
    typed |= condition("0-0", "city", "is", "Rio")
    shown = page(administrator, url(world, "filters"), **typed, change="add:hubspot:0")
    assert 'name="hubspot-0-1-field"' in shown
    assert 'value="Rio"' in shown
    shown = page(administrator, url(world, "filters"), **typed, change="add:hubspot")
    assert 'name="hubspot-1-0-field"' in shown
    typed |= condition("1-0", "lastname", "contains", "Silva")
    shown = page(administrator, url(world, "filters"), **typed, change="remove:hubspot:0:0")
    assert 'value="Silva"' in shown
    assert 'value="Rio"' not in shown
    assert not SyncDraft.objects.exists()


def test_groups_and_conditions_are_kept_as_typed(world: World, administrator: Client) -> None:
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "go": "next"}
    typed |= condition("0-0", "city", "is", "Rio") | condition("0-1", "email", "has_value")
    typed |= condition("3-7", "lastname", "in", "Silva, Souza")
    shown = page(administrator, url(world, "filters"), **typed)
    assert SyncDraft.objects.get().document["filters"] == {
        "hubspot": [
            [
                {"field": "city", "operator": "is", "value": "Rio", "label": "City"},
                {
                    "field": "email",
                    "operator": "has_value",
                    "value": "",
                    "kind": "email",
                    "label": "Email",
                },
            ],
            [
                {
                    "field": "lastname",
                    "operator": "in",
                    "value": "Silva, Souza",
                    "label": "Last Name",
                }
            ],
        ],
        "quickbooks": [],
    }
    assert (
        "Only contacts of which City is “Rio” and Email is known; or Last Name is any of "
        "“Silva, Souza”." in shown
    )


@pytest.mark.parametrize(
    ("field", "operator", "value", "words"),
    [
        ("", "is", "x", "Choose a field for this condition, or remove it."),
        ("favourite_colour", "is", "blue", "HubSpot has no field “favourite_colour” any more."),
        ("city", "is", "", "“City” is: type a value, or choose “is known”."),
        ("city", "greater", "3", "“City” holds text: it cannot be compared that way."),
        ("createdate", "after", "soon", "is compared with a day, such as 2026-01-31."),
        ("createdate", "between", "2026-01-01", "is compared with two values"),
        ("createdate", "less_days_ago", "some", "a whole number of days, such as 7."),
        ("lifecyclestage", "is", "hero", "has no option of that name (any more)."),
    ],
)
def test_a_condition_that_cannot_work_is_refused_with_the_remedy(
    world: World, administrator: Client, field: str, operator: str, value: str, words: str
) -> None:
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "go": "next"}
    typed |= condition("0-0", field, operator, value)
    shown = page(administrator, url(world, "filters"), **typed)
    assert words in shown
    assert not SyncDraft.objects.exists()


def test_going_back_keeps_even_what_is_not_finished(world: World, administrator: Client) -> None:
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "go": "back"}
    typed |= condition("0-0", "city", "is", "")
    answer = administrator.post(url(world, "filters"), typed)
    assert answer.headers["Location"] == url(world, "mapping")
    assert 'value="city" selected' in page(administrator, url(world, "filters"))


def test_an_unfinished_condition_stands_in_the_way_of_switching_on(
    world: World, administrator: Client
) -> None:
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "go": "back"}
    typed |= condition("0-0", "city", "is", "")
    administrator.post(url(world, "filters"), typed)
    shown = page(administrator, url(world, "review"))
    assert "These settings cannot be switched on yet" in shown
    shown = page(administrator, url(world, "switch_on"), marker="1")
    assert "needs a value" in shown
    assert not SyncDefinition.objects.filter(enabled=True).exists()


def test_a_rehearsal_counts_and_writes_nothing(world: World, administrator: Client) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    world.quickbooks.add("Grace Hopper", "grace@example.com", GivenName="Grace")
    world.quickbooks.add("Nobody")
    page(administrator, url(world, "filters"), **ALL, go="next")
    shown = page(administrator, url(world, "rehearse"), go="")
    found = Rehearsal.objects.latest("pk")
    assert found.state == "finished"
    assert found.result["create"] == {"hubspot": 1, "quickbooks": 1}
    assert '<strong class="tn-big">2</strong> writes would be made' in shown
    assert "Will create 1 contact in HubSpot." in shown
    assert "No e-mail address" in shown
    records = reverse("admin:syncapp_rehearsal_records", args=[found.pk])
    answer = administrator.get(records, {"kind": "create:hubspot"}).content.decode()
    assert "Grace Hopper" in answer
    assert "First name" in answer
    assert world.app_writes(Side.HUBSPOT) == []
    assert world.app_writes(Side.QUICKBOOKS) == []
    assert not SyncDefinition.objects.filter(enabled=True).exists()


def test_a_rehearsal_of_other_settings_says_so(world: World, administrator: Client) -> None:
    page(administrator, url(world, "rehearse"), go="")
    page(administrator, url(world, "direction"), direction="to_hubspot", go="next")
    shown = page(administrator, url(world, "review"))
    assert "The settings or the accepted matches changed since this rehearsal." in shown
    assert "Rehearse again before switching on." in shown


def test_switching_on_asks_for_the_marker_property(world: World, administrator: Client) -> None:
    shown = page(administrator, url(world, "switch_on"), go="")
    assert "Tick the box about the property qbo_sync_id" in shown
    assert not SyncDefinition.objects.filter(enabled=True).exists()


def test_switching_on_puts_the_draft_in_force_and_syncs(
    world: World, administrator: Client
) -> None:
    contact = world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="Byron")
    page(administrator, url(world, "direction"), direction="to_quickbooks", go="next")
    page(administrator, url(world, "filters"), **ALL, go="next")  # a new sync is rehearsed
    shown = page(administrator, url(world, "switch_on"), go="")
    assert "is on. The first sync has begun" in shown
    definition = SyncDefinition.objects.get()
    assert (definition.enabled, definition.direction) == (True, "to_quickbooks")
    assert not SyncDraft.objects.exists()
    assert world.quickbooks.names() == ["Ada Byron"]
    assert world.hubspot.get(contact)["email"] == "ada@example.com"


def test_a_property_that_vanished_is_named_before_anything_is_switched_on(
    world: World, administrator: Client
) -> None:
    document = config.default_document("contacts")
    document["filters"]["hubspot"] = [[{"field": "gone_away", "operator": "has_value"}]]
    SyncDraft.objects.create(pair=world.pair, object_type="contacts", document=document)
    shown = page(administrator, url(world, "review"))
    assert "HubSpot has no field “gone_away” any more" in shown
    shown = page(administrator, url(world, "switch_on"), marker="1")
    assert "HubSpot has no field “gone_away” any more" in shown
    assert not SyncDefinition.objects.filter(enabled=True).exists()
    assert SyncDraft.objects.get().document == document


@proves("S13")
def test_editing_is_filled_in_and_says_how_many_records_are_planned_again(
    world: World, administrator: Client
) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada")
    world.hubspot.add(email="bob@example.com", firstname="Bob")
    world.sync(conflict="hubspot")
    world.run()
    shown = page(administrator, url(world, "mapping"))
    assert 'name="conflict" value="hubspot" checked' in shown
    assert "Edit sync: Contacts" in shown
    page(administrator, url(world, "mapping"), conflict="quickbooks", on=every_mapping(), go="next")
    assert "Saving plans 2 records again" in page(administrator, url(world, "review"))
    assert SyncDefinition.objects.get().winner == "hubspot"
    shown = page(administrator, url(world, "switch_on"), marker="1")
    assert "rehearse these settings first" in shown
    shown = page(administrator, url(world, "rehearse"), go="")
    assert "Where a field was changed on both sides, the HubSpot value is used." in shown
    assert "Where a field was changed on both sides, the QuickBooks value is used." in shown
    shown = page(administrator, url(world, "switch_on"), marker="1")
    assert "2 records are planned again" in shown
    assert SyncDefinition.objects.get().winner == "quickbooks"


def test_settings_that_were_saved_meanwhile_are_not_replaced_unasked(
    world: World, administrator: Client
) -> None:
    definition = world.sync()
    page(administrator, url(world, "direction"), direction="both", go="next")
    changed = {**definitions.export_document(definition), "conflict": "hubspot"}
    definitions.save_document(definition, changed, now=world.env.clock.now())
    warning = "Somebody else saved this sync since your draft was begun."
    assert warning in page(administrator, url(world, "review"))
    shown = page(administrator, url(world, "switch_on"), marker="1")
    assert "Tick the box to replace them" in shown
    assert SyncDefinition.objects.get().winner == "hubspot"
    page(administrator, url(world, "rehearse"), go="")
    page(administrator, url(world, "switch_on"), marker="1", replace="1")
    assert SyncDefinition.objects.get().winner == "quickbooks"


def test_discarding_shows_what_is_in_force(world: World, administrator: Client) -> None:
    world.sync(direction="to_hubspot")
    page(administrator, url(world, "direction"), direction="both", go="next")
    shown = page(administrator, url(world, "discard"), go="")
    assert 'value="to_hubspot" checked' in shown
    assert not SyncDraft.objects.exists()


def seen_of(shown: str) -> str:
    return shown.partition('name="seen" value="')[2].partition('"')[0]


@pytest.mark.parametrize("is_other", [True, False])
def test_a_step_that_was_saved_meanwhile_is_not_overwritten_unseen(
    world: World, administrator: Client, is_other: bool
) -> None:
    """S13: two people, or two windows of one; what was typed stays on the page."""
    second = signed_in("bob") if is_other else administrator
    seen = seen_of(page(administrator, url(world, "direction")))
    page(second, url(world, "direction"), direction="to_hubspot", go="next", seen=seen)
    shown = page(administrator, url(world, "direction"), direction="to_quickbooks", go="next",
                 seen=seen)  # fmt: skip
    who = "bob changed this draft" if is_other else "This step was changed in another window"
    assert f"{who} while you were on this page" in shown
    assert 'value="to_quickbooks" checked' in shown
    assert SyncDraft.objects.get().document["direction"] == "to_hubspot"
    page(administrator, url(world, "direction"), direction="to_quickbooks", go="next",
         seen=seen_of(shown))  # fmt: skip
    assert SyncDraft.objects.get().document["direction"] == "to_quickbooks"


def test_another_step_that_was_saved_meanwhile_is_in_nobodys_way(
    world: World, administrator: Client
) -> None:
    seen = seen_of(page(administrator, url(world, "direction")))
    page(signed_in("bob"), url(world, "filters"), **ALL, go="back")
    page(administrator, url(world, "direction"), direction="to_hubspot", go="next", seen=seen)
    document = SyncDraft.objects.get().document
    assert (document["direction"], document["filters"]["hubspot"]) == ("to_hubspot", [])


def test_who_else_has_the_sync_open_is_said(world: World, administrator: Client) -> None:
    address = reverse("admin:syncapp_wizard_presence", args=[world.pair.pk, "contacts"])
    assert "has this sync open" not in administrator.post(address).content.decode()
    shown = signed_in("bob").post(address).content.decode()
    assert "ada has this sync open, too, since" in shown
    world.clock.advance(100)  # ada's window is closed
    assert "ada has" not in signed_in("carl").post(address).content.decode()


def test_a_side_that_does_not_answer_is_named_and_typed_input_survives(
    world: World, administrator: Client
) -> None:
    world.arm(Side.HUBSPOT, "status", status=503, times=50)
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "go": "next"}
    typed |= condition("0-0", "city", "is", "Rio")
    administrator.post(url(world, "filters"), typed)
    shown = page(administrator, url(world, "filters"))
    assert "The fields could not be looked up" in shown
    assert 'value="Rio"' in shown
    fields = page(administrator, url(world, "mapping"))
    assert '<span title="firstname">First name</span>' in fields  # never the vendor's own name


@proves("S2")
def test_a_role_that_may_not_edit_is_kept_out(world: World, operator: Client) -> None:
    before = fingerprints()
    for step in STEPS:
        assert operator.get(url(world, step)).status_code == 403
        assert operator.post(url(world, step), {"direction": "both"}).status_code == 403
    for deed in ("rehearse", "switch_on", "discard"):
        assert operator.post(url(world, deed)).status_code == 403
    assert fingerprints() == before


def test_an_unknown_object_or_pair_is_not_found(world: World, administrator: Client) -> None:
    for pair_id, name in ((world.pair.pk, "unicorns"), (world.pair.pk + 99, "contacts")):
        address = reverse("admin:syncapp_wizard", args=[pair_id, name])
        assert administrator.get(address).status_code == 404


@proves("S11")
def test_a_new_sync_starts_with_the_recommended_filters(
    world: World, administrator: Client
) -> None:
    shown = page(administrator, url(world, "filters"))
    assert 'value="invoices:hs_invoice_status" selected' in shown
    assert "Associated invoice: Create Date" in shown
    assert "Days begin at midnight in " in shown
    shown = page(administrator, url(world, "review"))
    assert "it has an invoice of which" in shown
    assert "All customers with an e-mail address." in shown


@proves("S11")
def test_a_filter_counts_whom_it_would_admit(world: World, administrator: Client) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada", city="Rio")
    world.hubspot.add(email="bob@example.com", firstname="Bob", city="Oslo")
    world.hubspot.add(firstname="Nobody", city="Rio")
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "change": "count:hubspot"}
    shown = page(
        administrator, url(world, "filters"), **typed | condition("0-0", "city", "is", "Rio")
    )
    assert "Would admit 1 of 3." in shown
    assert "1 lacks an e-mail address." in shown
    assert "it is required that City is “Rio”" in shown
    assert not SyncDraft.objects.exists()


def test_who_is_not_admitted_is_told_in_the_readers_language(
    world: World, administrator: Client
) -> None:
    """B17; found on a picture."""
    world.hubspot.add(email="bob@example.com", firstname="Bob", city="Oslo")
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "change": "count:hubspot"}
    typed |= condition("0-0", "createdate", "after", "2026-12-31")
    administrator.defaults["HTTP_ACCEPT_LANGUAGE"] = "pt-br"
    shown = page(administrator, url(world, "filters"), **typed)
    told = "O filtro deixa este registro de fora: condição não atendida: Create Date"
    assert told in shown
    assert "31/12/2026" in shown


def test_a_filter_that_is_not_finished_cannot_be_counted(
    world: World, administrator: Client
) -> None:
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "change": "count:hubspot"}
    shown = page(administrator, url(world, "filters"), **typed | condition("0-0", "city", "is"))
    assert "“is” needs a value." in shown


def test_two_values_are_typed_in_two_boxes(world: World, administrator: Client) -> None:
    typed = {"hubspot-mode": "own", "quickbooks-mode": "all", "go": "next"}
    typed |= condition("0-0", "invoices:hs_createdate", "between", "2026-01-01")
    typed["hubspot-0-0-high"] = "2026-01-31"
    page(administrator, url(world, "filters"), **typed)
    (told,) = SyncDraft.objects.get().document["filters"]["hubspot"][0]
    assert (told["field"], told["related"], told["value"], told["kind"]) == (
        "hs_createdate", "invoices", "2026-01-01,2026-01-31", "datetime",
    )  # fmt: skip
    assert 'name="hubspot-0-0-high" value="2026-01-31"' in page(
        administrator, url(world, "filters")
    )
