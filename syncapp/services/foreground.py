"""Runs and rehearsals in the foreground, for commands: wait for the lease, then go to the end."""

from __future__ import annotations

from syncapp.core.errors import SideUnreachable
from syncapp.core.ports import Env
from syncapp.models import AccountPair, Rehearsal, SyncRun
from syncapp.services import leases, rehearsal, runs
from syncapp.services.leases import Lease
from syncapp.services.runs import Scope

WAIT_SECONDS = 60
POLL_SECONDS = 0.5


def run_now(pair: AccountPair, *, env: Env, trigger: str, scope: Scope) -> SyncRun:
    """One run to its end.

    Raises:
        SideUnreachable: Another worker holds the pair and does not let go.
    """
    lease = _wait_for_lease(pair, env)
    try:
        return runs.run_pair(lease, env=env, trigger=trigger, scope=scope)
    finally:
        leases.release(lease)


def rehearse_now(waiting: Rehearsal, *, env: Env) -> None:
    """One rehearsal to its end.

    Raises:
        SideUnreachable: Another worker holds the pair and does not let go.
    """
    lease = _wait_for_lease(waiting.definition.pair, env)
    try:
        rehearsal.carry_out(waiting, lease, env=env)
    finally:
        leases.release(lease)


def _wait_for_lease(pair: AccountPair, env: Env) -> Lease:
    give_up_at = env.clock.monotonic() + WAIT_SECONDS
    while (lease := leases.take(pair.pk, env=env)) is None:
        if env.clock.monotonic() >= give_up_at:
            pair.refresh_from_db()
            raise SideUnreachable(
                f"Another worker is busy with {pair} until {pair.lease_until:%H:%M:%S} UTC. "
                "Try again then."
            )
        env.clock.sleep(POLL_SECONDS)
    return lease
