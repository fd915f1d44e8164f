"""Reads both sides into the links: full listings, then changes since the cursor.

A page and the cursor that covers it are saved in one transaction, so a cursor says only
"stored on our side". Writes to no vendor; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from syncapp.connectors.base import Page
from syncapp.core.sides import Side
from syncapp.models import Cursor, SyncDefinition
from syncapp.services import associated, counts, parts
from syncapp.services.context import ActiveSync, RunContext

LIST, CHANGES = "list", "changes"
SWEEP = "sweep:"


def ingest(context: RunContext, *, force: bool = False, full: bool = False) -> bool:
    """Read what is due of both sides.

    Args:
        context: The run.
        force: Read the changes now, whatever the cadence says.
        full: List both sides anew and notice what is missing (the sweep).

    Returns:
        Whether everything due was read; False when the slice was spent first.
    """
    for side in Side:
        for sync in context.syncs:
            if not sync.listens(side):
                continue
            if side not in sync.definition.listed:
                if context.may_backfill and not _list(context, sync, side):
                    return False
            elif is_sweep_due(context, side, sync.config.pair.type(side), full=full):
                _sweep(context, sync, side)
        if not _read_changes(context, side, force=force):
            return False
    return associated.follow_changes(context, force=force)


def _cursor(context: RunContext, side: Side, stream: str) -> Cursor:
    known: dict[str, Any] = {"pair": context.pair, "side": side.value, "stream": stream}
    found = Cursor.objects.filter(**known).first()
    if found is None:
        with transaction.atomic():
            context.confirm()
            found, _ = Cursor.objects.get_or_create(**known)
    return found


def _list(context: RunContext, sync: ActiveSync, side: Side) -> bool:
    """Go on with the full listing of one side; True when it is complete."""
    record_type = sync.config.pair.type(side)
    cursor = _cursor(context, side, record_type)
    if cursor.window.get("mode") != LIST:
        cursor.window = {"mode": LIST, "count": 0}
    connector = context.connectors[side]
    while True:
        if context.is_spent:
            return False
        page = connector.list_page(
            record_type,
            fields=sync.config.fields(side),
            after=cursor.window.get("after"),
        )
        context.env.crash("page_fetched")
        window = cursor.window
        window.setdefault("began_at", page.server_time.isoformat())
        window["after"] = page.next
        window["count"] += len(page.records)
        with transaction.atomic():
            context.confirm()
            _observe(context, [sync], side, page)
            if page.next is None:
                _complete(context, sync.definition, side, cursor)
            cursor.save(update_fields=["position", "window", "next_due_at"])
        context.env.crash("page_saved")
        counts.keep_up(context, now_and_then=True)
        if page.next is None:
            return True


def _complete(context: RunContext, definition: SyncDefinition, side: Side, cursor: Cursor) -> None:
    """A listing was read to its end: changes count from when it began."""
    cursor.position = datetime.fromisoformat(cursor.window["began_at"])
    cursor.window = {}
    cursor.next_due_at = _next_poll(context, side)
    name = f"{side.value}_complete"
    setattr(definition, name, True)
    if len(definition.listed) == len(Side):
        definition.listed_at = context.env.clock.now()
    definition.save(update_fields=[name, "listed_at", "updated_at"])
    context.listed.add((side, cursor.stream))


def _read_changes(context: RunContext, side: Side, *, force: bool) -> bool:
    """Read the changes of one side, stream by stream; True when all due windows are done."""
    by_type = {
        sync.config.pair.type(side): sync
        for sync in context.syncs
        if side in sync.definition.listed and sync.listens(side)
    }
    now = context.env.clock.now()
    for stream in context.connectors[side].streams(tuple(by_type)):
        cursors = [_cursor(context, side, record_type) for record_type in stream]
        due = force or any(c.window or not c.next_due_at or c.next_due_at <= now for c in cursors)
        just_listed = all((side, record_type) in context.listed for record_type in stream)
        if not due or just_listed:
            continue
        if not _read_window(context, side, [by_type[t] for t in stream], cursors):
            return False
    return True


def _read_window(
    context: RunContext, side: Side, syncs: Sequence[ActiveSync], cursors: Sequence[Cursor]
) -> bool:
    """Read one window of changes to its end, or as far as the slice allows."""
    overlap = timedelta(seconds=settings.SYNC["OVERLAP_SECONDS"])
    types = [sync.config.pair.type(side) for sync in syncs]
    window = dict(cursors[0].window) if cursors[0].window.get("mode") == CHANGES else {}
    # A place among other types is none: a sync was switched on or off meanwhile.
    if window.get("types") != types:
        positions = [c.position for c in cursors if c.position is not None]
        since = (min(positions) - overlap).isoformat()
        window = {"mode": CHANGES, "since": since, "types": types}
    fields = {sync.config.pair.type(side): sync.config.fields(side) for sync in syncs}
    while True:
        if context.is_spent:
            return False
        page = context.connectors[side].changes_page(
            types,
            since=datetime.fromisoformat(window["since"]),
            fields=fields,
            after=window.get("after"),
        )
        context.env.crash("page_fetched")
        window.setdefault("began_at", page.server_time.isoformat())
        window["after"] = page.next
        with transaction.atomic():
            context.confirm()
            _observe(context, syncs, side, page)
            for cursor in cursors:
                cursor.window = dict(window)
                if page.next is None:
                    cursor.position = datetime.fromisoformat(window["began_at"])
                    cursor.window = {}
                    cursor.next_due_at = _next_poll(context, side)
                cursor.save(update_fields=["position", "window", "next_due_at"])
        context.env.crash("page_saved")
        if page.next is None:
            return True


def is_sweep_due(context: RunContext, side: Side, record_type: str, *, full: bool) -> bool:
    """Whether the regular full comparison of a type is due, or asked for (ENGINE 2.10)."""
    if full:
        return True
    if not context.may_backfill:
        return False
    cursor = _cursor(context, side, f"{SWEEP}{record_type}")
    if cursor.next_due_at is None:
        plan_sweep(context, side, record_type)
        return False
    return cursor.next_due_at <= context.env.clock.now()


def _sweep(context: RunContext, sync: ActiveSync, side: Side) -> None:
    """List a side anew; what is missing from a listing known to be complete is looked up."""
    connector = context.connectors[side]
    record_type = sync.config.pair.type(side)
    fields = sync.config.fields(side)
    listed: set[str] = set()
    after: str | None = None
    while True:
        page = connector.list_page(record_type, fields=fields, after=after)
        listed |= parts.ids_in(sync, side, page.records)
        with transaction.atomic():
            context.confirm()
            _observe(context, [sync], side, page)
        after = page.next
        if after is None:
            break
    column = f"{side.value}_id"
    known = sync.definition.links.filter(
        **{f"{column}__isnull": False, f"{side.value}_gone": ""}
    ).values_list(column, flat=True)
    missing = sorted(set(known) - listed)
    if missing:
        look_up(context, sync, side, missing)
    plan_sweep(context, side, record_type)


def plan_sweep(context: RunContext, side: Side, record_type: str) -> None:
    """Note when the next full comparison of a type is due, as the owner of the pair."""
    cursor = _cursor(context, side, f"{SWEEP}{record_type}")
    cursor.next_due_at = context.env.clock.now() + timedelta(seconds=settings.SYNC["SWEEP_SECONDS"])
    with transaction.atomic():
        context.confirm()
        cursor.save(update_fields=["next_due_at"])


def look_up(context: RunContext, sync: ActiveSync, side: Side, ids: Sequence[str]) -> None:
    """Read records by id now; those that are not there any more are marked gone."""
    wholes = list(dict.fromkeys(parts.whole_of(one) for one in ids))
    records = context.connectors[side].read(
        sync.config.pair.type(side), wholes, fields=sync.config.fields(side)
    )
    answered = {i for record in records for i in (record.ref.id, *record.absorbed_ids)}
    absent = [i for i in ids if parts.whole_of(i) not in answered]
    with transaction.atomic():
        context.confirm()
        parts.observe(context, sync, side, records)
        if absent:
            parts.mark_gone(context, sync, side, absent)


def _observe(context: RunContext, syncs: Sequence[ActiveSync], side: Side, page: Page) -> None:
    for sync in syncs:
        record_type = sync.config.pair.type(side)
        records = [record for record in page.records if record.ref.type == record_type]
        parts.observe(context, sync, side, records)
        context.counters.read += len(records)


def _cadence(side: Side) -> int:
    return settings.SYNC[f"{side.name}_POLL_SECONDS"]


def _next_poll(context: RunContext, side: Side) -> datetime:
    return context.env.clock.now() + timedelta(seconds=_cadence(side))
