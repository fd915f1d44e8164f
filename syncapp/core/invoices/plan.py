"""The plan of one invoice: which side it came from decides which edits may travel (ENGINE 3).

Pure. The tables of ENGINE 3.1 and 3.2 are here, the gate to QuickBooks is in ``gate``, what
HubSpot shows of QuickBooks' invoices is in ``mirror``.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from syncapp.core.invoices import gate, mirror, outbound
from syncapp.core.invoices.facts import InvoiceFacts
from syncapp.core.money import ZERO, amount, shown
from syncapp.core.pairs.invoices import VOIDED
from syncapp.core.plan import IN_SYNC, Change, ChangeOp, RecordPlan, Status, because
from syncapp.core.planner import Facts, LinkState, Observed, SyncConfig, why_gone, why_not_created
from syncapp.core.sides import Side


def plan_invoice(
    link: LinkState, config: SyncConfig, facts: Facts, around: InvoiceFacts
) -> RecordPlan:
    """Decide one invoice.

    Args:
        link: Both sides and the base.
        config: The invoice sync.
        facts: What is known of every record.
        around: What is known around an invoice.
    """
    if facts.excluded_by is not None:
        who, note = facts.excluded_by
        return RecordPlan(because("by_person", who=who, note=note), base=link.base)
    gone = why_gone(link, config.pair)
    if gone is not None:
        return RecordPlan(_left_open(link) or gone, base=link.base)
    if not link.is_linked:
        return _plan_unlinked(link, config, facts, around)
    if facts.stopped is not None:
        return RecordPlan(facts.stopped, base=link.base)
    match link.origin:
        case Side.HUBSPOT.value:
            plan = outbound.plan(link, config, around)
        case Side.QUICKBOOKS.value:
            plan = mirror.plan(link, config, around, included=facts.included)
        case _:
            plan = _compare(link)
    return _with_balance(plan, link, around)


def _plan_unlinked(
    link: LinkState, config: SyncConfig, facts: Facts, around: InvoiceFacts
) -> RecordPlan:
    source = Side.HUBSPOT if link.hubspot is not None else Side.QUICKBOOKS
    seen = link.on(source)
    assert seen is not None  # noqa: S101 - a link holds at least one side
    reason = why_not_created(source, seen, config, facts)
    if reason is not None:
        return RecordPlan(reason, base=link.base)
    if source is Side.QUICKBOOKS:
        made = mirror.creation(seen, config, around)
    else:
        made = gate.creation(seen, config, around)
        if isinstance(made, RecordPlan) and made.status == link.answered:
            # It is a sale of its own, a person says.
            made = gate.creation(seen, config, replace(around, twin=""))
    if isinstance(made, RecordPlan):
        return replace(made, base=link.base)
    return RecordPlan(IN_SYNC, (Change(source.other, ChangeOp.CREATE, made),), link.base)


def _left_open(link: LinkState) -> Status | None:
    """Whether the side that still has it shows money for it (ENGINE 3.2, delete)."""
    if not link.is_linked:
        return None
    for side in Side:
        seen, other = link.on(side), link.on(side.other)
        assert seen is not None and other is not None  # noqa: S101, PT018
        if not seen.gone or other.gone:
            continue
        open_amount, paid = _open_and_paid(side.other, other)
        if open_amount or paid:
            currency = str(
                other.values.get("CurrencyRef.value") or other.values.get("hs_currency") or ""
            )
            return because(
                "deleted_with_balance", how=seen.gone, side=side.label,
                other_side=side.other.label, balance=shown(open_amount, currency),
            )  # fmt: skip
    return None


def _open_and_paid(side: Side, seen: Observed) -> tuple[Decimal, Decimal]:
    values = seen.values
    if side is Side.QUICKBOOKS:
        balance = amount(values.get("Balance"))
        return balance, amount(values.get("TotalAmt")) - balance
    if values.get("hs_invoice_status") == VOIDED:
        return ZERO, ZERO
    return amount(values.get("hs_balance_due")), amount(values.get("hs_amount_paid"))


def _compare(link: LinkState) -> RecordPlan:
    """Two invoices that were both there: compared, never written (ENGINE 3.1)."""
    assert link.hubspot is not None and link.quickbooks is not None  # noqa: S101, PT018
    differ = outbound.totals_differ(link.hubspot.values, link.quickbooks.values)
    return RecordPlan(differ or IN_SYNC, base=link.base)


def _with_balance(plan: RecordPlan, link: LinkState, around: InvoiceFacts) -> RecordPlan:
    """A payment taken back (S22), or a balance reduced by something unknown, is shown (3.5)."""
    if plan.status != IN_SYNC or plan.changes:
        return plan
    if around.payment_removed is not None:
        return replace(plan, status=around.payment_removed)
    if around.explained is None:
        return plan
    assert link.quickbooks is not None  # noqa: S101 - it is linked
    values = link.quickbooks.values
    paid = amount(values.get("TotalAmt")) - amount(values.get("Balance"))
    unexplained = paid - around.explained
    if unexplained <= 0:
        return plan
    if around.payments_behind:
        return replace(plan, status=because("payments_unread"))
    currency = str(values.get("CurrencyRef.value") or "")
    return replace(plan, status=because("balance_unexplained", amount=shown(unexplained, currency)))
