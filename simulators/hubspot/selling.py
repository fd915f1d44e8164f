"""Sample products, invoices with lines, and payments of a new account.

The goods come from ``simulators.common.goods``: the same seed gives QuickBooks' simulator some of
the same SKUs. Invoices are HubSpot's own (billable); a few are still drafts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from simulators.common.clock import iso_milliseconds
from simulators.common.goods import Paid, Product, Sale, hubspot_products, sales
from simulators.hubspot import account, association_types, registry
from simulators.hubspot.crm import Crm
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.types.contacts import CONTACTS
from simulators.hubspot.writes import Author, Link

_SALES = 16
_DRAFTS = 2
#: the contacts are thirty days old
_PRODUCTS_DAYS_AGO = 29
_OLDEST_SALE_DAYS = 27
_DAYS_TO_PAY = 6
_DUE_DAYS = 30
_HALF = Decimal("0.5")
_CENT = Decimal("0.01")


def sell(crm: Crm, seed: int, contacts: Sequence[str], author: Author) -> None:
    """Make the product library, and invoices for some contacts; the newest are drafts."""
    products = hubspot_products(seed)
    now = crm.clock.now()
    with crm.clock.at(now - timedelta(days=_PRODUCTS_DAYS_AGO)):
        library = {
            product: _make(crm, author, "products", _product(product)).id for product in products
        }
    made = sales(
        seed, "hubspot", products,
        buyers=len(contacts), count=_SALES, oldest_days=_OLDEST_SALE_DAYS,
    )  # fmt: skip
    for number, sale in enumerate(made):
        contact = contacts[sale.buyer]
        with crm.clock.at(now - timedelta(days=sale.days_ago)):
            invoice = _invoice(crm, author, sale, contact, library)
            if number >= len(made) - _DRAFTS:
                continue
            _open(crm, author, invoice)
        if sale.paid is not Paid.NOTHING:
            paid_at = min(now - timedelta(days=sale.days_ago - _DAYS_TO_PAY), now)
            with crm.clock.at(paid_at):
                _pay(crm, author, sale, invoice)


def _product(product: Product) -> dict[str, str]:
    values = {"name": product.name, "price": str(product.price), "hs_sku": product.sku}
    return {name: value for name, value in values.items() if value}


def _invoice(
    crm: Crm, author: Author, sale: Sale, contact: str, library: Mapping[Product, str]
) -> Record:
    now = crm.clock.now()
    values = {
        "hs_currency": account.CURRENCY,
        "hs_invoice_date": iso_milliseconds(now),
        "hs_due_date": iso_milliseconds(now + timedelta(days=_DUE_DAYS)),
    }
    invoice = _make(crm, author, "invoices", values, (CONTACTS, contact))
    for product, count in sale.lines:
        line = {"hs_product_id": library[product], "quantity": str(count)}
        _make(crm, author, "line_items", line, (registry.find("invoices"), invoice.id))
    return invoice


def _open(crm: Crm, author: Author, invoice: Record) -> None:
    kind = registry.find("invoices")
    wanted = crm.prepare_update(kind, author, invoice, {"hs_invoice_status": "open"})
    crm.update(kind, author, invoice, wanted)


def _pay(crm: Crm, author: Author, sale: Sale, invoice: Record) -> None:
    total = Decimal(invoice.values["hs_amount_billed"])
    amount = total if sale.paid is Paid.ALL else (total * _HALF).quantize(_CENT)
    values = {
        "hs_initial_amount": str(amount),
        "hs_initiated_date": iso_milliseconds(crm.clock.now()),
        "hs_latest_status": "succeeded",
        "hs_currency_code": account.CURRENCY,
        "hs_payment_method_type": "check",
        "hs_processor_type": "none",
    }
    _make(crm, author, "commerce_payments", values, (registry.find("invoices"), invoice.id))


def _make(
    crm: Crm,
    author: Author,
    slug: str,
    values: Mapping[str, str],
    partner: tuple[ObjectType, str] | None = None,
) -> Record:
    kind = registry.find(slug)
    links = []
    if partner is not None:
        other, record_id = partner
        links = [Link(other, record_id, (association_types.unlabelled(kind, other).id,))]
    return crm.create(kind, author, crm.prepare_create(kind, author, values, links))
