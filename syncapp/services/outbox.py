"""Intent before the call, result after it: two short transactions, no HTTP inside either.

A crash leaves an open intent; the next run resolves it by looking (``resolution.py``), never by
sending again blindly. Must not know why a change was planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.db import transaction

from syncapp.connectors.base import Op, Refused, Tie, WriteBatch, WriteItem, WriteResult, Written
from syncapp.core import errors
from syncapp.core.plan import TIES, Change, ChangeOp
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.models import PendingWrite, RecordLink, SyncDefinition
from syncapp.services import overwritten, parts, store
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.intents import quiet_time
from syncapp.services.settlement import Settlement

_Answer: TypeAlias = tuple[tuple[WriteResult, ...], overwritten.History]


@dataclass(frozen=True, slots=True)
class Planned:
    """A link together with the one change that is to be written for it."""

    link: RecordLink
    change: Change


@dataclass(frozen=True, slots=True)
class Sending:
    """A batch with the intents it carries, in order."""

    side: Side
    batch: WriteBatch
    intents: tuple[PendingWrite, ...]


def require_permission(definition: SyncDefinition) -> None:
    """Make sure, inside T1, that the sync is still on, unchanged and its pair active (I7).

    Raises:
        SwitchedOff: It is not.
    """
    if not SyncDefinition.objects.filter(
        pk=definition.pk,
        enabled=True,
        deleted_at=None,
        config_version=definition.config_version,
        pair__state="active",
        pair__reviewed_through=definition.pair.reviewed_through,
    ).exists():
        raise errors.SwitchedOff("The sync was switched off, paused or changed meanwhile.")


def save_intents(
    context: RunContext, sync: ActiveSync, side: Side, planned: Sequence[Planned]
) -> Sending | None:
    """T1: note the writes of one batch.

    Returns:
        The batch; None when every link moved since it was planned and is planned again.

    Raises:
        SwitchedOff: The sync may not write any more.
    """
    now = context.env.clock.now()
    op = planned[0].change.op
    batch_id = context.env.ids.new_id()
    single = len(planned) == 1
    with transaction.atomic():
        context.confirm()
        require_permission(sync.definition)
        fresh = dict(
            RecordLink.objects.select_for_update()
            .filter(pk__in=[p.link.pk for p in planned])
            .values_list("pk", "revision")
        )
        intents = [
            _intent(context, sync.config, side, p, number, batch_id=batch_id, single=single)
            for number, p in enumerate(planned)
            if fresh.get(p.link.pk) == p.link.revision
        ]
        for intent in intents:
            intent.first_sent_at = intent.sent_at = now
            intent.due_at = now + quiet_time(side, op)
        PendingWrite.objects.bulk_create(intents)
    context.env.crash("intents_saved")
    if not intents:
        return None
    return Sending(side, as_batch(sync.config, side, intents), tuple(intents))


def as_batch(config: SyncConfig, side: Side, intents: Sequence[PendingWrite]) -> WriteBatch:
    """The batch that carries these intents; sending it again makes the same batch."""
    first = intents[0]
    items = tuple(
        WriteItem(
            key=intent.batch_key,
            values={name: v for name, v in intent.payload.items() if name != TIES},
            record_id=_record_id(intent.link, side),
            version=intent.expected_version,
            current=store.seen(intent.link, side),
            marker=intent.marker,
            ties=tuple(Tie(**tie) for tie in intent.payload.get(TIES, ())),
        )
        for intent in intents
    )
    record_type = config.pair.type(side)
    return WriteBatch(record_type, Op(first.op), items, first.batch_id, single=first.single)


def _record_id(link: RecordLink, side: Side) -> str | None:
    known = link.id_on(side)
    return parts.whole_of(known) if known is not None else None


def settle(
    context: RunContext,
    sync: ActiveSync,
    sending: Sending,
    results: Sequence[WriteResult],
    history: overwritten.History,
) -> None:
    """T2: save what came of a batch: ids, versions, base and record log."""
    by_key = {result.key: result for result in results}
    context.env.crash("answer_received")
    with transaction.atomic():
        context.confirm()
        split = sync.config.pair.split
        created = [
            part
            for result in results
            if isinstance(result, Written)
            for part in split(sending.side, result.record)
        ]
        settlement = Settlement(context, sync, sending.side, sending.intents, created)
        for intent in sending.intents:
            result = by_key.get(intent.batch_key)
            if isinstance(result, Written) and not result.record.ref.is_stand_in:
                settlement.written(intent, result.record, request_id=result.request_id)
            elif isinstance(result, Refused):
                settlement.refused(intent, result.error)
            else:
                lost = errors.OutcomeUnknown("The answer did not mention this record.")
                settlement.refused(intent, lost)
        settlement.save()
        overwritten.note(context, sync, sending.intents, history)
    context.env.crash("answer_saved")


def send(context: RunContext, sync: ActiveSync, sendings: Sequence[Sending]) -> None:
    """Make the calls, a few side by side, and save what came of each.

    Raises:
        RunError: The side cannot be written at all; nothing of the batch was.
        TryLater: The side is throttled or unreachable; nothing of the batch was written.
    """

    def call(sending: Sending) -> _Answer | errors.SyncError:
        if not context.may_send():
            return errors.LeaseLost("This worker stood still for longer than its lease.")
        try:
            results = context.connectors[sending.side].write(sending.batch)
        except errors.SyncError as error:
            return error
        try:
            past = overwritten.read(context, sync, sending.side, sending.intents)
        except errors.SyncError as error:
            return errors.OutcomeUnknown(f"What was overwritten could not be read yet: {error}")
        return results, past

    answers = context.env.pool.map(call, sendings)
    fatal: errors.SyncError | None = None
    for sending, answer in zip(sendings, answers, strict=True):
        if not isinstance(answer, errors.SyncError):
            settle(context, sync, sending, *answer)
            fatal = fatal or _throttled(answer[0])
            continue
        _settle_failure(context, sync, sending, answer)
        if isinstance(answer, errors.RunError | errors.TryLater):
            fatal = fatal or answer
    if fatal is not None:
        raise fatal


def _throttled(answer: Sequence[WriteResult]) -> errors.Throttled | None:
    """The limit that some items of a batch met: it is the account's, so the run ends."""
    for result in answer:
        if isinstance(result, Refused) and isinstance(result.error, errors.Throttled):
            return result.error
    return None


