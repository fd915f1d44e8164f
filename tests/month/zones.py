"""Documents made a minute before and after midnight, where the calendar is far from UTC's.

Both ways a document keeps the calendar date of the company. QuickBooks holds plain dates. HubSpot
holds midnight UTC of the date, or a moment: then the date is the one of the clock on the company's
wall (ENGINE 4). That clock is ``zoneinfo``'s; nothing else here knows a zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.month.entering import midnight
from tests.month.model import Line, Month, Party, Payment, Product, Sale, Way

ZONES = ("Pacific/Auckland", "America/Los_Angeles", "America/Sao_Paulo")
#: The end of a month and of a year, and the days on which clocks change in the first two zones.
DAYS = (
    date(2026, 9, 26),
    date(2026, 9, 27),
    date(2026, 10, 31),
    date(2026, 11, 1),
    date(2026, 12, 31),
)
LATE, EARLY = time(23, 59), time(0, 1)


@dataclass(frozen=True)
class Moment:
    """A moment on a company's wall."""

    zone: str
    day: date
    clock: time

    @property
    def in_utc(self) -> datetime:
        wall = datetime.combine(self.day, self.clock, tzinfo=ZoneInfo(self.zone))
        return wall.astimezone(UTC)

    @property
    def typed(self) -> str:
        """As HubSpot holds a moment."""
        return self.in_utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def moments(zone: str) -> Iterator[Moment]:
    """Both sides of midnight on every day."""
    for day in DAYS:
        yield Moment(zone, day, EARLY)
        yield Moment(zone, day, LATE)


def month_in(zone: str, way: Way) -> Month:
    """An invoice and its payment per moment; toward QuickBooks once as a date, once as a moment."""
    month = Month(0, "US", way, DAYS[0], "USD", ("USD", "EUR", "GBP", "AUD"))
    product = Product("p0", "Night work", "SKU-NIGHT", Decimal(10))
    product.in_hubspot = way is Way.TO_QUICKBOOKS
    party = Party("c0", "Night Ltd", "Ned", "Night", "Night Ltd", "ned@example.com", "USD")
    month.products, month.parties = [product], [party]
    for moment in moments(zone):
        for as_moment in (False, True) if way is Way.TO_QUICKBOOKS else (False,):
            number = len(month.invoices)
            line = Line(product, product.name, "", Decimal(1), Decimal(10 + number))
            sale = Sale(f"z{number}", party, [line], moment.day, moment.day, "USD")
            sale.due = moment.day + timedelta(days=30)
            payment = Payment(f"y{number}", party, moment.day, [(sale, Decimal(5))])
            if way is Way.TO_QUICKBOOKS:
                sale.typed = payment.typed = moment.typed if as_moment else midnight(moment.day)
            month.invoices.append(sale)
            month.payments.append(payment)
    return month


def is_after_start(created: datetime, set_up: datetime, zone: str) -> bool:
    """Whether a document counts as made "after today", for a sync that was set up at a moment.

    Today begins at midnight on the company's wall (S11).
    """
    wall = ZoneInfo(zone)
    today = set_up.astimezone(wall).date()
    return created >= datetime.combine(today, time(0), tzinfo=wall)


@dataclass(frozen=True)
class StartCase:
    """A document made around the midnight before a sync was set up."""

    zone: str
    set_up: datetime
    created: datetime
    is_synced: bool


def start_cases() -> Iterator[StartCase]:
    """The minute before and the minute after the midnight, set up early and late on the day."""
    for zone in ZONES:
        day = date(2026, 11, 1)
        for clock in (EARLY, time(12), LATE):
            set_up = Moment(zone, day, clock).in_utc
            before = Moment(zone, day - timedelta(days=1), LATE).in_utc
            yield StartCase(zone, set_up, before, is_synced=False)
            yield StartCase(zone, set_up, Moment(zone, day, EARLY).in_utc, is_synced=True)
