"""What is known around refund receipts, for their planner: the contacts of their customers.

Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncapp.core.invoices.refunds import plan_refund
from syncapp.core.plan import RecordPlan
from syncapp.core.sides import Side
from syncapp.services import parties, store
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case


def plan(context: RunContext, sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, RecordPlan]:
    """Plan a chunk of refund receipts."""
    people = parties.find(context, sync, Side.QUICKBOOKS, [_customer(case) for case in cases])
    return {
        case.link.pk: plan_refund(case.state, sync.config, case.facts, people.get(_customer(case)))
        for case in cases
    }


def _customer(case: Case) -> str:
    return str(store.seen(case.link, Side.QUICKBOOKS).get("CustomerRef.value") or "")
