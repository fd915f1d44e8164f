"""When so much would be written at once that a person has to confirm it first (ENGINE 2.5).

Counts in, sentences out. Must not know how anything was counted, nor who confirms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncapp.core.sides import Side

#: More new records than this ...
MOST_CREATES = 200
#: ... which are more than this share of all records known.
SHARE_OF_CREATES = (1, 5)
#: More records voided, archived or deleted than this.
MOST_REMOVALS = 20
#: More records in which one field would be emptied than this.
MOST_EMPTIED = 100
#: With fewer writes than this nothing can be unusual.
FEWEST = MOST_REMOVALS


@dataclass(frozen=True, slots=True)
class Volume:
    """What a run would write, or what a person has approved.

    Attributes:
        created: New records, by side.
        removed: Records voided, archived or deleted, by side.
        emptied: Filled values that would be emptied, by ``side:field``.
    """

    created: Mapping[str, int] = field(default_factory=dict)
    removed: Mapping[str, int] = field(default_factory=dict)
    emptied: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Volume) -> Volume:
        return Volume(
            _sum(self.created, other.created),
            _sum(self.removed, other.removed),
            _sum(self.emptied, other.emptied),
        )

    @property
    def total(self) -> int:
        """All writes that count here."""
        return sum(sum(one.values()) for one in (self.created, self.removed, self.emptied))

    def is_within(self, ceiling: Volume) -> bool:
        """Whether nothing of it goes beyond what was approved."""
        return all(
            count <= limit.get(name, 0)
            for told, limit in (
                (self.created, ceiling.created),
                (self.removed, ceiling.removed),
                (self.emptied, ceiling.emptied),
            )
            for name, count in told.items()
        )

    def as_json(self) -> dict[str, Any]:
        """The form that is stored."""
        return {
            "create": dict(self.created),
            "remove": dict(self.removed),
            "emptied": dict(self.emptied),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Volume:
        """From the stored form, a rehearsal's result included."""
        return cls(told.get("create", {}), told.get("remove", {}), told.get("emptied", {}))


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}


def unusual(volume: Volume, *, known: int, noun: str) -> tuple[str, ...]:
    """What is unusual about a volume, as parts of a sentence; () when nothing is.

    Args:
        volume: What would be written.
        known: How many records the sync knows on both sides together.
        noun: What one record is called.
    """
    return (*_creates(volume, known, noun), *_removals(volume, noun), *_emptied(volume, noun))


def beyond(volume: Volume, ceiling: Volume, *, noun: str) -> tuple[str, ...]:
    """What goes beyond an approved rehearsal, as parts of a sentence; () when nothing does."""
    found = []
    for verb, told, limit in (
        ("create", volume.created, ceiling.created),
        ("void or remove", volume.removed, ceiling.removed),
    ):
        found += [
            f"{verb} {told[side.value]:,} {noun}s in {side.label}, while the rehearsal that was "
            f"approved showed {limit.get(side.value, 0):,}"
            for side in Side
            if told.get(side.value, 0) > limit.get(side.value, 0)
        ]
    for key, count in sorted(volume.emptied.items()):
        if count > ceiling.emptied.get(key, 0):
            side, _colon, name = key.partition(":")
            found.append(
                f"empty the field {name} of {count:,} {noun}s in {Side(side).label}, while the "
                f"rehearsal that was approved showed {ceiling.emptied.get(key, 0):,}"
            )
    return tuple(found)


def _creates(volume: Volume, known: int, noun: str) -> Iterator[str]:
    creates = sum(volume.created.values())
    part, whole = SHARE_OF_CREATES
    if creates > MOST_CREATES and creates * whole > known * part:
        yield f"create {_by_side(volume.created, noun)}, with {known:,} records known so far"


def _removals(volume: Volume, noun: str) -> Iterator[str]:
    if sum(volume.removed.values()) > MOST_REMOVALS:
        yield f"void or remove {_by_side(volume.removed, noun)}"


def _emptied(volume: Volume, noun: str) -> Iterator[str]:
    for key, count in sorted(volume.emptied.items()):
        if count > MOST_EMPTIED:
            side, _colon, name = key.partition(":")
            yield f"empty the field {name} of {count:,} {noun}s in {Side(side).label}"


def _by_side(counts: Mapping[str, int], noun: str) -> str:
    told = [f"{counts[s.value]:,} {noun}s in {s.label}" for s in Side if counts.get(s.value)]
    return " and ".join(told)
