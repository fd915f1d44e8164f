"""Which account pair is due; the database is the queue, Celery only wakes workers."""

from __future__ import annotations

from django.db.models import Q

from syncapp.core.ports import Env
from syncapp.models import AccountPair, Rehearsal

WAVE = 50


def due_pairs(env: Env) -> list[int]:
    """The pairs to work on now: those a person waits for first, then the longest overdue."""
    now = env.clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=env.clock.lease_now())
    due = AccountPair.objects.filter(free, next_due_at__lte=now).exclude(
        state=AccountPair.State.BROKEN
    )
    due = due.filter(definitions__enabled=True, definitions__deleted_at=None).distinct()
    return list(due.order_by("-urgent", "next_due_at").values_list("pk", flat=True)[:WAVE])


def waiting_rehearsals() -> list[int]:
    """Rehearsals that nobody has begun: their message was lost, or the pair was busy."""
    waiting = Rehearsal.objects.filter(state=Rehearsal.State.REQUESTED)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:WAVE])
