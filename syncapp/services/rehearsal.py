"""A run in full without a write (B1): both sides are read, everything is planned and counted.

Nothing is written in either account; what was read is kept, so that switching on afterwards
goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from syncapp.core import errors
from syncapp.core.matching import Matches
from syncapp.core.plan import Status
from syncapp.core.planner import SyncConfig
from syncapp.core.ports import Env
from syncapp.core.reasons import State
from syncapp.models import RecordLink, Rehearsal, SyncDefinition
from syncapp.services import (
    counting,
    definitions,
    features,
    ingest,
    invoice_associates,
    matching_list,
    rehearsal_rows,
    runs,
)
from syncapp.services.config import config_for, hosted_config, parse_document
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.counting import Tally
from syncapp.services.deposits import Deposits
from syncapp.services.leases import Lease
from syncapp.services.postings import Postings

CHUNK = 500
#: How long what a rehearsal showed counts (ENGINE 2.5).
VALID = timedelta(hours=24)


class Standing(Enum):
    """What the last rehearsal of a draft is worth for switching on."""

    NONE = "none"
    OPEN = "open"
    FAILED = "failed"
    CHANGED = "changed"
    USED = "used"
    OLD = "old"
    READY = "ready"


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
        rehearsal.result = _rehearse(rehearsal, lease, env)
        rehearsal.state = Rehearsal.State.FINISHED
        rehearsal_rows.let_older_go(rehearsal)
    except errors.SyncError as error:
        rehearsal.state, rehearsal.detail = Rehearsal.State.FAILED, str(error)
    except Exception:
        rehearsal.state = Rehearsal.State.FAILED
        rehearsal.detail = "Something went wrong here; the log has the details. Try again."
        raise
    finally:
        rehearsal.ended_at = env.clock.now()
        rehearsal.save(update_fields=["state", "detail", "result", "ended_at"])


def use_up(rehearsal: Rehearsal) -> None:
    """A sync was switched on with it: what it showed is written, and counts for nothing else."""
    rehearsal.result["used"] = True
    rehearsal.save(update_fields=["result"])


def standing(found: Rehearsal | None, document: dict[str, Any], *, now: datetime) -> Standing:
    """What a rehearsal is worth for settings as they stand."""
    if found is None:
        return Standing.NONE
    if found.state in {Rehearsal.State.REQUESTED, Rehearsal.State.RUNNING}:
        return Standing.OPEN
    if found.state == Rehearsal.State.FAILED:
        return Standing.FAILED
    choices = matching_list.version_of(found.definition)
    if found.document != document or (found.result.get("choices") or "") != choices:
        return Standing.CHANGED
    if found.result.get("used"):
        return Standing.USED
    if found.ended_at is None or found.ended_at + VALID < now:
        return Standing.OLD
    return Standing.READY


def _rehearse(rehearsal: Rehearsal, lease: Lease, env: Env) -> dict[str, Any]:
    definition = rehearsal.definition
    found = config_for(definition.pair, rehearsal.document, now=env.clock.now())
    config = replace(found, version=definition.config_version)
    context = RunContext(
        env=env,
        lease=lease,
        pair=definition.pair,
        connectors=runs.open_connectors(definition.pair, env),
        syncs=[ActiveSync(definition, config)],
        run=None,
    )
    checked = definitions.check_fields(context.syncs[0], context.connectors, env=env, force=True)
    along = _along(definition, checked.config, context)
    context.syncs = [checked, *along]
    ingest.ingest(context, force=True)
    invoice_associates.look_again(context, force=True)
    rehearsal.rows.all().delete()  # of a worker that did not live to see its end
    choices = matching_list.version_of(definition)
    postings = Postings(context, checked.config)
    keeper = rehearsal_rows.RowKeeper(rehearsal, checked.config, postings)
    tally = Tally(witness=keeper)

    def adjust(links: Sequence[RecordLink], matches: Matches) -> Matches:
        return matching_list.with_choices(definition, links, matches)

    links = definition.links.exclude(code="bad_data").order_by("id")
    last = 0
    while chunk := list(links.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        counting.count(context, context.syncs[0], chunk, tally, adjust)
        planned = int(rehearsal.progress.get("planned", 0)) + len(chunk)
        rehearsal.progress = {"planned": planned}
        rehearsal.save(update_fields=["progress"])
    _add_unreadable(definition, tally)
    keeper.flush()
    counting.as_if_made(context, tally.making)
    deposits = Deposits(rehearsal, checked.config, postings)
    for one in along:
        if not one.config.pair.hidden:
            name = one.config.pair.name
            witness = deposits if name == "payments" else None
            _count(context, one, tally.along.setdefault(name, Tally(witness=witness)))
    deposits.flush()
    return {
        **tally.as_json(),
        "documents": keeper.as_json(),
        "suggestions": matching_list.suggest(rehearsal),
        "choices": choices,
    }


def _along(definition: SyncDefinition, config: SyncConfig, context: RunContext) -> list[ActiveSync]:
    """What goes along with a sync, as far as the accounts have it: payments with invoices."""
    hosted = list(definition.hosted.filter(deleted_at=None).order_by("pk"))
    lost = features.absent(hosted, context.connectors)
    return [
        ActiveSync(one, hosted_config(one, config)) for one in hosted if one.object_type not in lost
    ]


def _count(context: RunContext, sync: ActiveSync, tally: Tally) -> None:
    """Count all records of a sync that goes along, chunk by chunk."""
    links = sync.definition.links.exclude(code="bad_data").order_by("id")
    last = 0
    while chunk := list(links.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        counting.count(context, sync, chunk, tally)
    _add_unreadable(sync.definition, tally)


def _add_unreadable(definition: SyncDefinition, tally: Tally) -> None:
    """Records that could not be read are not planned; they are counted and shown."""
    unreadable = definition.links.filter(code="bad_data").order_by("id")
    last = 0
    while chunk := list(unreadable.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        for link in chunk:
            tally.failing["bad_data"] += 1
            if tally.witness is not None:
                status = Status(State.FAILING, link.code, link.params)
                tally.witness(counting.Sighting("failing:bad_data", [link], status))
