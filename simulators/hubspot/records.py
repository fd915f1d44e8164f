"""Records of one object type, with the indexes that make look-ups fast.

Knows storage, order and uniqueness; must not know HTTP, rules or other object types.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulators.common.clock import from_milliseconds, iso_milliseconds
from simulators.common.state import State
from simulators.hubspot.schema import ObjectType

#: newest last: (milliseconds, value, source)
Change = tuple[int, str, "Source"]


@dataclass(frozen=True)
class Source:
    """Who set a value, as property history shows it."""

    type: str
    id: str
    label: str
    user_id: int | None = None


class Record:
    """One record. ``values`` holds non-empty values only; the system's own are fields."""

    __slots__ = ("archived", "created", "history", "id", "merged", "updated", "values")

    def __init__(self, record_id: str, created: int) -> None:
        self.id = record_id
        self.created = created
        self.updated = created
        self.archived: int | None = None
        #: the id this record was merged into
        self.merged: str | None = None
        self.values: dict[str, str] = {}
        self.history: dict[str, list[Change]] = {}

    def set(self, changes: Mapping[str, str], at: int, source: Source) -> None:
        """Store values (empty text removes), with their history."""
        for name, value in changes.items():
            if value:
                self.values[name] = value
            else:
                self.values.pop(name, None)
            self.history.setdefault(name, []).append((at, value, source))

    def frozen(self) -> Record:
        """A copy without history, as the search index may still see it."""
        copy = Record(self.id, self.created)
        copy.updated = self.updated
        copy.values = dict(self.values)
        return copy

    def to_json(self) -> dict[str, Any]:
        """For the state file."""
        return {
            "created": self.created,
            "updated": self.updated,
            "archived": self.archived,
            "merged": self.merged,
            "values": self.values,
            "history": {
                name: [[at, value, [s.type, s.id, s.label, s.user_id]] for at, value, s in changes]
                for name, changes in self.history.items()
            },
        }

    @classmethod
    def from_json(cls, record_id: str, stored: Mapping[str, Any]) -> Record:
        """From the state file."""
        record = cls(record_id, stored["created"])
        record.updated = stored["updated"]
        record.archived = stored["archived"]
        record.merged = stored["merged"]
        record.values = dict(stored["values"])
        record.history = {
            name: [(at, value, _source(*who)) for at, value, who in changes]
            for name, changes in stored["history"].items()
        }
        return record


_SOURCES: dict[tuple[str, str, str, int | None], Source] = {}


def _source(kind: str, source_id: str, label: str, user_id: int | None) -> Source:
    """One shared Source per writer: a hundred thousand records have few writers."""
    key = (kind, source_id, label, user_id)
    return _SOURCES.setdefault(key, Source(*key))


