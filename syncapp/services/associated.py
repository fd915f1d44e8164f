"""Brings in the associated records that a sync's filters read, and notices when they change.

They are kept with the record they belong to, as a list of values per type (``core/filters.py``).
Only HubSpot has associations that are asked for. Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias, cast

from django.conf import settings
from django.db import transaction

from syncapp.connectors.base import AssociatingConnector
from syncapp.core.filters import Filter, stored_as
from syncapp.core.planner import SyncConfig
from syncapp.core.records import Record
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.models import Cursor, RecordLink
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext

SIDE = Side.HUBSPOT
READ_CHUNK = 100
STREAM = "associated:"
#: ``{id of a record: the associated records of it that changed}``
Changes: TypeAlias = Mapping[str, Sequence[Record]]


def read_by(config: SyncConfig) -> Mapping[str, tuple[str, ...]]:
    """``{type: fields}`` of the associated records whose values decide what is sent."""
    if not config.direction.allows(SIDE.other):
        return {}
    return config.filters.get(SIDE, Filter()).associated


def load(context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]) -> list[RecordLink]:
    """Read the associated records of links that are about to be planned; once in a run.

    What changes while the run goes on is seen by ``follow_changes`` in the next one.
    """
    needing = [
        link
        for link in links
        if link.hubspot_id is not None
        and not link.hubspot_gone
        and link.pk not in context.associated
    ]
    changed = _read(context, sync, needing)
    with transaction.atomic():
        context.confirm()
        save_changed(changed, ["hubspot_seen"])
    return list(links)


def _read(context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]) -> list[RecordLink]:
    """Give links what their associated records hold now; returns those where that is news."""
    wanted = read_by(sync.config)
    if not wanted or not links:
        return []
    connector = cast("AssociatingConnector", context.connectors[SIDE])
    by_id = {str(link.hubspot_id): link for link in links}
    found = read(connector, sync.config.pair.type(SIDE), wanted, list(by_id))
    changed = []
    for record_id, link in by_id.items():
        seen = link.hubspot_seen or {}
        if any(seen.get(name) != ones for name, ones in found[record_id].items()):
            link.hubspot_seen = {**seen, **found[record_id]}
            changed.append(link)
    context.associated |= {link.pk for link in links}
    return changed


def read(
    connector: AssociatingConnector,
    own_type: str,
    wanted: Mapping[str, tuple[str, ...]],
    ids: Sequence[str],
) -> dict[str, dict[str, Value]]:
    """``{id: {stored name: values of each associated record}}`` of some records."""
    found: dict[str, dict[str, Value]] = {record_id: {} for record_id in ids}
    for record_type, fields in wanted.items():
        ties = connector.ties(own_type, ids, record_type)
        mine = {one: dict.fromkeys(tie.id for tie in ties.get(one, ())) for one in ids}
        others = {other for all_ in mine.values() for other in all_}
        values = _values(connector, record_type, fields, others)
        for record_id, partners in mine.items():
            ones = [values[one] for one in partners if one in values]
            found[record_id][stored_as(record_type)] = ones
    return found


def _values(
    connector: AssociatingConnector, record_type: str, fields: Sequence[str], ids: set[str]
) -> dict[str, dict[str, Value]]:
    """``{id: values}`` of the living ones."""
    found: dict[str, dict[str, Value]] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), READ_CHUNK):
        part = ordered[start : start + READ_CHUNK]
        for record in connector.read(record_type, part, fields=fields):
            if not record.gone:
                found[record.ref.id] = {name: record.get(name) for name in fields}
    return found


def follow_changes(context: RunContext, *, force: bool) -> bool:
    """Plan again the records whose associated records changed; False when the slice is spent."""
    for sync in context.syncs:
        if SIDE not in sync.definition.listed:
            continue

        def read_again(
            links: Sequence[RecordLink], _: Changes, sync: ActiveSync = sync
        ) -> list[RecordLink]:
            return _read(context, sync, links)

        for record_type in read_by(sync.config):
            if not follow(context, sync, record_type, (), read_again, force=force):
                return False
    return True


def follow(
    context: RunContext,
    sync: ActiveSync,
    record_type: str,
    fields: Sequence[str],
    take: Callable[[Sequence[RecordLink], Changes], list[RecordLink]],
    *,
    force: bool,
) -> bool:
    """Read one window of changes of a type of associated records.

    Args:
        context: The run.
        sync: The sync whose records they are associated with.
        record_type: Their type.
        fields: What to read of them.
        take: Notes onto these links what changed, ``{id: its associated records}``; returns those
            to be planned again.
        force: Read now, whatever the cadence says.

    Returns:
        False when the slice is spent.
    """
    stream = f"{STREAM}{sync.definition.object_type}:{record_type}"
    cursor, _ = Cursor.objects.get_or_create(pair=context.pair, side=SIDE.value, stream=stream)
    now = context.env.clock.now()
    if not (force or cursor.window or cursor.next_due_at is None or cursor.next_due_at <= now):
        return True
    window = dict(cursor.window) or {"since": _since(context, sync, cursor).isoformat()}
    connector = cast("AssociatingConnector", context.connectors[SIDE])
    while True:
        if context.is_spent:
            return False
        page = connector.changes_page(
            (record_type,),
            since=datetime.fromisoformat(window["since"]),
            fields={record_type: fields},
            after=window.get("after"),
        )
        records = {record.ref.id: record for record in page.records}
        own_type = sync.config.pair.type(SIDE)
        ties = connector.ties(record_type, list(records), own_type) if records else {}
        changes: defaultdict[str, list[Record]] = defaultdict(list)
        for record_id, partners in ties.items():
            for tie in partners:
                changes[tie.id].append(records[record_id])
        links = sync.definition.links.filter(hubspot_id__in=list(changes), hubspot_gone="")
        changed = take(list(links), changes)
        window.setdefault("began_at", page.server_time.isoformat())
        window["after"] = page.next
        with transaction.atomic():
            context.confirm()
            wake(changed, now)
            cursor.window = window if page.next is not None else {}
            if page.next is None:
                cursor.position = datetime.fromisoformat(window["began_at"])
                cursor.next_due_at = now + timedelta(seconds=settings.SYNC["HUBSPOT_POLL_SECONDS"])
            cursor.save(update_fields=["position", "window", "next_due_at"])
        if page.next is None:
            return True


def _since(context: RunContext, sync: ActiveSync, cursor: Cursor) -> datetime:
    """Where the window begins: what was read with the records themselves is known already."""
    position = cursor.position
    if position is None:
        own = Cursor.objects.filter(
            pair=context.pair, side=SIDE.value, stream=sync.config.pair.type(SIDE)
        ).first()
        position = own.position if own is not None else None
    overlap = timedelta(seconds=settings.SYNC["OVERLAP_SECONDS"])
    return (position or context.env.clock.now()) - overlap


def wake(links: Sequence[RecordLink], now: datetime) -> None:
    """Save what is news, and have it planned, in the transaction that moves the cursor."""
    for link in links:
        link.next_at, link.revision = now, link.revision + 1
    save_changed(links, ["hubspot_seen", "next_at", "revision"])
