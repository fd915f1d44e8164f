"""Settles writes whose outcome is unknown, by looking (ENGINE 2.6).

A write is unknown when its answer was lost, or when the process died between the intent and the
result. It is looked up once its quiet time has passed; only what is certainly not there is sent
again, under the request id it was first sent with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from syncapp.core.plan import ChangeOp
from syncapp.core.records import Record
from syncapp.core.schema import Kind
from syncapp.core.sides import Side
from syncapp.core.values import canonical, name_key
from syncapp.models import PendingWrite
from syncapp.services import ingest, outbox, overwritten, parts, planning
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.intents import (
    CLOCK_TOLERANCE,
    digest,
    digest_of,
    planned_changes,
    quiet_time,
)
from syncapp.services.recognition import is_alike
from syncapp.services.settlement import Settlement


def resolve_open(context: RunContext) -> None:
    """Look up every open write that is due and was not sent under this lease."""
    groups: dict[tuple[int, str, str, str], list[PendingWrite]] = defaultdict(list)
    for intent in _due(context):
        key = (intent.link.definition_id, intent.side, intent.op, intent.batch_id)
        groups[key].append(intent)
    syncs = {sync.definition.pk: sync for sync in context.syncs}
    for (definition_id, side, op, _), intents in sorted(groups.items()):
        sync = syncs.get(definition_id)
        if sync is None or context.is_spent:
            continue
        if op == ChangeOp.CREATE:
            _resolve_creates(context, sync, Side(side), intents)
        else:
            _resolve_updates(context, sync, Side(side), intents)


def _due(context: RunContext) -> list[PendingWrite]:
    now = context.env.clock.now()
    open_writes = (
        PendingWrite.objects.filter(pair=context.pair, state__in=PendingWrite.OPEN, due_at__lte=now)
        .exclude(state=PendingWrite.State.SENT, lease_epoch=context.lease.epoch)
        .select_related("link")
        .order_by("batch_id", "id")
    )
    return list(open_writes)


def _resolve_creates(
    context: RunContext, sync: ActiveSync, side: Side, intents: Sequence[PendingWrite]
) -> None:
    found = _find_created(context, sync, side, intents)
    context.env.crash("looked_up")
    missing = [intent for intent in intents if intent.pk not in found]
    with transaction.atomic():
        context.confirm()
        settlement = Settlement(context, sync, side, intents, found.values())
        for intent in intents:
            if intent.pk in found:
                settlement.written(intent, found[intent.pk], confirmed=True)
        settlement.save()
        _let_go_on(context, sync)
    if missing:
        context.missing.append((sync, side, [intent.pk for intent in missing]))


def send_missing(context: RunContext) -> None:
    """Send creates that are certainly not there once more, if they would still be made so.

    Called when both sides were read: settings, record or filter may have changed since, and
    somebody may have entered the same person on the other side.

    Raises:
        SwitchedOff: The sync may not write any more; they stay open.
    """
    for sync, side, pks in context.missing:
        intents = list(
            PendingWrite.objects.filter(pk__in=pks, state__in=PendingWrite.OPEN)
            .select_related("link")
            .order_by("id")
        )
        links = [intent.link for intent in intents]
        plans = dict(planning.plan_as_if_settled(context, sync, links))
        wanted = [
            intent
            for intent in intents
            if any(
                change.side is side and digest(change) == digest_of(intent)
                for change in plans[intent.link].changes
            )
        ]
        with transaction.atomic():
            context.confirm()
            outdated = [intent for intent in intents if intent not in wanted]
            settlement = Settlement(context, sync, side, outdated)
            for intent in outdated:
                settlement.dropped(intent, "It had not arrived; planned again.")
            settlement.save()
            _let_go_on(context, sync)
        if wanted:
            _send_again(context, sync, side, wanted)


def _let_go_on(context: RunContext, sync: ActiveSync) -> None:
    """Plan again who waited for the outcome of a create; who still has to is told so again."""
    waiting = sync.definition.links.filter(code="open_create")
    waiting.update(next_at=context.env.clock.now())


def _find_created(
    context: RunContext, sync: ActiveSync, side: Side, intents: Sequence[PendingWrite]
) -> dict[int, Record]:
    """The records that unknown creates made, by intent.

    HubSpot is asked for the marker. QuickBooks' lists carry none: the unique name is asked for,
    and the record is ours when it was created after the write was first sent.
    """
    connector = context.connectors[side]
    field = connector.marker_field or sync.config.pair.unique_name
    if field is None:
        return _find_marked(context, sync, side, intents)
    wanted = {
        intent.pk: intent.marker if connector.marker_field else str(intent.payload.get(field, ""))
        for intent in intents
    }
    fields = sorted({*sync.config.fields(side), field})
    records = connector.find(
        sync.config.pair.type(side),
        field=field,
        values=sorted(set(filter(None, wanted.values()))),
        fields=fields,
    )
    by_value = {
        name_key(record.get(field)): record for record in records if not record.ref.is_stand_in
    }
    found = {}
    for intent in intents:
        record = by_value.get(name_key(wanted[intent.pk]))
        if record and (connector.marker_field or _is_ours(intent, record)):
            found[intent.pk] = record
    missing = [intent for intent in intents if intent.pk not in found]
    if missing:
        since = min(intent.first_sent_at for intent in missing) - CLOCK_TOLERANCE
        others = connector.created_since(sync.config.pair.type(side), since, fields=fields)
        found |= _recognised(
            sync, side, missing, others, marker_field=connector.marker_field, taken=found.values()
        )
    return found


def _find_marked(
    context: RunContext, sync: ActiveSync, side: Side, intents: Sequence[PendingWrite]
) -> dict[int, Record]:
    """QuickBooks' transactions have no name: those of that time are read and their memo looked at.

    A memo cannot be asked for (UNCONFIRMED, apis/quickbooks.md 5).
    """
    connector = context.connectors[side]
    since = min(intent.first_sent_at for intent in intents) - CLOCK_TOLERANCE
    records = connector.created_since(sync.config.pair.type(side), since, fields=())
    by_marker = {connector.marker_of(record): record for record in records}
    return {intent.pk: by_marker[intent.marker] for intent in intents if intent.marker in by_marker}


def _recognised(
    sync: ActiveSync,
    side: Side,
    intents: Sequence[PendingWrite],
    records: Sequence[Record],
    *,
    marker_field: str | None,
    taken: Iterable[Record],
) -> dict[int, Record]:
    """Creates that somebody archived, deactivated or renamed before they were looked for.

    A customer bears no marker. One that was made in the time of the create, belongs to no other
    contact and still has most of the values sent is taken for it; making a second one is worse.
    """
    known = sync.definition.links.filter(
        hubspot_id__isnull=False, quickbooks_id__in=[r.ref.id for r in records]
    )
    others = (
        set(known.values_list("quickbooks_id", flat=True)) if side is Side.QUICKBOOKS else set()
    )
    free = {r.ref.id: r for r in records if r.ref.id not in others and not r.ref.is_stand_in}
    for record in taken:
        free.pop(record.ref.id, None)
    found = {}
    for intent in intents:
        matching = [
            record
            for record in free.values()
            if (
                record.get(marker_field) == intent.marker
                if marker_field
                else _is_ours(intent, record)
                and is_alike(sync.config, side, intent.payload, record.values)
            )
        ]
        if matching:
            found[intent.pk] = free.pop(matching[0].ref.id)
    return found


def _is_ours(intent: PendingWrite, record: Record) -> bool:
    created = str(record.get("MetaData.CreateTime") or "")
    try:
        return datetime.fromisoformat(created) >= intent.first_sent_at - CLOCK_TOLERANCE
    except ValueError:
        return False


def _send_again(
    context: RunContext, sync: ActiveSync, side: Side, intents: Sequence[PendingWrite]
) -> None:
    """Send creates that are certainly not there once more, as they were first sent."""
    now = context.env.clock.now()
    with transaction.atomic():
        context.confirm()
        outbox.require_permission(sync.definition)
        for intent in intents:
            intent.state = PendingWrite.State.SENT
            intent.sent_at = now
            intent.due_at = now + quiet_time(side, intent.op)
            intent.lease_epoch = context.lease.epoch
        save_changed(intents, ["state", "sent_at", "due_at", "lease_epoch"])
    context.env.crash("intents_saved")
    batch = outbox.as_batch(sync.config, side, intents)
    outbox.send(context, sync, [outbox.Sending(side, batch, tuple(intents))])
    _let_go_on(context, sync)


def _resolve_updates(
    context: RunContext, sync: ActiveSync, side: Side, intents: Sequence[PendingWrite]
) -> None:
    connector = context.connectors[side]
    record_type = sync.config.pair.type(side)
    ids = [str(intent.link.id_on(side)) for intent in intents]
    records = connector.read(record_type, ids, fields=sync.config.fields(side))
    by_id = {i: record for record in records for i in (record.ref.id, *record.absorbed_ids)}
    fields = sorted({name for intent in intents for name in intent.payload})
    history = connector.history(record_type, ids, fields)
    context.env.crash("looked_up")
    with transaction.atomic():
        context.confirm()
        settlement = Settlement(context, sync, side, intents, records)
        landed = []
        for intent in intents:
            record = by_id.get(str(intent.link.id_on(side)))
            if record is not None and _landed(sync, side, intent, record, history):
                settlement.written(intent, record, confirmed=True)
                landed.append(intent)
            else:
                # A record that moved may have held it for a while; QuickBooks, which is asked at
                # once, may still carry it out.
                moved = record is not None and record.version != intent.expected_version
                settlement.dropped(
                    intent,
                    "It had not arrived; planned again.",
                    keep_conflicts=moved or side is Side.QUICKBOOKS,
                )
        settlement.save()
        if side is Side.HUBSPOT:
            overwritten.note(context, sync, landed, history)
    with transaction.atomic():
        context.confirm()
        parts.observe(context, sync, side, records)
    absent = [i for i in ids if i not in by_id]
    if absent:
        ingest.look_up(context, sync, side, absent)


def _landed(
    sync: ActiveSync,
    side: Side,
    intent: PendingWrite,
    record: Record,
    history: overwritten.History,
) -> bool:
    """Whether an update certainly arrived: every value sent is there, or stood there since.

    A side without a history tells of it by the values themselves: one that was sent stands there
    and none of those before does; the others may have been edited since.
    """
    if intent.op != ChangeOp.UPDATE:
        return False  # what it did, if it did, is seen by reading
    kinds = {m.field(side): m.kind for m in sync.config.mappings}
    kinds |= {name: Kind.TEXT for name in intent.payload if name not in kinds}
    past = history.get(record.ref.id, {})
    if not history and record.version != intent.expected_version:
        moved = [
            (canonical(c.before, kinds[c.field]), canonical(c.after, kinds[c.field]), c.field)
            for c in planned_changes(intent)
        ]
        held = {name: canonical(record.get(name), kinds[name]) for _, _, name in moved}
        arrived = [held[name] == after != before for before, after, name in moved]
        stayed = [held[name] == before != after for before, after, name in moved]
        return any(arrived) and not any(stayed)
    for name, sent in intent.payload.items():
        kind = kinds[name]
        wanted = canonical(sent, kind)
        if canonical(record.get(name), kind) == wanted:
            continue
        if not any(
            canonical(value.value, kind) == wanted and overwritten.is_since(value, intent)
            for value in past.get(name, ())
        ):
            return False
    return True
