"""Call budgets: the vendors' limits are kept before they have to say no.

A sliding log, not a token bucket: a bucket of 40 refilled at 40 a minute admits 80 in one minute.
Knows counting and waiting; not what is called, nor where the counts live (``BudgetStore``).
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from syncapp.core.errors import Throttled
from syncapp.core.ports import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` calls within any ``seconds``."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Want:
    """Places wanted in one log: ``places`` calls under all of ``limits``."""

    key: str
    limits: tuple[Limit, ...]
    places: int = 1


class BlockReason(StrEnum):
    """Why nobody may call for a while."""

    ASKED = "asked"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Slowed:
    """Since when a key has which part of its rate; until then it is not halved again."""

    part: float
    at: datetime
    until: datetime


class BudgetStore(Protocol):
    """Where the logs live; shared by every worker that speaks for the same account."""

    def try_acquire(self, wants: Sequence[Want], *, now: datetime) -> float:
        """Take all places of all wants, or none of them; atomic over all workers.

        Returns:
            0.0 when they were taken, else the seconds after which to ask again.
        """
        ...

    def block(self, key: str, *, until: datetime, why: BlockReason = BlockReason.ASKED) -> None:
        """Let nobody take a place of ``key`` before ``until``; never shortens a block."""
        ...

    def slow_down(self, key: str, *, now: datetime, seconds: float) -> None:
        """Halve the rate of ``key`` for everybody, once within ``seconds``; see ``halved``."""
        ...

    def why_blocked(self, keys: Sequence[str], *, now: datetime) -> BlockReason | None:
        """The reason of the longest block of any of the keys; None when there is none."""
        ...


#: After a 429 the rate halves, but never below this part of it, and recovers so fast.
SLOWEST = 1 / 16
RECOVERY_PER_MINUTE = 0.05


def part_of_rate(slowed: Slowed | None, now: datetime) -> float:
    """Which part of its full rate a key has now."""
    if slowed is None:
        return 1.0
    minutes = (now - slowed.at).total_seconds() / 60
    return min(slowed.part + RECOVERY_PER_MINUTE * max(minutes, 0.0), 1.0)


def halved(before: Slowed | None, *, now: datetime, seconds: float) -> Slowed:
    """What a refusal makes of a rate. Several refusals of one moment halve it once.

    Args:
        before: What earlier refusals made of it.
        now: The time.
        seconds: How long the pause is that goes with the refusal.
    """
    if before is not None and now < before.until:
        return before
    part = max(part_of_rate(before, now) / 2, SLOWEST)
    return Slowed(part, now, now + timedelta(seconds=seconds))


def seconds_to_wait(
    log: Sequence[datetime],
    want: Want,
    *,
    now: datetime,
    blocked_until: datetime | None = None,
    part: float = 1.0,
) -> float:
    """How long until the want fits; 0.0 when it fits now. The arithmetic of every store.

    Args:
        log: When the places of the last calls were taken, oldest first.
        want: What is wanted.
        now: The time.
        blocked_until: When the vendor's own block ends.
        part: Which part of the limits may be used (``part_of_rate``).
    """
    wait = max((blocked_until - now).total_seconds(), 0.0) if blocked_until else 0.0
    for limit in want.limits:
        if want.places > limit.count:
            raise ValueError(f"{want.places} places never fit into {limit}")
        window = timedelta(seconds=limit.seconds)
        inside = [taken for taken in log if taken > now - window]
        count = max(int(limit.count * part), want.places)
        surplus = len(inside) + want.places - count
        if surplus > 0:
            free_at = inside[surplus - 1] + window
            wait = max(wait, (free_at - now).total_seconds())
    return wait


def trim(log: deque[datetime], want: Want, *, now: datetime) -> None:
    """Forget the places no limit counts any more."""
    longest = timedelta(seconds=max((limit.seconds for limit in want.limits), default=0.0))
    while log and log[0] <= now - longest:
        log.popleft()


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """What the vendor said of its limit of a day: all of the account's apps share it."""

    limit: int
    remaining: int
    at: datetime


@runtime_checkable
class UsageMeter(Protocol):
    """What a ``BudgetStore`` offers as well when it keeps the counts of days and of months."""

    def daily_seen(self, scope: str, daily: DailyLimit) -> None:
        """An answer told what is left of the day (HubSpot)."""
        ...

    def read_counted(self, scope: str, at: datetime) -> None:
        """A call was made that the vendor meters by the month (QuickBooks' CorePlus)."""
        ...


