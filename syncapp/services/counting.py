"""Counts what a run would write, link by link, without writing: for rehearsals and the brake.

Must not know what the counts are for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from syncapp.core.brakes import Volume
from syncapp.core.matching import Candidate, Matches
from syncapp.core.money import digits
from syncapp.core.plan import Change, ChangeOp, RecordPlan, Status
from syncapp.core.planner import NO_FACTS, LinkState
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.values import is_empty
from syncapp.models import RecordLink
from syncapp.services import facts, planning, store
from syncapp.services.context import AS_IF_MADE, ActiveSync, RunContext
from syncapp.services.facts import Case

REMOVALS = frozenset({ChangeOp.VOID, ChangeOp.ARCHIVE})
LINK, UNCHANGED = "link", "unchanged"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One decision that was counted.

    Attributes:
        kind: "create:side", "update:side", "remove:side", "link", "unchanged", or "state:code".
        change: What would be written, or would wait for an approval first.
        links: The record's link, or the two half links it would be made of (QuickBooks' first).
        candidates: What an ambiguous record may belong to.
        overwrites: The "side:field" whose filled value would be replaced.
    """

    kind: str
    links: Sequence[RecordLink]
    status: Status
    change: Change | None = None
    candidates: tuple[Candidate, ...] = ()
    overwrites: tuple[str, ...] = ()


#: Hears of each decision; Adjust changes what was matched, before it is planned.
Witness: TypeAlias = Callable[[Sighting], None]
Adjust: TypeAlias = Callable[[Sequence[RecordLink], Matches], Matches]


@dataclass(slots=True)
class Tally:
    """What was counted.

    Attributes:
        changing: The links of which something would be written.
        money: The amounts of the documents that would be created, by side and currency.
        witness: Hears of each decision.
        making: The links whose record would be made on the other side.
        held: How many changes would wait for an approval first.
        along: What goes along with these records (an invoice's payments), by object.
    """

    creates: Counter[str] = field(default_factory=Counter)
    updates: Counter[str] = field(default_factory=Counter)
    removals: Counter[str] = field(default_factory=Counter)
    emptied: Counter[str] = field(default_factory=Counter)
    money: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    changing: set[int] = field(default_factory=set)
    making: set[int] = field(default_factory=set)
    along: dict[str, Tally] = field(default_factory=dict)
    linked: int = 0
    unchanged: int = 0
    held: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    failing: Counter[str] = field(default_factory=Counter)
    overwritten: Counter[str] = field(default_factory=Counter)
    witness: Witness | None = None

    @property
    def volume(self) -> Volume:
        """The part of it that the brake looks at."""
        return Volume(dict(self.creates), dict(self.removals), dict(self.emptied))

    @property
    def amounts(self) -> dict[str, dict[str, str]]:
        """``{side: {currency: amount}}`` of what would be created, as decimal text."""
        return {
            side: {
                currency: f"{amount:.{digits(currency)}f}"
                for currency, amount in sorted(told.items())
            }
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
            "held": self.held,
            "excluded": dict(sorted(self.excluded.items())),
            "failing": dict(sorted(self.failing.items())),
            "overwritten": dict(sorted(self.overwritten.items())),
            "along": {name: told.as_json() for name, told in sorted(self.along.items())},
        }


def as_if_made(context: RunContext, links: AbstractSet[int]) -> None:
    """Let what goes along with some links be planned as if these stood on both sides already."""
    context.known[AS_IF_MADE] = links


