"""Invoice, Payment, CreditMemo, SalesReceipt, RefundReceipt, Estimate, Deposit: their fields.

All share one id sequence. What they do to each other is in ``rules``.
"""

from __future__ import annotations

from simulators.quickbooks.entities.fields import (
    ALL_WRITES,
    LIST_WRITES,
    Entity,
    Group,
    choice,
    day,
    flag,
    lines,
    money,
    number,
    parts,
    raw,
    ref,
    text,
)
from simulators.quickbooks.entities.parts import (
    LINKED_TXN,
    PAYMENT_LINE,
    addresses,
    balance,
    customer,
    head,
    memo,
    sale_tail,
)

_ONLINE = tuple(
    flag(name, default=False)
    for name in (
        "AllowIPNPayment",
        "AllowOnlinePayment",
        "AllowOnlineCreditCardPayment",
        "AllowOnlineACHPayment",
    )
)
_IGNORED = (
    *("TxnSource", "TxnSubType", "TaxFormType", "TaxFormNum", "Tag"),
    *("TransactionLocationType", "TxnApprovalInfo", "RecurDataRef", "RecurringInfo"),
    *("AutoDocNumber", "RemitToRef", "SalesRepRef", "PONumber"),
    *("FOB", "TemplateRef", "FinanceCharge", "PaymentType", "CheckPayment", "CreditCardPayment"),
    *("DiscountRate", "DiscountAmt", "GovtTxnRefIdentifier", "TaxExemptionRef", "TotalCostAmount"),
    *("FreeFormAddress", "ShippingTaxIncludedInTotalTax", "HomeTotalCostAmount"),
)
_UPDATED = "-MetaData.LastUpdatedTime"

INVOICE = Entity(
    name="Invoice",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        *_ONLINE,
        *head(),
        customer(required=True),
        memo(),
        *addresses(),
        *sale_tail(with_due_date=True),
        balance(),
        money("HomeBalance", read_only=True),
        money("Deposit"),
        ref("DepositToAccountRef", "Account"),
        ref("ProjectRef"),
        raw("DeliveryInfo", read_only=True),
    ),
    base_at=len(_ONLINE),
    title="DocNumber",
    order=_UPDATED,
    operations=ALL_WRITES,
    indexed=("DocNumber", "CustomerRef"),
    ignored=(
        *_IGNORED,
        *("AllowOnlinePayPalPayment", "AllowOnlineAffirmPayment", "EInvoiceStatus", "LessCIS"),
        *("ECloudStatusTimeStamp", "invoiceStatus", "callToAction", "invoiceStatusLog"),
        *("InvoiceEx", "PaymentDetailsMessage", "ConvenienceFeeDetail", "TxnRetainageDetail"),
        *("PaymentMethodRef", "PaymentRefNum", "ARAccountRef", "InvoiceLink", "TxnStatus"),
    ),
)

PAYMENT = Entity(
    name="Payment",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        customer(required=True),
        ref("ARAccountRef", "Account"),
        ref("DepositToAccountRef", "Account", kept=True),
        ref("PaymentMethodRef", "PaymentMethod"),
        # The limit of 21 is UNCONFIRMED.
        text("PaymentRefNum", 21, filterable=True, sortable=True),
        money("TotalAmt", required=True, filterable=True, sortable=True),
        money("UnappliedAmt", read_only=True),
        flag("ProcessPayment", kept=True, default=False),
        day("TxnDate", kept=True, filterable=True, sortable=True),
        ref("CurrencyRef", kept=True),
        number("ExchangeRate", kept=True),
        text("PrivateNote", 4000),
        lines("LinkedTxn", *LINKED_TXN, read_only=True),
        lines("Line", *PAYMENT_LINE),
        ref("ProjectRef", filterable=True),
    ),
    base_at=8,
    title="PaymentRefNum",
    order=_UPDATED,
    operations=ALL_WRITES,
    indexed=("CustomerRef",),
    ignored=(
        *_IGNORED,
        *("CustomField", "DocNumber", "PaymentEx", "TxnTaxDetail", "TxnStatus", "DepartmentRef"),
    ),
)

