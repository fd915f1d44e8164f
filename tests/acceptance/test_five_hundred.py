"""500 contacts and 500 customers, 200 of them the same people: to the record."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.acceptance.crowd import FOREIGN_SCRIPT, Contact, Crowd, Customer, gather
from tests.acceptance.harness import Installation, Simulator, by_state
from tests.acceptance.people import Books, Portal
from tests.proves import proves

pytestmark = pytest.mark.slow


def enter(crowd: Crowd, portal: Portal, books: Books) -> None:
    """Put everybody in through the vendors' own clients."""
    for contact, record_id in zip(
        crowd.contacts, portal.add([one.given for one in crowd.contacts]), strict=True
    ):
        contact.id = record_id
    members: dict[str, list[str]] = {}
    for contact in crowd.contacts:
        if contact.company:
            members.setdefault(contact.company, []).append(contact.id)
    for name, ids in members.items():
        portal.company(name, *ids)
    entered = books.add([books.customer(c.name, c.email, **c.fields) for c in crowd.customers])
    for customer, record_id in zip(crowd.customers, entered, strict=True):
        customer.id = record_id


def told(record: dict[str, Any]) -> tuple[str, str | None]:
    return record["state"], record["code"]


def as_entered(one: Contact | Customer) -> dict[str, str]:
    """The record as its own system keeps it when nobody touches it."""
    if isinstance(one, Contact):
        kept = dict(one.given)
        return {**kept, **({"email": kept["email"].lower()} if "email" in kept else {})}
    renamed = {"Phone": "phone", "City": "city"}
    fields = {renamed.get(name, name): value for name, value in one.fields.items()}
    email = one.email.strip()
    return {"DisplayName": one.name, **fields, **({"email": email} if email else {})}


def without_company(contact: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in contact.items() if name != "associatedcompanyid"}


@proves("S14", "S16", "E2.4-first-link", "E2.4-unchanged", "E3.6-characters")
def test_one_run_does_exactly_what_the_list_says_and_a_second_does_nothing(
    tandem: Installation, hubspot: Simulator, quickbooks: Simulator, portal: Portal, books: Books
) -> None:
    crowd = gather()
    enter(crowd, portal, books)
    for simulator in (hubspot, quickbooks):
        connected = tandem.manage(
            "connect", simulator.side, "--simulator", simulator.url, "--json"
        ).json
        assert connected["side"] == simulator.side
    made = tandem.manage("create_sync", "contacts", "--activate", "--json").json
    assert (made["enabled"], made["direction"], made["conflict"]) == (True, "both", "quickbooks")

    # So many new records are unusual: a person looks at the numbers first (ENGINE 2.5).
    promised = tandem.manage("rehearse", "contacts", "--approve", "--json").json
    ran = tandem.run_sync()
    status = tandem.status()

    # -- the run's own figures
    outcomes = Counter(crowd.outcomes())
    new_contacts = [one for one in crowd.customers if one.creates]
    new_customers = [one for one in crowd.contacts if one.creates]
    states = Counter(state for state, _ in crowd.outcomes())
    hubspot_updates, quickbooks_updates = crowd.expected_updates()
    assert ran["created"] == {"hubspot": len(new_contacts), "quickbooks": len(new_customers)}
    assert ran["updated"] == {"hubspot": hubspot_updates, "quickbooks": quickbooks_updates}
    assert ran["linked"] == promised["link"] == 200
    # Only what QuickBooks itself refuses is not known before.
    refused = outcomes[FOREIGN_SCRIPT]
    assert promised["create"] == {
        "hubspot": len(new_contacts),
        "quickbooks": len(new_customers) + refused,
    }
    assert (ran["excluded"], ran["failing"], ran["waiting"]) == (
        states["excluded"],
        states["failing"],
        0,
    )
    assert ran["open_writes"] == []

    # -- the status, record by record
    records = status["records"]
    assert Counter(told(record) for record in records) == outcomes
    assert {name: status[name] for name in states} == dict(states)
    assert by_state(records) == {name: status[name] for name in by_state([])}
    of_contact = {r["hubspot_id"]: r for r in records if r["hubspot_id"]}
    of_customer = {r["quickbooks_id"]: r for r in records if r["quickbooks_id"]}
    for contact in crowd.contacts:
        record = of_contact[contact.id]
        assert told(record) == contact.outcome, contact
        assert (record["quickbooks_id"] is not None) == bool(contact.partner or contact.creates)
        if contact.partner:
            assert record["quickbooks_id"] == contact.partner.id
    for customer in crowd.customers:
        record = of_customer[customer.id]
        assert told(record) == customer.outcome, customer
    for record in records:
        explained = record["state"] != "in_sync"
        assert bool(record["explanation"] and record["remedy"] and record["category"]) == explained

    # -- both accounts, field by field
    expected_contacts = {one.id: one.after or as_entered(one) for one in crowd.contacts}
    expected_contacts |= {of_customer[one.id]["hubspot_id"]: one.creates for one in new_contacts}
    assert {i: without_company(c) for i, c in portal.all().items()} == expected_contacts
    expected_customers = {one.id: one.after or as_entered(one) for one in crowd.customers}
    expected_customers |= {
        of_contact[one.id]["quickbooks_id"]: one.creates for one in new_customers
    }
    assert books.all() == expected_customers

    # -- both ledgers: one create per created record, one update per changed one, nothing else
    for simulator, created, updated in (
        (
            hubspot,
            [of_customer[one.id]["hubspot_id"] for one in new_contacts],
            [one.id for one in crowd.contacts if one.after],
        ),
        (
            quickbooks,
            [of_contact[one.id]["quickbooks_id"] for one in new_customers],
            [one.id for one in crowd.customers if one.after],
        ),
    ):
        written = Counter((e["action"], e["id"]) for e in simulator.app_entries())
        assert written == Counter(
            [("create", record_id) for record_id in created]
            + [("update", record_id) for record_id in updated]
        )

    # -- a second run writes nothing at all, and changes nobody's state
    before = [simulator.last_write() for simulator in (hubspot, quickbooks)]
    again = tandem.run_sync()
    assert [simulator.last_write() for simulator in (hubspot, quickbooks)] == before
    assert again["created"] == again["updated"] == {"hubspot": 0, "quickbooks": 0}
    assert again["linked"] == 0
    assert tandem.status()["records"] == records
