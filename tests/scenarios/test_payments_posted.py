"""What HubSpot collected, posted in QuickBooks: the rows of ENGINE 3.5 that lead there."""

from __future__ import annotations

import pytest

from tests.proves import proves
from tests.scenarios.paying import Cashier
from tests.world import World


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


@proves("S24", "S25", "E3.5-to-quickbooks", "E3.2-payment-added-hh")
def test_an_online_payment_arrives_with_its_date_and_the_account_of_its_processor(
    cashier: Cashier,
) -> None:
    (bill,) = cashier.billed("100")
    undeposited = cashier.account("Other Current Asset")
    cashier.begin(clearing_accounts={"hs_payments": undeposited, "none": cashier.bank})
    assert cashier.posted() == []
    payment = cashier.collect_online(bill, "100", day="2026-11-01")
    cashier.world.settle()
    assert cashier.posted() == [("100", "2026-11-01", undeposited)]
    (posted,) = cashier.all("Payment")
    booking = cashier.booking_of(bill)
    assert posted["Line"][0]["LinkedTxn"] == [
        {"TxnId": booking.quickbooks_id, "TxnType": "Invoice"}
    ]
    assert f":commerce_payments:{payment})" in posted["PrivateNote"]
    assert cashier.balances(booking) == ("paid", 0, 0)
    assert cashier.payment_state() == ("in_sync", "")
    assert (booking.state, booking.code) == ("in_sync", "")
    assert cashier.shown_ids() == [payment]
    assert cashier.agreed()


@proves("S25", "E3.5-to-quickbooks")
def test_a_late_evening_payment_keeps_the_companys_date(cashier: Cashier) -> None:
    """20:30 in Los Angeles is the next day in UTC (ENGINE 4)."""
    (bill,) = cashier.billed("100")
    cashier.begin()
    cashier.collect(bill, "100", hs_initiated_date="2026-11-02T04:30:00Z")
    cashier.world.settle()
    assert cashier.posted() == [("100", "2026-11-01", cashier.bank)]


