"""ENGINE 3.2, row by row: which edit of an invoice travels, by where it was made and edited.

Each asserts what both systems hold afterwards, and the state with its sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from syncapp.models import RecordLink, RecordLogEntry, figures
from tests.proves import proves
from tests.scenarios.documents import Row, Seller, line, sale
from tests.scenarios.trade import Trade, sales, seller, trade

__all__ = ["seller", "trade"]


def told(link: RecordLink) -> str:
    """All that the sync activity says of a record."""
    return "\n".join(entry.text for entry in RecordLogEntry.objects.filter(link=link))


def edit_line(trade: Trade, link: RecordLink, index: int, **detail: object) -> Row:
    """Somebody changes a sales line in QuickBooks; returns the invoice as it was."""
    before = trade.seller.booked(link.quickbooks_id)
    lines = [dict(one) for one in sales(before)]
    changed = {**lines[index]["SalesItemLineDetail"], **detail}
    amount = float(Decimal(str(changed["Qty"])) * Decimal(str(changed["UnitPrice"])))
    lines[index] |= {"SalesItemLineDetail": changed, "Amount": amount}
    trade.seller.rebook(link.quickbooks_id, Line=lines)
    return before


def first_item(trade: Trade, link: RecordLink) -> str:
    return trade.seller.lines_of(link.hubspot_id)[0]["id"]


# -- the invoice date


@proves("S20", "E3.2-date-hh")
def test_a_date_changed_in_hubspot_is_booked_while_unpaid(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.change("invoices", link.hubspot_id, hs_invoice_date="2026-11-20T00:00:00Z")
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert seller.booked(link.quickbooks_id)["TxnDate"] == "2026-11-20"
    assert trade.quiet()


@proves("E3.2-date-hh")
def test_a_date_changed_in_hubspot_after_a_payment_is_refused(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    booked = seller.booked(link.quickbooks_id)
    seller.pay(booked["CustomerRef"]["value"], "10", (link.quickbooks_id, "10"))
    seller.change("invoices", link.hubspot_id, hs_invoice_date="2026-11-20T00:00:00Z")
    trade.run()
    assert trade.outcome == ("failing", "inv_edited_after_payment")
    assert "The invoice date" in trade.invoice.explanation
    assert seller.booked(link.quickbooks_id)["TxnDate"] == booked["TxnDate"]
    seller.change("invoices", link.hubspot_id, hs_invoice_date=f"{booked['TxnDate']}T00:00:00Z")
    trade.run()
    assert trade.outcome == ("in_sync", "")


@proves("E3.2-date-hh")
@pytest.mark.parametrize(
    ("closed", "day"), [("2026-10-31", "2026-10-20"), ("2026-11-05", "2026-11-20")]
)
def test_a_date_neither_leaves_nor_enters_a_closed_period(
    trade: Trade, seller: Seller, closed: str, day: str
) -> None:
    link = trade.sold()
    before = seller.booked(link.quickbooks_id)["TxnDate"]
    trade.close_books(closed)
    seller.change("invoices", link.hubspot_id, hs_invoice_date=f"{day}T00:00:00Z")
    trade.run()
    assert trade.outcome == ("failing", "inv_period_closed")
    assert figures.day(closed) in trade.invoice.explanation
    assert seller.booked(link.quickbooks_id)["TxnDate"] == before
    trade.close_books("2026-09-30")
    trade.run(after=6 * 3700)
    assert trade.outcome == ("in_sync", "")
    assert seller.booked(link.quickbooks_id)["TxnDate"] == day


@proves("S22", "E3.2-date-hq")
def test_a_date_changed_in_quickbooks_is_shown_and_noted(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.rebook(link.quickbooks_id, TxnDate="2026-12-03")
    trade.run()
    assert trade.outcome == ("in_sync", "")
    shown = seller.read("invoices", link.hubspot_id, "hs_invoice_date")["hs_invoice_date"]
    assert shown.startswith("2026-12-03")
    assert "moved in QuickBooks from 2026-11 to 2026-12" in told(link)
    assert trade.quiet()


@proves("E3.2-date-qq", "E3.2-header-qq")
def test_quickbooks_own_fields_reach_their_mirror(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored(TxnDate="2026-11-01", DueDate="2026-11-30")
    seller.rebook(
        link.quickbooks_id, TxnDate="2026-11-04", DueDate="2026-12-15",
        CustomerMemo={"value": "Thank you"}, DocNumber="77-B",
    )  # fmt: skip
    trade.run()
    assert trade.outcome == ("in_sync", "")
    shown = seller.read(
        "invoices", link.hubspot_id, "hs_invoice_date", "hs_due_date", "hs_comments", "hs_number"
    )
    assert shown["hs_invoice_date"].startswith("2026-11-04")
    assert shown["hs_due_date"].startswith("2026-12-15")
    assert (shown["hs_comments"], shown["hs_number"]) == ("Thank you", "77-B")


@proves("E3.2-date-qh", "E3.2-header-qh")
def test_a_mirror_edited_in_hubspot_is_not_sent_and_noted(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored(TxnDate="2026-11-01", CustomerMemo={"value": "As agreed"})
    before = seller.booked(link.quickbooks_id)
    seller.change(
        "invoices", link.hubspot_id, hs_comments="Mine", hs_invoice_date="2026-11-09T00:00:00Z"
    )
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert seller.booked(link.quickbooks_id) == before
    assert seller.read("invoices", link.hubspot_id, "hs_comments")["hs_comments"] == "Mine"
    assert "from “As agreed” to “Mine”" in told(link)
    assert "make the change there" in told(link)
    assert "from “2026-11-01” to “2026-11-09”" in told(link)
    seller.rebook(
        link.quickbooks_id, TxnDate="2026-11-02", CustomerMemo={"value": "As agreed again"}
    )
    trade.run()
    shown = seller.read("invoices", link.hubspot_id, "hs_comments", "hs_invoice_date")
    assert shown["hs_comments"] == "As agreed again"
    assert shown["hs_invoice_date"].startswith("2026-11-02")


# -- other header fields


@proves("S20", "E3.2-header-hh")
def test_a_header_field_changed_in_hubspot_is_booked(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.change(
        "invoices", link.hubspot_id, hs_comments="Net thirty", hs_due_date="2026-12-24T00:00:00Z"
    )
    trade.run()
    assert trade.outcome == ("in_sync", "")
    booked = seller.booked(link.quickbooks_id)
    assert (booked["CustomerMemo"]["value"], booked["DueDate"]) == ("Net thirty", "2026-12-24")
    assert booked["TotalAmt"] == 107


@proves("S22", "E3.2-header-hq")
def test_a_header_field_changed_in_quickbooks_is_shown(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.rebook(link.quickbooks_id, CustomerMemo={"value": "Sent twice"}, DueDate="2026-12-31")
    trade.run()
    assert trade.outcome == ("in_sync", "")
    shown = seller.read("invoices", link.hubspot_id, "hs_comments", "hs_due_date")
    assert shown["hs_comments"] == "Sent twice"
    assert shown["hs_due_date"].startswith("2026-12-31")
    assert trade.quiet()


# -- lines


@proves("S20", "E3.2-lines-hh")
def test_lines_changed_in_hubspot_are_booked_while_unpaid(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    seller.change("line_items", first_item(trade, link), price="60", quantity="3")
    seller.make("line_items", line("Extra", "5"), (link.hubspot_id, 410))
    seller.change("invoices", link.hubspot_id, hs_comments="Three now")
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    booked = seller.booked(link.quickbooks_id)
    assert booked["TotalAmt"] == 192
    assert [one["Amount"] for one in sales(booked)] == [180, 7, 5]
    assert trade.quiet()


@proves("E3.2-lines-hh")
def test_lines_changed_in_hubspot_after_a_payment_are_refused(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    customer = seller.booked(link.quickbooks_id)["CustomerRef"]["value"]
    seller.pay(customer, "10", (link.quickbooks_id, "10"))
    seller.change("line_items", first_item(trade, link), price="60")
    seller.change("invoices", link.hubspot_id, hs_comments="Dearer")
    trade.run()
    assert trade.outcome == ("failing", "inv_edited_after_payment")
    booked = seller.booked(link.quickbooks_id)
    assert booked["TotalAmt"] == 107
    assert booked["CustomerMemo"]["value"] == "Dearer"  # what is allowed flows meanwhile
    seller.change("line_items", first_item(trade, link), price="50")
    trade.run()
    assert trade.outcome == ("in_sync", "")


@proves("E3.2-lines-hh")
def test_lines_changed_in_hubspot_in_a_closed_period_are_refused(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold()
    trade.close_books("2026-11-30")
    seller.change("line_items", first_item(trade, link), price="60")
    trade.run()
    assert trade.outcome[0] == "failing"
    assert seller.booked(link.quickbooks_id)["TotalAmt"] == 107


def drop_a_line(trade: Trade, link: RecordLink) -> Row:
    before = trade.seller.booked(link.quickbooks_id)
    trade.seller.rebook(link.quickbooks_id, Line=sales(before)[:1])
    return before


def add_a_line(trade: Trade, link: RecordLink) -> Row:
    before = trade.seller.booked(link.quickbooks_id)
    extra = sale(trade.seller.item("Extra"), "30", "3", "10")
    trade.seller.rebook(link.quickbooks_id, Line=[*sales(before), extra])
    return before


def change_a_price(trade: Trade, link: RecordLink) -> Row:
    return edit_line(trade, link, 0, UnitPrice=45)


def change_a_quantity(trade: Trade, link: RecordLink) -> Row:
    return edit_line(trade, link, 0, Qty=4)


def swap_for_the_same_amount(trade: Trade, link: RecordLink) -> Row:
    return edit_line(trade, link, 0, Qty=4, UnitPrice=25)


def give_a_discount(trade: Trade, link: RecordLink) -> Row:
    before = trade.seller.booked(link.quickbooks_id)
    off = {"DetailType": "DiscountLineDetail", "Amount": 7,
           "DiscountLineDetail": {"PercentBased": False}}  # fmt: skip
    trade.seller.rebook(link.quickbooks_id, Line=[*sales(before), off])
    return before


@proves("S22", "E3.2-lines-hq")
@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        (drop_a_line, "7.00", "nothing"),
        (add_a_line, "nothing", "Extra: 3 x 10 = 30.00"),
        (change_a_price, "2 x 50 = 100.00", "2 x 45 = 90.00"),
        (change_a_quantity, "2 x 50 = 100.00", "4 x 50 = 200.00"),
        (swap_for_the_same_amount, "2 x 50 = 100.00", "4 x 25 = 100.00"),
        (give_a_discount, "nothing", "7.00"),
    ],
)
def test_lines_edited_in_quickbooks_are_refused_and_clear_when_reverted(
    trade: Trade, seller: Seller, edit: Callable[[Trade, RecordLink], Row], old: str, new: str
) -> None:
    link = trade.sold()
    before = edit(trade, link)
    edited = seller.booked(link.quickbooks_id)
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo"), trade.invoice.explanation
    was, now = trade.invoice.explanation.split("Now: ")
    assert old in was
    assert new in now
    assert "Revert the change in QuickBooks" in trade.invoice.remedy
    assert (
        seller.read("invoices", link.hubspot_id, "hs_amount_billed")["hs_amount_billed"] == "107.00"
    )
    # Allowed edits flow meanwhile, in both directions, and leave the lines alone.
    seller.change("invoices", link.hubspot_id, hs_comments="Please pay")
    seller.rebook(link.quickbooks_id, DueDate="2026-12-31")
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo")
    booked = seller.booked(link.quickbooks_id)
    assert booked["CustomerMemo"]["value"] == "Please pay"
    assert booked["Line"] == edited["Line"]
    due = seller.read("invoices", link.hubspot_id, "hs_due_date")["hs_due_date"]
    assert due.startswith("2026-12-31")
    # A line edited in HubSpot meanwhile is not forced over it.
    seller.change("line_items", first_item(trade, link), price="51")
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo")
    assert seller.booked(link.quickbooks_id)["Line"] == edited["Line"]
    seller.change("line_items", first_item(trade, link), price="50")
    seller.rebook(link.quickbooks_id, Line=sales(before))
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    assert trade.quiet()


@proves("E3.2-lines-hq")
def test_the_same_edit_made_in_hubspot_clears_it_too(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    change_a_price(trade, link)
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo")
    seller.change("line_items", first_item(trade, link), price="45")
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    assert trade.quiet()


@proves("S22", "E3.2-lines-qq")
def test_lines_of_quickbooks_own_invoice_reach_its_mirror(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    add_a_line(trade, link)
    trade.run()
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert (
        seller.read("invoices", link.hubspot_id, "hs_amount_billed")["hs_amount_billed"] == "130.00"
    )
    assert [one["amount"] for one in seller.lines_of(link.hubspot_id)] == ["100.00", "30.00"]
    edit_line(trade, link, 0, Qty=3)
    drop_a_line(trade, link)
    trade.run()
    assert [one["quantity"] for one in seller.lines_of(link.hubspot_id)] == ["3"]
    assert seller.standing(link.hubspot_id) == ("open", Decimal(150))
    assert trade.quiet()


@proves("E3.2-lines-qh")
def test_lines_of_a_mirror_changed_in_hubspot_are_not_sent(trade: Trade, seller: Seller) -> None:
    link = trade.mirrored()
    before = seller.booked(link.quickbooks_id)
    seller.change("line_items", first_item(trade, link), price="99")
    seller.change("invoices", link.hubspot_id, hs_amount_billed="198")
    trade.run()
    assert seller.booked(link.quickbooks_id) == before
    assert "Total was changed in HubSpot from “100.00” to “198”" in told(link)
    edit_line(trade, link, 0, UnitPrice=51)
    trade.run()
    assert [one["price"] for one in seller.lines_of(link.hubspot_id)] == ["51"]
    assert (
        seller.read("invoices", link.hubspot_id, "hs_amount_billed")["hs_amount_billed"] == "102.00"
    )
