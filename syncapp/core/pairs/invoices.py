"""Invoices <-> invoices, and the line items of those that came from QuickBooks, as data.

Sources: MISSION S5, S11, S17-S23; ENGINE 2.2, 3; apis/hubspot.md 8, 9; apis/quickbooks.md 11.3.
What is planned with it is in ``core/invoices``.
"""

from __future__ import annotations

import re

from syncapp.core.invoices.lines import booked_totals, mirrored
from syncapp.core.mapping import FieldMapping
from syncapp.core.money import amount, plain, shown
from syncapp.core.pairs import approval_options
from syncapp.core.pairs.base import (
    Exclusion,
    ObjectPair,
    Option,
    OptionKind,
    Summary,
    planned_elsewhere,
)
from syncapp.core.records import Record, RecordRef
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values, is_empty, text

DRAFT, OPEN, PAID, VOIDED = "draft", "open", "paid", "voided"
MARKER = "qbo_sync_id"
STATUS = "@status"
#: What is loaded along with a HubSpot invoice: ids of the records it is associated with.
CONTACTS, COMPANIES, DEALS = "@contacts", "@companies", "@deals"
#: Ids of other HubSpot invoices that a payment of it belongs to as well.
SHARES_PAYMENT = "@shares_payment"
#: The QuickBooks customer its one billing contact is linked with, once that is known.
CUSTOMER = "@customer"
_NOTE_MARKER = re.compile(r"\(HS:[^():\s]+:invoices:([^():\s]+)\)")
#: How HubSpot names invoices that other connectors brought.
FOREIGN_SOURCES = ("data_sync", "data sync", "legacy_quickbooks", "legacy quickbooks")


def hubspot_id_in(note: Value) -> str:
    """The id of the HubSpot invoice a memo in QuickBooks names; "" for none."""
    found = _NOTE_MARKER.findall(note) if isinstance(note, str) else []
    return str(found[-1]) if found else ""


def quickbooks_id_in(marker: Value) -> str:
    """The id of the QuickBooks invoice a HubSpot invoice is marked with; "" for none."""
    parts = str(marker or "").split(":")
    return parts[2] if len(parts) == 3 and parts[1] == "Invoice" else ""


def _match_keys(side: Side, values: Values) -> tuple[str, ...]:
    """Our own mark, another connector's id, then number with customer and total (ENGINE 2.2)."""
    if side is Side.HUBSPOT:
        own = str(values.get("hs_object_id") or "")
        marked = quickbooks_id_in(values.get(MARKER))
        foreign = text(values.get("hs_external_invoice_id") or "")
        number, total = values.get("hs_number"), values.get("hs_amount_billed")
        customer = values.get(CUSTOMER)
        if values.get("hs_invoice_status") == DRAFT:
            number = None
    else:
        own = hubspot_id_in(values.get("PrivateNote"))
        marked, foreign = str(values.get("Id") or ""), ""
        number, total = values.get("DocNumber"), values.get("TotalAmt")
        customer = values.get("CustomerRef.value")
    keys = [
        f"hubspot {own}" if own else "",
        f"quickbooks {marked}" if marked else "",
        f"quickbooks {foreign}" if foreign else "",
    ]
    if not is_empty(number) and not is_empty(customer):
        keys.append(f"number {text(number)} / {customer} / {plain(amount(total))}")
    return tuple(dict.fromkeys(filter(None, keys)))


def _origin(hubspot: Values, quickbooks: Values) -> str:
    if hubspot_id_in(quickbooks.get("PrivateNote")):
        return Side.HUBSPOT.value
    if quickbooks_id_in(hubspot.get(MARKER)):
        return Side.QUICKBOOKS.value
    return "both"


def status_of(values: Values) -> str:
    """The status of a QuickBooks invoice, which keeps none (apis/quickbooks.md 11.3)."""
    total, balance = amount(values.get("TotalAmt")), amount(values.get("Balance"))
    if total == 0 and str(values.get("PrivateNote") or "").startswith("Voided"):
        return VOIDED
    return PAID if balance == 0 else OPEN


def _derive(side: Side, values: Values) -> Values:
    if side is Side.HUBSPOT:
        return {}
    totals = booked_totals(values)
    return {
        STATUS: status_of(values),
        "@paid": plain(totals.total - amount(values.get("Balance"))),
        "@subtotal": plain(totals.subtotal),
        "@discount": plain(totals.discount),
        "@tax": plain(totals.tax),
        "@title": _title(values),
    }


def _title(values: Values) -> str:
    number, party = text(values.get("DocNumber") or ""), text(values.get("CustomerRef.name") or "")
    return f"Invoice {number} - {party}" if number else f"Invoice - {party}"


