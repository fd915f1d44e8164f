"""Plans links: gathers what each object's planner must know, and asks it.

Runs, rehearsals and look-ups plan through here, so that all of them plan alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from syncapp.core.matching import Matches
from syncapp.core.merge import BasePair
from syncapp.core.plan import IN_SYNC, ChangeOp, RecordPlan
from syncapp.core.planner import plan_record, wanted_name
from syncapp.core.sides import Side
from syncapp.core.values import name_key
from syncapp.models import PendingWrite, RecordKey, RecordLink
from syncapp.services import facts as fact_finding
from syncapp.services import invoices
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case

Planner: TypeAlias = Callable[[RunContext, ActiveSync, Sequence[Case]], Mapping[int, RecordPlan]]


def load(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]
) -> Sequence[RecordLink]:
    """Bring in what records of the same side tell about these, before they are planned."""
    for loader in (fact_finding.load_related, *LOADERS.get(sync.config.pair.name, ())):
        links = loader(context, sync, links)
    return links


def plan_all(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink], matches: Matches
) -> list[tuple[RecordLink, RecordPlan]]:
    """Plan a chunk of links as they are."""
    cases = [
        Case(
            link,
            fact_finding.as_state(link, sync.config),
            fact_finding.facts_of(sync, link, matches),
        )
        for link in links
    ]
    plans = plan_cases(context, sync, cases)
    return [(link, plans[link.pk]) for link in links]


def plan_as_if_settled(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]
) -> list[tuple[RecordLink, RecordPlan]]:
    """Plan links with an open create as if that had never been sent.

    One that has a partner by now plans nothing here: it is joined with it instead.
    """
    matches = fact_finding.matches_of(
        context.pair, sync, links, settled={link.pk for link in links}
    )
    joined = {candidate.link for both in matches.pairs for candidate in both}
    planned = dict(
        plan_all(context, sync, [link for link in links if link.pk not in joined], matches)
    )
    return [
        (link, planned.get(link) or RecordPlan(IN_SYNC, base=_base(sync, link))) for link in links
    ]


def _base(sync: ActiveSync, link: RecordLink) -> Mapping[str, BasePair]:
    return fact_finding.as_state(link, sync.config).base


def plan_cases(
    context: RunContext, sync: ActiveSync, cases: Sequence[Case]
) -> Mapping[int, RecordPlan]:
    """Plan cases of one sync: ``{link: plan}``."""
    return PLANNERS.get(sync.config.pair.name, _plan_plainly)(context, sync, cases)


def _plan_plainly(
    context: RunContext, sync: ActiveSync, cases: Sequence[Case]
) -> Mapping[int, RecordPlan]:
    """First each by itself, then those whose unique name is taken."""
    plans = {case.link.pk: plan_record(case.state, sync.config, case.facts) for case in cases}
    creating = [case for case in cases if _creates_in_quickbooks(plans[case.link.pk])]
    for case, owner in _name_owners(context, sync, creating):
        known = replace(case.facts, name_owner=owner)
        plans[case.link.pk] = plan_record(case.state, sync.config, known)
    return plans


def _creates_in_quickbooks(plan: RecordPlan) -> bool:
    return any(c.side is Side.QUICKBOOKS and c.op is ChangeOp.CREATE for c in plan.changes)


def _name_owners(
    context: RunContext, sync: ActiveSync, creating: Sequence[Case]
) -> list[tuple[Case, str]]:
    """The links whose name is taken, each with who holds it.

    The first link of a chunk that wants a free name gets it (S16).
    """
    wanted = {case.link.pk: name_key(wanted_name(case.state, sync.config)) for case in creating}
    nouns = sync.config.pair.nouns
    holders = {
        row.value: (
            f"the {nouns[Side.QUICKBOOKS]} “{row.link.label}” (id {row.link.quickbooks_id})"
        )
        for row in RecordKey.objects.filter(
            definition=sync.definition,
            purpose=RecordKey.Purpose.NAME,
            value__in=set(wanted.values()),
        ).select_related("link")
    }
    unique = sync.config.pair.unique_name or ""
    for write in PendingWrite.objects.filter(
        link__definition=sync.definition,
        state__in=PendingWrite.OPEN,
        op="create",
        side=Side.QUICKBOOKS.value,
    ).select_related("link"):
        name = name_key(write.payload.get(unique))
        holders.setdefault(
            name, f"the {nouns[Side.HUBSPOT]} “{write.link.label}”, which is being created"
        )
    taken = []
    for case in creating:
        name = wanted[case.link.pk]
        if name in holders:
            taken.append((case, holders[name]))
        else:
            noun = nouns[Side.HUBSPOT]
            holders[name] = f"the {noun} “{case.link.label}”, which is sent first"
    return taken


Loader: TypeAlias = Callable[[RunContext, ActiveSync, Sequence[RecordLink]], Sequence[RecordLink]]

#: What is read along with the records of an object.
LOADERS: Mapping[str, tuple[Loader, ...]] = {"invoices": (invoices.load,)}
#: Objects whose plans need more than their own fields.
PLANNERS: Mapping[str, Planner] = {
    "invoices": invoices.plan,
    "invoice_lines": invoices.plan_lines,
}
