"""What the tests of several kinds of documents ask of the two systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from syncapp.models import RecordLink
from tests.simulation.fields import H, Q
from tests.simulation.journal import APP

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

Test = Callable[["DocumentSimulation", RecordLink], bool]


def here_of(sim: DocumentSimulation, link: RecordLink) -> str:
    """The invoice in HubSpot, while it is there."""
    found = link.hubspot_id or ""
    return found if sim.view.hubspot.is_there("invoices", found) else ""


def there_of(sim: DocumentSimulation, link: RecordLink) -> str:
    """The invoice in QuickBooks, while it is there."""
    found = link.quickbooks_id or ""
    return found if sim.view.quickbooks.held("Invoice", found) is not None else ""


def allows(sim: DocumentSimulation, to: str, name: str = "invoices") -> bool:
    return sim.clicks.rules.allows(to, name)


def is_mirror(sim: DocumentSimulation, link: RecordLink) -> bool:
    return sim.journal.born(H, "invoices", link.hubspot_id or "") == APP


def is_closed(sim: DocumentSimulation, *days: str) -> bool:
    closed = sim.view.quickbooks.closed_through
    return bool(closed) and any(day and day <= closed for day in days)


def days_of(sim: DocumentSimulation, link: RecordLink) -> tuple[str, str]:
    here, there = here_of(sim, link), there_of(sim, link)
    held = sim.view.hubspot.held("invoices", here) if here else {}
    booked = sim.view.quickbooks.held("Invoice", there) or {}
    return sim.view.day(held.get("hs_invoice_date")), str(booked.get("TxnDate") or "")


def has_payments(sim: DocumentSimulation, link: RecordLink) -> bool:
    there = there_of(sim, link)
    return bool(there) and sim.view.total(Q, there) != sim.view.balance(Q, there)


def direction_is_closed(sim: DocumentSimulation, link: RecordLink) -> bool:
    if link.is_linked:
        born = H if not is_mirror(sim, link) else Q
        return not allows(sim, Q if born == H else H)
    return not allows(sim, Q if link.hubspot_id else H)
