"""The brake: a run of unusual volume stops before its first write and waits for a person.

Counts what is due without writing it, holds the sync, and lets it go on once somebody approved:
beforehand through a rehearsal, or afterwards what was held. Must not know what is planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from syncapp.core import brakes
from syncapp.core.brakes import Volume
from syncapp.core.plan import ChangeOp, because
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import (
    AccountPair,
    PendingWrite,
    RecordLink,
    Rehearsal,
    SyncDefinition,
    Trigger,
)
from syncapp.services import counting, counts, outbox, record_log, unreadable
from syncapp.services.config import calendar_of, parse_document, to_document
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.counting import Tally

CODE = "brake"
#: How long an approval counts.
VALID = timedelta(hours=24)
#: What is held is counted again after this time: the cause may be gone.
COUNT_AGAIN = timedelta(minutes=15)
CHUNK = 500


def lets_pass(context: RunContext, sync: ActiveSync, due: QuerySet[RecordLink]) -> bool:
    """Whether a sync may write what is due; asked before its first write of a run.

    Parts of other records follow these: they are not counted. What goes along with other records
    is held together with them, and counted with them.
    """
    definition = sync.definition
    if sync.config.pair.hidden:
        return True
    host = _host(context, sync)
    if host is not None and host.definition.held_at is not None:
        return False
    if definition.held_at is not None and not _looks_again(context, sync):
        return False
    passed: dict[int, Volume] = context.known.setdefault("passed the brake", {})
    before = passed.get(definition.pk, Volume())
    count = due.count()
    ceiling = _first_ceiling(definition)
    is_little = not count or (ceiling is None and count + before.total <= brakes.FEWEST)
    if definition.held_at is None and is_little:
        return True
    tally = count_due(context, sync, due)
    noun = sync.config.pair.nouns[Side.HUBSPOT]
    if ceiling is None:
        found = brakes.unusual(tally.volume + before, known=definition.links.count(), noun=noun)
        found += _count_along(context, sync, tally)
    else:
        since = datetime.fromisoformat(ceiling["at"])
        whole = tally.volume + _written_since(definition, since)
        found = brakes.beyond(whole, Volume.from_json(ceiling), noun=noun)
    if found and not _is_approved(context, sync, tally):
        _hold(context, sync, tally, found)
        return False
    _let_go(context, sync)
    passed[definition.pk] = tally.volume + before
    return True


def _host(context: RunContext, sync: ActiveSync) -> ActiveSync | None:
    host = sync.config.pair.host
    return context.sync_of(host) if host else None


def _count_along(context: RunContext, sync: ActiveSync, tally: Tally) -> tuple[str, ...]:
    """Count what goes along with a sync, as if it were written; returns what is unusual of it."""
    found: tuple[str, ...] = ()
    now = context.env.clock.now()
    for one in context.syncs:
        pair = one.config.pair
        if pair.host != sync.config.pair.name or pair.hidden or not one.definition.enabled:
            continue
        due = one.definition.links.filter(next_at__lte=now).exclude(unreadable.UNREADABLE)
        counted = tally.along[pair.name] = count_due(context, one, due, made=tally.making)
        known = one.definition.links.count()
        found += brakes.unusual(counted.volume, known=known, noun=pair.nouns[Side.QUICKBOOKS])
    return found


def count_due(
    context: RunContext,
    sync: ActiveSync,
    due: QuerySet[RecordLink],
    *,
    made: AbstractSet[int] = frozenset(),
) -> Tally:
    """What the due links would write. As in a rehearsal nothing is written, not even an item.

    Args:
        context: The run.
        sync: The sync.
        due: The links.
        made: Links of its host that are taken for written.
    """
    for related in sync.config.pair.related:  # asked once, for the count and for the writes
        context.known.setdefault(related.name, {})
    looking = replace(context, run=None, known=dict(context.known))
    counting.as_if_made(looking, made)
    tally = Tally()
    last = 0
    while chunk := list(due.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        counting.count(looking, sync, chunk, tally)
    return tally


def approve(definition: SyncDefinition, *, who: str, now: datetime) -> bool:
    """Approve what is held, up to the numbers that were shown; False when nothing is held."""
    with transaction.atomic():
        found = SyncDefinition.objects.select_for_update().get(pk=definition.pk)
        if found.held_at is None:
            return False
        found.approval = {
            **Volume.from_json(found.brake).as_json(),
            "along": found.brake.get("along", {}),
            "who": who,
            "at": now.isoformat(),
            "version": found.config_version,
        }
        found.held_at, found.brake = None, {}
        found.save(update_fields=["approval", "held_at", "brake", "updated_at"])
        _release(found, now)
        AccountPair.objects.filter(pk=found.pair_id).run_next(now)
    definition.refresh_from_db()
    return True


def approve_rehearsal(rehearsal: Rehearsal, *, who: str, now: datetime) -> bool:
    """Approve the numbers of a finished rehearsal; False when it is not finished or too old."""
    if rehearsal.state != Rehearsal.State.FINISHED or not _is_recent(rehearsal.ended_at, now):
        return False
    rehearsal.approved_by, rehearsal.approved_at = who, now
    rehearsal.save(update_fields=["approved_by", "approved_at"])
    return True


def set_ceiling(rehearsal: Rehearsal, *, who: str, now: datetime) -> None:
    """Make a rehearsal's counts the ceiling of the first run with its settings (B1).

    Called when these were put in force; the ceiling falls when everything was looked at once.
    """
    approve_rehearsal(rehearsal, who=who, now=now)
    definition = SyncDefinition.objects.get(pk=rehearsal.definition_id)
    _set_ceiling(definition, rehearsal.result, now)
    along = rehearsal.result.get("along", {})
    for hosted in definition.hosted.filter(object_type__in=along, deleted_at=None):
        _set_ceiling(hosted, along[hosted.object_type], now)


def _set_ceiling(definition: SyncDefinition, told: Mapping[str, Any], now: datetime) -> None:
    definition.settings["first_run"] = {
        **Volume.from_json(told).as_json(),
        "at": now.isoformat(),
        "version": definition.config_version,
    }
    definition.save(update_fields=["settings", "updated_at"])


def end_first_run(sync: ActiveSync) -> None:
    """Everything that was due was planned and sent: from now on only the unusual is held."""
    definition = sync.definition
    if definition.held_at is None and definition.settings.pop("first_run", None) is not None:
        definition.save(update_fields=["settings", "updated_at"])


def _first_ceiling(definition: SyncDefinition) -> dict[str, Any] | None:
    """What the first run with these settings may write at most; None once it is over."""
    told: dict[str, Any] | None = definition.settings.get("first_run")
    return told if told and told["version"] == definition.config_version else None


def held_in(pair: AccountPair, objects: Sequence[str] = ()) -> list[SyncDefinition]:
    """The syncs of a pair that wait for a confirmation: of some objects, or () for all."""
    held = SyncDefinition.objects.filter(
        pair=pair, enabled=True, deleted_at=None, held_at__isnull=False
    )
    if objects:
        held = held.filter(Q(object_type__in=objects) | Q(host__object_type__in=objects))
    return list(held.order_by("pk"))


def as_json(definition: SyncDefinition) -> dict[str, Any]:
    """What is held, for ``--json``."""
    return {"object": definition.object_type, **definition.brake}


def _looks_again(context: RunContext, sync: ActiveSync) -> bool:
    """Whether what is held is counted again: a person asked, or some time has gone by."""
    held_at = sync.definition.held_at
    asked = context.run is None or context.run.trigger != Trigger.SCHEDULE
    return asked or held_at is None or held_at + COUNT_AGAIN <= context.env.clock.now()


def _is_approved(context: RunContext, sync: ActiveSync, tally: Tally) -> bool:
    """Whether somebody approved as much, what was written since included.

    What goes along with other records is approved with those, or by itself.
    """
    host = _host(context, sync)
    own = _approvals(context, sync)
    if any(_fits(context, sync, tally, told, since) for told, since in own):
        return True
    if host is None:
        return False
    name = sync.config.pair.name
    return any(
        _fits(context, sync, tally, told.get("along", {}).get(name, {}), since)
        for told, since in _approvals(context, host)
    )


def _approvals(
    context: RunContext, sync: ActiveSync
) -> Iterator[tuple[Mapping[str, Any], datetime]]:
    """The numbers that hold now, and since when: of what was held, and of a rehearsal."""
    now = context.env.clock.now()
    definition = sync.definition
    approval = definition.approval
    if approval and approval["version"] == sync.config.version:
        at = datetime.fromisoformat(approval["at"])
        if _is_recent(at, now):
            yield approval, at
    found = (
        definition.rehearsals.filter(approved_at__isnull=False, ended_at__gte=now - VALID)
        .order_by("-pk")
        .first()
    )
    if found is not None and _is_in_force(found, sync, now):
        yield found.result, found.approved_at or now


def _is_recent(at: datetime | None, now: datetime) -> bool:
    return at is not None and at + VALID >= now


def _is_in_force(rehearsal: Rehearsal, sync: ActiveSync, now: datetime) -> bool:
    """Whether a rehearsal was made with the settings that are in force."""
    days = calendar_of(sync.definition.pair, now)
    return to_document(parse_document(rehearsal.document, days)) == to_document(sync.config)


def _fits(
    context: RunContext,
    sync: ActiveSync,
    tally: Tally,
    told: Mapping[str, Any],
    since: datetime,
) -> bool:
    """Whether what is to be written, with what goes along, stays below a ceiling."""
    if not _stays_below(sync.definition, tally.volume, told, since):
        return False
    along = told.get("along", {})
    return all(
        _stays_below(one.definition, tally.along[name].volume, along.get(name, {}), since)
        for one in context.syncs
        if (name := one.config.pair.name) in tally.along
    )


def _stays_below(
    definition: SyncDefinition, volume: Volume, told: Mapping[str, Any], since: datetime
) -> bool:
    """Whether what is to be written and what was written since stay below a ceiling."""
    return (volume + _written_since(definition, since)).is_within(Volume.from_json(told))


def _written_since(definition: SyncDefinition, since: datetime) -> Volume:
    written = PendingWrite.objects.filter(
        link__definition=definition, state=PendingWrite.State.DONE, settled_at__gte=since
    ).values_list("op", "side")
    created: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for op, side in written.filter(op__in=[ChangeOp.CREATE, *counting.REMOVALS]):
        (created if op == ChangeOp.CREATE else removed)[side] += 1
    return Volume(created, removed)


def _hold(context: RunContext, sync: ActiveSync, tally: Tally, found: tuple[str, ...]) -> None:
    """Stop the sync, and say so at each record that would have been written."""
    now = context.env.clock.now()
    definition = sync.definition
    what = "; ".join(found)
    status = because("brake", what=what)
    with transaction.atomic():
        context.confirm()
        outbox.require_permission(definition)
        definition.held_at = now
        definition.brake = {
            **tally.volume.as_json(),
            "update": dict(tally.updates),
            "link": tally.linked,
            "money": tally.amounts,
            "along": {
                name: {**one.volume.as_json(), "update": dict(one.updates), "money": one.amounts}
                for name, one in sorted(tally.along.items())
            },
            "sentence": f"{sync.config.pair.title}: the run would {what}. Nothing has been "
            "written. Confirm it, or change the settings.",
        }
        definition.save(update_fields=["held_at", "brake", "updated_at"])
        ids = sorted(tally.changing.union(*(one.changing for one in tally.along.values())))
        for start in range(0, len(ids), CHUNK):
            held = RecordLink.objects.filter(pk__in=ids[start : start + CHUNK])
            news = list(held.exclude(code=CODE))
            held.update(
                state=State.FAILING.value, code=CODE, params=dict(status.params), updated_at=now
            )
            record_log.save(
                record_log.entry(
                    link, record_log.Kind.DECIDED, at=now, run=context.run, code=CODE,
                    text=str(status),
                )
                for link in news
            )  # fmt: skip


def _let_go(context: RunContext, sync: ActiveSync) -> None:
    """Nothing unusual is left, or somebody approved it meanwhile."""
    definition = sync.definition
    if definition.held_at is None:
        return
    with transaction.atomic():
        context.confirm()
        definition.held_at, definition.brake = None, {}
        definition.save(update_fields=["held_at", "brake", "updated_at"])
        _release(definition, context.env.clock.now())


def _release(definition: SyncDefinition, now: datetime) -> None:
    syncs = [definition.pk, *definition.hosted.values_list("pk", flat=True)]
    RecordLink.objects.filter(definition__in=syncs, code=CODE).update(
        state=State.WAITING.value, code="pending", params={}, next_at=now, updated_at=now
    )
    counts.refresh(syncs, now=now)
