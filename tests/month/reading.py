"""What the two sides hold, read through their APIs into the form of the expectation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.month.doors import Books, Portal
from tests.month.money import HUNDRED, ZERO, cents, total
from tests.month.outcome import CUSTOM, Document, DocumentLine, DocumentPayment
from tests.month.places import COMPANY_ZONE

#: HubSpot's mirrors may carry the balance in a property of our own (UNCONFIRMED: hs_balance_due of
#: a non-billable invoice can be written).
BALANCES = ("hs_balance_due", "qbo_balance")
INVOICE = (
    "hs_number", "hs_currency", "hs_invoice_status", "hs_invoice_date", "hs_due_date",
    "hs_amount_billed", "hs_discounts_total", "hs_taxes_total", *BALANCES,
)  # fmt: skip
LINE = (
    "name",
    "description",
    "quantity",
    "price",
    "amount",
    "hs_product_id",
    "hs_position_on_quote",
)
PAYMENT = ("hs_initial_amount", "hs_refunds_amount", "hs_initiated_date", "hs_latest_status")
#: How a discount or tax is marked that has to be a line.
MARKED = {"discount": "discount", "sales tax": "tax", "tax": "tax", "vat": "tax", "gst": "tax"}


@dataclass
class Holding:
    """One side's invoices by id, and contacts and products by e-mail and SKU."""

    invoices: dict[str, Document] = field(default_factory=dict)
    contacts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    products: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    oddities: list[str] = field(default_factory=list)


# -- HubSpot --------------------------------------------------------------------------------


def read_hubspot(portal: Portal, zone: str = COMPANY_ZONE) -> Holding:
    """Everything in HubSpot; ``zone`` is the company's."""
    held = Holding()
    held.contacts = _grouped(portal.all("contacts", "email", "firstname", "lastname"), "email")
    goods = {one["id"]: one for one in portal.all("products", "hs_sku", "name", "price")}
    held.products = _grouped(goods.values(), "hs_sku")
    invoices = {one["id"]: one for one in portal.all("invoices", *INVOICE)}
    parts = {
        kind: _parts(portal, list(invoices), kind, names)
        for kind, names in (
            ("contacts", ("email",)), ("line_items", LINE), ("commerce_payments", PAYMENT),
            ("discounts", ("hs_type", "hs_value")), ("taxes", ("hs_type", "hs_value")),
        )
    }  # fmt: skip
    seen: dict[str, str] = {}
    for one, values in invoices.items():
        for payment in parts["commerce_payments"][one]:
            if payment["id"] in seen:
                held.oddities.append(
                    f"payment {payment['id']} lies on the invoices {seen[payment['id']]} and {one}"
                )
            seen[payment["id"]] = one
        of_it = {kind: found[one] for kind, found in parts.items()}
        held.invoices[one] = _hubspot_document(values, of_it, goods, zone)
    return held


def _parts(
    portal: Portal, invoices: list[str], kind: str, names: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """What is associated with each invoice, in the order it was made."""
    ties = portal.ties("invoices", invoices, kind)
    values = portal.read(kind, sorted({to for found in ties.values() for to in found}), *names)
    return {
        one: [{"id": to, **values[to]} for to in sorted(found, key=int) if to in values]
        for one, found in ties.items()
    }


def _hubspot_document(
    values: Mapping[str, Any],
    parts: Mapping[str, list[dict[str, Any]]],
    goods: Mapping[str, Any],
    zone: str,
) -> Document:
    sales: list[DocumentLine] = []
    sums = {"discount": ZERO, "tax": ZERO}
    found_sum = {"discount": False, "tax": False}
    rows = parts["line_items"]
    if all(row.get("hs_position_on_quote") for row in rows):
        rows = sorted(rows, key=lambda row: Decimal(row["hs_position_on_quote"]))
    for row in rows:
        amount = Decimal(row.get("amount") or 0)
        marked = MARKED.get(str(row.get("name") or "").strip().lower())
        if marked and not row.get("hs_product_id"):
            sums[marked] += abs(amount)
            found_sum[marked] = True
            continue
        sold = goods.get(row.get("hs_product_id") or "", {})
        sales.append(
            DocumentLine(
                sold.get("hs_sku") or "",
                amount,
                Decimal(row["quantity"]) if row.get("quantity") else Decimal(1),
                Decimal(row["price"]) if row.get("price") else None,
                _words(row.get("name"), row.get("description")),
            )
        )
    subtotal = total(line.amount for line in sales)
    for kind, name in (("discounts", "discount"), ("taxes", "tax")):
        for row in parts[kind]:
            value = Decimal(row["hs_value"])
            base = subtotal - (sums["discount"] if name == "tax" else ZERO)
            sums[name] += cents(base * value / HUNDRED) if row["hs_type"] == "PERCENT" else value
            found_sum[name] = True
    for name, held_in in (("discount", "hs_discounts_total"), ("tax", "hs_taxes_total")):
        if not found_sum[name] and values.get(held_in):
            sums[name] = Decimal(values[held_in])
    emails = sorted((one.get("email") or "").lower() for one in parts["contacts"])
    balance = next((values[name] for name in BALANCES if values.get(name)), None)
    return Document(
        number=values.get("hs_number") or "",
        currency=values.get("hs_currency") or "",
        total=Decimal(values.get("hs_amount_billed") or 0),
        balance=None if balance is None else Decimal(balance),
        day=day_of(values.get("hs_invoice_date"), zone),
        due=day_of(values.get("hs_due_date"), zone),
        status=values.get("hs_invoice_status") or "draft",
        email=", ".join(emails),
        lines=tuple(sales),
        discount=sums["discount"],
        tax=sums["tax"],
        payments=tuple(_hubspot_payments(parts["commerce_payments"], zone)),
    )


def _hubspot_payments(rows: list[dict[str, Any]], zone: str) -> Iterable[DocumentPayment]:
    """Those that count: arrived, and not taken back."""
    for row in rows:
        net = Decimal(row["hs_initial_amount"] or 0) - Decimal(row.get("hs_refunds_amount") or 0)
        if row["hs_latest_status"] in ("succeeded", "partially_refunded") and net:
            yield DocumentPayment(net, day_of(row["hs_initiated_date"], zone))


def day_of(text: str | None, zone: str) -> date | None:
    """The calendar date HubSpot holds.

    Midnight UTC is a plain date; any other moment is a date on the company's wall (ENGINE 4).
    """
    if not text:
        return None
    day, _, clock = text.partition("T")
    if not clock.strip("Z0:."):
        return date.fromisoformat(day)
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).date()


