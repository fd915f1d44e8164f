"""The Celery interface: ids in, a lease, one service, nothing out. No rules, safe to repeat."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.contrib.auth import get_user_model

from syncapp.models import Rehearsal, Trigger
from syncapp.services import exports, leases, rehearsal, retention, runs, scheduler
from syncapp.services.env import real_env
from syncapp.services.records import RecordChoice


@shared_task(acks_late=True, ignore_result=True)
def tick() -> None:
    """Wake a worker for every pair that is due and for every rehearsal nobody has begun."""
    env = real_env()
    for pair_id in scheduler.due_pairs(env):
        run_account_pair.delay(pair_id)
    for rehearsal_id in scheduler.waiting_rehearsals():
        rehearse.delay(rehearsal_id)


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
def export_records(
    user_id: int, choice: dict[str, Any], format: str, columns: list[str], url: str
) -> None:
    """Make an export and notify its user; asked for again it makes another file, no harm done."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is not None and user.has_perm(exports.PERMISSION):
        exports.carry_out(
            user=user,
            choice=RecordChoice.from_json(choice),
            format=format,
            columns=columns,
            url=url,
            env=real_env(),
        )


@shared_task(ignore_result=True)
def housekeeping() -> None:
    """Let old logs and exports go."""
    retention.prune(env=real_env())
