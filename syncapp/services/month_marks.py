"""Months that somebody called ready to close, and what changed in them since (B19).

Sets and withdraws marks, each kept as a change of a setting, too. Must not know the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, TextField
from django.db.models.functions import Cast

from syncapp.models import AccountPair, MonthMark, RecordLink, RecordLogEntry
from syncapp.services import month_lists, month_page, setting_changes
from syncapp.services.month_page import MonthPage

PERMISSION = "syncapp.close_monthmark"
NOTE_LIMIT = 500
#: Documents that left the month are looked for in so many of the newest entries.
LOOKED_AT = 200_000
#: The fields that date a document, by either side's name.
DATES = frozenset({"TxnDate", "hs_invoice_date", "hs_initiated_date"})


class NotOver(ValueError):
    """The month has not ended yet."""


class Changed(ValueError):
    """What is open is not what the person saw."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Later changes, the latest first; ``before`` continues them, None for no more."""

    entries: list[RecordLogEntry]
    before: int | None = None


def seen(page: MonthPage) -> str:
    """What a person saw of the month when asked to confirm, in a short form."""
    return "-".join(f"{one.count}" for one in page.tiles)


def mark(page: MonthPage, *, who: str, now: datetime, told: str = "") -> bool:
    """Call a month ready to close; False when somebody did before.

    Args:
        page: The month as it is now.
        who: The person's name.
        now: The time.
        told: What ``seen`` gave when the person was asked; "" for no question.

    Raises:
        NotOver: It has not ended.
        Changed: Other records are open than the person saw.
    """
    if not page.is_over:
        raise NotOver(page.month)
    if told and told != seen(page):
        raise Changed(page.month)
    last = RecordLogEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    try:
        with transaction.atomic():
            MonthMark.objects.create(
                pair=page.pair, month=page.month, marked_by=who[:150], marked_at=now,
                last_entry=last, figures=month_page.as_json(page),
            )  # fmt: skip
            _note(page.pair, page.month, who=who, at=now, after="ready")
    except IntegrityError:
        return False
    return True


def withdraw(pair: AccountPair, month: date, *, who: str, note: str, now: datetime) -> bool:
    """Take the mark off a month, with a reason; False when there is none.

    Raises:
        ValueError: There is no reason.
    """
    note = note.strip()[:NOTE_LIMIT]
    if not note:
        raise ValueError("Say why the month is not ready any more.")
    with transaction.atomic():
        done = MonthMark.objects.filter(pair=pair, month=month, withdrawn_at=None).update(
            withdrawn_by=who[:150], withdrawn_at=now, withdrawn_note=note
        )
        if done:
            _note(pair, month, who=who, at=now, before="ready", after=note)
    return bool(done)


def earlier(pair: AccountPair, month: date) -> list[MonthMark]:
    """The marks that were taken back, the latest first."""
    found = MonthMark.objects.filter(pair=pair, month=month, withdrawn_at__isnull=False)
    return list(found.defer("figures").order_by("-pk")[:10])


def later_changes(mark: MonthMark, *, before: int | None = None, size: int = 50) -> Changes:
    """What happened since the mark to records dated in its month."""
    links = RecordLink.objects.filter(
        definition__in=month_lists.syncs_of(mark.pair_id),
        document_date__range=month_lists.days(mark.month),
    )
    found = _since(mark).filter(link__in=links.values("pk"))
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: size + 1])
    return Changes(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def moved_out(mark: MonthMark, *, size: int = 50) -> list[RecordLogEntry]:
    """Changes since the mark that took a document out of its month, the latest first."""
    newest = RecordLogEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    told = f'"{mark.month:%Y-%m}-'
    rows = (
        _since(mark)
        .filter(pk__gt=newest - LOOKED_AT, definition__in=month_lists.syncs_of(mark.pair_id))
        .exclude(link__document_date__range=month_lists.days(mark.month))
        .annotate(told=Cast("changes", TextField()))
        .filter(told__contains=told)
    )
    return [row for row in rows[: 10 * size] if _moved(row, told.strip('"'))][:size]


def drift(page: MonthPage) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """``(then, now)`` of each object and currency whose count or sum is another than marked."""
    if page.mark is None:
        return
    then = {(one["object"], one["currency"]): one for one in page.mark.figures["documents"]}
    now = {(one["object"], one["currency"]): one for one in month_page.as_json(page)["documents"]}
    for key in sorted({*then, *now}):
        nothing = {"object": key[0], "currency": key[1], "count": 0, "amount": None}
        was, has = then.get(key, nothing), now.get(key, nothing)
        if was != has:
            yield was, has


def _since(mark: MonthMark) -> Any:
    rows = RecordLogEntry.objects.filter(pk__gt=mark.last_entry, kind__in=month_lists.CHANGES)
    return rows.select_related("link", "definition").defer(
        "link__hubspot_seen", "link__quickbooks_seen", "link__base"
    ).order_by("-pk")  # fmt: skip


def _moved(entry: RecordLogEntry, told: str) -> bool:
    return any(
        change.get("field") in DATES and str(change.get("before") or "").startswith(told)
        for change in entry.changes
    )


def _note(
    pair: AccountPair,
    month: date,
    *,
    who: str,
    at: datetime,
    before: str | None = None,
    after: str | None = None,
) -> None:
    setting_changes.note(
        who=who, at=at, pair=pair, setting=f"month.{month:%Y-%m}", before=before, after=after
    )
