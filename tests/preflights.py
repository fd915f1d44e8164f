"""A pair of accounts that is fit to be synced, and for each check a way to spoil it.

Shared by the tests of the service and of the page. ``SPOIL`` has a row for each check of the
catalogue: a check without one fails its test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from syncapp.connectors.grants import VENDORS
from syncapp.core.sides import Side
from syncapp.models import Connection
from syncapp.services import connections, preflight
from syncapp.services.preflight import Report
from tests.world import TOKEN, World

CONFIRMED = ("workflows",)


@dataclass
class Spoiled:
    """A world a check must find something in.

    Attributes:
        says: Words of the finding, figures first of all.
    """

    spoil: Callable[[World, pytest.MonkeyPatch], None]
    says: tuple[str, ...]
    country: str = "US"


def fit(*, country: str = "US") -> World:
    """Accounts in which no check finds what it warns of."""
    world = World(country=country)
    world.hubspot_app.hub_settings.additional_currencies = [] if country == "US" else ["GBP"]
    books(
        world,
        TaxPrefs={"UsingSalesTax": False},
        AccountingInfoPrefs={"BookCloseDate": "2026-09-30"},
    )
    for item_id in ("1", "2"):
        edit_item(world, item_id, Sku=f"S-{item_id}")
    # The static token may do everything, as a service key with all scopes.
    connections.connect_with_token(world.pair.hubspot, TOKEN, env=world.env)
    link_items(world)
    for code in CONFIRMED:
        confirm(world, code)
    return world


def look(world: World) -> Report:
    world.pair.refresh_from_db()
    return preflight.carry_out(world.pair, env=world.env)


def confirm(world: World, code: str) -> None:
    preflight.PreflightTick.objects.update_or_create(
        pair=world.pair,
        code=code,
        defaults={"who": "ada", "at": world.env.clock.now(), "text": "confirmed"},
    )


def books(world: World, **sections: dict[str, Any]) -> None:
    """Somebody changes the company's settings in QuickBooks."""
    held = world.quickbooks.call("GET", "/preferences")["Preferences"]
    body = {"Id": "1", "SyncToken": held["SyncToken"], "sparse": True, **sections}
    world.quickbooks.call("POST", "/preferences", body)


def edit_item(world: World, item_id: str, **values: Any) -> None:
    held = world.quickbooks.call("GET", f"/item/{item_id}")["Item"]
    body = {**{k: held[k] for k in ("Id", "SyncToken", "Name", "Type")}, "sparse": True}
    world.quickbooks.call("POST", "/item", {**body, **values})


def link_items(world: World) -> None:
    """As a product sync would have: both items have their partner."""
    definition = world.pair.definitions.create(object_type="products")
    for item_id in ("1", "2"):
        definition.links.create(
            origin="quickbooks", hubspot_id=f"9{item_id}", quickbooks_id=item_id, state="in_sync",
            created_at=world.env.clock.now(), updated_at=world.env.clock.now(),
        )  # fmt: skip


def invoice_from(world: World, source: str, **properties: str) -> None:
    """An invoice in HubSpot, as an integration makes one."""
    values = {
        "hs_currency": "USD", "hs_invoice_billable": "false", "hs_invoice_source": source,
        **properties,
    }  # fmt: skip
    world.hubspot.call("POST", "/crm/v3/objects/invoices", {"properties": values})