class MemoryBudgetStore:
    """Logs in this process's memory: for tests and for a single process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: dict[str, deque[datetime]] = defaultdict(deque)
        self._blocked: dict[str, tuple[datetime, BlockReason]] = {}
        self._slowed: dict[str, Slowed] = {}

    def try_acquire(self, wants: Sequence[Want], *, now: datetime) -> float:
        """See ``BudgetStore``."""
        with self._lock:
            wait = 0.0
            for want in wants:
                log = self._logs[want.key]
                trim(log, want, now=now)
                until, _ = self._blocked.get(want.key, (None, None))
                part = part_of_rate(self._slowed.get(want.key), now)
                wait = max(
                    wait, seconds_to_wait(log, want, now=now, blocked_until=until, part=part)
                )
            if wait <= 0:
                for want in wants:
                    self._logs[want.key].extend([now] * want.places)
            return wait

    def block(self, key: str, *, until: datetime, why: BlockReason = BlockReason.ASKED) -> None:
        """See ``BudgetStore``."""
        with self._lock:
            known = self._blocked.get(key)
            if known is None or known[0] < until:
                self._blocked[key] = (until, why)

    def slow_down(self, key: str, *, now: datetime, seconds: float) -> None:
        """See ``BudgetStore``."""
        with self._lock:
            self._slowed[key] = halved(self._slowed.get(key), now=now, seconds=seconds)

    def why_blocked(self, keys: Sequence[str], *, now: datetime) -> BlockReason | None:
        """See ``BudgetStore``."""
        with self._lock:
            blocks = [self._blocked[key] for key in keys if key in self._blocked]
        return max((one for one in blocks if one[0] > now), default=(now, None))[1]


#: What a person reads when calls have to wait for long; ``{seconds}`` is how long.
WAITING_SENTENCES: Mapping[BlockReason | None, str] = {
    None: "The call budget is used up for {seconds} more seconds.",
    BlockReason.ASKED: "A pause was asked for; calls go on by themselves in {seconds} seconds.",
    BlockReason.DAY: (
        "HubSpot's limit of calls a day is used up. Syncing goes on by itself at midnight in the "
        "account's time zone."
    ),
    BlockReason.MONTH: (
        "The month's allowance of metered QuickBooks reads is used up. Syncing goes on by itself "
        "next month, or once a larger allowance is set."
    ),
}


@dataclass
class Budget:
    """What one connection may call, under names such as "calls" or "search".

    Attributes:
        scope: Names the account in the store's keys ("hubspot:123456").
        limits: The limits of each name.
        max_wait_seconds: A longer wait ends the slice instead of sleeping.
        daily: What the vendor last said of the day; None when it said nothing.
    """

    store: BudgetStore
    clock: Clock
    scope: str
    limits: Mapping[str, tuple[Limit, ...]]
    max_wait_seconds: float = 70.0
    daily: DailyLimit | None = None
    _learned: dict[str, tuple[Limit, ...]] = field(default_factory=dict)

    def acquire(self, names: Sequence[str], places: int = 1) -> None:
        """Take a place under every name, sleeping until there is one.

        Raises:
            Throttled: It would take longer than ``max_wait_seconds``.
        """
        waited = 0.0
        while (
            wait := self.store.try_acquire(self._wants(names, places), now=self.clock.now())
        ) > 0:
            if waited + wait > self.max_wait_seconds:
                raise self._throttled(names, math.ceil(wait))
            self.clock.sleep(wait)
            waited += wait

    def _wants(self, names: Sequence[str], places: int) -> list[Want]:
        return [Want(self.key(name), self._limits(name), places) for name in names]

    def _throttled(self, names: Sequence[str], seconds: int) -> Throttled:
        keys = [self.key(name) for name in names]
        why = self.store.why_blocked(keys, now=self.clock.now())
        return Throttled(WAITING_SENTENCES[why].format(seconds=seconds), wait_seconds=seconds)

    def block(self, name: str, seconds: float, why: BlockReason = BlockReason.ASKED) -> None:
        """Keep every worker of this account from calling for a while."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.store.block(self.key(name), until=until, why=why)

    def slow_down(self, name: str, seconds: float) -> None:
        """Halve the rate of a name after a 429; it recovers by itself.

        Somebody else uses the same limit, or the table is wrong: either way the old rate would
        be refused again. Several 429 of one moment halve once.

        Args:
            name: Of the budget.
            seconds: How long the pause is that goes with it.
        """
        self.store.slow_down(self.key(name), now=self.clock.now(), seconds=seconds)

    def see_day(self, limit: int, remaining: int) -> None:
        """Note what the vendor told of its daily limit."""
        self.daily = DailyLimit(limit, remaining, self.clock.now())
        if isinstance(self.store, UsageMeter):
            self.store.daily_seen(self.scope, self.daily)

    def count_read(self) -> None:
        """Note a call that is metered by the month."""
        if isinstance(self.store, UsageMeter):
            self.store.read_counted(self.scope, self.clock.now())

    def learn(self, name: str, *limits: Limit) -> None:
        """Use limits the vendor has just told instead of the table's."""
        self._learned[name] = limits

    def key(self, name: str) -> str:
        """The store's key of a name."""
        return f"{self.scope}:{name}"

    def _limits(self, name: str) -> tuple[Limit, ...]:
        return self._learned.get(name) or self.limits[name]
