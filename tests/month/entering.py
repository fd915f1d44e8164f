"""Enters a month into the simulators, as people and other apps do.

Toward HubSpot everything is made in QuickBooks; toward QuickBooks the invoices and payments are
made in HubSpot, and QuickBooks has items, clearing accounts, some customers and closed books. The
order of a test: ``prepare``, ``enter_early``, switch the sync on a day later, ``enter``, run,
``change_later``, run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.month.doors import Books, Portal
from tests.month.model import Fate, Line, Month, Party, Payment, Product, Sale, Trouble, Way
from tests.month.money import cents, plain
from tests.month.places import COMPANY_ZONE, COUNTRIES

CONTACT_OF_INVOICE, LINE_TO_INVOICE, DISCOUNT_TO_INVOICE = 177, 410, 412
PAYMENT_TO_INVOICE, PAYMENT_TO_CONTACT = 542, 387
COMPANY_OF_CONTACT = 1
TAX_RATE = "33101"  # of the HubSpot account's library
SERVICES = "1"  # the income account every new company has


class Entering:
    """One month and the two people who type it in."""

    def __init__(self, month: Month, portal: Portal, books: Books) -> None:
        self.month, self.portal, self.books = month, portal, books

    def prepare(self) -> None:
        """Settings, goods and buyers."""
        month = self.month
        known = month.currencies[:3]
        # HubSpot's own currency is fixed; the last of the month's is left out on purpose.
        self.portal.control("POST", "settings", {"additional_currencies": list(known)})
        self.books.switch("CurrencyPrefs", MultiCurrencyEnabled=True)
        for currency in month.currencies:
            if currency != month.home:
                self.books.call("POST", "/companycurrency", {"Code": currency, "Name": currency})
        self._items()
        if month.way is Way.TO_HUBSPOT:
            self._customers(month.parties)
            return
        self._products()
        self._contacts(month.parties)
        self._customers([p for p in month.parties if p.email and p.currency != month.home])
        account = {"Name": "HubSpot clearing", "AccountType": "Bank"}
        month.clearing["none"] = self.books.call("POST", "/account", account)["Account"]["Id"]

    def enter_early(self) -> None:
        """What was there before the sync was set up."""
        self._enter([sale for sale in self.month.invoices if sale.early])

    def enter(self) -> None:
        """The month."""
        self._enter([sale for sale in self.month.invoices if not sale.early])
        if self.month.way is Way.TO_HUBSPOT:
            enter_notes(self.books, self.month.credits)
            pay_in_quickbooks(self.books, self.month.payments)
            return
        pay_in_hubspot(self.portal, self.month.payments)
        self._take_numbers()
        if self.month.closed_until:
            day = self.month.closed_until.isoformat()
            self.books.switch("AccountingInfoPrefs", BookCloseDate=day)

    def change_later(self) -> None:
        """What is done to payments after the first sync."""
        if self.month.way is Way.TO_HUBSPOT:
            settle_fates(self.books, [one for one in self.month.payments if one.later])

    def _enter(self, sales: Sequence[Sale]) -> None:
        if self.month.way is Way.TO_HUBSPOT:
            sell_in_quickbooks(self.books, self.month, sales)
        else:
            sell_in_hubspot(self.portal, sales)

    # -- lists ------------------------------------------------------------------------------
    def _items(self) -> None:
        goods = [one for one in self.month.products if one.in_quickbooks]
        for product, made in zip(
            goods, self.books.create("Item", [item(p) for p in goods]), strict=True
        ):
            product.quickbooks_id = made["Id"]
        twins = [one for one in goods if one.double]
        self.books.create("Item", [{**item(p), "Name": f"{p.name} (again)"} for p in twins])
        gone = [one for one in goods if one.inactive]
        self.books.batch(
            "update",
            [
                ("Item", {"Id": p.quickbooks_id, "SyncToken": "0", "sparse": True, "Active": False})
                for p in gone
            ],
        )

    def _products(self) -> None:
        goods = [one for one in self.month.products if one.in_hubspot]
        rows = [
            ({"name": p.name, "price": p.price, **({"hs_sku": p.sku} if p.sku else {})}, ())
            for p in goods
        ]
        for product, made in zip(goods, self.portal.create("products", rows), strict=True):
            product.hubspot_id = made

    def _customers(self, parties: Sequence[Party]) -> None:
        made = self.books.create("Customer", [customer(one) for one in parties])
        for party, one in zip(parties, made, strict=True):
            party.quickbooks_id = one["Id"]

    def _contacts(self, parties: Sequence[Party]) -> None:
        firms = [one for one in parties if one.company]
        names = [({"name": one.company}, ()) for one in firms]
        companies = dict(
            zip((one.key for one in firms), self.portal.create("companies", names), strict=True)
        )
        rows = []
        for one in parties:
            values = {"firstname": one.given, "lastname": one.family}
            values |= {"email": one.email} if one.email else {}
            tie = [(companies[one.key], COMPANY_OF_CONTACT)] if one.company else []
            rows.append((values, tie))
        for party, made in zip(parties, self.portal.create("contacts", rows), strict=True):
            party.hubspot_id = made

    def _take_numbers(self) -> None:
        """Another document in QuickBooks has the number of some HubSpot invoices."""
        taken = [s for s in self.month.invoices if s.trouble is Trouble.NUMBER_IN_USE]
        other = {
            "DisplayName": "Somebody else",
            "PrimaryEmailAddr": {"Address": "other@example.com"},
        }
        buyer = self.books.create("Customer", [other])[0]["Id"]
        line: dict[str, Any] = {"Amount": "1.00", "DetailType": "SalesItemLineDetail"}
        line["SalesItemLineDetail"] = {"ItemRef": {"value": "1"}}
        if COUNTRIES[self.month.country].wants_code_per_line:
            line["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "2"}
        body = {"CustomerRef": {"value": buyer}, "Line": [line]}
        made = self.books.create("Invoice", [{**body, "DocNumber": s.number} for s in taken])
        self.month.others += [one["Id"] for one in made]


# -- QuickBooks -----------------------------------------------------------------------------


def item(product: Product) -> dict[str, Any]:
    """An item as it is typed in."""
    return {
        "Name": product.name,
        "Type": "Service",
        "UnitPrice": product.price,
        "IncomeAccountRef": {"value": SERVICES},
        "Taxable": product.taxable,
        **({"Sku": product.sku} if product.sku else {}),
    }


def customer(party: Party) -> dict[str, Any]:
    """A customer as it is typed in."""
    return {
        "DisplayName": party.name,
        "GivenName": party.given,
        "FamilyName": party.family,
        "CurrencyRef": {"value": party.currency},
        **({"CompanyName": party.company} if party.company else {}),
        **({"PrimaryEmailAddr": {"Address": party.email}} if party.email else {}),
    }


def sell_in_quickbooks(books: Books, month: Month, sales: Sequence[Sale]) -> None:
    """Create invoices; what QuickBooks makes of them must be what we computed."""
    made = books.create("Invoice", [invoice_body(month, sale) for sale in sales])
    for sale, one in zip(sales, made, strict=True):
        sale.id, sale.number = one["Id"], one["DocNumber"]
        if cents(Decimal(one["TotalAmt"])) != sale.total:
            raise AssertionError(f"{sale.key}: QuickBooks says {one['TotalAmt']}, we {sale.total}")
    voided = [sale for sale in sales if sale.voided]
    books.batch(
        "update:void",
        [("Invoice", {"Id": sale.id, "SyncToken": "0", "sparse": True}) for sale in voided],
    )


def invoice_body(month: Month, sale: Sale) -> dict[str, Any]:
    """An invoice as it is typed in."""
    body: dict[str, Any] = {
        "CustomerRef": {"value": sale.party.quickbooks_id},
        "TxnDate": sale.day.isoformat(),
        "Line": [sale_line(line) for line in sale.lines],
    }
    if sale.due:
        body["DueDate"] = sale.due.isoformat()
    if sale.memo:
        body["CustomerMemo"] = {"value": sale.memo}
    if sale.discount_percent or sale.discount_amount:
        body["Line"].append(discount_line(sale))
    if COUNTRIES[month.country].wants_code_per_line:
        body["GlobalTaxCalculation"] = "NotApplicable" if sale.untaxed else "TaxExcluded"
    elif any(line.tax for line in sale.lines):
        body["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": "2"}}
    return body


def sale_line(line: Line) -> dict[str, Any]:
    """A line; some people type an amount only."""
    assert line.product is not None
    detail: dict[str, Any] = {"ItemRef": {"value": line.product.quickbooks_id}}
    if not line.amount_only:
        detail |= {"Qty": plain(line.quantity), "UnitPrice": plain(line.price)}
    if line.tax:
        detail["TaxCodeRef"] = {"value": line.tax}
    made = {
        "Amount": line.amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    return made | ({"Description": line.description} if line.description else {})


def discount_line(sale: Sale) -> dict[str, Any]:
    """The discount of the whole invoice, by percent or by amount."""
    by_percent = bool(sale.discount_percent)
    detail: dict[str, Any] = {"PercentBased": by_percent}
    if by_percent:
        detail["DiscountPercent"] = sale.discount_percent
    made: dict[str, Any] = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}
    return made if by_percent else made | {"Amount": sale.discount_amount}


def enter_notes(books: Books, notes: Sequence[Sale]) -> None:
    """Create credit notes."""
    bodies = []
    for note in notes:
        body: dict[str, Any] = {
            "CustomerRef": {"value": note.party.quickbooks_id},
            "TxnDate": note.day.isoformat(),
            "Line": [sale_line(line) for line in note.lines],
        }
        bodies.append(body | ({"GlobalTaxCalculation": "NotApplicable"} if note.untaxed else {}))
    for note, one in zip(notes, books.create("CreditMemo", bodies), strict=True):
        note.id = one["Id"]


def pay_in_quickbooks(books: Books, payments: Sequence[Payment]) -> None:
    """Receive payments, then edit, delete and void those whose fate does not wait."""
    bodies = [payment_body(one, one.shares_at_first or one.shares) for one in payments]
    for payment, made in zip(payments, books.create("Payment", bodies), strict=True):
        payment.id = made["Id"]
    settle_fates(books, [one for one in payments if not one.later])


def payment_body(payment: Payment, shares: Sequence[tuple[Sale, Any]]) -> dict[str, Any]:
    """A payment as it is typed in."""
    lines = [(sale, amount, "Invoice") for sale, amount in shares]
    lines += [(note, amount, "CreditMemo") for note, amount in payment.credits]
    received = sum(amount for _, amount in shares) - sum(amount for _, amount in payment.credits)
    return {
        "CustomerRef": {"value": payment.party.quickbooks_id},
        "TxnDate": payment.day.isoformat(),
        "TotalAmt": received + payment.rest,
        "Line": [
            {"Amount": amount, "LinkedTxn": [{"TxnId": one.id, "TxnType": kind}]}
            for one, amount, kind in lines
        ],
    }


def settle_fates(books: Books, payments: Sequence[Payment]) -> None:
    """Edit, delete and void payments."""
    held = {one["Id"]: one["SyncToken"] for one in books.all("Payment")} if payments else {}
    of = {fate: [one for one in payments if one.fate is fate] for fate in Fate}

    def stub(payment: Payment) -> dict[str, Any]:
        return {"Id": payment.id, "SyncToken": held[payment.id], "sparse": True}

    edits = [("Payment", {**stub(p), **payment_body(p, p.shares)}) for p in of[Fate.EDITED]]
    books.batch("update", edits)
    books.batch("delete", [("Payment", stub(one)) for one in of[Fate.DELETED]])
    books.batch("update:void", [("Payment", stub(one)) for one in of[Fate.VOIDED]])


# -- HubSpot --------------------------------------------------------------------------------


def sell_in_hubspot(portal: Portal, sales: Sequence[Sale]) -> None:
    """Make drafts with their lines and discounts, finalise them, and read the numbers."""
    rows = []
    for sale in sales:
        day = sale.typed or noon(sale.day)
        values = {"hs_currency": sale.currency, "hs_invoice_date": day}
        # Where the hour matters the due date is a plain date: noon in UTC is tomorrow in Auckland.
        typed = midnight if sale.typed else noon
        values |= {"hs_due_date": typed(sale.due or sale.day)}
        values |= {"hs_comments": sale.memo} if sale.memo else {}
        rows.append((values, [(sale.party.hubspot_id, CONTACT_OF_INVOICE)]))
    for sale, made in zip(sales, portal.create("invoices", rows), strict=True):
        sale.id = made
    lines = [
        (hubspot_line(sale, line), [(sale.id, LINE_TO_INVOICE)])
        for sale in sales
        for line in sale.lines
    ]
    portal.create("line_items", lines)
    portal.create("discounts", [discount(sale) for sale in sales if sale.discount])
    final = [sale for sale in sales if sale.trouble is not Trouble.DRAFT]
    portal.update("invoices", [(sale.id, {"hs_invoice_status": "open"}) for sale in final])
    names = ("hs_number", "hs_amount_billed")
    for sale in sales:
        if sale.second_contact:
            path = f"/crm/v4/objects/invoices/{sale.id}/associations/default/contacts"
            portal.call("PUT", f"{path}/{sale.second_contact.hubspot_id}")
        if sale.trouble is Trouble.NO_CONTACT:
            path = f"/crm/v4/objects/invoices/{sale.id}/associations/contacts"
            portal.call("DELETE", f"{path}/{sale.party.hubspot_id}")
    held = portal.read("invoices", [sale.id for sale in sales], *names)
    for sale in sales:
        sale.number = held[sale.id]["hs_number"] or ""
        said = held[sale.id]["hs_amount_billed"]
        if sale.trouble is not Trouble.TAX_IN_HUBSPOT and said != str(sale.total):
            raise AssertionError(f"{sale.key}: HubSpot says {said}, we {sale.total}")


def hubspot_line(sale: Sale, line: Line) -> dict[str, Any]:
    """A line item; of a product, with its own price and description."""
    values: dict[str, Any] = {
        "name": line.name,
        "quantity": plain(line.quantity),
        "price": plain(line.price),
        "hs_line_item_currency_code": sale.currency,
    }
    if line.product:
        values["hs_product_id"] = line.product.hubspot_id
    if line.description:
        values["description"] = line.description
    if line.percent_off:
        values["hs_discount_percentage"] = line.percent_off
    if sale.trouble is Trouble.TAX_IN_HUBSPOT:
        values["hs_tax_rate_group_id"] = TAX_RATE
    return values


def discount(sale: Sale) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    """The discount of the whole invoice."""
    by_percent = bool(sale.discount_percent)
    values = {
        "hs_label": "Discount",
        "hs_type": "PERCENT" if by_percent else "FIXED",
        "hs_value": sale.discount_percent if by_percent else sale.discount_amount,
        "hs_sort_order": "0",
    }
    return values, [(sale.id, DISCOUNT_TO_INVOICE)]


def pay_in_hubspot(portal: Portal, payments: Sequence[Payment]) -> None:
    """Record payments that were received outside HubSpot."""
    rows = []
    for one in payments:
        values = {
            "hs_initial_amount": one.amount,
            "hs_initiated_date": one.typed or noon(one.day),
            "hs_latest_status": one.status,
            "hs_currency_code": one.shares[0][0].currency,
            "hs_processor_type": "none",
        }
        ties = [(sale.id, PAYMENT_TO_INVOICE) for sale, _ in one.shares]
        rows.append((values, [*ties, (one.party.hubspot_id, PAYMENT_TO_CONTACT)]))
    for payment, made in zip(payments, portal.create("commerce_payments", rows), strict=True):
        payment.id = made
    back = [one for one in payments if one.refunded]
    portal.update(
        "commerce_payments",
        [
            (p.id, {"hs_refunds_amount": str(p.refunded), "hs_latest_status": "partially_refunded"})
            for p in back
        ],
    )


def noon(day: date) -> str:
    """A day as people's invoices have it here: noon on the company's wall.

    Whether HubSpot's own pages keep midnight UTC or a moment is UNCONFIRMED; noon is the same day
    by either reading. ``zones.py`` tries the two apart.
    """
    moment = datetime.combine(day, time(12), tzinfo=ZoneInfo(COMPANY_ZONE)).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def midnight(day: date) -> str:
    """A plain date as HubSpot holds it: midnight UTC."""
    return f"{day.isoformat()}T00:00:00.000Z"
