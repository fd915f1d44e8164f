"""Items, accounts, terms and the other lists that customers and transactions refer to.

Each has its own id sequence. Limits as in Intuit's reference pages (read 2026-11).
"""

from __future__ import annotations

from simulators.quickbooks.entities.fields import (
    LIST_WRITES,
    NAME_FORBIDS,
    READING,
    Entity,
    Field,
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
    whole,
)

ACCOUNT_TYPES: dict[str, str] = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Income": "Revenue",
    "Other Expense": "Expense",
}


def _active() -> Field:
    return flag("Active", kept=True, default=True, filterable=True, sortable=True)


def _name(limit: int, forbids: str = NAME_FORBIDS) -> Field:
    return text("Name", limit, required=True, forbids=forbids, filterable=True, sortable=True)


def _qualified() -> Field:
    return text("FullyQualifiedName", read_only=True, filterable=True, sortable=True)


def _listed(name: str, plural: str, *fields: Field, **more: object) -> Entity:
    settings: dict[str, object] = {
        "family": name.lower(),
        "base_at": len(fields),
        "title": "Name",
        "order": "Name",
        "operations": LIST_WRITES,
        "indexed": ("Name",),
        **more,
    }
    return Entity(name=name, group=Group.LISTED, plural=plural, fields=fields, **settings)  # type: ignore[arg-type]


ITEM = _listed(
    "Item",
    "Items",
    _name(100),
    text("Sku", 100, filterable=True),
    text("Description", 4000),
    _active(),
    flag("SubItem"),
    ref("ParentRef", "Item"),
    whole("Level", read_only=True),
    _qualified(),
    flag("Taxable"),
    flag("SalesTaxIncluded"),
    number("UnitPrice", sortable=True),
    choice(
        "Type",
        *("Service", "NonInventory", "Inventory", "Group", "Category"),
        kept=True,
        filterable=True,
    ),
    ref("IncomeAccountRef", "Account"),
    text("PurchaseDesc", 1000),
    flag("PurchaseTaxIncluded"),
    number("PurchaseCost"),
    ref("ExpenseAccountRef", "Account"),
    ref("AssetAccountRef", "Account"),
    ref("PrefVendorRef", "Vendor"),
    flag("TrackQtyOnHand"),
    number("QtyOnHand"),
    number("ReorderPoint"),
    ref("SalesTaxCodeRef", "TaxCode"),
    ref("PurchaseTaxCodeRef", "TaxCode"),
    day("InvStartDate"),
    parts("ItemGroupDetail", lines("ItemGroupLine", ref("ItemRef", "Item"), number("Qty"))),
    choice("ItemCategoryType", "Product", "Service"),
    ref("TaxClassificationRef"),
    text("UQCDisplayText"),
    text("UQCId"),
    ref("ClassRef", "Class"),
    order="FullyQualifiedName",
    indexed=("Name", "Sku", "FullyQualifiedName"),
    ignored=(
        *("CustomField", "PercentBased", "RatePercent", "PaymentMethodRef", "UOMSetRef"),
        *("COGSAccountRef", "AvgCost", "QtyOnPurchaseOrder", "QtyOnSalesOrder", "ManPartNum"),
        *("DepositToAccountRef", "BuildPoint", "PrintGroupedItems", "SpecialItem"),
        *("SpecialItemType", "ItemAssemblyDetail", "AbatementRate", "ReverseChargeRate"),
        *("ServiceType", "ItemEx", "Source", "DeferredRevenue", "CustomExtensions"),
    ),
)

ACCOUNT = _listed(
    "Account",
    "Accounts",
    _name(100, forbids=':"'),
    flag("SubAccount", default=False),
    ref("ParentRef", "Account"),
    text("Description", 4000),
    _qualified(),
    text("TxnLocationType"),
    _active(),
    text("Classification", read_only=True, filterable=True),
    choice("AccountType", *ACCOUNT_TYPES, kept=True, filterable=True),
    text("AccountSubType", kept=True, filterable=True),
    text("AcctNum", 20),
    money("CurrentBalance", read_only=True, filterable=True),
    money("CurrentBalanceWithSubAccounts", read_only=True),
    ref("CurrencyRef", kept=True),
    ref("TaxCodeRef", "TaxCode"),
    order="FullyQualifiedName",
    ignored=(
        *("CustomField", "AccountAlias", "AccountPurposes", "AcctNumExtn", "BankNum"),
        *("OpeningBalance", "OpeningBalanceDate", "TaxAccount", "OnlineBankingEnabled", "FIName"),
        "JournalCodeRef",
    ),
)

