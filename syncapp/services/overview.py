"""What the home page shows, read in a fixed number of queries however much there is.

Knows connections, pairs, syncs and how far each has come. Must not know words or pages, and
changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from syncapp.core.pairs import HIDDEN
from syncapp.core.sides import Side
from syncapp.models import (
    AccountPair,
    ApiUsage,
    Connection,
    Cursor,
    Rehearsal,
    SyncDefinition,
    SyncRun,
)
from syncapp.services import counts, status, usage
from syncapp.services.counts import Group
from syncapp.services.status import Counts
from syncapp.services.usage import Usage


@dataclass(frozen=True, slots=True)
class Health:
    """One connection and how much of its limits is used."""

    connection: Connection
    usage: Usage


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the first listing of one side has come."""

    side: Side
    is_complete: bool
    count: int


@dataclass(frozen=True, slots=True)
class SyncCard:
    """One sync.

    Attributes:
        readings: The sides' first listings while one of them is not complete, else ().
        read_until: Up to when both sides have been read, by their own clocks; None before
            the first listing is complete.
        rehearsal: The rehearsal that waits or runs, if any.
        counted_at: When a large sync was counted; None when it was counted just now.
        seconds_left: How long the records on their way may still take; None when nobody can tell.
        worst: The failing records with the most frequent reason.
        for_a_person: Waiting records that go on when a person says so.
    """

    definition: SyncDefinition
    counts: Counts
    readings: tuple[Reading, ...]
    read_until: datetime | None
    rehearsal: Rehearsal | None
    counted_at: datetime | None = None
    seconds_left: int | None = None
    worst: Group | None = None
    for_a_person: int = 0

    @property
    def is_set_up(self) -> bool:
        """Whether it was switched on at least once."""
        return self.definition.activated_at is not None

    @property
    def on_their_way(self) -> int:
        """Records that the next runs go on with; what waits for a person is not among them."""
        return max(0, self.counts.waiting - self.for_a_person)

    @property
    def handled(self) -> int:
        """Records that need nothing more from a run just now."""
        return self.counts.total - self.on_their_way


@dataclass(frozen=True, slots=True)
class PairOverview:
    """One account pair with its syncs."""

    pair: AccountPair
    cards: tuple[SyncCard, ...]
    last_run: SyncRun | None
    is_running: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    healths: tuple[Health, ...]
    pairs: tuple[PairOverview, ...]


def read(*, now: datetime) -> Overview:
    """Everything the home page shows."""
    pairs = AccountPair.objects.select_related("hubspot", "quickbooks").order_by("pk")
    return Overview(healths=tuple(healths(now=now)), pairs=_pairs(list(pairs), now=now))


def read_pair(pair: AccountPair, *, now: datetime) -> PairOverview:
    """One pair with its syncs."""
    return _pairs([pair], now=now)[0]


def _pairs(pairs: Sequence[AccountPair], *, now: datetime) -> tuple[PairOverview, ...]:
    definitions = (
        SyncDefinition.objects.filter(pair__in=pairs, deleted_at=None)
        .exclude(object_type__in=HIDDEN)
        .order_by("pk")
    )
    runs = last_runs(pairs)
    by_pair: defaultdict[int, list[SyncCard]] = defaultdict(list)
    for card in _cards(list(definitions), now):
        by_pair[card.definition.pair_id].append(card)
    return tuple(
        PairOverview(
            pair=pair,
            cards=tuple(by_pair[pair.pk]),
            last_run=runs.get(pair.pk),
            is_running=is_running(pair, now=now),
        )
        for pair in pairs
    )


def healths(*, now: datetime) -> list[Health]:
    """All connections, HubSpot's first, with what is used of their limits."""
    found = list(Connection.objects.order_by("side", "pk"))
    used = usage.of_all(found, now=now)
    return [Health(connection, used[connection.pk]) for connection in found]


def is_running(pair: AccountPair, *, now: datetime) -> bool:
    """Whether a worker holds the pair; a run that a crash left behind does not count."""
    return bool(pair.lease_owner) and pair.lease_until is not None and pair.lease_until > now


def last_runs(pairs: Sequence[AccountPair]) -> Mapping[int, SyncRun]:
    """The latest run of each pair, by pair."""
    latest = (
        SyncRun.objects.filter(pair__in=pairs)
        .values("pair")
        .annotate(last=Max("pk"))
        .values("last")
    )
    return {run.pair_id: run for run in SyncRun.objects.filter(pk__in=latest)}


def usage_by_day(connection: Connection, *, now: datetime, days: int) -> list[tuple[datetime, int]]:
    """Calls per day of the last days, oldest first; a day without calls is there, too."""
    first = now - timedelta(days=days - 1)
    rows = ApiUsage.objects.filter(connection=connection, day__gte=first.date())
    calls = dict(rows.values_list("day", "calls"))
    moments = [first + timedelta(days=n) for n in range(days)]
    return [(moment, calls.get(moment.date(), 0)) for moment in moments]


def _cards(definitions: Sequence[SyncDefinition], now: datetime) -> list[SyncCard]:
    ids = [definition.pk for definition in definitions]
    totals = counts.of_all(ids, now=now)
    cursors = {
        (cursor.pair_id, cursor.side, cursor.stream): cursor
        for cursor in Cursor.objects.exclude(stream__startswith="sweep:")
    }
    open_states = (Rehearsal.State.REQUESTED, Rehearsal.State.RUNNING)
    rehearsals = {
        rehearsal.definition_id: rehearsal
        for rehearsal in Rehearsal.objects.filter(
            definition__in=ids, state__in=open_states
        ).order_by("pk")
    }
    return [
        SyncCard(
            definition=definition,
            counts=status.as_counts(totals[definition.pk]),
            counted_at=totals[definition.pk].counted_at,
            seconds_left=totals[definition.pk].seconds_left,
            worst=totals[definition.pk].worst,
            for_a_person=totals[definition.pk].for_a_person,
            readings=_readings(definition, cursors),
            read_until=_read_until(definition, cursors),
            rehearsal=rehearsals.get(definition.pk),
        )
        for definition in definitions
    ]


def _readings(
    definition: SyncDefinition, cursors: Mapping[tuple[int, str, str], Cursor]
) -> tuple[Reading, ...]:
    if len(definition.listed) == len(Side):
        return ()
    found = []
    for side in Side:
        stream = definition.object_pair.type(side)
        cursor = cursors.get((definition.pair_id, side.value, stream))
        count = int(cursor.window.get("count", 0)) if cursor else 0
        found.append(Reading(side, side in definition.listed, count))
    return tuple(found)


def _read_until(
    definition: SyncDefinition, cursors: Mapping[tuple[int, str, str], Cursor]
) -> datetime | None:
    positions = []
    for side in Side:
        stream = definition.object_pair.type(side)
        cursor = cursors.get((definition.pair_id, side.value, stream))
        if side not in definition.listed or cursor is None or cursor.position is None:
            return None
        positions.append(cursor.position)
    return min(positions)
