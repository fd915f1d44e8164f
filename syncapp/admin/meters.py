"""A connection's call budgets in words: meters, and what waits because of them.

Knows what a share of a limit means to a person. Must not know how calls are counted
(``services/usage.py``) nor which page shows the meters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin import moments
from syncapp.core.sides import Side
from syncapp.models import Connection
from syncapp.services.usage import Pause, Share, Usage

#: Percent from which a meter warns and alarms: where something pauses, or people are told.
DAY_TONES = ((90, "bad"), (70, "warn"))
MONTH_TONES = ((95, "bad"), (80, "warn"))


@dataclass(frozen=True, slots=True)
class Meter:
    """One bar. ``percent`` is None where there is no limit: then only the text is shown."""

    label: str
    text: str
    percent: int | None
    tone: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that waits or is slower than usual just now."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Meters:
    """All that is shown of one connection's budgets."""

    bars: tuple[Meter, ...]
    notices: tuple[Notice, ...]


def describe(connection: Connection, usage: Usage, *, now: datetime) -> Meters:
    """The meters of a connection."""
    bars = []
    if usage.day is not None:
        bars.append(_day(connection, usage, usage.day))
    if usage.month is not None:
        bars.append(_month(connection, usage.month, now))
    return Meters(tuple(bars), tuple(_notices(connection, usage, now)))


def _day(connection: Connection, usage: Usage, day: Share) -> Meter:
    zone = connection.time_zone or "UTC"
    notes = {
        Pause.NOTHING: _("Counted anew at midnight (%(zone)s)."),
        Pause.BACKFILL: _(
            "From 70 %% on, first syncs and full comparisons wait until midnight (%(zone)s). "
            "Edits still sync."
        ),
        Pause.ALL_BUT_CLICKS: _(
            "From 90 %% on, only what a person starts is run until midnight (%(zone)s)."
        ),
    }
    return Meter(
        label=_("HubSpot calls today, all apps"),
        text=_of(day),
        percent=day.percent,
        tone=_tone(day.percent, DAY_TONES),
        note=notes[usage.pause] % {"zone": zone},
    )


def _month(connection: Connection, month: Share, now: datetime) -> Meter:
    label = _("Metered reads in %(month)s") % {"month": date_format(now.astimezone(UTC), "F")}
    if not month.limit:
        sandbox = connection.environment == Connection.Environment.SANDBOX
        note = (
            _("Intuit does not meter sandbox companies.") if sandbox else _("No allowance is set.")
        )
        return Meter(label, number_format(month.own), None, "quiet", note)
    notes = []
    if month.used != month.own:
        shared = _(
            "%(n)s of them by this company; all companies of the same Intuit app share the "
            "allowance."
        )
        notes.append(shared % {"n": number_format(month.own)})
    tone = _tone(month.percent, MONTH_TONES)
    if tone != "info":
        notes.append(_("At 100 % QuickBooks is not asked again before next month."))
    return Meter(label, _of(month), month.percent, tone, " ".join(notes))


def _of(share: Share) -> str:
    return _("%(used)s of %(limit)s (%(percent)s %%)") % {
        "used": number_format(share.used),
        "limit": number_format(share.limit),
        "percent": share.percent,
    }


def _tone(percent: int, tones: tuple[tuple[int, str], ...]) -> str:
    return next((tone for least, tone in tones if percent >= least), "info")


def _notices(connection: Connection, usage: Usage, now: datetime) -> Iterator[Notice]:
    vendor = Side(connection.side).label
    if usage.blocked_until is not None:
        here = timezone.localtime(usage.blocked_until)
        same_day = here.date() == timezone.localtime(now).date()
        words = {
            "vendor": vendor,
            "until": date_format(here, "TIME_FORMAT" if same_day else "DATETIME_FORMAT"),
            "in": moments.until(usage.blocked_until, now),
        }
        yield Notice(_BLOCKED[usage.blocked_why or "asked"]() % words, "bad")
    if usage.slowed_percent is not None:
        minutes = -(-(100 - usage.slowed_percent) // 5)
        yield Notice(
            ngettext(
                "Rate halved after a 429 (%(vendor)s: too many calls at once). Calls run at "
                "%(percent)s %% of the usual rate now, at the full rate again in about %(n)s "
                "minute.",
                "Rate halved after a 429 (%(vendor)s: too many calls at once). Calls run at "
                "%(percent)s %% of the usual rate now, at the full rate again in about %(n)s "
                "minutes.",
                minutes,
            )
            % {"vendor": vendor, "percent": usage.slowed_percent, "n": minutes},
            "warn",
        )


_BLOCKED = {
    "asked": lambda: _("No calls until %(until)s (%(in)s): %(vendor)s asked for a pause."),
    "day": lambda: _(
        "No calls until %(until)s (%(in)s): the day's HubSpot calls are used up. Nothing is lost; "
        "syncing goes on by itself."
    ),
    "month": lambda: _(
        "No calls until %(until)s (%(in)s): the month's metered QuickBooks reads are used up. "
        "Nothing is lost; a larger allowance (SYNC_INTUIT_MONTHLY_READS) ends the pause."
    ),
}
