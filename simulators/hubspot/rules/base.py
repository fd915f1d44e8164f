"""What HubSpot does of its own accord with records of one type: refusals and follow-ups.

Knows the shape of such rules; each type's own are in a module beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.writes import Author, Happening, Link, Node

if TYPE_CHECKING:
    from simulators.hubspot.crm import Crm


class Rules:
    """The rules of a type that has none; each hook may be overridden.

    A ``prepare`` hook runs before anything is stored, so that a batch can be refused as a whole;
    it raises ``ApiError``, or returns the values to store.
    """

    def __init__(self, crm: Crm, kind: ObjectType) -> None:
        self.crm = crm
        self.kind = kind

    def prepare_create(
        self, author: Author, values: dict[str, str], links: Sequence[Link]
    ) -> dict[str, str]:
        """Before a create."""
        return values

    def prepare_update(
        self, author: Author, record: Record, changes: dict[str, str]
    ) -> dict[str, str]:
        """Before an update."""
        return changes

    def prepare_archive(self, author: Author, record: Record) -> None:
        """Before a record goes into the recycle bin."""

    def prepare_link(self, author: Author, record: Record, other: Node | None, slug: str) -> None:
        """Before a record gets a partner of type ``slug`` (one about to be created: None)."""

    def prepare_unlink(self, author: Author, record: Record, other: Node, slug: str) -> None:
        """Before a record loses a partner."""

    def derived(self, values: Mapping[str, str]) -> dict[str, str]:
        """Properties that follow from the record's others, stored with them in one change."""
        return {}

    def follow(self, happening: Happening) -> None:
        """After something happened to a record of this type."""
