"""What planning products needs besides the records: the income account of new items.

Must not decide what is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncapp.core.pairs.products import ACCOUNT, ACCOUNT_PROBLEM, INCOME_ACCOUNT, NEW_TYPE, TYPE
from syncapp.core.plan import RecordPlan
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case
from syncapp.services.plain_plans import creates_in_quickbooks, plan_plainly

INCOME = "Income"


def plan(context: RunContext, sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, RecordPlan]:
    """Plan products; new items are planned again when their account cannot be used."""
    options = sync.config.options
    chosen = str(options.get(INCOME_ACCOUNT) or "")
    told: dict[str, Value] = {ACCOUNT: chosen, TYPE: options.get(NEW_TYPE)}
    plans = dict(plan_plainly(context, sync, [_told(case, told) for case in cases]))
    creating = [case for case in cases if creates_in_quickbooks(plans[case.link.pk])]
    problem = account_problem(context, chosen) if creating else ""
    if problem:
        told |= {ACCOUNT: "", ACCOUNT_PROBLEM: problem}
        plans |= plan_plainly(context, sync, [_told(case, told) for case in creating])
    return plans


def account_problem(context: RunContext, account_id: str) -> str:
    """Why items cannot be booked to an account, as a part of a sentence; "" when they can."""
    found = context.connectors[Side.QUICKBOOKS].read("Account", [account_id], fields=())
    account = next(iter(found), None)
    if account is None:
        return "the account chosen in the settings does not exist any more"
    name = account.get("Name") or account_id
    if account.gone:
        return f"the account “{name}” is inactive"
    if account.get("AccountType") != INCOME:
        return f"the account “{name}” is not of the type {INCOME}"
    return ""


def _told(case: Case, told: Mapping[str, Value]) -> Case:
    seen = case.state.hubspot
    if seen is None or case.state.is_linked:
        return case
    known = replace(seen, values={**seen.values, **told})
    return replace(case, state=replace(case.state, hubspot=known))
