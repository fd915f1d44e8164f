"""What a webhook is to us: a hint that a record may have changed. It is re-read, never believed."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.core.sides import Side


@dataclass(frozen=True, slots=True)
class Hint:
    """One record that an event speaks of.

    Attributes:
        account_id: Portal or realm: deliveries mix accounts.
        record_type: As in ``RecordRef``.
        dedupe_key: The same for each delivery of one event, whatever its attempt.
        action: The vendor's word for what happened, in lower case ("creation", "updated").
        at: When it happened (ISO 8601, UTC), "" when that is not said.
        source: Who did it, in the vendor's words (HubSpot: ``sourceId``); tells our own echoes.
    """

    side: Side
    account_id: str
    record_type: str
    record_id: str
    dedupe_key: str
    action: str = ""
    at: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery, read.

    Attributes:
        hints: What can be used, in the order it came, each dedupe key and record once.
        skipped: Events of types we do not know, which is no mistake.
        malformed: Why events could not be read; they never fail the others.
    """

    hints: tuple[Hint, ...]
    skipped: int = 0
    malformed: tuple[str, ...] = ()
