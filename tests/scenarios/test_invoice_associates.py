"""What changes around an invoice of HubSpot while it does not count as changed itself (ENGINE 3.2).

A line that is renamed, or one of 0.00 that is added, edited or removed, leaves the totals as they
are, and with them, in the simulator, the invoice's time of modification (UNCONFIRMED at HubSpot).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncapp.models import RecordLink, RecordLogEntry
from tests.proves import proves
from tests.scenarios.documents import Seller, line
from tests.scenarios.trade import Trade, sales, seller, trade

__all__ = ["seller", "trade"]
pytestmark = pytest.mark.services

#: A month's invoices are compared daily.
DAY = 86_400 + 400


@pytest.fixture
def given(trade: Trade) -> RecordLink:
    """An invoice with two pieces of something that costs nothing."""
    return trade.sold(line("Design", "50"), line("Gift", "0", "2"))


def remove_line(seller: Seller, invoice: RecordLink, name: str) -> None:
    for one in seller.lines_of(invoice.hubspot_id):
        if one["name"] == name:
            seller.hubspot.call("DELETE", f"/crm/v3/objects/line_items/{one['id']}")


def edit_line(seller: Seller, invoice: RecordLink, named: str, **properties: str) -> None:
    for one in seller.lines_of(invoice.hubspot_id):
        if one["name"] == named:
            seller.change("line_items", one["id"], **properties)


def booked(seller: Seller, invoice: RecordLink) -> list[tuple[str, float, float]]:
    """Text, quantity and amount of each line in QuickBooks."""
    lines = sales(seller.booked(invoice.quickbooks_id))
    return [(one["Description"], one["SalesItemLineDetail"]["Qty"], one["Amount"]) for one in lines]


def modified(seller: Seller, invoice: RecordLink) -> str:
    held = seller.hubspot.call("GET", f"/crm/v3/objects/invoices/{invoice.hubspot_id}")
    return str(held["updatedAt"])


@proves("S20", "E3.2-lines-hh")
def test_a_line_of_nothing_that_is_removed_leaves_quickbooks_too(
    trade: Trade, seller: Seller, given: RecordLink
) -> None:
    before = modified(seller, given)
    trade.world.clock.advance(60)
    remove_line(seller, given, "Gift")
    assert modified(seller, given) == before  # or this test shows nothing
    trade.world.run(full=True)
    assert booked(seller, given) == [("Design", 1, 50)]
    assert trade.outcome == ("in_sync", "")
    assert trade.world.writes_of(trade.world.run(full=True)) == 0


@proves("E3.2-lines-hh")
def test_it_leaves_by_itself_within_a_day(trade: Trade, seller: Seller, given: RecordLink) -> None:
    trade.run()
    remove_line(seller, given, "Gift")
    trade.run(after=DAY)
    assert booked(seller, given) == [("Design", 1, 50)]


@proves("S20", "E3.2-lines-hh")
@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda s, i: edit_line(s, i, "Gift", name="Present"), ("Present", 2, 0)),
        (lambda s, i: edit_line(s, i, "Gift", quantity="3"), ("Gift", 3, 0)),
        (lambda s, i: edit_line(s, i, "Design", name="Redesign"), ("Redesign", 1, 50)),
    ],
    ids=["its name", "its quantity", "the name of another"],
)
def test_an_edit_that_keeps_the_totals_arrives_with_the_next_run(
    trade: Trade,
    seller: Seller,
    given: RecordLink,
    edit: Callable[[Seller, RecordLink], object],
    expected: tuple[str, float, float],
) -> None:
    before = modified(seller, given)
    trade.world.clock.advance(60)
    edit(seller, given)
    assert modified(seller, given) == before
    trade.run()
    assert expected in booked(seller, given)
    assert trade.outcome == ("in_sync", "")
    assert trade.quiet()


@proves("E3.2-lines-hh")
def test_a_line_of_nothing_that_is_added_arrives_with_the_next_run(
    trade: Trade, seller: Seller, given: RecordLink
) -> None:
    """HubSpot's time of modification moves with associations as well (apis/hubspot.md 6)."""
    trade.run()
    seller.make("line_items", line("Card", "0"), (given.hubspot_id, 410))
    trade.run()
    assert booked(seller, given) == [("Design", 1, 50), ("Gift", 2, 0), ("Card", 1, 0)]
    assert trade.quiet()


@proves("E3.2-lines-hh")
def test_a_line_that_is_renamed_after_a_payment_keeps_its_text_in_quickbooks(
    trade: Trade, seller: Seller, given: RecordLink
) -> None:
    customer = seller.booked(given.quickbooks_id)["CustomerRef"]["value"]
    seller.pay(customer, "10", (given.quickbooks_id, "10"))
    trade.run()
    edit_line(seller, given, "Gift", name="Present")
    trade.run()
    assert booked(seller, given) == [("Design", 1, 50), ("Gift", 2, 0)]
    assert trade.outcome == ("in_sync", "")
    notes = [one.text for one in RecordLogEntry.objects.filter(link=given)]
    assert sum("The text of a line was changed in HubSpot" in one for one in notes) == 1
    assert trade.quiet()


@proves("E3.2-lines-hh")
def test_a_line_swapped_for_another_of_the_same_amount_is_told_apart(
    trade: Trade, seller: Seller, given: RecordLink
) -> None:
    trade.run()
    remove_line(seller, given, "Gift")
    seller.make("line_items", line("Card", "0", "2"), (given.hubspot_id, 410))
    trade.run()
    assert booked(seller, given) == [("Design", 1, 50), ("Card", 2, 0)]
    assert trade.quiet()


def asked(trade: Trade, *, full: bool = False) -> list[str]:
    """What a run asks HubSpot about line items, and about what records are associated with."""
    before = len(trade.world.http.sent)
    trade.world.clock.advance(400)
    trade.world.run(full=full)
    paths = [one.url.partition("?")[0] for one in trade.world.http.sent[before:]]
    return [p.partition("/crm/")[2] for p in paths if "line_items" in p or "associations" in p]


def test_looking_costs_one_search_and_four_calls_with_a_full_comparison(
    trade: Trade, given: RecordLink
) -> None:
    """ENGINE 2.13: what it costs while nobody edits."""
    search = "objects/2026-09/line_items/search"
    asked(trade)
    assert asked(trade) == [search]
    assert asked(trade, full=True) == [
        "associations/2026-03/invoices/contacts/batch/read",  # three for each 500 invoices
        "associations/2026-03/invoices/deals/batch/read",
        "associations/2026-03/invoices/line_items/batch/read",
        "objects/2026-09/line_items/batch/read",  # one for each 100 lines
        search,
    ]


def test_lines_that_may_not_be_sent_are_not_looked_at(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"))
    trade.start(direction="to_hubspot")
    trade.run(after=0)
    assert asked(trade) == []
