"""One run on one screen: lease, look up what is unknown, read, plan and write, finish."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q

from syncapp.connectors.base import Connector
from syncapp.core import errors
from syncapp.core.ports import Env
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Cursor, PendingWrite, SyncDefinition, SyncRun, Trigger
from syncapp.services import (
    apply,
    budgets,
    connections,
    counts,
    definitions,
    features,
    ingest,
    invoice_associates,
    invoices,
    resolution,
    usage,
)
from syncapp.services.config import load_config
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.leases import Lease

UNREACHABLE_PAUSE = timedelta(seconds=60)
IDLE_PAUSE = timedelta(seconds=60)
CUT_SHORT = "The worker stopped in the middle of this run; the next run went on from there."
#: A used-up day or month may end sooner: somebody buys more. Looking costs no call.
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of a pair one run covers.

    Attributes:
        objects: Only these object types; () for all.
        force: Read changes now, whatever the cadence says.
        full: List both sides anew.
        sliced: End after the slice's seconds or calls, to make room for other pairs.
    """

    objects: tuple[str, ...] = ()
    force: bool = False
    full: bool = False
    sliced: bool = True


def run_pair(lease: Lease, *, env: Env, trigger: str, scope: Scope) -> SyncRun:
    """Work on a pair until nothing is due or the slice is spent.

    Every expected error ends in the run's state and sentence; a bug rises after the run was
    marked "crashed".
    """
    pair = AccountPair.objects.select_related("hubspot", "quickbooks").get(pk=lease.pair_id)
    _end_dead_runs(lease, env)
    run = SyncRun.objects.create(
        pair=pair, trigger=trigger, started_at=env.clock.now(), lease_epoch=lease.epoch
    )
    context: RunContext | None = None
    pause = timedelta(0)
    finished = False
    try:
        context = _open(pair, run, lease, env, scope)
        finished = _work(context, scope)
        run.state = SyncRun.State.FINISHED
    except errors.LeaseLost as error:
        run.state, run.detail = SyncRun.State.ENDED_EARLY, str(error)
    except errors.ConnectionBroken as error:
        run.state, run.detail = SyncRun.State.ENDED_EARLY, str(error)
        pause = UNREACHABLE_PAUSE
        _mark_broken(pair, error, env)
    except errors.TryLater as error:
        run.state, run.detail = SyncRun.State.ENDED_EARLY, str(error)
        pause = timedelta(seconds=error.wait_seconds or 0) or UNREACHABLE_PAUSE
        pause = min(pause, LONGEST_PAUSE)
    except errors.SyncError as error:
        run.state, run.detail = SyncRun.State.ENDED_EARLY, str(error)
        pause = UNREACHABLE_PAUSE
    except Exception as error:
        run.state, run.detail = SyncRun.State.CRASHED, f"{type(error).__name__}: see the log."
        pause = UNREACHABLE_PAUSE
        raise
    finally:
        _finish(run, context, env, pause, finished=finished)
    return run


def _end_dead_runs(lease: Lease, env: Env) -> None:
    """Say of earlier runs that never came to their end that their process did not live to see it.

    Who holds the lease now knows: nobody works under an older number any more. A process that only
    stood still overwrites the sentence when it wakes and finds that another one took over.
    """
    SyncRun.objects.filter(
        pair_id=lease.pair_id, state=SyncRun.State.RUNNING, lease_epoch__lt=lease.epoch
    ).update(state=SyncRun.State.ENDED_EARLY, detail=CUT_SHORT, ended_at=env.clock.now())


def _open(pair: AccountPair, run: SyncRun, lease: Lease, env: Env, scope: Scope) -> RunContext:
    """Gather what the run needs.

    Raises:
        ConnectionBroken: A connection cannot be used.
        ConfigurationInvalid: A sync refers to a field that does not exist any more.
        Throttled: The day's calls are nearly used up, and no person asked for this run.
    """
    may_backfill = _may_backfill(pair, run, env)
    context = RunContext(
        env=env,
        lease=lease,
        pair=pair,
        connectors=open_connectors(pair, env),
        syncs=_active_syncs(pair, scope.objects, env.clock.now()),
        run=run,
        may_backfill=may_backfill,
    )
    if scope.sliced:
        context.until = env.clock.monotonic() + settings.SYNC["SLICE_SECONDS"]
        context.max_calls = settings.SYNC["SLICE_CALLS"]
    return context


def _may_backfill(pair: AccountPair, run: SyncRun, env: Env) -> bool:
    """Whether the day's calls suffice for first syncs, too; what a person asks for is always done.

    Raises:
        Throttled: They do not even suffice for the regular work.
    """
    now = env.clock.now()
    used = usage.of(pair.hubspot, now=now)
    if pair.urgent or run.trigger != Trigger.SCHEDULE or used.pause is usage.Pause.NOTHING:
        return True
    if used.pause is usage.Pause.ALL_BUT_CLICKS and used.day is not None:
        midnight = usage.next_day(pair.hubspot, now)
        raise errors.Throttled(
            f"{used.day.percent} % of HubSpot's {used.day.limit:,} calls a day are used. Until "
            "midnight in the account's time zone only what a person starts is run.",
            wait_seconds=math.ceil((midnight - now).total_seconds()),
        )
    return False


