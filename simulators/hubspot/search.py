"""The search endpoint's work: limits, filters, order, pages, and the index that lags behind.

Knows records of one type at a time; must not know HTTP.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.hubspot import errors
from simulators.hubspot.crm import Crm
from simulators.hubspot.filters import Test, compile_filter, operand, reader
from simulators.hubspot.records import Record, Table
from simulators.hubspot.requests import page_limit
from simulators.hubspot.schema import ObjectType

MAX_GROUPS = 5
MAX_FILTERS_PER_GROUP = 6
MAX_FILTERS = 18
MAX_PAGE = 200
DEFAULT_PAGE = 10
CAP = 10_000
MAX_BODY = 3_000


@dataclass(frozen=True)
class Found:
    """One page of a search."""

    total: int
    records: Sequence[Record]
    after: str | None


@dataclass(frozen=True)
class _Cached:
    version: int
    ids: list[int]


class Search:
    """Searches, remembering the last results.

    A client that reads all pages, by offset or by ``hs_object_id GT last``, would make every page
    a walk over all records; as long as nothing was written the first walk's result serves all.
    """

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._cache: dict[str, _Cached] = {}

    def clear(self) -> None:
        """Forget remembered results."""
        self._cache.clear()

    def run(self, kind: ObjectType, body: Mapping[str, Any], body_length: int) -> Found:
        """Carry out one search.

        Raises:
            ApiError: 400, over a limit or malformed.
        """
        if body_length > MAX_BODY:
            raise errors.invalid(
                f"The request body has {body_length} characters; the maximum is {MAX_BODY}."
            )
        limit = page_limit(body.get("limit"), default=DEFAULT_PAGE, most=MAX_PAGE)
        start = _offset(body.get("after"))
        groups = _groups(body)
        order = _Order.of(self._crm, kind, body.get("sorts"))
        table = self._crm.table(kind)
        table.settle_index(self._crm.clock.milliseconds(), self._crm.search_lag_ms)
        keyset = _keyset(groups) if order.is_by_id else None
        if keyset is not None:
            groups = [[f for f in groups[0] if not _is_keyset(f)]]
        ids = self._matching(kind, table, groups, str(body.get("query") or ""), order)
        if keyset is not None:
            ids = ids[bisect_right(ids, keyset) :]
        if start >= CAP:
            raise errors.invalid(
                f"Paging past {CAP} results of one search is not possible (after={start})."
            )
        chosen = ids[start : min(start + limit, CAP)]
        records = list(table.indexed(str(number) for number in chosen))
        # At the cap a next page is announced still; asking for it is refused.
        end = start + len(chosen)
        return Found(len(ids), records, str(end) if end < len(ids) else None)

    def _matching(
        self,
        kind: ObjectType,
        table: Table,
        groups: list[list[Mapping[str, Any]]],
        query: str,
        order: _Order,
    ) -> list[int]:
        key = json.dumps([kind.slug, groups, query, order.key], default=str)
        cached = self._cache.get(key)
        if cached is not None and cached.version == table.version and not table.has_lagging:
            # Association filters depend on other tables; they are never remembered.
            return cached.ids
        tests = [[compile_filter(self._crm, kind, one) for one in group] for group in groups]
        candidates = self._candidates(kind, table, groups)
        matching = [
            record
            for record in table.indexed(candidates)
            if _passes(record, tests) and (not query or self._has_text(kind, record, query))
        ]
        ids = [int(record.id) for record in order.sort(matching)]
        if not table.has_lagging and "associations." not in key:
            if len(self._cache) > 64:
                self._cache.clear()
            self._cache[key] = _Cached(table.version, ids)
        return ids

    def _candidates(
        self, kind: ObjectType, table: Table, groups: list[list[Mapping[str, Any]]]
    ) -> list[str]:
        """All live ids ascending, or only those changed since the one group's lower bound."""
        if len(groups) == 1:
            for one in groups[0]:
                if one["propertyName"] == kind.modified and one["operator"] in ("GT", "GTE"):
                    prop = self._crm.definitions.get(kind, kind.modified)
                    recent = table.recent_ids(operand(prop, str(one.get("value"))))
                    if recent is not None:
                        return sorted(recent, key=int)
        return [str(number) for number in table.live]

    def _has_text(self, kind: ObjectType, record: Record, query: str) -> bool:
        """Whether every word of the query begins a word of a searched property, or is in it."""
        text = " ".join(record.values.get(name, "") for name in kind.searched).lower()
        return all(word in text for word in query.lower().split())


