"""Plans links: gathers what each object's planner must know, and asks it.

Runs, rehearsals and look-ups plan through here, so that all of them plan alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from syncapp.core.matching import Matches
from syncapp.core.merge import BasePair
from syncapp.core.plan import IN_SYNC, RecordPlan
from syncapp.models import RecordLink
from syncapp.services import (
    approvals,
    invoice_associates,
    invoice_lines,
    invoices,
    payments,
    products,
    refunds,
)
from syncapp.services import facts as fact_finding
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case
from syncapp.services.plain_plans import plan_plainly

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
    """Plan cases of one sync, what a person must approve first held back: ``{link: plan}``."""
    plans = PLANNERS.get(sync.config.pair.name, plan_plainly)(context, sync, cases)
    gate = approvals.Gate(sync, cases)
    return {case.link.pk: gate.hold(case, plans[case.link.pk]) for case in cases}


Loader: TypeAlias = Callable[[RunContext, ActiveSync, Sequence[RecordLink]], Sequence[RecordLink]]

#: What is read along with the records of an object.
LOADERS: Mapping[str, tuple[Loader, ...]] = {
    "invoices": (invoice_associates.load,),
    "payments": (payments.load,),
}
#: Objects whose plans need more than their own fields.
PLANNERS: Mapping[str, Planner] = {
    "products": products.plan,
    "invoices": invoices.plan,
    "invoice_lines": invoice_lines.plan,
    "payments": payments.plan,
    "payment_notes": payments.plan_notes,
    "refunds": refunds.plan,
}
