"""What processors kept of the payments of a period, and the entry to book for it (S25).

Pure arithmetic over HubSpot's payments. Payments that QuickBooks received have no fees here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from syncapp.core import dates
from syncapp.core.invoices.payments import ARRIVED
from syncapp.core.money import ZERO, amount, number, rounded
from syncapp.core.pairs.payments import is_mirror
from syncapp.core.values import Values, text

PAYMENT, PAYOUT = "payment", "payout"
#: The date a payment is counted by.
DATED_BY = {PAYMENT: "hs_initiated_date", PAYOUT: "hs_payout_date"}
#: Processors that keep a fee of each payment.
CHARGING = frozenset({"hs_payments", "byo_stripe"})


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One payment; ``processing`` is None while HubSpot shows no fee for it."""

    id: str
    label: str
    day: str
    processor: str
    currency: str
    gross: Decimal
    processing: Decimal | None
    platform: Decimal
    refunds: Decimal

    @property
    def lacks_fee(self) -> bool:
        """Whether a fee is still to come."""
        return self.processing is None and self.processor in CHARGING


@dataclass(frozen=True, slots=True)
class FeeTotal:
    """The payments of one processor in one currency."""

    processor: str
    currency: str
    count: int
    gross: Decimal
    processing: Decimal
    platform: Decimal
    refunds: Decimal

    @property
    def fees(self) -> Decimal:
        """What is booked: debit fees, credit the clearing account."""
        return self.processing + self.platform

    @property
    def net(self) -> Decimal:
        """What is left of the payments."""
        return self.gross - self.fees - self.refunds


def line_of(values: Values, by: str, time_zone: str) -> FeeLine | None:
    """A payment of HubSpot as a line; None for mirrors and money that did not arrive."""
    if is_mirror(values) or values.get("hs_latest_status") not in ARRIVED:
        return None
    currency = str(values.get("hs_currency_code") or "")
    where = dates.zone(time_zone)
    fee = number(values.get("hs_fees_amount"))
    who = text(values.get("hs_customer_email") or values.get("hs_reference_number") or "")
    return FeeLine(
        id=str(values.get("hs_object_id") or ""),
        label=who,
        day=str(dates.date_in(values.get(DATED_BY[by]), where) or ""),
        processor=str(values.get("hs_processor_type") or "none"),
        currency=currency,
        gross=rounded(amount(values.get("hs_initial_amount")), currency),
        processing=None if fee is None else rounded(fee, currency),
        platform=rounded(amount(values.get("hs_platform_fee")), currency),
        refunds=rounded(amount(values.get("hs_refunds_amount")), currency),
    )


def in_period(lines: Iterable[FeeLine], since: str, until: str) -> list[FeeLine]:
    """The lines of a period, both days included, in order."""
    found = [line for line in lines if line.day and since <= line.day <= until]
    return sorted(found, key=lambda line: (line.day, line.id))


def totals(lines: Iterable[FeeLine]) -> list[FeeTotal]:
    """The sums per processor and currency; no sum goes over several currencies."""
    groups: dict[tuple[str, str], list[FeeLine]] = {}
    for line in lines:
        groups.setdefault((line.processor, line.currency), []).append(line)
    return [
        FeeTotal(
            processor=processor,
            currency=currency,
            count=len(some),
            gross=sum((one.gross for one in some), ZERO),
            processing=sum((one.processing or ZERO for one in some), ZERO),
            platform=sum((one.platform for one in some), ZERO),
            refunds=sum((one.refunds for one in some), ZERO),
        )
        for (processor, currency), some in sorted(groups.items())
    ]
