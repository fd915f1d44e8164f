"""CompanyInfo and Preferences: one object each, Id "1"."""

from __future__ import annotations

from simulators.quickbooks.entities.fields import (
    READING,
    Entity,
    Group,
    address,
    email,
    phone,
    raw,
    text,
    website,
)

_INFO = (
    text("CompanyName", 1024),
    text("LegalName", 1024),
    address("CompanyAddr"),
    address("CustomerCommunicationAddr"),
    address("LegalAddr"),
    email("CustomerCommunicationEmailAddr"),
    phone("PrimaryPhone"),
    text("CompanyStartDate"),
    text("EmployerId"),
    text("FiscalYearStartMonth"),
    text("Country"),
    email("Email"),
    website("WebAddr"),
    text("SupportedLanguages"),
    text("DefaultTimeZone"),
    raw("NameValue"),
)

COMPANY_INFO = Entity(
    name="CompanyInfo",
    group=Group.SINGLE,
    family="companyinfo",
    plural="CompanyInfo",
    fields=_INFO,
    base_at=len(_INFO),
    operations=READING,
    in_cdc=False,
)

_SECTIONS = tuple(
    raw(name)
    for name in (
        "AccountingInfoPrefs",
        "ProductAndServicesPrefs",
        "SalesFormsPrefs",
        "EmailMessagesPrefs",
        "VendorAndPurchasesPrefs",
        "TimeTrackingPrefs",
        "TaxPrefs",
        "CurrencyPrefs",
        "ReportPrefs",
        "OtherPrefs",
    )
)

PREFERENCES = Entity(
    name="Preferences",
    group=Group.SINGLE,
    family="preferences",
    plural="Preferences",
    fields=_SECTIONS,
    base_at=len(_SECTIONS),
    operations=READING | {"update"},
    in_cdc=False,
    ignored=("CustomField", "AdvancedInventoryPrefs", "PrintDocumentPrefs", "FinanceChargesPrefs"),
)
