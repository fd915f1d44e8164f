"""Chooses records for lists and exports: by sync, state, reason, dates, money and search words.

Every door to the list (the record view, the side panel, an export in the background) uses the
same choice, so that what is exported is what was seen. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from syncapp.core.money import as_amount
from syncapp.core.month_lists import Tile
from syncapp.core.pairs import HIDDEN
from syncapp.core.reasons import REASONS, Category, Fixer, State
from syncapp.core.sides import Side
from syncapp.models import RecordLink, SyncDefinition
from syncapp.services import month_lists, record_search

#: Codes that need a person are their own group on screen.
NEEDS_DECISION = "needs_decision"
#: Whose records nobody looks after.
NOBODY = "none"
#: Where a record was first: a side, or on both.
ORIGINS = (*(side.value for side in Side), "both")
#: The parts of a choice by their names in an address, where the two differ.
_PARAMS = {
    "since": "updated_at_from", "until": "updated_at_to", "search": "q", "origin": "direction",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordChoice:
    """Which records. Empty parts choose all; the parts are AND-ed.

    Attributes:
        sync: One sync: an object of one account pair.
        pair: An account pair.
        object: An object of all account pairs.
        category: A category's value, or ``NEEDS_DECISION``.
        fixer: A ``Fixer``'s name, in lower case.
        origin: Where the record was first, hence which way it goes.
        since: First day of the last change, in the current time zone (ISO date).
        until: Last day of it, included.
        dated_from: First document date (ISO date); ``dated_to`` is the last, included.
        amount_from: The smallest amount; ``amount_to`` is the largest, included.
        assignee: A user's id, or ``NOBODY``.
        tile: A list of the month page; the edited ones need ``pair`` and ``dated_from``.
        ids: Only these links.
    """

    sync: int | None = None
    pair: int | None = None
    object: str = ""
    state: str = ""
    category: str = ""
    code: str = ""
    fixer: str = ""
    origin: str = ""
    since: str = ""
    until: str = ""
    dated_from: str = ""
    dated_to: str = ""
    amount_from: str = ""
    amount_to: str = ""
    currency: str = ""
    assignee: str = ""
    search: str = ""
    tile: str = ""
    ids: tuple[int, ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> RecordChoice:
        """The choice a query string of the record view describes; what is unusable is left out."""
        told: dict[str, Any] = {}
        for field in fields(cls):
            value = params.get(_PARAMS.get(field.name, field.name), "").strip()
            if field.name in {"sync", "pair"}:
                told[field.name] = int(value) if value.isdecimal() else None
            elif field.name == "ids":
                listed = params.get("id__in", "").split(",")
                told["ids"] = tuple(int(part) for part in listed if part.isdecimal())
            else:
                told[field.name] = _usable(field.name, value)
        return cls(**told)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> RecordChoice:
        """The choice that ``as_json`` wrote."""
        return replace(cls(**told), ids=tuple(told.get("ids", ())))

    def as_json(self) -> dict[str, Any]:
        """The choice as plain values, for a task."""
        return {**asdict(self), "ids": list(self.ids)}

    def as_params(self) -> dict[str, str]:
        """The parts that choose, by their names in an address."""
        told = {
            _PARAMS.get(name, name): str(value)
            for name, value in asdict(self).items()
            if value and name != "ids"
        }
        if self.ids:
            told["id__in"] = ",".join(str(pk) for pk in self.ids)
        return told

    def apply(self, links: QuerySet[RecordLink]) -> QuerySet[RecordLink]:
        """The chosen ones of ``links``."""
        links = self._of_syncs(links)
        if self.state:
            links = links.filter(state=self.state)
        for codes in self._codes():
            links = links.filter(code__in=codes)
            if not self.state:
                links = links.filter(state__in={REASONS[code].state.value for code in codes})
        if self.origin:
            links = links.filter(origin=self.origin)
        since, until = _day(self.since), _day(self.until)
        if since is not None:
            links = links.filter(updated_at__gte=since)
        if until is not None:
            links = links.filter(updated_at__lt=until + timedelta(days=1))
        links = self._of_documents(links)
        if self.assignee:
            nobody = self.assignee == NOBODY
            links = links.filter(assignee=None if nobody else int(self.assignee))
        if self.ids:
            links = links.filter(pk__in=self.ids)
        if self.tile:
            links = self._of_month(links)
        return record_search.narrow(links, self.search)

    def _of_syncs(self, links: QuerySet[RecordLink]) -> QuerySet[RecordLink]:
        syncs = SyncDefinition.objects.all()
        if self.sync is not None:
            syncs = syncs.filter(pk=self.sync)
        if self.pair is not None:
            syncs = syncs.filter(pair=self.pair)
        objects = {one for one in (self.object, month_lists.object_of(self.tile)) if one}
        for one in objects:
            syncs = syncs.filter(object_type=one)
        if self.sync is None and self.pair is None and not objects:
            return links
        return only(links, syncs)

    def _of_month(self, links: QuerySet[RecordLink]) -> QuerySet[RecordLink]:
        if self.tile != Tile.EDITED:
            return links.filter(month_lists.where(self.tile))
        month = month_lists.first_of(self.dated_from)
        if self.pair is None or month is None:
            return links.none()
        return links.filter(pk__in=month_lists.edited(self.pair, month))

    def _of_documents(self, links: QuerySet[RecordLink]) -> QuerySet[RecordLink]:
        dates = {"gte": _date(self.dated_from), "lte": _date(self.dated_to)}
        amounts = {"gte": _money(self.amount_from), "lte": _money(self.amount_to)}
        for end, day in dates.items():
            if day is not None:
                links = links.filter(**{f"document_date__{end}": day})
        for end, amount in amounts.items():
            if amount is not None:
                links = links.filter(**{f"amount__{end}": amount})
        return links.filter(currency=self.currency) if self.currency else links

    def _codes(self) -> Iterable[list[str]]:
        """The reasons that each of the filters by reason admits."""
        if self.category:
            yield codes_of(self.category)
        if self.code:
            yield [self.code]
        if self.fixer:
            fixer = Fixer[self.fixer.upper()]
            yield sorted(code for code, reason in REASONS.items() if reason.fixer is fixer)


def _usable(name: str, value: str) -> str:
    """A part of a choice, "" for one that means nothing."""
    allowed = {
        "state": lambda: value in set(State),
        "category": lambda: value in {NEEDS_DECISION, *categories()},
        "code": lambda: value in REASONS,
        "fixer": lambda: value.upper() in Fixer.__members__,
        "origin": lambda: value in ORIGINS,
        "tile": lambda: value in set(month_lists.FILTERS),
        "dated_from": lambda: _date(value) is not None,
        "dated_to": lambda: _date(value) is not None,
        "since": lambda: _date(value) is not None,
        "until": lambda: _date(value) is not None,
        "amount_from": lambda: _money(value) is not None,
        "amount_to": lambda: _money(value) is not None,
        "assignee": lambda: value == NOBODY or (value.isdecimal() and len(value) < 18),
    }.get(name)
    return value if allowed is None or allowed() else ""


def listed() -> QuerySet[RecordLink]:
    """The records that lists show: not those of deleted syncs, nor mere parts of records."""
    return only(
        RecordLink.objects.all(),
        SyncDefinition.objects.filter(deleted_at=None).exclude(object_type__in=HIDDEN),
    )


def only(links: QuerySet[RecordLink], syncs: QuerySet[SyncDefinition]) -> QuerySet[RecordLink]:
    """The links of some syncs, told by the syncs they are *not* of.

    A condition that no index serves, on purpose: the database then walks the index of the list
    in its order and stops when a page is full, instead of sorting all links of a sync.
    """
    return links.exclude(
        definition__in=list(
            SyncDefinition.objects.exclude(pk__in=syncs.values("pk")).values_list("pk", flat=True)
        )
    )


def codes_of(category: str) -> list[str]:
    """The codes of a category, or of those that need a person."""
    if category == NEEDS_DECISION:
        return sorted(code for code, reason in REASONS.items() if reason.needs_decision)
    return sorted(code for code, reason in REASONS.items() if reason.category.value == category)


def categories() -> list[str]:
    """All categories a record can be grouped under, in the catalogue's order."""
    used = {reason.category for reason in REASONS.values()}
    return [category.value for category in Category if category in used]


def _date(told: str) -> date | None:
    """A day; None for what is not one."""
    try:
        return date.fromisoformat(told.strip())
    except ValueError:
        return None


def _money(told: str) -> Decimal | None:
    return as_amount(told)


def _day(told: str) -> datetime | None:
    """The first moment of a day, in the current time zone; None for what is not a date."""
    day = _date(told)
    return None if day is None else timezone.make_aware(datetime.combine(day, time.min))
