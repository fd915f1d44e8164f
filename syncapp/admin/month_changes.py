"""The later changes of a marked month, in words: who changed what, from what to what (B19).

Shows what ``services/month_marks.py`` found. Must not decide what a later change is.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.base import link
from syncapp.admin.record_values import changed, field_words
from syncapp.core.dates import date_in, zone
from syncapp.core.money import number
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.sides import Side
from syncapp.models import RecordLogEntry, figures
from syncapp.models.figures import money
from syncapp.services import month_marks
from syncapp.services.month_page import MonthPage
from syncapp.services.words import title_of

FIELDS_SHOWN = 6
ENTRIES = 25


def context(page: MonthPage, before: str) -> dict[str, Any]:
    """What the page shows below its lists; nothing without a mark."""
    if page.mark is None:
        return {"changes": [], "moved": [], "drift": [], "changes_before": None}
    where = zone(page.pair.quickbooks.time_zone)
    start = int(before) if before.isdecimal() and len(before) < 19 else None
    found = month_marks.later_changes(page.mark, before=start, size=ENTRIES)
    return {
        "changes": [row(entry, where) for entry in found.entries],
        "changes_before": found.before,
        "is_older": start is not None,
        "moved": [row(entry, where) for entry in month_marks.moved_out(page.mark, size=ENTRIES)],
        "drift": [_drift(was, now) for was, now in month_marks.drift(page)],
    }


def row(entry: RecordLogEntry, where: ZoneInfo) -> dict[str, Any]:
    """One change: the record, who, when, and each field before and after."""
    fields = [
        {
            "label": field_words(one.get("label", ""), one.get("field", "")),
            "before": _changed(entry, one, "before", where),
            "after": _changed(entry, one, "after", where),
        }
        for one in entry.changes
    ]
    return {
        "entry": entry,
        "record": str(entry.link),
        "object": title_of(entry.definition.object_pair),
        "url": link("admin:syncapp_recordlink_change", entry.link_id),
        "who": entry.who or _("The sync"),
        "what": _("%(what)s in %(side)s")
        % {"what": entry.get_kind_display(), "side": entry.get_side_display()}
        if entry.side
        else entry.get_kind_display(),
        "fields": fields[:FIELDS_SHOWN],
        "more": max(0, len(fields) - FIELDS_SHOWN),
    }


def _changed(entry: RecordLogEntry, change: dict[str, Any], which: str, where: ZoneInfo) -> str:
    """One value of a change; of an instant the day that it stands for in the company's zone."""
    mappings = entry.definition.object_pair.mappings
    instants = {one.hubspot for one in mappings if one.instant}
    value = change.get(which)
    if entry.side == Side.HUBSPOT.value and change.get("field") in instants:
        value = date_in(value, where)
    return changed({**change, which: value}, which, None, entry.link.currency)


def _drift(was: dict[str, Any], now: dict[str, Any]) -> dict[str, str]:
    pair = OBJECT_PAIRS.get(was["object"])
    return {
        "what": title_of(pair) if pair is not None else was["object"],
        "was": _figure(was),
        "now": _figure(now),
    }


def _figure(told: dict[str, Any]) -> str:
    value = number(told["amount"])
    words = ngettext("%(n)s record", "%(n)s records", told["count"]) % {
        "n": figures.number(told["count"])
    }
    if value is None:
        return words
    return _("%(records)s, %(money)s") % {
        "records": words, "money": money(value, told["currency"]),
    }  # fmt: skip