def _without_a_scope(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hubspot = VENDORS[Side.HUBSPOT]
    fewer = tuple(scope for scope in hubspot.scopes if scope != "crm.objects.companies.read")
    monkeypatch.setitem(VENDORS, Side.HUBSPOT, replace(hubspot, scopes=fewer))  # type: ignore[misc]
    world.consent(world.pair.hubspot)


def _sandbox(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Connection.objects.filter(side="quickbooks").update(environment="sandbox")
    world.pair.quickbooks.refresh_from_db()


def _slow_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.engine_clock.drift = timedelta(minutes=-7)


def _more_items(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Stone", "Gravel"):
        body = {"Name": name, "Type": "Service", "Sku": name, "IncomeAccountRef": {"value": "1"}}
        world.quickbooks.call("POST", "/item", body)


def _no_sku(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_item(world, "2", Sku="")
    for name in ("Stone", "Gravel"):
        world.hubspot.call("POST", "/crm/v3/objects/products", {"properties": {"name": name}})


def _one_company_of_three(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [world.hubspot.add(email=f"{name}@acme.com", firstname=name) for name in "abc"]
    world.hubspot.company("Acme", *people)
    world.sync()
    world.run()


def _books(**sections: dict[str, Any]) -> Callable[[World, pytest.MonkeyPatch], None]:
    return lambda world, monkeypatch: books(world, **sections)


def _currencies(*codes: str) -> Callable[[World, pytest.MonkeyPatch], None]:
    def spoil(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.hubspot_app.hub_settings.additional_currencies = list(codes)

    return spoil


def _other_invoices(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for source in ("data_sync", "legacy_quickbooks"):
        invoice_from(world, source)


def _customers(*emails: str) -> Callable[[World, pytest.MonkeyPatch], None]:
    def spoil(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for number, email in enumerate(emails):
            world.quickbooks.add(f"Customer {number}", email)

    return spoil


def _nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    return None


def _unconfirmed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    preflight.withdraw(world.pair, "workflows")


SPOIL: dict[str, Spoiled] = {
    "scopes": Spoiled(_without_a_scope, ("HubSpot did not grant", "crm.objects.companies.read")),
    "environments": Spoiled(_sandbox, ("HubSpot is “simulator” and QuickBooks is “sandbox”.",)),
    "clocks": Spoiled(_slow_clock, ("7 minutes behind HubSpot", "7 minutes behind QuickBooks")),
    "other_integration": Spoiled(
        lambda world, _: (
            [invoice_from(world, one) for one in ("data_sync", "legacy_quickbooks")] and None
        ),
        ("2 invoices in HubSpot came from another QuickBooks integration", "2026-11-02"),
    ),
    "workflows": Spoiled(_unconfirmed, ("Nobody has confirmed yet",)),
    "tax_per_line": Spoiled(_nothing, ("country is GB",), country="GB"),
    "sales_tax": Spoiled(_books(TaxPrefs={"UsingSalesTax": True}), ("Sales tax is on.",)),
    "home_currency": Spoiled(
        _currencies("EUR"), ("books in GBP; the HubSpot account has USD and EUR.",), country="GB"
    ),
    "multicurrency": Spoiled(
        _currencies("EUR", "CAD"),
        ("EUR and CAD besides the home currency USD", "is off"),
    ),
    "customers_first": Spoiled(
        _customers("a@x.com", "b@x.com"),
        ("2 of 2 active customers are not linked",),
    ),
    "products_first": Spoiled(_more_items, ("2 of 4 products and services are not linked",)),
    "sku": Spoiled(
        _no_sku, ("3 products and services have no SKU: 1 in QuickBooks, 2 in HubSpot",)
    ),
    "emails": Spoiled(
        _customers(""),
        ("1 of 1 active customer has no e-mail address.",),
    ),
    "display_names": Spoiled(_one_company_of_three, ("2 contacts want a display name", "“Acme”")),
    "custom_numbers": Spoiled(
        _books(SalesFormsPrefs={"CustomTxnNumbers": True}), ("Custom transaction numbers are on.",)
    ),
    "closed_books": Spoiled(
        _books(AccountingInfoPrefs={"BookCloseDate": ""}), ("The books have no closing date.",)
    ),
    "revenue_recognition": Spoiled(
        _books(ProductAndServicesPrefs={"RevenueRecognitionEnabled": True}),
        ("Revenue recognition is on.",),
    ),
    "automatic_credits": Spoiled(
        _books(SalesFormsPrefs={"AutoApplyCredit": True}), ("applies credits by itself",)
    ),
    "discounts": Spoiled(
        _books(SalesFormsPrefs={"AllowDiscount": False}), ("The discount field is off",)
    ),
    "deposits": Spoiled(
        _books(SalesFormsPrefs={"AllowDeposit": True}), ("The deposit field is on",)
    ),
}
