"""Payments and deposits: allocation, what is left, and when they cannot be touched."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.quickbooks import faults, refusals
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules import applying, crediting
from simulators.quickbooks.rules.base import Change, Rules, ancestors
from simulators.quickbooks.rules.lines import ZERO, cents
from simulators.quickbooks.rules.sales import name_parties, refuse_deposited, void_note
from simulators.quickbooks.rules.settings import (
    customer_of,
    refuse_closed,
    refuse_closed_change,
    settle_currency,
    settle_date,
)


class PaymentRules(Rules):
    """A payment of a customer over invoices and credits."""

    def complete(self, change: Change) -> None:
        """Check the lines and compute what is left.

        Raises:
            Refusal: closed books, a deposit, a document that cannot take the amount.
        """
        values, before, company = change.values, change.before, change.company
        settle_date(change)
        refuse_closed_change(change)
        if before is not None:
            refuse_deposited(before)
        customer = customer_of(change)
        settle_currency(change, customer)
        values["TotalAmt"] = cents(values["TotalAmt"])
        if values["TotalAmt"] < 0:
            raise refusals.negative_total()
        given = values.get("Line")
        if before is None and not given:
            given = _by_itself(company, values)
        lines = [self._line(change, line, customer) for line in given or ()]
        # A line that applies nothing links nothing.
        values["Line"] = [line for line in lines if line["Amount"]]
        self._refuse_excess(change)
        values["UnappliedAmt"] = crediting.unapplied(values)
        if values["UnappliedAmt"] < 0:
            raise refusals.more_than_paid()
        values.setdefault("DepositToAccountRef", {"value": "4"})
        name_parties(company, values, customer)

    def _line(
        self, change: Change, line: Mapping[str, Any], customer: Record | None
    ) -> dict[str, Any]:
        links = line.get("LinkedTxn") or []
        if not links:
            raise faults.Refusal(faults.missing("LinkedTxn"))
        if line.get("Amount") is None:
            raise faults.Refusal(faults.missing("Line.Amount"))
        if line["Amount"] < 0:
            raise refusals.negative_amount("Line.Amount")
        kind, txn_id = str(links[0].get("TxnType", "")), str(links[0].get("TxnId", ""))
        if kind not in applying.APPLICABLE:
            raise refusals.cannot_link(kind, txn_id)
        document = change.company.find(kind, txn_id)
        if document is None or not _may_pay(change.company, customer, document):
            raise refusals.cannot_link(kind, txn_id)
        link = {"TxnId": txn_id, "TxnType": kind}
        return {"Amount": cents(line["Amount"]), "LinkedTxn": [link]}

    def _refuse_excess(self, change: Change) -> None:
        """No document can be given more than is open to this payment."""
        values = change.values
        for kind, txn_id in {
            (line["LinkedTxn"][0]["TxnType"], line["LinkedTxn"][0]["TxnId"])
            for line in values["Line"]
        }:
            document = change.company.find(kind, txn_id)
            if document is None:
                continue
            held = (
                applying.share_of(change.before, kind, txn_id)
                if change.before is not None
                else ZERO
            )
            wanted = applying.share_of(values, kind, txn_id)
            if wanted > document.values["Balance"] + held:
                raise refusals.over_applied(kind, txn_id)

    def follow_up(self, change: Change, record: Record) -> None:
        """Let the documents and the customer follow."""
        before = change.before.values if change.before is not None else {}
        _refresh_all(change.company, record, before, change.writer)
        applying.settle_customers(change.company, record, before, record.values)
        applying.add_line_extras(change.company, record.values)
        change.company.save(record)

    # -- void and delete ------------------------------------------------------------------
    def refuse_removal(self, company: Company, record: Record, writer: Writer, verb: str) -> None:
        """A deposited payment stays; so does one in closed books."""
        refuse_closed(company, writer, record.values.get("TxnDate"))
        refuse_deposited(record)

    def voided(self, record: Record) -> dict[str, Any]:
        """Nothing paid, nothing applied."""
        return {
            **record.values,
            "TotalAmt": ZERO,
            "UnappliedAmt": ZERO,
            "Line": [],
            "PrivateNote": void_note(record.values.get("PrivateNote")),
        }

    def removed(self, company: Company, record: Record, before: Mapping[str, Any]) -> None:
        """The invoices open again."""
        writer = Writer("", record.modified_by)
        _refresh_all(company, None, before, writer)
        applying.settle_customers(company, record, before, {})


def _refresh_all(
    company: Company, payment: Record | None, before: Mapping[str, Any], writer: Writer
) -> None:
    lines = [*before.get("Line", ()), *(payment.values["Line"] if payment is not None else ())]
    links = {(one["LinkedTxn"][0]["TxnType"], one["LinkedTxn"][0]["TxnId"]): None for one in lines}
    for kind, txn_id in links:
        document = company.find(kind, txn_id) if kind in applying.APPLICABLE else None
        if document is not None:
            applying.refresh_document(company, document, payment, writer)


def _may_pay(company: Company, customer: Record | None, document: Record) -> bool:
    """The document is the customer's own, or a sub-customer's, or the parent's."""
    if customer is None:
        return False
    holder = company.find("Customer", document.values["CustomerRef"]["value"])
    if holder is None:
        return False
    line = {customer.id, *(one.id for one in _line_of(company, customer))}
    other = {holder.id, *(one.id for one in _line_of(company, holder))}
    return customer.id in other or holder.id in line