def count(
    context: RunContext,
    sync: ActiveSync,
    chunk: Sequence[RecordLink],
    tally: Tally,
    adjust: Adjust | None = None,
) -> None:
    """Plan a chunk of links and count what it would write; nothing is written or settled."""
    links = planning.load(context, sync, chunk)
    matches = facts.matches_of(context.pair, sync, links)
    if adjust is not None:
        matches = adjust(links, matches)
    joined = {c.link for hq in matches.pairs for c in hq}
    alone = [link for link in links if link.pk not in joined]
    for link, plan in planning.plan_all(context, sync, alone, matches):
        candidates = matches.ambiguous.get(link.pk, ())
        _add(tally, [link], facts.as_state(link, sync.config), plan, candidates)
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
    pairs = [halves for halves in matches.pairs if halves[0].link in here]
    known = sync.definition.links.in_bulk([one.link for halves in pairs for one in halves])
    cases = []
    both: dict[int, list[RecordLink]] = {}
    for hubspot, quickbooks in pairs:
        state = LinkState(
            hubspot=facts.as_state(known[hubspot.link], sync.config).hubspot,
            quickbooks=facts.as_state(known[quickbooks.link], sync.config).quickbooks,
            origin=store.origin_of(sync.config, known[hubspot.link], known[quickbooks.link]),
        )
        cases.append(Case(known[quickbooks.link], state, NO_FACTS))
        both[quickbooks.link] = [known[quickbooks.link], known[hubspot.link]]
    plans = planning.plan_cases(context, sync, cases)
    for case in cases:
        tally.linked += 1
        plan = plans[case.link.pk]
        _tell(tally, Sighting(LINK, both[case.link.pk], plan.status))
        _add(tally, both[case.link.pk], case.state, plan)


def _add(
    tally: Tally,
    links: Sequence[RecordLink],
    state: LinkState,
    plan: RecordPlan,
    candidates: tuple[Candidate, ...] = (),
) -> None:
    """Add the plan of one record: of its link, or of the two half links it would be made of."""
    status = plan.status
    if status.code == "waits_for" and plan.waits_on in tally.making:
        _add_follower(tally, links[0], status)
        return
    tally.held += plan.held is not None
    if status.state is State.EXCLUDED:
        tally.excluded[status.code] += 1
    elif status.state is not State.IN_SYNC:
        tally.failing[status.code] += 1
    elif not plan.changes:
        tally.unchanged += 1
        _tell(tally, Sighting(UNCHANGED, links, status))
    if status.code:
        kind = f"{status.state.value}:{status.code}"
        _tell(tally, Sighting(kind, links, status, plan.held, candidates))
    for change in plan.changes:
        tally.changing |= {link.pk for link in links}
        side = change.side.value
        overwrites: tuple[str, ...] = ()
        if state.is_linked:
            overwrites = tuple(f"{side}:{name}" for name in _overwrites(change))
            tally.overwritten.update(overwrites)
            tally.emptied.update(f"{side}:{name}" for name in _empties(change))
        if change.op is ChangeOp.CREATE:
            word = "create"
            tally.creates[side] += 1
            tally.making |= {link.pk for link in links}
            _add_money(tally, side, links[0])
        elif change.op in REMOVALS:
            word = "remove"
            tally.removals[side] += 1
        else:
            word = "update"
            tally.updates[side] += 1
        _tell(tally, Sighting(f"{word}:{side}", links, status, change, overwrites=overwrites))


def _tell(tally: Tally, sighting: Sighting) -> None:
    if tally.witness is not None:
        tally.witness(sighting)


def _add_follower(tally: Tally, link: RecordLink, status: Status) -> None:
    """One that is made right after another one: the next payment of the same invoice."""
    side = Side.QUICKBOOKS if link.quickbooks_id is None else Side.HUBSPOT
    tally.changing.add(link.pk)
    tally.making.add(link.pk)
    tally.creates[side.value] += 1
    _add_money(tally, side.value, link)
    _tell(tally, Sighting(f"create:{side.value}", [link], status))


def _add_money(tally: Tally, side: str, link: RecordLink) -> None:
    if link.amount is not None:
        told = tally.money[side]
        told[link.currency] = told.get(link.currency, Decimal(0)) + link.amount


def _empties(change: Change) -> list[str]:
    return [f.field for f in change.fields if is_empty(f.after) and not is_empty(f.before)]


def _overwrites(change: Change) -> list[str]:
    return [f.field for f in change.fields if not is_empty(f.before)]
