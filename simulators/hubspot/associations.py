"""Which records belong together, and by which types.

Knows pairs of records; must not know whether a record is archived, nor what an association does
to it.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulators.common.state import State
from simulators.hubspot.association_types import between
from simulators.hubspot.registry import BY_TYPE_ID
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.writes import Node

_KIND = "association"


class Associations:
    """All associations, kept in both directions."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._links: dict[Node, dict[str, dict[str, tuple[int, ...]]]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._links.clear()

    def load(self) -> None:
        """Read the state file."""
        for key, types in self._state.load(_KIND):
            from_type, from_id, to_type, to_id = key.split(":")
            self._put((from_type, from_id), (to_type, to_id), tuple(types))

    def partners(self, node: Node, to_type: str) -> dict[str, tuple[int, ...]]:
        """Partners of one type: id -> association type ids, in the order they were added."""
        return self._links.get(node, {}).get(to_type, {})

    def all_partners(self, node: Node) -> list[tuple[Node, tuple[int, ...]]]:
        """All partners of a record."""
        return [
            ((to_type, to_id), types)
            for to_type, found in self._links.get(node, {}).items()
            for to_id, types in found.items()
        ]

    def set(self, one: Node, other: Node, types: Iterable[int]) -> None:
        """Make ``types`` (ids in the direction one -> other) the pair's whole set; none removes."""
        wanted = tuple(sorted(set(types)))
        rows = between(_kind(one), _kind(other))
        inverse = tuple(sorted({rows[number].inverse_id for number in wanted}))
        self._put(one, other, wanted)
        self._put(other, one, inverse)
        key = ":".join((*one, *other))
        twin = ":".join((*other, *one))
        if wanted:
            # One row per pair would do, but a pair of two contacts has no first one.
            self._state.put(_KIND, key, list(wanted))
            self._state.put(_KIND, twin, list(inverse))
        else:
            self._state.delete(_KIND, key)
            self._state.delete(_KIND, twin)

    def remove_all(self, node: Node) -> list[Node]:
        """Remove every association of a record; returns its former partners."""
        former = [partner for partner, _ in self.all_partners(node)]
        for partner in former:
            self.set(node, partner, ())
        return former

    def _put(self, one: Node, other: Node, types: tuple[int, ...]) -> None:
        to_type, to_id = other
        if types:
            self._links.setdefault(one, {}).setdefault(to_type, {})[to_id] = types
            return
        found = self._links.get(one, {}).get(to_type, {})
        found.pop(to_id, None)


def node(kind: ObjectType, record_id: str) -> Node:
    """The node of a record."""
    return kind.type_id, record_id


def _kind(one: Node) -> ObjectType:
    return BY_TYPE_ID[one[0]]
