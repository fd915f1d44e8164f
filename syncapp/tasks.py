"""The Celery interface: ids in, a lease, one service, nothing out. No rules, safe to repeat."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from django.urls import reverse

from syncapp.core.errors import SyncError
from syncapp.models import AccountPair, Preflight, Rehearsal, TieOut, Trigger
from syncapp.services import (
    digest,
    exports,
    leases,
    mails,
    rehearsal,
    retention,
    runs,
    scheduler,
    watching,
)
from syncapp.services import preflight as preflights
from syncapp.services import tie_out as tie_outs
from syncapp.services.env import real_env


@shared_task(acks_late=True, ignore_result=True)
def tick() -> None:
    """Wake a worker for every pair that is due, and for what was asked for and not begun."""
    env = real_env()
    for pair_id in scheduler.due_pairs(env):
        run_account_pair.delay(pair_id)
    for rehearsal_id in scheduler.waiting_rehearsals():
        rehearse.delay(rehearsal_id)
    for pair_id in preflights.waiting():
        preflight.delay(pair_id)
    for tie_out_id in tie_outs.waiting():
        tie_out.delay(tie_out_id)
    if mails.is_work(now=env.clock.now()):
        send_mails.delay()
    for export_id in exports.waiting(now=env.clock.now()):
        export_records.delay(export_id)


@shared_task(acks_late=True, ignore_result=True)
def run_account_pair(pair_id: int, trigger: str = Trigger.SCHEDULE.value) -> None:
    """One slice of work on one pair; one worker per pair, a lost lease cannot commit."""
    env = real_env()
    with leases.held(pair_id, env=env) as lease:
        if lease is not None:
            runs.run_pair(lease, env=env, trigger=trigger, scope=runs.Scope())


@shared_task(acks_late=True, ignore_result=True)
def rehearse(rehearsal_id: int) -> None:
    """Carry out a rehearsal; while the pair is busy the next tick tries again."""
    env = real_env()
    waiting = Rehearsal.objects.filter(pk=rehearsal_id, state=Rehearsal.State.REQUESTED).first()
    if waiting is None:
        return
    with leases.held(waiting.definition.pair_id, env=env) as lease:
        if lease is not None:
            waiting.refresh_from_db()
            if waiting.state == Rehearsal.State.REQUESTED:
                rehearsal.carry_out(waiting, lease, env=env)


@shared_task(acks_late=True, ignore_result=True)
def preflight(pair_id: int) -> None:
    """Look at both accounts of a pair; what went wrong is kept where the person looks."""
    pairs = AccountPair.objects.select_related("hubspot", "quickbooks")
    # Asked for twice, or done meanwhile: once is enough.
    pair = pairs.filter(pk=pair_id, preflight__state=Preflight.State.REQUESTED).first()
    if pair is not None:
        with suppress(SyncError):
            preflights.carry_out(pair, env=real_env())


@shared_task(acks_late=True, ignore_result=True)
def tie_out(tie_out_id: int) -> None:
    """Compare a month on both sides; what went wrong is kept where the person looks."""
    statements = TieOut.objects.select_related("pair__hubspot", "pair__quickbooks")
    # Delivered twice, or begun meanwhile: once is enough.
    asked = statements.filter(pk=tie_out_id, state=TieOut.State.REQUESTED).first()
    if asked is not None:
        with suppress(SyncError):
            tie_outs.carry_out(asked, env=real_env())


@shared_task(acks_late=True, ignore_result=True)
def export_records(export_id: int) -> None:
    """Make an export that somebody asked for, and tell them."""
    url = reverse("admin:syncapp_recordlink_made", args=[export_id])
    exports.carry_out(export_id, url=url, env=real_env())


@shared_task(acks_late=True, ignore_result=True)
def send_mails() -> None:
    """Send the mails that are due; each row is claimed, so that two workers never send one."""
    mails.send_due(env=real_env())


@shared_task(acks_late=True, ignore_result=True)
def watch() -> None:
    """Look for what people are to be told, and write the digests that are due."""
    env = real_env()
    watching.look(now=env.clock.now())
    digest.write_due(now=env.clock.now())


@shared_task(ignore_result=True)
def housekeeping() -> None:
    """Let old logs and exports go."""
    retention.prune(env=real_env())