CREDIT_MEMO = Entity(
    name="CreditMemo",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        money("RemainingCredit", read_only=True),
        *head(),
        customer(required=True),
        memo(),
        *addresses(),
        *sale_tail(),
        balance(),
        money("HomeBalance", read_only=True),
        ref("ProjectRef"),
    ),
    base_at=1,
    title="DocNumber",
    order=_UPDATED,
    operations=ALL_WRITES,
    indexed=("DocNumber", "CustomerRef"),
    ignored=(
        *_IGNORED,
        *("CreditMemoEx", "InvoiceRef", "TxnStatus", "SalesTermRef", "PaymentMethodRef"),
        *("DepositToAccountRef", "DueDate"),
    ),
)

SALES_RECEIPT = Entity(
    name="SalesReceipt",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        *head(),
        customer(required=False),
        memo(),
        *addresses(),
        *sale_tail(),
        balance(),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", 21),
        ref("DepositToAccountRef", "Account", kept=True),
        ref("ProjectRef"),
        raw("DeliveryInfo", read_only=True),
    ),
    title="DocNumber",
    order=_UPDATED,
    operations=ALL_WRITES,
    indexed=("DocNumber", "CustomerRef"),
    ignored=(*_IGNORED, "SalesReceiptEx", "LessCIS", "TxnStatus", "HomeBalance", "DueDate"),
)

# Money given back at once. Its fields beyond the schema's are UNCONFIRMED.
REFUND_RECEIPT = Entity(
    name="RefundReceipt",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        *head(),
        customer(required=False),
        memo(),
        *addresses(),
        *sale_tail(),
        balance(),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", 21),
        ref("DepositToAccountRef", "Account", kept=True, required=True),
        ref("ProjectRef"),
    ),
    title="DocNumber",
    order=_UPDATED,
    operations=ALL_WRITES,
    indexed=("DocNumber", "CustomerRef"),
    ignored=(
        *_IGNORED,
        *("RefundReceiptEx", "RemainingCredit", "TxnStatus", "HomeBalance", "DueDate"),
    ),
)

ESTIMATE = Entity(
    name="Estimate",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        *head(choice("TxnStatus", "Pending", "Accepted", "Closed", "Rejected", kept=True)),
        customer(required=True),
        memo(),
        *addresses(),
        *sale_tail(),
        raw("DeliveryInfo", read_only=True),
        day("ExpirationDate"),
        text("AcceptedBy"),
        day("AcceptedDate"),
    ),
    title="DocNumber",
    order=_UPDATED,
    operations=LIST_WRITES | {"delete"},
    indexed=("DocNumber", "CustomerRef"),
    ignored=(*_IGNORED, "EstimateEx", "SalesTermRef", "DueDate", "ProjectRef"),
)

# Only as far as payments and sales receipts need it: the money received is banked.
DEPOSIT = Entity(
    name="Deposit",
    group=Group.TRANSACTION,
    family="transactions",
    plural="Transactions",
    fields=(
        ref("DepositToAccountRef", "Account", required=True),
        money("TotalAmt", read_only=True, filterable=True, sortable=True),
        day("TxnDate", kept=True, filterable=True, sortable=True),
        ref("CurrencyRef", kept=True),
        text("PrivateNote", 4000),
        lines(
            "Line",
            text("Id", read_only=True),
            money("Amount"),
            lines("LinkedTxn", *LINKED_TXN),
            text("DetailType"),
            parts("DepositLineDetail", ref("AccountRef", "Account"), ref("PaymentMethodRef")),
        ),
    ),
    base_at=2,
    title="TxnDate",
    order=_UPDATED,
    operations=LIST_WRITES | {"delete"},
    ignored=(*_IGNORED, "DocNumber", "CashBack", "TxnTaxDetail", "ExchangeRate"),
)
