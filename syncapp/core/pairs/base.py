"""What every object pair states about itself, as data; not the rules of any one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from syncapp.core.mapping import FieldMapping
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A fixed rule why a record that is not linked yet cannot take part."""

    code: str
    applies: Callable[[Side, Values], bool]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot be created, known before it is sent."""

    code: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RelatedField:
    """A field of a record's associated record, loaded before the record is planned.

    Attributes:
        name: The field under which the value is kept with the record.
        through: The field that holds the associated record's id.
        type: The associated record's type.
        field: The field there.
    """

    name: str
    side: Side
    through: str
    type: str
    field: str


@dataclass(frozen=True, slots=True)
class ObjectPair:
    """A HubSpot object type and the QuickBooks entity it meets.

    Attributes:
        reads: Fields to ask for besides the mapped and filtered ones.
        match_keys: The keys of a record, the strongest first; () when it cannot be matched.
        label: What a person calls the record.
        completes: Fields that are only written when a record is created, computed from the
            source record and the enabled mappings; or why it cannot be created.
        unique_name: QuickBooks field that must be unique, or None.
        unique_fields: The field of a side that holds the strongest match key and is unique there.
        rank: Records of a lower rank are written first.
    """

    name: str
    title: str
    types: Mapping[Side, str]
    nouns: Mapping[Side, str]
    mappings: tuple[FieldMapping, ...]
    match_keys: Callable[[Side, Values], tuple[str, ...]]
    match_key_label: str
    label: Callable[[Side, Values], str]
    completes: Callable[[Side, Values, tuple[FieldMapping, ...]], Mapping[str, Value] | Refusal]
    reads: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()
    related: tuple[RelatedField, ...] = ()
    unique_name: str | None = None
    unique_fields: Mapping[Side, str] = field(default_factory=dict)
    rank: int = 1

    def type(self, side: Side) -> str:
        """The record type on a side."""
        return self.types[side]
