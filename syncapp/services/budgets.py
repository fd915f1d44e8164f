"""The call logs of the vendors' limits in the database, shared by all workers; days and months.

Knows rows, locks and what Intuit's monthly allowance means for the next call. Must not know who
looks at the figures (``usage.py``) nor what is called.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from syncapp.connectors.rate import (
    BlockReason,
    DailyLimit,
    Slowed,
    Want,
    halved,
    part_of_rate,
    seconds_to_wait,
)
from syncapp.core.sides import Side
from syncapp.models import (
    ApiUsage,
    Connection,
    DailyBudget,
    MonthlyReads,
    RateBudget,
)
from syncapp.services import kinds, notify

logger = logging.getLogger(__name__)

#: HubSpot tells what is left of the day with every answer; it is written down this often.
DAILY_SECONDS = 10
#: Percent of the month's allowance at which people are told.
ALARMS = (50, 80, 95)


class RowBudgetStore:
    """One row per limit, locked in the order of their keys; a ``UsageMeter`` as well.

    Args:
        connection: Whose days and months are metered. One that is not saved yet (a consent that
            is just being tried) has none.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection if connection is not None and connection.pk else None
        self._day_kept_at: datetime | None = None

    # -- the limits of seconds and minutes

    def try_acquire(self, wants: Sequence[Want], *, now: datetime) -> float:
        """See ``BudgetStore``."""
        with transaction.atomic():
            rows = self._locked([want.key for want in wants])
            wait = 0.0
            logs: dict[str, list[datetime]] = {}
            for want in wants:
                row = rows[want.key]
                longest = max((limit.seconds for limit in want.limits), default=0.0)
                start = now - timedelta(seconds=longest)
                logs[want.key] = [t for t in map(_moment, row.log) if t > start]
                wait = max(
                    wait,
                    seconds_to_wait(
                        logs[want.key],
                        want,
                        now=now,
                        blocked_until=self._block_of(row, now),
                        part=part_of_rate(slowed_of(row), now),
                    ),
                )
            if wait <= 0:
                for want in wants:
                    row = rows[want.key]
                    taken = [*logs[want.key], *[now] * want.places]
                    row.log = [moment.timestamp() for moment in taken]
                    row.save(update_fields=["log"])
            return wait

    def block(self, key: str, *, until: datetime, why: BlockReason = BlockReason.ASKED) -> None:
        """See ``BudgetStore``."""
        with transaction.atomic():
            row = self._locked([key])[key]
            if until.timestamp() > (row.blocked_until or 0.0):
                row.blocked_until, row.blocked_why = until.timestamp(), why.value
                row.save(update_fields=["blocked_until", "blocked_why"])

    def slow_down(self, key: str, *, now: datetime, seconds: float) -> None:
        """See ``BudgetStore``."""
        with transaction.atomic():
            row = self._locked([key])[key]
            slowed = halved(slowed_of(row), now=now, seconds=seconds)
            row.slowed_part = slowed.part
            row.slowed_at, row.slowed_until = slowed.at.timestamp(), slowed.until.timestamp()
            row.save(update_fields=["slowed_part", "slowed_at", "slowed_until"])

    def why_blocked(self, keys: Sequence[str], *, now: datetime) -> BlockReason | None:
        """See ``BudgetStore``."""
        blocked = RateBudget.objects.filter(key__in=keys, blocked_until__gt=now.timestamp())
        row = blocked.order_by("-blocked_until").first()
        return BlockReason(row.blocked_why) if row and row.blocked_why else None

    def _block_of(self, row: RateBudget, now: datetime) -> datetime | None:
        """Until when a row is blocked; a month's block ends when the allowance is raised."""
        if row.blocked_until is None or row.blocked_until <= now.timestamp():
            return None
        if row.blocked_why == BlockReason.MONTH and self._connection is not None:
            allowance = monthly_allowance(self._connection)
            if not allowance or month_total(self._connection, now) < allowance:
                return None
        return _moment(row.blocked_until)

    def _locked(self, keys: Sequence[str]) -> dict[str, RateBudget]:
        wanted = sorted(set(keys))
        rows = {
            row.key: row
            for row in RateBudget.objects.select_for_update().filter(key__in=wanted).order_by("key")
        }
        for key in wanted:
            if key not in rows:
                RateBudget.objects.get_or_create(key=key)
                rows[key] = RateBudget.objects.select_for_update().get(key=key)
        return rows

    # -- days and months

    def daily_seen(self, scope: str, daily: DailyLimit) -> None:
        """See ``UsageMeter``; many answers within a few seconds are one row's change."""
        del scope
        kept = self._day_kept_at
        recent = kept is not None and daily.at - kept < timedelta(seconds=DAILY_SECONDS)
        if self._connection is None or (recent and daily.remaining):
            return
        self._day_kept_at = daily.at
        DailyBudget.objects.update_or_create(
            connection_id=self._connection.pk,
            defaults={"limit": daily.limit, "remaining": daily.remaining, "seen_at": daily.at},
        )

    def read_counted(self, scope: str, at: datetime) -> None:
        """See ``UsageMeter``. Tells people at each alarm, and stops when nothing is left."""
        if self._connection is None:
            return
        month = month_of(at)
        mine = MonthlyReads.objects.filter(connection_id=self._connection.pk, month=month)
        if not mine.update(reads=F("reads") + 1):
            MonthlyReads.objects.get_or_create(connection_id=self._connection.pk, month=month)
            mine.update(reads=F("reads") + 1)
        allowance = monthly_allowance(self._connection)
        if not allowance:
            return
        total = month_total(self._connection, at)
        reached = [percent for percent in ALARMS if total * 100 >= allowance * percent]
        if reached:
            self._alarm(mine, reached[-1], total, allowance, at)
        if total >= allowance:
            self.block(f"{scope}:calls", until=next_month(at), why=BlockReason.MONTH)

    def _alarm(
        self, mine: QuerySet[MonthlyReads], percent: int, total: int, allowance: int, at: datetime
    ) -> None:
        """Tell everybody who may connect accounts, once per month and step."""
        if not mine.filter(alarmed__lt=percent).update(alarmed=percent):
            return
        logger.warning("%s of %s metered reads are used this month", total, allowance)
        notify.tell(
            kinds.READS,
            say=lambda: (
                _(
                    "%(account)s: %(percent)d %% of this month's %(allowance)s metered reads "
                    "are used (%(total)s). At 100 %% QuickBooks is not asked again before next "
                    "month."
                )
                % {
                    "account": self._connection,
                    "percent": percent,
                    "allowance": number_format(allowance),
                    "total": number_format(total),
                }
            ),
            now=at,
        )


