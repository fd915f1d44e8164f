"""One worker per account pair, fenced by a number that rises with every owner.

Knows who may write for a pair. Must not know what is done with the lease.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q

from syncapp.core.errors import LeaseLost
from syncapp.core.ports import Env
from syncapp.models import AccountPair


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one pair. ``epoch`` is the fencing number."""

    pair_id: int
    owner: str
    epoch: int


def length() -> timedelta:
    """How long a lease holds that is not renewed."""
    return timedelta(seconds=settings.SYNC["LEASE_SECONDS"])


def take(pair_id: int, *, env: Env) -> Lease | None:
    """Take the lease of a pair; None while somebody else holds it."""
    now = env.clock.lease_now()
    owner = env.ids.new_id()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = AccountPair.objects.filter(free, pk=pair_id).update(
        lease_owner=owner,
        lease_epoch=F("lease_epoch") + 1,
        lease_until=now + length(),
    )
    if not taken:
        return None
    epoch = AccountPair.objects.values_list("lease_epoch", flat=True).get(pk=pair_id)
    env.crash("lease_taken")
    return Lease(pair_id, owner, epoch)


def confirm(lease: Lease, *, env: Env) -> None:
    """Prove, inside a transaction, that the lease is still ours, and renew it.

    The row is written, so a worker that would take the lease at the same moment waits for this
    transaction: a zombie cannot commit.

    Raises:
        LeaseLost: Somebody else owns the pair now.
    """
    now = env.clock.lease_now()
    kept = AccountPair.objects.filter(
        pk=lease.pair_id, lease_owner=lease.owner, lease_epoch=lease.epoch
    ).update(lease_until=now + length())
    if not kept:
        raise LeaseLost("Another worker took over this account pair.")


def release(lease: Lease) -> None:
    """Give the lease back; harmless when it was lost."""
    AccountPair.objects.filter(
        pk=lease.pair_id, lease_owner=lease.owner, lease_epoch=lease.epoch
    ).update(lease_until=None, lease_owner="")


@contextmanager
def held(pair_id: int, *, env: Env) -> Iterator[Lease | None]:
    """The lease for the length of a block; None when it is not to be had."""
    lease = take(pair_id, env=env)
    try:
        yield lease
    finally:
        if lease is not None:
            release(lease)