def _settle_failure(
    context: RunContext, sync: ActiveSync, sending: Sending, error: errors.SyncError
) -> None:
    """T2 for a call that failed as a whole."""
    nothing_written = isinstance(error, errors.RunError | errors.TryLater)
    with transaction.atomic():
        context.confirm()
        settlement = Settlement(context, sync, sending.side, sending.intents)
        for intent in sending.intents:
            if nothing_written or not isinstance(error, errors.RecordError):
                settlement.dropped(intent, str(error))
            else:
                settlement.refused(intent, error)
        settlement.save()


def _intent(
    context: RunContext,
    config: SyncConfig,
    side: Side,
    planned: Planned,
    number: int,
    *,
    batch_id: str,
    single: bool,
) -> PendingWrite:
    link, change = planned.link, planned.change
    marker = ""
    if change.op is ChangeOp.CREATE:
        account = context.pair.connection(side.other).external_id
        # A part is named by its whole and its own id there.
        source_id = str(link.id_on(side.other)).replace("/", ":")
        marker = f"{account}:{config.pair.type(side.other)}:{source_id}"
        if side is Side.QUICKBOOKS:  # it stands in a note that people read
            marker = f"HS:{marker}"
    return PendingWrite(
        pair=context.pair,
        link=link,
        side=side.value,
        record_type=config.pair.type(side),
        op=change.op.value,
        payload=change.values,
        changes=[
            {
                "field": f.field,
                "before": f.before,
                "after": f.after,
                "mapping": f.mapping,
                "source": f.source,
                "conflict": f.conflict,
            }
            for f in change.fields
        ],
        marker=marker,
        expected_version=str(store.get(link, "version", side)),
        batch_id=batch_id,
        batch_key=str(number),
        single=single,
        lease_epoch=context.lease.epoch,
        run=context.run,
    )
