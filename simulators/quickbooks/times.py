"""Times as QuickBooks writes and reads them: Pacific offset, whole seconds in MetaData.

Instants are whole or fractional seconds since the epoch (UTC); this module never asks what time it
is. Companies outside the Pacific zone: UNCONFIRMED, the same offset is used for all.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
_QUARTER = 900
_STAMP = re.compile(
    r"^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d+))?\s*(Z|[+-]\d{2}:?\d{2})?)?$"
)


@lru_cache(maxsize=4096)
def _offset(quarter: int) -> timedelta:
    """Return Pacific minus UTC; asked once per quarter of an hour, as zone look-ups are slow."""
    moment = datetime.fromtimestamp(quarter * _QUARTER, tz=UTC).astimezone(PACIFIC)
    found = moment.utcoffset()
    return found if found is not None else timedelta(hours=-8)


def _local(seconds: int) -> tuple[datetime, str]:
    offset = _offset(seconds // _QUARTER)
    wall = datetime.fromtimestamp(seconds, tz=UTC).replace(tzinfo=None) + offset
    minutes = abs(int(offset.total_seconds())) // 60
    sign = "-" if offset < timedelta(0) else "+"
    return wall, f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


@lru_cache(maxsize=65536)
def stamp(seconds: int) -> str:
    """Return the MetaData form: ``2026-11-20T12:00:00-08:00``."""
    wall, offset = _local(seconds)
    return wall.isoformat(timespec="seconds") + offset


def answer_time(now: datetime) -> str:
    """Return the envelope's form: ``2026-11-20T12:00:00.187-08:00``."""
    wall, offset = _local(int(now.timestamp()))
    return f"{wall.isoformat(timespec='seconds')}.{now.microsecond // 1000:03d}{offset}"


def today(now: datetime) -> date:
    """Return the company's calendar day (its zone is UNCONFIRMED; Pacific here)."""
    return now.astimezone(PACIFIC).date()


def parse(text: str) -> int | None:
    """Return the instant in whole seconds, or None if the text is no time.

    A missing offset and a bare date are read in the Pacific zone. Fractions are cut, as stored
    times have none.
    """
    match = _STAMP.match(text.strip())
    if match is None:
        return None
    day, clock, _, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00:00'}{offset or ''}")
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=PACIFIC)
    return int(moment.timestamp())


def parse_day(text: str) -> date | None:
    """Return the calendar date of ``2026-11-22`` (a trailing time is ignored), else None."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