@proves("S25", "E3.5-partial", "E3.5-to-quickbooks")
def test_several_payments_on_one_invoice_are_posted_in_one_run(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    for total in ("30", "30", "40"):
        cashier.collect(bill, total)
    cashier.world.clock.advance(400)
    run = cashier.world.run()
    assert run.state == "finished", run.detail
    assert [amount for amount, _, _ in cashier.posted()] == ["30", "30", "40"]
    assert cashier.balances(cashier.booking_of(bill)) == ("paid", 0, 0)
    assert cashier.agreed()
    assert [amount for amount, _ in cashier.shown()] == ["30", "30", "40"]


@proves("S25")
def test_an_invoice_paid_before_the_sync_began_arrives_paid(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.collect(bill, "100", hs_initiated_date="2026-11-02T08:00:00Z")
    cashier.begin()
    assert cashier.posted() == [("100", "2026-11-02", cashier.bank)]
    assert cashier.balances(cashier.booking_of(bill)) == ("paid", 0, 0)


@proves("E3.5-to-quickbooks")
def test_processing_is_not_posted_until_it_succeeds(cashier: Cashier) -> None:
    one, two = cashier.billed("100", "50")
    cashier.begin()
    late = cashier.collect(one, "100", hs_latest_status="processing")
    lost = cashier.collect(two, "50", hs_latest_status="processing")
    cashier.world.settle()
    assert cashier.posted() == []
    assert cashier.payment_state(hubspot_id=late) == ("waiting", "pay_processing")
    cashier.change("commerce_payments", late, hs_latest_status="succeeded")
    cashier.change("commerce_payments", lost, hs_latest_status="failed")
    cashier.world.settle()
    assert cashier.posted() == [("100", "2026-11-02", cashier.bank)]
    assert cashier.payment_state(hubspot_id=late) == ("in_sync", "")
    assert cashier.payment_state(hubspot_id=lost) == ("excluded", "pay_failed")


@proves("E3.5-to-quickbooks")
@pytest.mark.parametrize("status", ["failed", "disputed_lost"])
def test_money_that_was_posted_and_then_lost_needs_a_decision(
    cashier: Cashier, status: str
) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    payment = cashier.collect(bill, "100")
    cashier.world.settle()
    cashier.change("commerce_payments", payment, hs_latest_status=status)
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "pay_lost")
    assert "100.00 USD" in link.explanation
    assert len(cashier.posted()) == 1
    assert cashier.agreed()


@proves("E3.5-refund-hubspot")
def test_a_refund_in_hubspot_needs_a_decision_and_moves_nothing(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    payment = cashier.collect(bill, "100")
    cashier.world.settle()
    cashier.change(
        "commerce_payments", payment,
        hs_refunds_amount="25", hs_latest_status="partially_refunded",
    )  # fmt: skip
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "pay_refunded")
    assert link.explanation.startswith("25.00 USD of the payment was refunded in HubSpot.")
    assert "Record the refund in QuickBooks" in link.remedy
    assert cashier.posted() == [("100", "2026-11-02", cashier.bank)]
    assert cashier.agreed()


@proves("E3.5-to-quickbooks")
def test_a_closed_period_holds_a_payment_under_its_own_date(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    cashier.close_books("2026-11-01")
    cashier.collect(bill, "100", hs_initiated_date="2026-11-01T20:00:00Z")
    cashier.world.clock.advance(4000)
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "pay_period_closed")
    assert "Nov 1, 2026" in link.explanation
    assert cashier.posted() == []
    cashier.close_books(None)
    cashier.world.clock.advance(6 * 3600 + 60)
    cashier.world.settle()
    assert cashier.posted() == [("100", "2026-11-01", cashier.bank)]


@proves("S25", "E3.5-to-quickbooks")
def test_without_an_account_for_the_processor_nothing_is_posted(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin(clearing_accounts={"byo_stripe": cashier.bank})
    cashier.collect(bill, "100")
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "pay_no_account")
    assert cashier.posted() == []
    cashier.begin(clearing_accounts={"other": cashier.bank})
    assert cashier.posted() == [("100", "2026-11-02", cashier.bank)]


@proves("E3.5-to-quickbooks")
def test_never_above_the_balance_that_is_read_right_before(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    booking = cashier.booking_of(bill)
    customer = cashier.booked(booking.quickbooks_id)["CustomerRef"]["value"]
    payment = cashier.collect(bill, "100")
    by_hand = cashier.pay(customer, "100", (booking.quickbooks_id, "100"), TxnDate="2026-11-02")
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments", hubspot_id=payment)
    assert (link.state, link.code) == ("failing", "possible_duplicate_payment")
    assert "100.00 USD" in link.explanation
    assert "only 0.00 USD" in link.explanation
    assert [one["Id"] for one in cashier.all("Payment")] == [by_hand]
    assert cashier.agreed()


@proves("E3.5-to-quickbooks")
def test_a_payment_of_several_invoices_is_left_to_a_person(cashier: Cashier) -> None:
    one, two = cashier.billed("100", "50")
    cashier.begin()
    cashier.collect(one, "120", two)
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "pay_several_invoices")
    assert cashier.posted() == []


@proves("E3.5-to-quickbooks")
def test_a_payment_that_is_all_several_invoices_owe_is_posted_once(cashier: Cashier) -> None:
    one, two = cashier.billed("100", "50")
    cashier.begin()
    payment = cashier.collect(one, "150", two)
    cashier.world.settle()
    (posted,) = cashier.all("Payment")
    assert posted["TotalAmt"] == 150
    assert sorted(line["Amount"] for line in posted["Line"]) == [50, 100]
    link = cashier.world.link(definition__object_type="payments", hubspot_id=payment)
    assert link.state == "in_sync", link.explanation
    assert len(cashier.everything("commerce_payments")) == 1


@proves("E3.5-to-quickbooks", "E3.2-payment-added-qh")
def test_money_collected_on_a_mirror_is_left_to_a_person(cashier: Cashier) -> None:
    (one,) = cashier.sold("100")
    cashier.begin()
    mirror = cashier.mirror_of(one)
    cashier.collect(str(mirror.hubspot_id), "100")
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "payment_on_mirror")
    assert cashier.posted() == []
    assert cashier.agreed()


