"""What waits for a person: failing records, the most money first; and syncs that stand still.

Knows the order. Must not know words or pages, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from syncapp.core.reasons import State
from syncapp.models import AccountPair, Connection, RecordLink, SyncDefinition, SyncRun
from syncapp.services.overview import PairOverview, SyncCard

#: A change reaches the other side within ten minutes (S12); after this a sync is called stalled.
STALLED_AFTER = timedelta(minutes=15)
SHOWN = 10
#: Held as one by the brake, which is told once and not a thousand times.
HELD = "brake"
#: Objects whose records are no documents.
NO_MONEY = frozenset({"contacts", "products"})
_LARGE = ("hubspot_seen", "quickbooks_seen", "base", "refused", "emptied", "told")


@dataclass(frozen=True, slots=True)
class Stalled:
    """A sync that is on and has not been read for too long."""

    definition: SyncDefinition
    read_until: datetime | None
    last_run: SyncRun | None


@dataclass(frozen=True, slots=True)
class Attention:
    """What one account pair asks of people."""

    lapsed: tuple[Connection, ...]
    stalled: tuple[Stalled, ...]
    held: tuple[SyncDefinition, ...]
    records: tuple[RecordLink, ...]
    failing: int

    @property
    def is_empty(self) -> bool:
        """Whether nobody is needed."""
        return not (self.lapsed or self.stalled or self.held or self.failing)


def of_pair(seen: PairOverview, *, now: datetime, with_records: bool = True) -> Attention:
    """What a pair asks of people; at most three queries, each answered by an index."""
    on = [card for card in seen.cards if card.definition.enabled]
    failing = sum(card.counts.failing for card in on)
    bad = [card.definition for card in on if card.counts.failing]
    ids = [definition.pk for definition in bad]
    has_money = any(definition.object_type not in NO_MONEY for definition in bad)
    sides = (seen.pair.hubspot, seen.pair.quickbooks)
    return Attention(
        lapsed=tuple(one for one in sides if one.status == Connection.Status.RECONNECT),
        stalled=tuple(_stalled(seen, on, now)),
        held=tuple(card.definition for card in on if card.definition.held_at is not None),
        records=tuple(records(ids, has_money=has_money)) if ids and with_records else (),
        failing=failing,
    )


def records(ids: Sequence[int], *, has_money: bool = True, limit: int = SHOWN) -> list[RecordLink]:
    """Failing records of some syncs; ``has_money`` says that any of them may have an amount.

    First the documents whose worth nobody knows, then by worth in the home currency, then what
    has no money; the oldest document first among equals.
    """
    failing = (
        RecordLink.objects.filter(definition__in=ids, state=State.FAILING.value)
        .exclude(code=HELD)
        .select_related("definition__pair__quickbooks", "definition__host")
        .defer(*_LARGE)
    )
    found: list[RecordLink] = []
    for part in _tiers(failing, has_money=has_money):
        if len(found) < limit:
            found += part[: limit - len(found)]
    return found


def _tiers(failing: QuerySet[RecordLink], *, has_money: bool) -> Iterator[QuerySet[RecordLink]]:
    if has_money:
        money = failing.filter(amount__isnull=False)
        oldest = (F("document_date").asc(), F("id").asc())
        yield money.filter(home_amount__isnull=True).order_by(*oldest)
        yield money.filter(home_amount__isnull=False).order_by(F("home_amount").desc(), *oldest)
    yield failing.filter(amount__isnull=True).order_by("failing_since", "id")


def _stalled(seen: PairOverview, on: Sequence[SyncCard], now: datetime) -> Iterator[Stalled]:
    if seen.pair.state != AccountPair.State.ACTIVE or seen.is_running:
        return
    for card in on:
        if card.definition.host_id is not None or card.readings:
            continue  # told with its host; a first listing may take long
        since = card.read_until
        if since is None or since < now - STALLED_AFTER:
            yield Stalled(card.definition, since, seen.last_run)
