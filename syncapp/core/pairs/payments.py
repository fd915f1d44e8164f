"""Payments and the notes about them on deals, as data.

A payment of QuickBooks may pay several invoices: each of its allocations is a record of its own,
named by the payment's id and the invoice's. Sources: MISSION S24-S26; ENGINE 3.5;
apis/quickbooks.md 11.5; apis/hubspot.md 10, 11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from syncapp.core.mapping import FieldMapping
from syncapp.core.money import ZERO, amount, plain
from syncapp.core.pairs.base import ObjectPair, Summary, planned_elsewhere
from syncapp.core.pairs.invoices import MARKER
from syncapp.core.records import Record, RecordRef
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values, text

#: Ids of the invoices and deals a payment in HubSpot is associated with.
INVOICES_OF, DEALS_OF = "@invoices", "@deals"
SUCCEEDED = "succeeded"
_NOTE_MARKER = re.compile(r"\(HS:[^():\s]+:commerce_payments:([^():\s]+)\)")


def _match_keys(side: Side, values: Values) -> tuple[str, ...]:
    """Our own mark only: two payments of one amount are two payments (ENGINE 2.2)."""
    if side is Side.HUBSPOT:
        own = str(values.get("hs_object_id") or "")
        parts = str(values.get(MARKER) or "").split(":")
        mirrored = "/".join(parts[2:]) if parts[1:2] == ["Payment"] else ""
        keys = (f"hubspot {own}" if own else "", f"quickbooks {mirrored}" if mirrored else "")
    else:
        note = str(values.get("PrivateNote") or "")
        found = _NOTE_MARKER.findall(note)
        keys = (
            f"quickbooks {values.get('Id')}" if values.get("Id") else "",
            f"hubspot {found[-1]}" if found else "",
        )
    return tuple(filter(None, keys))


def _origin(hubspot: Values, quickbooks: Values) -> str:
    if _NOTE_MARKER.search(str(quickbooks.get("PrivateNote") or "")):
        return Side.HUBSPOT.value
    return Side.QUICKBOOKS.value if hubspot.get(MARKER) else "both"


def was_collected_in_hubspot(values: Values) -> bool:
    """Whether a payment in QuickBooks is one that we posted from HubSpot."""
    return _NOTE_MARKER.search(str(values.get("PrivateNote") or "")) is not None


def is_mirror(values: Values) -> bool:
    """Whether a payment in HubSpot is one that we show there."""
    return bool(values.get(MARKER)) or values.get("hs_processor_type") == "quickbooks"


def _allocations(line: Value) -> list[tuple[str, Decimal]]:
    """What a payment takes off which invoices, in the order of its lines."""
    found: dict[str, Decimal] = {}
    for one in line if isinstance(line, Sequence) and not isinstance(line, str) else ():
        told = one if isinstance(one, Mapping) else {}
        links = told.get("LinkedTxn")
        for link in links if isinstance(links, Sequence) and not isinstance(links, str) else ():
            if isinstance(link, Mapping) and link.get("TxnType") == "Invoice":
                invoice = str(link.get("TxnId") or "")
                found[invoice] = found.get(invoice, ZERO) + amount(told.get("Amount"))
    return list(found.items())


_KEPT = (
    "TxnDate", "PaymentRefNum", "PrivateNote", "CustomerRef.value", "CustomerRef.name",
    "CurrencyRef.value", "DepositToAccountRef.value", "PaymentMethodRef.value", "ExchangeRate",
)  # fmt: skip


def _split(side: Side, record: Record) -> tuple[Record, ...]:
    if side is Side.HUBSPOT:
        return (record,)
    if record.gone or record.unreadable:
        return ()
    kept = {name: record.values[name] for name in _KEPT if record.values.get(name) is not None}
    is_credit = amount(record.values.get("TotalAmt")) == 0
    allocations = _allocations(record.values.get("Line"))
    applied = plain(sum((part for _, part in allocations), ZERO))
    return tuple(
        Record(
            RecordRef(side, record.ref.type, f"{record.ref.id}/{invoice}"),
            {
                **kept,
                "Id": f"{record.ref.id}/{invoice}",
                "Invoice": invoice,
                "Amount": plain(part),
                "Applied": applied,
                "IsCredit": is_credit,
            },
            version=record.version,
        )
        for invoice, part in allocations
    )


def _derive(side: Side, values: Values) -> Values:
    if side is Side.HUBSPOT:
        return {}
    what = "Credit applied" if values.get("IsCredit") else "Payment received"
    reference = text(values.get("PaymentRefNum") or "")
    told = f"{what} in QuickBooks" + (f", reference {reference}" if reference else "")
    money = f"{values.get('Amount')} {values.get('CurrencyRef.value') or ''}".strip()
    return {
        "@comment": told,
        "@note": f"{what}: {money} on {values.get('TxnDate')}"
        + (f", reference {reference}" if reference else "")
        + f" (QuickBooks payment {str(values.get('Id')).partition('/')[0]}).",
    }


def _label(side: Side, values: Values) -> str:
    if side is Side.QUICKBOOKS:
        who, money = values.get("CustomerRef.name"), values.get("Amount")
        return f"{text(who or 'Payment')}: {money}"
    money = values.get("hs_initial_amount")
    return f"{text(values.get('hs_customer_email') or 'Payment')}: {money}"


def _summary(side: Side, values: Values) -> Summary:
    def told(name: str) -> str:
        return text(values.get(name) or "")

    if side is Side.QUICKBOOKS:
        return Summary(
            told("PaymentRefNum"), told("CustomerRef.name"), told("TxnDate"), "",
            told("Amount"), told("CurrencyRef.value"), told("ExchangeRate"),
        )  # fmt: skip
    return Summary(
        told("hs_reference_number"), told("hs_customer_email"), told("hs_initiated_date"), "",
        told("hs_initial_amount"), told("hs_currency_code"),
    )  # fmt: skip


def _shown(
    hubspot: str, quickbooks: str, label: str, kind: Kind = Kind.TEXT, *, instant: bool = False
) -> FieldMapping:
    return FieldMapping(
        hubspot, quickbooks, kind=kind, label=label, direction=Direction.TO_HUBSPOT,
        instant=instant,
    )  # fmt: skip


PAYMENTS = ObjectPair(
    name="payments",
    title="Payments",
    types={Side.HUBSPOT: "commerce_payments", Side.QUICKBOOKS: "Payment"},
    nouns={Side.HUBSPOT: "payment", Side.QUICKBOOKS: "payment"},
    match_keys=_match_keys,
    match_key_label="our own mark",
    label=_label,
    completes=planned_elsewhere,
    reads={
        Side.HUBSPOT: (
            MARKER, "hs_object_id", "hs_latest_status", "hs_processor_type", "hs_currency_code",
            "hs_customer_email", "hs_fees_amount", "hs_platform_fee", "hs_refunds_amount",
            "hs_net_amount", "hs_payout_date", "hs_payment_source_app", "hs_createdate",
        )
    },
    rank=4,
    host="invoices",
    optional=frozenset({Side.HUBSPOT}),
    split=_split,
    derive=_derive,
    summary=_summary,
    origin=_origin,
    mappings=(
        _shown("hs_initial_amount", "Amount", "Amount", Kind.MONEY),
        _shown("hs_initiated_date", "TxnDate", "Payment date", Kind.DATE, instant=True),
        _shown("hs_reference_number", "PaymentRefNum", "Reference"),
        _shown("hs_internal_comment", "@comment", "Comment"),
    ),
)  # fmt: skip

NOTES = ObjectPair(
    name="payment_notes",
    title="Notes about payments",
    types={Side.HUBSPOT: "notes", Side.QUICKBOOKS: "Payment"},
    nouns={Side.HUBSPOT: "note", Side.QUICKBOOKS: "payment"},
    match_keys=lambda side, values: (),
    match_key_label="",
    label=_label,
    completes=planned_elsewhere,
    rank=5,
    host="invoices",
    fed_by="payments",
    hidden=True,
    listens=frozenset(),
    split=_split,
    derive=_derive,
    mappings=(
        _shown("hs_note_body", "@note", "Note"),
        _shown("hs_timestamp", "TxnDate", "Date", Kind.DATE, instant=True),
    ),
)
