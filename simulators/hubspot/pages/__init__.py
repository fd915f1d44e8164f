"""The pages of a person who works in HubSpot; a person's edits follow the same rules as an API's.

One module per area; ``records`` has what all object types share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from werkzeug.routing import Rule

from simulators.common.web import App, SimRequest
from simulators.hubspot.crm import Crm
from simulators.hubspot.oauth import OAuth
from simulators.hubspot.pages.apps import AppPages
from simulators.hubspot.pages.faults import FaultPage
from simulators.hubspot.pages.invoices import InvoicePages
from simulators.hubspot.pages.lists import ListPages
from simulators.hubspot.pages.records import RecordPages
from simulators.hubspot.pages.related import RelatedPages
from simulators.hubspot.pages.site import page_rule
from simulators.hubspot.writes import Author


def page_rules(
    app: App, crm: Crm, oauth: OAuth, author_of: Callable[[SimRequest], Author]
) -> Iterator[Rule]:
    """All routes of all pages."""
    records = RecordPages(crm, author_of)
    related = RelatedPages(crm, author_of, records)
    invoices = InvoicePages(crm, author_of, records)
    records.cards = [invoices.cards, related.cards]
    yield from ListPages(crm).rules()
    yield from records.rules()
    yield from related.rules()
    yield from invoices.rules()
    yield from AppPages(crm, oauth, author_of).rules()
    faults = FaultPage(app)
    yield page_rule("/faults", "GET", faults.show)
    yield page_rule("/faults", "POST", faults.arm)
    yield page_rule("/faults/clear", "POST", faults.clear)
    yield page_rule("/faults/release", "POST", faults.release)


__all__ = ["page_rules"]
