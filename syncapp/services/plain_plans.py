"""Plans records from their own fields and from who else wants their name.

Must not know what any object needs beyond that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncapp.core.plan import ChangeOp, RecordPlan
from syncapp.core.planner import plan_record, wanted_name
from syncapp.core.sides import Side
from syncapp.core.values import name_key
from syncapp.models import PendingWrite, RecordKey
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case


def plan_plainly(
    context: RunContext, sync: ActiveSync, cases: Sequence[Case]
) -> Mapping[int, RecordPlan]:
    """First each by itself, then those whose unique name is taken."""
    plans = {case.link.pk: plan_record(case.state, sync.config, case.facts) for case in cases}
    creating = [case for case in cases if creates_in_quickbooks(plans[case.link.pk])]
    for case, owner in _name_owners(context, sync, creating):
        known = replace(case.facts, name_owner=owner)
        plans[case.link.pk] = plan_record(case.state, sync.config, known)
    return plans


def creates_in_quickbooks(plan: RecordPlan) -> bool:
    """Whether a record is to be made in QuickBooks."""
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
    creates = PendingWrite.objects.filter(
        link__definition=sync.definition,
        state__in=PendingWrite.OPEN,
        op="create",
        side=Side.QUICKBOOKS.value,
    )
    # One that is planned as if settled does not stand in its own way.
    others = creates.exclude(link__in=[case.link.pk for case in creating])
    for write in others.select_related("link"):
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
