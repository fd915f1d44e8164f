"""HubSpot's published rate limits.

Knows plans, budgets and headers; counts always, refuses only when limits are on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulators.common.limits import PeriodCounter, SlidingWindow
from simulators.hubspot import account, errors

TEN_SECONDS = 10.0
OAUTH_PER_TEN_SECONDS = 110
SEARCH_PER_SECOND = 5


@dataclass(frozen=True)
class Plan:
    """What a subscription allows."""

    per_ten_seconds: int
    daily: int
    associations_per_ten_seconds: int
    associations_daily: int = 500_000


PLANS: Mapping[str, Plan] = {
    "free": Plan(100, 250_000, 100),
    "starter": Plan(100, 250_000, 100),
    # A changelog says 650,000 a day.
    "professional": Plan(190, 625_000, 150),
    "enterprise": Plan(190, 1_000_000, 150),
}


MAX_INCREASES = 2


def increased(plan: Plan, times: int) -> Plan:
    """The plan with API limit increases bought (at most two)."""
    if not times:
        return plan
    return Plan(250, plan.daily + times * 1_000_000, 200, 1_000_000)


class Limits:
    """The counters of one account."""

    def __init__(self, plan: str | Plan, *, enforced: bool) -> None:
        self.plan = PLANS[plan] if isinstance(plan, str) else plan
        self.enforced = enforced
        self.clear()

    def limit_day(self, calls: int) -> None:
        """Another number of calls a day than the plan's; 0 is the plan's."""
        self.daily.limit = self._limit(calls or self.plan.daily)

    def clear(self) -> None:
        """Start from zero."""
        plan = self.plan
        self._callers: dict[str, SlidingWindow] = {}
        self.search = SlidingWindow(self._limit(SEARCH_PER_SECOND), 1.0)
        self.associations = SlidingWindow(
            self._limit(plan.associations_per_ten_seconds), TEN_SECONDS
        )
        self.daily = PeriodCounter(self._limit(plan.daily), _local_day)
        self.associations_daily = PeriodCounter(self._limit(plan.associations_daily), _local_day)

    def _limit(self, number: int) -> int | None:
        return number if self.enforced else None

    def take(self, kind: str, caller: str, *, is_oauth: bool, now: datetime) -> None:
        """Count one call.

        Searches have a budget of their own per account and are left out of the ten-second one.
        Association calls have one of their own as well; that they also count in the general one
        is UNCONFIRMED (the stricter reading).

        Raises:
            ApiError: 429, a limit is reached.
        """
        if kind == "search":
            if not self.search.take(now):
                raise errors.search_limit()
        elif not self._window(caller, is_oauth=is_oauth).take(now):
            raise errors.ten_second_limit()
        if kind == "associations":
            if not self.associations.take(now):
                raise errors.ten_second_limit()
            if not self.associations_daily.take(now):
                raise errors.daily_limit()
        if not is_oauth and not self.daily.take(now):
            raise errors.daily_limit()

    def headers(self, kind: str, caller: str, *, is_oauth: bool, now: datetime) -> dict[str, str]:
        """The rate headers of an answer; none on searches, no daily ones for OAuth."""
        if not self.enforced or kind == "search":
            return {}
        window = self._window(caller, is_oauth=is_oauth)
        headers = {
            "X-HubSpot-RateLimit-Max": str(window.limit),
            "X-HubSpot-RateLimit-Remaining": str(window.remaining(now)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }
        if not is_oauth:
            headers["X-HubSpot-RateLimit-Daily"] = str(self.daily.limit)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(self.daily.remaining(now))
        return headers

    def _window(self, caller: str, *, is_oauth: bool) -> SlidingWindow:
        window = self._callers.get(caller)
        if window is None:
            number = OAUTH_PER_TEN_SECONDS if is_oauth else self.plan.per_ten_seconds
            window = self._callers[caller] = SlidingWindow(self._limit(number), TEN_SECONDS)
        return window

    def windows(self) -> dict[str, Any]:
        """All counters by name, for the stats."""
        return {
            **{f"ten_seconds:{caller}": one for caller, one in sorted(self._callers.items())},
            "search_second": self.search,
            "associations_ten_seconds": self.associations,
            "daily": self.daily,
            "associations_daily": self.associations_daily,
        }


def _local_day(now: datetime) -> str:
    """Daily counters reset at midnight in the account's time zone."""
    return now.astimezone(ZoneInfo(account.TIME_ZONE)).date().isoformat()
