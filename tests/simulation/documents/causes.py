"""Whether the reason our table gives for a document is true, asked of the two systems (I5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation.documents.view import money
from tests.simulation.fields import H, Q
from tests.simulation.journal import APP, PERSON

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

Test = Callable[["DocumentSimulation", RecordLink], bool]


def is_true(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Whether a failing or excluded document stands there for a reason that exists."""
    kind = link.definition.object_type
    test = _TESTS.get(f"{kind}:{link.code}") or _TESTS.get(link.code)
    return test is not None and test(sim, link)


# -- looking


def _here(sim: DocumentSimulation, link: RecordLink) -> str:
    """The invoice in HubSpot, while it is there."""
    found = link.hubspot_id or ""
    return found if sim.view.hubspot.is_there("invoices", found) else ""


def _there(sim: DocumentSimulation, link: RecordLink) -> str:
    """The invoice in QuickBooks, while it is there."""
    found = link.quickbooks_id or ""
    return found if sim.view.quickbooks.held("Invoice", found) is not None else ""


def _allows(sim: DocumentSimulation, to: str, name: str = "invoices") -> bool:
    return sim.clicks.rules.allows(to, name)


def _is_mirror(sim: DocumentSimulation, link: RecordLink) -> bool:
    return sim.journal.born(H, "invoices", link.hubspot_id or "") == APP


def _is_closed(sim: DocumentSimulation, *days: str) -> bool:
    closed = sim.view.quickbooks.closed_through
    return bool(closed) and any(day and day <= closed for day in days)


def _days(sim: DocumentSimulation, link: RecordLink) -> tuple[str, str]:
    here, there = _here(sim, link), _there(sim, link)
    held = sim.view.hubspot.held("invoices", here) if here else {}
    booked = sim.view.quickbooks.held("Invoice", there) or {}
    return sim.view.day(held.get("hs_invoice_date")), str(booked.get("TxnDate") or "")


def _has_payments(sim: DocumentSimulation, link: RecordLink) -> bool:
    there = _there(sim, link)
    return bool(there) and sim.view.total(Q, there) != sim.view.balance(Q, there)


# -- invoices


