"""What money does: balances of documents and customers, links, stock.

Knows how a payment bears on invoices and credit memos, and what the vendor changes by itself.
Follow-up changes stand in the ledger as ``system`` and are announced like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from simulators.common.ledger import SYSTEM
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.lines import GROUP, SALES, ZERO
from simulators.quickbooks.rules.names import refresh_balances

#: The documents a payment can be applied to, and the sign of their lines.
APPLICABLE = {"Invoice": 1, "CreditMemo": -1}
_NAME_VALUE = {
    "name": "{http://schema.intuit.com/finance/v3}NameValue",
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
}
_NAME_VALUE_END = {"nil": False, "globalScope": True, "typeSubstituted": False}


# --- documents -----------------------------------------------------------------------------------
def links_to(record: Record, kind: str) -> list[str]:
    """Return the ids of the transactions of a kind a document is linked to."""
    linked = record.values.get("LinkedTxn") or ()
    return [one["TxnId"] for one in linked if one["TxnType"] == kind]


def share_of(payment: Record | Mapping[str, Any], kind: str, txn_id: str) -> Decimal:
    """Return how much of a payment is applied to a document."""
    values = payment.values if isinstance(payment, Record) else payment
    return sum(
        (
            line["Amount"]
            for line in values.get("Line") or ()
            for link in line.get("LinkedTxn") or ()
            if link["TxnType"] == kind and link["TxnId"] == txn_id
        ),
        ZERO,
    )


def applied_to(company: Company, document: Record) -> Decimal:
    """Return the sum of what payments apply to a document."""
    found = (company.find("Payment", one) for one in links_to(document, "Payment"))
    name = document.entity.name
    return sum((share_of(one, name, document.id) for one in found if one is not None), ZERO)


def open_amount(values: Mapping[str, Any], applied: Decimal) -> Decimal:
    """Return what is left of a document after what was applied."""
    total: Decimal = values["TotalAmt"]
    deposit: Decimal = values.get("Deposit", ZERO)
    return total - deposit - applied


def write_balance(company: Company, document: Record) -> None:
    """Set Balance (and RemainingCredit) from the total and the payments."""
    values = document.values
    left = open_amount(values, applied_to(company, document))
    values["Balance"] = left
    if "RemainingCredit" in document.entity.by_name:
        values["RemainingCredit"] = left
    if "ExchangeRate" in values and "HomeBalance" in document.entity.by_name:
        values["HomeBalance"] = left * values["ExchangeRate"]


def refresh_document(
    company: Company, document: Record, payment: Record | None, by: Writer
) -> None:
    """Bring a document in line with a payment that was saved or deleted (``payment`` None).

    Its Balance, LinkedTxn, SyncToken and LastUpdatedTime change.
    """
    before = dict(document.values)
    links = [dict(one) for one in document.values.get("LinkedTxn") or ()]
    kept: list[dict[str, Any]] = []
    for one in links:
        other = company.find("Payment", one["TxnId"]) if one["TxnType"] == "Payment" else None
        if one["TxnType"] != "Payment" or (other is not None and _bears_on(other, document)):
            kept.append(one)
    if payment is not None and _bears_on(payment, document):
        wanted = {"TxnId": payment.id, "TxnType": "Payment"}
        if wanted not in kept:
            kept.append(wanted)
    document.values["LinkedTxn"] = kept
    if not kept and document.entity.name != "Invoice":
        # Recorded: only an invoice shows an empty list.
        document.values.pop("LinkedTxn")
    write_balance(company, document)
    if document.values == before:
        return
    touch(company, document, before, by)
    settle_customers(company, document, before, document.values)
    refresh_line_extras(company, document)


def _bears_on(payment: Record, document: Record) -> bool:
    return bool(share_of(payment, document.entity.name, document.id))


def touch(company: Company, record: Record, before: Mapping[str, Any], by: Writer) -> None:
    """Save a change that followed from another: a new SyncToken, noted as the system's."""
    record.token += 1
    record.updated = company.now()
    record.modified_by = by.user_name
    company.save(record)
    company.note(Writer(SYSTEM, by.user_name, by.request_id), "update", record, before)
    company.announce(record.entity.name, "update", record.id)


