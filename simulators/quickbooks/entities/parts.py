"""The nested objects of transactions: lines, tax detail, links, custom fields.

Pure description, in the order QuickBooks writes them. Limits as in Intuit's reference (2026-11).
"""

from __future__ import annotations

from simulators.quickbooks.entities.fields import (
    Field,
    address,
    choice,
    day,
    email,
    flag,
    lines,
    money,
    number,
    parts,
    raw,
    ref,
    text,
    whole,
)

LINKED_TXN = (text("TxnId"), text("TxnType"), text("TxnLineId"))
CUSTOM_FIELD = (
    text("DefinitionId"),
    # Only the definition's own name is ever shown.
    text("Name", read_only=True),
    text("Type"),
    # 31 characters for the legacy fields; the limit is UNCONFIRMED.
    text("StringValue", 31),
    raw("NumberValue"),
    raw("DateValue"),
    raw("BooleanValue"),
)
_SALES_DETAIL = parts(
    "SalesItemLineDetail",
    text("ServiceDate"),
    ref("ItemRef", "Item"),
    ref("ClassRef", "Class"),
    number("UnitPrice"),
    number("Qty"),
    raw("MarkupInfo"),
    ref("ItemAccountRef", read_only=True),
    ref("TaxCodeRef"),
    number("DiscountRate"),
    money("DiscountAmt"),
    ref("TaxClassificationRef"),
    money("TaxInclusiveAmt"),
)
_PLAIN_LINE = (
    text("Id"),
    whole("LineNum"),
    text("Description", 4000),
    money("Amount"),
    lines("LinkedTxn", *LINKED_TXN),
    text("DetailType"),
    _SALES_DETAIL,
    parts("SubTotalLineDetail", ref("ItemRef", "Item")),
    parts(
        "DiscountLineDetail",
        flag("PercentBased"),
        number("DiscountPercent"),
        ref("DiscountAccountRef", "Account"),
        ref("TaxCodeRef"),
        ref("ClassRef", "Class"),
    ),
    parts("DescriptionLineDetail", text("ServiceDate"), ref("TaxCodeRef")),
)
SALE_LINE = (
    *_PLAIN_LINE,
    parts(
        "GroupLineDetail",
        ref("GroupItemRef", "Item"),
        number("Quantity"),
        lines("Line", *_PLAIN_LINE),
    ),
    raw("CustomField"),
    raw("LineEx", read_only=True),
)
PAYMENT_LINE = (
    text("Id", read_only=True),
    whole("LineNum", read_only=True),
    text("Description", 4000),
    money("Amount"),
    lines("LinkedTxn", *LINKED_TXN),
    text("DetailType"),
    raw("LineEx", read_only=True),
)
_TAX_LINE = lines(
    "TaxLine",
    money("Amount"),
    text("DetailType"),
    parts(
        "TaxLineDetail",
        ref("TaxRateRef", "TaxRate"),
        flag("PercentBased"),
        number("TaxPercent"),
        money("NetAmountTaxable"),
        money("TaxInclusiveAmount"),
        money("OverrideDeltaAmount"),
        ref("ServiceDate"),
    ),
    text("Id"),
    whole("LineNum"),
    text("Description"),
)
TAX = parts(
    "TxnTaxDetail",
    ref("DefaultTaxCodeRef"),
    ref("TxnTaxCodeRef", "TaxCode"),
    money("TotalTax"),
    text("TaxReviewStatus"),
    _TAX_LINE,
)


def head(*extra: Field) -> tuple[Field, ...]:
    """The fields every sale begins with, in recorded order; ``extra`` follows the currency."""
    return (
        lines("CustomField", *CUSTOM_FIELD),
        # Kept by a full update (recorded), as are the date, the account and the print status.
        text("DocNumber", 21, kept=True, filterable=True, sortable=True),
        day("TxnDate", kept=True, filterable=True, sortable=True),
        ref("DepartmentRef", "Department"),
        ref("CurrencyRef", kept=True),
        number("ExchangeRate", kept=True),
        *extra,
        text("PrivateNote", 4000),
        lines("LinkedTxn", *LINKED_TXN),
        lines("Line", *SALE_LINE),
        TAX,
    )


def customer(*, required: bool) -> Field:
    """The customer a transaction is about."""
    return ref("CustomerRef", "Customer", required=required, filterable=True)


def total() -> Field:
    """The computed total; one that is sent is ignored."""
    return money("TotalAmt", read_only=True, filterable=True, sortable=True)


def balance() -> Field:
    """What is still open."""
    return money("Balance", read_only=True, filterable=True, sortable=True)


def memo() -> Field:
    """The message to the customer."""
    return parts("CustomerMemo", text("value", 1000))


def addresses() -> tuple[Field, ...]:
    """Billing, shipping, and where it is shipped from."""
    return address("BillAddr"), address("ShipAddr"), address("ShipFromAddr")


def sale_tail(*, with_due_date: bool = False) -> tuple[Field, ...]:
    """Class, terms, shipping, tax mode, total and the two statuses."""
    due = (
        ref("SalesTermRef", "Term", filterable=True),
        day("DueDate", filterable=True, sortable=True),
    )
    return (
        ref("ClassRef", "Class"),
        *(due if with_due_date else ()),
        ref("ShipMethodRef"),
        day("ShipDate"),
        text("TrackingNum", 30),
        choice("GlobalTaxCalculation", "TaxExcluded", "TaxInclusive", "NotApplicable", kept=True),
        total(),
        money("HomeTotalAmt", read_only=True),
        flag("ApplyTaxAfterDiscount"),
        choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete", kept=True),
        choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent", kept=True),
        email("BillEmail"),
        email("BillEmailCc"),
        email("BillEmailBcc"),
    )
