"""Rules of customers, vendors and employees: names, sub-customers, inactivation, defaults."""

from __future__ import annotations

from decimal import Decimal

from simulators.quickbooks import faults
from simulators.quickbooks.company import Company
from simulators.quickbooks.entities.checks import CLEARED
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.base import (
    Change,
    Rules,
    ancestors,
    place_in_tree,
    rename_descendants,
    with_suffix,
    without_suffix,
)

_NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_ZERO = Decimal(0)


class NameRules(Rules):
    """What the three have in common: the display name and the currency."""

    def complete(self, change: Change) -> None:
        """Give the object its display name and refuse a taken one."""
        values = change.values
        before = change.before
        if not values.get("DisplayName"):
            if before is not None and change.sparse:
                # A sparse update cannot clear it.
                values["DisplayName"] = before.values["DisplayName"]
            else:
                values["DisplayName"] = _built_name(change)
        self._change_activity(change)
        self._print_name(change)
        self._refuse_taken(change)

    def _change_activity(self, change: Change) -> None:
        values, company = change.values, change.company
        if change.inactivates:
            balance = values.get("BalanceWithJobs", values.get("Balance", _ZERO))
            if balance and not change.writer.is_person:
                raise faults.has_balance()
            values["DisplayName"] = with_suffix(
                values["DisplayName"],
                lambda name: company.name_holder(name, but=change.before) is not None,
            )
        elif change.reactivates:
            given = change.given.get("DisplayName")
            strips = company.behaviour.reactivation_strips_suffix or change.writer.is_person
            if strips and given in (None, CLEARED):
                values["DisplayName"] = without_suffix(values["DisplayName"])

    def _print_name(self, change: Change) -> None:
        """It follows the display name unless it was set, or the object is being inactivated."""
        values, before = change.values, change.before
        if values.get("PrintOnCheckName"):
            return
        if before is not None and (change.inactivates or not before.is_active):
            values["PrintOnCheckName"] = before.values.get("PrintOnCheckName")
        else:
            values["PrintOnCheckName"] = values["DisplayName"][:110]

    def _refuse_taken(self, change: Change) -> None:
        name, before = change.values["DisplayName"], change.before
        if before is not None and before.values["DisplayName"] == name:
            return
        holder = change.company.name_holder(name, but=before)
        if holder is not None:
            raise faults.duplicate_name(holder.id)


class CustomerRules(NameRules):
    """Customers: sub-customers, tax, balance and the defaults as recorded."""

    def complete(self, change: Change) -> None:
        """Add what QuickBooks adds to a customer."""
        values, company = change.values, change.company
        super().complete(change)
        _settle_currency(change)
        values.setdefault("Taxable", company.uses_sales_tax)
        values.setdefault("BillWithParent", False)
        values.setdefault("PreferredDeliveryMethod", "Print")
        self._settle_parent(change)
        self._settle_balance(change)
        if company.uses_sales_tax and values["Taxable"] and company.country.code == "US":
            values.setdefault("DefaultTaxCodeRef", {"value": "2"})
        elif not values["Taxable"] and "DefaultTaxCodeRef" not in change.given:
            values.pop("DefaultTaxCodeRef", None)

    def _settle_parent(self, change: Change) -> None:
        values = change.values
        if values.get("Job") and not values.get("ParentRef"):
            raise faults.Refusal(faults.parent_missing())
        values["Job"] = bool(values.get("ParentRef"))
        place_in_tree(change, "DisplayName")

    def _settle_balance(self, change: Change) -> None:
        values, before = change.values, change.before
        if before is not None:
            values["Balance"] = before.values["Balance"]
            values["BalanceWithJobs"] = before.values["BalanceWithJobs"]
            return
        # Writable on create only, and only with a date: it books an opening invoice.
        if not values.get("OpenBalanceDate"):
            values["Balance"] = _ZERO
        values.setdefault("Balance", _ZERO)
        values["BalanceWithJobs"] = values["Balance"]

    def follow_up(self, change: Change, record: Record) -> None:
        """Let sub-customers' qualified names and the parents' balances follow."""
        before = change.before
        if before is not None:
            rename_descendants(change.company, record, "DisplayName")
        if record.values.get("ParentRef"):
            refresh_balances(change.company, record)


def refresh_balances(company: Company, record: Record) -> None:
    """Recompute BalanceWithJobs of a customer and of everything above it."""
    parent = record.values.get("ParentRef")
    line = ancestors(company, record.entity, parent["value"]) if parent else []
    for customer in [record, *line]:
        children = company.store(customer.entity).children(customer.id)
        total = customer.values["Balance"] + sum(
            (child.values["BalanceWithJobs"] for child in children), _ZERO
        )
        if customer.values["BalanceWithJobs"] != total:
            customer.values["BalanceWithJobs"] = total
            company.save(customer)


class VendorRules(NameRules):
    """Vendors: the defaults as recorded."""

    def complete(self, change: Change) -> None:
        """Add what QuickBooks adds to a vendor."""
        super().complete(change)
        _settle_currency(change)
        values, before = change.values, change.before
        if before is not None:
            values["Balance"] = before.values["Balance"]
        elif not values.get("OpenBalanceDate"):
            values["Balance"] = _ZERO


class EmployeeRules(NameRules):
    """Employees: the display name is made of the parts of the name."""


def _built_name(change: Change) -> str:
    name = " ".join(str(change.values[part]) for part in _NAME_PARTS if change.values.get(part))
    if not name:
        raise faults.no_name()
    return name


def _settle_currency(change: Change) -> None:
    """Home currency by default; never changed once set."""
    values, company = change.values, change.company
    given = values.get("CurrencyRef")
    if change.before is not None:
        held = change.before.values["CurrencyRef"]
        if given and given["value"] != held["value"]:
            # The code for a changed currency is UNCONFIRMED.
            raise faults.business("You can't change the currency of a name once it is set.")
        values["CurrencyRef"] = held
        return
    values["CurrencyRef"] = company.currency(given["value"]) if given else company.home_currency
