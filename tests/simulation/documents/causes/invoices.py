"""Whether the reason given for an invoice, or one of its lines, is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation.documents.causes.looking import (
    Test,
    allows,
    days_of,
    direction_is_closed,
    has_payments,
    here_of,
    is_closed,
    is_mirror,
    there_of,
)
from tests.simulation.fields import H, Q
from tests.simulation.journal import APP, PERSON

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation


def _draft(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = here_of(sim, link)
    return bool(here) and not link.is_linked and sim.view.status(H, here) == "draft"


def _gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = here_of(sim, link), there_of(sim, link)
    if here and there:
        return False
    left = [(H, here)] if here else [(Q, there)] if there else []
    return not link.is_linked or all(_is_empty(sim, side, one) for side, one in left)


def _is_empty(sim: DocumentSimulation, side: str, record: str) -> bool:
    """Whether an invoice shows no money, open or paid."""
    view = sim.view
    if view.status(side, record) == "voided":
        return True
    return view.total(side, record) == 0 and view.balance(side, record) == 0


def _left_open(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = here_of(sim, link), there_of(sim, link)
    if not link.is_linked or bool(here) == bool(there):
        return False
    side, record = (H, here) if here else (Q, there)
    return not _is_empty(sim, side, record)


def _no_customer(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = here_of(sim, link)
    return bool(here) and len(sim.view.hubspot.tied("invoices", here, "contacts")) != 1


def _dependency(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Its contact or customer is not in sync, and says why itself."""
    here, there = here_of(sim, link), there_of(sim, link)
    contacts = sim.view.hubspot.ever_tied("invoices", here, "contacts") if here else []
    booked = sim.view.quickbooks.held("Invoice", there) or {}
    customer = (booked.get("CustomerRef") or {}).get("value")
    parties = RecordLink.objects.filter(definition__object_type="contacts")
    found = [*parties.filter(hubspot_id__in=contacts), *parties.filter(quickbooks_id=customer)]
    return any(one.state != "in_sync" for one in found)


def _period(sim: DocumentSimulation, link: RecordLink) -> bool:
    return is_closed(sim, *days_of(sim, link))


def _number(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = here_of(sim, link)
    number = sim.view.hubspot.held("invoices", here).get("hs_number") if here else None
    if link.is_linked and not number:
        return False
    booked = sim.view.quickbooks.rows("Invoice").items()
    return any(v.get("DocNumber") == number and one != link.quickbooks_id for one, v in booked)


def _shape(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = here_of(sim, link)
    return bool(here) and (
        not sim.view.hubspot.tied("invoices", here, "line_items") or sim.view.total(H, here) < 0
    )


def _totals(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = here_of(sim, link), there_of(sim, link)
    return bool(here and there) and sim.view.total(H, here) != sim.view.total(Q, there)


def _lines_edited(sim: DocumentSimulation, link: RecordLink) -> bool:
    edits = [
        e for e in sim.journal.of.get((Q, "Invoice", link.quickbooks_id or ""), ())
        if "Line" in e.after
    ]  # fmt: skip
    return not is_mirror(sim, link) and bool(edits) and edits[-1].by == PERSON


def _frozen(sim: DocumentSimulation, link: RecordLink) -> bool:
    return has_payments(sim, link) or is_closed(sim, *days_of(sim, link))


def _voided_there(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = here_of(sim, link), there_of(sim, link)
    return bool(here and there) and (
        sim.view.status(Q, there) == "voided" and sim.view.status(H, here) != "voided"
    )


def _voided_here(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = here_of(sim, link), there_of(sim, link)
    return bool(here and there) and (
        sim.view.status(H, here) == "voided" and sim.view.status(Q, there) != "voided"
    )


def _void_paid(sim: DocumentSimulation, link: RecordLink) -> bool:
    return _voided_here(sim, link) and has_payments(sim, link)


def _void_late(sim: DocumentSimulation, link: RecordLink) -> bool:
    day = days_of(sim, link)[1]
    late = day[:7] != sim.view.today[:7] or is_closed(sim, day)
    return _voided_here(sim, link) and late


def _final_here(sim: DocumentSimulation, link: RecordLink) -> bool:
    """HubSpot refuses dates of an invoice that is paid or voided there."""
    here = here_of(sim, link)
    return bool(here) and sim.view.status(H, here) in {"paid", "voided"}


def _line_gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    invoice, _, line = str(link.quickbooks_id or "").partition("/")
    there = any(one.get("Id") == line for one in sim.view.quickbooks.lines(invoice))
    parent = link.parent
    whole = parent is not None and bool(here_of(sim, parent) and there_of(sim, parent))
    here = not link.hubspot_id or sim.view.hubspot.is_there("line_items", link.hubspot_id)
    return not (there and whole and here)


def _line_direction(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Lines of invoices that were made in HubSpot do not travel back."""
    invoice = str(link.quickbooks_id or "").partition("/")[0]
    return not allows(sim, H) or sim.journal.born(Q, "Invoice", invoice) == APP


TESTS: dict[str, Test] = {
    "inv_draft": _draft,
    "invoices:rejected": _final_here,
    "invoices:gone": _gone,
    "deleted_with_balance": _left_open,
    "inv_no_customer": _no_customer,
    "invoices:dependency": _dependency,
    "invoices:direction": direction_is_closed,
    "inv_period_closed": _period,
    "number_in_use": _number,
    "inv_shape": _shape,
    "totals": _totals,
    "inv_lines_edited_in_qbo": _lines_edited,
    "inv_edited_after_payment": _frozen,
    "inv_voided_in_qbo": _voided_there,
    "inv_void_has_payments": _void_paid,
    "inv_void_or_credit": _void_late,
    "invoice_lines:gone": _line_gone,
    "invoice_lines:direction": _line_direction,
}