def _line_of(company: Company, record: Record) -> list[Record]:
    parent = record.values.get("ParentRef")
    return ancestors(company, record.entity, parent["value"]) if parent else []


def _by_itself(company: Company, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """With AutoApplyPayments, a payment without lines pays the oldest invoices.

    That the preference works for payments made by an app is UNCONFIRMED.
    """
    if not company.preference("SalesFormsPrefs", "AutoApplyPayments"):
        return []
    left: Decimal = values["TotalAmt"]
    lines: list[dict[str, Any]] = []
    for one in crediting.open_documents(company, "Invoice", values["CustomerRef"]["value"]):
        amount = min(left, one.values["Balance"])
        if amount <= 0:
            break
        left -= amount
        lines.append({"Amount": amount, "LinkedTxn": [{"TxnId": one.id, "TxnType": "Invoice"}]})
    return lines


class DepositRules(Rules):
    """A deposit of received money; what is in it cannot be changed any more."""

    def complete(self, change: Change) -> None:
        """Check the transactions that are banked.

        Raises:
            Refusal: a transaction that does not exist or is deposited already.
        """
        values, company = change.values, change.company
        settle_date(change)
        refuse_closed_change(change)
        values["CurrencyRef"] = company.home_currency
        made = []
        for place, line in enumerate(values.get("Line") or (), start=1):
            links = line.get("LinkedTxn") or []
            for link in links:
                self._check(change, link)
            kept = {"Id": str(place), "Amount": cents(line.get("Amount", ZERO))}
            rest = {
                n: line[n] for n in ("LinkedTxn", "DetailType", "DepositLineDetail") if n in line
            }
            made.append({**kept, **rest})
        if not made:
            raise faults.Refusal(faults.missing("Line"))
        values["Line"] = made
        values["TotalAmt"] = sum((line["Amount"] for line in made), ZERO)

    def _check(self, change: Change, link: Mapping[str, Any]) -> None:
        kind, txn_id = str(link.get("TxnType", "")), str(link.get("TxnId", ""))
        held = change.company.find(kind, txn_id) if kind in ("Payment", "SalesReceipt") else None
        if held is None:
            raise refusals.cannot_link(kind, txn_id)
        others = applying.links_to(held, "Deposit")
        if others and (change.before is None or change.before.id not in others):
            raise refusals.cannot_link(kind, txn_id)

    def follow_up(self, change: Change, record: Record) -> None:
        """The payments show the deposit."""
        before = change.before.values if change.before is not None else {}
        _relink(change.company, before, record.id, present=False)
        _relink(change.company, record.values, record.id, present=True)

    def refuse_removal(self, company: Company, record: Record, writer: Writer, verb: str) -> None:
        """Only closed books keep a deposit."""
        refuse_closed(company, writer, record.values.get("TxnDate"))

    def removed(self, company: Company, record: Record, before: Mapping[str, Any]) -> None:
        """The payments are free again."""
        _relink(company, before, record.id, present=False)


def _relink(company: Company, values: Mapping[str, Any], deposit: str, *, present: bool) -> None:
    for line in values.get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            held = company.find(link["TxnType"], link["TxnId"])
            if held is None:
                continue
            links = [one for one in held.values.get("LinkedTxn", ()) if one["TxnId"] != deposit]
            if present:
                links.append({"TxnId": deposit, "TxnType": "Deposit"})
            held.values["LinkedTxn"] = links
            if not links:
                held.values.pop("LinkedTxn")
            held.updated = company.now()
            company.save(held)
