"""The money of invoices: totals from their parts, and what payments do to them.

Knows how invoices, lines, adjustments and payments hang together; the arithmetic is in ``totals``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from simulators.hubspot import errors
from simulators.hubspot.account import TAX_RATES
from simulators.hubspot.records import Record
from simulators.hubspot.registry import BY_SLUG, BY_TYPE_ID
from simulators.hubspot.rules import totals
from simulators.hubspot.rules.totals import ZERO, number, shown
from simulators.hubspot.values import to_milliseconds
from simulators.hubspot.writes import Author, Happening

if TYPE_CHECKING:
    from simulators.hubspot.crm import Crm

PARTS = ("line_items", "discounts", "fees", "taxes")
#: a payment of these statuses counts, less what was refunded; ``succeeded`` is documented, the
#: others are UNCONFIRMED
COUNTED = frozenset(
    {
        "succeeded",
        "partially_refunded",
        "processing_refund",
        "refunded",
        "disputed_won",
        "disputed_action_required",
        "disputed_awaiting_decision",
    }
)
FINAL = frozenset({"paid", "voided"})
_DAY = 86_400_000


def is_billable(values: Mapping[str, str]) -> bool:
    """Whether HubSpot does an invoice's bookkeeping; else it is kept as data only."""
    return values.get("hs_invoice_billable") != "false"


def status_of(invoice: Record) -> str:
    """``draft``, ``open``, ``paid`` or ``voided``."""
    return invoice.values.get("hs_invoice_status", "draft")


def parents(crm: Crm, slug: str, record_id: str, of: Iterable[str]) -> list[Record]:
    """The live records of some types that a record belongs to."""
    return [one for parent in of for one in crm.partner_records(slug, record_id, parent)]


def second_parent() -> errors.ApiError:
    """400: a line, discount, fee or tax belongs to one record. Text UNCONFIRMED."""
    return errors.invalid("The record already belongs to another object; make a copy of it.")


def refuse_if_final(crm: Crm, author: Author, slug: str, record: Record) -> None:
    """Parts of a paid or voided billable invoice stand (UNCONFIRMED by API: a switch).

    Raises:
        ApiError: 400.
    """
    for invoice in crm.partner_records(slug, record.id, "invoices"):
        refuse_change(crm, author, invoice)


def refuse_change(crm: Crm, author: Author, invoice: Record) -> None:
    """See :func:`refuse_if_final`.

    Raises:
        ApiError: 400.
    """
    locked = crm.settings.lock_final_invoices or author.is_person
    if locked and is_billable(invoice.values) and status_of(invoice) in FINAL:
        raise errors.invalid(
            f"Invoice {invoice.id} is {status_of(invoice)}: it can no longer be edited."
        )


def settle_parents(crm: Crm, happening: Happening) -> None:
    """The invoices of a record that changed are computed again."""
    if happening.action in ("update", "archive", "restore", "merge"):
        found = crm.partner_records(happening.kind.slug, happening.record_id, "invoices")
        for invoice in found:
            settle(crm, happening.author, invoice)


