"""The simulators' clock: the only place in ``simulators`` that reads the real time.

Knows how to move time; must not know what happens at which time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

Source = Callable[[], datetime]

DEFAULT_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def wall_time() -> datetime:
    """The real time, aware, in UTC."""
    return datetime.now(tz=UTC)  # noqa: TID251 (this is the clock)


class SimClock:
    """A clock that runs with its source and can be moved.

    The default source is the real time. A test passes its own source, or takes
    :meth:`frozen`, where time moves only by :meth:`advance`, :meth:`set` and :meth:`sleep`.
    """

    def __init__(
        self,
        source: Source = wall_time,
        *,
        offset: timedelta = timedelta(0),
        sleeper: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._sleeper = sleeper
        self._local = threading.local()
        self.offset = offset

    @classmethod
    def frozen(cls, start: datetime = DEFAULT_START) -> SimClock:
        """A clock that stands at ``start`` until someone moves it; ``sleep`` moves it too."""
        clock = cls(lambda: start)
        clock._sleeper = clock.advance
        return clock

    def now(self) -> datetime:
        """The simulated time, aware, in UTC."""
        pinned: datetime | None = getattr(self._local, "pinned", None)
        return pinned if pinned is not None else self._source() + self.offset

    def milliseconds(self) -> int:
        """The simulated time in whole milliseconds since 1970."""
        return epoch_milliseconds(self.now())

    def advance(self, seconds: float) -> None:
        """Move the clock on (or back, with a negative number) by ``seconds``."""
        self.offset += timedelta(seconds=seconds)

    def set(self, moment: str | datetime) -> None:
        """Make it ``moment`` now (an aware datetime or ISO 8601 text); time goes on from there.

        Raises:
            ValueError: the text is not a time, or has no zone.
        """
        target = parse_iso(moment) if isinstance(moment, str) else moment
        if target.tzinfo is None:
            raise ValueError("A time needs its zone, for example 2026-01-05T09:00:00Z.")
        self.offset = target - self._source()

    def sleep(self, seconds: float) -> None:
        """Wait; a frozen clock moves instead."""
        self._sleeper(seconds)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Within the block, and in this thread only, it is ``moment``.

        For work that was due in the past: a late commit is stamped with the time it was due.
        """
        before: datetime | None = getattr(self._local, "pinned", None)
        self._local.pinned = moment
        try:
            yield
        finally:
            self._local.pinned = before


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def epoch_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (moment - EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """The aware UTC datetime of ``milliseconds`` since 1970."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def iso_milliseconds(moment: datetime) -> str:
    """``2026-01-05T09:00:00.000Z``."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text[:-6] + "Z"


def parse_iso(text: str) -> datetime:
    """Read ISO 8601 with a zone (``Z`` or an offset).

    Raises:
        ValueError: it is not a time, or has no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone.")
    return moment