def slowed_of(row: RateBudget) -> Slowed | None:
    """What 429 answers made of a row's rate."""
    if row.slowed_part is None or row.slowed_at is None or row.slowed_until is None:
        return None
    return Slowed(row.slowed_part, _moment(row.slowed_at), _moment(row.slowed_until))


def month_of(moment: datetime) -> date:
    """The first day of a month. UNCONFIRMED: that Intuit's month begins at midnight UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(moment: datetime) -> datetime:
    """When the next month begins."""
    inside = month_of(moment) + timedelta(days=32)
    return datetime(inside.year, inside.month, 1, tzinfo=UTC)


def monthly_allowance(connection: Connection) -> int:
    """The metered reads a month includes; 0 for no end (sandbox companies are not metered)."""
    metered = connection.side == Side.QUICKBOOKS.value
    if not metered or connection.environment == Connection.Environment.SANDBOX:
        return 0
    return int(settings.SYNC["INTUIT_MONTHLY_READS"])


def month_total(connection: Connection, moment: datetime) -> int:
    """The month's metered reads of all companies of the same app: they share the allowance."""
    rows = MonthlyReads.objects.filter(
        month=month_of(moment),
        connection__side=connection.side,
        connection__environment=connection.environment,
        connection__client_id=connection.client_id,
    )
    return int(rows.aggregate(total=Sum("reads"))["total"] or 0)


def count_calls(connection: Connection, calls: int, *, day: datetime) -> None:
    """Add to the calls made through a connection on a day."""
    if calls:
        row, _ = ApiUsage.objects.get_or_create(connection=connection, day=day.date())
        ApiUsage.objects.filter(pk=row.pk).update(calls=F("calls") + calls)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
