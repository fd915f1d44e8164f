"""The building blocks of QuickBooks' field tables: addresses, references, computed fields."""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.core.schema import Field, Kind


def address(path: str, label: str) -> Iterator[Field]:
    """The fields of a postal address."""
    for number in range(1, 6):
        yield Field(f"{path}.Line{number}", f"{label}: line {number}", max_length=500)
    yield Field(f"{path}.City", f"{label}: city", max_length=255)
    yield Field(f"{path}.CountrySubDivisionCode", f"{label}: state or province", max_length=255)
    yield Field(f"{path}.PostalCode", f"{label}: ZIP or postal code", max_length=30)
    yield Field(f"{path}.Country", f"{label}: country", max_length=255)


def phone(path: str, label: str) -> Field:
    """A telephone number."""
    return Field(f"{path}.FreeFormNumber", label, Kind.PHONE, max_length=30)


def computed(name: str, label: str, kind: Kind = Kind.TEXT) -> Field:
    """A field that is read only: the server's, or not for a mapping."""
    return Field(name, label, kind, read_only=True)


def reference(name: str, label: str, *, required: bool = False) -> Field:
    """A reference to a record of another list, by its id."""
    return Field(f"{name}.value", label, Kind.REFERENCE, required=required)


def stamps() -> Iterator[Field]:
    """What every record has."""
    yield computed("MetaData.CreateTime", "Created", Kind.DATETIME)
    yield computed("MetaData.LastUpdatedTime", "Last changed", Kind.DATETIME)
    yield computed("Id", "QuickBooks id")
