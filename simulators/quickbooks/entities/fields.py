"""The words the entity tables are written in: Field, Entity and short constructors.

Pure description. What an entity does when it is written lives in ``rules``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

NAME_FORBIDS = ":\t\n\r"


class Kind(Enum):
    """How a value is checked, stored and compared."""

    TEXT = "text"
    BOOL = "bool"
    MONEY = "money"
    NUMBER = "number"
    WHOLE = "whole"
    DATE = "date"
    CHOICE = "choice"
    REF = "ref"
    EMAIL = "email"
    PARTS = "parts"
    LIST = "list"
    RAW = "raw"


@dataclass(frozen=True)
class Field:
    """One property of an entity or of a nested object.

    ``kept`` fields stay when a full update leaves them out; all others are cleared and take
    their default again. ``limit`` counts characters. ``targets`` names the entities a reference
    may point to. ``group_limit`` bounds all Line1..Line5 together.
    """

    name: str
    kind: Kind
    limit: int | None = None
    required: bool = False
    read_only: bool = False
    filterable: bool = False
    sortable: bool = False
    kept: bool = False
    default: Any = None
    forbids: str = ""
    choices: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The parts by name."""
        return {part.name: part for part in self.parts}


class Group(Enum):
    """What sort of object an entity is; decides deletion, ordering and the Active filter."""

    NAME = "name"
    LISTED = "list"
    TRANSACTION = "transaction"
    SINGLE = "single"
    PSEUDO = "pseudo"


READING = frozenset({"read", "query"})
LIST_WRITES = READING | {"create", "update"}
ALL_WRITES = LIST_WRITES | {"delete", "void"}


@dataclass(frozen=True)
class Entity:
    """One entity: its fields in the order of answers, and where it stands among the others.

    ``base_at`` is the position of the block domain, sparse, Id, SyncToken, MetaData. ``family``
    names the id sequence it shares. ``plural`` is the word in the text of a dangling reference.
    ``order`` is the property queries are sorted by when they do not say (``-`` = descending).
    ``ignored`` are properties of the schema that are accepted and not kept.
    """

    name: str
    group: Group
    family: str
    plural: str
    fields: tuple[Field, ...]
    base_at: int = 0
    title: str = ""
    order: str = "Id"
    operations: frozenset[str] = READING
    in_cdc: bool = True
    indexed: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    path: str = ""
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)
    known: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {item.name: item for item in self.fields}
        base = ("domain", "status", "sparse", "Id", "SyncToken", "MetaData", "AttachableRef")
        names = (*by_name, *self.ignored, *base)
        object.__setattr__(self, "by_name", by_name)
        object.__setattr__(self, "known", tuple(dict.fromkeys(names)))

    @property
    def resource(self) -> str:
        """The word in the path: lower case, no separators."""
        return self.path or self.name.lower()

    @cached_property
    def known_set(self) -> frozenset[str]:
        """All property names a request may hold."""
        return frozenset(self.known)

    @property
    def has_active(self) -> bool:
        """True for list objects, which are made inactive and not deleted."""
        return "Active" in self.by_name


def text(name: str, limit: int | None = None, **more: Any) -> Field:
    """A text."""
    return Field(name, Kind.TEXT, limit=limit, **more)


def flag(name: str, **more: Any) -> Field:
    """A boolean."""
    return Field(name, Kind.BOOL, **more)


def money(name: str, **more: Any) -> Field:
    """An amount, printed with two decimals."""
    return Field(name, Kind.MONEY, **more)


def number(name: str, **more: Any) -> Field:
    """A decimal printed as it came (quantity, unit price, rate)."""
    return Field(name, Kind.NUMBER, **more)


def whole(name: str, **more: Any) -> Field:
    """A whole number."""
    return Field(name, Kind.WHOLE, **more)


def day(name: str, **more: Any) -> Field:
    """A calendar date."""
    return Field(name, Kind.DATE, **more)


def choice(name: str, *choices: str, **more: Any) -> Field:
    """One of some words."""
    return Field(name, Kind.CHOICE, choices=choices, **more)


def ref(name: str, *targets: str, **more: Any) -> Field:
    """A reference ``{"value", "name"}``; without targets it is not looked up."""
    return Field(name, Kind.REF, targets=targets, parts=_REF_PARTS, **more)


def raw(name: str, **more: Any) -> Field:
    """JSON taken as it is."""
    return Field(name, Kind.RAW, **more)


def parts(name: str, *members: Field, **more: Any) -> Field:
    """A nested object."""
    return Field(name, Kind.PARTS, parts=members, **more)


def lines(name: str, *members: Field, **more: Any) -> Field:
    """A list of nested objects."""
    return Field(name, Kind.LIST, parts=members, **more)


_REF_PARTS = (text("value"), text("name"), text("type"))


def address(name: str, **more: Any) -> Field:
    """A PhysicalAddress; its ``Id`` is the server's and changes when the address is edited."""
    members = (
        text("Id", read_only=True),
        *(text(f"Line{at}", 500) for at in range(1, 6)),
        text("City", 255),
        text("Country", 255),
        text("CountryCode"),
        text("County"),
        text("CountrySubDivisionCode", 255),
        text("PostalCode", 30),
        text("PostalCodeSuffix"),
        text("Lat", read_only=True),
        text("Long", read_only=True),
        text("Tag"),
        text("Note"),
    )
    return Field(name, Kind.PARTS, parts=members, **more)


def email(name: str, **more: Any) -> Field:
    """An EmailAddress; may hold several addresses separated by commas."""
    members = (text("Id", read_only=True), text("Address", 100), flag("Default"), text("Tag"))
    return Field(name, Kind.EMAIL, parts=members, **more)


def phone(name: str, **more: Any) -> Field:
    """A TelephoneNumber; only FreeFormNumber is kept."""
    dropped = ("Id", "DeviceType", "CountryCode", "AreaCode", "ExchangeCode", "Extension", "Tag")
    members = (
        text("FreeFormNumber", 30),
        *(text(item, read_only=True) for item in dropped),
        flag("Default", read_only=True),
    )
    return Field(name, Kind.PARTS, parts=members, **more)


def website(name: str, **more: Any) -> Field:
    """A WebSiteAddress."""
    members = (
        text("URI", 1000),
        text("Id", read_only=True),
        flag("Default", read_only=True),
        text("Tag", read_only=True),
    )
    return Field(name, Kind.PARTS, parts=members, **more)
