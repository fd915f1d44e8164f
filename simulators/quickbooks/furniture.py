"""What every new company has before anyone enters anything: settings, accounts, terms, tax codes.

Ids of accounts, terms and the first item are those of the vendor's US sandbox company.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulators.quickbooks.company import Company
from simulators.quickbooks.entities.lists import ACCOUNT_TYPES
from simulators.quickbooks.entities.registry import BY_NAME
from simulators.quickbooks.records import Record

COMPANY_NAME = "Larkspur Garden & Design"
_ACCOUNTS: tuple[tuple[str, str, str, str], ...] = (
    ("1", "Services", "Income", "ServiceFeeIncome"),
    ("4", "Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("33", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("34", "Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("35", "Checking", "Bank", "Checking"),
    ("79", "Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("80", "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("81", "Inventory Asset", "Other Current Asset", "Inventory"),
    ("84", "Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("86", "Discounts given", "Income", "DiscountsRefundsGiven"),
)
_TERMS = (("1", "Due on receipt", 0), ("2", "Net 15", 15), ("3", "Net 30", 30), ("4", "Net 60", 60))
_METHODS = (
    ("1", "Cash", "NON_CREDIT_CARD"),
    ("2", "Check", "NON_CREDIT_CARD"),
    ("3", "Visa", "CREDIT_CARD"),
    ("4", "MasterCard", "CREDIT_CARD"),
)
_Rates = tuple[tuple[str, str, str], ...]
# Per country: (code id, name, rates as (id, name, percent)). The first is the default for sales.
_TAXES: dict[str, tuple[tuple[str, str, _Rates], ...]] = {
    "US": (
        ("2", "California", (("3", "California", "8"),)),
        ("3", "Tucson", (("1", "AZ State tax", "7.1"), ("2", "Tucson City", "2"))),
    ),
    "GB": (
        ("2", "20.0% S", (("3", "20.0% S", "20"),)),
        ("3", "5.0% R", (("4", "5.0% R", "5"),)),
        ("4", "0.0% Z", (("5", "0.0% Z", "0"),)),
        ("5", "Exempt", (("6", "Exempt", "0"),)),
        ("6", "No VAT", ()),
    ),
    "CA": (
        ("2", "HST ON", (("3", "HST (ON)", "13"),)),
        ("3", "GST", (("4", "GST", "5"),)),
        ("4", "Zero-rated", (("5", "Zero-rated", "0"),)),
        ("5", "GST/PST BC", (("4", "GST", "5"), ("6", "PST (BC)", "7"))),
        ("6", "Exempt", (("7", "Exempt", "0"),)),
        ("7", "Out of Scope", ()),
    ),
    "AU": (
        ("2", "GST", (("3", "GST", "10"),)),
        ("3", "GST free", (("4", "GST free", "0"),)),
        ("4", "Out of Scope", ()),
    ),
}


def furnish(company: Company) -> None:
    """Create what a new company comes with."""
    _add(company, "CompanyInfo", "1", _company_info(company))
    _add(company, "Preferences", "1", _preferences(company))
    for account_id, name, kind, subtype in _ACCOUNTS:
        _add(company, "Account", account_id, _account(company, name, kind, subtype))
    for term_id, name, days in _TERMS:
        term = {"Name": name, "Active": True, "Type": "STANDARD", "DueDays": days}
        _add(company, "Term", term_id, {**term, "DiscountPercent": Decimal(0), "DiscountDays": 0})
    for method_id, name, kind in _METHODS:
        _add(company, "PaymentMethod", method_id, {"Name": name, "Active": True, "Type": kind})
    _add_taxes(company)
    for item_id, name in (("1", "Services"), ("2", "Hours")):
        _add(company, "Item", item_id, _service(name))
    for family, last in (("account", 90), ("term", 4), ("paymentmethod", 4), ("item", 2)):
        company.ids.next(f"id:{family}", start=last)


def _add(company: Company, entity: str, record_id: str, values: dict[str, Any]) -> None:
    company.save(Record(BY_NAME[entity], record_id, values, created=company.now()))


def _account(company: Company, name: str, kind: str, subtype: str) -> dict[str, Any]:
    return {
        "Name": name,
        "SubAccount": False,
        "FullyQualifiedName": name,
        "Active": True,
        "Classification": ACCOUNT_TYPES[kind],
        "AccountType": kind,
        "AccountSubType": subtype,
        "CurrentBalance": Decimal(0),
        "CurrentBalanceWithSubAccounts": Decimal(0),
        "CurrencyRef": company.home_currency,
    }


def _service(name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Active": True,
        "FullyQualifiedName": name,
        "Taxable": False,
        "UnitPrice": Decimal(0),
        "Type": "Service",
        "IncomeAccountRef": {"value": "1", "name": "Services"},
        "PurchaseCost": Decimal(0),
        "TrackQtyOnHand": False,
    }


def _add_taxes(company: Company) -> None:
    """Codes and rates; the US pseudo codes TAX and NON have neither number nor Active."""
    if company.country.code == "US":
        for code, taxable in (("TAX", True), ("NON", False)):
            pseudo = {"Name": code, "Description": code, "Taxable": taxable, "TaxGroup": False}
            _add(company, "TaxCode", code, pseudo)
    for code_id, name, rates in _TAXES[company.country.code]:
        details = [
            {
                "TaxRateRef": {"value": rate_id, "name": rate_name},
                "TaxTypeApplicable": "TaxOnAmount",
                "TaxOrder": 0,
            }
            for rate_id, rate_name, _ in rates
        ]
        code_values = {
            "Name": name,
            "Description": name,
            "Active": True,
            "Hidden": False,
            "Taxable": bool(rates),
            "TaxGroup": True,
            "SalesTaxRateList": {"TaxRateDetail": details},
            "PurchaseTaxRateList": {"TaxRateDetail": []},
        }
        _add(company, "TaxCode", code_id, code_values)
        for rate_id, rate_name, percent in rates:
            if company.find("TaxRate", rate_id) is not None:
                continue
            rate_values = {
                "Name": rate_name,
                "Description": "Sales Tax",
                "Active": True,
                "RateValue": Decimal(percent),
                "AgencyRef": {"value": "1"},
                "SpecialTaxType": "NONE",
                "DisplayType": "ReadOnly",
            }
            _add(company, "TaxRate", rate_id, rate_values)


def _company_info(company: Company) -> dict[str, Any]:
    place: dict[str, Any] = {
        "Id": company.next_id("addresses"),
        "Line1": "18 Orchard Row",
        "City": "Mountain View",
        # Always ISO alpha-3 in responses since 2025-10-31.
        "Country": company.country.iso3,
        "CountrySubDivisionCode": "CA",
        "PostalCode": "94043",
    }
    names_and_values = {
        "NeoEnabled": "true",
        "IndustryType": "Landscaping Services",
        "IndustryCode": "561730",
        "CompanyType": "Other",
        "SubscriptionStatus": "SUBSCRIBED",
        "OfferingSku": "QuickBooks Online Plus",
        "PayrollFeature": "false",
        "AccountantFeature": "false",
        "ItemCategoriesFeature": "true",
    }
    return {
        "CompanyName": COMPANY_NAME,
        "LegalName": f"{COMPANY_NAME} LLC",
        "CompanyAddr": dict(place),
        "CustomerCommunicationAddr": dict(place),
        "LegalAddr": dict(place),
        "CustomerCommunicationEmailAddr": {"Address": "books@larkspur.example"},
        "PrimaryPhone": {"FreeFormNumber": "(650) 555-0144"},
        "CompanyStartDate": "2021-03-15",
        "FiscalYearStartMonth": "January",
        "Country": company.country.code,
        "Email": {"Address": "books@larkspur.example"},
        "WebAddr": {"URI": "https://larkspur.example"},
        "SupportedLanguages": "en",
        "DefaultTimeZone": "America/Los_Angeles",
        "NameValue": [{"Name": n, "Value": v} for n, v in names_and_values.items()],
    }


def _preferences(company: Company) -> dict[str, Any]:
    uses = [
        {
            "Name": f"SalesFormsPrefs.UseSalesCustom{n}",
            "Type": "BooleanType",
            "BooleanValue": n == 1,
        }
        for n in (3, 2, 1)
    ]
    label = {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType"}
    tax: dict[str, Any] = {"UsingSalesTax": True, "TaxGroupCodeRef": {"value": "2"}}
    return {
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January",
            "UseAccountNumbers": False,
            "TrackDepartments": False,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomField": [
                {"CustomField": uses},
                {"CustomField": [{**label, "StringValue": "Crew #"}]},
            ],
            "CustomTxnNumbers": False,
            "AllowDeposit": False,
            "AllowDiscount": True,
            "DefaultDiscountAccount": "86",
            "AllowEstimates": True,
            "AutoApplyCredit": False,
            "AutoApplyPayments": False,
            "ETransactionEnabledStatus": "NotApplicable",
            "ETransactionAttachPDF": False,
            "ETransactionPaymentEnabled": False,
            "IPNSupportEnabled": False,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "DefaultTerms": {"value": "3"},
            "DefaultCustomerMessage": "Thank you for your business and have a great day!",
            "UsingProgressInvoicing": False,
        },
        "EmailMessagesPrefs": {
            "InvoiceMessage": {
                "Subject": f"Invoice from {COMPANY_NAME}",
                "Message": "Your invoice is attached.",
            }
        },
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TimeTrackingPrefs": {"UseServices": True, "BillCustomers": True},
        "TaxPrefs": tax,
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": False,
            "HomeCurrency": {"value": company.country.currency},
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultItem", "Value": "1"}]},
    }
