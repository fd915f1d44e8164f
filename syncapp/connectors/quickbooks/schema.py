"""The fields QuickBooks' entities have: fixed tables, with the vendor's limits.

QuickBooks describes no fields; the tables follow its reference (apis/quickbooks.md 11). Custom
fields differ by company and are read from its preferences. Labels are the words of its forms.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.connectors.quickbooks import list_fields, sales_fields
from syncapp.connectors.quickbooks.field_parts import address, computed, phone, stamps
from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.schema import Field, Kind

_DELIVERY = (("Print", "Print later"), ("Email", "Send later"), ("None", "None"))


CUSTOMER = (
    Field("DisplayName", "Customer display name", max_length=500, required=True, unique=True),
    Field("Title", "Title", max_length=16),
    Field("GivenName", "First name", max_length=100),
    Field("MiddleName", "Middle name", max_length=100),
    Field("FamilyName", "Last name", max_length=100),
    Field("Suffix", "Suffix", max_length=16),
    Field("CompanyName", "Company name", max_length=100),
    Field("PrintOnCheckName", "Name to print on checks", max_length=110),
    Field("PrimaryEmailAddr.Address", "Email", Kind.EMAIL, max_length=100),
    phone("PrimaryPhone", "Phone"),
    phone("Mobile", "Mobile"),
    phone("AlternatePhone", "Other phone"),
    phone("Fax", "Fax"),
    Field("WebAddr.URI", "Website", Kind.URL, max_length=1000),
    *address("BillAddr", "Billing address"),
    *address("ShipAddr", "Shipping address"),
    Field("Notes", "Notes", max_length=2000),
    Field("Taxable", "Taxable", Kind.BOOLEAN),
    Field("ResaleNum", "Resale number", max_length=16),
    Field("PreferredDeliveryMethod", "Delivery method", Kind.CHOICE, options=_DELIVERY),
    Field("SalesTermRef.value", "Terms", Kind.REFERENCE),
    Field("PaymentMethodRef.value", "Payment method", Kind.REFERENCE),
    Field("CustomerTypeRef.value", "Customer type", Kind.REFERENCE),
    # Immutable once set, and the home currency by default: not for a mapping.
    computed("CurrencyRef.value", "Currency", Kind.REFERENCE),
    computed("ParentRef.value", "Parent customer", Kind.REFERENCE),
    computed("FullyQualifiedName", "Full name with parents"),
    computed("Job", "Is a sub-customer", Kind.BOOLEAN),
    computed("IsProject", "Is a project", Kind.BOOLEAN),
    # Making a customer inactive is a decision, never the side effect of a mapped field.
    computed("Active", "Active", Kind.BOOLEAN),
    computed("Balance", "Open balance", Kind.MONEY),
    computed("BalanceWithJobs", "Open balance with sub-customers", Kind.MONEY),
    *stamps(),
)

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "Customer": CUSTOMER,
    "Item": list_fields.ITEM,
    "Invoice": sales_fields.INVOICE,
    "Payment": sales_fields.PAYMENT,
    "CreditMemo": sales_fields.CREDIT_MEMO,
    "SalesReceipt": sales_fields.SALES_RECEIPT,
    "RefundReceipt": sales_fields.REFUND_RECEIPT,
    "Account": list_fields.ACCOUNT,
    "Term": list_fields.TERM,
    "PaymentMethod": list_fields.PAYMENT_METHOD,
    "Class": list_fields.CLASS,
    "Department": list_fields.DEPARTMENT,
    "TaxCode": list_fields.TAX_CODE,
    "TaxRate": list_fields.TAX_RATE,
}


def fields(record_type: str) -> tuple[Field, ...]:
    """The fields of a record type, without its custom ones.

    Raises:
        ConfigurationInvalid: Tandem does not know the type.
    """
    try:
        return FIELDS[record_type]
    except KeyError:
        raise ConfigurationInvalid(
            f"Tandem does not know QuickBooks' record type {record_type!r}.", code="unknown_type"
        ) from None


def kinds(record_type: str) -> Mapping[str, Kind]:
    """``{field: kind}`` of a record type."""
    return {field.name: field.kind for field in fields(record_type)}
