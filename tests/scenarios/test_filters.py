"""Filters in a whole world: associated records, days of the company, and what becomes due."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.core.sides import Side
from syncapp.models import RecordLink
from syncapp.services import config, definitions, failing_records
from tests.world import World

INVOICES = "/crm/v3/objects/invoices"
FINAL = {
    "field": "hs_invoice_status",
    "operator": "not_in",
    "value": "draft",
    "kind": "choice",
    "related": "invoices",
    "label": "Invoice status",
}


def invoice(world: World, contact: str, **properties: str) -> str:
    """A draft with one line, for a contact."""

    def tie(to: str, kind: int) -> dict[str, Any]:
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
        return {"to": {"id": to}, "types": types}

    line = {"name": "Work", "price": "10", "quantity": "1"}
    item = world.hubspot.call("POST", "/crm/v3/objects/line_items", {"properties": line})
    body = {
        "properties": {"hs_currency": "USD", **properties},
        "associations": [tie(contact, 177), tie(str(item["id"]), 409)],
    }
    return str(world.hubspot.call("POST", INVOICES, body)["id"])


def finalise(world: World, invoice_id: str) -> None:
    body = {"properties": {"hs_invoice_status": "open"}}
    world.hubspot.call("PATCH", f"{INVOICES}/{invoice_id}", body)


def test_s11_a_contact_is_sent_once_one_of_its_invoices_meets_the_filter(world: World) -> None:
    ada = world.hubspot.add(email="ada@x.com", firstname="Ada")
    world.hubspot.add(email="bob@x.com", firstname="Bob")
    draft = invoice(world, ada)
    world.sync(filters={"hubspot": [[FINAL]], "quickbooks": []})
    world.settle()
    assert world.quickbooks.names() == []
    assert world.link(label="Ada").explanation == (
        "Your filter leaves it out: it is required that it has an invoice of which Invoice status "
        "is none of “draft”."
    )

    world.clock.advance(60)
    finalise(world, draft)  # touches the invoice; nobody edits the contact
    world.settle()
    assert world.quickbooks.names() == ["Ada"]
    assert world.states() == {"Ada": ("in_sync", ""), "Bob": ("excluded", "filter")}

    before = world.http.sent.copy()
    assert world.writes_of(world.run()) == 0
    assert len(world.http.sent) > len(before)  # it looked, and wrote nothing


def test_s11_a_linked_contact_goes_on_when_a_write_answers_without_its_invoices(
    world: World,
) -> None:
    ada = world.hubspot.add(email="ada@x.com", firstname="Ada")
    finalise(world, invoice(world, ada))
    world.sync(filters={"hubspot": [[FINAL]], "quickbooks": []})
    world.settle()
    link = world.link(hubspot_id=ada)
    world.quickbooks.edit(str(link.quickbooks_id), GivenName="Augusta")
    world.settle()
    world.hubspot.edit(ada, lastname="King")
    world.settle()
    assert world.quickbooks.get(str(link.quickbooks_id))["FamilyName"] == "King"


def test_s11_the_recommended_filters_of_a_new_sync(world: World) -> None:
    """S11: an invoice that is not a draft, made after set-up, in HubSpot itself."""
    early = world.hubspot.add(email="early@x.com", firstname="Early")
    finalise(world, invoice(world, early))
    world.clock.advance(24 * 3600)
    days = config.calendar_of(world.pair, world.env.clock.now())
    document = config.recommended_document("contacts", days)
    world.sync(filters=document["filters"])
    late = world.hubspot.add(email="late@x.com", firstname="Late")
    other = world.hubspot.add(email="other@x.com", firstname="Other")
    mirror = world.hubspot.add(email="mirror@x.com", firstname="Mirror")
    drafted = world.hubspot.add(email="drafted@x.com", firstname="Drafted")
    world.quickbooks.add("Quick", "quick@x.com")
    finalise(world, invoice(world, late))
    finalise(world, invoice(world, other, hs_invoice_source="data_sync"))
    invoice(world, mirror, hs_invoice_billable="false", hs_invoice_status="open")
    invoice(world, drafted)
    world.settle()
    assert world.quickbooks.names() == ["Late", "Quick"]
    assert {c["email"] for c in world.hubspot.all()} >= {"quick@x.com"}


def test_a_fresh_day_is_noticed_by_filters_that_count_days(world: World) -> None:
    recent = {"field": "createdate", "operator": "more_days_ago", "value": "1", "kind": "datetime"}
    world.hubspot.add(email="ada@x.com", firstname="Ada")
    world.sync(filters={"hubspot": [[recent]], "quickbooks": []})
    world.settle()
    assert world.quickbooks.names() == []
    world.clock.advance(2 * 24 * 3600)
    world.settle()
    assert world.quickbooks.names() == ["Ada"]


def test_an_unknown_field_of_an_associated_record_is_told_before_switching_on(
    world: World,
) -> None:
    wrong = {**FINAL, "field": "no_such_field"}
    with pytest.raises(Exception, match="invoices: no_such_field"):
        world.sync(filters={"hubspot": [[wrong]], "quickbooks": []})


def test_today_is_fixed_in_the_companys_time_zone_when_it_is_saved(world: World) -> None:
    world.pair.time_zone = "Pacific/Auckland"
    world.pair.save(update_fields=["time_zone"])
    after = {"field": "createdate", "operator": "after", "value": "[today]", "kind": "datetime"}
    definition = world.sync(activate=False, filters={"hubspot": [[after]], "quickbooks": []})
    saved = definitions.export_document(definition)["filters"]["hubspot"][0][0]["value"]
    assert saved == "2026-11-02"  # 2 November 09:00 UTC is 22:00 of that day in Auckland
    world.clock.advance(2 * 3600)
    definitions.save_document(
        definition,
        {"filters": {"hubspot": [[after]], "quickbooks": []}},
        now=world.env.clock.now(),
    )
    definition.refresh_from_db()
    saved = definitions.export_document(definition)["filters"]["hubspot"][0][0]["value"]
    assert saved == "2026-11-03"


def test_s23_a_record_older_than_the_sync_can_be_taken_in_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S23, ENGINE 2.3; contacts have no start date of their own, so one is lent to them."""
    from dataclasses import replace

    from syncapp.core import pairs

    dated = replace(
        pairs.OBJECT_PAIRS["contacts"],
        dated_by={Side.HUBSPOT: "createdate", Side.QUICKBOOKS: "MetaData.CreateTime"},
    )
    monkeypatch.setitem(pairs.OBJECT_PAIRS, "contacts", dated)  # type: ignore[arg-type]
    old = world.hubspot.add(email="old@x.com", firstname="Old")
    world.hubspot.add(email="older@x.com", firstname="Older")
    world.clock.advance(24 * 3600)
    world.sync(start="[today]")
    world.hubspot.add(email="new@x.com", firstname="New")
    world.settle()
    assert world.quickbooks.names() == ["New"]
    link = world.link(hubspot_id=old)
    assert (link.state, link.code) == ("excluded", "before_start")
    assert link.explanation == (
        "It was made on Nov 2, 2026 in HubSpot, before this sync begins (Nov 3, 2026)."
    )
    taken = failing_records.include([link], who="ann", now=world.env.clock.now())
    assert taken == 1
    world.settle()
    assert world.quickbooks.names() == ["New", "Old"]
    assert RecordLink.objects.filter(code="before_start").count() == 1