# -- QuickBooks -----------------------------------------------------------------------------


def read_quickbooks(books: Books) -> Holding:
    """Everything in QuickBooks."""
    held = Holding()
    customers = {
        one["Id"]: {
            "email": (one.get("PrimaryEmailAddr") or {}).get("Address", "").strip().lower(),
            "name": one["DisplayName"],
        }
        for one in books.all("Customer")
    }
    held.contacts = _grouped(customers.values(), "email")
    goods = {one["Id"]: one for one in books.all("Item", " WHERE Active IN (true, false)")}
    held.products = _grouped(
        ({"sku": one.get("Sku", ""), "name": one["Name"]} for one in goods.values()), "sku"
    )
    payments: dict[str, list[DocumentPayment]] = defaultdict(list)
    for payment in books.all("Payment"):
        account = (payment.get("DepositToAccountRef") or {}).get("value")
        day = date.fromisoformat(payment["TxnDate"])
        for line in payment["Line"]:
            for tie in line["LinkedTxn"]:
                if tie["TxnType"] == "Invoice":
                    amount = Decimal(line["Amount"])
                    payments[tie["TxnId"]].append(DocumentPayment(amount, day, account))
    for one in books.all("Invoice"):
        held.invoices[one["Id"]] = _quickbooks_document(one, customers, goods, payments[one["Id"]])
    return held


def _quickbooks_document(
    one: Mapping[str, Any],
    customers: Mapping[str, Mapping[str, str]],
    goods: Mapping[str, Mapping[str, Any]],
    payments: list[DocumentPayment],
) -> Document:
    sales, discount = [], ZERO
    for line in one["Line"]:
        if line["DetailType"] == "DiscountLineDetail":
            discount += Decimal(line["Amount"])
        elif line["DetailType"] == "SalesItemLineDetail":
            sales.append(_quickbooks_line(line, goods))
    whole, balance = Decimal(one["TotalAmt"]), Decimal(one["Balance"])
    is_void = not whole and "Voided" in one.get("PrivateNote", "")
    return Document(
        number=one.get("DocNumber", ""),
        currency=one["CurrencyRef"]["value"],
        total=cents(whole),
        balance=cents(balance),
        day=date.fromisoformat(one["TxnDate"]),
        due=date.fromisoformat(one["DueDate"]) if one.get("DueDate") else None,
        status="voided" if is_void else "paid" if whole and not balance else "open",
        email=customers.get(one["CustomerRef"]["value"], {}).get("email", ""),
        lines=tuple(sales),
        discount=cents(discount),
        tax=cents(Decimal((one.get("TxnTaxDetail") or {}).get("TotalTax", 0))),
        payments=tuple(payments),
    )


def _quickbooks_line(
    line: Mapping[str, Any], goods: Mapping[str, Mapping[str, Any]]
) -> DocumentLine:
    detail = line["SalesItemLineDetail"]
    item = goods.get((detail.get("ItemRef") or {}).get("value", ""), {})
    sku = CUSTOM if item.get("Name") == CUSTOM else item.get("Sku") or ""
    quantity, price = (
        None if detail.get(name) is None else Decimal(detail[name]) for name in ("Qty", "UnitPrice")
    )
    amount = cents(Decimal(line["Amount"]))
    return DocumentLine(sku, amount, quantity, price, _words(line.get("Description")))


# -- both -----------------------------------------------------------------------------------


def _words(*texts: str | None) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _grouped(rows: Iterable[Mapping[str, Any]], name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if row.get(name):
            found[str(row[name])].append(dict(row))
    return dict(found)
