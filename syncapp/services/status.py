"""Reads the state of syncs and records for screens and commands; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min

from syncapp.core.pairs import HIDDEN
from syncapp.core.reasons import REASONS, State
from syncapp.models import AccountPair, RecordLink, SyncDefinition, SyncRun
from syncapp.services import failed_calls
from syncapp.services.counts import Totals


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records of a sync are in each state; they sum to the records known."""

    in_sync: int = 0
    waiting: int = 0
    failing: int = 0
    excluded: int = 0
    needs_decision: int = 0

    @property
    def total(self) -> int:
        """All records known."""
        return self.in_sync + self.waiting + self.failing + self.excluded

    @property
    def syncing(self) -> int:
        """The object view's Syncing column."""
        return self.in_sync + self.waiting


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many records stand in one state for one reason."""

    state: State
    code: str
    count: int
    oldest: datetime | None

    @property
    def category(self) -> str:
        """The category of the reason."""
        reason = REASONS.get(self.code)
        return reason.category.value if reason else ""


def as_counts(totals: Totals) -> Counts:
    """Counted groups as the numbers of the four states."""
    by_state = {state.value: totals.of(state) for state in State}
    return Counts(**by_state, needs_decision=totals.needs_decision)


def counts(definition: SyncDefinition) -> Counts:
    """The counts of one sync, in one query."""
    by_state = dict.fromkeys((s.value for s in State), 0)
    decisions = 0
    for row in reasons(definition):
        by_state[row.state.value] += row.count
        reason = REASONS.get(row.code)
        if row.state is State.FAILING and reason is not None and reason.needs_decision:
            decisions += row.count
    return Counts(**by_state, needs_decision=decisions)


def reasons(definition: SyncDefinition) -> list[ReasonCount]:
    """The records of one sync grouped by state and reason."""
    rows = (
        definition.links.values("state", "code")
        .annotate(count=Count("id"), oldest=Min("updated_at"))
        .order_by("state", "-count", "code")
    )
    return [ReasonCount(State(r["state"]), r["code"], r["count"], r["oldest"]) for r in rows]


def live_definitions(pair: AccountPair | None = None) -> list[SyncDefinition]:
    """The syncs that were switched on and not deleted, those turned off included."""
    found = SyncDefinition.objects.filter(deleted_at=None, activated_at__isnull=False).exclude(
        object_type__in=HIDDEN
    )
    if pair is not None:
        found = found.filter(pair=pair)
    return list(found.select_related("pair__hubspot", "pair__quickbooks").order_by("pair_id", "pk"))


def last_run(pair: AccountPair) -> SyncRun | None:
    """The latest run of a pair."""
    return SyncRun.objects.filter(pair=pair).order_by("-pk").first()


def sync_json(definition: SyncDefinition) -> dict[str, Any]:
    """One object of ``sync_status --json``."""
    found = counts(definition)
    return {
        "object": definition.object_type,
        "direction": definition.direction,
        "enabled": definition.enabled,
        "absent": definition.settings.get("absent", ""),
        "in_sync": found.in_sync,
        "waiting": found.waiting,
        "failing": found.failing,
        "excluded": found.excluded,
        "records": [record_json(link) for link in iterate(definition)],
    }


def iterate(definition: SyncDefinition) -> Iterator[RecordLink]:
    """All records of a sync in the order they were first seen; memory does not grow."""
    links = definition.links.select_related("failed_call").order_by("pk")
    return links.iterator(chunk_size=1000)


def record_json(link: RecordLink) -> dict[str, Any]:
    """One record of ``sync_status --json``."""
    in_sync = link.state == State.IN_SYNC
    return {
        "hubspot_id": link.hubspot_id,
        "quickbooks_id": link.quickbooks_id,
        "label": link.label,
        "state": link.state,
        "category": None if in_sync else link.category,
        "code": None if in_sync else link.code,
        "explanation": None if in_sync else link.explanation,
        "remedy": None if in_sync else link.remedy,
        "failed_call": failed_calls.as_json(failed_calls.of(link)),
    }
