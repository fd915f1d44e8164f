"""Invoice, Payment, CreditMemo and SalesReceipt: their fields; all share one id sequence.

The shapes stand; the accounting (totals, balances, links, void, delete) is not written yet, so they
can be read and queried only.
"""

from __future__ import annotations

from simulators.quickbooks.entities.fields import (
    Entity,
    Field,
    Group,
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
_CUSTOM_FIELD = (
    text("DefinitionId"),
    text("Name", read_only=True),
    text("Type"),
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
_LINE = (
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
    parts("GroupLineDetail", ref("GroupItemRef", "Item"), number("Quantity"), raw("Line")),
    raw("CustomField"),
    raw("LineEx"),
)
_TAX = parts(
    "TxnTaxDetail",
    ref("TxnTaxCodeRef", "TaxCode"),
    money("TotalTax"),
    text("TaxReviewStatus"),
    raw("TaxLine"),
)


def _head() -> tuple[Field, ...]:
    """The fields every transaction begins with, in recorded order."""
    return (
        lines("CustomField", *_CUSTOM_FIELD),
        text("DocNumber", 21, filterable=True, sortable=True),
        day("TxnDate", kept=True, filterable=True, sortable=True),
        ref("DepartmentRef", "Department"),
        ref("CurrencyRef", kept=True),
        number("ExchangeRate"),
        text("PrivateNote", 4000),
        lines("LinkedTxn", *LINKED_TXN),
        lines("Line", *_LINE),
        _TAX,
    )


def _customer(*, required: bool) -> Field:
    return ref("CustomerRef", "Customer", required=required, filterable=True)


def _total() -> Field:
    return money("TotalAmt", read_only=True, filterable=True, sortable=True)


_ONLINE = tuple(
    flag(name, default=False)
    for name in (
        "AllowIPNPayment",
        "AllowOnlinePayment",
        "AllowOnlineCreditCardPayment",
        "AllowOnlineACHPayment",
    )
)
_TRANSACTION_IGNORED = (
    *("TxnSource", "TxnStatus", "TxnSubType", "TaxFormType", "TaxFormNum", "Tag"),
    *("TransactionLocationType", "TxnApprovalInfo", "RecurDataRef", "RecurringInfo", "ProjectRef"),
    *("HomeTotalAmt", "HomeBalance", "AutoDocNumber", "RemitToRef", "SalesRepRef", "PONumber"),
    *("FOB", "TemplateRef", "FinanceCharge", "PaymentType", "CheckPayment", "CreditCardPayment"),
    *("DiscountRate", "DiscountAmt", "GovtTxnRefIdentifier", "TaxExemptionRef", "TotalCostAmount"),
    *("FreeFormAddress", "ShippingTaxIncludedInTotalTax", "HomeTotalCostAmount"),
)

INVOICE = Entity(
    name="Invoice",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        *_ONLINE,
        *_head(),
        _customer(required=True),
        parts("CustomerMemo", text("value", 1000)),
        address("BillAddr"),
        address("ShipAddr"),
        address("ShipFromAddr"),
        ref("ClassRef", "Class"),
        ref("SalesTermRef", "Term", filterable=True),
        day("DueDate", filterable=True, sortable=True),
        ref("ShipMethodRef"),
        day("ShipDate"),
        text("TrackingNum"),
        choice("GlobalTaxCalculation", "TaxExcluded", "TaxInclusive", "NotApplicable"),
        _total(),
        flag("ApplyTaxAfterDiscount"),
        choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete"),
        choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent"),
        email("BillEmail"),
        email("BillEmailCc"),
        email("BillEmailBcc"),
        money("Balance", read_only=True, filterable=True, sortable=True),
        money("Deposit"),
        ref("DepositToAccountRef", "Account"),
        raw("DeliveryInfo", read_only=True),
        text("InvoiceLink", read_only=True),
    ),
    base_at=len(_ONLINE),
    title="DocNumber",
    order="-MetaData.LastUpdatedTime",
    indexed=("DocNumber", "CustomerRef"),
    ignored=(
        *_TRANSACTION_IGNORED,
        *("AllowOnlinePayPalPayment", "AllowOnlineAffirmPayment", "EInvoiceStatus", "LessCIS"),
        *("ECloudStatusTimeStamp", "invoiceStatus", "callToAction", "invoiceStatusLog"),
        *("InvoiceEx", "PaymentDetailsMessage", "ConvenienceFeeDetail", "TxnRetainageDetail"),
        *("PaymentMethodRef", "PaymentRefNum", "ARAccountRef"),
    ),
)

PAYMENT = Entity(
    name="Payment",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        _customer(required=True),
        ref("ARAccountRef", "Account"),
        ref("DepositToAccountRef", "Account"),
        ref("PaymentMethodRef", "PaymentMethod"),
        # The limit of 21 is UNCONFIRMED.
        text("PaymentRefNum", 21, filterable=True, sortable=True),
        money("TotalAmt", required=True, filterable=True, sortable=True),
        money("UnappliedAmt", read_only=True),
        flag("ProcessPayment", default=False),
        day("TxnDate", kept=True, filterable=True, sortable=True),
        ref("CurrencyRef", kept=True),
        number("ExchangeRate"),
        text("PrivateNote", 4000),
        lines("LinkedTxn", *LINKED_TXN),
        lines("Line", *_LINE),
        ref("ProjectRef", filterable=True),
    ),
    base_at=8,
    title="PaymentRefNum",
    order="-MetaData.LastUpdatedTime",
    indexed=("CustomerRef",),
    ignored=(*_TRANSACTION_IGNORED, "CustomField", "DocNumber", "PaymentEx", "TxnTaxDetail"),
)

CREDIT_MEMO = Entity(
    name="CreditMemo",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        money("RemainingCredit", read_only=True),
        *_head(),
        _customer(required=True),
        parts("CustomerMemo", text("value", 1000)),
        address("BillAddr"),
        address("ShipAddr"),
        _total(),
        flag("ApplyTaxAfterDiscount"),
        choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete"),
        choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent"),
        email("BillEmail"),
        money("Balance", read_only=True, filterable=True, sortable=True),
    ),
    base_at=1,
    title="DocNumber",
    order="-MetaData.LastUpdatedTime",
    indexed=("DocNumber", "CustomerRef"),
    ignored=(*_TRANSACTION_IGNORED, "CreditMemoEx", "InvoiceRef", "GlobalTaxCalculation"),
)

SALES_RECEIPT = Entity(
    name="SalesReceipt",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        *_head(),
        _customer(required=False),
        parts("CustomerMemo", text("value", 1000)),
        address("BillAddr"),
        address("ShipAddr"),
        _total(),
        flag("ApplyTaxAfterDiscount"),
        choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete"),
        choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent"),
        email("BillEmail"),
        money("Balance", read_only=True, filterable=True, sortable=True),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", 21),
        ref("DepositToAccountRef", "Account"),
    ),
    title="DocNumber",
    order="-MetaData.LastUpdatedTime",
    indexed=("DocNumber", "CustomerRef"),
    ignored=(*_TRANSACTION_IGNORED, "SalesReceiptEx", "LessCIS", "GlobalTaxCalculation"),
)
