"""The report of fees over the payments of a period (S25): from what was last seen, no call.

Decides nothing and books nothing; the arithmetic is in ``core/invoices/fees``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import tablib
from django.db.models import Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from syncapp.core.invoices import fees
from syncapp.core.invoices.fees import FeeLine, FeeTotal
from syncapp.core.invoices.payments import processor_words
from syncapp.core.money import digits
from syncapp.models import AccountPair, RecordLink, SyncDefinition
from syncapp.services.export_files import escape

FORMATS = ("csv", "xlsx")
#: How far a payment's date in QuickBooks may be from the one in HubSpot.
NEAR = timedelta(days=35)
COLUMNS = (
    "Processor", "Currency", "Payments", "Gross", "Processing fees", "Platform fees", "Refunds",
    "Net", "Debit fees / credit clearing",
)  # fmt: skip


class BadPeriod(ValueError):
    """The period cannot be used."""


@dataclass(frozen=True, slots=True)
class Report:
    """The fees of a period.

    Attributes:
        without_fee: Payments in it whose fee HubSpot does not show yet.
        without_payout: Of a report by payout: payments up to its end that are not paid out yet.
    """

    since: date
    until: date
    by: str
    totals: tuple[FeeTotal, ...]
    without_fee: tuple[FeeLine, ...]
    without_payout: tuple[FeeLine, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The report as scripts read it; amounts are text."""
        return {
            "from": self.since.isoformat(),
            "to": self.until.isoformat(),
            "by": self.by,
            "totals": [
                {
                    "processor": one.processor,
                    "currency": one.currency,
                    "payments": one.count,
                    **{
                        name: told(getattr(one, name), one.currency)
                        for name in ("gross", "processing", "platform", "refunds", "net")
                    },
                    "entry": {
                        "debit_fees": told(one.fees, one.currency),
                        "credit_clearing": told(one.fees, one.currency),
                    },
                }
                for one in self.totals
            ],
            "without_fee": [_line(one) for one in self.without_fee],
            "without_payout": [_line(one) for one in self.without_payout],
        }


def told(value: Any, currency: str) -> str:
    """An amount with the digits of its currency."""
    return f"{value:.{digits(currency)}f}"


def period(since: str, until: str) -> tuple[date, date]:
    """Both days of a period.

    Raises:
        BadPeriod: They are no days, or the wrong way round.
    """
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError as error:
        raise BadPeriod("Give both days as YYYY-MM-DD, for example 2026-10-01.") from error
    if last < first:
        raise BadPeriod("The last day lies before the first one.")
    return first, last


def report(
    pair: AccountPair, since: date, until: date, by: str = fees.PAYMENT, *, is_near: bool = False
) -> Report:
    """The fees of the payments that HubSpot showed when it was last read.

    Args:
        pair: The account pair.
        since: The first day.
        until: The last day, included.
        by: ``fees.PAYMENT`` or ``fees.PAYOUT``.
        is_near: Read only payments dated within five weeks of the period: quick, and right unless
            somebody moved a payment further than that in QuickBooks. Not for payouts.
    """
    first, last = since.isoformat(), until.isoformat()
    links = RecordLink.objects.filter(
        definition__in=list(
            SyncDefinition.objects.filter(
                pair=pair, object_type="payments", deleted_at=None
            ).values_list("pk", flat=True)
        ),
        hubspot_id__isnull=False,
        hubspot_gone="",
    )
    if is_near:
        links = links.filter(document_date__range=(since - NEAR, until + NEAR))
    rows = _dated(links, by, since, until).values_list("hubspot_seen", flat=True)
    seen = [values or {} for values in rows.iterator()]
    zone = pair.company_time_zone
    lines = [line for values in seen if (line := fees.line_of(values, by, zone))]
    inside = fees.in_period(lines, first, last)
    unpaid: list[FeeLine] = []
    if by == fees.PAYOUT:
        pending = {line.id for line in lines if not line.day and line.processor in fees.CHARGING}
        received = [line for values in seen if (line := fees.line_of(values, fees.PAYMENT, zone))]
        unpaid = fees.in_period((one for one in received if one.id in pending), "", last)
    return Report(
        since, until, by,
        tuple(fees.totals(inside)),
        tuple(line for line in inside if line.lacks_fee),
        tuple(unpaid),
    )  # fmt: skip


def _dated(links: QuerySet[RecordLink], by: str, since: date, until: date) -> QuerySet[RecordLink]:
    """The payments that may lie in a period, and those without a payout yet; no exact answer.

    The database looks at the date in what HubSpot holds, a day to either side of any time zone,
    so that only a period's payments are taken to pieces here. A date that is not written as one
    (milliseconds) is let through.
    """
    told = Cast(KeyTextTransform(fees.DATED_BY[by], "hubspot_seen"), TextField())
    first, after = since - timedelta(days=1), until + timedelta(days=2)
    as_day = Q(_dated__contains="-") & ~Q(_dated__startswith="-")
    inside = Q(_dated__gte=first.isoformat(), _dated__lt=after.isoformat())
    missing = Q(_dated=None) | Q(_dated="") if by == fees.PAYOUT else Q(pk=None)
    return links.alias(_dated=told).filter(inside | ~as_day | missing)


def as_file(made: Report, file_format: str) -> bytes:
    """The totals and what is still open, as CSV or XLSX."""
    rows = tablib.Dataset(headers=COLUMNS, title="Fees")
    for one in made.totals:
        amounts = (one.gross, one.processing, one.platform, one.refunds, one.net, one.fees)
        rows.append(
            (
                escape(processor_words(one.processor)), escape(one.currency), one.count,
                *(told(value, one.currency) for value in amounts),
            )
        )  # fmt: skip
    for note, some in (("No fee yet", made.without_fee), ("Not paid out", made.without_payout)):
        for line in some:
            label = escape(f"{note}: {line.day} {line.label} ({line.id})")
            gross = told(line.gross, line.currency)
            rows.append((label, escape(line.currency), 1, gross, "", "", "", "", ""))
    content = rows.export(file_format)
    return content if isinstance(content, bytes) else content.encode("utf-8-sig")


def _line(line: FeeLine) -> dict[str, str]:
    return {
        "id": line.id,
        "payment": line.label,
        "date": line.day,
        "processor": line.processor,
        "currency": line.currency,
        "gross": told(line.gross, line.currency),
    }
