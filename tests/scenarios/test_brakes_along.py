"""Payments are counted, held and approved with the invoices they belong to (ENGINE 2.5, B1)."""

from __future__ import annotations

import pytest

from syncapp.core import brakes as limits
from syncapp.models import Rehearsal, SyncDefinition
from syncapp.services import brakes, definitions
from tests.proves import proves
from tests.scenarios.paying import Cashier
from tests.scenarios.test_brakes import rehearse
from tests.scenarios.test_invoices import start
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def cashier(world: World, monkeypatch: pytest.MonkeyPatch) -> Cashier:
    """Three paid invoices of either side, where more than three new records are unusual."""
    monkeypatch.setattr(limits, "MOST_CREATES", 3)
    monkeypatch.setattr(limits, "FEWEST", 1)
    made = Cashier(world)
    for place, invoice in enumerate(made.sold("100", "50", "20")):
        made.pay(made.customer, "10", (invoice, "10"), TxnDate="2026-11-02")
        made.pay(made.customer, str(place + 1), (invoice, str(place + 1)), TxnDate="2026-11-02")
    for invoice in made.billed("30", "40"):
        made.collect(invoice, "5")
        made.collect(invoice, "7")
    world.sync("contacts")
    world.run()
    return made


def switch_on(cashier: Cashier) -> SyncDefinition:
    start(cashier, clearing_accounts={"none": cashier.bank})
    return SyncDefinition.objects.get(object_type="invoices")


def ready(cashier: Cashier) -> SyncDefinition:
    """The settings in force, not switched on yet."""
    definition = switch_on(cashier)
    definitions.turn_off(definition)
    return definition


def made(cashier: Cashier) -> tuple[int, ...]:
    """Invoices and payments in HubSpot, then in QuickBooks."""
    return (
        len(cashier.everything("invoices")), len(cashier.shown_ids()),
        len(cashier.all("Invoice")), len(cashier.all("Payment")),
    )  # fmt: skip


@proves("B1")
def test_a_rehearsal_counts_the_payments_of_invoices_that_are_not_there_yet(
    cashier: Cashier,
) -> None:
    definition = ready(cashier)
    before = made(cashier)
    found = rehearse(cashier.world, definition)
    assert found.state == Rehearsal.State.FINISHED, found.detail
    assert found.result["create"] == {"hubspot": 3, "quickbooks": 2}
    along = found.result["along"]["payments"]
    assert along["create"] == {"hubspot": 6, "quickbooks": 4}
    assert along["money"] == {"hubspot": {"USD": "36.00"}, "quickbooks": {"USD": "24.00"}}
    assert made(cashier) == before


@proves("B1")
def test_what_a_rehearsal_foretold_and_a_person_approved_is_written_in_one_go(
    cashier: Cashier,
) -> None:
    definition = ready(cashier)
    found = rehearse(cashier.world, definition)
    assert brakes.approve_rehearsal(found, who="ann", now=cashier.world.env.clock.now())
    switch_on(cashier)
    cashier.world.settle()
    assert brakes.held_in(cashier.world.pair) == []
    assert made(cashier) == (5, 10, 5, 10)
    assert cashier.agreed()


def test_payments_are_held_with_their_invoices_and_approved_with_them(cashier: Cashier) -> None:
    before = made(cashier)
    definition = switch_on(cashier)
    cashier.world.run()
    definition.refresh_from_db()
    assert definition.held_at is not None
    assert (
        "create 3 invoices in HubSpot and 2 invoices in QuickBooks" in definition.brake["sentence"]
    )
    assert "6 payments in HubSpot and 4 payments in QuickBooks" in definition.brake["sentence"]
    assert definition.brake["along"]["payments"]["create"] == {"hubspot": 6, "quickbooks": 4}
    assert made(cashier) == before
    payments = definition.hosted.get(object_type="payments")
    assert payments.links.filter(code="brake").count() == 10
    cashier.world.clock.advance(400)
    assert cashier.world.writes_of(cashier.world.run()) == 0
    assert cashier.world.approve() == ["invoices"]
    cashier.world.settle()
    assert brakes.held_in(cashier.world.pair) == []
    assert made(cashier) == (5, 10, 5, 10)
    assert cashier.agreed()


def test_more_payments_than_were_approved_are_held_by_themselves(cashier: Cashier) -> None:
    definition = switch_on(cashier)
    cashier.world.run()
    (one, *_rest) = [row["Id"] for row in cashier.all("Invoice")]
    assert cashier.world.approve() == ["invoices"]
    for _ in range(5):
        cashier.pay(cashier.customer, "1", (one, "1"), TxnDate="2026-11-02")
    cashier.world.clock.advance(400)
    cashier.world.run()
    held = [found.object_type for found in brakes.held_in(cashier.world.pair)]
    assert held == ["invoices"]
    definition.refresh_from_db()
    assert definition.brake["along"]["payments"]["create"]["hubspot"] == 11
