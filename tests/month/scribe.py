"""A perfect mirror made by hand: what the product should have done, typed in by somebody else.

Only the comparer's own tests use it: it shows that both simulators can hold what is expected, and
that reading it back gives no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.month.doors import Books, Portal
from tests.month.entering import (
    CONTACT_OF_INVOICE,
    DISCOUNT_TO_INVOICE,
    LINE_TO_INVOICE,
    PAYMENT_TO_INVOICE,
    SERVICES,
    midnight,
)
from tests.month.model import Way
from tests.month.money import plain
from tests.month.outcome import CUSTOM, Document, DocumentLine, Expectation, Expected, by_object
from tests.month.reasons import OUTCOMES

TAX_TO_INVOICE = 416


def mirror(expectation: Expectation, portal: Portal, books: Books) -> dict[str, Any]:
    """Type the far side in; returns what ``sync_status --json`` would say."""
    if expectation.way == Way.TO_HUBSPOT:
        links = _contacts_and_products(expectation, portal)
        links |= _into_hubspot(expectation, portal)
        own, other = "quickbooks_id", "hubspot_id"
    else:
        links = _into_quickbooks(expectation, books)
        own, other = "hubspot_id", "quickbooks_id"
    objects: dict[str, list[dict[str, Any]]] = {}
    for one in expectation.records:
        shown = OUTCOMES[one.trouble][0]
        is_fine = shown.state == "in_sync"
        objects.setdefault(one.object, []).append(
            {
                own: one.born_id,
                other: links.get((one.object, one.key)),
                "label": one.key,
                "state": shown.state,
                "code": None if is_fine else shown.codes[0],
                "explanation": None if is_fine else one.trouble.value,
                "remedy": None if is_fine else "Mend it.",
            }
        )
    return {"objects": [{"object": n, "records": rows} for n, rows in objects.items()]}


Links = dict[tuple[str, str], str]


def _contacts_and_products(expectation: Expectation, portal: Portal) -> Links:
    links: Links = {}
    for name in ("contacts", "products"):
        going = [one for one in by_object(expectation.records, name) if one.fields]
        made = portal.create(name, [(one.fields or {}, ()) for one in going])
        links |= {(name, one.key): to for one, to in zip(going, made, strict=True)}
    return links


def _going(expectation: Expectation) -> list[tuple[Expected, Document]]:
    invoices = by_object(expectation.records, "invoices")
    return [(one, one.mirror) for one in invoices if one.mirror is not None]


def _into_hubspot(expectation: Expectation, portal: Portal) -> Links:
    going = _going(expectation)
    contacts = {one["email"]: one["id"] for one in portal.all("contacts", "email")}
    goods = {one["hs_sku"]: one["id"] for one in portal.all("products", "hs_sku")}
    rows = [
        (
            {
                "hs_invoice_billable": "false",
                "hs_number": wanted.number,
                "hs_currency": wanted.currency,
                "hs_invoice_status": wanted.status or "open",
                "hs_invoice_date": midnight(wanted.day),
                "hs_due_date": midnight(wanted.due),
                "hs_amount_billed": wanted.total,
                "hs_balance_due": wanted.balance,
            },
            [(contacts[wanted.email], CONTACT_OF_INVOICE)],
        )
        for _, wanted in going
        if wanted.day and wanted.due and wanted.email
    ]
    made = portal.create("invoices", rows)
    links = {("invoices", one.key): to for (one, _), to in zip(going, made, strict=True)}
    lines, discounts, taxes, payments = [], [], [], []
    for (_, wanted), to in zip(going, made, strict=True):
        for line in wanted.lines or ():
            lines.append((_hubspot_line(line, goods), [(to, LINE_TO_INVOICE)]))
        fixed = {"hs_type": "FIXED", "hs_sort_order": "0"}
        if wanted.discount:
            values = {**fixed, "hs_label": "Discount", "hs_value": wanted.discount}
            discounts.append((values, [(to, DISCOUNT_TO_INVOICE)]))
        if wanted.tax:
            values = {**fixed, "hs_label": "Sales tax", "hs_value": wanted.tax}
            taxes.append((values, [(to, TAX_TO_INVOICE)]))
        for paid in wanted.payments or ():
            values = {
                "hs_initial_amount": paid.amount,
                "hs_initiated_date": midnight(paid.day or wanted.day or paid.day),  # type: ignore[arg-type]
                "hs_latest_status": "succeeded",
            }
            payments.append((values, [(to, PAYMENT_TO_INVOICE)]))
    for kind, found in (
        ("line_items", lines), ("discounts", discounts), ("taxes", taxes),
        ("commerce_payments", payments),
    ):  # fmt: skip
        portal.create(kind, found)
    return links


def _hubspot_line(line: DocumentLine, goods: Mapping[str, str]) -> dict[str, Any]:
    sign = -1 if line.amount < 0 else 1
    values: dict[str, Any] = {
        "quantity": plain(line.quantity or Decimal(sign)),
        "price": plain(line.amount * sign if line.price is None else line.price),
        "name": line.says[0],
        "description": " ".join(line.says[1:]),
    }
    return values | ({"hs_product_id": goods[line.product]} if line.product else {})


def _into_quickbooks(expectation: Expectation, books: Books) -> Links:
    going = _going(expectation)
    service = {"Name": CUSTOM, "Type": "Service", "IncomeAccountRef": {"value": SERVICES}}
    goods = {one["Sku"]: one["Id"] for one in books.all("Item") if one.get("Sku")}
    goods[CUSTOM] = books.create("Item", [service])[0]["Id"]
    buyers = {
        one["PrimaryEmailAddr"]["Address"].lower(): one["Id"]
        for one in books.all("Customer")
        if one.get("PrimaryEmailAddr")
    }
    missing = sorted({wanted.email or "" for _, wanted in going} - set(buyers))
    made = books.create(
        "Customer",
        [{"DisplayName": one, "PrimaryEmailAddr": {"Address": one}} for one in missing],
    )
    buyers |= {one: held["Id"] for one, held in zip(missing, made, strict=True)}
    bodies = [_quickbooks_body(wanted, buyers, goods) for _, wanted in going]
    invoices = [one["Id"] for one in books.create("Invoice", bodies)]
    payments = []
    for (_, wanted), to in zip(going, invoices, strict=True):
        for paid in wanted.payments or ():
            share = {"Amount": paid.amount, "LinkedTxn": [{"TxnId": to, "TxnType": "Invoice"}]}
            body = {"CustomerRef": {"value": buyers[wanted.email or ""]}, "TotalAmt": paid.amount}
            body |= {"TxnDate": str(paid.day), "DepositToAccountRef": {"value": paid.account}}
            payments.append({**body, "Line": [share]})
    books.create("Payment", payments)
    return {("invoices", one.key): to for (one, _), to in zip(going, invoices, strict=True)}


def _quickbooks_body(
    wanted: Document, buyers: Mapping[str, str], goods: Mapping[str, str]
) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [
        {
            "Amount": line.amount,
            "Description": ", ".join(line.says),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": goods[line.product]},
                "Qty": plain(line.quantity or Decimal(1)),
                "UnitPrice": plain(line.price if line.price is not None else _share(line)),
                "TaxCodeRef": {"value": "NON"},
            },
        }
        for line in wanted.lines or ()
    ]
    if wanted.discount:
        detail = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": False}}
        lines.append({**detail, "Amount": wanted.discount})
    return {
        "CustomerRef": {"value": buyers[wanted.email or ""]},
        "DocNumber": wanted.number,
        "TxnDate": str(wanted.day),
        "DueDate": str(wanted.due),
        "Line": lines,
    }


def _share(line: DocumentLine) -> Decimal:
    """A price that is not judged: what one of the quantity comes to."""
    return (line.amount / (line.quantity or 1)).quantize(Decimal("0.0000001"))
