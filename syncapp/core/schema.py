"""What a field may hold: kind, length, whether it can be written; not where that was learnt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kind of a value; it decides how two values are compared."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    REFERENCE = "reference"
    STRUCTURE = "structure"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record type, as its own side describes it.

    Attributes:
        name: HubSpot property name, or the dotted path in QuickBooks' JSON
            (``PrimaryEmailAddr.Address``).
        label: What a person reads.
        max_length: In characters; None when unknown or unlimited.
        read_only: The vendor computes it or refuses writes.
        options: The allowed internal values of a choice, each with its label.
        lacks: Why the field exists and still cannot be used; "" for one that can (S9).
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    max_length: int | None = None
    required: bool = False
    read_only: bool = False
    unique: bool = False
    custom: bool = False
    options: tuple[tuple[str, str], ...] = ()
    lacks: str = ""
