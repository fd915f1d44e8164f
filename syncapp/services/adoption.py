"""A new sync takes over the record links of the one that was deleted before it (S13).

Links of a deleted sync are kept for 30 days (``services/retention.py``). Without them a new sync
would have to match everything anew, and what only a link knew would be lost: pairs whose e-mails
or numbers changed since, what both sides last agreed on, what a person excluded.
"""

from __future__ import annotations

from django.db import transaction

from syncapp.models import (
    Approval,
    IdAlias,
    KeptCounts,
    RecordKey,
    RecordLink,
    RecordLogEntry,
    SyncDefinition,
)

_TAKEN_OVER = (RecordLink, RecordKey, IdAlias, RecordLogEntry, Approval)


def adopt(definition: SyncDefinition) -> int:
    """Take over the links of the last deleted sync of the same object; returns how many.

    Nothing is taken over by a sync that has links of its own.
    """
    former = (
        SyncDefinition.objects.filter(
            pair=definition.pair_id,
            object_type=definition.object_type,
            deleted_at__isnull=False,
            links__isnull=False,
        )
        .order_by("-deleted_at", "-pk")
        .first()
    )
    if former is None or definition.links.exists():
        return 0
    with transaction.atomic():
        KeptCounts.objects.filter(definition=former).delete()
        moved = [
            model._default_manager.filter(definition=former).update(definition=definition)
            for model in _TAKEN_OVER
        ]
    return moved[0]
