"""A company that invoices: the syncs switched on, and an invoice of either side in both systems."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from syncapp.models import RecordLink
from syncapp.services import preflight
from tests.scenarios.documents import Row, Seller, line, sale
from tests.world import World

#: Longer than what is known of the books is kept, and than a quiet time.
HOURS = 3700


@pytest.fixture
def seller(world: World) -> Seller:
    return Seller(world)


class Trade:
    """What every scenario of an invoice does: set up, run, look."""

    def __init__(self, seller: Seller) -> None:
        self.seller, self.world = seller, seller.world

    def start(self, *, contacts: Row | None = None, **document: Any) -> None:
        """Contacts and invoices both ways, as somebody would set them up."""
        world = self.world
        world.sync("contacts", **(contacts or {}))
        ann, _ = User.objects.get_or_create(username="ann")
        preflight.tick(world.pair, "workflows", user=ann, now=world.env.clock.now())
        options = {"income_account": self.seller.account("Income"), "not_taxable": "ann"}
        document["options"] = options | document.get("options", {})
        world.sync("invoices", **document)

    def run(self, *, after: float = 400) -> RecordLink:
        """A run later on; returns the only invoice."""
        self.world.clock.advance(after)
        run = self.world.run()
        assert run.state == "finished", run.detail
        return self.invoice

    @property
    def invoice(self) -> RecordLink:
        """The only invoice."""
        return self.world.link(definition__object_type="invoices")

    @property
    def outcome(self) -> tuple[str, str]:
        """State and code of the only invoice."""
        return self.invoice.state, self.invoice.code

    def client(self, **fields: str) -> str:
        """A contact of HubSpot."""
        told = {"email": "bea@example.com", "firstname": "Bea", "lastname": "Bly", **fields}
        return self.world.hubspot.add(**told)

    def sold(self, *lines: Row, **properties: Any) -> RecordLink:
        """An invoice made in HubSpot, in QuickBooks since a moment ago."""
        told = lines or (line("Design", "50", "2"), line("Print", "7"))
        self.seller.bill(self.client(), *told, **properties)
        self.start()
        link = self.run(after=0)
        assert (link.state, link.origin) == ("in_sync", "hubspot"), link.explanation
        return link

    def mirrored(self, *lines: Row, **fields: Any) -> RecordLink:
        """An invoice entered in QuickBooks, in HubSpot since a moment ago."""
        customer = self.world.quickbooks.add("Ada King", "ada@example.com")
        told = lines or (sale(self.seller.item("Design"), "100", "2", "50"),)
        self.seller.book(customer, *told, **fields)
        self.start()
        link = self.run(after=0)
        assert (link.state, link.origin) == ("in_sync", "quickbooks"), link.explanation
        return link

    def quiet(self) -> bool:
        """Whether a further run writes nothing."""
        self.world.clock.advance(400)
        return self.world.writes_of(self.world.run()) == 0

    def books(self, *, known: bool = True, **sections: Row) -> None:
        """Somebody changes the company's settings in QuickBooks.

        Args:
            known: So long ago that a run knows of it.
            sections: Of the preferences.
        """
        held = self.world.quickbooks.call("GET", "/preferences")["Preferences"]
        body = {"Id": "1", "SyncToken": held["SyncToken"], "sparse": True, **sections}
        self.world.quickbooks.call("POST", "/preferences", body)
        if known:
            self.world.clock.advance(HOURS)

    def close_books(self, day: str, *, known: bool = True) -> None:
        """Somebody closes the books through a day."""
        self.books(known=known, AccountingInfoPrefs={"BookCloseDate": day})


@pytest.fixture
def trade(seller: Seller) -> Trade:
    return Trade(seller)


def sales(document: Row) -> list[Row]:
    """The sales lines of an invoice in QuickBooks."""
    return [one for one in document["Line"] if one["DetailType"] == "SalesItemLineDetail"]