def _label(side: Side, values: Values) -> str:
    number = values.get("DocNumber" if side is Side.QUICKBOOKS else "hs_number")
    title = values.get("hs_title") if side is Side.HUBSPOT else ""
    return text(number or title or "")


def _summary(side: Side, values: Values) -> Summary:
    def told(name: str) -> str:
        return text(values.get(name) or "")

    if side is Side.QUICKBOOKS:
        return Summary(
            told("DocNumber"), told("CustomerRef.name"), told("TxnDate"), told("DueDate"),
            told("TotalAmt"), told("CurrencyRef.value"), told("ExchangeRate"),
        )  # fmt: skip
    names = (
        told("hs_invoice_latest_contact_firstname"),
        told("hs_invoice_latest_contact_lastname"),
    )
    party = told("hs_invoice_latest_company_name") or " ".join(filter(None, names))
    return Summary(
        told("hs_number"), party, told("hs_invoice_date"), told("hs_due_date"),
        told("hs_amount_billed"), told("hs_currency"),
    )  # fmt: skip


def _warns(side: Side, answer: Values) -> str:
    """QuickBooks may apply a credit the moment an invoice is made (apis/quickbooks.md 15)."""
    if side is Side.HUBSPOT:
        return ""
    balance = amount(answer.get("Balance"))
    taken = amount(answer.get("TotalAmt")) - amount(answer.get("Deposit")) - balance
    if taken <= 0:
        return ""
    currency = text(answer.get("CurrencyRef.value") or "")
    return (
        f"QuickBooks took {shown(taken, currency)} off the new invoice at once, with a credit of "
        f"the customer; {shown(balance, currency)} are left. HubSpot may still ask for the whole "
        "amount until the credit is shown there. If credits should not be applied by themselves, "
        "switch that off in QuickBooks under Account and settings, Advanced, Automation."
    )


def is_foreign(values: Values) -> bool:
    """Whether a HubSpot invoice was not made there by a person or a workflow."""
    source = str(values.get("hs_invoice_source") or "").casefold()
    return values.get("hs_invoice_billable") == "false" or source in FOREIGN_SOURCES


def _is_draft(side: Side, values: Values) -> bool:
    return side is Side.HUBSPOT and values.get("hs_invoice_status", DRAFT) in {DRAFT, None, ""}


def _pair(
    hubspot: str, quickbooks: str, label: str, kind: Kind = Kind.TEXT, *, instant: bool = False
) -> FieldMapping:
    return FieldMapping(hubspot, quickbooks, kind=kind, label=label, instant=instant)


def _derived(hubspot: str, quickbooks: str, label: str, kind: Kind = Kind.MONEY) -> FieldMapping:
    return FieldMapping(hubspot, quickbooks, kind=kind, label=label, direction=Direction.TO_HUBSPOT)


#: What HubSpot shows of an invoice that came from QuickBooks; QuickBooks computes it.
DERIVED = (
    _derived("hs_title", "@title", "Title", Kind.TEXT),
    _derived("hs_subtotal", "@subtotal", "Subtotal"),
    _derived("hs_discounts_total", "@discount", "Discounts"),
    _derived("hs_taxes_total", "@tax", "Tax"),
    _derived("hs_amount_billed", "TotalAmt", "Total"),
    _derived("hs_amount_paid", "@paid", "Paid"),
    _derived("hs_balance_due", "Balance", "Balance"),
    _derived("hs_invoice_status", STATUS, "Status", Kind.TEXT),
)

PROCESSORS = (
    ("hs_payments", "HubSpot payments"),
    ("byo_stripe", "Stripe"),
    ("none", "Recorded by hand"),
    ("other", "Any other"),
)

