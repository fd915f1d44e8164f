"""What came of an attempt, and how often -> when to try again. Never sleeps, reads no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncapp.core.reasons import REASONS, Retry

FIRST_PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 3600
CURED_ELSEWHERE_SECONDS = 6 * 3600


def next_try(code: str, *, attempts: int, now: datetime, fraction: float) -> datetime | None:
    """When a failing record is due again by itself; None when only a change or a person helps.

    Args:
        code: A code of the catalogue of reasons.
        now: The time, aware.
        attempts: Tries so far, at least 1.
        fraction: Jitter between 0 and 1 (full jitter: the pause is this part of its bound).
    """
    retry = REASONS[code].retry if code in REASONS else Retry.NEVER
    match retry:
        case Retry.NEVER | Retry.APPROVED:
            return None
        case Retry.SOON:
            return now
        case Retry.CURED_ELSEWHERE:
            return now + timedelta(seconds=CURED_ELSEWHERE_SECONDS)
        case Retry.BACKOFF:
            bound = min(FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 12), LONGEST_PAUSE_SECONDS)
            return now + timedelta(seconds=max(1.0, bound * fraction))
