"""Invoices, credit memos, sales receipts and estimates: what is filled in, refused and moved.

The parts are elsewhere: ``lines``, ``taxes``, ``settings`` (numbers, dates, addresses) and
``applying`` (balances). Defaults as recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.quickbooks import faults, refusals
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.custom_fields import settle_legacy
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules import applying, crediting
from simulators.quickbooks.rules.base import Change, Rules
from simulators.quickbooks.rules.lines import GROUP, SALES, ZERO, SaleLines, cents
from simulators.quickbooks.rules.settings import (
    customer_of,
    refuse_closed,
    refuse_closed_change,
    settle_addresses,
    settle_currency,
    settle_date,
    settle_due_date,
    settle_number,
)
from simulators.quickbooks.rules.taxes import settle_tax


class SaleRules(Rules):
    """What the four have in common."""

    has_balance = False
    has_due_date = False
    #: which way goods move: -1 sold, 1 given back, 0 not at all
    stock = 0

    def complete(self, change: Change) -> None:
        """Fill in and compute everything the server does.

        Raises:
            Refusal: the first rule that is broken.
        """
        values = change.values
        settle_date(change)
        refuse_closed_change(change)
        self.refuse_change(change)
        customer = customer_of(change)
        settle_currency(change, customer)
        settle_legacy(change)
        self._settle_links(change)
        settle_addresses(change, customer)
        self._settle_amounts(change)
        if self.has_due_date:
            settle_due_date(change, customer)
        values.setdefault("PrintStatus", "NeedToPrint")
        values.setdefault("EmailStatus", "NotSet")
        if values["EmailStatus"] == "NeedToSend" and not values.get("BillEmail"):
            raise faults.Refusal(faults.missing("BillEmail"))
        settle_number(change)
        if self.stock:
            self._refuse_early(change)
        name_parties(change.company, values, customer)

    def refuse_change(self, change: Change) -> None:
        """Refuse a change of a document that must not change."""
        if change.before is not None:
            refuse_deposited(change.before)

    def _settle_amounts(self, change: Change) -> None:
        values = change.values
        values.setdefault("ApplyTaxAfterDiscount", False)
        sale = SaleLines(change)
        sale.settle_discounts()
        tax = settle_tax(change, sale)
        sale.settle_discounts()
        values["Line"] = sale.finished()
        total = sale.subtotal - sale.discount + tax
        if total < 0:
            raise refusals.negative_total()
        values["TotalAmt"] = total
        if "ExchangeRate" in values:
            values["HomeTotalAmt"] = cents(total * values["ExchangeRate"])
        else:
            values.pop("HomeTotalAmt", None)
        if "Deposit" in values and not change.company.preference("SalesFormsPrefs", "AllowDeposit"):
            # What a deposit does where deposits are off is UNCONFIRMED; it is dropped here.
            values.pop("Deposit")
        self.settle_balance(change)

    def settle_balance(self, change: Change) -> None:
        """Set what is open; a sales receipt never is."""
        if not self.has_balance:
            if "Balance" in change.entity.by_name:
                change.values["Balance"] = ZERO
            return
        values, before = change.values, change.before
        applied = applying.applied_to(change.company, before) if before is not None else ZERO
        values["Balance"] = applying.open_amount(values, applied)
        if "RemainingCredit" in change.entity.by_name:
            values["RemainingCredit"] = values["Balance"]
        if "ExchangeRate" in values and "HomeBalance" in change.entity.by_name:
            values["HomeBalance"] = cents(values["Balance"] * values["ExchangeRate"])

    def _settle_links(self, change: Change) -> None:
        """Links to payments and deposits are the server's; one to an estimate may be sent."""
        values, before = change.values, change.before
        own = ("Payment", "Deposit", "CreditMemo")
        held = before.values.get("LinkedTxn", []) if before is not None else []
        links = [one for one in held if one["TxnType"] in own]
        for link in values.get("LinkedTxn") or ():
            kind, txn_id = link.get("TxnType", ""), link.get("TxnId", "")
            if kind in own:
                continue
            known = kind in change.company.stores
            if known and change.company.find(kind, txn_id) is None:
                raise refusals.linked_missing(kind, txn_id)
            links.append(link)
        if links or change.entity.name == "Invoice":
            values["LinkedTxn"] = links
        else:
            values.pop("LinkedTxn", None)

    def _refuse_early(self, change: Change) -> None:
        for line in change.values["Line"]:
            item = change.company.find(
                "Item", ((line.get(SALES) or {}).get("ItemRef") or {}).get("value", "")
            )
            start = item.values.get("InvStartDate") if item is not None else None
            if start is not None and change.values["TxnDate"] < start:
                raise refusals.before_inventory_start()

    # -- after ----------------------------------------------------------------------------
    def follow_up(self, change: Change, record: Record) -> None:
        """Move the customer's balance and the stock; spread credits."""
        company = change.company
        before = change.before.values if change.before is not None else {}
        if change.before is not None and self.has_balance:
            crediting.take_back_excess(company, record, change.writer)
        applying.settle_customers(company, record, before, record.values)
        if self.stock:
            applying.settle_stock(company, before, record.values, self.stock)
        if self.has_balance:
            applying.refresh_line_extras(company, record)
            _close_estimates(company, record, change.writer)
        if change.before is None and self.has_balance:
            crediting.spread_credits(company, record, change.writer)

    # -- void and delete ------------------------------------------------------------------
    def refuse_removal(self, company: Company, record: Record, writer: Writer, verb: str) -> None:
        """Refuse, or unlink, what has payments.

        Raises:
            Refusal: closed books, a deposit, or applied payments.
        """
        refuse_closed(company, writer, record.values.get("TxnDate"))
        refuse_deposited(record)
        if not applying.links_to(record, "Payment"):
            return
        choice = company.behaviour.paid_void if verb == "void" else company.behaviour.paid_delete
        # A person is asked and may go on: the payments stay as unapplied credit.
        if choice == "refuse" and not writer.is_person:
            raise refusals.has_payments(verb)
        crediting.unlink(company, record, writer)

    def voided(self, record: Record) -> dict[str, Any]:
        """Everything zero, ``Voided`` in the memo."""
        values = dict(record.values)
        values["Line"] = [_zeroed(line) for line in values["Line"]]
        for name in ("TotalAmt", "Balance", "RemainingCredit", "HomeTotalAmt", "HomeBalance"):
            if name in values:
                values[name] = ZERO
        if "TxnTaxDetail" in values:
            values["TxnTaxDetail"] = {"TotalTax": ZERO}
        values.pop("Deposit", None)
        if "LinkedTxn" in values:
            values["LinkedTxn"] = []
        values["PrivateNote"] = void_note(values.get("PrivateNote"))
        return values

    def removed(self, company: Company, record: Record, before: Mapping[str, Any]) -> None:
        """Carry a void or a deletion over to the customer and the stock."""
        applying.settle_customers(company, record, before, {})
        if self.stock:
            applying.settle_stock(company, before, {}, self.stock)


