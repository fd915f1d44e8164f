"""What a pre-flight looked at, as plain values; not what follows from it, nor how it was read.

Everything here survives JSON, so that findings can be shown again without a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from syncapp.core.sentences import Sentence, sentence, tell
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Values


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    BLOCKING = "blocking"
    WARNING = "warning"
    INFORMATION = "information"


SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Tick:
    """Somebody confirmed a finding."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One look at both accounts. None: it could not be read, or nobody knows.

    Attributes:
        checked_at: When, by our clock (ISO 8601).
        environments: ``{side: "production", "sandbox" or "simulator"}``.
        mixed_confirmed: Somebody agreed to differing environments when the pair was joined.
        granted: ``{side: granted scopes}``; a side is absent when it does not tell.
        objects: The object pairs that can be synced, by name.
        country: Of the QuickBooks company.
        home_currency: Of the QuickBooks company.
        preferences: Of the QuickBooks company, by name; None where it leaves one out.
        hubspot_currencies: All of the HubSpot account, the company's own first.
        customers: Active ones in QuickBooks; ``*_linked``: those with a HubSpot partner.
        items: Active ones in QuickBooks that can be sold.
        products_without_sku: In HubSpot.
        name_clashes: Contacts that cannot become a customer since the name is taken, or wanted
            by several; None before HubSpot's contacts were read.
        clash_samples: Some of those names.
        other_invoices: HubSpot invoices another integration brought.
        other_newest_at: When the newest of them was created (ISO 8601).
        unread: ``{what could not be read: why}``.
        cut: What was not listed to its end ("customer", "item"): its figures are about the first.
        drift_seconds: ``{side: how far its clock is from ours}``.
    """

    checked_at: str
    environments: Mapping[str, str] = field(default_factory=dict)
    mixed_confirmed: bool = False
    granted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    objects: Sequence[str] = ()
    country: str = ""
    home_currency: str = ""
    preferences: Values | None = None
    hubspot_currencies: Sequence[str] = ()
    customers: int | None = None
    customers_linked: int = 0
    customers_without_email: int | None = None
    items: int | None = None
    items_linked: int = 0
    items_without_sku: int | None = None
    products_without_sku: int | None = None
    name_clashes: int | None = None
    clash_samples: Sequence[str] = ()
    other_invoices: int | None = None
    other_newest_at: str | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    cut: Sequence[str] = ()
    drift_seconds: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """To be stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Facts:
        """As stored, by an earlier version of Tandem perhaps."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw, when that is worth telling.

    Attributes:
        told: With figures, for a person.
        severity: When it is less than the check's own.
        objects: The object pairs it concerns, when they are fewer than the check's own.
        is_known: False when the check could not look.
    """

    told: Sentence
    severity: Severity | None = None
    objects: tuple[str, ...] | None = None
    is_known: bool = True


def not_looked(facts: Facts, key: str, what: Sentence) -> Seen:
    """That a check could not look, and why; ``key`` names what was to be read."""
    why = facts.unread.get(key, "").strip()
    if not why:
        told = sentence("Could not be checked: {what} could not be read.", what=what)
        return Seen(told, is_known=False)
    return Seen(
        sentence(
            "Could not be checked: {what} could not be read. {why}", what=what, why=Sentence(why)
        ),
        is_known=False,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a pre-flight.

    Attributes:
        code: The check's.
        told: What was seen, to be filled in for a reader.
        objects: The object pairs it concerns.
        only_to: It matters only to a sync that writes to this side.
        tick: Who confirmed it, and when; None when nobody did, or since it happened again.
    """

    code: str
    severity: Severity
    told: Sentence
    objects: tuple[str, ...]
    only_to: Side | None = None
    tick: Tick | None = None
    is_known: bool = True

    @property
    def sentence(self) -> str:
        """What was seen, in English: for scripts and the command line."""
        return tell(self.told)

    def concerns(self, object_type: str, direction: Direction | None = None) -> bool:
        """Whether a sync of an object, in a direction, is affected; None for any direction."""
        if object_type not in self.objects:
            return False
        return self.only_to is None or direction is None or direction.allows(self.only_to)
