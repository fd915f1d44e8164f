"""What waits for a person: records, the most money first; and syncs that stand still.

Knows the order. Must not know words or pages, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F, QuerySet

from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection, RecordLink, SyncDefinition, SyncRun
from syncapp.services import portal
from syncapp.services.counts import WAIT_FOR_A_PERSON
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
    """What one account pair asks of people.

    Attributes:
        held: Syncs whose unusual run waits for a confirmation.
        records: The most urgent of those that fail, or wait for a person.
        failing: How many fail.
        asking: How many wait for a person, and go on when that one says so.
        short_of_scopes: Connections whose consent did not grant everything, with what it lacks.
    """

    lapsed: tuple[Connection, ...]
    stalled: tuple[Stalled, ...]
    held: tuple[SyncDefinition, ...]
    records: tuple[RecordLink, ...]
    failing: int
    asking: int = 0
    short_of_scopes: tuple[tuple[Connection, tuple[str, ...]], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is needed."""
        waits = self.lapsed or self.short_of_scopes or self.stalled or self.held
        return not (waits or self.failing or self.asking)


def of_pair(seen: PairOverview, *, now: datetime, with_records: bool = True) -> Attention:
    """What a pair asks of people; a few queries, each answered by an index."""
    on = [card for card in seen.cards if card.definition.enabled]
    failing = sum(card.counts.failing for card in on)
    asking = sum(card.for_a_person for card in on)
    bad = [card.definition for card in on if card.counts.failing or card.for_a_person]
    ids = [definition.pk for definition in bad]
    has_money = any(definition.object_type not in NO_MONEY for definition in bad)
    sides = (seen.pair.hubspot, seen.pair.quickbooks)
    return Attention(
        lapsed=tuple(one for one in sides if one.status == Connection.Status.RECONNECT),
        stalled=tuple(_stalled(seen, on, now)),
        held=tuple(card.definition for card in on if card.definition.held_at is not None),
        records=tuple(records(ids, has_money=has_money, is_asked=bool(asking)))
        if ids and with_records
        else (),
        failing=failing,
        asking=asking,
        short_of_scopes=tuple(
            (one, lacking)
            for one in sides
            if one.status == Connection.Status.CONNECTED
            and (lacking := portal.missing_scopes(Side(one.side), one.scopes))
        ),
    )


def records(
    ids: Sequence[int], *, has_money: bool = True, is_asked: bool = True, limit: int = SHOWN
) -> list[RecordLink]:
    """The records of some syncs that fail or wait for a person.

    First the documents whose worth nobody knows, then by worth in the home currency, then what
    has no money; the oldest document first among equals.

    Args:
        ids: The syncs.
        has_money: Whether any of their records may have an amount.
        is_asked: Whether any of them waits for a person.
        limit: How many at most.
    """
    links = (
        RecordLink.objects.filter(definition__in=ids)
        .select_related("definition__pair__quickbooks", "definition__host")
        .defer(*_LARGE)
    )
    failing = links.filter(state=State.FAILING.value).exclude(code=HELD)
    found: list[RecordLink] = []
    if has_money:
        found += _by_urgency(failing.filter(amount__isnull=False))[:limit]
    if len(found) < limit:
        plain = failing.filter(amount__isnull=True).order_by("failing_since", "id")
        found += plain[: limit - len(found)]
    if is_asked:
        asked = links.filter(state=State.WAITING.value, code__in=WAIT_FOR_A_PERSON)
        found = sorted([*found, *_by_urgency(asked)[:limit]], key=_urgency)
    return found[:limit]


def _urgency(link: RecordLink) -> tuple[int, Decimal, date, int]:
    """The same order for what comes from several queries; what has no money comes last."""
    tier = 2 if link.amount is None else int(link.home_amount is not None)
    return tier, -(link.home_amount or Decimal(0)), link.document_date or date.max, link.pk


def _by_urgency(links: QuerySet[RecordLink]) -> QuerySet[RecordLink]:
    """Documents first without a rate, then by worth, the oldest first among equals."""
    return links.order_by(
        F("home_amount").desc(nulls_first=True), F("document_date").asc(), F("id").asc()
    )


def _stalled(seen: PairOverview, on: Sequence[SyncCard], now: datetime) -> Iterator[Stalled]:
    if seen.pair.state != AccountPair.State.ACTIVE or seen.is_running:
        return
    for card in on:
        if card.definition.host_id is not None or card.readings:
            continue  # told with its host; a first listing may take long
        since = card.read_until
        if since is None or since < now - STALLED_AFTER:
            yield Stalled(card.definition, since, seen.last_run)
