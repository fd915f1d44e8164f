"""What one run carries with it: lease, doors, connectors, syncs and counters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncapp.connectors.base import Connector
from syncapp.core.planner import SyncConfig
from syncapp.core.ports import Env
from syncapp.core.sides import Side
from syncapp.models import AccountPair, SyncDefinition, SyncRun
from syncapp.services import leases
from syncapp.services.leases import Lease

#: Under which a count keeps the links that it takes for written (``RunContext.known``).
AS_IF_MADE = "as if made"


@dataclass(slots=True)
class Counters:
    """What a run did, for people and for ``--json``."""

    created: dict[str, int] = field(default_factory=lambda: {s.value: 0 for s in Side})
    updated: dict[str, int] = field(default_factory=lambda: {s.value: 0 for s in Side})
    linked: int = 0
    read: int = 0
    refused: int = 0

    def as_json(self) -> dict[str, object]:
        """The counters as they are stored with the run."""
        return {
            "created": dict(self.created),
            "updated": dict(self.updated),
            "linked": self.linked,
            "read": self.read,
            "refused": self.refused,
        }


@dataclass(frozen=True, slots=True)
class ActiveSync:
    """A sync definition with its configuration, as it stood when the slice began."""

    definition: SyncDefinition
    config: SyncConfig

    def listens(self, side: Side) -> bool:
        """Whether it lists and watches a side by itself."""
        return side in self.config.pair.listens


@dataclass(slots=True)
class RunContext:
    """One slice of work on one account pair.

    Attributes:
        until: Monotonic seconds after which no new call is begun; None for no limit.
        may_backfill: Whether first listings, what they found and full comparisons are worked on;
            not when most of a day's calls are used, so that edits still flow (ENGINE 2.12).
        max_calls: Calls after which the slice ends; None for no limit.
        listed: Record types whose full listing was completed by this run.
        looked_up: Links whose match key was looked up right before their create.
        to_look_up: Ids to be read again before they are planned, per (definition, side).
        associated: Links whose associated records were read by this run.
        known: What was found out in this run and holds to its end (rates, items of ours).
        missing: Unknown creates that were looked for and are certainly not there.
        sent_back: How often a link's write was answered with "read it again", by link.
    """

    env: Env
    lease: Lease
    pair: AccountPair
    connectors: Mapping[Side, Connector]
    syncs: Sequence[ActiveSync]
    run: SyncRun | None
    counters: Counters = field(default_factory=Counters)
    until: float | None = None
    max_calls: int | None = None
    may_backfill: bool = True
    listed: set[tuple[Side, str]] = field(default_factory=set)
    looked_up: set[int] = field(default_factory=set)
    to_look_up: defaultdict[tuple[int, Side], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    associated: set[int] = field(default_factory=set)
    known: dict[str, Any] = field(default_factory=dict)
    missing: list[tuple[ActiveSync, Side, list[int]]] = field(default_factory=list)
    sent_back: Counter[int] = field(default_factory=Counter)
    _leased_until: datetime | None = field(default=None, init=False)

    @property
    def calls(self) -> int:
        """API calls made so far, both sides."""
        return sum(connector.calls for connector in self.connectors.values())

    @property
    def is_spent(self) -> bool:
        """Whether the slice should make room for other pairs."""
        if self.max_calls is not None and self.calls >= self.max_calls:
            return True
        return self.until is not None and self.env.clock.monotonic() >= self.until

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing may be written anywhere."""
        return self.run is None

    def sync_of(self, object_type: str) -> ActiveSync | None:
        """The active sync of an object, where this run covers it."""
        return next((s for s in self.syncs if s.config.pair.name == object_type), None)

    def definition_of(self, object_type: str) -> SyncDefinition | None:
        """The living sync of an object, whether or not this run covers it."""
        return SyncDefinition.objects.filter(
            pair=self.pair, object_type=object_type, deleted_at=None
        ).first()

    def confirm(self) -> None:
        """Prove, inside a transaction, that the lease is still ours."""
        self._leased_until = self.env.clock.now() + leases.length()
        leases.confirm(self.lease, env=self.env)

    def may_send(self) -> bool:
        """Whether a write noted under the lease may still be sent.

        A process that stood still past its lease finds somebody else at work, who has looked for
        what it noted and may have planned it anew.
        """
        return self._leased_until is not None and self.env.clock.now() < self._leased_until
