"""What QuickBooks received, shown in HubSpot: the rows of ENGINE 3.5 that lead there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncapp.models import RecordLogEntry
from tests.proves import proves
from tests.scenarios.documents import sale
from tests.scenarios.paying import INVOICE_TO_DEAL, Cashier
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


@proves("S24", "E3.5-mirror", "E3.2-payment-added-qq")
def test_a_payment_shows_on_invoice_contact_and_deal_with_a_note(cashier: Cashier) -> None:
    (one,) = cashier.sold("100")
    cashier.begin()
    mirror = cashier.mirror_of(one)
    deal = cashier.make("deals", {"dealname": "Website", "dealstage": "appointmentscheduled"})
    cashier.hubspot.call(
        "PUT",
        f"/crm/v4/objects/invoices/{mirror.hubspot_id}/associations/deals/{deal}",
        [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": INVOICE_TO_DEAL}],
    )
    payment = cashier.pay(
        cashier.customer, "100", (one, "100"), TxnDate="2026-11-02", PaymentRefNum="CH-7"
    )
    cashier.world.settle()

    (shown,) = cashier.shown_ids()
    told = cashier.read(
        "commerce_payments", shown, "hs_initial_amount", "hs_initiated_date", "hs_latest_status",
        "hs_processor_type", "hs_currency_code", "hs_reference_number", "qbo_sync_id",
    )  # fmt: skip
    realm = cashier.world.quickbooks_app.realm
    assert told == {
        "hs_initial_amount": "100", "hs_initiated_date": "2026-11-02T20:00:00.000Z",
        "hs_latest_status": "succeeded", "hs_processor_type": "quickbooks",
        "hs_currency_code": "USD", "hs_reference_number": "CH-7",
        "qbo_sync_id": f"{realm}:Payment:{payment}:{one}",
    }  # fmt: skip
    contact = cashier.world.link(definition__object_type="contacts").hubspot_id
    assert cashier.tied("commerce_payments", shown, "invoices") == [mirror.hubspot_id]
    assert cashier.tied("commerce_payments", shown, "contacts") == [contact]
    assert cashier.tied("commerce_payments", shown, "deals") == [deal]
    (note,) = cashier.everything("notes", "hs_note_body", "hs_timestamp")
    assert note["hs_note_body"] == (
        f"Payment received: 100 USD on 2026-11-02, reference CH-7 (QuickBooks payment {payment})."
    )
    assert note["hs_timestamp"].startswith("2026-11-02")
    assert cashier.tied("notes", note["id"], "deals") == [deal]
    assert cashier.balances(mirror) == ("paid", 0, 0)
    assert cashier.agreed()

    cashier.edit(payment, "60", (one, "60"))
    cashier.world.settle()
    assert [text.split(" on ")[0] for text in cashier.notes()] == ["Payment received: 60 USD"]
    cashier.remove(payment)
    cashier.world.settle()
    assert (cashier.notes(), cashier.shown()) == ([], [])


@proves("S24", "E3.5-partial")
def test_partial_payments_are_several_and_the_balances_are_equal(cashier: Cashier) -> None:
    (one,) = cashier.sold("100")
    cashier.begin()
    cashier.pay(cashier.customer, "30", (one, "30"), TxnDate="2026-11-01")
    cashier.pay(cashier.customer, "30", (one, "30"), TxnDate="2026-11-01")
    cashier.world.settle()
    assert cashier.shown() == [("30", "2026-11-01"), ("30", "2026-11-01")]
    assert cashier.balances(cashier.mirror_of(one)) == ("open", 40, 40)
    cashier.pay(cashier.customer, "40", (one, "40"), TxnDate="2026-11-02")
    cashier.world.settle()
    assert cashier.shown() == [("30", "2026-11-01")] * 2 + [("40", "2026-11-02")]
    assert cashier.balances(cashier.mirror_of(one)) == ("paid", 0, 0)
    assert cashier.agreed()


@proves("E3.5-unapplied")
def test_an_unapplied_part_shows_once_it_is_applied(cashier: Cashier) -> None:
    one, two = cashier.sold("100", "50")
    cashier.begin()
    payment = cashier.pay(cashier.customer, "120", (one, "100"), TxnDate="2026-11-02")
    loose = cashier.pay(cashier.customer, "7", TxnDate="2026-11-02")
    assert cashier.received(loose)["UnappliedAmt"] == 7
    cashier.world.settle()
    assert cashier.shown() == [("100", "2026-11-02")]
    assert cashier.balances(cashier.mirror_of(two)) == ("open", 50, 50)
    cashier.edit(payment, "120", (one, "100"), (two, "20"))
    cashier.world.settle()
    assert cashier.shown() == [("100", "2026-11-02"), ("20", "2026-11-02")]
    assert cashier.balances(cashier.mirror_of(two)) == ("open", 30, 30)
    assert cashier.agreed()


@proves("E3.5-credit")
def test_a_credit_applied_by_a_payment_of_nothing(cashier: Cashier) -> None:
    (one,) = cashier.sold("100")
    cashier.begin()
    credit = cashier.quickbooks.call(
        "POST", "/creditmemo",
        {"CustomerRef": {"value": cashier.customer}, "Line": [sale(cashier.item("Back"), "40")]},
    )["CreditMemo"]["Id"]  # fmt: skip
    body = {
        "CustomerRef": {"value": cashier.customer}, "TotalAmt": 0, "TxnDate": "2026-11-02",
        "Line": [
            {"Amount": 40, "LinkedTxn": [{"TxnId": one, "TxnType": "Invoice"}]},
            {"Amount": 40, "LinkedTxn": [{"TxnId": credit, "TxnType": "CreditMemo"}]},
        ],
    }  # fmt: skip
    cashier.quickbooks.call("POST", "/payment", body)
    cashier.world.settle()
    assert cashier.shown() == [("40", "2026-11-02")]
    (shown,) = cashier.shown_ids()
    told = cashier.read("commerce_payments", shown, "hs_internal_comment")
    assert told == {"hs_internal_comment": "Credit applied in QuickBooks"}
    mirror = cashier.mirror_of(one)
    assert cashier.balances(mirror) == ("open", 60, 60)
    assert (mirror.state, mirror.code) == ("in_sync", "")
    assert cashier.agreed()


@proves("E3.5-credit")
def test_a_credit_that_quickbooks_applies_by_itself(cashier: Cashier) -> None:
    cashier.sold("5")
    lines = [sale(cashier.item("Back"), "40")]
    credit = {"CustomerRef": {"value": cashier.customer}, "Line": lines}
    cashier.quickbooks.call("POST", "/creditmemo", credit)
    cashier.prefer(AutoApplyCredit=True)
    cashier.begin()
    (one,) = cashier.sold("100", number=9)
    cashier.world.settle()
    mirror = cashier.mirror_of(one)
    assert Decimal(str(cashier.booked(one)["Balance"])) == 60
    assert [amount for amount, _ in cashier.shown()] == ["40"]
    assert cashier.balances(mirror) == ("open", 60, 60)
    assert (mirror.state, mirror.code) == ("in_sync", "")


@proves("S24", "E3.5-changed-origin-quickbooks", "E3.2-payment-removed-qq")
@pytest.mark.parametrize("how", ["delete", "void"])
def test_the_mirror_follows_an_edit_and_a_removal(cashier: Cashier, how: str) -> None:
    one, two = cashier.sold("100", "50")
    payment = cashier.pay(cashier.customer, "150", (one, "100"), (two, "50"), TxnDate="2026-11-02")
    cashier.begin()
    assert cashier.shown() == [("100", "2026-11-02"), ("50", "2026-11-02")]
    cashier.edit(payment, "130", (one, "100"), (two, "30"))
    cashier.world.settle()
    assert cashier.shown() == [("100", "2026-11-02"), ("30", "2026-11-02")]
    assert cashier.balances(cashier.mirror_of(two)) == ("open", 20, 20)
    cashier.edit(payment, "100", (one, "100"))
    cashier.world.settle()
    assert cashier.shown() == [("100", "2026-11-02")]
    assert cashier.balances(cashier.mirror_of(two)) == ("open", 50, 50)
    cashier.remove(payment, how)
    cashier.world.settle()
    assert cashier.shown() == []
    assert cashier.balances(cashier.mirror_of(one)) == ("open", 100, 100)
    assert cashier.agreed()


@proves("E3.5-changed-origin-hubspot", "E3.2-payment-removed-hq")
@pytest.mark.parametrize("how", ["lowered", "delete", "void"])
def test_a_payment_taken_back_on_an_invoice_of_hubspot_is_failing(
    cashier: Cashier, how: str
) -> None:
    (bill,) = cashier.billed("100")
    cashier.begin()
    booking = cashier.booking_of(bill)
    customer = cashier.booked(booking.quickbooks_id)["CustomerRef"]["value"]
    payment = cashier.pay(customer, "100", (booking.quickbooks_id, "100"), TxnDate="2026-11-02")
    cashier.world.settle()
    assert cashier.shown() == [("100", "2026-11-02")]
    assert cashier.balances(booking) == ("paid", 0, 0)
    if how == "lowered":
        cashier.edit(payment, "60", (booking.quickbooks_id, "60"))
    else:
        cashier.remove(payment, how)
    cashier.world.settle()
    link = cashier.world.link(definition__object_type="payments")
    assert (link.state, link.code) == ("failing", "inv_payment_removed_in_qbo")
    left = "60.00 USD" if how == "lowered" else "nothing"
    assert "A payment of 100.00 USD" in link.explanation
    assert left in link.explanation
    assert cashier.shown() == [("100", "2026-11-02")]
    whole = cashier.booking_of(bill)
    assert (whole.state, whole.code) == ("failing", "inv_payment_removed_in_qbo")  # S22
    assert whole.explanation == link.explanation
    assert cashier.agreed()


@proves("E3.5-other-reduction")
def test_a_deposit_on_the_invoice_is_explained(cashier: Cashier) -> None:
    cashier.prefer(AllowDeposit=True)
    (one,) = cashier.sold("100", Deposit=30)
    cashier.begin()
    mirror = cashier.mirror_of(one)
    assert cashier.balances(mirror) == ("open", 70, 70)
    assert (mirror.state, mirror.code) == ("in_sync", "")


@proves("E3.5-other-reduction")
def test_what_nobody_can_explain_needs_a_decision_and_clears_by_itself(cashier: Cashier) -> None:
    (one,) = cashier.sold("100")
    cashier.begin()
    cashier.take_off(one, "12.5")
    cashier.world.settle()
    mirror = cashier.mirror_of(one)
    assert cashier.balances(mirror) == ("open", Decimal("87.5"), Decimal("87.5"))
    assert (mirror.state, mirror.code) == ("failing", "balance_unexplained")
    assert "12.50 USD" in mirror.explanation
    assert cashier.agreed()
    cashier.take_off(one, "-12.5")
    cashier.world.settle()
    assert (cashier.mirror_of(one).state, cashier.balances(mirror)[1]) == ("in_sync", 100)


@proves("E3.5-other-reduction")
def test_a_balance_read_before_its_payment_is_judged_later(cashier: Cashier) -> None:
    """It is paid while a run goes on: the write is refused, and only the invoice is read again."""
    (bill,) = cashier.billed("100")
    cashier.begin()
    booking = cashier.booking_of(bill)
    invoice = str(booking.quickbooks_id)
    customer = cashier.booked(invoice)["CustomerRef"]["value"]
    cashier.world.clock.advance(400)
    cashier.change("invoices", bill, hs_due_date="2026-12-24T20:00:00Z")
    cashier.just_before_the_write(
        lambda: cashier.pay(customer, "25", (invoice, "25"), TxnDate="2026-11-02")
    )
    cashier.world.run()
    assert cashier.booked(invoice)["DueDate"] == "2026-12-24"
    booking.refresh_from_db()
    assert (booking.state, booking.code) == ("waiting", "payments_unread")
    cashier.world.settle()
    booking.refresh_from_db()
    assert (booking.state, booking.code) == ("in_sync", "")
    told = RecordLogEntry.objects.filter(link=booking).values_list("code", flat=True)
    assert "balance_unexplained" not in set(told)
    assert cashier.balances(booking) == ("open", 75, 75)
