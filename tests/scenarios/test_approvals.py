"""Approvals: soft close (B20) and approval before posting (B12), over HTTP on both simulators.

Each asserts what QuickBooks holds before and after a person spoke.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from syncapp.core.approvals import Why
from syncapp.models import Approval, RecordLogEntry
from syncapp.services import approvals, definitions
from tests.proves import proves
from tests.scenarios.documents import Seller, line
from tests.scenarios.paying import Cashier
from tests.scenarios.trade import Trade, seller, trade
from tests.world import World

__all__ = ["seller", "trade"]
pytestmark = pytest.mark.services
REVIEWED = date(2026, 11, 10)
EARLY = "2026-11-02T00:00:00Z"


def review(world: World, day: date | None = REVIEWED) -> None:
    approvals.set_reviewed_through(world.pair, day, who="cara", now=world.env.clock.now())


def approve(world: World, who: str = "cara", **where: Any) -> approvals.Outcome:
    """A person approves everything that waits."""
    return approvals.approve(
        approvals.waiting().filter(**where), who=who, now=world.env.clock.now()
    )


def asked(**where: Any) -> Approval:
    return Approval.objects.get(**where)


# -- soft close


@proves("B20", "E3.3-reviewed-through")
def test_b20_a_document_of_a_reviewed_period_is_posted_once_it_is_approved(
    trade: Trade, seller: Seller
) -> None:
    seller.bill(trade.client(), line("Design", "50"), hs_invoice_date=EARLY)
    trade.start()
    review(trade.world)
    link = trade.run()
    assert (link.state, link.code) == ("waiting", "approval_period")
    for words in ("Nov 2, 2026", "Nov 10, 2026", "50.00 USD"):
        assert words in link.explanation
    assert "role approver" in link.remedy
    assert seller.all("Invoice") == []
    one = asked()
    assert (one.state, one.op, one.why) == ("waiting", "create", [Why.PERIOD])
    assert (one.document_date, one.amount, one.currency) == (date(2026, 11, 2), 50, "USD")
    assert {"TxnDate", "Line"} <= {change["field"] for change in one.changes}
    # Nobody said anything: it goes on waiting, and is told once.
    trade.run()
    assert seller.all("Invoice") == []
    assert RecordLogEntry.objects.filter(link=link, code="approval_period").count() == 1
    assert Approval.objects.count() == 1

    assert approve(trade.world).done == 1
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert [row["TotalAmt"] for row in seller.all("Invoice")] == [50]
    one.refresh_from_db()
    assert (one.state, one.decided_by) == ("sent", "cara")
    told = RecordLogEntry.objects.get(link=link, kind="person")
    assert (told.text, told.who) == ("Approved.", "cara")
    assert trade.quiet()


@proves("B20", "E3.3-reviewed-through")
def test_b20_a_later_date_needs_no_approval(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"), hs_invoice_date="2026-11-11T00:00:00Z")
    trade.start()
    review(trade.world)
    assert trade.run().state == "in_sync"
    assert len(seller.all("Invoice")) == 1
    assert not Approval.objects.exists()


@proves("B20", "E3.3-reviewed-through")
def test_b20_what_changes_after_the_approval_is_asked_for_again(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold(hs_invoice_date=EARLY)
    review(trade.world)
    seller.change("invoices", link.hubspot_id, hs_comments="First")
    trade.run()
    first = asked()
    assert [(c["label"], c["before"], c["after"]) for c in first.changes] == [
        ("Message on the invoice", None, "First")
    ]
    approve(trade.world)
    seller.change("invoices", link.hubspot_id, hs_comments="Second")  # before it was sent
    trade.run()
    assert trade.outcome == ("waiting", "approval_period")
    assert "CustomerMemo" not in seller.booked(link.quickbooks_id)
    first.refresh_from_db()
    assert first.state == "withdrawn"
    second = asked(state="waiting")
    assert second.changes[0]["after"] == "Second"
    approve(trade.world)
    trade.run()
    assert seller.booked(link.quickbooks_id)["CustomerMemo"]["value"] == "Second"
    assert trade.quiet()


@proves("B20", "E3.3-reviewed-through")
def test_b20_an_approval_is_good_for_one_write(trade: Trade, seller: Seller) -> None:
    link = trade.sold(hs_invoice_date=EARLY, hs_comments="One")
    review(trade.world)
    for memo in ("Two", "One", "Two"):
        seller.change("invoices", link.hubspot_id, hs_comments=memo)
        trade.run()
        assert trade.outcome == ("waiting", "approval_period"), memo
        assert approve(trade.world).done == 1
        trade.run()
        assert trade.outcome == ("in_sync", "")
        assert seller.booked(link.quickbooks_id)["CustomerMemo"]["value"] == memo
    assert Approval.objects.filter(state="sent").count() == 3


def test_b20_a_change_that_was_taken_back_is_not_asked_for_any_more(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold(hs_invoice_date=EARLY, hs_comments="One")
    review(trade.world)
    for word in ("waiting", "approved"):
        seller.change("invoices", link.hubspot_id, hs_comments="Two")
        trade.run()
        if word == "approved":
            approve(trade.world)
        seller.change("invoices", link.hubspot_id, hs_comments="One")
        trade.run()
        assert trade.outcome == ("in_sync", "")
        assert not Approval.objects.filter(state__in=Approval.OPEN).exists()
    seller.change("invoices", link.hubspot_id, hs_comments="Two")
    trade.run()
    assert trade.outcome == ("waiting", "approval_period")  # the old yes is gone


def test_b20_a_date_that_leaves_the_reviewed_period_waits_too(trade: Trade, seller: Seller) -> None:
    link = trade.sold(hs_invoice_date=EARLY)
    review(trade.world)
    seller.change("invoices", link.hubspot_id, hs_invoice_date="2026-11-20T00:00:00Z")
    trade.run()
    assert trade.outcome == ("waiting", "approval_period")
    assert seller.booked(link.quickbooks_id)["TxnDate"] == "2026-11-02"
    assert asked().document_date == date(2026, 11, 2)
    approve(trade.world)
    trade.run()
    assert seller.booked(link.quickbooks_id)["TxnDate"] == "2026-11-20"


@proves("B20")
def test_b20_a_void_waits(trade: Trade, seller: Seller) -> None:
    link = trade.sold(hs_invoice_date=EARLY)
    review(trade.world)
    seller.change("invoices", link.hubspot_id, hs_invoice_status="voided")
    trade.run()
    assert trade.outcome == ("waiting", "approval_period")
    assert seller.booked(link.quickbooks_id)["TotalAmt"] != 0
    assert asked().op == "void"
    approve(trade.world)
    trade.run()
    assert seller.booked(link.quickbooks_id)["TotalAmt"] == 0
    assert trade.outcome == ("in_sync", "")


def test_b20_what_goes_to_hubspot_is_not_held(trade: Trade, seller: Seller) -> None:
    link = trade.sold(hs_invoice_date=EARLY)
    review(trade.world)
    seller.change("invoices", link.hubspot_id, hs_comments="From HubSpot")
    seller.rebook(link.quickbooks_id, DueDate="2026-12-24")
    trade.run()
    assert trade.outcome == ("waiting", "approval_period")
    due = seller.read("invoices", link.hubspot_id, "hs_due_date")["hs_due_date"]
    assert due.startswith("2026-12-24")
    assert asked().changes[0]["after"] == "From HubSpot"


@proves("B20")
def test_b20_a_payment_waits_by_its_own_date_and_holds_no_other(world: World) -> None:
    cashier = Cashier(world)
    (bill,) = cashier.billed("100", hs_invoice_date="2026-11-20T00:00:00Z")
    cashier.begin()
    review(world)
    cashier.collect(bill, "60", hs_initiated_date="2026-11-05T20:00:00Z")
    cashier.collect(bill, "40", hs_initiated_date="2026-11-15T20:00:00Z")
    world.settle()
    assert cashier.posted() == [("40", "2026-11-15", cashier.bank)]
    held = world.link(definition__object_type="payments", state="waiting")
    assert held.code == "approval_period"
    assert (asked().amount, asked().definition.object_type) == (60, "payments")
    approve(world)
    world.settle()
    assert sorted(cashier.posted()) == [
        ("40", "2026-11-15", cashier.bank), ("60", "2026-11-05", cashier.bank),
    ]  # fmt: skip
    assert cashier.agreed()


def test_b20_clearing_the_day_lets_go_what_waited_and_moving_it_on_holds_the_next(
    trade: Trade, seller: Seller
) -> None:
    link = trade.sold(hs_invoice_date=EARLY)
    review(trade.world)
    seller.change("invoices", link.hubspot_id, hs_comments="One")
    trade.run()
    assert trade.outcome == ("waiting", "approval_period")
    review(trade.world, None)
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert asked().state == "withdrawn"
    assert seller.booked(link.quickbooks_id)["CustomerMemo"]["value"] == "One"


def test_b20_a_day_set_while_a_run_plans_holds_what_it_planned(
    trade: Trade, seller: Seller
) -> None:
    """Nothing leaves after the click, whatever was planned before it (like I7)."""
    link = trade.sold(hs_invoice_date=EARLY)
    seller.change("invoices", link.hubspot_id, hs_comments="Late")
    trade.world.clock.advance(400)
    send = trade.world.http.send

    def first(request: Any) -> Any:
        trade.world.http.send = send  # type: ignore[method-assign]
        review(trade.world)  # the run has read its settings by now
        return send(request)

    trade.world.http.send = first  # type: ignore[method-assign]
    trade.world.run()
    assert "CustomerMemo" not in seller.booked(link.quickbooks_id)
    trade.run()
    assert trade.outcome == ("waiting", "approval_period")


def test_an_approval_outlives_a_crash_and_a_lost_answer(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"), hs_invoice_date=EARLY)
    trade.start()
    review(trade.world)
    trade.run()
    approve(trade.world)
    trade.world.clock.advance(400)
    trade.world.run_until_crash("intents_saved")
    assert asked().state == "approved"
    trade.world.settle()
    assert [row["TotalAmt"] for row in seller.all("Invoice")] == [50]
    assert asked().state == "sent"


# -- approval before posting


def posting(trade: Trade, **options: Any) -> None:
    trade.start(options=options)


@proves("B12")
def test_b12_all_invoices_wait_where_the_sync_says_so(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"))
    posting(trade, approval="all")
    link = trade.run()
    assert (link.state, link.code) == ("waiting", "approval_posting")
    assert "50.00 USD" in link.explanation
    assert asked().why == [Why.POSTING]
    assert len(trade.world.quickbooks.all()) == 1  # the customer needs none
    approve(trade.world)
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert len(seller.all("Invoice")) == 1


@pytest.mark.parametrize(("price", "waits"), [("100", False), ("100.01", True)])
def test_b12_above_an_amount(trade: Trade, seller: Seller, price: str, waits: bool) -> None:
    seller.bill(trade.client(), line("Design", price))
    posting(trade, approval="above", approval_above="100")
    assert (trade.run().code == "approval_posting") is waits
    assert len(seller.all("Invoice")) == (0 if waits else 1)


def test_b12_payments_have_a_rule_of_their_own(world: World) -> None:
    cashier = Cashier(world)
    (bill,) = cashier.billed("100")
    cashier.begin(payment_approval="above", payment_approval_above="50")
    cashier.collect(bill, "20")
    cashier.collect(bill, "80")
    world.settle()
    assert [row[0] for row in cashier.posted()] == ["20"]
    assert asked().amount == 80
    approve(world)
    world.settle()
    assert sorted(row[0] for row in cashier.posted()) == ["20", "80"]


def test_b12_customers_and_items_can_wait_too(world: World) -> None:
    world.hubspot.add(email="bea@example.com", firstname="Bea", lastname="Bly")
    world.sync("contacts", options={"approval": "all"})
    world.settle()
    assert world.quickbooks.names() == []
    assert world.states() == {"Bea Bly": ("waiting", "approval_posting")}
    approve(world)
    world.settle()
    assert world.quickbooks.names() == ["Bea Bly"]


@proves("B12")
def test_b12_two_people(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"))
    posting(trade, approval="all", approval_by_another=True)
    trade.run()
    now = trade.world.env.clock.now()
    assert "checked first" in approve(trade.world, "cara").refused[0]
    approvals.prepare(approvals.waiting(), who="cara", now=now)
    assert "You prepared it" in approve(trade.world, "cara").refused[0]
    trade.run()
    assert seller.all("Invoice") == []
    assert approve(trade.world, "dora") == approvals.Outcome(1)
    trade.run()
    assert len(seller.all("Invoice")) == 1
    assert (asked().prepared_by, asked().decided_by) == ("cara", "dora")


@proves("B12")
def test_b12_sent_back_with_a_reason_and_asked_for_again(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"))
    posting(trade, approval="all")
    trade.run()
    now = trade.world.env.clock.now()
    with pytest.raises(ValueError, match="Say why"):
        approvals.send_back(approvals.waiting(), who="cara", note=" ", now=now)
    approvals.send_back(approvals.waiting(), who="cara", note="Wrong price.", now=now)
    link = trade.run()
    assert (link.state, link.code) == ("failing", "approval_sent_back")
    assert "cara" in link.explanation
    assert "Wrong price." in link.explanation
    assert link.needs_decision
    assert approve(trade.world).done == 0  # it is the preparer's turn
    trade.run()
    assert seller.all("Invoice") == []
    approvals.prepare(approvals.waiting(), who="olga", now=now)
    assert trade.run().code == "approval_posting"
    approve(trade.world)
    trade.run()
    assert len(seller.all("Invoice")) == 1


def test_b12_a_corrected_record_that_was_sent_back_is_asked_for_anew(
    trade: Trade, seller: Seller
) -> None:
    invoice = seller.bill(trade.client(), line("Design", "50"))
    posting(trade, approval="all")
    trade.run()
    now = trade.world.env.clock.now()
    approvals.send_back(approvals.waiting(), who="cara", note="No message.", now=now)
    trade.run()
    seller.change("invoices", invoice, hs_comments="Thank you")
    link = trade.run()
    assert (link.state, link.code) == ("waiting", "approval_posting")
    assert asked(state="waiting").prepared_by == ""


def test_b12_switching_the_rule_off_lets_go_what_waited(trade: Trade, seller: Seller) -> None:
    seller.bill(trade.client(), line("Design", "50"))
    posting(trade, approval="all")
    definition = trade.run().definition
    document = definitions.export_document(definition)
    document["options"]["approval"] = "none"
    definitions.save_document(definition, document, now=trade.world.env.clock.now())
    trade.run()
    assert trade.outcome == ("in_sync", "")
    assert asked().state == "withdrawn"
