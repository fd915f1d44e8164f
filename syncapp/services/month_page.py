"""A month of an account pair before it is closed: what is open, counted and summed (B19).

Reads what is stored in a fixed number of queries, none of which reads a document; no vendor is
called. Must not know words or pages, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, Sum

from syncapp.core.invoices.payments import processor_words
from syncapp.core.money import rounded
from syncapp.core.month_lists import BY_CODE, ONLY_IN_HUBSPOT, OPEN, Tile
from syncapp.core.pairs import HIDDEN
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import AccountPair, MonthMark, RecordLink, SyncDefinition
from syncapp.services import fees, month_lists, tie_out
from syncapp.services.record_pages import COUNTED

#: Up to so many payments their fees are summed for the page; beyond, the report does it.
FEES_AT_ONCE = 5_000
STATES = {
    Tile.FAILING: State.FAILING,
    Tile.WAITING: State.WAITING,
    Tile.EXCLUDED: State.EXCLUDED,
}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """The records of one object in one currency; ``amount`` is None where none has one."""

    object: str
    currency: str
    count: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a list holds.

    Attributes:
        is_more: There are more than are counted.
        is_unknown: There is something, and its sum is not worth the time a page has.
    """

    tile: Tile
    lines: tuple[Line, ...] = ()
    is_more: bool = False
    is_unknown: bool = False

    @property
    def count(self) -> int:
        """All its records."""
        return sum(line.count for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Whether it speaks against closing the month."""
        return self.tile in OPEN and self.count > 0


class Coverage(StrEnum):
    """How far invoices are known; an empty list of unknown ones proves nothing."""

    NONE = "no_invoice_sync"
    OFF = "switched_off"
    READING = "being_read"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A month.

    Attributes:
        documents: All its records that lists show, by object and currency.
        mark: The mark that stands on it.
        is_over: Whether it has ended in the company's calendar.
        coverage: How far its lists can be relied on.
    """

    pair: AccountPair
    month: date
    last_day: date
    tiles: tuple[Counted, ...]
    documents: tuple[Line, ...]
    mark: MonthMark | None
    is_over: bool
    coverage: Coverage

    @property
    def open(self) -> list[Counted]:
        """What speaks against closing it."""
        return [one for one in self.tiles if one.is_open]

    @property
    def is_reviewed(self) -> bool:
        """Whether "Reviewed through" covers the whole of it."""
        day = self.pair.reviewed_through
        return day is not None and day >= self.last_day


def last_month(pair: AccountPair, *, now: datetime) -> date:
    """The last month that is over in the company's calendar."""
    return (tie_out.present_month(pair, now=now) - timedelta(days=1)).replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def read(pair: AccountPair, month: date, *, now: datetime) -> MonthPage:
    """Everything the page tells of a month."""
    first, last = month_lists.days(month)
    syncs = list(
        SyncDefinition.objects.filter(pair=pair, deleted_at=None).exclude(object_type__in=HIDDEN)
    )
    objects = {one.pk: one.object_type for one in syncs}
    links = RecordLink.objects.filter(
        definition__in=list(objects), document_date__range=(first, last)
    ).order_by()
    rows = list(
        links.values("definition", "state", "code", "currency").annotate(
            n=Count("pk"), sum=Sum("amount")
        )
    )
    found = {tile: _of_rows(tile, rows, objects) for tile in (*STATES, *BY_CODE)}
    found |= {tile: _only_in_hubspot(tile, links, objects) for tile in ONLY_IN_HUBSPOT}
    found[Tile.EDITED] = _edited(pair, month, objects)
    documents = _lines(rows, objects)
    found[Tile.FEES] = _fees(pair, first, last, documents)
    return MonthPage(
        pair=pair,
        month=first,
        last_day=last,
        tiles=tuple(found[tile] for tile in Tile),
        documents=documents,
        mark=month_lists.mark_of(pair.pk, first),
        is_over=first < tie_out.present_month(pair, now=now),
        coverage=_coverage(syncs),
    )


def _coverage(syncs: Iterable[SyncDefinition]) -> Coverage:
    invoices = next((one for one in syncs if one.object_type == "invoices"), None)
    if invoices is None:
        return Coverage.NONE
    if not invoices.enabled:
        return Coverage.OFF
    return Coverage.COMPLETE if len(invoices.listed) == len(Side) else Coverage.READING


def _of_rows(tile: Tile, rows: Iterable[Mapping[str, Any]], objects: Mapping[int, str]) -> Counted:
    """A list that the states and codes alone tell."""
    if tile in STATES:
        wanted = [row for row in rows if row["state"] == STATES[tile].value]
    else:
        codes = BY_CODE[tile]
        wanted = [
            row for row in rows if row["code"] in codes and row["state"] != State.IN_SYNC.value
        ]
    return Counted(tile, _lines(wanted, objects))


def _only_in_hubspot(tile: Tile, links: Any, objects: Mapping[int, str]) -> Counted:
    syncs = [pk for pk, name in objects.items() if name == ONLY_IN_HUBSPOT[tile]]
    chosen = links.filter(month_lists.where(tile), definition__in=syncs)
    rows = chosen.values("definition", "currency").annotate(n=Count("pk"), sum=Sum("amount"))
    return Counted(tile, _lines(rows, objects))


def _edited(pair: AccountPair, month: date, objects: Mapping[int, str]) -> Counted:
    known = month_lists.edited(pair.pk, month)
    chosen = RecordLink.objects.filter(
        pk__in=sorted(known)[:COUNTED], definition__in=list(objects),
        document_date__range=month_lists.days(month),
    ).order_by()  # fmt: skip
    rows = chosen.values("definition", "currency").annotate(n=Count("pk"), sum=Sum("amount"))
    lines = _lines(rows, objects) if known else ()
    return Counted(Tile.EDITED, lines, is_more=len(known) > COUNTED)


def _fees(pair: AccountPair, first: date, last: date, documents: Iterable[Line]) -> Counted:
    payments = sum(line.count for line in documents if line.object == "payments")
    if payments > FEES_AT_ONCE:
        return Counted(Tile.FEES, is_unknown=True)
    if not payments:
        return Counted(Tile.FEES)
    made = fees.report(pair, first, last, is_near=True)
    to_come = {(line.processor, line.currency) for line in made.without_fee}
    return Counted(
        Tile.FEES,
        tuple(
            Line(processor_words(one.processor), one.currency, one.count, one.fees)
            for one in made.totals
            if one.fees or (one.processor, one.currency) in to_come
        ),
    )


def _lines(rows: Iterable[Mapping[str, Any]], objects: Mapping[int, str]) -> tuple[Line, ...]:
    """Sums per object and currency; no sum goes over several of either."""
    counts: dict[Key, int] = {}
    sums: dict[Key, Decimal] = {}
    for row in rows:
        key = (objects[row["definition"]], row["currency"])
        counts[key] = counts.get(key, 0) + row["n"]
        if row["sum"] is not None:
            sums[key] = sums.get(key, Decimal(0)) + row["sum"]
    return tuple(
        Line(name, currency, count, rounded(sums[key], currency) if key in sums else None)
        for key, count in sorted(counts.items())
        for name, currency in [key]
    )


# -- for scripts, files and the mark


def as_json(page: MonthPage) -> dict[str, Any]:
    """The figures as plain values; amounts are text."""
    return {
        "account_pair": page.pair.pk,
        "month": f"{page.month:%Y-%m}",
        "coverage": page.coverage.value,
        "open_lists": len(page.open),
        "tiles": [
            {
                "tile": one.tile.value,
                "count": one.count,
                "is_open": one.is_open,
                "is_more": one.is_more or one.is_unknown,
                "lines": [_line_json(line) for line in one.lines],
            }
            for one in page.tiles
        ],
        "documents": [_line_json(line) for line in page.documents],
        "reviewed_through": _iso(page.pair.reviewed_through),
        "mark": mark_json(page.mark),
    }


def mark_json(mark: MonthMark | None) -> dict[str, Any] | None:
    """Who called it ready, when; None without a mark."""
    if mark is None:
        return None
    return {"by": mark.marked_by, "at": mark.marked_at.isoformat()}


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "object": line.object,
        "currency": line.currency,
        "count": line.count,
        "amount": None if line.amount is None else tie_out.money(line.amount, line.currency),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