@dataclass(frozen=True)
class _Order:
    """How results are sorted; without a rule by creation, oldest first, which is by id."""

    key: str
    read: Callable[[Record], Any] | None = None
    descending: bool = False

    @property
    def is_by_id(self) -> bool:
        return self.read is None

    @classmethod
    def of(cls, crm: Crm, kind: ObjectType, sorts: Any) -> _Order:
        if not sorts:
            return cls("id")
        if not isinstance(sorts, list) or len(sorts) > 1:
            raise errors.invalid("Only one sort is allowed.")
        rule = sorts[0]
        if isinstance(rule, str):
            rule = {
                "propertyName": rule.lstrip("-"),
                "direction": "DESCENDING" if rule.startswith("-") else "ASCENDING",
            }
        name = str(rule.get("propertyName"))
        descending = rule.get("direction", "ASCENDING") == "DESCENDING"
        if name == "hs_object_id" and not descending:
            return cls("id")
        prop = crm.definitions.of(kind).get(name)
        if prop is None:
            raise errors.invalid(f"Cannot sort by '{name}': the property does not exist.")
        return cls(f"{name} {descending}", reader(crm, kind, prop), descending)

    def sort(self, records: list[Record]) -> list[Record]:
        """Sorted; equal ones by id; empty values last (UNCONFIRMED)."""
        if self.read is None:
            return records
        read = self.read
        filled = [(value, record) for record in records if (value := read(record)) is not None]
        empty = [record for record in records if read(record) is None]
        filled.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [record for _, record in filled] + empty


def _passes(record: Record, groups: Sequence[Sequence[Test]]) -> bool:
    return not groups or any(all(test(record) for test in group) for group in groups)


def _offset(after: Any) -> int:
    if after in (None, ""):
        return 0
    if not str(after).isdigit():
        raise errors.invalid(f"Invalid after: {after!r} is not a number.")
    return int(after)


def _groups(body: Mapping[str, Any]) -> list[list[Mapping[str, Any]]]:
    raw = body.get("filterGroups") or []
    if not raw and body.get("filters"):
        raw = [{"filters": body["filters"]}]
    if not isinstance(raw, list) or not all(isinstance(group, dict) for group in raw):
        raise errors.invalid("Invalid input JSON: filterGroups must be a list of objects.")
    groups = [list(group.get("filters") or []) for group in raw]
    if len(groups) > MAX_GROUPS:
        # The schema's text says 6, the documentation 5.
        raise errors.invalid(f"Too many filterGroups: at most {MAX_GROUPS}.")
    if any(len(group) > MAX_FILTERS_PER_GROUP for group in groups):
        raise errors.invalid(f"Too many filters in a group: at most {MAX_FILTERS_PER_GROUP}.")
    if sum(len(group) for group in groups) > MAX_FILTERS:
        raise errors.invalid(f"Too many filters: at most {MAX_FILTERS}.")
    if not all(isinstance(one, dict) for group in groups for one in group):
        raise errors.invalid("Invalid input JSON: a filter must be an object.")
    return groups


def _is_keyset(one: Mapping[str, Any]) -> bool:
    return (
        one.get("propertyName") == "hs_object_id"
        and one.get("operator") == "GT"
        and str(one.get("value")).isdigit()
    )


def _keyset(groups: list[list[Mapping[str, Any]]]) -> int | None:
    """The id after which a keyset page begins."""
    if len(groups) != 1:
        return None
    bounds = [int(str(one["value"])) for one in groups[0] if _is_keyset(one)]
    return max(bounds) if bounds else None
