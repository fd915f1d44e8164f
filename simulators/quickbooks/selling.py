"""Sample items, invoices and payments of a new company.

The goods come from ``simulators.common.goods``: the same seed gives HubSpot's simulator some of
the same SKUs.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from simulators.common.goods import Paid, Product, Sale, quickbooks_products, sales
from simulators.common.people import Person
from simulators.quickbooks import operations
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.registry import BY_NAME

_INCOME_ACCOUNT = "1"
_SALES = 24
_ITEMS_DAYS_AGO = 360
_OLDEST_SALE_DAYS = 180
_DAYS_TO_PAY = 9
_HALF = Decimal("0.5")
_CENT = Decimal("0.01")


def sell(company: Company, seed: int, customers: list[Person], writer: Writer) -> None:
    """Make the items, and in the US the invoices and payments (elsewhere tax would be theirs)."""
    products = quickbooks_products(seed)
    now = company.clock.now()
    with company.clock.at(now - timedelta(days=_ITEMS_DAYS_AGO)):
        items = {product: _write(company, writer, "Item", _item(product)) for product in products}
    if company.country.code != "US":
        return
    # The last one was made inactive.
    buyers = [person for person in customers[:-1] if _holder(company, person)]
    made = sales(
        seed, "quickbooks", products,
        buyers=len(buyers), count=_SALES, oldest_days=_OLDEST_SALE_DAYS,
    )  # fmt: skip
    for sale in made:
        buyer = _holder(company, buyers[sale.buyer])
        with company.clock.at(now - timedelta(days=sale.days_ago)):
            invoice = _write(company, writer, "Invoice", _invoice(company, sale, buyer, items))
        if sale.paid is not Paid.NOTHING:
            paid_at = min(now - timedelta(days=sale.days_ago - _DAYS_TO_PAY), now)
            with company.clock.at(paid_at):
                _write(company, writer, "Payment", _payment(company, sale, buyer, invoice))


def _item(product: Product) -> dict[str, Any]:
    return {
        "Name": product.name,
        "Sku": product.sku,
        "Type": "Service",
        "UnitPrice": product.price,
        "IncomeAccountRef": {"value": _INCOME_ACCOUNT},
    }


def _invoice(company: Company, sale: Sale, buyer: str, items: dict[Product, str]) -> dict[str, Any]:
    lines = [
        {
            "Amount": product.price * count,
            "Description": product.name,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": items[product]},
                "Qty": count,
                "UnitPrice": product.price,
            },
        }
        for product, count in sale.lines
    ]
    today = company.clock.now().date().isoformat()
    return {"CustomerRef": {"value": buyer}, "TxnDate": today, "Line": lines}


def _payment(company: Company, sale: Sale, buyer: str, invoice: str) -> dict[str, Any]:
    amount = sale.total if sale.paid is Paid.ALL else (sale.total * _HALF).quantize(_CENT)
    return {
        "CustomerRef": {"value": buyer},
        "TotalAmt": amount,
        "TxnDate": company.clock.now().date().isoformat(),
        "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}],
    }


def _holder(company: Company, person: Person) -> str:
    found = company.name_holder(person.display_name)
    return found.id if found is not None and found.entity.name == "Customer" else ""


def _write(company: Company, writer: Writer, entity: str, body: dict[str, Any]) -> str:
    return str(operations.write(company, BY_NAME[entity], body, writer).id)
