"""Which rules an entity has. Entities not listed have none."""

from __future__ import annotations

from simulators.quickbooks.rules.base import Rules
from simulators.quickbooks.rules.lists import (
    AccountRules,
    CurrencyRules,
    ExchangeRateRules,
    ItemRules,
    ListRules,
    TermRules,
)
from simulators.quickbooks.rules.names import CustomerRules, EmployeeRules, VendorRules
from simulators.quickbooks.rules.payments import DepositRules, PaymentRules
from simulators.quickbooks.rules.preferences import PreferencesRules
from simulators.quickbooks.rules.sales import (
    CreditMemoRules,
    EstimateRules,
    InvoiceRules,
    RefundReceiptRules,
    SalesReceiptRules,
)


class _ClassRules(ListRules):
    child_flag = "SubClass"


class _DepartmentRules(ListRules):
    child_flag = "SubDepartment"


RULES: dict[str, Rules] = {
    "Customer": CustomerRules(),
    "Vendor": VendorRules(),
    "Employee": EmployeeRules(),
    "Item": ItemRules(),
    "Account": AccountRules(),
    "Term": TermRules(),
    "PaymentMethod": ListRules(),
    "Class": _ClassRules(),
    "Department": _DepartmentRules(),
    "CustomerType": ListRules(),
    "TaxCode": ListRules(),
    "TaxRate": ListRules(),
    "CompanyCurrency": CurrencyRules(),
    "Preferences": PreferencesRules(),
    "ExchangeRate": ExchangeRateRules(),
    "Invoice": InvoiceRules(),
    "CreditMemo": CreditMemoRules(),
    "SalesReceipt": SalesReceiptRules(),
    "RefundReceipt": RefundReceiptRules(),
    "Estimate": EstimateRules(),
    "Payment": PaymentRules(),
    "Deposit": DepositRules(),
}
PLAIN = Rules()


def rules_of(entity_name: str) -> Rules:
    """Return the rules of an entity."""
    return RULES.get(entity_name, PLAIN)
