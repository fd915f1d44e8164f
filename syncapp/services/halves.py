"""Joins two half links of one record: one takes over, the other is let go.

Knows what a half link holds. Must not know why the two belong together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.models import Approval, PendingWrite, RecordLink, RecordLogEntry
from syncapp.services import store


def absorb(link: RecordLink, rival: RecordLink) -> None:
    """Take over what a half link knows of its side; neither is saved here."""
    for side in Side:
        if rival.id_on(side) is not None:
            for name in ("id", "version", "seen", "gone"):
                store.put(link, name, side, store.get(rival, name, side))


def unite(config: SyncConfig, link: RecordLink, rival: RecordLink, *, now: datetime) -> None:
    """Make one link of two half links, to be planned; neither is saved here."""
    absorb(link, rival)
    link.origin = store.origin_of(config, link)
    link.revision += 1
    link.next_at = link.updated_at = now
    store.name_it(config, link)


def let_go(absorbed: Mapping[int, RecordLink]) -> None:
    """Delete half links that were absorbed: ``{their pk: the link that has their log now}``."""
    if not absorbed:
        return
    for rows, names in (
        (RecordLogEntry.objects, "link"),
        (PendingWrite.objects, "link"),
        # What waited for the half, and what is a part of it, goes with its heir.
        (RecordLink.objects, "blocked_on"),
        (RecordLink.objects, "parent"),
    ):
        moved = rows.filter(**{f"{names}__in": absorbed}).values_list(f"{names}_id", flat=True)
        for pk in set(moved):
            rows.filter(**{names: pk}).update(**{names: absorbed[pk]})
    for pk, heir in absorbed.items():
        asked = Approval.objects.filter(link=pk)
        # Another plan is made for the whole record: what was open is not what will be written.
        asked.filter(state__in=Approval.OPEN).update(state=Approval.State.WITHDRAWN)
        asked.update(link=heir)
    RecordLink.objects.filter(pk__in=absorbed).delete()