class Table:
    """All records of one type."""

    def __init__(self, kind: ObjectType, state: State) -> None:
        self.kind = kind
        self._state = state
        self._row_kind = f"record:{kind.slug}"
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.records: dict[str, Record] = {}
        self.live: list[int] = []
        self.archived: list[int] = []
        #: unique property -> compared value -> id; e-mail addresses share the entry "email"
        self.unique: dict[str, dict[str, str]] = {}
        #: ids in the order of their last change; only while time never went back
        self.recent: dict[str, None] = {}
        self.is_in_order = True
        self._latest = 0
        #: grows with every write: cached search results are good for one version
        self.version = 0
        self._unindexed: dict[str, deque[tuple[int, Record | None]]] = {}

    def load(self, unique_names: Iterable[str]) -> None:
        """Read the state file."""
        for record_id, stored in self._state.load(self._row_kind):
            self.records[record_id] = Record.from_json(record_id, stored)
        for record in sorted(self.records.values(), key=lambda r: int(r.id)):
            (self.archived if record.archived is not None else self.live).append(int(record.id))
        for record in sorted(self.records.values(), key=lambda r: r.updated):
            self.recent[record.id] = None
            self._latest = record.updated
        for name in unique_names:
            self.index_property(name)

    # -- uniqueness -------------------------------------------------------------------------

    def index_property(self, name: str) -> None:
        """Begin to index a unique property."""
        index = self.unique.setdefault(name, {})
        for record in self._live_records():
            for key in self._keys(name, record.values):
                index.setdefault(key, record.id)

    def drop_index(self, name: str) -> None:
        """Stop indexing a property."""
        self.unique.pop(name, None)

    def _keys(self, name: str, values: Mapping[str, str]) -> Iterator[str]:
        # Unique values are compared without case: documented for e-mail, else UNCONFIRMED.
        if self.kind.emails and name == self.kind.emails[0]:
            for part in self.kind.emails:
                for address in values.get(part, "").split(";"):
                    if address.strip():
                        yield address.strip().lower()
        elif values.get(name):
            yield values[name].lower()

    def owner_of(self, name: str, value: str) -> str | None:
        """The id of the live record that has this value of a unique property."""
        return self.unique.get(name, {}).get(value.strip().lower())

    def taken(self, values: Mapping[str, str], own_id: str | None) -> tuple[str, str, str] | None:
        """The first (property, value, id) in ``values`` that another record has."""
        for name, index in self.unique.items():
            for key in self._keys(name, values):
                owner = index.get(key)
                if owner is not None and owner != own_id:
                    return name, key, owner
        return None

    def keys_of(self, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """All (unique property, compared value) of some values."""
        for name in self.unique:
            for key in self._keys(name, values):
                yield name, key

    def _index(self, record: Record) -> None:
        for name, key in self.keys_of(record.values):
            self.unique[name].setdefault(key, record.id)

    def _unindex(self, record: Record) -> None:
        for name, key in self.keys_of(record.values):
            if self.unique[name].get(key) == record.id:
                del self.unique[name][key]

    # -- reading ----------------------------------------------------------------------------

    def get(self, record_id: str) -> Record | None:
        """A live record, or None."""
        record = self.records.get(record_id)
        return record if record is not None and record.archived is None else None

    def get_archived(self, record_id: str) -> Record | None:
        """An archived record, or None."""
        record = self.records.get(record_id)
        return record if record is not None and record.archived is not None else None

    def follow(self, record_id: str) -> Record | None:
        """A live record by its own id, or by the id of one that was merged into it."""
        record = self.records.get(record_id)
        while record is not None and record.merged is not None:
            record = self.records.get(record.merged)
        return record if record is not None and record.archived is None else None

    def page(self, after: str | None, limit: int, *, archived: bool) -> tuple[list[Record], str]:
        """Records by ascending id, from ``after`` on, and where the next page begins (or "")."""
        order = self.archived if archived else self.live
        start = bisect_left(order, int(after)) if after else 0
        chosen = order[start : start + limit]
        following = order[start + limit : start + limit + 1]
        return [self.records[str(n)] for n in chosen], str(following[0]) if following else ""

    def _live_records(self) -> Iterator[Record]:
        return (self.records[str(number)] for number in self.live)

    # -- writing ----------------------------------------------------------------------------

    def add(self, record: Record, lag_ms: int) -> None:
        """Take a new record in."""
        self._note_unindexed(record.id, None, record.created, lag_ms)
        self.records[record.id] = record
        insort(self.live, int(record.id))
        self._index(record)
        self._changed(record)

    def change(
        self, record: Record, changes: Mapping[str, str], at: int, source: Source, lag_ms: int
    ) -> None:
        """Store changed values."""
        self._note_unindexed(record.id, record, at, lag_ms)
        self._unindex(record)
        record.set(changes, at, source)
        self._index(record)
        self.touch(record, at)

    def touch(self, record: Record, at: int) -> None:
        """Move the time of the last change."""
        record.updated = at
        self._changed(record)

    def archive(self, record: Record, at: int) -> None:
        """Put into the recycle bin; its unique values are free again."""
        self._unindex(record)
        record.archived = at
        self._move(record, self.live, self.archived)
        self._unindexed.pop(record.id, None)
        self._save(record)

    def restore(self, record: Record, at: int) -> None:
        """Take out of the recycle bin."""
        record.archived = None
        self._move(record, self.archived, self.live)
        self._index(record)
        self.touch(record, at)

    def purge(self, record: Record) -> None:
        """Delete for good."""
        if record.archived is None:
            self._unindex(record)
        order = self.live if record.archived is None else self.archived
        del order[bisect_left(order, int(record.id))]
        del self.records[record.id]
        self.recent.pop(record.id, None)
        self._unindexed.pop(record.id, None)
        self.version += 1
        self._state.delete(self._row_kind, record.id)

    def _move(self, record: Record, source: list[int], target: list[int]) -> None:
        number = int(record.id)
        del source[bisect_left(source, number)]
        insort(target, number)

    def _changed(self, record: Record) -> None:
        if record.updated < self._latest:
            self.is_in_order = False
        self._latest = max(self._latest, record.updated)
        self.recent.pop(record.id, None)
        self.recent[record.id] = None
        self._save(record)

    def _save(self, record: Record) -> None:
        self.version += 1
        self._state.put(self._row_kind, record.id, record)

    # -- the search index's lag -------------------------------------------------------------

    def _note_unindexed(self, record_id: str, before: Record | None, at: int, lag_ms: int) -> None:
        if lag_ms <= 0:
            return
        seen = before.frozen() if before is not None else None
        self._unindexed.setdefault(record_id, deque()).append((at, seen))

    def settle_index(self, now: int, lag_ms: int) -> None:
        """Forget old versions of records that the index has caught up with."""
        if not self._unindexed:
            return
        done = []
        for record_id, versions in self._unindexed.items():
            while versions and versions[0][0] + lag_ms <= now:
                versions.popleft()
            if not versions:
                done.append(record_id)
        for record_id in done:
            del self._unindexed[record_id]

    @property
    def has_lagging(self) -> bool:
        """Whether the index is behind for some record."""
        return bool(self._unindexed)

    def indexed(self, ids: Iterable[str]) -> Iterator[Record]:
        """The live records as the search index sees them now."""
        if not self._unindexed:
            yield from (self.records[one] for one in ids)
            return
        for one in ids:
            versions = self._unindexed.get(one)
            if versions is None:
                yield self.records[one]
            elif versions[0][1] is not None:
                yield versions[0][1]

    def recent_ids(self, since_ms: int) -> list[str] | None:
        """Ids of live records changed at or after ``since_ms``; None if that is not known fast."""
        if not self.is_in_order or self._unindexed:
            return None
        found = list(
            itertools.takewhile(
                lambda one: self.records[one].updated >= since_ms, reversed(self.recent)
            )
        )
        return [one for one in found if self.records[one].archived is None]


class Reader:
    """Reads one property of a record, the system's own included."""

    def __init__(self, kind: ObjectType) -> None:
        self._created = kind.created
        self._modified = kind.modified

    def value(self, record: Record, name: str) -> str | None:
        """The value, or None when empty."""
        if name == "hs_object_id":
            return record.id
        if name == self._modified:
            return iso_milliseconds(from_milliseconds(record.updated))
        if name == self._created:
            return iso_milliseconds(from_milliseconds(record.created))
        return record.values.get(name)
