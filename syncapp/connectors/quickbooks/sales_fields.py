"""The fields of QuickBooks' sales documents and payments.

Lines, links and taxes are structures: kept whole, numbers as decimal text. Facts:
apis/quickbooks.md 11.3 to 11.6. Labels are the words of QuickBooks' forms.
"""

from __future__ import annotations

from collections.abc import Iterator

from syncapp.connectors.quickbooks.field_parts import address, computed, reference, stamps
from syncapp.core.schema import Field, Kind

_EMAIL_STATUS = (
    ("NotSet", "Not to be sent"),
    ("NeedToSend", "To be sent"),
    ("EmailSent", "Sent"),
)
_PRINT_STATUS = (
    ("NotSet", "Not to be printed"),
    ("NeedToPrint", "To be printed"),
    ("PrintComplete", "Printed"),
)
_TAX_CALCULATION = (
    ("TaxExcluded", "Exclusive of tax"),
    ("TaxInclusive", "Inclusive of tax"),
    ("NotApplicable", "Out of scope of tax"),
)


def _head(*, customer_required: bool) -> Iterator[Field]:
    yield reference("CustomerRef", "Customer", required=customer_required)
    yield Field("Line", "Lines", Kind.STRUCTURE, required=True)
    # Neither unique nor stable (15.2): found by it, never linked by it.
    yield Field("DocNumber", "Number", max_length=21)
    yield Field("TxnDate", "Date", Kind.DATE)
    yield Field("BillEmail.Address", "Email", Kind.EMAIL, max_length=100)
    yield Field("BillEmailCc.Address", "Email: copy to", Kind.EMAIL, max_length=200)
    yield Field("BillEmailBcc.Address", "Email: blind copy to", Kind.EMAIL, max_length=200)
    yield Field("EmailStatus", "Email status", Kind.CHOICE, options=_EMAIL_STATUS)
    yield Field("PrintStatus", "Print status", Kind.CHOICE, options=_PRINT_STATUS)
    yield from address("BillAddr", "Billing address")
    yield from address("ShipAddr", "Shipping address")
    yield Field("CustomerMemo.value", "Message on the form", max_length=1000)
    yield Field("PrivateNote", "Memo on statement", max_length=4000)
    yield reference("ClassRef", "Class")
    yield reference("DepartmentRef", "Location")
    yield reference("CurrencyRef", "Currency")
    yield Field("ExchangeRate", "Exchange rate", Kind.NUMBER)
    # Not for companies in the US, which refuse it.
    yield Field("GlobalTaxCalculation", "Amounts are", Kind.CHOICE, options=_TAX_CALCULATION)
    yield Field("TxnTaxDetail.TxnTaxCodeRef.value", "Tax code", Kind.REFERENCE)
    yield Field("TxnTaxDetail.TotalTax", "Tax", Kind.MONEY)
    yield computed("TxnTaxDetail.TaxLine", "Taxes", Kind.STRUCTURE)
    yield Field("ApplyTaxAfterDiscount", "Tax after discount", Kind.BOOLEAN)
    yield computed("CustomField", "Custom fields as they are", Kind.STRUCTURE)
    yield computed("LinkedTxn", "Linked transactions", Kind.STRUCTURE)
    yield computed("TotalAmt", "Total", Kind.MONEY)
    yield computed("HomeTotalAmt", "Total in home currency", Kind.MONEY)
    yield computed("Balance", "Open balance", Kind.MONEY)
    yield computed("HomeBalance", "Open balance in home currency", Kind.MONEY)


def _shipping() -> Iterator[Field]:
    yield Field("ShipMethodRef.value", "Ship via", max_length=30)
    yield Field("ShipDate", "Shipping date", Kind.DATE)
    yield Field("TrackingNum", "Tracking number", max_length=31)


INVOICE = (
    *_head(customer_required=True),
    Field("DueDate", "Due date", Kind.DATE),
    reference("SalesTermRef", "Terms"),
    *_shipping(),
    Field("Deposit", "Deposit", Kind.MONEY),
    reference("DepositToAccountRef", "Deposit to"),
    Field("AllowOnlineCreditCardPayment", "Pay by card", Kind.BOOLEAN),
    Field("AllowOnlineACHPayment", "Pay by bank transfer", Kind.BOOLEAN),
    *stamps(),
)

CREDIT_MEMO = (
    *_head(customer_required=True),
    computed("RemainingCredit", "Remaining credit", Kind.MONEY),
    *stamps(),
)

SALES_RECEIPT = (
    *_head(customer_required=False),
    *_shipping(),
    reference("PaymentMethodRef", "Payment method"),
    Field("PaymentRefNum", "Reference number", max_length=21),
    reference("DepositToAccountRef", "Deposit to"),
    *stamps(),
)

REFUND_RECEIPT = (
    *_head(customer_required=False),
    reference("PaymentMethodRef", "Payment method"),
    Field("PaymentRefNum", "Reference number", max_length=21),  # limit UNCONFIRMED
    reference("DepositToAccountRef", "Refund from", required=True),
    *stamps(),
)

PAYMENT = (
    reference("CustomerRef", "Customer", required=True),
    Field("TotalAmt", "Amount received", Kind.MONEY, required=True),
    Field("Line", "Applied to", Kind.STRUCTURE),
    Field("TxnDate", "Date", Kind.DATE),
    Field("PaymentRefNum", "Reference number", max_length=21),  # limit UNCONFIRMED
    reference("PaymentMethodRef", "Payment method"),
    reference("DepositToAccountRef", "Deposit to"),
    Field("PrivateNote", "Memo", max_length=4000),
    reference("CurrencyRef", "Currency"),
    Field("ExchangeRate", "Exchange rate", Kind.NUMBER),
    computed("ProcessPayment", "Processed by QuickBooks", Kind.BOOLEAN),
    computed("UnappliedAmt", "Not applied", Kind.MONEY),
    computed("LinkedTxn", "Linked transactions", Kind.STRUCTURE),
    *stamps(),
)
