"""Credits the vendor moves by itself: automatic application, unlinking, taking back an excess.

Works on stored payments; whoever calls has checked that it may.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulators.common.ledger import SYSTEM
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.registry import BY_NAME
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules import applying
from simulators.quickbooks.rules.lines import ZERO


def spread_credits(company: Company, record: Record, writer: Writer) -> None:
    """With AutoApplyCredit, a new invoice takes open credits and a new credit open invoices.

    Each pair is a payment of zero with a line for both, oldest first.
    """
    if not company.preference("SalesFormsPrefs", "AutoApplyCredit"):
        return
    is_invoice = record.entity.name == "Invoice"
    other = "CreditMemo" if is_invoice else "Invoice"
    for counterpart in open_documents(company, other, record.values["CustomerRef"]["value"]):
        amount = min(record.values["Balance"], counterpart.values["Balance"])
        if amount <= 0:
            break
        pair = (record, counterpart) if is_invoice else (counterpart, record)
        _apply_pair(company, pair, amount, writer)


def open_documents(company: Company, kind: str, customer_id: str) -> list[Record]:
    """Return a customer's documents with something open, oldest first."""
    found = company.store(kind).equal("CustomerRef", customer_id) or ()
    waiting = [one for one in found if one.values.get("Balance", ZERO) > 0]
    return sorted(waiting, key=lambda one: (one.values["TxnDate"], one.number))


def _apply_pair(
    company: Company, documents: tuple[Record, ...], amount: Decimal, writer: Writer
) -> None:
    values: dict[str, Any] = {
        "CustomerRef": dict(documents[0].values["CustomerRef"]),
        "DepositToAccountRef": {"value": "4"},
        "TotalAmt": ZERO,
        "UnappliedAmt": ZERO,
        "ProcessPayment": False,
        "TxnDate": company.today().isoformat(),
        "CurrencyRef": dict(documents[0].values["CurrencyRef"]),
        "PrivateNote": "Created by QB Online to link credits to charges.",
        "Line": [
            {"Amount": amount, "LinkedTxn": [{"TxnId": one.id, "TxnType": one.entity.name}]}
            for one in documents
        ],
    }
    payment = Record(
        BY_NAME["Payment"],
        company.next_id("transactions"),
        values,
        created=company.now(),
        modified_by=writer.user_name,
    )
    company.save(payment)
    company.announce("Payment", "create", payment.id)
    for one in documents:
        applying.refresh_document(company, one, payment, writer)
    company.note(Writer(SYSTEM, writer.user_name, writer.request_id), "create", payment, {})


def unlink(company: Company, document: Record, writer: Writer) -> None:
    """Take a document out of its payments: their money becomes unapplied."""
    for payment_id in applying.links_to(document, "Payment"):
        payment = company.find("Payment", payment_id)
        if payment is not None:
            _relined(company, payment, writer, lambda link, amount: _but(document, link, amount))
    document.values["LinkedTxn"] = [
        one for one in document.values.get("LinkedTxn", ()) if one["TxnType"] != "Payment"
    ]
    before = dict(document.values)
    applying.write_balance(company, document)
    # The document itself is saved by whoever removes it; its customer owes it until then.
    applying.settle_customers(company, document, {**before}, document.values)
    company.save(document)


def take_back_excess(company: Company, document: Record, writer: Writer) -> None:
    """A document that became smaller than what was applied gives the rest back (UNCONFIRMED)."""
    for payment_id in reversed(applying.links_to(document, "Payment")):
        excess = -document.values["Balance"]
        if excess <= 0:
            return
        payment = company.find("Payment", payment_id)
        if payment is None:
            continue
        share = applying.share_of(payment, document.entity.name, document.id)
        left = max(share - excess, ZERO)

        def keep(link: Any, amount: Decimal, left: Decimal = left) -> Decimal:
            return left if _is_link(document, link) else amount

        _relined(company, payment, writer, keep)
        if not left:
            document.values["LinkedTxn"] = [
                one for one in document.values["LinkedTxn"] if one["TxnId"] != payment_id
            ]
        applying.write_balance(company, document)
        company.save(document)


def _relined(
    company: Company,
    payment: Record,
    writer: Writer,
    amount_of: Callable[[dict[str, Any], Decimal], Decimal],
) -> None:
    before = dict(payment.values)
    lines = []
    for line in before.get("Line", ()):
        amount = amount_of(line["LinkedTxn"][0], line["Amount"])
        if amount:
            lines.append({**line, "Amount": amount})
    short = _cover(payment, lines)
    payment.values["UnappliedAmt"] = unapplied(payment.values)
    applying.touch(company, payment, before, writer)
    applying.settle_customers(company, payment, before, payment.values)
    for invoice_id in short:
        invoice = company.find("Invoice", invoice_id)
        if invoice is not None:
            applying.refresh_document(company, invoice, payment, writer)


def _cover(payment: Record, lines: list[dict[str, Any]]) -> list[str]:
    """Set the lines; invoices a lost credit no longer pays for get less, the last ones first."""
    payment.values["Line"] = lines
    short: list[str] = []
    for line in reversed(lines):
        missing = -unapplied(payment.values)
        if missing <= 0:
            break
        if line["LinkedTxn"][0]["TxnType"] == "Invoice":
            line["Amount"] = max(line["Amount"] - missing, ZERO)
            short.append(line["LinkedTxn"][0]["TxnId"])
    payment.values["Line"] = [line for line in lines if line["Amount"]]
    return short


def unapplied(values: dict[str, Any]) -> Decimal:
    """The payment plus the credits it uses, less what it pays."""
    left: Decimal = values["TotalAmt"]
    for line in values.get("Line") or ():
        sign = applying.APPLICABLE.get(line["LinkedTxn"][0]["TxnType"], -1)
        left -= sign * line["Amount"]
    return left


def _is_link(document: Record, link: dict[str, Any]) -> bool:
    return bool(link["TxnId"] == document.id and link["TxnType"] == document.entity.name)


def _but(document: Record, link: dict[str, Any], amount: Decimal) -> Decimal:
    return ZERO if _is_link(document, link) else amount
