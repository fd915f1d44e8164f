"""What a reason is made of: state, category, who mends it, when it is tried again. No rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """The four states; they sum to the records known (ENGINE 2.8)."""

    IN_SYNC = "in_sync"
    WAITING = "waiting"
    FAILING = "failing"
    EXCLUDED = "excluded"


class Category(StrEnum):
    """How reasons are grouped on screen."""

    WAITING = "waiting"
    CHOICE = "your settings"
    INCOMPLETE = "missing data"
    DUPLICATE = "duplicate"
    DECISION = "needs a decision"
    VALIDATION = "refused value"
    EDIT = "refused edit"
    REMOVED = "removed"
    TEMPORARY = "temporary"
    ACCOUNT = "account"
    OTHER = "other"


class Fixer(StrEnum):
    """Where the remedy is."""

    NOBODY = "resolves by itself"
    HUBSPOT = "in HubSpot"
    QUICKBOOKS = "in QuickBooks"
    HERE = "here"


class Retry(StrEnum):
    """When a record is planned again although nothing changed."""

    NEVER = "when a value changes"
    CURED_ELSEWHERE = "every 6 hours"
    BACKOFF = "with growing pauses"
    SOON = "as soon as it can"
    APPROVED = "once it is approved"


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the catalogue. ``{placeholders}`` are filled from the record's parameters.

    Attributes:
        wordings: ``{wording: (explanation, remedy)}`` for objects that other words fit.
    """

    code: str
    state: State
    category: Category
    explanation: str
    remedy: str
    fixer: Fixer
    retry: Retry = Retry.NEVER
    needs_decision: bool = False
    wordings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
