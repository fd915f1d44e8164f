"""Moments, runs and their states in the words a person reads; not where they are shown."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.models import AccountPair, Connection, SyncRun

#: How a state is coloured: the CSS class says the meaning, never the colour.
TONES = {
    Connection.Status.CONNECTED.value: "good",
    Connection.Status.RECONNECT.value: "bad",
    Connection.Status.NEW.value: "quiet",
    AccountPair.State.ACTIVE.value: "good",
    AccountPair.State.PAUSED.value: "warn",
    AccountPair.State.BROKEN.value: "bad",
    SyncRun.State.RUNNING.value: "info",
    SyncRun.State.FINISHED.value: "good",
    SyncRun.State.ENDED_EARLY.value: "warn",
    SyncRun.State.CRASHED.value: "bad",
}


def span(seconds: float) -> str:
    """A length of time in its largest unit: "40 s", "3 min", "2 h", "5 days"."""
    whole = max(0, int(seconds))
    if whole < 60:
        return _("%(n)d s") % {"n": whole}
    if whole < 3600:
        return _("%(n)d min") % {"n": whole // 60}
    if whole < 48 * 3600:
        return _("%(n)d h") % {"n": whole // 3600}
    days = whole // 86400
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago something was; "" for never."""
    if moment is None:
        return ""
    seconds = (now - moment).total_seconds()
    return _("just now") if seconds < 2 else _("%(span)s ago") % {"span": span(seconds)}


def until(moment: datetime | None, now: datetime) -> str:
    """How soon something will be; "" for never."""
    if moment is None:
        return ""
    seconds = (moment - now).total_seconds()
    return _("now") if seconds < 1 else _("in %(span)s") % {"span": span(seconds)}


def took(start: datetime, end: datetime | None) -> str:
    """How long something lasted; "" while it goes on."""
    if end is None:
        return ""
    length = end - start
    if length < timedelta(seconds=1):
        return _("under 1 s")
    return span(length.total_seconds())


def run_total(run: SyncRun, counter: str) -> int:
    """One of a run's counters; those kept per side are added up."""
    value = run.counters.get(counter, 0)
    return sum(value.values()) if isinstance(value, dict) else int(value)


def run_summary(run: SyncRun) -> str:
    """What a run did, in a few words: "3 created, 1 updated"."""
    labels = {
        "linked": _("linked"),
        "created": _("created"),
        "updated": _("updated"),
        "refused": _("refused"),
    }
    found = {name: run_total(run, name) for name in labels}
    parts = [f"{number_format(n)} {labels[name]}" for name, n in found.items() if n]
    return ", ".join(parts) or _("no changes")
