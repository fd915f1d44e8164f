"""A run in full without a write (B1): both sides are read, everything is planned and counted.

Nothing is written in either account; what was read is kept, so that switching on afterwards
goes on from there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from syncapp.core import errors
from syncapp.core.ports import Env
from syncapp.models import Rehearsal, SyncDefinition
from syncapp.services import counting, definitions, ingest, runs
from syncapp.services.config import calendar_of, parse_document
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.counting import Tally
from syncapp.services.leases import Lease

CHUNK = 500
SAMPLES = 50


def request(
    definition: SyncDefinition, document: dict[str, Any], *, user: Any, env: Env
) -> Rehearsal:
    """Ask for a rehearsal of settings that need not be in force.

    Raises:
        SettingsError: The document cannot be used.
    """
    parse_document(document)
    return Rehearsal.objects.create(
        definition=definition, document=document, user=user, requested_at=env.clock.now()
    )


def carry_out(rehearsal: Rehearsal, lease: Lease, *, env: Env) -> None:
    """Read, plan and count; the result or the reason of failure is kept with the rehearsal."""
    rehearsal.state = Rehearsal.State.RUNNING
    rehearsal.save(update_fields=["state"])
    try:
        rehearsal.result = _rehearse(rehearsal, lease, env).as_json()
        rehearsal.state = Rehearsal.State.FINISHED
    except errors.SyncError as error:
        rehearsal.state, rehearsal.detail = Rehearsal.State.FAILED, str(error)
    except Exception:
        rehearsal.state = Rehearsal.State.FAILED
        rehearsal.detail = "Something went wrong here; the log has the details. Try again."
        raise
    finally:
        rehearsal.ended_at = env.clock.now()
        rehearsal.save(update_fields=["state", "detail", "result", "ended_at"])


def _rehearse(rehearsal: Rehearsal, lease: Lease, env: Env) -> Tally:
    definition = rehearsal.definition
    days = calendar_of(definition.pair, env.clock.now())
    config = replace(parse_document(rehearsal.document, days), version=definition.config_version)
    context = RunContext(
        env=env,
        lease=lease,
        pair=definition.pair,
        connectors=runs.open_connectors(definition.pair, env),
        syncs=[ActiveSync(definition, config)],
        run=None,
    )
    checked = definitions.check_fields(context.syncs[0], context.connectors, env=env, force=True)
    context.syncs = [checked]
    ingest.ingest(context, force=True)
    tally = Tally()
    links = definition.links.exclude(code="bad_data").order_by("id")
    last = 0
    while chunk := list(links.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        counting.count(context, context.syncs[0], chunk, tally)
        planned = int(rehearsal.progress.get("planned", 0)) + len(chunk)
        rehearsal.progress = {"planned": planned}
        rehearsal.save(update_fields=["progress"])
    tally.failing["bad_data"] += definition.links.filter(code="bad_data").count()
    tally.failing += Counter()  # drops what is zero
    return tally
