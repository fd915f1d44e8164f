"""What a sync has not finished: open writes, and what waits; told before it is stopped.

Reads only. Must not know words or pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, Sum

from syncapp.core.pairs import HIDDEN
from syncapp.core.reasons import State
from syncapp.models import PendingWrite, RecordLink, SyncDefinition

SHOWN = 5


@dataclass(frozen=True, slots=True)
class OpenWork:
    """The unfinished work of a sync and of those that go along with it.

    Attributes:
        writes: The first of the writes whose answer has not arrived.
        waiting_money: ``{currency: amount}`` of the records on their way.
        total: All records known.
    """

    writes: tuple[PendingWrite, ...] = ()
    write_count: int = 0
    waiting: int = 0
    waiting_money: Mapping[str, Decimal] = field(default_factory=dict)
    total: int = 0


def of(definition: SyncDefinition) -> OpenWork:
    """What a sync has not finished."""
    mine = Q(definition=definition) | Q(definition__host=definition)
    links = RecordLink.objects.filter(mine, definition__deleted_at=None)
    writes = PendingWrite.objects.filter(
        link__in=links.values("pk"), pair=definition.pair_id, state__in=PendingWrite.OPEN
    )
    shown = links.exclude(definition__object_type__in=HIDDEN)
    waiting = shown.filter(state=State.WAITING.value).order_by()
    rows = list(waiting.values("currency").annotate(n=Count("pk"), sum=Sum("amount")))
    return OpenWork(
        writes=tuple(writes.select_related("link").order_by("pk")[:SHOWN]),
        write_count=writes.count(),
        waiting=sum(row["n"] for row in rows),
        waiting_money={row["currency"]: row["sum"] for row in rows if row["sum"]},
        total=shown.count(),
    )
