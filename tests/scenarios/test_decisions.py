"""A person goes past a reason: what both systems hold afterwards (S22, S26, ENGINE 3.2, 3.5)."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.core.manual_links import Hindrance
from syncapp.models import RecordLink
from syncapp.services import decisions
from syncapp.services.manual_links import DeedRefused
from tests.proves import proves
from tests.scenarios.documents import Seller, line
from tests.scenarios.paying import Cashier
from tests.scenarios.test_invoice_edits import add_a_line, change_a_price, drop_a_line, told
from tests.scenarios.trade import Trade, sales, seller, trade
from tests.world import World

__all__ = ["seller", "trade"]
pytestmark = pytest.mark.services
TAXED = {"TaxCodeRef": {"value": "TAX"}}


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


def decide(world: World, link: RecordLink) -> decisions.Decision:
    link.refresh_from_db()
    return decisions.decide(link, sealed=decisions.seal(link), who="ann", now=world.env.clock.now())


def refused(world: World, link: RecordLink) -> Hindrance:
    with pytest.raises(DeedRefused) as why:
        decide(world, link)
    return why.value.hindrance


# -- Send HubSpot's version


@proves("S22", "E3.2-lines-hq")
@pytest.mark.parametrize("edit", [drop_a_line, add_a_line, change_a_price])
def test_hubspots_lines_are_sent_over_quickbooks_once(
    trade: Trade, seller: Seller, edit: Any
) -> None:
    link = trade.sold()
    before = edit(trade, link)
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo")
    assert decide(trade.world, link) is decisions.Decision.SEND_OURS
    trade.run()
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    booked = seller.booked(link.quickbooks_id)
    assert [one["Amount"] for one in sales(booked)] == [one["Amount"] for one in sales(before)]
    assert booked["TotalAmt"] == 107
    assert "is to be sent over QuickBooks'" in told(trade.invoice)
    assert trade.quiet()
    change_a_price(trade, link)  # were it the same edit again: it is asked about again
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo")


@proves("E3.2-tax-hq")
def test_tax_added_in_quickbooks_is_taken_off_again(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    before = seller.booked(link.quickbooks_id)
    taxed = [
        {**one, "SalesItemLineDetail": {**one["SalesItemLineDetail"], **TAXED}}
        for one in sales(before)
    ]
    seller.rebook(link.quickbooks_id, Line=taxed, TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    trade.run()
    assert trade.outcome == ("failing", "inv_tax_added_in_qbo")
    decide(trade.world, link)
    trade.run()
    trade.run()
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation
    assert seller.booked(link.quickbooks_id)["TotalAmt"] == 107


@proves("E3.2-customer-hq")
def test_the_customer_of_hubspot_is_put_back(trade: Trade, seller: Seller) -> None:
    link = trade.sold()
    before = seller.booked(link.quickbooks_id)["CustomerRef"]["value"]
    other = trade.world.quickbooks.add("Ada King", "ada@example.com")
    seller.rebook(link.quickbooks_id, CustomerRef={"value": other})
    trade.run()
    assert trade.outcome == ("failing", "inv_customer_changed_in_qbo")
    decide(trade.world, link)
    trade.run()
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert seller.booked(link.quickbooks_id)["CustomerRef"]["value"] == before


@proves("S22")
def test_a_further_edit_in_quickbooks_is_not_overwritten(trade: Trade, seller: Seller) -> None:
    """The person decided about another state than the run finds: it is asked again."""
    link = trade.sold()
    change_a_price(trade, link)
    trade.run()
    decide(trade.world, link)
    add_a_line(trade, link)
    edited = seller.booked(link.quickbooks_id)["Line"]
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo")
    assert seller.booked(link.quickbooks_id)["Line"] == edited
    assert trade.invoice.answered == {}


def test_a_reason_that_changed_since_it_was_shown_is_not_answered(trade: Trade) -> None:
    link = trade.sold()
    change_a_price(trade, link)
    trade.run()
    shown = decisions.seal(trade.invoice)
    add_a_line(trade, link)
    trade.run()
    with pytest.raises(DeedRefused) as why:
        decisions.decide(trade.invoice, sealed=shown, who="ann", now=trade.world.env.clock.now())
    assert why.value.hindrance is Hindrance.CHANGED


def test_neither_a_paid_invoice_nor_a_closed_period_is_overwritten(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold()
    change_a_price(trade, link)
    trade.close_books("2026-11-30")
    trade.run()
    assert trade.outcome == ("failing", "inv_lines_edited_in_qbo")
    assert refused(trade.world, link) is Hindrance.PERIOD_CLOSED
    trade.close_books("2026-09-30")
    customer = seller.booked(link.quickbooks_id)["CustomerRef"]["value"]
    seller.pay(customer, "10", (link.quickbooks_id, "10"))
    trade.run()
    assert refused(trade.world, link) is Hindrance.PAID


# -- Accept removal


@proves("E3.5-changed-origin-hubspot")
@pytest.mark.parametrize("how", ["lowered", "delete", "void"])
def test_an_accepted_removal_is_followed_in_hubspot(cashier: Cashier, how: str) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    booking = cashier.booking_of(bill)
    customer = cashier.booked(booking.quickbooks_id)["CustomerRef"]["value"]
    payment = cashier.pay(customer, "70", (booking.quickbooks_id, "70"), TxnDate="2026-11-02")
    cashier.world.settle()
    assert cashier.balances(booking) == ("open", 30, 30)
    if how == "lowered":
        cashier.edit(payment, "60", (booking.quickbooks_id, "60"))
    else:
        cashier.remove(payment, how)
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert link.code == "inv_payment_removed_in_qbo"
    assert decide(cashier.world, link) is decisions.Decision.ACCEPT_REMOVAL
    cashier.world.settle()
    link.refresh_from_db()
    if how == "lowered":
        assert link.state == "in_sync", link.explanation
        assert cashier.shown() == [("60", "2026-11-02")]
        assert cashier.balances(booking) == ("open", 40, 40)
    else:
        assert (link.state, link.code) == ("excluded", "gone")
        assert cashier.shown() == []
        assert cashier.balances(booking) == ("open", 100, 100)
    assert link.answered == {}
    assert cashier.agreed()


@proves("E3.5-changed-origin-hubspot")
def test_money_that_hubspot_collected_is_never_taken_off(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    cashier.collect(bill, "100")
    cashier.world.settle()
    (posted,) = [one["Id"] for one in cashier.all("Payment")]
    cashier.remove(posted)
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert link.code == "inv_payment_removed_in_qbo"
    assert refused(cashier.world, link) is Hindrance.COLLECTED
    assert len(cashier.shown()) == 1


# -- Post anyway


@proves("S26", "E3.3-duplicate")
def test_an_invoice_that_is_a_sale_of_its_own_is_posted_once(trade: Trade, seller: Seller) -> None:
    trade.sold(line("Design", "50"))
    (first,) = seller.everything("invoices")
    (contact,) = seller.tied("invoices", first["id"], "contacts")
    paid = {
        "hs_initial_amount": "50", "hs_initiated_date": "2026-11-02T20:00:00Z",
        "hs_latest_status": "succeeded", "hs_processor_type": "none", "hs_currency_code": "USD",
    }  # fmt: skip
    payment = seller.make("commerce_payments", paid, (first["id"], 542))
    second = seller.make("invoices", {"hs_currency": "USD"}, (contact, 177), (payment, 541))
    seller.make("line_items", line("Design", "50"), (second, 410))
    seller.change("invoices", second, hs_invoice_status="open")
    trade.world.hubspot_app.crm.tables["invoices"].get(second).values["hs_amount_paid"] = "50"
    trade.world.clock.advance(400)
    trade.world.run()
    link = trade.world.link(hubspot_id=second)
    assert (link.state, link.code) == ("failing", "inv_possible_duplicate")
    assert decide(trade.world, link) is decisions.Decision.POST_ANYWAY
    for _ in range(3):
        trade.world.clock.advance(400)
        trade.world.run()
    link.refresh_from_db()
    assert link.state == "in_sync", link.explanation
    assert len(seller.all("Invoice")) == 2


@proves("E3.5-to-quickbooks")
def test_a_payment_above_the_balance_is_posted_and_its_rest_stays_unapplied(
    cashier: Cashier,
) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    booking = cashier.booking_of(bill)
    customer = cashier.booked(booking.quickbooks_id)["CustomerRef"]["value"]
    cashier.pay(customer, "70", (booking.quickbooks_id, "70"), TxnDate="2026-11-02")
    payment = cashier.collect(bill, "100")
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments", hubspot_id=payment)
    assert link.code == "possible_duplicate_payment"
    decide(cashier.world, link)
    cashier.world.settle()
    link.refresh_from_db()
    assert link.state == "in_sync", link.explanation
    (made,) = [one for one in cashier.all("Payment") if one["TotalAmt"] == 100]
    assert made["UnappliedAmt"] == 70
    assert made["Line"][0]["Amount"] == 30
    assert cashier.booked(booking.quickbooks_id)["Balance"] == 0
    assert len(cashier.all("Payment")) == 2
    assert cashier.agreed()


def test_a_payment_of_which_nothing_can_be_applied_is_not_posted(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    booking = cashier.booking_of(bill)
    customer = cashier.booked(booking.quickbooks_id)["CustomerRef"]["value"]
    payment = cashier.collect(bill, "100")
    cashier.pay(customer, "100", (booking.quickbooks_id, "100"), TxnDate="2026-11-02")
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments", hubspot_id=payment)
    assert refused(cashier.world, link) is Hindrance.NOTHING_OPEN
    assert len(cashier.all("Payment")) == 1
