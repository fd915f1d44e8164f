"""Refunds that were given in QuickBooks, shown in HubSpot (ENGINE 3.5): no money moves."""

from __future__ import annotations

import pytest

from tests.proves import proves
from tests.scenarios.documents import Row, sale
from tests.scenarios.paying import Cashier
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def cashier(world: World) -> Cashier:
    return Cashier(world)


def operate(cashier: Cashier, refund: str, how: str) -> None:
    held = cashier.quickbooks.call("GET", f"/refundreceipt/{refund}")["RefundReceipt"]
    body = {"Id": refund, "SyncToken": held["SyncToken"]}
    cashier.quickbooks.call("POST", f"/refundreceipt?operation={how}", body)


def change(cashier: Cashier, refund: str, **fields: object) -> None:
    held: Row = cashier.quickbooks.call("GET", f"/refundreceipt/{refund}")["RefundReceipt"]
    body = {"Id": refund, "SyncToken": held["SyncToken"], "sparse": True, **fields}
    cashier.quickbooks.call("POST", "/refundreceipt", body)


def of_refund(cashier: Cashier, refund: str) -> tuple[str, str]:
    link = cashier.world.link(definition__object_type="refunds", quickbooks_id=refund)
    return link.state, link.code


@proves("E3.5-refund-quickbooks")
def test_a_refund_is_shown_on_the_contact_and_moves_no_money(cashier: Cashier) -> None:
    (one,) = cashier.sold("100")
    cashier.pay(cashier.customer, "100", (one, "100"), TxnDate="2026-11-01")
    cashier.begin()
    before = (cashier.balances(cashier.mirror_of(one)), cashier.shown())
    refund = cashier.refund(
        cashier.customer, sale(cashier.item("Back"), "40"), TxnDate="2026-11-02", DocNumber="R-7"
    )
    cashier.world.settle()
    (note,) = cashier.everything("notes", "hs_note_body", "hs_timestamp", "qbo_sync_id")
    assert note["hs_note_body"] == (
        "Refund given: 40.00 USD on 2026-11-02 (QuickBooks refund receipt R-7). "
        "Nothing was paid back through HubSpot."
    )
    assert note["hs_timestamp"].startswith("2026-11-02")
    assert note["qbo_sync_id"].endswith(f":RefundReceipt:{refund}")
    contact = cashier.world.link(definition__object_type="contacts").hubspot_id
    assert cashier.tied("notes", note["id"], "contacts") == [contact]
    assert of_refund(cashier, refund) == ("in_sync", "")
    assert (cashier.balances(cashier.mirror_of(one)), cashier.shown()) == before
    assert cashier.agreed()


@proves("E3.5-refund-quickbooks")
def test_the_entry_follows_an_edit_a_void_and_a_deletion(cashier: Cashier) -> None:
    cashier.sold("100")
    cashier.begin()
    lines = [sale(cashier.item("Back"), "40")]
    refund = cashier.refund(cashier.customer, *lines, TxnDate="2026-11-02")
    cashier.world.settle()
    change(cashier, refund, Line=[sale(cashier.item("More"), "45.5")])
    cashier.world.settle()
    assert [text.split(" on ")[0] for text in cashier.notes()] == ["Refund given: 45.50 USD"]
    operate(cashier, refund, "void")
    cashier.world.settle()
    assert [text.split(" (")[0] for text in cashier.notes()] == [
        "Refund of 2026-11-02 was voided in QuickBooks"
    ]
    operate(cashier, refund, "delete")
    cashier.world.settle()
    assert cashier.notes() == []
    assert of_refund(cashier, refund) == ("excluded", "gone")
    assert cashier.agreed()


@proves("E3.5-refund-quickbooks")
def test_one_without_a_contact_or_older_than_the_sync_is_left_out(cashier: Cashier) -> None:
    item = cashier.item("Back")
    old = cashier.refund(cashier.quickbooks.add("Old", "old@example.com"), sale(item, "5"))
    cashier.world.clock.advance(2 * 86_400)
    nobody = cashier.quickbooks.add("Nobody")
    loose = cashier.refund(nobody, sale(item, "5"))
    cashier.sold("100")
    cashier.world.sync("invoices", activate=False, start="2026-11-03")
    cashier.begin()
    assert of_refund(cashier, old) == ("excluded", "before_start")
    assert of_refund(cashier, loose) == ("excluded", "refund_no_contact")
    assert cashier.notes() == []
    cashier.quickbooks.edit(nobody, PrimaryEmailAddr={"Address": "n@example.com"})
    cashier.world.settle()
    assert of_refund(cashier, loose) == ("in_sync", "")
    assert len(cashier.notes()) == 1