def refresh_line_extras(company: Company, document: Record) -> None:
    """The lines of payments show the document's number and what was open before them."""
    for payment_id in links_to(document, "Payment"):
        payment = company.find("Payment", payment_id)
        if payment is not None:
            add_line_extras(company, payment.values)
            company.save(payment)


def add_line_extras(company: Company, values: dict[str, Any]) -> None:
    """Write ``LineEx`` of a payment's lines, wrapped as the vendor's server wraps it."""
    lines = []
    for line in values.get("Line") or ():
        link = line["LinkedTxn"][0]
        document = (
            company.find(link["TxnType"], link["TxnId"])
            if link["TxnType"] in (APPLICABLE)
            else None
        )
        left = document.values["Balance"] if document is not None else ZERO
        pairs: list[dict[str, str]] = [
            {"Name": "txnId", "Value": link["TxnId"]},
            {"Name": "txnOpenBalance", "Value": f"{left + line['Amount']:.2f}"},
        ]
        number = document.values.get("DocNumber") if document is not None else None
        named = {"Name": "txnReferenceNumber"}
        pairs.append({**named, "Value": number} if number else named)
        wrapped = [{**_NAME_VALUE, "value": pair, **_NAME_VALUE_END} for pair in pairs]
        lines.append({**line, "LineEx": {"any": wrapped}})
    values["Line"] = lines


# --- customers -----------------------------------------------------------------------------------
def worth(entity: str, values: Mapping[str, Any]) -> Decimal:
    """Return what a transaction adds to its customer's balance."""
    match entity:
        case "Invoice":
            return values.get("Balance", ZERO)  # type: ignore[no-any-return]
        case "CreditMemo":
            return -values.get("RemainingCredit", ZERO)  # type: ignore[no-any-return]
        case "Payment":
            return -values.get("UnappliedAmt", ZERO)  # type: ignore[no-any-return]
    return ZERO


def settle_customers(
    company: Company, record: Record, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Carry a transaction's change over to its customer, or to the two it moved between."""
    name = record.entity.name
    changes: dict[str, Decimal] = {}
    for values, sign in ((before, -1), (after, 1)):
        pointed = (values.get("CustomerRef") or {}).get("value")
        if pointed:
            changes[pointed] = changes.get(pointed, ZERO) + sign * worth(name, values)
    for customer_id, change in changes.items():
        customer = company.find("Customer", customer_id)
        if customer is None:
            continue
        # Recorded: the time moves with every invoice, the SyncToken does not.
        customer.values["Balance"] += change
        customer.updated = company.now()
        company.save(customer)
        refresh_balances(company, customer)
        company.announce("Customer", "update", customer.id)


# --- stock ---------------------------------------------------------------------------------------
def settle_stock(
    company: Company, before: Mapping[str, Any], after: Mapping[str, Any], sign: int
) -> None:
    """Move the quantity on hand of tracked items; ``sign`` is -1 for what is sold."""
    moved: dict[str, Decimal] = {}
    for values, direction in ((before, -1), (after, 1)):
        for item_id, quantity in _quantities(values.get("Line") or ()):
            moved[item_id] = moved.get(item_id, ZERO) + direction * sign * quantity
    for item_id, change in moved.items():
        item = company.find("Item", item_id)
        if item is None or item.values["Type"] != "Inventory" or not change:
            continue
        # Whether the SyncToken moves with the stock is UNCONFIRMED; it does not here.
        item.values["QtyOnHand"] = item.values.get("QtyOnHand", ZERO) + change
        item.updated = company.now()
        company.save(item)
        company.announce("Item", "update", item.id)


def _quantities(lines: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Decimal]]:
    for line in lines:
        detail = line.get(SALES)
        if detail and detail.get("Qty") is not None and detail.get("ItemRef"):
            yield detail["ItemRef"]["value"], detail["Qty"]
        yield from _quantities((line.get(GROUP) or {}).get("Line", ()))
