"""Sample products and sales: something to look at, the same for the same seed, on both sides."""

from __future__ import annotations

from decimal import Decimal

import pytest
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.common.goods import hubspot_products, quickbooks_products, sales
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks

AUTHORISED = {"Authorization": "Bearer T", "Accept": "application/json"}


class Sides:
    """Both simulators of one seed, asked over their APIs."""

    def __init__(self, seed: int) -> None:
        clock = SimClock.frozen()
        self.crm = HubSpot(seed=seed, clock=clock, access_tokens=["T"])
        self.books = QuickBooks(seed=seed, clock=clock, access_tokens=["T"])

    def hubspot(self, slug: str, *names: str) -> list[dict[str, str | None]]:
        answer = Client(self.crm).get(
            f"/crm/v3/objects/{slug}",
            query_string={"limit": 100, "properties": ",".join(names)},
            headers=AUTHORISED,
        )
        return [record["properties"] for record in answer.json["results"]]

    def quickbooks(self, entity: str) -> list[dict[str, object]]:
        answer = Client(self.books).get(
            f"/v3/company/{self.books.realm}/query",
            query_string={"query": f"SELECT * FROM {entity} MAXRESULTS 1000"},
            headers=AUTHORISED,
        )
        return list(answer.json["QueryResponse"].get(entity, []))


@pytest.mark.parametrize("seed", [1, 7, 2024])
def test_the_same_seed_sells_the_same(seed: int) -> None:
    def again() -> object:
        products = quickbooks_products(seed)
        return sales(seed, "q", products, buyers=9, count=20, oldest_days=90)

    assert again() == again()
    one, other = Sides(seed), Sides(seed)
    assert one.hubspot("invoices", "hs_amount_billed") == other.hubspot(
        "invoices", "hs_amount_billed"
    )
    assert one.quickbooks("Payment") == other.quickbooks("Payment")


def test_some_products_are_shared_by_sku_and_some_stand_on_one_side_only() -> None:
    crm = {product.sku: product for product in hubspot_products(7)}
    books = {product.sku: product for product in quickbooks_products(7)}
    shared = set(crm) & set(books)
    assert len(shared) == 7
    assert set(crm) - shared
    assert set(books) - shared
    assert "" in crm
    assert sum(crm[sku].price != books[sku].price for sku in shared) == 2


@pytest.mark.parametrize("seed", [1, 7, 2024])
def test_both_sides_have_invoices_with_lines_in_every_state_of_payment(seed: int) -> None:
    sides = Sides(seed)
    billed = sides.hubspot("invoices", "hs_invoice_status", "hs_amount_billed", "hs_balance_due")
    assert {one["hs_invoice_status"] for one in billed} == {"draft", "open", "paid"}
    assert len(sides.hubspot("line_items")) >= len(billed)
    owed = [Decimal(str(one["hs_balance_due"])) for one in billed]
    assert all(Decimal(0) <= due for due in owed)
    invoices = sides.quickbooks("Invoice")
    assert len(invoices) == 24
    balances = [(float(str(i["Balance"])), float(str(i["TotalAmt"]))) for i in invoices]
    assert {0 if not due else 1 if due == total else 2 for due, total in balances} == {0, 1, 2}
    applied = sum(float(str(payment["TotalAmt"])) for payment in sides.quickbooks("Payment"))
    assert round(sum(total - due for due, total in balances), 2) == round(applied, 2)


def test_sample_records_are_not_in_the_ledger() -> None:
    sides = Sides(7)
    assert (sides.crm.ledger.entries, sides.books.ledger.entries) == ([], [])


@pytest.mark.parametrize("country", ["GB", "CA", "AU"])
def test_a_company_elsewhere_has_items_and_no_sales_without_tax(country: str) -> None:
    books = QuickBooks(seed=7, clock=SimClock.frozen(), access_tokens=["T"], country=country)
    answer = Client(books).get(
        f"/v3/company/{books.realm}/query",
        query_string={"query": "SELECT COUNT(*) FROM Invoice"},
        headers=AUTHORISED,
    )
    assert answer.json["QueryResponse"]["totalCount"] == 0
