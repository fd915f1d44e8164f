"""How much of the vendors' limits is used, per connection; and what has to pause because of it.

Reads only. Must not know words or pages; the sentences of a run that stops are its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q

from syncapp.connectors.rate import BlockReason, part_of_rate
from syncapp.models import ApiUsage, Connection, DailyBudget, MonthlyReads, RateBudget
from syncapp.services.budgets import month_of, monthly_allowance, slowed_of

#: Percent of HubSpot's day (ENGINE 2.12).
BACKFILL_PAUSES = 70
ALL_BUT_CLICKS_PAUSE = 90


class Pause(StrEnum):
    """What waits for the next day."""

    NOTHING = "nothing"
    BACKFILL = "backfill"
    ALL_BUT_CLICKS = "all_but_clicks"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a limit.

    Attributes:
        used: All that counts against it, other programs' and companies' calls included.
        limit: 0 where there is none.
        own: The connection's own part of ``used``.
    """

    used: int
    limit: int
    own: int

    @property
    def percent(self) -> int:
        """0 to 100, rounded down: 100 only when nothing is left."""
        return min(self.used * 100 // self.limit, 100) if self.limit else 0


@dataclass(frozen=True, slots=True)
class Usage:
    """One connection.

    Attributes:
        calls_today: Made by this installation since midnight UTC.
        day: What the vendor counted since the account's midnight; None when it does not tell.
        month: Metered reads of this month; None where nothing is metered.
        blocked_until: Until when nobody may call.
        slowed_percent: Which part of the rate is used after a 429; None for all of it.
    """

    calls_today: int = 0
    day: Share | None = None
    month: Share | None = None
    blocked_until: datetime | None = None
    blocked_why: BlockReason | None = None
    slowed_percent: int | None = None

    @property
    def pause(self) -> Pause:
        """What waits for the next day."""
        if self.day is None or self.day.percent < BACKFILL_PAUSES:
            return Pause.NOTHING
        if self.day.percent < ALL_BUT_CLICKS_PAUSE:
            return Pause.BACKFILL
        return Pause.ALL_BUT_CLICKS


def of(connection: Connection, *, now: datetime) -> Usage:
    """One connection's usage."""
    return of_all([connection], now=now)[connection.pk]


def of_all(connections: Sequence[Connection], *, now: datetime) -> Mapping[int, Usage]:
    """The usage of several connections by their pk, in four queries."""
    ids = [connection.pk for connection in connections]
    today = ApiUsage.objects.filter(connection__in=ids, day=now.astimezone(UTC).date())
    calls = dict(today.values_list("connection", "calls"))
    days = {row.connection_id: row for row in DailyBudget.objects.filter(connection__in=ids)}
    months = list(
        MonthlyReads.objects.filter(month=month_of(now)).select_related("connection").only(
            "reads", "connection__side", "connection__environment", "connection__client_id"
        )
    )  # fmt: skip
    limits = _limits(connections, now)
    found: dict[int, Usage] = {}
    for connection in connections:
        rows = limits.get(scope_of(connection), [])
        blocked = max(rows, key=lambda row: row.blocked_until or 0.0, default=None)
        is_blocked = bool(blocked and (blocked.blocked_until or 0.0) > now.timestamp())
        month = _month(connection, months)
        if blocked and blocked.blocked_why == BlockReason.MONTH and month and month.percent < 100:
            is_blocked = False  # the allowance was raised meanwhile
        parts = [part_of_rate(slowed_of(row), now) for row in rows]
        slowest = min(parts, default=1.0)
        found[connection.pk] = Usage(
            calls_today=calls.get(connection.pk, 0),
            day=_day(connection, days.get(connection.pk), calls.get(connection.pk, 0), now),
            month=month,
            blocked_until=datetime.fromtimestamp(blocked.blocked_until or 0.0, UTC)
            if blocked and is_blocked
            else None,
            blocked_why=BlockReason(blocked.blocked_why or BlockReason.ASKED)
            if blocked and is_blocked
            else None,
            slowed_percent=int(slowest * 100) if slowest < 1 else None,
        )
    return found


def scope_of(connection: Connection) -> str:
    """How a connection's limits are named in the store's keys, before the limit's own name."""
    return f"{connection.side}:{connection.external_id}"


def day_began(connection: Connection, now: datetime) -> datetime:
    """The last midnight in the account's time zone (UTC while that is not known)."""
    here = now.astimezone(_zone(connection))
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def next_day(connection: Connection, now: datetime) -> datetime:
    """The next midnight in the account's time zone."""
    return day_began(connection, day_began(connection, now) + timedelta(hours=36))


def _zone(connection: Connection) -> ZoneInfo:
    try:
        return ZoneInfo(connection.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _limits(connections: Sequence[Connection], now: datetime) -> Mapping[str, list[RateBudget]]:
    """The rows that are blocked or slowed just now, by scope; the logs are not read."""
    wanted = {scope_of(connection) for connection in connections}
    busy = Q(blocked_until__gt=now.timestamp()) | Q(slowed_part__isnull=False)
    found: dict[str, list[RateBudget]] = {}
    for row in RateBudget.objects.filter(busy).defer("log"):
        scope = row.key.rpartition(":")[0]
        if scope in wanted:
            found.setdefault(scope, []).append(row)
    return found


def _day(
    connection: Connection, row: DailyBudget | None, calls: int, now: datetime
) -> Share | None:
    if row is None:
        return None
    left = row.remaining if row.seen_at >= day_began(connection, now) else row.limit
    return Share(used=max(row.limit - left, 0), limit=row.limit, own=calls)


def _month(connection: Connection, rows: Sequence[MonthlyReads]) -> Share | None:
    if connection.side != "quickbooks":
        return None
    app = (connection.environment, connection.client_id)
    shared = [
        row.reads
        for row in rows
        if row.connection.side == connection.side
        and (row.connection.environment, row.connection.client_id) == app
    ]
    own = sum(row.reads for row in rows if row.connection_id == connection.pk)
    return Share(used=sum(shared), limit=monthly_allowance(connection), own=own)
