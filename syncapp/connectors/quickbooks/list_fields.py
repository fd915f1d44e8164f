"""The fields of QuickBooks' lists: items, accounts, terms, taxes and what else is referred to.

Facts: apis/quickbooks.md 11.2, 11.5, 11.7. Labels are the words of QuickBooks' forms.
"""

from __future__ import annotations

from syncapp.connectors.quickbooks.field_parts import computed, reference, stamps
from syncapp.core.schema import Field, Kind

_ITEM_TYPES = (
    ("Service", "Service"),
    ("NonInventory", "Non-inventory"),
    ("Inventory", "Inventory"),
    ("Group", "Bundle"),
    ("Category", "Category"),
)
#: Making a record inactive is a decision, never the side effect of a mapped field.
_ACTIVE = computed("Active", "Active", Kind.BOOLEAN)
_QUALIFIED = computed("FullyQualifiedName", "Full name with parents")


def _name(limit: int) -> Field:
    return Field("Name", "Name", max_length=limit, required=True, unique=True)


ITEM = (
    _name(100),
    Field("Sku", "SKU", max_length=100),
    Field("Type", "Type", Kind.CHOICE, required=True, options=_ITEM_TYPES),
    Field("Description", "Description on sales forms", max_length=4000),
    Field("UnitPrice", "Sales price", Kind.MONEY),
    Field("PurchaseDesc", "Description on purchase forms", max_length=1000),
    Field("PurchaseCost", "Cost", Kind.MONEY),
    Field("Taxable", "Taxable", Kind.BOOLEAN),
    Field("SalesTaxIncluded", "Price includes tax", Kind.BOOLEAN),
    Field("PurchaseTaxIncluded", "Cost includes tax", Kind.BOOLEAN),
    # Where an item is booked is decided in QuickBooks; a new one gets the account of the settings.
    computed("IncomeAccountRef.value", "Income account", Kind.REFERENCE),
    computed("ExpenseAccountRef.value", "Expense account", Kind.REFERENCE),
    computed("AssetAccountRef.value", "Inventory asset account", Kind.REFERENCE),
    reference("SalesTaxCodeRef", "Sales tax code"),
    reference("PurchaseTaxCodeRef", "Purchase tax code"),
    reference("ClassRef", "Class"),
    reference("PrefVendorRef", "Preferred vendor"),
    reference("ParentRef", "Category"),
    Field("SubItem", "Is in a category", Kind.BOOLEAN),
    # Only transactions move the stock, and a mapping never makes an inventory item.
    computed("TrackQtyOnHand", "Track quantity on hand", Kind.BOOLEAN),
    computed("QtyOnHand", "Quantity on hand", Kind.NUMBER),
    computed("InvStartDate", "Inventory start date", Kind.DATE),
    computed("ReorderPoint", "Reorder point", Kind.NUMBER),
    computed("ItemGroupDetail.ItemGroupLine", "Products of the bundle", Kind.STRUCTURE),
    _QUALIFIED,
    _ACTIVE,
    *stamps(),
)

ACCOUNT = (
    _name(100),
    Field("AccountType", "Account type", Kind.CHOICE),
    Field("AccountSubType", "Detail type"),
    Field("AcctNum", "Number", max_length=20),  # 7 or 20 by region: UNCONFIRMED
    Field("Description", "Description", max_length=4000),
    computed("Classification", "Classification"),
    computed("CurrencyRef.value", "Currency", Kind.REFERENCE),
    computed("CurrentBalance", "Balance", Kind.MONEY),
    _QUALIFIED,
    _ACTIVE,
    *stamps(),
)

TERM = (
    _name(31),
    Field("DueDays", "Due in days", Kind.NUMBER),
    Field("DayOfMonthDue", "Due on day of the month", Kind.NUMBER),
    Field("DueNextMonthDays", "Due the next month within days", Kind.NUMBER),
    Field("DiscountPercent", "Discount in percent", Kind.NUMBER),
    Field("DiscountDays", "Discount within days", Kind.NUMBER),
    computed("Type", "Type"),
    _ACTIVE,
    *stamps(),
)

PAYMENT_METHOD = (
    _name(15),
    Field(
        "Type", "Type", Kind.CHOICE,
        options=(("CREDIT_CARD", "Credit card"), ("NON_CREDIT_CARD", "Other")),
    ),
    _ACTIVE,
    *stamps(),
)  # fmt: skip

CLASS = (_name(100), reference("ParentRef", "Parent class"), _QUALIFIED, _ACTIVE, *stamps())
DEPARTMENT = (_name(100), reference("ParentRef", "Parent"), _QUALIFIED, _ACTIVE, *stamps())

TAX_CODE = (
    computed("Name", "Name"),
    computed("Description", "Description"),
    computed("Taxable", "Taxable", Kind.BOOLEAN),
    computed("TaxGroup", "Is a group", Kind.BOOLEAN),
    computed("SalesTaxRateList.TaxRateDetail", "Sales tax rates", Kind.STRUCTURE),
    computed("PurchaseTaxRateList.TaxRateDetail", "Purchase tax rates", Kind.STRUCTURE),
    _ACTIVE,
    *stamps(),
)

TAX_RATE = (
    computed("Name", "Name"),
    computed("Description", "Description"),
    computed("RateValue", "Rate in percent", Kind.NUMBER),
    computed("AgencyRef.value", "Agency", Kind.REFERENCE),
    computed("SpecialTaxType", "Special type"),
    computed("DisplayType", "Display"),
    computed("EffectiveTaxRate", "Rates over time", Kind.STRUCTURE),
    _ACTIVE,
    *stamps(),
)