TERM = _listed(
    "Term",
    "Terms",
    _name(31),
    _active(),
    text("Type", read_only=True),
    number("DiscountPercent"),
    whole("DueDays"),
    whole("DiscountDays"),
    whole("DayOfMonthDue"),
    whole("DueNextMonthDays"),
    whole("DiscountDayOfMonth"),
    ignored=("CustomField", "SalesTermEx"),
)

PAYMENT_METHOD = _listed(
    "PaymentMethod",
    "PaymentMethods",
    _name(15),
    _active(),
    choice("Type", "CREDIT_CARD", "NON_CREDIT_CARD", kept=True, default="NON_CREDIT_CARD"),
    ignored=("CustomField", "PaymentMethodEx"),
)

CLASS = _listed(
    "Class",
    "Klasses",
    _name(100),
    flag("SubClass", default=False),
    ref("ParentRef", "Class"),
    _qualified(),
    _active(),
    order="FullyQualifiedName",
    ignored=("CustomField", "ClassEx"),
)

DEPARTMENT = _listed(
    "Department",
    "Departments",
    _name(100),
    flag("SubDepartment", default=False),
    ref("ParentRef", "Department"),
    _qualified(),
    _active(),
    order="FullyQualifiedName",
    ignored=("CustomField", "DepartmentEx", "Address"),
)

CUSTOMER_TYPE = _listed(
    "CustomerType",
    "CustomerTypes",
    _name(100),
    _active(),
    operations=READING,
    ignored=("CustomField",),
)

_RATE_LIST = (
    lines(
        "TaxRateDetail",
        ref("TaxRateRef", "TaxRate"),
        text("TaxTypeApplicable"),
        whole("TaxOrder"),
    ),
)

# Neither comes in CDC. The US pseudo codes TAX and NON have no Active.
TAX_CODE = _listed(
    "TaxCode",
    "TaxCodes",
    _name(100),
    text("Description"),
    flag("Active", kept=True, filterable=True),
    flag("Hidden"),
    flag("Taxable"),
    flag("TaxGroup"),
    parts("SalesTaxRateList", *_RATE_LIST),
    parts("PurchaseTaxRateList", *_RATE_LIST),
    operations=READING,
    in_cdc=False,
)

TAX_RATE = _listed(
    "TaxRate",
    "TaxRates",
    _name(100),
    text("Description"),
    _active(),
    number("RateValue"),
    ref("AgencyRef"),
    raw("EffectiveTaxRate"),
    text("SpecialTaxType"),
    text("DisplayType"),
    operations=READING,
    in_cdc=False,
)

COMPANY_CURRENCY = _listed(
    "CompanyCurrency",
    "CompanyCurrencies",
    text("Code", 3, required=True, filterable=True),
    text("Name", 100, filterable=True, sortable=True),
    _active(),
    ignored=("CustomField",),
)

# Asked for by currency and day; what is stored are the rates that were set.
EXCHANGE_RATE = Entity(
    name="ExchangeRate",
    group=Group.PSEUDO,
    family="exchangerate",
    plural="ExchangeRates",
    fields=(
        day("AsOfDate", required=True, filterable=True, sortable=True),
        text("SourceCurrencyCode", 3, required=True, filterable=True, sortable=True),
        number("Rate", required=True),
        text("TargetCurrencyCode", 3, kept=True),
    ),
    base_at=4,
    title="SourceCurrencyCode",
    order="SourceCurrencyCode",
    operations=LIST_WRITES,
    in_cdc=False,
    ignored=("CustomField",),
)

ATTACHABLE = Entity(
    name="Attachable",
    group=Group.PSEUDO,
    family="attachable",
    plural="Attachables",
    fields=(
        text("FileName", 1000),
        text("Note", 2000),
        text("ContentType", 100),
        text("Category"),
        raw("AttachableRef"),
    ),
    base_at=5,
    title="FileName",
    operations=LIST_WRITES,
    in_cdc=False,
    ignored=("CustomField", "FileAccessUri", "TempDownloadUri", "Size", "PlaceName", "Tag"),
)
