"""Accounts of HubSpot that have no commerce payments (UNCONFIRMED, apis/hubspot.md 11)."""

from __future__ import annotations

import pytest

from simulators.hubspot import errors
from simulators.hubspot.app import HubSpot
from syncapp.models import Connection, SyncDefinition
from tests.proves import proves
from tests.scenarios.paying import Cashier
from tests.world import HUBSPOT_URL, World

pytestmark = pytest.mark.services


def switch(world: World, **settings: bool) -> None:
    answer = world.http.apps[HUBSPOT_URL].post("/__sim__/settings", json=settings)
    assert answer.status_code < 300, answer.get_data(as_text=True)


@proves("S19", "S24")
def test_invoices_are_synced_without_payments_until_there_are_some(world: World) -> None:
    cashier = Cashier(world)
    switch(world, payments_readable=False)
    (one,) = cashier.sold("100")
    cashier.pay(cashier.customer, "30", (one, "30"), TxnDate="2026-11-02")
    (bill,) = cashier.billed("50")
    cashier.begin()
    mirror = cashier.mirror_of(one)
    assert (mirror.state, mirror.code) == ("in_sync", "")
    assert cashier.balances(mirror) == ("open", 70, 70)
    told = cashier.read("invoices", mirror.hubspot_id, "hs_amount_paid")
    assert told == {"hs_amount_paid": "30"}
    assert cashier.booking_of(bill).state == "in_sync"
    payments = SyncDefinition.objects.get(object_type="payments")
    assert not payments.enabled
    assert payments.settings["absent"] == (
        "This HubSpot account has no commerce payments; they are left out."
    )
    assert cashier.agreed()

    switch(world, payments_readable=True)
    cashier.begin()
    payments.refresh_from_db()
    assert (payments.enabled, payments.settings["absent"]) == (True, "")
    assert cashier.shown() == [("30", "2026-11-02")]
    assert cashier.balances(mirror) == ("open", 70, 70)


@proves("S19", "S24")
@pytest.mark.parametrize("status", [403, 404])
def test_payments_that_vanish_later_break_no_run_and_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """HubSpot answers 403 or 404 for what it had; the rest goes on, each record says why."""
    cashier = Cashier(world)
    (one,) = cashier.sold("100")
    (bill,) = cashier.billed("50")
    cashier.begin()
    cashier.pay(cashier.customer, "30", (one, "30"), TxnDate="2026-11-02")
    cashier.world.settle()
    assert cashier.shown() == [("30", "2026-11-02")]
    if status == 404:
        refuse = HubSpot._must_have

        def not_found(app: HubSpot, path: str) -> None:
            try:
                refuse(app, path)
            except errors.ApiError:
                raise errors.not_found("no such type") from None

        monkeypatch.setattr(HubSpot, "_must_have", not_found)

    switch(world, payments_readable=False)
    cashier.pay(cashier.customer, "20", (one, "20"), TxnDate="2026-11-02")
    cashier.change("invoices", bill, hs_comments="Thank you")
    run = world.settle()
    assert run.state == "finished", run.detail
    assert {row.status for row in Connection.objects.all()} == {"connected"}
    mirror, booking = cashier.mirror_of(one), cashier.booking_of(bill)
    assert cashier.balances(mirror) == ("open", 50, 50)  # shown as a figure all the same
    memo = cashier.booked(str(booking.quickbooks_id))["CustomerMemo"]
    assert memo == {"value": "Thank you"}
    assert (mirror.state, booking.state) == ("in_sync", "in_sync")
    told = world.link(definition__object_type="payments")
    assert (told.state, told.code) == ("failing", "object_absent")
    assert "no commerce payments" in told.explanation

    switch(world, payments_readable=True)
    world.clock.advance(3600)
    world.settle()
    told.refresh_from_db()
    assert (told.state, told.code) == ("in_sync", "")
    assert cashier.shown() == [("20", "2026-11-02"), ("30", "2026-11-02")]
    assert cashier.agreed()
