"""How many records of a sync are in which state and why: counted, kept, read for pages.

A small sync is counted for each page. A large one is counted by the run that works on it, every
few seconds and at its end, and by a person's action; pages read what was kept. Must not know
words or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Sum
from django.db.models.functions import Coalesce

from syncapp.core.money import plain
from syncapp.core.reasons import REASONS, Fixer, State
from syncapp.models import KeptCounts, RecordLink
from syncapp.services.context import RunContext

#: Up to this many records a sync is counted whenever a page asks: that takes milliseconds.
COUNTED_LIVE = 20_000
#: Reasons of waiting that end when a person says so.
WAIT_FOR_A_PERSON = frozenset(
    code
    for code, reason in REASONS.items()
    if reason.state is State.WAITING and reason.fixer is Fixer.HERE
)
#: How often a run counts what it works on.
COUNT_EVERY_SECONDS = 5
#: Too short a time to tell from it how long the rest takes.
FEWEST_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one sync that are in one state for one reason.

    Attributes:
        oldest: Since when the one stands so that stands so longest; None in sync.
        money: ``{currency: amount}`` of the failing ones.
    """

    state: State
    code: str
    count: int
    oldest: datetime | None = None
    money: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def needs_decision(self) -> bool:
        """Whether only a person can settle these."""
        reason = REASONS.get(self.code)
        return self.state is State.FAILING and reason is not None and reason.needs_decision


@dataclass(frozen=True, slots=True)
class Totals:
    """The counts of one sync, grouped.

    Attributes:
        counted_at: When a large sync was counted; None when it was counted just now.
        seconds_left: An estimate; None while nothing is under way or nobody can tell.
    """

    groups: tuple[Group, ...] = ()
    counted_at: datetime | None = None
    seconds_left: int | None = None

    def of(self, state: State) -> int:
        """How many are in a state."""
        return sum(group.count for group in self.groups if group.state is state)

    @property
    def total(self) -> int:
        """All records known."""
        return sum(group.count for group in self.groups)

    @property
    def needs_decision(self) -> int:
        """The failing ones that only a person can settle."""
        return sum(group.count for group in self.groups if group.needs_decision)

    @property
    def worst(self) -> Group | None:
        """The failing ones with the most frequent reason."""
        failing = [group for group in self.groups if group.state is State.FAILING]
        return max(failing, key=lambda group: group.count, default=None)

    @property
    def for_a_person(self) -> int:
        """The waiting ones that go on when a person says so, such as an approval."""
        return sum(
            group.count
            for group in self.groups
            if group.state is State.WAITING and group.code in WAIT_FOR_A_PERSON
        )

    @property
    def handled(self) -> int:
        """Those that need nothing more just now."""
        return self.total - self.of(State.WAITING)


def of_all(ids: Iterable[int], *, now: datetime) -> dict[int, Totals]:
    """The counts of several syncs by their pk; three queries, none of which reads a large sync."""
    wanted = list(ids)
    kept = {row.definition_id: row for row in KeptCounts.objects.filter(definition__in=wanted)}
    large = {pk for pk, row in kept.items() if row.total > COUNTED_LIVE}
    counted = count([pk for pk in wanted if pk not in large])
    found = {}
    for pk in wanted:
        row = kept.get(pk)
        totals = Totals(_load(row), row.counted_at) if row and pk in large else Totals(counted[pk])
        found[pk] = replace(totals, seconds_left=_estimate(row, totals, now))
    return found


def of(definition_id: int, *, now: datetime) -> Totals:
    """The counts of one sync."""
    return of_all([definition_id], now=now)[definition_id]


def count(ids: Sequence[int]) -> dict[int, tuple[Group, ...]]:
    """Count the records of some syncs, in one query that an index answers and one of the failing.

    Failing ones are grouped by reason, the most frequent first.
    """
    found: dict[int, list[Group]] = {pk: [] for pk in ids}
    if not ids:
        return {}
    links = RecordLink.objects.filter(definition__in=ids).order_by()
    money = _failing(links.filter(state=State.FAILING.value))
    rows = links.values("definition", "state", "code").annotate(n=Count("pk"), at=Min("updated_at"))
    for row in rows:
        state = State(row["state"])
        group = Group(state, row["code"], row["n"], None if state is State.IN_SYNC else row["at"])
        if state is State.FAILING:
            since, told = money.get((row["definition"], row["code"]), (group.oldest, {}))
            group = replace(group, oldest=since, money=told)
        found[row["definition"]].append(group)
    return {
        pk: tuple(sorted(groups, key=lambda g: (g.state, -g.count, g.code)))
        for pk, groups in found.items()
    }


