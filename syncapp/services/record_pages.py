"""One page of a list of records, by keyset: the thousandth costs what the first does.

Knows the orders a list can have, which of them an index serves, and counts no further than it
must. Must not know which records are chosen (``services/records.py``) nor how they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import F, Q, QuerySet

from syncapp.models import RecordLink

#: Lists are counted up to here; beyond it they say "10,000+".
COUNTED = 10_000
DEFAULT_SORT = "-updated"
#: What a list shows of a record does not need what both sides hold: that may be kilobytes a row.
HEAVY = ("hubspot_seen", "quickbooks_seen", "base", "emptied", "told", "refused")


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the list. ``is_indexed``: it may be chosen however long the list is."""

    column: str
    read: Any
    nullable: bool = False
    is_indexed: bool = True


ORDERS: Mapping[str, Order] = {
    "updated": Order("updated_at", datetime.fromisoformat),
    "record": Order("label", str),
    "document_date": Order("document_date", date.fromisoformat, nullable=True),
    "amount": Order("amount", Decimal, nullable=True),
    "age": Order("failing_since", datetime.fromisoformat, nullable=True),
    "party": Order("party", str, is_indexed=False),
    "number": Order("number", str, is_indexed=False),
    "due_date": Order("due_date", date.fromisoformat, nullable=True, is_indexed=False),
    "state": Order("state", str, is_indexed=False),
    "assignee": Order("assignee__username", str, nullable=True, is_indexed=False),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page. ``before`` and ``after`` are cursors of the neighbours; "" where there is none."""

    links: list[RecordLink]
    before: str
    after: str


def count(links: QuerySet[RecordLink]) -> int:
    """How many records, or ``COUNTED + 1`` for more than ``COUNTED``.

    In the list's own order, so that the list's own index is walked.
    """
    return links.order_by("-updated_at", "-pk")[: COUNTED + 1].count()


def sort_of(told: str, *, total: int) -> str:
    """The order that was asked for, if the list can have it; else the latest change first."""
    order = ORDERS.get(told.removeprefix("-"))
    if order is None or not (order.is_indexed or total <= COUNTED):
        return DEFAULT_SORT
    return told


def page(links: QuerySet[RecordLink], *, sort: str, cursor: str, size: int, total: int) -> Page:
    """The page after or before a cursor ("" for the first one).

    Args:
        links: The chosen records.
        sort: What ``sort_of`` gave.
        cursor: ``after:...`` or ``before:...``, from an earlier page; an unusable one is ignored.
        size: Records on a page.
        total: What ``count`` gave.
    """
    order, falls = ORDERS[sort.removeprefix("-")], sort.startswith("-")
    if total <= COUNTED and order.column != "updated_at":
        # Few enough to sort; the index of the order would be walked to its end to find them.
        chosen = links.order_by("-updated_at", "-pk").values("pk")[: COUNTED + 1]
        links = RecordLink.objects.filter(pk__in=chosen)
    forwards, start = _read(order, cursor)
    rows = _walk(links, order, falls=falls, start=start, forwards=forwards, size=size + 1)
    more, rows = len(rows) > size, rows[:size]
    if not forwards and len(rows) < size:  # the first page, met from behind: show it whole
        return page(links, sort=sort, cursor="", size=size, total=total)
    if not forwards:
        rows.reverse()
    if not rows:
        return Page([], "", "")
    has_before = more if not forwards else start is not None
    has_after = more if forwards else True
    return Page(
        _load([pk for pk, _ in rows]),
        _cursor("before", rows[0]) if has_before else "",
        _cursor("after", rows[-1]) if has_after else "",
    )


Start = tuple[Any, int]


def _walk(
    links: QuerySet[RecordLink],
    order: Order,
    *,
    falls: bool,
    start: Start | None,
    forwards: bool,
    size: int,
) -> list[tuple[int, Any]]:
    """Ids and their values, from the cursor on: first those with a value, then those without."""
    parts = ["valued", "empty"] if order.nullable else ["valued"]
    if not forwards:
        parts.reverse()
    if start is not None and start[0] is None:
        parts = parts[parts.index("empty") :] if "empty" in parts else []
    elif start is not None:
        parts = parts[parts.index("valued") :]
    falling = falls == forwards
    sign, less = ("-", "lt") if falling else ("", "gt")
    found: list[tuple[int, Any]] = []
    for part in parts:
        here = start if start is not None and (start[0] is None) == (part == "empty") else None
        if part == "empty":
            chosen, by = links.filter(**{f"{order.column}__isnull": True}), [f"{sign}pk"]
            if here is not None:
                chosen = chosen.filter(**{f"pk__{less}": here[1]})
        else:
            chosen, by = links, [f"{sign}{order.column}", f"{sign}pk"]
            if order.nullable:
                chosen = chosen.filter(**{f"{order.column}__isnull": False})
            if here is not None:
                chosen = chosen.filter(
                    Q(**{f"{order.column}__{less}": here[0]}) | Q(**{f"pk__{less}": here[1]}),
                    **{f"{order.column}__{less}e": here[0]},
                )
        rows = chosen.order_by(*by).values_list("pk", F(order.column))
        found += rows[: size - len(found)]
        if len(found) >= size:
            break
    return found


def _load(ids: list[int]) -> list[RecordLink]:
    """The rows themselves, in the order of their ids in the list."""
    found = (
        RecordLink.objects.select_related("definition__pair__hubspot", "assignee")
        .select_related("definition__pair__quickbooks")
        .defer(*HEAVY)
        .in_bulk(ids)
    )
    return [found[pk] for pk in ids if pk in found]


def _cursor(way: str, row: tuple[int, Any]) -> str:
    pk, value = row
    told = value.isoformat() if isinstance(value, date) else value
    return f"{way}:{pk}:" if value is None else f"{way}:{pk}:={told}"


def _read(order: Order, cursor: str) -> tuple[bool, Start | None]:
    """Whether to go forwards, and from where."""
    way, _, rest = cursor.partition(":")
    pk, _, told = rest.partition(":")
    if way not in {"after", "before"} or not pk.isdecimal():
        return True, None
    if not told.startswith("="):
        return (way == "after", (None, int(pk))) if order.nullable else (True, None)
    try:
        value = order.read(told[1:])
    except (ValueError, InvalidOperation):
        return True, None
    return way == "after", (value, int(pk))