def open_connectors(pair: AccountPair, env: Env) -> dict[Side, Connector]:
    """The connectors of a pair; the error of a broken one says which side it is."""
    opened: dict[Side, Connector] = {}
    for side in Side:
        try:
            opened[side] = connections.connector_for(pair.connection(side), env=env)
        except errors.ConnectionBroken as error:
            connections.mark_broken(pair.connection(side), error)
            raise
    return opened


def _active_syncs(pair: AccountPair, objects: Sequence[str], now: datetime) -> list[ActiveSync]:
    chosen = SyncDefinition.objects.filter(pair=pair, enabled=True, deleted_at=None)
    if objects:
        chosen = chosen.filter(
            Q(object_type__in=objects)
            | Q(host__object_type__in=objects)
            | Q(host__host__object_type__in=objects)
        )
    return [
        ActiveSync(definition, load_config(definition, now=now))
        for definition in chosen.select_related("host", "pair__hubspot", "pair__quickbooks")
        .prefetch_related("mappings", "conditions")
        .order_by("pk")
    ]


def _work(context: RunContext, scope: Scope) -> bool:
    """The run itself; False when the slice was spent with work left.

    An account may have lost an object since the last run: the others go on without it.
    """
    features.look_again(context)
    try:
        return _round(context, scope)
    except (errors.TryLater, errors.LeaseLost, errors.SideUnreachable):
        raise
    except errors.SyncError:
        if not features.leave_out(context):
            raise
        return _round(context, scope)


def _round(context: RunContext, scope: Scope) -> bool:
    context.syncs = [
        definitions.check_fields(sync, context.connectors, env=context.env)
        for sync in context.syncs
    ]
    for sync in context.syncs:
        definitions.turn_day(sync, now=context.env.clock.now())
    resolution.resolve_open(context)
    if not ingest.ingest(context, force=scope.force, full=scope.full):
        return False
    if not invoice_associates.look_again(context, force=scope.force, full=scope.full):
        return False
    if context.pair.state == AccountPair.State.PAUSED:
        return True
    for sync in context.syncs:
        definitions.prepare(sync, context.connectors)
    resolution.send_missing(context)
    invoices.judge_balances_again(context)
    return apply.apply_due(context)


def _mark_broken(pair: AccountPair, error: errors.ConnectionBroken, env: Env) -> None:
    """Find out which side broke by asking both, and ask for a reconnect there."""
    found = False
    for side in Side:
        connection = pair.connection(side)
        try:
            connections.connector_for(connection, env=env).account()
        except errors.ConnectionBroken:
            connections.mark_broken(connection, error)
            found = True
        except errors.SyncError:
            continue  # unreachable just now: nothing is known about its consent
    if not found and error.side is not None and error.code != "reconnect":
        # The account answers and still refuses this call: a scope, or a person's right, is
        # missing. The next run would only be refused again, and nobody would be told.
        connections.mark_broken(pair.connection(error.side), error)


def _finish(
    run: SyncRun, context: RunContext | None, env: Env, pause: timedelta, *, finished: bool
) -> None:
    now = env.clock.now()
    run.ended_at = now
    if context is not None:
        run.counters = {
            **context.counters.as_json(),
            "api_calls": {s.value: context.connectors[s].calls for s in Side},
        }
        for side in Side:
            budgets.count_calls(run.pair.connection(side), context.connectors[side].calls, day=now)
        if not context.may_backfill:  # what waits stays due: look again when edits are read
            pause = max(pause, timedelta(seconds=settings.SYNC["HUBSPOT_POLL_SECONDS"]))
        counts.keep_up(context)
    run.save(update_fields=["state", "detail", "counters", "ended_at"])
    due = now if not pause and not finished else next_due(run.pair, now=now, pause=pause)
    AccountPair.objects.filter(pk=run.pair_id).update(next_due_at=due, urgent=False)


def next_due(pair: AccountPair, *, now: datetime, pause: timedelta) -> datetime:
    """When the pair has to be worked on again: the earliest of cursors, links and open writes."""
    links = SyncDefinition.objects.filter(
        pair=pair, enabled=True, deleted_at=None, pair__state=AccountPair.State.ACTIVE
    )
    moments = [
        Cursor.objects.filter(pair=pair).aggregate(at=Min("next_due_at"))["at"],
        links.filter(held_at=None).aggregate(at=Min("links__next_at"))["at"],
        PendingWrite.objects.filter(pair=pair, state__in=PendingWrite.OPEN).aggregate(
            at=Min("due_at")
        )["at"],
    ]
    due = min((m for m in moments if m is not None), default=now + IDLE_PAUSE)
    return max(due, now + pause)
