"""What QuickBooks holds beside invoices and their payments: credit memos and unapplied money (B3).

HubSpot has no place for either, so they stand in no sum and are told with their reason. Reads
only; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from syncapp.core.money import amount
from syncapp.core.records import Record
from syncapp.core.sides import Side
from syncapp.core.tie_out import Case, Document, Kind, Standing
from syncapp.core.values import text
from syncapp.services.tie_out_reading import Month, home_currency

_FIELDS = ("DocNumber", "PaymentRefNum", "TxnDate", "TotalAmt", "UnappliedAmt", "RemainingCredit")


def read(month: Month) -> list[Case]:
    """Payments with an unapplied rest, and credit memos, dated in the month.

    Raises:
        SyncError: QuickBooks could not be read to the end.
    """
    month.tell("Reading credits and unapplied money in QuickBooks")
    home = home_currency(month)
    return [
        *(
            _case(one, home, amount(one.get("UnappliedAmt")), Standing.UNAPPLIED)
            for one in _dated(month, "Payment")
            if amount(one.get("UnappliedAmt")) > 0
        ),
        *(
            _case(one, home, amount(one.get("RemainingCredit")), Standing.CREDIT)
            for one in _dated(month, "CreditMemo")
        ),
    ]


def _dated(month: Month, record_type: str) -> Iterator[Record]:
    found = month.connectors[Side.QUICKBOOKS].dated(
        record_type, by="TxnDate", first=month.first, last=month.last, where=month.zone,
        fields=_FIELDS,
    )  # fmt: skip
    return (one for one in found if one.gone is None)


def _case(record: Record, home: str, rest: Decimal, standing: Standing) -> Case:
    customer = text(record.get("CustomerRef.value") or "")
    document = Document(
        record.ref.id,
        text(record.get("DocNumber") or record.get("PaymentRefNum") or ""),
        text(record.get("TxnDate") or ""),
        text(record.get("CurrencyRef.value") or home),
        rest,
        standing=standing,
    )
    name = text(record.get("CustomerRef.name") or "") or "?"
    return Case(Kind.PAYMENT, f"quickbooks {customer}", name, {Side.QUICKBOOKS: document})