OPTIONS = (
    Option(
        "income_account", "Income account of the “Custom line item”",
        "Lines without a matching product are booked on this account.",
        OptionKind.ACCOUNT, "", account_types=("Income",),
    ),
    Option(
        "discount_account", "Account for discounts",
        "Used for discounts of a whole invoice when QuickBooks' own discounts are off.",
        OptionKind.ACCOUNT, "", account_types=("Income", "Expense", "Cost of Goods Sold"),
    ),
    Option(
        "clearing_accounts", "Where payments are deposited",
        "The account for payments that HubSpot collected, by processor. Nothing is posted for a "
        "processor without one.",
        OptionKind.ACCOUNTS, {}, choices=PROCESSORS,
        account_types=("Bank", "Other Current Asset"),
    ),
    Option(
        "number", "Invoice number in QuickBooks",
        "Customers quote the number on their invoice.",
        OptionKind.CHOICE, "hubspot",
        choices=(("hubspot", "HubSpot's number"), ("quickbooks", "QuickBooks' own number")),
    ),
    Option(
        "create_customers", "Create missing customers",
        "A customer (or contact) that an invoice needs is created although a filter of the "
        "contact sync keeps it out.",
        OptionKind.SWITCH, True,
    ),
    Option(
        "not_taxable", "Invoices made in HubSpot carry no sales tax",
        "Confirm that what is invoiced in HubSpot is not taxable: such invoices are posted "
        "without tax. Until then none is sent.",
        OptionKind.CONFIRMATION, "",
    ),
    Option(
        "hold_taxable", "Hold invoices of taxable customers",
        "An invoice made in HubSpot for a customer who is taxable in QuickBooks is not sent. "
        "QuickBooks makes every new customer taxable, so choose this only where somebody keeps "
        "that setting.",
        OptionKind.SWITCH, False,
    ),
)  # fmt: skip

INVOICES = ObjectPair(
    name="invoices",
    title="Invoices",
    types={Side.HUBSPOT: "invoices", Side.QUICKBOOKS: "Invoice"},
    nouns={Side.HUBSPOT: "invoice", Side.QUICKBOOKS: "invoice"},
    match_keys=_match_keys,
    match_key_label="the invoice number, customer and total",
    label=_label,
    completes=planned_elsewhere,
    reads={
        Side.HUBSPOT: (
            *(mapping.hubspot for mapping in DERIVED), MARKER, "hs_object_id",
            "hs_external_invoice_id", "hs_invoice_billable", "hs_invoice_source", "hs_fees_total",
            "hs_currency", "hs_createdate", "hs_invoice_latest_contact_firstname",
            "hs_invoice_latest_contact_lastname", "hs_invoice_latest_company_name",
        )
    },
    exclusions=(
        Exclusion("inv_draft", _is_draft),
        Exclusion("inv_not_from_hubspot", lambda side, v: side is Side.HUBSPOT and is_foreign(v)),
    ),
    rank=2,
    options=(*OPTIONS, *approval_options.of_documents()),
    dated_by={Side.HUBSPOT: "hs_createdate", Side.QUICKBOOKS: "MetaData.CreateTime"},
    derive=_derive,
    derived=DERIVED,
    summary=_summary,
    origin=_origin,
    batch_sizes={Side.QUICKBOOKS: 10},
    warns=_warns,
    mappings=(
        _pair("hs_number", "DocNumber", "Invoice number"),
        _pair("hs_invoice_date", "TxnDate", "Invoice date", Kind.DATE, instant=True),
        _pair("hs_due_date", "DueDate", "Due date", Kind.DATE, instant=True),
        FieldMapping(
            "hs_currency", "CurrencyRef.value", label="Currency", creation_only=True
        ),
        _pair("hs_comments", "CustomerMemo.value", "Message on the invoice"),
    ),
)  # fmt: skip


def _split(side: Side, record: Record) -> tuple[Record, ...]:
    if side is Side.HUBSPOT:
        return (record,)
    if record.gone or record.unreadable:
        return ()
    invoice = record.ref.id
    return tuple(
        Record(
            RecordRef(side, record.ref.type, f"{invoice}/{line_id}"),
            {**values, "Invoice": invoice},
        )
        for line_id, values in mirrored(record.values)
    )


def _line_label(side: Side, values: Values) -> str:
    return text(values.get("Name" if side is Side.QUICKBOOKS else "name") or "")


LINES = ObjectPair(
    name="invoice_lines",
    title="Invoice lines",
    types={Side.HUBSPOT: "line_items", Side.QUICKBOOKS: "Invoice"},
    nouns={Side.HUBSPOT: "line item", Side.QUICKBOOKS: "invoice line"},
    match_keys=lambda side, values: (),
    match_key_label="",
    label=_line_label,
    completes=planned_elsewhere,
    rank=3,
    host="invoices",
    fed_by="invoices",
    hidden=True,
    listens=frozenset(),
    split=_split,
    mappings=tuple(
        FieldMapping(hubspot, quickbooks, kind=kind, label=label, direction=Direction.TO_HUBSPOT)
        for hubspot, quickbooks, label, kind in (
            ("name", "Name", "Name", Kind.TEXT),
            ("quantity", "Qty", "Quantity", Kind.NUMBER),
            ("price", "UnitPrice", "Unit price", Kind.MONEY),
            ("description", "Description", "Description", Kind.TEXT),
        )
    ),
)
