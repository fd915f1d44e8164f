"""A run in full without a write (B1): both sides are read, everything is planned and counted.

Nothing is written in either account; what was read is kept, so that switching on afterwards
goes on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syncapp.core import errors
from syncapp.core.matching import Matches
from syncapp.core.plan import Change, ChangeOp, RecordPlan
from syncapp.core.planner import NO_FACTS, LinkState
from syncapp.core.ports import Env
from syncapp.core.reasons import State, explain
from syncapp.core.sides import Side
from syncapp.core.values import is_empty
from syncapp.models import RecordLink, Rehearsal, SyncDefinition
from syncapp.services import definitions, facts, ingest, planning, runs, store
from syncapp.services.config import calendar_of, parse_document
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case
from syncapp.services.leases import Lease

CHUNK = 500
SAMPLES = 50


@dataclass(slots=True)
class Tally:
    """What a rehearsal counted."""

    creates: Counter[str] = field(default_factory=Counter)
    updates: Counter[str] = field(default_factory=Counter)
    linked: int = 0
    unchanged: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    failing: Counter[str] = field(default_factory=Counter)
    overwritten: Counter[str] = field(default_factory=Counter)
    samples: list[dict[str, Any]] = field(default_factory=list)
    sampled: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The result as it is stored and shown."""
        return {
            "create": {side.value: self.creates[side.value] for side in Side},
            "update": {side.value: self.updates[side.value] for side in Side},
            "link": self.linked,
            "unchanged": self.unchanged,
            "excluded": dict(sorted(self.excluded.items())),
            "failing": dict(sorted(self.failing.items())),
            "overwritten": dict(sorted(self.overwritten.items())),
            "samples": self.samples,
        }


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
        _count(context, context.syncs[0], chunk, tally)
        planned = int(rehearsal.progress.get("planned", 0)) + len(chunk)
        rehearsal.progress = {"planned": planned}
        rehearsal.save(update_fields=["progress"])
    tally.failing["bad_data"] += definition.links.filter(code="bad_data").count()
    tally.failing += Counter()  # drops what is zero
    return tally


def _count(
    context: RunContext, sync: ActiveSync, chunk: Sequence[RecordLink], tally: Tally
) -> None:
    links = planning.load(context, sync, chunk)
    matches = facts.matches_of(context.pair, sync, links)
    joined = {c.link for hq in matches.pairs for c in hq}
    alone = [link for link in links if link.pk not in joined]
    for link, plan in planning.plan_all(context, sync, alone, matches):
        _add(tally, str(link), facts.as_state(link, sync.config), plan)
    _count_pairs(context, sync, links, matches, tally)


def _count_pairs(
    context: RunContext,
    sync: ActiveSync,
    links: Sequence[RecordLink],
    matches: Matches,
    tally: Tally,
) -> None:
    """Count each pair once: with the chunk that holds its HubSpot half."""
    here = {link.pk for link in links}
    cases = []
    for hubspot, quickbooks in matches.pairs:
        if hubspot.link not in here:
            continue
        halves = sync.definition.links.in_bulk([hubspot.link, quickbooks.link])
        state = LinkState(
            hubspot=facts.as_state(halves[hubspot.link], sync.config).hubspot,
            quickbooks=facts.as_state(halves[quickbooks.link], sync.config).quickbooks,
            origin=store.origin_of(sync.config, halves[hubspot.link], halves[quickbooks.link]),
        )
        cases.append(Case(halves[quickbooks.link], state, NO_FACTS))
    plans = planning.plan_cases(context, sync, cases)
    for case in cases:
        tally.linked += 1
        _sample(tally, "link", str(case.link), None, "")
        _add(tally, str(case.link), case.state, plans[case.link.pk])


def _add(tally: Tally, label: str, state: LinkState, plan: RecordPlan) -> None:
    if plan.status.state is State.EXCLUDED:
        tally.excluded[plan.status.code] += 1
    elif plan.status.state is not State.IN_SYNC:
        tally.failing[plan.status.code] += 1
    elif not plan.changes:
        tally.unchanged += 1
    if plan.status.code:
        reason = explain(plan.status.code, plan.status.params)[0]
        _sample(tally, plan.status.code, label, None, reason)
    for change in plan.changes:
        counter = tally.creates if change.op is ChangeOp.CREATE else tally.updates
        counter[change.side.value] += 1
        _sample(tally, f"{change.op}:{change.side}", label, change, "")
        if state.is_linked:
            for name in _overwrites(change):
                tally.overwritten[f"{change.side}:{name}"] += 1


def _overwrites(change: Change) -> list[str]:
    return [f.field for f in change.fields if not is_empty(f.before)]


def _sample(tally: Tally, kind: str, label: str, change: Change | None, reason: str) -> None:
    """Keep the first records of each kind, so that a person can look at them."""
    if tally.sampled[kind] >= SAMPLES:
        return
    tally.sampled[kind] += 1
    tally.samples.append(
        {
            "kind": kind,
            "label": label,
            "reason": reason,
            "fields": [
                {"field": f.field, "before": f.before, "after": f.after}
                for f in (change.fields if change else ())
            ],
        }
    )