def settle(crm: Crm, author: Author, invoice: Record) -> None:
    """Compute an invoice's totals, what is paid, and the status that follows."""
    billable = is_billable(invoice.values)
    if not (billable or crm.settings.payments_move_non_billable):
        return
    computed: dict[str, str] = {}
    if billable:
        parts = invoice_totals(crm, invoice)
        billed = parts.billed
        computed = {
            "hs_subtotal": shown(parts.subtotal),
            "hs_discounts_total": shown(parts.discounts),
            "hs_fees_total": shown(parts.fees),
            "hs_taxes_total": shown(parts.taxes),
            "hs_amount_billed": shown(billed),
        }
    else:
        billed = number(invoice.values.get("hs_amount_billed"))
    status = status_of(invoice)
    counted = counting_payments(crm, invoice) if status in ("open", "paid") else []
    paid = sum((share(crm, payment, invoice) for payment in counted), ZERO)
    status = _status_after(crm, status, billed, paid, has_payment=bool(counted))
    computed["hs_invoice_status"] = status
    if status != "paid":
        computed["hs_payment_date"] = ""
    elif counted:
        computed["hs_payment_date"] = max(p.values.get("hs_initiated_date", "") for p in counted)
    computed["hs_amount_paid"] = shown(paid)
    # Paid too much: the balance stays zero (UNCONFIRMED).
    computed["hs_balance_due"] = shown(ZERO if status == "voided" else max(billed - paid, ZERO))
    overdue = _days_overdue(crm, invoice) if status == "open" else 0
    computed["hs_days_overdue"] = str(overdue) if overdue else ""
    if not counted and status == "paid":
        # Set to paid without payments (a switch allows it): the amounts follow the status.
        computed["hs_amount_paid"], computed["hs_balance_due"] = shown(billed), shown(ZERO)
        del computed["hs_invoice_status"]
    crm.calculate(BY_SLUG["invoices"], author, invoice, computed)


def _days_overdue(crm: Crm, invoice: Record) -> int:
    """Whole days since the due date, as of the last change; it does not grow by itself."""
    due = to_milliseconds(invoice.values.get("hs_due_date", ""))
    return 0 if due is None else max((crm.clock.milliseconds() - due) // _DAY, 0)


def _status_after(
    crm: Crm, status: str, billed: Decimal, paid: Decimal, *, has_payment: bool
) -> str:
    """Open becomes paid with its payments; back only where a switch says so (UNCONFIRMED)."""
    if status == "open" and has_payment and paid >= billed:
        return "paid"
    if status == "paid" and paid < billed and not crm.settings.paid_is_final:
        return "open"
    return status


def invoice_totals(crm: Crm, invoice: Record) -> totals.Totals:
    """The totals from lines, discounts, fees and taxes as they are now."""
    lines = []
    for line in crm.partner_records("invoices", invoice.id, "line_items"):
        net = totals.line_amount(line.values)
        rate = TAX_RATES.get(line.values.get("hs_tax_rate_group_id", ""))
        lines.append(totals.Line(net or ZERO, rate.percentage if rate else ZERO))
    discounts, fees, taxes = (_adjustments(crm, invoice, slug) for slug in PARTS[1:])
    return totals.totals(lines, discounts, fees, taxes)


def _adjustments(crm: Crm, invoice: Record, slug: str) -> list[totals.Adjustment]:
    found = crm.partner_records("invoices", invoice.id, slug)
    found.sort(key=lambda one: (number(one.values.get("hs_sort_order")), int(one.id)))
    return [
        totals.Adjustment(
            one.values.get("hs_type") == "PERCENT", number(one.values.get("hs_value"))
        )
        for one in found
    ]


def counting_payments(crm: Crm, invoice: Record) -> list[Record]:
    """The payments of an invoice that have arrived."""
    found = crm.partner_records("invoices", invoice.id, "commerce_payments")
    return [one for one in found if one.values.get("hs_latest_status") in COUNTED]


def net_of(payment: Record) -> Decimal:
    """What a payment is worth after refunds."""
    return number(payment.values.get("hs_initial_amount")) - number(
        payment.values.get("hs_refunds_amount")
    )


def share(crm: Crm, payment: Record, invoice: Record) -> Decimal:
    """What of a payment falls on one of its invoices: the older ones come first (UNCONFIRMED)."""
    left = net_of(payment)
    found = crm.partner_records("commerce_payments", payment.id, "invoices")
    for one in found:
        is_last = one is found[-1]
        part = left if is_last else min(left, number(one.values.get("hs_amount_billed")))
        if one is invoice:
            return part
        left -= part
    return ZERO


def partner_slug(happening: Happening) -> str:
    """The type of the partner of an association."""
    return BY_TYPE_ID[happening.other[0]].slug if happening.other else ""
