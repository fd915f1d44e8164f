"""Each branch of the plan of a note about a payment (S24)."""

from __future__ import annotations

import pytest

from syncapp.core.invoices.payments import PaidInvoice, plan_note
from syncapp.core.pairs.payments import NOTES
from syncapp.core.plan import TIES, ChangeOp
from syncapp.core.planner import LinkState, Observed, SyncConfig
from syncapp.core.sides import Direction, Side
from tests.proves import proves

PAID = {
    "Id": "7/2", "Invoice": "2", "Amount": "30", "TxnDate": "2026-11-01",
    "CurrencyRef.value": "USD",
}  # fmt: skip
SHOWN = PaidInvoice(link=3, label="1", hubspot_id="40001", quickbooks_id="2", deals=("9",))


def plan(
    invoice: PaidInvoice | None = SHOWN,
    *,
    note: Observed | None = None,
    gone: str = "",
    direction: Direction = Direction.BOTH,
):
    config = SyncConfig(NOTES, direction, Side.QUICKBOOKS, NOTES.mappings)
    values = config.normal(Side.QUICKBOOKS, PAID)
    link = LinkState(hubspot=note, quickbooks=Observed("7/2", values, gone=gone))
    return plan_note(link, config, invoice)


@proves("S24")
def test_it_is_made_on_every_deal_of_the_invoice():
    made = plan(PaidInvoice(link=3, label="1", hubspot_id="40001", deals=("9", "10")))
    (change,) = made.changes
    assert (change.side, change.op) == (Side.HUBSPOT, ChangeOp.CREATE)
    assert change.values[TIES] == [{"type": "deals", "id": "9"}, {"type": "deals", "id": "10"}]
    assert change.values["hs_note_body"] == (
        "Payment received: 30 USD on 2026-11-01 (QuickBooks payment 7)."
    )


@proves("S24")
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"invoice": None}, "pay_invoice_not_synced"),
        ({"invoice": PaidInvoice(link=3, label="1")}, "pay_invoice_not_synced"),
        ({"invoice": PaidInvoice(link=3, label="1", hubspot_id="40001")}, "pay_no_deal"),
        ({"direction": Direction.TO_QUICKBOOKS}, "direction"),
        ({"gone": "deleted"}, "gone"),
        ({"note": Observed("5", {}, gone="archived")}, "gone"),
    ],
)
def test_none_is_made_for_a_reason(asked, code):
    made = plan(**asked)
    assert (made.status.code, made.changes) == (code, ())


@proves("S24")
def test_it_is_taken_away_with_its_payment():
    made = plan(note=Observed("5", {}), gone="deleted")
    assert [(one.side, one.op) for one in made.changes] == [(Side.HUBSPOT, ChangeOp.ARCHIVE)]