@proves("E3.5-to-quickbooks")
def test_a_payment_waits_for_its_invoice(cashier: Cashier) -> None:
    cashier.close_books("2026-11-01")
    (bill,) = cashier.billed("100", hs_invoice_date="2026-11-01T20:00:00Z")
    cashier.collect(bill, "100")
    cashier.begin()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "dependency")
    assert "which is not in sync: The books are closed" in link.explanation
    assert cashier.posted() == []
    cashier.close_books(None)
    cashier.world.clock.advance(6 * 3600 + 60)
    cashier.world.settle()
    assert cashier.posted() == [("100", "2026-11-02", cashier.bank)]


@proves("S26")
def test_payments_on_invoices_and_mirrors_never_make_a_second_one(cashier: Cashier) -> None:
    """An invoice of each side is paid on each side where it can be: nothing is doubled."""
    (booked,) = cashier.sold("100")
    (bill,) = cashier.billed("50")
    cashier.begin()
    booking, mirror = cashier.booking_of(bill), cashier.mirror_of(booked)
    cashier.pay(cashier.customer, "100", (booked, "100"), TxnDate="2026-11-02")
    cashier.collect(bill, "50")
    cashier.world.settle()
    assert [amount for amount, _, _ in cashier.posted()] == ["100", "50"]
    assert [amount for amount, _ in cashier.shown()] == ["100", "50"]
    assert len(cashier.all("Invoice")) == 2
    assert len(cashier.everything("invoices")) == 2
    assert cashier.all("SalesReceipt") == []
    assert cashier.balances(booking) == ("paid", 0, 0)
    assert cashier.balances(mirror) == ("paid", 0, 0)
    for full in (False, True):
        cashier.world.clock.advance(400)
        assert cashier.world.writes_of(cashier.world.run(full=full)) == 0


@proves("S24", "E3.2-payment-added-hq")
def test_an_invoice_of_hubspot_paid_in_quickbooks_shows_as_paid(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    booking = cashier.booking_of(bill)
    customer = cashier.booked(booking.quickbooks_id)["CustomerRef"]["value"]
    cashier.pay(customer, "60", (booking.quickbooks_id, "60"), TxnDate="2026-11-02")
    cashier.world.settle()
    assert cashier.balances(booking) == ("open", 40, 40)
    cashier.pay(customer, "40", (booking.quickbooks_id, "40"), TxnDate="2026-11-02")
    cashier.world.settle()
    assert cashier.balances(booking) == ("paid", 0, 0)
    assert cashier.booking_of(bill).state == "in_sync"
    assert len(cashier.posted()) == 2
    assert cashier.agreed()


@proves("E3.5-to-quickbooks", "E3.2-payment-removed-hh")
def test_a_payment_removed_in_hubspot_needs_a_decision(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    payment = cashier.collect(bill, "100")
    cashier.world.settle()
    cashier.hubspot.call("DELETE", f"/crm/v3/objects/commerce_payments/{payment}")
    cashier.world.run(full=True)
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "pay_removed_in_hubspot")
    assert len(cashier.posted()) == 1
    assert cashier.agreed()


@proves("E3.5-to-quickbooks")
def test_a_posted_payment_deleted_in_quickbooks_is_not_posted_again(cashier: Cashier) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    cashier.collect(bill, "100")
    cashier.world.settle()
    cashier.remove(cashier.all("Payment")[0]["Id"])
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "inv_payment_removed_in_qbo")
    assert cashier.posted() == []
    assert cashier.agreed()
