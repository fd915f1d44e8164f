"""Counters for rate limits on the simulated clock.

Knows windows and numbers; must not know what is limited nor how a refusal looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta


class SlidingWindow:
    """At most ``limit`` calls in any ``seconds``; ``limit`` None counts without refusing."""

    def __init__(self, limit: int | None, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self.max_seen = 0
        self.refused = 0
        self._span = timedelta(seconds=seconds)
        self._calls: deque[datetime] = deque()

    def used(self, now: datetime) -> int:
        """Calls counted in the window that ends now."""
        # A clock set back leaves calls in the future behind; they no longer count.
        while self._calls and self._calls[-1] > now:
            self._calls.pop()
        while self._calls and self._calls[0] <= now - self._span:
            self._calls.popleft()
        return len(self._calls)

    def take(self, now: datetime, cost: int = 1) -> bool:
        """Count ``cost`` calls, or count a refusal and return False."""
        used = self.used(now)
        if self.limit is not None and used + cost > self.limit:
            self.refused += 1
            return False
        self._calls.extend([now] * cost)
        self.max_seen = max(self.max_seen, used + cost)
        return True

    def remaining(self, now: datetime) -> int:
        """Calls still allowed now (0 without a limit is never returned: it is a large number)."""
        return 1_000_000 if self.limit is None else max(self.limit - self.used(now), 0)

    def report(self, now: datetime) -> dict[str, int | float | None]:
        """Numbers for ``/__sim__/stats``."""
        return {
            "limit": self.limit,
            "seconds": self.seconds,
            "used": self.used(now),
            "max_seen": self.max_seen,
            "refused": self.refused,
        }


class PeriodCounter:
    """At most ``limit`` calls per period, such as a day or a month.

    ``period_of`` names the period a moment lies in (for a day: its local date as text).
    """

    def __init__(self, limit: int | None, period_of: Callable[[datetime], str]) -> None:
        self.limit = limit
        self.max_seen = 0
        self.refused = 0
        self._period_of = period_of
        self._period = ""
        self._count = 0

    def used(self, now: datetime) -> int:
        """Calls counted in the current period."""
        period = self._period_of(now)
        if period != self._period:
            self._period, self._count = period, 0
        return self._count

    def take(self, now: datetime, cost: int = 1) -> bool:
        """Count ``cost`` calls, or count a refusal and return False."""
        used = self.used(now)
        if self.limit is not None and used + cost > self.limit:
            self.refused += 1
            return False
        self._count = used + cost
        self.max_seen = max(self.max_seen, self._count)
        return True

    def remaining(self, now: datetime) -> int:
        """Calls still allowed in this period."""
        return 1_000_000 if self.limit is None else max(self.limit - self.used(now), 0)

    def report(self, now: datetime) -> dict[str, int | float | None]:
        """Numbers for ``/__sim__/stats``."""
        return {
            "limit": self.limit,
            "used": self.used(now),
            "max_seen": self.max_seen,
            "refused": self.refused,
        }