def _failing(links: Any) -> dict[tuple[int, str], tuple[datetime, dict[str, Decimal]]]:
    found: dict[tuple[int, str], tuple[datetime, dict[str, Decimal]]] = {}
    rows = links.values("definition", "code", "currency").annotate(
        sum=Sum("amount"), at=Min(Coalesce("failing_since", "updated_at"))
    )
    for row in rows:
        key = (row["definition"], row["code"])
        since, money = found.get(key, (row["at"], {}))
        if row["sum"] is not None:
            money = {**money, row["currency"]: row["sum"]}
        found[key] = (min(since, row["at"]), money)
    return found


# -- kept for large syncs


def keep(ids: Iterable[int], *, now: datetime) -> None:
    """Count some syncs and keep what came of it."""
    wanted = list(ids)
    before = {row.definition_id: row for row in KeptCounts.objects.filter(definition__in=wanted)}
    rows = []
    for pk, groups in count(wanted).items():
        totals = Totals(groups)
        row = before.get(pk) or KeptCounts(definition_id=pk)
        row.rows, row.total, row.counted_at = _dump(groups), totals.total, now
        if not totals.of(State.WAITING):
            row.busy_since, row.busy_handled = None, 0
        elif row.busy_since is None:
            row.busy_since, row.busy_handled = now, totals.handled
        rows.append(row)
    KeptCounts.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["definition"],
        update_fields=["rows", "total", "counted_at", "busy_since", "busy_handled"],
    )


def keep_up(context: RunContext, *, now_and_then: bool = False) -> None:
    """Count what a run works on; with ``now_and_then`` only when the last count is old.

    A sync in which nothing has changed since is not counted again.
    """
    known = context.known
    moment = context.env.clock.monotonic()
    if now_and_then and moment < known.get("count again", moment):
        return
    now = context.env.clock.now()
    ids = [sync.definition.pk for sync in context.syncs if not sync.config.pair.hidden]
    keep([pk for pk in ids if _has_changed(pk)], now=now)
    took = context.env.clock.monotonic() - moment
    known["count again"] = moment + max(COUNT_EVERY_SECONDS, 20 * took)


def refresh(ids: Iterable[int], *, now: datetime) -> None:
    """Count those of some syncs anew whose counts are kept: a person changed their records."""
    kept = KeptCounts.objects.filter(definition__in=list(ids), total__gt=COUNTED_LIVE)
    keep(list(kept.values_list("definition", flat=True)), now=now)


def _has_changed(pk: int) -> bool:
    """Whether any record of a sync changed since it was counted; a minute's doubt says yes."""
    kept = KeptCounts.objects.filter(definition=pk).values_list("counted_at", flat=True).first()
    if kept is None:
        return True
    since = kept - timedelta(minutes=1)
    return RecordLink.objects.filter(definition=pk, updated_at__gte=since).exists()


def _estimate(row: KeptCounts | None, totals: Totals, now: datetime) -> int | None:
    """Seconds until nothing waits any more, if it goes on as it went so far."""
    if row is None or row.busy_since is None:
        return None
    seconds = ((totals.counted_at or now) - row.busy_since).total_seconds()
    done, left = totals.handled - row.busy_handled, totals.of(State.WAITING)
    if seconds < FEWEST_SECONDS or done <= 0 or not left:
        return None
    return round(left * seconds / done)


def _dump(groups: Sequence[Group]) -> list[dict[str, Any]]:
    return [
        {
            "state": group.state.value,
            "code": group.code,
            "count": group.count,
            "oldest": group.oldest.isoformat() if group.oldest else None,
            "money": {currency: plain(amount) for currency, amount in group.money.items()},
        }
        for group in groups
    ]


def _load(row: KeptCounts) -> tuple[Group, ...]:
    return tuple(
        Group(
            State(told["state"]),
            told["code"],
            told["count"],
            datetime.fromisoformat(told["oldest"]) if told["oldest"] else None,
            {currency: Decimal(amount) for currency, amount in told["money"].items()},
        )
        for told in row.rows
    )