class InvoiceRules(SaleRules):
    """Invoices."""

    has_balance = True
    has_due_date = True
    stock = -1


class CreditMemoRules(SaleRules):
    """Credit memos: what is left of them can be applied."""

    has_balance = True
    stock = 1


class SalesReceiptRules(SaleRules):
    """Sales receipts: paid at once, into Undeposited Funds unless said otherwise."""

    stock = -1

    def complete(self, change: Change) -> None:
        """Add the account the money goes to."""
        super().complete(change)
        change.values.setdefault("DepositToAccountRef", {"value": "4"})


class RefundReceiptRules(SaleRules):
    """Refund receipts: the money leaves at once, what was sold comes back."""

    stock = 1


class EstimateRules(SaleRules):
    """Estimates move nothing."""

    def complete(self, change: Change) -> None:
        """Pending until someone decides."""
        super().complete(change)
        change.values.setdefault("TxnStatus", "Pending")


def refuse_deposited(record: Record) -> None:
    """Raise 6540 for a transaction whose money lies in a deposit."""
    if applying.links_to(record, "Deposit"):
        raise refusals.deposited()


def void_note(note: Any) -> str:
    """``Voided`` before what was there; how the two are joined is UNCONFIRMED."""
    return f"Voided - {note}" if note else "Voided"


def name_parties(company: Company, values: dict[str, Any], customer: Record | None) -> None:
    """A customer is named with all its parents."""
    if customer is not None:
        values["CustomerRef"] = {
            "value": customer.id,
            "name": customer.values["FullyQualifiedName"],
        }


def _zeroed(line: Mapping[str, Any]) -> dict[str, Any]:
    made = {**line}
    if "Amount" in made:
        made["Amount"] = ZERO
    for name in (SALES, GROUP):
        detail = made.get(name)
        if detail is None:
            continue
        zero = {n: ZERO for n in ("Qty", "UnitPrice", "Quantity", "TaxInclusiveAmt") if n in detail}
        made[name] = {**detail, **zero}
        if "Line" in detail:
            made[name]["Line"] = [_zeroed(one) for one in detail["Line"]]
    return made


def _close_estimates(company: Company, invoice: Record, writer: Writer) -> None:
    """An estimate that was invoiced is closed and shows the invoice."""
    for estimate_id in applying.links_to(invoice, "Estimate"):
        estimate = company.find("Estimate", estimate_id)
        link = {"TxnId": invoice.id, "TxnType": "Invoice"}
        if estimate is None or link in estimate.values.get("LinkedTxn", ()):
            continue
        before = dict(estimate.values)
        estimate.values["LinkedTxn"] = [*before.get("LinkedTxn", ()), link]
        estimate.values["TxnStatus"] = "Closed"
        applying.touch(company, estimate, before, writer)
