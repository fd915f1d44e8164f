"""QuickBooks' refund receipts and the notes that show them on the customer's contact, as data.

A refund receipt belongs to a customer and to no invoice, so its entry stands on the timeline of
the contact. Sources: ENGINE 3.5; apis/quickbooks.md 4.4, 14.
"""

from __future__ import annotations

from syncapp.core.mapping import FieldMapping
from syncapp.core.money import amount, shown
from syncapp.core.pairs.base import ObjectPair, Summary, planned_elsewhere
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Values, text

_VOID = "Voided"  # how QuickBooks marks one in its memo; it keeps no status


def _told(values: Values, name: str) -> str:
    return text(values.get(name) or "")


def _derive(side: Side, values: Values) -> Values:
    if side is Side.HUBSPOT:
        return {}
    number, day = _told(values, "DocNumber"), _told(values, "TxnDate")
    where = f"QuickBooks refund receipt {number or values.get('Id')}"
    if _told(values, "PrivateNote").startswith(_VOID) and amount(values.get("TotalAmt")) == 0:
        return {"@note": f"Refund of {day} was voided in QuickBooks ({where})."}
    money = shown(amount(values.get("TotalAmt")), _told(values, "CurrencyRef.value"))
    reference = _told(values, "PaymentRefNum")
    return {
        "@note": f"Refund given: {money} on {day}"
        + (f", reference {reference}" if reference else "")
        + f" ({where}). Nothing was paid back through HubSpot."
    }


def _label(side: Side, values: Values) -> str:
    if side is Side.HUBSPOT:
        return _told(values, "hs_note_body")
    who = _told(values, "CustomerRef.name") or "Refund"
    return f"{who}: {_told(values, 'TotalAmt')}"


def _summary(side: Side, values: Values) -> Summary:
    if side is Side.HUBSPOT:
        return Summary()
    return Summary(
        _told(values, "DocNumber"), _told(values, "CustomerRef.name"), _told(values, "TxnDate"),
        "", _told(values, "TotalAmt"), _told(values, "CurrencyRef.value"),
    )  # fmt: skip


REFUNDS = ObjectPair(
    name="refunds",
    title="Refunds",
    types={Side.HUBSPOT: "notes", Side.QUICKBOOKS: "RefundReceipt"},
    nouns={Side.HUBSPOT: "note", Side.QUICKBOOKS: "refund receipt"},
    match_keys=lambda side, values: (),
    match_key_label="",
    label=_label,
    completes=planned_elsewhere,
    rank=5,
    host="invoices",
    listens=frozenset({Side.QUICKBOOKS}),
    dated_by={Side.QUICKBOOKS: "MetaData.CreateTime"},
    derive=_derive,
    summary=_summary,
    mappings=(
        FieldMapping(
            "hs_note_body", "@note", label="Note", direction=Direction.TO_HUBSPOT
        ),
        FieldMapping(
            "hs_timestamp", "TxnDate", kind=Kind.DATE, label="Date",
            direction=Direction.TO_HUBSPOT, instant=True,
        ),
    ),
)  # fmt: skip
