"""The fields QuickBooks' entities have: fixed tables, with the vendor's limits.

QuickBooks describes no fields; the tables follow its reference (apis/quickbooks.md 11). Custom
fields differ by company and are read from its preferences. Labels are the words of its forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.schema import Field, Kind

_DELIVERY = (("Print", "Print later"), ("Email", "Send later"), ("None", "None"))


def _address(path: str, label: str) -> Iterator[Field]:
    for number in range(1, 6):
        yield Field(f"{path}.Line{number}", f"{label}: line {number}", max_length=500)
    yield Field(f"{path}.City", f"{label}: city", max_length=255)
    yield Field(f"{path}.CountrySubDivisionCode", f"{label}: state or province", max_length=255)
    yield Field(f"{path}.PostalCode", f"{label}: ZIP or postal code", max_length=30)
    yield Field(f"{path}.Country", f"{label}: country", max_length=255)


def _phone(path: str, label: str) -> Field:
    return Field(f"{path}.FreeFormNumber", label, Kind.PHONE, max_length=30)


def _computed(name: str, label: str, kind: Kind = Kind.TEXT) -> Field:
    return Field(name, label, kind, read_only=True)


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
    _phone("PrimaryPhone", "Phone"),
    _phone("Mobile", "Mobile"),
    _phone("AlternatePhone", "Other phone"),
    _phone("Fax", "Fax"),
    Field("WebAddr.URI", "Website", Kind.URL, max_length=1000),
    *_address("BillAddr", "Billing address"),
    *_address("ShipAddr", "Shipping address"),
    Field("Notes", "Notes", max_length=2000),
    Field("Taxable", "Taxable", Kind.BOOLEAN),
    Field("ResaleNum", "Resale number", max_length=16),
    Field("PreferredDeliveryMethod", "Delivery method", Kind.CHOICE, options=_DELIVERY),
    Field("SalesTermRef.value", "Terms", Kind.REFERENCE),
    Field("PaymentMethodRef.value", "Payment method", Kind.REFERENCE),
    Field("CustomerTypeRef.value", "Customer type", Kind.REFERENCE),
    # Immutable once set, and the home currency by default: not for a mapping.
    _computed("CurrencyRef.value", "Currency", Kind.REFERENCE),
    _computed("ParentRef.value", "Parent customer", Kind.REFERENCE),
    _computed("FullyQualifiedName", "Full name with parents"),
    _computed("Job", "Is a sub-customer", Kind.BOOLEAN),
    _computed("IsProject", "Is a project", Kind.BOOLEAN),
    # Making a customer inactive is a decision, never the side effect of a mapped field.
    _computed("Active", "Active", Kind.BOOLEAN),
    _computed("Balance", "Open balance", Kind.MONEY),
    _computed("BalanceWithJobs", "Open balance with sub-customers", Kind.MONEY),
    _computed("MetaData.CreateTime", "Created", Kind.DATETIME),
    _computed("MetaData.LastUpdatedTime", "Last changed", Kind.DATETIME),
    _computed("Id", "QuickBooks id"),
)

FIELDS: Mapping[str, tuple[Field, ...]] = {"Customer": CUSTOMER}


def fields(record_type: str) -> tuple[Field, ...]:
    """The fields of a record type.

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
