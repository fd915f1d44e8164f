"""The published limits, counted per company and per app, and the monthly meter of the partner tier.

Numbers from D/learn/rest-api-features and Intuit's blog (2025-08-13, 2026-01-08).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from simulators.common.limits import PeriodCounter, SlidingWindow

MOST_CONCURRENT = 10
#: CorePlus calls included per month; None is metered without a stop.
PLANS: dict[str, int | None] = {
    "builder": 500_000,
    "silver": None,
    "gold": None,
    "platinum": None,
}


def _month(moment: datetime) -> str:
    return moment.strftime("%Y-%m")


class Limits:
    """All windows of one company."""

    def __init__(self, *, published: bool, plan: str) -> None:
        self.published = published
        self._plan = plan
        self._windows: dict[str, SlidingWindow] = {}
        self._meters: dict[str, PeriodCounter] = {}

    def admit(
        self, app: str, now: datetime, *, is_batch: bool, is_core_plus: bool, cost: int
    ) -> bool:
        """Count a call, or refuse it; a refused call uses up nothing."""
        needed = [
            (self._window("realm_minute", 500, 60), cost),
            (self._window(f"app_second:{app}", 10, 1), 1),
            (self._window(f"app_minute:{app}", 800, 60), cost),
        ]
        if is_batch:
            needed.append((self._window(f"batch_minute:{app}", 40, 60), 1))
            needed.append((self._window("batch_realm_minute", 120, 60), 1))
        meter = self.meter(app, is_core_plus=True)
        if is_core_plus and meter.remaining(now) < 1:
            meter.refused += 1
            return False
        for window, size in needed:
            if window.remaining(now) < size:
                window.refused += 1
                return False
        for window, size in needed:
            window.take(now, size)
        return True

    def meter(self, app: str, *, is_core_plus: bool) -> PeriodCounter:
        """Return the month's counter of an app; only answered calls (2xx) are put on it."""
        name = f"{'core_plus' if is_core_plus else 'core'}_month:{app}"
        if name not in self._meters:
            limit = PLANS[self._plan] if self.published and is_core_plus else None
            self._meters[name] = PeriodCounter(limit, _month)
        return self._meters[name]

    def _window(self, name: str, limit: int, seconds: float) -> SlidingWindow:
        if name not in self._windows:
            self._windows[name] = SlidingWindow(limit if self.published else None, seconds)
        return self._windows[name]

    def report(self) -> dict[str, Any]:
        """Return all counters by name."""
        return {**self._windows, **self._meters}

    def clear(self) -> None:
        """Start from zero."""
        self._windows.clear()
        self._meters.clear()
