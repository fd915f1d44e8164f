"""Carries out a statement on a store.

Knows which properties can be asked for, how values compare and how pages are cut; answers with
records, not JSON.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from simulators.quickbooks import faults, times
from simulators.quickbooks.behaviour import Behaviour
from simulators.quickbooks.entities.fields import Entity, Field, Kind
from simulators.quickbooks.query.parser import (
    DEFAULT_PAGE,
    LARGEST_PAGE,
    Condition,
    Order,
    Statement,
)
from simulators.quickbooks.records import Record
from simulators.quickbooks.store import Store

Test = Callable[[Record], bool]
UPDATED = "MetaData.LastUpdatedTime"
CREATED = "MetaData.CreateTime"
# Sorting the objects an index found pays only if they are few among all.
_FEW = 4
_NUMERIC = (Kind.MONEY, Kind.NUMBER, Kind.WHOLE)


@dataclass(frozen=True)
class Page:
    """What a query found; ``total`` is set for COUNT(*) only."""

    records: list[Record]
    start: int
    total: int | None = None


@dataclass(frozen=True)
class _Property:
    """A queryable property: how to read it from a record and from a literal."""

    name: str
    read: Callable[[Record], Any]
    literal: Callable[[str], Any]
    is_text: bool
    filterable: bool
    sortable: bool


def run(statement: Statement, store: Store, behaviour: Behaviour) -> Page:
    """Return the page asked for.

    Raises:
        Refusal: 4001 for properties that do not exist or cannot be filtered or sorted.
    """
    return _Execution(statement, store, behaviour).page()


class _Execution:
    def __init__(self, statement: Statement, store: Store, behaviour: Behaviour) -> None:
        self._statement = statement
        self._store = store
        self._behaviour = behaviour
        self._tests = [self._test(item) for item in statement.conditions]
        if store.entity.has_active and not any(c.name == "Active" for c in statement.conditions):
            self._tests.insert(0, _is_active)
        self._orders = [self._order(item) for item in statement.orders]

    def page(self) -> Page:
        statement = self._statement
        if statement.count:
            total = sum(1 for _ in self._matching(self._candidates(ordered=False)))
            return Page([], 1, total)
        size = statement.size if statement.size is not None else DEFAULT_PAGE
        if size > LARGEST_PAGE:
            if self._behaviour.oversized_page == "refuse":
                raise faults.query_invalid(
                    f"value {size} is too large. Max allowed value is {LARGEST_PAGE}"
                )
            size = LARGEST_PAGE
        first = statement.start - 1
        found = self._matching(self._candidates(ordered=True))
        return Page(list(islice(found, first, first + size)), statement.start)

    def _matching(self, candidates: Iterable[Record]) -> Iterable[Record]:
        tests = self._tests
        if len(tests) == 1:
            return filter(tests[0], candidates)
        return (record for record in candidates if all(test(record) for test in tests))

    def _candidates(self, *, ordered: bool) -> Iterable[Record]:
        """Return the records to test, in the order asked for if that matters."""
        since = self._written_since()
        narrowed = self._narrowed()
        if narrowed is None and since is not None:
            if self._is_ordered_by_time():
                return self._store.updated_since(since)
            if self._store.count_updated_since(since) * _FEW < len(self._store):
                narrowed = list(self._store.updated_since(since))
        if narrowed is None:
            return self._all_in_order() if ordered else self._store.records.values()
        return self._sorted(narrowed) if ordered else narrowed

    def _narrowed(self) -> list[Record] | None:
        """Return fewer candidates found through an index, or None."""
        best: list[Record] | None = None
        for condition in self._statement.conditions:
            found = self._by_index(condition)
            if found is not None and (best is None or len(found) < len(best)):
                best = found
        return best

    def _by_index(self, condition: Condition) -> list[Record] | None:
        if condition.operator not in ("=", "IN"):
            return None
        if condition.name == "Id":
            wanted = dict.fromkeys(condition.values)
            return [r for r in map(self._store.get, wanted) if r is not None]
        lists = [self._store.equal(condition.name, value) for value in condition.values]
        if any(found is None for found in lists):
            return None
        unique = {record.id: record for found in lists for record in found or ()}
        return list(unique.values())

    def _written_since(self) -> int | None:
        """Return the latest lower bound on LastUpdatedTime, if there is one."""
        bounds = [
            times.parse(condition.values[0])
            for condition in self._statement.conditions
            if _plain_name(condition.name) == UPDATED and condition.operator in (">", ">=")
        ]
        return max((bound for bound in bounds if bound is not None), default=None)

    def _is_ordered_by_time(self) -> bool:
        orders = self._orders
        return len(orders) == 1 and orders[0][0].name == UPDATED and not orders[0][1]

    def _all_in_order(self) -> Iterable[Record]:
        if not self._orders:
            return self._store.in_default_order()
        if len(self._orders) == 1:
            prop, descending = self._orders[0]
            found = self._store.in_order(prop.name, descending=descending)
            if found is not None:
                return found
        return self._sorted(self._store.records.values())

    def _sorted(self, records: Iterable[Record]) -> Iterable[Record]:
        tests = self._tests
        kept = [record for record in records if all(test(record) for test in tests)]
        if not self._orders:
            order = self._store.entity.order
            prop = _property(self._store.entity, order.removeprefix("-"))
            orders = [(prop, order.startswith("-"))]
        else:
            orders = self._orders
        if len(orders) == 1 and not orders[0][1] and not self._statement.count:
            # A page at the front of many rows does not need all of them sorted.
            size = self._statement.size or DEFAULT_PAGE
            until = self._statement.start - 1 + min(size, LARGEST_PAGE)
            if until * 4 < len(kept):
                read = orders[0][0].read
                return heapq.nsmallest(until, kept, key=lambda r: (_sort_key(read(r)), r.number))
        kept.sort(key=lambda record: record.number)
        for prop, descending in reversed(orders):
            reader = prop.read
            kept.sort(key=lambda r, read=reader: _sort_key(read(r)), reverse=descending)  # type: ignore[misc]
        return kept

    def _order(self, order: Order) -> tuple[_Property, bool]:
        prop = _property(self._store.entity, order.name)
        if not prop.sortable:
            raise faults.query_invalid(f"property '{order.name}' is not sortable")
        return prop, order.descending

    def _test(self, condition: Condition) -> Test:
        prop = _property(self._store.entity, condition.name)
        if not prop.filterable:
            raise faults.query_invalid(f"property '{condition.name}' is not queryable")
        folded = prop.is_text and self._behaviour.query_ignores_case
        read = _folded(prop.read) if folded else prop.read
        if condition.operator == "LIKE":
            return _like(read, condition.values[0], folded=folded)
        values = [prop.literal(value) for value in condition.values]
        if folded:
            values = [value.casefold() for value in values]
        if condition.operator == "IN":
            wanted = frozenset(values)
            return lambda record: read(record) in wanted
        return _comparison(read, condition.operator, values[0])


def _is_active(record: Record) -> bool:
    return record.values.get("Active") is not False


def _folded(read: Callable[[Record], Any]) -> Callable[[Record], Any]:
    def folded(record: Record) -> Any:
        value = read(record)
        return None if value is None else value.casefold()

    return folded


def _like(read: Callable[[Record], Any], pattern: str, *, folded: bool) -> Test:
    if folded:
        pattern = pattern.casefold()
    matcher = re.compile(".*".join(re.escape(part) for part in pattern.split("%")), re.DOTALL)

    def test(record: Record) -> bool:
        value = read(record)
        return value is not None and matcher.fullmatch(str(value)) is not None

    return test


def _comparison(read: Callable[[Record], Any], operator: str, wanted: Any) -> Test:
    def test(record: Record) -> bool:
        value = read(record)
        if value is None:
            return False
        match operator:
            case "=":
                return bool(value == wanted)
            case "<":
                return bool(value < wanted)
            case ">":
                return bool(value > wanted)
            case "<=":
                return bool(value <= wanted)
        return bool(value >= wanted)

    return test


def _sort_key(value: Any) -> tuple[bool, Any]:
    """Empty values first; the rest by its own order."""
    return (value is not None, value if value is not None else 0)


def _plain_name(name: str) -> str:
    """``Metadata.…`` and ``MetaData.…`` both occur."""
    head, dot, tail = name.partition(".")
    return f"MetaData.{tail}" if dot and head.lower() == "metadata" else name


def _property(entity: Entity, name: str) -> _Property:
    plain = _plain_name(name)
    if plain == UPDATED:
        return _Property(plain, lambda r: r.updated, _instant, False, True, True)
    if plain == CREATED:
        return _Property(plain, lambda r: r.created, _instant, False, True, True)
    if plain == "Id":
        return _Property(plain, lambda r: r.number, _identifier, False, True, True)
    field = entity.by_name.get(name)
    if field is None:
        if name in entity.known_set:
            raise faults.query_invalid(f"property '{name}' is not queryable")
        raise faults.query_invalid(f"Property {name} not found for Entity {entity.name}")
    return _Property(
        name,
        _reader(field),
        _literal(field),
        field.kind in (Kind.TEXT, Kind.EMAIL, Kind.CHOICE),
        field.filterable,
        field.sortable,
    )


def _reader(field: Field) -> Callable[[Record], Any]:
    name = field.name
    if field.kind is Kind.REF:
        return lambda record: (record.values.get(name) or {}).get("value")
    if field.kind is Kind.EMAIL:
        return lambda record: (record.values.get(name) or {}).get("Address")
    return lambda record: record.values.get(name)


def _literal(field: Field) -> Callable[[str], Any]:
    if field.kind in _NUMERIC:
        return _decimal
    if field.kind is Kind.BOOL:
        return _truth
    if field.kind is Kind.DATE:
        return _calendar_day
    return str


def _instant(text: str) -> int:
    found = times.parse(text)
    if found is None:
        raise faults.query_invalid(f"value {text} is not a valid date-time")
    return found


def _identifier(text: str) -> int:
    if not text.isdigit():
        raise faults.query_invalid(f"value {text} is not a valid id")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise faults.query_invalid(f"value {text} is not a valid number") from error


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise faults.query_invalid(f"value {text} is not a valid boolean")
    return text.lower() == "true"


def _calendar_day(text: str) -> str:
    found = times.parse_day(text)
    if found is None:
        raise faults.query_invalid(f"value {text} is not a valid date")
    return found.isoformat()
