"""What was read goes onto the links of a sync, cut into the parts it is kept as.

Most records are kept whole. An invoice's lines and a payment's allocations are links of their
own: their ids are the whole's id, a slash and their own. One that is not in its whole any more is
gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from syncapp.core.records import Record
from syncapp.core.sides import Side
from syncapp.services import store
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext

CHUNK = 200


def whole_of(record_id: str) -> str:
    """The id of the record a link's id belongs to."""
    return record_id.partition("/")[0]


def observe(context: RunContext, sync: ActiveSync, side: Side, records: Iterable[Record]) -> int:
    """Take records of one type into the links of a sync and of those that it hosts.

    Runs inside the caller's transaction.

    Returns:
        How many links of the sync itself are new or have changed.
    """
    told = list(records)
    changed = _observe(context, sync, side, told)
    host = context.sync_of(sync.config.pair.host) if sync.config.pair.host else None
    if host is not None and side is Side.QUICKBOOKS:
        _adopt_payments(host, sync, told)
    for fed in _fed_by(context, sync, side):
        _observe(context, fed, side, told)
        if fed.config.pair.fed_by == fed.config.pair.host:
            _adopt(sync, fed, side, told)
    return changed


def mark_gone(context: RunContext, sync: ActiveSync, side: Side, ids: Sequence[str]) -> None:
    """Records with these ids are not there any more, nor what they were made of.

    Runs inside the caller's transaction.
    """
    _mark_gone(context, sync, side, ids, "deleted")
    for fed in _fed_by(context, sync, side):
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            of_them = Q(**{f"{side.value}_id__in": chunk})
            for one in chunk:
                of_them |= Q(**{f"{side.value}_id__startswith": f"{one}/"})
            known = fed.definition.links.filter(of_them).values_list(f"{side.value}_id", flat=True)
            _mark_gone(context, fed, side, list(known), "deleted")


def ids_in(sync: ActiveSync, side: Side, records: Iterable[Record]) -> set[str]:
    """The ids under which records are kept."""
    split = sync.config.pair.split
    return {part.ref.id for record in records for part in split(side, record)}


def _fed_by(context: RunContext, sync: ActiveSync, side: Side) -> list[ActiveSync]:
    pair = sync.config.pair
    return [
        one
        for one in context.syncs
        if one.config.pair.fed_by == pair.name and one.config.pair.type(side) == pair.type(side)
    ]


def _observe(context: RunContext, sync: ActiveSync, side: Side, records: Sequence[Record]) -> int:
    split = sync.config.pair.split
    cut = [(record, split(side, record)) for record in records]
    changed = store.observe(
        definition=sync.definition,
        config=sync.config,
        side=side,
        records=[part for _, parts in cut for part in parts],
        now=context.env.clock.now(),
        run=context.run,
    )
    in_parts = [(r, parts) for r, parts in cut if parts != (r,)]
    for start in range(0, len(in_parts), CHUNK):
        _drop_missing(context, sync, side, in_parts[start : start + CHUNK])
    return changed


def _adopt(sync: ActiveSync, fed: ActiveSync, side: Side, records: Sequence[Record]) -> None:
    """Tell new parts which record they are parts of."""
    column = f"{side.value}_id"
    ids = [record.ref.id for record in records]
    for start in range(0, len(ids), CHUNK):
        wholes = sync.definition.links.filter(**{f"{column}__in": ids[start : start + CHUNK]})
        parents = dict(wholes.values_list(column, "pk"))
        of_them = Q()
        for one in parents:
            of_them |= Q(**{f"{column}__startswith": f"{one}/"})
        if not of_them:
            continue
        orphans = list(fed.definition.links.filter(of_them, parent=None))
        for orphan in orphans:
            orphan.parent_id = parents[whole_of(str(orphan.id_on(side)))]
        save_changed(orphans, ["parent"])


def _adopt_payments(host: ActiveSync, sync: ActiveSync, records: Sequence[Record]) -> None:
    """Tell new allocations which invoice they pay: it is the second part of their id."""
    side = Side.QUICKBOOKS
    ids = sorted(ids_in(sync, side, records))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        orphans = list(sync.definition.links.filter(quickbooks_id__in=chunk, parent=None))
        wanted = {str(one.quickbooks_id).partition("/")[2] for one in orphans}
        found = host.definition.links.filter(quickbooks_id__in=wanted)
        parents = dict(found.values_list("quickbooks_id", "pk"))
        for orphan in orphans:
            orphan.parent_id = parents.get(str(orphan.quickbooks_id).partition("/")[2])
        save_changed([one for one in orphans if one.parent_id is not None], ["parent"])


def _drop_missing(
    context: RunContext,
    sync: ActiveSync,
    side: Side,
    cut: Sequence[tuple[Record, tuple[Record, ...]]],
) -> None:
    column = f"{side.value}_id"
    of_them = Q()
    for record, _ in cut:
        of_them |= Q(**{f"{column}__startswith": f"{record.ref.id}/"})
    known = sync.definition.links.filter(of_them, **{f"{side.value}_gone": ""})
    present = {part.ref.id for _, parts in cut for part in parts}
    how = {record.ref.id: record.gone or "removed" for record, _ in cut}
    missing: dict[str, list[str]] = {}
    for one in known.values_list(column, flat=True):
        if one not in present:
            missing.setdefault(how[whole_of(one)], []).append(one)
    for reason, ids in sorted(missing.items()):
        _mark_gone(context, sync, side, ids, reason)


def _mark_gone(
    context: RunContext, sync: ActiveSync, side: Side, ids: Sequence[str], how: str
) -> None:
    store.mark_gone(
        definition=sync.definition,
        side=side,
        ids=ids,
        how=how,
        now=context.env.clock.now(),
        run=context.run,
    )
