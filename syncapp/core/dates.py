"""Calendar dates of documents and the instants HubSpot keeps them as; no other time.

QuickBooks keeps plain dates of the company. HubSpot's invoice dates are instants: their date is
the one they have in the company's time zone, so that a document never changes its day (ENGINE 4).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncapp.core.values import Value, is_empty

#: Noon exists on every day of every zone, and stands on the same date for most readers.
_NOON = time(12)


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; UTC for a name that is unknown or empty."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def as_date(value: Value) -> date | None:
    """The date of ``YYYY-MM-DD``; None for anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def date_in(value: Value, where: ZoneInfo) -> Value:
    """The date (``YYYY-MM-DD``) an instant has in a zone.

    A plain date, epoch milliseconds and what is no date at all are taken as they are meant:
    a date stays, milliseconds are an instant, anything else is handed back. Midnight in UTC, to
    the millisecond, is how HubSpot keeps a date that somebody picked (UNCONFIRMED for invoices):
    it is that date, whatever the zone.
    """
    if is_empty(value) or not isinstance(value, str | int) or isinstance(value, bool):
        return value
    told = str(value).strip()
    is_milliseconds = told.lstrip("-").isdigit()
    if len(told) == len("2026-01-31") and not is_milliseconds:
        return told
    try:
        if is_milliseconds:
            moment = datetime.fromtimestamp(int(told) / 1000, UTC)
        else:
            moment = datetime.fromisoformat(told)
    except (ValueError, OverflowError, OSError):
        return value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if moment.astimezone(UTC).time() == time(0):
        return moment.astimezone(UTC).date().isoformat()
    try:
        return moment.astimezone(where).date().isoformat()
    except OverflowError:
        return value


def instant_of(value: Value, where: ZoneInfo) -> Value:
    """Noon of a date in a zone, as ISO 8601 in UTC with milliseconds; the way HubSpot takes it.

    Twelve hours behind UTC, noon is midnight in UTC and would be read back as the date of the next
    day (``date_in``): there it is eleven o'clock.
    """
    if not isinstance(value, str):
        return value
    try:
        day = date.fromisoformat(value.strip()[:10])
        moment = datetime.combine(day, _NOON, tzinfo=where).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day there is may have no noon
        return value
    if moment.time() == time(0) and moment.date() != day:
        moment -= timedelta(hours=1)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
