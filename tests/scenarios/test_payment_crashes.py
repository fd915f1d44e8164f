"""Payments when the process dies or an answer is lost: each exists once in the end (I8, S24)."""

from __future__ import annotations

import pytest

from syncapp.core.sides import Side
from syncapp.models import PendingWrite
from tests.proves import proves
from tests.scenarios.paying import Cashier
from tests.world import World

pytestmark = pytest.mark.services

#: What the crash points of one run that writes payments are passed; ``looked_up`` comes after.
POINTS = ("intents_saved", "answer_received", "answer_saved")


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


def prepare(cashier: Cashier) -> tuple[str, str, str]:
    """Three invoices; one payment in HubSpot for its own, one in QuickBooks over two."""
    one, two = cashier.sold("100", "50")
    (bill,) = cashier.billed("70")
    cashier.begin()
    cashier.collect(bill, "70")
    cashier.pay(cashier.customer, "120", (one, "100"), (two, "20"), TxnDate="2026-11-02")
    cashier.world.clock.advance(400)
    return one, two, bill


def check(cashier: Cashier, one: str, two: str, bill: str) -> None:
    """Each payment once on each side, every balance the same."""
    assert [amount for amount, _, _ in cashier.posted()] == ["120", "70"]
    assert [amount for amount, _ in cashier.shown()] == ["100", "20", "70"]
    assert cashier.balances(cashier.mirror_of(one)) == ("paid", 0, 0)
    assert cashier.balances(cashier.mirror_of(two)) == ("open", 30, 30)
    assert cashier.balances(cashier.booking_of(bill)) == ("paid", 0, 0)
    assert not PendingWrite.objects.filter(state__in=PendingWrite.OPEN).exists()
    posted = cashier.world.link(definition__object_type="payments", label__startswith="Bea")
    assert (posted.state, posted.code) == ("in_sync", "")


@proves("S24", "S26", "E3.5-to-quickbooks")
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_i8_a_crash_doubles_no_payment(cashier: Cashier, point: str, nth: int) -> None:
    told = prepare(cashier)
    cashier.world.run_until_crash(point, nth)
    cashier.world.settle(12)
    check(cashier, *told)


@proves("S24", "S26", "E3.5-to-quickbooks")
@pytest.mark.parametrize("kind", ["lost_answer", "cut", "late_commit"])
@pytest.mark.parametrize("side", list(Side))
def test_a_lost_answer_doubles_no_payment(cashier: Cashier, side: Side, kind: str) -> None:
    told = prepare(cashier)
    path = "commerce_payments/batch/create" if side is Side.HUBSPOT else "/(batch|payment)"
    extra = {"delay": 50 if side is Side.HUBSPOT else 110} if kind == "late_commit" else {}
    cashier.world.arm(side, kind, match={"method": "POST", "path": path, "nth": 1}, **extra)
    cashier.world.run()
    assert PendingWrite.objects.filter(state="unknown").exists()
    cashier.world.settle(12)
    check(cashier, *told)


@proves("S26", "E3.5-to-quickbooks")
@pytest.mark.parametrize("is_spread", [False, True])
def test_a_lost_payment_is_found_although_it_was_read_before_it_is_looked_for(
    cashier: Cashier, is_spread: bool
) -> None:
    """Somebody may even apply a rest of it to another invoice first."""
    other, bill = cashier.billed("40", "100")
    cashier.begin()
    first, second = (str(cashier.booking_of(one).quickbooks_id) for one in (other, bill))
    payment = cashier.collect(bill, "100")
    cashier.world.clock.advance(400)
    cashier.world.arm(
        Side.QUICKBOOKS, "lost_answer",
        match={"method": "POST", "path": "/(batch|payment)", "nth": 1},
    )  # fmt: skip
    cashier.world.run()
    (posted,) = cashier.all("Payment")
    if is_spread:
        cashier.edit(posted["Id"], "110", (first, "10"), (second, "100"))
    cashier.world.clock.advance(10)
    cashier.world.run()
    assert cashier.payment_state(hubspot_id=payment) == ("waiting", "outcome_unknown")
    cashier.world.settle(12)
    link = cashier.world.link(definition__object_type="payments", hubspot_id=payment)
    assert link.quickbooks_id == f"{posted['Id']}/{second}"
    assert (link.state, link.code) == ("in_sync", "")
    assert len(cashier.all("Payment")) == 1
    assert [amount for amount, _ in cashier.shown()] == ["100"]  # its own, with its amount
    assert cashier.agreed()
