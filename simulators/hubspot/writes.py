"""What a write is made of: who writes, what was asked for, and what then happened.

Knows values only; the rules are in ``checks``, ``rules`` and ``crm``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulators.common.ledger import PERSON, SYSTEM
from simulators.hubspot.records import Source
from simulators.hubspot.schema import ObjectType

#: object type id and record id
Node = tuple[str, str]

SYSTEM_SOURCE = Source("CALCULATED", "", "Calculated")


@dataclass(frozen=True)
class Author:
    """Who writes, as the ledger and as property history name them."""

    actor: str
    source: Source
    #: rules of the portal apply (2026-09 paths)
    strict: bool = False
    request_id: str = ""
    #: sample data is put in without a trace in the ledger
    in_ledger: bool = True

    @property
    def is_person(self) -> bool:
        """Whether someone sits at HubSpot's own pages, where more is allowed than by API."""
        return self.actor == PERSON

    def system(self) -> Author:
        """HubSpot's own follow-up to a write of this author."""
        return Author(SYSTEM, SYSTEM_SOURCE, False, self.request_id, self.in_ledger)


@dataclass(frozen=True)
class Link:
    """An association asked for in a create."""

    to_kind: ObjectType
    to_id: str
    types: tuple[int, ...]


@dataclass(frozen=True)
class Draft:
    """A record about to be created: checked, not yet stored."""

    values: dict[str, str]
    links: tuple[Link, ...] = ()


@dataclass
class Reserved:
    """Unique values that earlier inputs of the same request will take."""

    keys: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Happening:
    """Something that was stored, told to whoever follows (totals of invoices, webhooks).

    ``action`` is ``create``, ``update``, ``archive``, ``restore``, ``merge``, ``gdpr_delete``,
    ``associate`` or ``dissociate``. Of an association each side hears for itself: ``other`` is
    the partner and ``types`` are the types added or removed, in the direction of this side.
    """

    action: str
    kind: ObjectType
    record_id: str
    author: Author
    changes: Mapping[str, str] = field(default_factory=dict)
    other: Node | None = None
    types: Sequence[int] = ()
    merged_ids: Sequence[str] = ()
