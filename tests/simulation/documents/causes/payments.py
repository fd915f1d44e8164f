"""Whether the reason given for a payment, or its note on a deal, is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation.documents.causes.looking import Test, direction_is_closed, is_closed
from tests.simulation.documents.view import money
from tests.simulation.fields import H, Q
from tests.simulation.journal import APP, PERSON

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation


def _collected(sim: DocumentSimulation, link: RecordLink) -> dict[str, str]:
    """The payment in HubSpot, also when it was archived."""
    known = sim.view.hubspot.known("commerce_payments")
    found = link.hubspot_id or ""
    return dict(sim.view.hubspot.held("commerce_payments", found)) if found in known else {}


def _is_collected(sim: DocumentSimulation, link: RecordLink) -> bool:
    return sim.journal.born(H, "commerce_payments", link.hubspot_id or "") == PERSON


def _received(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Whether the allocation is there in QuickBooks."""
    payment, _, invoice = str(link.quickbooks_id or "").partition("/")
    return payment in sim.view.quickbooks.paid_by(invoice)


def _invoice_of(sim: DocumentSimulation, link: RecordLink) -> list[RecordLink]:
    view = sim.view
    rows = RecordLink.objects.filter(definition__object_type="invoices")
    found = list(rows.filter(quickbooks_id=str(link.quickbooks_id or "").partition("/")[2] or "-"))
    if link.hubspot_id in view.hubspot.known("commerce_payments"):
        tied = view.hubspot.ever_tied("commerce_payments", link.hubspot_id or "", "invoices")
        found += rows.filter(hubspot_id__in=tied)
    return found


def _pay_gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    there = sim.view.hubspot.is_there("commerce_payments", link.hubspot_id)
    if link.is_linked:
        return not there or not _received(sim, link)
    return not there if link.hubspot_id else not _received(sim, link)


def _from_hubspot(sim: DocumentSimulation, link: RecordLink) -> bool:
    payment = str(link.quickbooks_id or "").partition("/")[0]
    return sim.journal.born(Q, "Payment", payment) == APP


def _not_synced(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Its invoice has no partner (any more)."""
    found = _invoice_of(sim, link)
    return all(one.state != "in_sync" and not one.is_linked for one in found) or any(
        one.hubspot_gone or one.quickbooks_gone for one in found
    )


def _pay_waits(sim: DocumentSimulation, link: RecordLink) -> bool:
    return any(one.state == "failing" for one in _invoice_of(sim, link))


def _no_invoice(sim: DocumentSimulation, link: RecordLink) -> bool:
    tied = sim.view.hubspot.tied("commerce_payments", link.hubspot_id or "", "invoices")
    return not tied


def _failed(sim: DocumentSimulation, link: RecordLink) -> bool:
    return _collected(sim, link).get("hs_latest_status") == "failed"


def _removed(sim: DocumentSimulation, link: RecordLink) -> bool:
    there = sim.view.hubspot.is_there("commerce_payments", link.hubspot_id)
    return not there and _received(sim, link) and _is_collected(sim, link)


def _taken_back(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Less of it is applied in QuickBooks than HubSpot shows, on an invoice made in HubSpot."""
    payment, _, invoice = str(link.quickbooks_id or "").partition("/")
    applied = sum(
        (p for one in sim.view.quickbooks.rows("Invoice")
         for key, p in sim.view.quickbooks.paid_by(one).items()
         if key == payment and (one == invoice or _is_collected(sim, link))),
        start=money(0),
    )  # fmt: skip
    return money(_collected(sim, link).get("hs_initial_amount")) > applied


def _lost_a_payment(sim: DocumentSimulation, link: RecordLink) -> bool:
    """An invoice says so as long as one of its payments truly does."""
    taken = link.parts.filter(state="failing", code="inv_payment_removed_in_qbo")
    return any(_taken_back(sim, payment) for payment in taken)


def _possible_duplicate(sim: DocumentSimulation, link: RecordLink) -> bool:
    amount = money(_collected(sim, link).get("hs_initial_amount"))
    found = [one for one in _invoice_of(sim, link) if one.quickbooks_id]
    return not link.is_linked and any(
        sim.view.balance(Q, str(one.quickbooks_id)) < amount for one in found
    )


def _refunded(sim: DocumentSimulation, link: RecordLink) -> bool:
    return bool(money(_collected(sim, link).get("hs_refunds_amount")))


def _pay_period(sim: DocumentSimulation, link: RecordLink) -> bool:
    return is_closed(sim, sim.view.day(_collected(sim, link).get("hs_initiated_date")))


def _no_account(sim: DocumentSimulation, link: RecordLink) -> bool:
    processor = _collected(sim, link).get("hs_processor_type") or "none"
    return processor not in sim.clicks.rules.accounts


def _note_gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = not link.hubspot_id or sim.view.hubspot.is_there("notes", link.hubspot_id)
    return not here or not _received(sim, link)


def _no_deal(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not any(
        sim.view.hubspot.tied("invoices", str(one.hubspot_id), "deals")
        for one in _invoice_of(sim, link)
        if one.hubspot_id and sim.view.hubspot.is_there("invoices", one.hubspot_id)
    )


TESTS: dict[str, Test] = {
    "payments:gone": _pay_gone,
    "payments:direction": direction_is_closed,
    "payments:dependency": _pay_waits,
    "pay_from_hubspot": _from_hubspot,
    "pay_invoice_not_synced": _not_synced,
    "pay_no_invoice": _no_invoice,
    "pay_failed": _failed,
    "pay_removed_in_hubspot": _removed,
    "payments:inv_payment_removed_in_qbo": _taken_back,
    "invoices:inv_payment_removed_in_qbo": _lost_a_payment,
    "possible_duplicate_payment": _possible_duplicate,
    "pay_refunded": _refunded,
    "pay_period_closed": _pay_period,
    "pay_no_account": _no_account,
    "payment_notes:gone": _note_gone,
    "payment_notes:direction": direction_is_closed,
    "pay_no_deal": _no_deal,
}
