"""The frame of the pages and their routes. Every write goes through the same rules as the API's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.ledger import PERSON
from simulators.common.web import SimRequest, html_response, see_other
from simulators.quickbooks.company import Company, Writer

if TYPE_CHECKING:
    from simulators.quickbooks.app import QuickBooks

SITE = pages.Site(
    brand="Books (simulated)",
    subtitle="A stand-in for QuickBooks Online. Nothing here is real.",
    nav=(
        ("Customers", "/"),
        ("Invoices", "/invoices"),
        ("Credit memos", "/creditmemos"),
        ("Payments", "/payments"),
        ("Items", "/items"),
        ("Vendors", "/vendors"),
        ("Company settings", "/settings"),
        ("Connected apps", "/apps"),
        ("Faults", "/faults"),
    ),
    accent="#2a5b2c",
)
_PERSON_NAME = "Pat Ledger"
_PERSON_ID = "9130357849536021"


class Desk:
    """What all pages share: the company, who works at it, and how a page is put together."""

    def __init__(self, app: QuickBooks) -> None:
        self.app = app

    @property
    def company(self) -> Company:
        """The company."""
        return self.app.company

    def writer(self, request: SimRequest) -> Writer:
        """The person, for a write."""
        return Writer(PERSON, _PERSON_NAME, request.request_id, _PERSON_ID)

    def page(
        self,
        request: SimRequest,
        title: str,
        body: Markup,
        *,
        current: str = "/",
        problem: str = "",
    ) -> Response:
        """A whole page; ``?done=`` or a problem is shown above the body."""
        flash = problem or request.args.get("done", "")
        shown = pages.page(SITE, title, body, current=current, flash=flash, bad=bool(problem))
        return html_response(shown, 400 if problem else 200)

    def back(self, path: str, done: str) -> Response:
        """Go on to a page that says what was done."""
        return see_other(f"{path}?{urlencode({'done': done})}")


class PersonPages:
    """All pages with their routes."""

    def __init__(self, app: QuickBooks) -> None:
        # Imported here because these modules build on Desk.
        from simulators.quickbooks.pages import (
            customers,
            goods,
            money,
            office,
            sales,
            settings,
            trouble,
        )

        desk = Desk(app)
        self._parts = (
            customers.CustomerPages(desk),
            sales.SalesPages(desk, "invoice", "Invoices"),
            sales.SalesPages(desk, "creditmemo", "Credit memos"),
            money.MoneyPages(desk),
            goods.GoodsPages(desk),
            office.OfficePages(desk),
            settings.SettingsPages(desk),
            trouble.TroublePages(desk),
        )

    def rules(self) -> list[Rule]:
        """The routes."""
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("/app/customerdetail", "GET", _customer_of_the_real_address),
        ]
        for part in self._parts:
            routes += part.routes()
        return [Rule(path, methods=[verb], endpoint=target) for path, verb, target in routes]


def _customer_of_the_real_address(request: SimRequest) -> Response:
    """QuickBooks' own address of a customer leads to the page here."""
    return see_other(f"/customers/{quote(request.args.get('nameId', ''), safe='')}")
