"""The frame of the rules: a change about to be saved, and the two moments a rule can act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulators.quickbooks import faults
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.checks import Clean
from simulators.quickbooks.entities.fields import Entity
from simulators.quickbooks.records import Record

MOST_LEVELS = 5
DELETED = " (deleted)"


@dataclass
class Change:
    """A write that has passed the checks of form.

    ``values`` is what will be stored and may be altered by rules; ``given`` is what the request
    holds (CLEARED included); ``before`` is None for a create.
    """

    company: Company
    entity: Entity
    writer: Writer
    values: dict[str, Any]
    given: Clean
    before: Record | None
    sparse: bool = False
    include: frozenset[str] = frozenset()

    @property
    def is_new(self) -> bool:
        """True for a create."""
        return self.before is None

    @property
    def allows_duplicates(self) -> bool:
        """True if the caller waves used document numbers through."""
        return "allowduplicatedocnum" in self.include

    @property
    def inactivates(self) -> bool:
        """True if the object goes from active to inactive."""
        was_active = self.before is None or self.before.is_active
        return was_active and self.values.get("Active") is False

    @property
    def reactivates(self) -> bool:
        """True if the object goes from inactive to active."""
        return (
            self.before is not None
            and not self.before.is_active
            and self.values.get("Active") is not False
        )


class Rules:
    """Rules of an entity that has none of its own."""

    def complete(self, change: Change) -> None:
        """Fill in what the server fills in, refuse what it refuses.

        Raises:
            Refusal: a business rule is broken.
        """

    def follow_up(self, change: Change, record: Record) -> None:
        """Bring other objects in line after the record was saved."""

    def refuse_removal(self, company: Company, record: Record, writer: Writer, verb: str) -> None:
        """Refuse to ``void`` or ``delete`` the record, or prepare others for it.

        Raises:
            Refusal: it has to stay.
        """

    def voided(self, record: Record) -> dict[str, Any]:
        """Return the values of the record once it is void."""
        return dict(record.values)

    def removed(self, company: Company, record: Record, before: Mapping[str, Any]) -> None:
        """Bring other objects in line after the record was voided or deleted."""


def ancestors(company: Company, entity: Entity, parent_id: str) -> list[Record]:
    """Return the parent, its parent and so on."""
    found: list[Record] = []
    while parent_id and len(found) <= MOST_LEVELS:
        record = company.find(entity, parent_id)
        if record is None:
            break
        found.append(record)
        parent = record.values.get("ParentRef")
        parent_id = parent["value"] if parent else ""
    return found


def place_in_tree(change: Change, title: str) -> None:
    """Set Level and FullyQualifiedName from ParentRef.

    Raises:
        Refusal: 900 for an object above itself, 6180 for a sixth level.
    """
    values = change.values
    parent = values.get("ParentRef")
    if not parent:
        values.pop("Level", None)
        values["FullyQualifiedName"] = values[title]
        return
    line = ancestors(change.company, change.entity, parent["value"])
    if change.before is not None and any(record is change.before for record in line):
        raise faults.own_parent()
    if len(line) >= MOST_LEVELS:
        raise faults.too_deep()
    if "Level" in change.entity.by_name:
        values["Level"] = len(line)
    values["FullyQualifiedName"] = f"{line[0].values['FullyQualifiedName']}:{values[title]}"


def rename_descendants(company: Company, record: Record, title: str) -> None:
    """Let the qualified names below a renamed object follow.

    Whether their LastUpdatedTime moves is UNCONFIRMED; it does not here.
    """
    for child in company.store(record.entity).children(record.id):
        wanted: dict[str, Any] = {
            "FullyQualifiedName": f"{record.values['FullyQualifiedName']}:{child.values[title]}"
        }
        if "Level" in record.entity.by_name:
            wanted["Level"] = int(record.values.get("Level", 0)) + 1
        if any(child.values.get(name) != value for name, value in wanted.items()):
            child.values.update(wanted)
            company.save(child)
            rename_descendants(company, child, title)


def with_suffix(name: str, taken: Callable[[str], bool]) -> str:
    """Return the name an inactive object gets: ``X (deleted)``.

    The variant for a second one is UNCONFIRMED.
    """
    if name.endswith(DELETED) and not taken(name):
        return name
    if not taken(name + DELETED):
        return name + DELETED
    number = 2
    while taken(f"{name} (deleted {number})"):
        number += 1
    return f"{name} (deleted {number})"


def without_suffix(name: str) -> str:
    """Return the name without `` (deleted)`` or `` (deleted 2)``."""
    head, mark, tail = name.rpartition(" (deleted")
    return head if mark and (tail == ")" or tail[1:-1].isdigit()) else name