def _draft(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = _here(sim, link)
    return bool(here) and not link.is_linked and sim.view.status(H, here) == "draft"


def _gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = _here(sim, link), _there(sim, link)
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
    here, there = _here(sim, link), _there(sim, link)
    if not link.is_linked or bool(here) == bool(there):
        return False
    side, record = (H, here) if here else (Q, there)
    return not _is_empty(sim, side, record)


def _no_customer(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = _here(sim, link)
    return bool(here) and len(sim.view.hubspot.tied("invoices", here, "contacts")) != 1


def _dependency(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Its contact or customer is not in sync, and says why itself."""
    here, there = _here(sim, link), _there(sim, link)
    contacts = sim.view.hubspot.ever_tied("invoices", here, "contacts") if here else []
    booked = sim.view.quickbooks.held("Invoice", there) or {}
    customer = (booked.get("CustomerRef") or {}).get("value")
    parties = RecordLink.objects.filter(definition__object_type="contacts")
    found = [*parties.filter(hubspot_id__in=contacts), *parties.filter(quickbooks_id=customer)]
    return any(one.state != "in_sync" for one in found)


def _direction(sim: DocumentSimulation, link: RecordLink) -> bool:
    if link.is_linked:
        born = H if not _is_mirror(sim, link) else Q
        return not _allows(sim, Q if born == H else H)
    return not _allows(sim, Q if link.hubspot_id else H)


def _period(sim: DocumentSimulation, link: RecordLink) -> bool:
    return _is_closed(sim, *_days(sim, link))


def _number(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = _here(sim, link)
    number = sim.view.hubspot.held("invoices", here).get("hs_number") if here else None
    if link.is_linked and not number:
        return False
    booked = sim.view.quickbooks.rows("Invoice").items()
    return any(v.get("DocNumber") == number and one != link.quickbooks_id for one, v in booked)


def _shape(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = _here(sim, link)
    return bool(here) and (
        not sim.view.hubspot.tied("invoices", here, "line_items") or sim.view.total(H, here) < 0
    )


def _totals(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = _here(sim, link), _there(sim, link)
    return bool(here and there) and sim.view.total(H, here) != sim.view.total(Q, there)


def _lines_edited(sim: DocumentSimulation, link: RecordLink) -> bool:
    edits = [
        e for e in sim.journal.of.get((Q, "Invoice", link.quickbooks_id or ""), ())
        if "Line" in e.after
    ]  # fmt: skip
    return not _is_mirror(sim, link) and bool(edits) and edits[-1].by == PERSON


def _frozen(sim: DocumentSimulation, link: RecordLink) -> bool:
    return _has_payments(sim, link) or _is_closed(sim, *_days(sim, link))


def _voided_there(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = _here(sim, link), _there(sim, link)
    return bool(here and there) and (
        sim.view.status(Q, there) == "voided" and sim.view.status(H, here) != "voided"
    )


def _voided_here(sim: DocumentSimulation, link: RecordLink) -> bool:
    here, there = _here(sim, link), _there(sim, link)
    return bool(here and there) and (
        sim.view.status(H, here) == "voided" and sim.view.status(Q, there) != "voided"
    )


def _void_paid(sim: DocumentSimulation, link: RecordLink) -> bool:
    return _voided_here(sim, link) and _has_payments(sim, link)


def _void_late(sim: DocumentSimulation, link: RecordLink) -> bool:
    day = _days(sim, link)[1]
    late = day[:7] != sim.view.today[:7] or _is_closed(sim, day)
    return _voided_here(sim, link) and late


def _final_here(sim: DocumentSimulation, link: RecordLink) -> bool:
    """HubSpot refuses dates of an invoice that is paid or voided there."""
    here = _here(sim, link)
    return bool(here) and sim.view.status(H, here) in {"paid", "voided"}


# -- payments


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


def _possible_duplicate(sim: DocumentSimulation, link: RecordLink) -> bool:
    amount = money(_collected(sim, link).get("hs_initial_amount"))
    found = [one for one in _invoice_of(sim, link) if one.quickbooks_id]
    return not link.is_linked and any(
        sim.view.balance(Q, str(one.quickbooks_id)) < amount for one in found
    )


def _refunded(sim: DocumentSimulation, link: RecordLink) -> bool:
    return bool(money(_collected(sim, link).get("hs_refunds_amount")))


def _pay_period(sim: DocumentSimulation, link: RecordLink) -> bool:
    return _is_closed(sim, sim.view.day(_collected(sim, link).get("hs_initiated_date")))


def _no_account(sim: DocumentSimulation, link: RecordLink) -> bool:
    processor = _collected(sim, link).get("hs_processor_type") or "none"
    return processor not in sim.clicks.rules.accounts


# -- lines and notes


def _line_gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    invoice, _, line = str(link.quickbooks_id or "").partition("/")
    there = any(one.get("Id") == line for one in sim.view.quickbooks.lines(invoice))
    parent = link.parent
    whole = parent is not None and bool(_here(sim, parent) and _there(sim, parent))
    here = not link.hubspot_id or sim.view.hubspot.is_there("line_items", link.hubspot_id)
    return not (there and whole and here)


def _line_direction(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Lines of invoices that were made in HubSpot do not travel back."""
    invoice = str(link.quickbooks_id or "").partition("/")[0]
    return not _allows(sim, H) or sim.journal.born(Q, "Invoice", invoice) == APP


def _note_gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = not link.hubspot_id or sim.view.hubspot.is_there("notes", link.hubspot_id)
    return not here or not _received(sim, link)


def _no_deal(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not any(
        sim.view.hubspot.tied("invoices", str(one.hubspot_id), "deals")
        for one in _invoice_of(sim, link)
        if one.hubspot_id and sim.view.hubspot.is_there("invoices", one.hubspot_id)
    )


# -- products


def _item(sim: DocumentSimulation, link: RecordLink) -> dict[str, object]:
    return dict(sim.view.quickbooks.held("Item", link.quickbooks_id) or {})


def _product_gone(sim: DocumentSimulation, link: RecordLink) -> bool:
    here = not link.hubspot_id or sim.view.hubspot.is_there("products", link.hubspot_id)
    return not here or (bool(link.quickbooks_id) and not _item(sim, link))


def _no_sku(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not link.is_linked and not _sku(sim, link)


def _sku(sim: DocumentSimulation, link: RecordLink) -> str:
    if link.quickbooks_id:
        return str(_item(sim, link).get("Sku") or "")
    return str(sim.view.hubspot.held("products", link.hubspot_id or "").get("hs_sku") or "")


def _inactive(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not _item(sim, link).get("Active", True)


def _product_direction(sim: DocumentSimulation, link: RecordLink) -> bool:
    return not link.is_linked and not _allows(sim, Q if link.hubspot_id else H, "products")


def _same_sku(sim: DocumentSimulation, link: RecordLink) -> bool:
    sku, view = _sku(sim, link), sim.view
    items = [v for v in view.quickbooks.rows("Item").values() if v.get("Sku") == sku]
    return bool(sku) and len(items) > 1


def _sku_taken(sim: DocumentSimulation, link: RecordLink) -> bool:
    """Whether the other side has a record with its SKU already."""
    sku, view = _sku(sim, link), sim.view
    if link.quickbooks_id:
        return any(v.get("hs_sku") == sku for v in view.hubspot.rows("products").values())
    return any(v.get("Sku") == sku for v in view.quickbooks.rows("Item").values())


def _name_taken(sim: DocumentSimulation, link: RecordLink) -> bool:
    name = str(link.params.get("name", "")).casefold()
    rows = sim.view.quickbooks.rows("Item").values()
    return any(str(v["Name"]).casefold() == name for v in rows)


def _substitute(sim: DocumentSimulation, link: RecordLink) -> bool:
    return str(_item(sim, link).get("Name")) in {"Custom line item", "HubSpot discount"}


_TESTS: dict[str, Test] = {
    "inv_draft": _draft,
    "invoices:rejected": _final_here,
    "invoices:gone": _gone,
    "deleted_with_balance": _left_open,
    "inv_no_customer": _no_customer,
    "invoices:dependency": _dependency,
    "invoices:direction": _direction,
    "inv_period_closed": _period,
    "number_in_use": _number,
    "inv_shape": _shape,
    "totals": _totals,
    "inv_lines_edited_in_qbo": _lines_edited,
    "inv_edited_after_payment": _frozen,
    "inv_voided_in_qbo": _voided_there,
    "inv_void_has_payments": _void_paid,
    "inv_void_or_credit": _void_late,
    "payments:gone": _pay_gone,
    "payments:direction": _direction,
    "payments:dependency": _pay_waits,
    "pay_from_hubspot": _from_hubspot,
    "pay_invoice_not_synced": _not_synced,
    "pay_no_invoice": _no_invoice,
    "pay_failed": _failed,
    "pay_removed_in_hubspot": _removed,
    "inv_payment_removed_in_qbo": _taken_back,
    "possible_duplicate_payment": _possible_duplicate,
    "pay_refunded": _refunded,
    "pay_period_closed": _pay_period,
    "pay_no_account": _no_account,
    "invoice_lines:gone": _line_gone,
    "invoice_lines:direction": _line_direction,
    "payment_notes:gone": _note_gone,
    "payment_notes:direction": _direction,
    "pay_no_deal": _no_deal,
    "products:gone": _product_gone,
    "no_sku": _no_sku,
    "inactive": _inactive,
    "products:direction": _product_direction,
    "ambiguous_match": _same_sku,
    "sku_in_use": _sku_taken,
    "products:name_in_use": _name_taken,
    "custom_line_item": _substitute,
}
