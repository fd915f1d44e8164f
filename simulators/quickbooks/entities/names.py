"""Customer, Vendor and Employee: the three that share one id sequence and one set of names.

Fields, limits and filters as in Intuit's reference pages (read 2026-11); order as recorded.
"""

from __future__ import annotations

from simulators.quickbooks.entities.fields import (
    LIST_WRITES,
    NAME_FORBIDS,
    Entity,
    Field,
    Group,
    address,
    choice,
    day,
    email,
    flag,
    money,
    number,
    phone,
    ref,
    text,
    website,
    whole,
)

ADDRESS_LINES_LIMIT = 2000


def _person(*, filterable: bool) -> tuple[Field, ...]:
    """The fields all three inherit; filters differ by entity."""
    on = {"filterable": filterable, "sortable": filterable}
    return (
        text("Title", 16),
        text("GivenName", 100, forbids=NAME_FORBIDS, filterable=True, sortable=True),
        text("MiddleName", 100, forbids=NAME_FORBIDS, **on),
        text("FamilyName", 100, forbids=NAME_FORBIDS, filterable=True, sortable=True),
        text("Suffix", 16),
        text("FullyQualifiedName", read_only=True, filterable=filterable),
        text("CompanyName", 100, **on),
        text("DisplayName", 500, forbids=NAME_FORBIDS, filterable=True, sortable=True),
        text("PrintOnCheckName", 110, filterable=True, sortable=True),
        flag("Active", kept=True, default=True, filterable=True, sortable=True),
        phone("PrimaryPhone"),
        phone("AlternatePhone"),
        phone("Mobile"),
        phone("Fax"),
        email("PrimaryEmailAddr", filterable=filterable),
        website("WebAddr"),
        ref("DefaultTaxCodeRef", "TaxCode"),
    )


_NAME_IGNORED = ("CustomField", "IntuitId", "Organization", "UserId", "V4IDPseudonym")
_CUSTOMER_OWN = (
    flag("Taxable"),
    address("BillAddr"),
    address("ShipAddr"),
    text("Notes", 2000),
    flag("Job"),
    flag("BillWithParent"),
    ref("RootCustomerRef", read_only=True),
    ref("ParentRef", "Customer"),
    whole("Level", read_only=True),
    ref("CustomerTypeRef", "CustomerType"),
    ref("SalesTermRef", "Term"),
    ref("PaymentMethodRef", "PaymentMethod"),
    money("Balance", kept=True, filterable=True, sortable=True),
    day("OpenBalanceDate", kept=True),
    money("BalanceWithJobs", read_only=True),
    ref("CurrencyRef", kept=True),
    choice("PreferredDeliveryMethod", "Print", "Email", "None"),
    text("ResaleNum", 16),
    text("SecondaryTaxIdentifier", 20),
    ref("ARAccountRef", "Account"),
    text("PrimaryTaxIdentifier", 20),
    whole("TaxExemptionReasonId"),
    flag("IsProject", read_only=True),
    text("BusinessNumber", 10),
    text("GSTIN", 15),
    text("GSTRegistrationType", 15),
    text("TaxRegime"),
)

CUSTOMER = Entity(
    name="Customer",
    group=Group.NAME,
    family="names",
    plural="Names",
    fields=(*_CUSTOMER_OWN, *_person(filterable=True)),
    base_at=len(_CUSTOMER_OWN),
    title="DisplayName",
    order="FullyQualifiedName",
    operations=LIST_WRITES,
    indexed=("DisplayName", "PrimaryEmailAddr", "FullyQualifiedName"),
    ignored=(
        *_NAME_IGNORED,
        *("OtherAddr", "ContactName", "AltContactName", "SalesRepRef", "TaxGroupCodeRef"),
        *("TaxRateRef", "CCDetail", "PriceLevelRef", "CreditLimit", "AcctNum", "OverDueBalance"),
        *("TotalRevenue", "TotalExpense", "JobInfo", "TDSEnabled", "CustomerEx"),
        *("IsCISContractor", "ClientCompanyId", "ClientEntityId", "Source", "OtherContactInfo"),
    ),
)

_VENDOR_OWN = (
    text("Notes", 4000),
    address("BillAddr"),
    address("ShipAddr", read_only=True),
    text("TaxIdentifier", 20),
    text("BusinessNumber", 10),
    ref("TermRef", "Term"),
    money("Balance", kept=True, filterable=True),
    money("BillRate"),
    day("OpenBalanceDate", kept=True),
    text("AcctNum", 100),
    flag("Vendor1099", default=False),
    ref("CurrencyRef", kept=True),
    ref("APAccountRef", "Account"),
    text("GSTIN", 15),
    text("GSTRegistrationType", 15),
    money("CostRate"),
)

VENDOR = Entity(
    name="Vendor",
    group=Group.NAME,
    family="names",
    plural="Names",
    # The recorded vendors come without FullyQualifiedName.
    fields=(
        *_VENDOR_OWN,
        *(item for item in _person(filterable=True) if item.name != "FullyQualifiedName"),
    ),
    base_at=len(_VENDOR_OWN),
    title="DisplayName",
    order="DisplayName",
    operations=LIST_WRITES,
    indexed=("DisplayName", "PrimaryEmailAddr"),
    ignored=(
        *_NAME_IGNORED,
        *("FullyQualifiedName", "ContactName", "AltContactName", "OtherAddr", "TaxCountry"),
        *("TaxIdEffectiveDate", "ParentRef", "VendorTypeRef", "PrefillAccountRef", "CreditLimit"),
        *("T4AEligible", "T5018Eligible", "TDSEnabled", "TDSEntityTypeId", "TDSSectionTypeId"),
        *("TDSOverrideThreshold", "TaxReportingBasis", "VendorEx", "IsSubContractor"),
        *("SubcontractorType", "CISRate", "HasTPAR", "VendorPaymentBankDetail", "Source"),
        "OtherContactInfo",
    ),
)

_EMPLOYEE_OWN = (
    text("EmployeeType"),
    text("EmployeeNumber", 100),
    text("SSN", 100),
    address("PrimaryAddr"),
    flag("BillableTime", default=False),
    number("BillRate"),
    day("BirthDate"),
    choice("Gender", "Male", "Female"),
    day("HiredDate"),
    day("ReleasedDate"),
    number("CostRate"),
    text("Notes", 4000),
)

EMPLOYEE = Entity(
    name="Employee",
    group=Group.NAME,
    family="names",
    plural="Names",
    fields=(
        *_EMPLOYEE_OWN,
        *(
            item
            for item in _person(filterable=False)
            if item.name not in ("FullyQualifiedName", "CompanyName", "DefaultTaxCodeRef")
        ),
    ),
    base_at=len(_EMPLOYEE_OWN),
    title="DisplayName",
    order="DisplayName",
    operations=LIST_WRITES,
    indexed=("DisplayName",),
    ignored=(
        *_NAME_IGNORED,
        *("FullyQualifiedName", "CompanyName", "OtherAddr", "UseTimeEntry", "EmployeeEx"),
        *("OtherContactInfo", "DefaultTaxCodeRef"),
    ),
)
