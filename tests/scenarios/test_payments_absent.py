"""Accounts of HubSpot that have no commerce payments (UNCONFIRMED, apis/hubspot.md 11)."""

from __future__ import annotations

import pytest

from syncapp.models import SyncDefinition
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
