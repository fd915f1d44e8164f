"""All objects of one entity, with the indexes queries and CDC live on.

Knows look-up, order and what was deleted; no rules, no JSON. Sorted indexes are plain lists kept by
bisection: a write into 100,000 entries moves some hundred kilobytes, which is microseconds.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from simulators.quickbooks.entities.fields import Entity, Kind
from simulators.quickbooks.records import Record

#: The key sorted by, then what makes it unique, then the object itself (never compared).
Row = tuple[Any, int, str, Record]
_RECORD = itemgetter(3)


@dataclass(frozen=True)
class Tombstone:
    """What is left of a deleted object: enough for the stub in CDC."""

    id: str
    at: int


class Store:
    """The objects of one entity."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.records: dict[str, Record] = {}
        self.tombstones: list[Tombstone] = []
        self._equal: dict[str, dict[str, dict[str, None]]] = {n: {} for n in entity.indexed}
        self._by_order: list[Row] = []
        self._by_updated: list[Row] = []
        self._by_parent: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self.records)

    def get(self, record_id: str) -> Record | None:
        """Return the object, inactive ones too."""
        return self.records.get(record_id)

    def put(self, record: Record) -> None:
        """Store a new object, or note that one has changed."""
        record.text = None
        if record.id in self.records:
            self._unindex(record)
        self.records[record.id] = record
        keys = self._keys(record)
        for name, table in self._equal.items():
            if keys[name]:
                table.setdefault(keys[name], {})[record.id] = None
        if keys[" order"] is not None:
            insort(self._by_order, (*keys[" order"], record))
        insort(self._by_updated, (*keys[" updated"], record))
        if keys[" parent"]:
            self._by_parent.setdefault(keys[" parent"], {})[record.id] = None
        record.keys = keys

    def remove(self, record_id: str, at: int) -> None:
        """Delete an object, leaving its tombstone."""
        record = self.records.pop(record_id)
        self._unindex(record)
        self.tombstones.append(Tombstone(record_id, at))

    def equal(self, name: str, value: str) -> list[Record] | None:
        """Return the objects whose indexed field equals the value, whatever the case.

        None means the field is not indexed.
        """
        table = self._equal.get(name)
        if table is None:
            return None
        return [self.records[found] for found in table.get(value.casefold(), ())]

    def children(self, record_id: str) -> list[Record]:
        """Return the objects whose ParentRef is this one."""
        return [self.records[found] for found in self._by_parent.get(record_id, ())]

    def updated_since(self, moment: int) -> Iterator[Record]:
        """Return what was written at or after the moment, oldest first."""
        return map(_RECORD, self._by_updated[bisect_left(self._by_updated, (moment,)) :])

    def count_updated_since(self, moment: int) -> int:
        """Return how many objects were written at or after the moment."""
        return len(self._by_updated) - bisect_left(self._by_updated, (moment,))

    def in_order(self, name: str, *, descending: bool) -> Iterable[Record] | None:
        """Yield all objects sorted by a property that is kept sorted; None if it is not."""
        rows: list[Row]
        if name == "Id":
            # Ids are given out rising and never again, so insertion order is id order.
            values = self.records.values()
            return reversed(values) if descending else values
        if name == "MetaData.LastUpdatedTime":
            rows = self._by_updated
        elif name == self.entity.order:
            rows = self._by_order
        else:
            return None
        return map(_RECORD, reversed(rows) if descending else rows)

    def in_default_order(self) -> Iterable[Record]:
        """Yield all objects in the order a query has that names none."""
        order = self.entity.order
        name = order.removeprefix("-")
        found = self.in_order(name, descending=order.startswith("-"))
        return self.records.values() if found is None else found

    def _keys(self, record: Record) -> dict[str, Any]:
        keys: dict[str, Any] = {name: self._plain(record, name) for name in self._equal}
        keys[" updated"] = (record.updated, record.number, record.id)
        order = self.entity.order
        # The recorded order is by code point: "PG&E" comes before "Pam Seitz".
        keys[" order"] = (
            (str(record.values.get(order, "")), record.number, record.id)
            if order in self.entity.by_name
            else None
        )
        parent = record.values.get("ParentRef")
        keys[" parent"] = parent["value"] if parent else ""
        return keys

    def _plain(self, record: Record, name: str) -> str:
        value = record.values.get(name)
        if value is None:
            return ""
        kind = self.entity.by_name[name].kind
        if kind is Kind.REF:
            return str(value["value"]).casefold()
        if kind is Kind.EMAIL:
            return str(value.get("Address", "")).casefold()
        return str(value).casefold()

    def _unindex(self, record: Record) -> None:
        keys = record.keys
        for name, table in self._equal.items():
            _discard(table, keys[name], record.id)
        _discard(self._by_parent, keys[" parent"], record.id)
        if keys[" order"] is not None:
            del self._by_order[bisect_left(self._by_order, keys[" order"])]
        del self._by_updated[bisect_left(self._by_updated, keys[" updated"])]


def _discard(table: dict[str, dict[str, None]], key: str, record_id: str) -> None:
    holders = table.get(key)
    if holders is not None:
        holders.pop(record_id, None)
        if not holders:
            del table[key]
