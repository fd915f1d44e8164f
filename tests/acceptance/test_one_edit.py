"""One edit an hour later costs a handful of calls, arrives, and nothing is ever blanked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.harness import Installation, Simulator
from tests.acceptance.people import Books, Portal
from tests.proves import proves

pytestmark = pytest.mark.slow

HOUR = 3600


class Hours:
    """Both vendors' clocks and Tandem's, moved on together."""

    def __init__(self, tandem: Installation, *vendors: Simulator) -> None:
        self.tandem, self.vendors, self.moved = tandem, vendors, 0

    def pass_one(self) -> None:
        """It is an hour later everywhere; calls and writes are counted from here."""
        self.moved += HOUR
        for vendor in self.vendors:
            vendor.advance(HOUR)
            vendor.forget_calls()
        self.before = [vendor.app_writes() for vendor in self.vendors]

    def run(self) -> dict[str, Any]:
        return self.tandem.run_sync(later=self.moved)

    def writes(self) -> list[int]:
        """The app's writes of this hour, per vendor."""
        return [v.app_writes() - n for v, n in zip(self.vendors, self.before, strict=True)]

    def calls_of(self, number: int, *parts: str) -> dict[str, int]:
        """A vendor's calls of this hour whose kind contains all parts."""
        found = self.vendors[number].calls().items()
        return {kind: count for kind, count in found if all(part in kind for part in parts)}


@pytest.fixture
def hours(
    tandem: Installation, hubspot: Simulator, quickbooks: Simulator, portal: Portal, books: Books
) -> Hours:
    """Forty people on both sides, in sync."""
    everybody = range(40)
    portal.add(
        [{"email": f"a{n}@example.com", "firstname": "Ann", "phone": "555 0100"} for n in everybody]
    )
    books.add(
        [
            books.customer(f"A{n}", f"a{n}@example.com", GivenName="Ann", Phone="555 0100")
            for n in everybody
        ]
    )
    tandem.connect_and_activate(hubspot, quickbooks)
    assert tandem.run_sync()["linked"] == 40
    return Hours(tandem, hubspot, quickbooks)


def the_person(portal: Portal, books: Books, email: str = "a7@example.com") -> tuple[str, str]:
    """The ids of one person on both sides."""
    (contact,) = (i for i, one in portal.all().items() if one["email"] == email)
    (customer,) = (i for i, one in books.all().items() if one["email"] == email)
    return contact, customer


def check_calls(hours: Hours, *, writes: list[int]) -> None:
    """At most two searches per HubSpot stream, one CDC call, one write."""
    searches = hours.calls_of(0, "search")
    assert searches
    assert all(count <= 2 for count in searches.values()), searches
    assert hours.calls_of(1, "cdc") == {"cdc": 1}
    assert hours.writes() == writes
    calls = [
        sum({**hours.calls_of(0, "/batch/update"), **hours.calls_of(0, "PATCH")}.values()),
        sum({**hours.calls_of(1, "batch"), **hours.calls_of(1, "customer.write")}.values()),
    ]
    assert calls == writes
    # A listing would be the expensive way to find one edit.
    assert hours.calls_of(0, "GET objects") == {}
    assert hours.calls_of(1, "query") == {}


@proves("E2.4-hubspot-changed")
def test_an_edit_in_hubspot_arrives_in_quickbooks(
    hours: Hours, portal: Portal, books: Books
) -> None:
    contact, customer = the_person(portal, books)
    hours.pass_one()
    portal.edit(contact, firstname="Zoë")
    hours.vendors[0].forget_calls()  # the person's own
    ran = hours.run()
    check_calls(hours, writes=[0, 1])
    assert ran["updated"] == {"hubspot": 0, "quickbooks": 1}
    assert books.get(customer)["GivenName"] == "Zoë"


@proves("E2.4-quickbooks-changed")
def test_an_edit_in_quickbooks_arrives_in_hubspot(
    hours: Hours, portal: Portal, books: Books
) -> None:
    contact, customer = the_person(portal, books)
    hours.pass_one()
    books.edit(customer, GivenName="Zoë")
    hours.vendors[1].forget_calls()  # the person's own
    ran = hours.run()
    check_calls(hours, writes=[1, 0])
    assert ran["updated"] == {"hubspot": 1, "quickbooks": 0}
    assert portal.get(contact)["firstname"] == "Zoë"


@pytest.mark.parametrize("winner", ["hubspot", "quickbooks"])
@proves("S7", "E2.4-conflict")
def test_a_conflict_follows_the_policy_and_the_loser_stands_in_the_record_log(
    hours: Hours, portal: Portal, books: Books, winner: str
) -> None:
    contact, customer = the_person(portal, books)
    result = hours.tandem.manage("create_sync", "contacts", "--conflict", winner, "--json")
    assert result.json["conflict"] == winner
    hours.pass_one()
    portal.edit(contact, firstname="From HubSpot")
    books.edit(customer, GivenName="From QuickBooks")
    hours.run()
    won, lost = ("From HubSpot", "From QuickBooks")[:: 1 if winner == "hubspot" else -1]
    assert (portal.get(contact)["firstname"], books.get(customer)["GivenName"]) == (won, won)
    script = (
        "import json\n"
        "from syncapp.models import RecordLogEntry as Entry\n"
        "rows = Entry.objects.filter(kind='conflict').select_related('link')\n"
        "print(json.dumps([(e.link.quickbooks_id, e.changes) for e in rows]))\n"
    )
    ((whose, changes),) = hours.tandem.manage("shell", "-v", "0", "-c", script).json
    assert whose == customer
    assert [(c["before"], c["after"]) for c in changes] == [(lost, won)]


@proves("S7", "E2.4-empty")
def test_emptying_a_field_blanks_nothing(hours: Hours, portal: Portal, books: Books) -> None:
    contact, customer = the_person(portal, books)
    other_contact, other_customer = the_person(portal, books, "a8@example.com")
    hours.pass_one()
    portal.edit(contact, phone="")
    books.phone(other_customer, " ")
    assert "phone" not in portal.get(contact)
    emptied = books.get(other_customer)
    assert not emptied.get("phone", "").strip()
    hours.run()
    assert hours.writes() == [0, 0]
    assert books.get(customer)["phone"] == "555 0100"
    assert portal.get(other_contact)["phone"] == "555 0100"
    assert books.get(other_customer) == emptied
    # The next value, from either side, is taken over again.
    hours.pass_one()
    books.phone(customer, "555 0177")
    hours.run()
    assert portal.get(contact)["phone"] == "555 0177"
    assert hours.writes() == [1, 0]
