"""Reads what HubSpot holds right before it is written: HubSpot knows no conditional write.

Must not know how a write is sent, nor why it was planned.
"""

from __future__ import annotations

from django.db import transaction

from syncapp.core import errors
from syncapp.core.plan import ChangeOp
from syncapp.core.sides import Side
from syncapp.models import RecordLink
from syncapp.services import ingest, parts
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.outbox import Planned


def look_before(
    context: RunContext, sync: ActiveSync, side: Side, op: ChangeOp, batch: list[Planned]
) -> list[Planned]:
    """Read what HubSpot holds right before writing it: it knows no conditional write.

    Returns:
        The part of the batch that still fits; the rest was observed and is planned again.
    """
    if side is not Side.HUBSPOT or not sync.listens(side):
        return batch  # QuickBooks compares versions itself; nobody edits parts of a mirror
    if op not in {ChangeOp.CREATE, ChangeOp.UPDATE}:
        return batch
    connector = context.connectors[side]
    record_type = sync.config.pair.type(side)
    fields = sync.config.fields(side)
    if op is ChangeOp.UPDATE:
        ids = [str(p.link.id_on(side)) for p in batch]
        records = connector.read(record_type, ids, fields=fields)
        answered = {i for r in records for i in (r.ref.id, *r.absorbed_ids)}
        absent = [i for i in ids if i not in answered]
        if absent:
            ingest.look_up(context, sync, side, absent)
    else:
        news = [p for p in batch if p.link.pk not in context.looked_up]
        context.looked_up |= {p.link.pk for p in news}
        keys = {key for p in news for key in sync.config.pair.match_keys(side, p.change.values)[:1]}
        if not keys or side not in sync.config.pair.unique_fields:
            return batch
        unique = sync.config.pair.unique_fields[side]
        try:
            records = connector.find(record_type, field=unique, values=sorted(keys), fields=fields)
        except (errors.ConfigurationInvalid, errors.RecordRejected):
            if sync.config.pair.is_surely_unique:
                raise
            return batch
    with transaction.atomic():
        context.confirm()
        changed = parts.observe(context, sync, side, records)
    if not changed and op is ChangeOp.UPDATE:
        return batch
    if op is ChangeOp.CREATE:
        return _without_found(
            sync,
            side,
            batch,
            {k for r in records for k in sync.config.pair.match_keys(side, r.values)},
        )
    fresh = dict(
        RecordLink.objects.filter(pk__in=[p.link.pk for p in batch]).values_list("pk", "revision")
    )
    return [p for p in batch if fresh.get(p.link.pk) == p.link.revision]


def _without_found(
    sync: ActiveSync, side: Side, batch: list[Planned], found: set[str]
) -> list[Planned]:
    """Leave out creates whose key turned out to be taken; they stay due and are matched."""
    return [
        p for p in batch if not found & set(sync.config.pair.match_keys(side, p.change.values)[:1])
    ]
