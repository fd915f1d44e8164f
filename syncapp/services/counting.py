"""Counts what a run would write, link by link, without writing: for rehearsals and the brake.

Must not know what the counts are for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from syncapp.core.brakes import Volume
from syncapp.core.matching import Matches
from syncapp.core.plan import Change, ChangeOp, RecordPlan
from syncapp.core.planner import NO_FACTS, LinkState
from syncapp.core.reasons import State, explain
from syncapp.core.sides import Side
from syncapp.core.values import is_empty
from syncapp.models import RecordLink
from syncapp.services import facts, planning, store
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case

SAMPLES = 50
REMOVALS = frozenset({ChangeOp.VOID, ChangeOp.ARCHIVE})


@dataclass(slots=True)
class Tally:
    """What was counted.

    Attributes:
        changing: The links of which something would be written.
        money: The amounts of the documents that would be created, by side and currency.
    """

    creates: Counter[str] = field(default_factory=Counter)
    updates: Counter[str] = field(default_factory=Counter)
    removals: Counter[str] = field(default_factory=Counter)
    emptied: Counter[str] = field(default_factory=Counter)
    money: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    changing: set[int] = field(default_factory=set)
    linked: int = 0
    unchanged: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    failing: Counter[str] = field(default_factory=Counter)
    overwritten: Counter[str] = field(default_factory=Counter)
    samples: list[dict[str, Any]] = field(default_factory=list)
    sampled: Counter[str] = field(default_factory=Counter)

    @property
    def volume(self) -> Volume:
        """The part of it that the brake looks at."""
        return Volume(dict(self.creates), dict(self.removals), dict(self.emptied))

    @property
    def amounts(self) -> dict[str, dict[str, str]]:
        """``{side: {currency: amount}}`` of what would be created, as decimal text."""
        return {
            side: {currency: f"{amount:f}" for currency, amount in sorted(told.items())}
            for side, told in sorted(self.money.items())
        }

    def as_json(self) -> dict[str, Any]:
        """The result as it is stored and shown."""
        return {
            "create": {side.value: self.creates[side.value] for side in Side},
            "update": {side.value: self.updates[side.value] for side in Side},
            "remove": {side.value: self.removals[side.value] for side in Side},
            "emptied": dict(sorted(self.emptied.items())),
            "money": self.amounts,
            "link": self.linked,
            "unchanged": self.unchanged,
            "excluded": dict(sorted(self.excluded.items())),
            "failing": dict(sorted(self.failing.items())),
            "overwritten": dict(sorted(self.overwritten.items())),
            "samples": self.samples,
        }


def count(context: RunContext, sync: ActiveSync, chunk: Sequence[RecordLink], tally: Tally) -> None:
    """Plan a chunk of links and count what it would write; nothing is written or settled."""
    links = planning.load(context, sync, chunk)
    matches = facts.matches_of(context.pair, sync, links)
    joined = {c.link for hq in matches.pairs for c in hq}
    alone = [link for link in links if link.pk not in joined]
    for link, plan in planning.plan_all(context, sync, alone, matches):
        _add(tally, [link], facts.as_state(link, sync.config), plan)
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
    both: dict[int, list[RecordLink]] = {}
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
        both[quickbooks.link] = [halves[quickbooks.link], halves[hubspot.link]]
    plans = planning.plan_cases(context, sync, cases)
    for case in cases:
        tally.linked += 1
        _sample(tally, "link", str(case.link), None, "")
        _add(tally, both[case.link.pk], case.state, plans[case.link.pk])


def _add(tally: Tally, links: Sequence[RecordLink], state: LinkState, plan: RecordPlan) -> None:
    """Add the plan of one record: of its link, or of the two half links it would be made of."""
    label = str(links[0])
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
        tally.changing |= {link.pk for link in links}
        side = change.side.value
        if change.op is ChangeOp.CREATE:
            tally.creates[side] += 1
            _add_money(tally, side, links[0])
        elif change.op in REMOVALS:
            tally.removals[side] += 1
        else:
            tally.updates[side] += 1
        _sample(tally, f"{change.op}:{change.side}", label, change, "")
        if state.is_linked:
            for name in _overwrites(change):
                tally.overwritten[f"{change.side}:{name}"] += 1
            for name in _empties(change):
                tally.emptied[f"{change.side}:{name}"] += 1


def _add_money(tally: Tally, side: str, link: RecordLink) -> None:
    if link.amount is not None:
        told = tally.money[side]
        told[link.currency] = told.get(link.currency, Decimal(0)) + link.amount


def _empties(change: Change) -> list[str]:
    return [f.field for f in change.fields if is_empty(f.after) and not is_empty(f.before)]


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
