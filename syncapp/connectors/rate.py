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
from typing import Protocol

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


class BudgetStore(Protocol):
    """Where the logs live; shared by every worker that speaks for the same account."""

    def try_acquire(self, wants: Sequence[Want], *, now: datetime) -> float:
        """Take all places of all wants, or none of them; atomic over all workers.

        Returns:
            0.0 when they were taken, else the seconds after which to ask again.
        """
        ...

    def block(self, key: str, *, until: datetime) -> None:
        """Let nobody take a place of ``key`` before ``until``; never shortens a block."""
        ...


def seconds_to_wait(
    log: Sequence[datetime],
    want: Want,
    *,
    now: datetime,
    blocked_until: datetime | None = None,
) -> float:
    """How long until the want fits; 0.0 when it fits now. The arithmetic of every store.

    Args:
        log: When the places of the last calls were taken, oldest first.
        want: What is wanted.
        now: The time.
        blocked_until: When the vendor's own block ends.
    """
    wait = max((blocked_until - now).total_seconds(), 0.0) if blocked_until else 0.0
    for limit in want.limits:
        if want.places > limit.count:
            raise ValueError(f"{want.places} places never fit into {limit}")
        window = timedelta(seconds=limit.seconds)
        inside = [taken for taken in log if taken > now - window]
        surplus = len(inside) + want.places - limit.count
        if surplus > 0:
            free_at = inside[surplus - 1] + window
            wait = max(wait, (free_at - now).total_seconds())
    return wait


def trim(log: deque[datetime], want: Want, *, now: datetime) -> None:
    """Forget the places no limit counts any more."""
    longest = timedelta(seconds=max((limit.seconds for limit in want.limits), default=0.0))
    while log and log[0] <= now - longest:
        log.popleft()


class MemoryBudgetStore:
    """Logs in this process's memory: for tests and for a single process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: dict[str, deque[datetime]] = defaultdict(deque)
        self._blocked: dict[str, datetime] = {}

    def try_acquire(self, wants: Sequence[Want], *, now: datetime) -> float:
        """See ``BudgetStore``."""
        with self._lock:
            wait = 0.0
            for want in wants:
                log = self._logs[want.key]
                trim(log, want, now=now)
                blocked = self._blocked.get(want.key)
                wait = max(wait, seconds_to_wait(log, want, now=now, blocked_until=blocked))
            if wait <= 0:
                for want in wants:
                    self._logs[want.key].extend([now] * want.places)
            return wait

    def block(self, key: str, *, until: datetime) -> None:
        """See ``BudgetStore``."""
        with self._lock:
            self._blocked[key] = max(until, self._blocked.get(key, until))


@dataclass
class Budget:
    """What one connection may call, under names such as "calls" or "search".

    Attributes:
        scope: Names the account in the store's keys ("hubspot:123456").
        limits: The limits of each name.
        max_wait_seconds: A longer wait ends the slice instead of sleeping.
    """

    store: BudgetStore
    clock: Clock
    scope: str
    limits: Mapping[str, tuple[Limit, ...]]
    max_wait_seconds: float = 70.0
    _learned: dict[str, tuple[Limit, ...]] = field(default_factory=dict)

    def acquire(self, names: Sequence[str], places: int = 1) -> None:
        """Take a place under every name, sleeping until there is one.

        Raises:
            Throttled: It would take longer than ``max_wait_seconds``.
        """
        wants = [Want(self.key(name), self._limits(name), places) for name in names]
        waited = 0.0
        while (wait := self.store.try_acquire(wants, now=self.clock.now())) > 0:
            if waited + wait > self.max_wait_seconds:
                raise Throttled(
                    f"The call budget is used up for {math.ceil(wait)} more seconds.",
                    wait_seconds=math.ceil(wait),
                )
            self.clock.sleep(wait)
            waited += wait

    def block(self, name: str, seconds: float) -> None:
        """Keep every worker of this account from calling for a while."""
        self.store.block(self.key(name), until=self.clock.now() + timedelta(seconds=seconds))

    def learn(self, name: str, *limits: Limit) -> None:
        """Use limits the vendor has just told instead of the table's."""
        self._learned[name] = limits

    def key(self, name: str) -> str:
        """The store's key of a name."""
        return f"{self.scope}:{name}"

    def _limits(self, name: str) -> tuple[Limit, ...]:
        return self._learned.get(name) or self.limits[name]
