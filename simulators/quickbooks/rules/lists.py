"""Rules of items, accounts, terms and the other lists."""

from __future__ import annotations

from decimal import Decimal

from simulators.quickbooks import faults
from simulators.quickbooks.entities.checks import CLEARED
from simulators.quickbooks.entities.lists import ACCOUNT_TYPES
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.base import (
    Change,
    Rules,
    place_in_tree,
    rename_descendants,
    with_suffix,
    without_suffix,
)

_ZERO = Decimal(0)
_SOLD = ("Service", "NonInventory", "Inventory")


class ListRules(Rules):
    """A named list: unique names under one parent, suffix when inactive."""

    child_flag = ""

    def complete(self, change: Change) -> None:
        """Settle activity, tree and name."""
        values = change.values
        before = change.before
        if not values.get("Name"):
            if before is None:
                raise faults.Refusal(faults.missing("Name"))
            values["Name"] = before.values["Name"]
        if change.inactivates:
            values["Name"] = with_suffix(values["Name"], lambda name: self._taken(change, name))
        elif change.reactivates and change.given.get("Name") in (None, CLEARED):
            strips = change.company.behaviour.reactivation_strips_suffix
            if strips or change.writer.is_person:
                values["Name"] = without_suffix(values["Name"])
        if "FullyQualifiedName" in change.entity.by_name:
            place_in_tree(change, "Name")
            if self.child_flag:
                values[self.child_flag] = bool(values.get("ParentRef"))
        holder = self._holder(change, values["Name"])
        if holder is not None:
            raise faults.duplicate_name(holder.id)

    def _taken(self, change: Change, name: str) -> bool:
        return self._holder(change, name) is not None

    def _holder(self, change: Change, name: str) -> Record | None:
        parent = change.values.get("ParentRef")
        for record in change.company.store(change.entity).equal("Name", name) or ():
            if record is not change.before and record.values.get("ParentRef") == parent:
                return record
        return None

    def follow_up(self, change: Change, record: Record) -> None:
        """Let the qualified names below follow."""
        if change.before is not None and "FullyQualifiedName" in record.entity.by_name:
            rename_descendants(change.company, record, "Name")


class ItemRules(ListRules):
    """Items: what each type needs, and the defaults as recorded."""

    child_flag = "SubItem"

    def complete(self, change: Change) -> None:
        """Add what QuickBooks adds to an item."""
        values, before = change.values, change.before
        if before is not None and values.get("Type") != before.values["Type"]:
            raise faults.type_fixed("Type")
        if before is None:
            self._require(change)
        if values["Type"] == "Category" and change.inactivates:
            # Documented as impossible; code and text are UNCONFIRMED.
            raise faults.business("A category cannot be made inactive.")
        self._refuse_accounts(change)
        self._keep_stock(change)
        super().complete(change)
        if not values["SubItem"]:
            values.pop("SubItem")
        if values["Type"] != "Category":
            values.setdefault("Taxable", False)
        if values["Type"] in _SOLD:
            values.setdefault("UnitPrice", _ZERO)
            values.setdefault("PurchaseCost", _ZERO)
            values.setdefault("TrackQtyOnHand", values["Type"] == "Inventory")

    def _require(self, change: Change) -> None:
        values = change.values
        kind = values.get("Type")
        if not values.get("Name"):
            raise faults.Refusal(faults.missing("Name"))
        if kind is None:
            raise faults.Refusal(faults.missing("Type"))
        needed: tuple[str, ...] = ()
        if kind == "Inventory":
            needed = ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef")
            needed += ("QtyOnHand", "InvStartDate")
        elif kind in _SOLD:
            needed = ("IncomeAccountRef",)
        for name in needed:
            if values.get(name) is None:
                raise faults.Refusal(faults.missing(name))
        if kind == "Group" and not change.writer.is_person and change.company.is_recording:
            # Bundles can be read, not created, by the API.
            raise faults.Refusal(faults.invalid_choice("Type", kind))

    def _refuse_accounts(self, change: Change) -> None:
        """Each account of an item has its type (6430)."""
        values, company = change.values, change.company
        is_tracked = values["Type"] == "Inventory"
        wanted: dict[str, tuple[str, ...]] = {"IncomeAccountRef": ("Income", "Other Income")}
        if is_tracked:
            wanted["AssetAccountRef"] = ("Other Current Asset",)
            wanted["ExpenseAccountRef"] = ("Cost of Goods Sold",)
        for name, types in wanted.items():
            if change.given.get(name) in (None, CLEARED):
                continue
            account = company.find("Account", values[name]["value"])
            if account is None:
                continue
            held = account.values
            fits = held["AccountType"] in types
            if is_tracked and name == "IncomeAccountRef":
                fits = held.get("AccountSubType") == "SalesOfProductIncome"
            if not fits:
                raise faults.wrong_account(
                    "You can't associate a product or service with accounts of certain types "
                    "(such as AR/AP)."
                )

    def _keep_stock(self, change: Change) -> None:
        """After creation the quantity changes through transactions only; tracking stays on."""
        values, before = change.values, change.before
        if before is None:
            return
        for name in ("QtyOnHand", "TrackQtyOnHand", "InvStartDate"):
            if name in before.values:
                values[name] = before.values[name]


class AccountRules(ListRules):
    """Accounts: classification from the type."""

    child_flag = "SubAccount"

    def complete(self, change: Change) -> None:
        """Add what QuickBooks adds to an account."""
        values = change.values
        if not values.get("Name"):
            if change.before is None:
                raise faults.Refusal(faults.missing("Name"))
            values["Name"] = change.before.values["Name"]
        if not values.get("AccountType"):
            if not values.get("AccountSubType"):
                raise faults.account_type_missing()
            # The type that belongs to a lone subtype is UNCONFIRMED here; bank is the first.
            values["AccountType"] = "Bank"
        super().complete(change)
        values["Classification"] = ACCOUNT_TYPES[values["AccountType"]]
        values.setdefault("CurrentBalance", _ZERO)
        values.setdefault("CurrentBalanceWithSubAccounts", values["CurrentBalance"])
        values.setdefault("CurrencyRef", change.company.home_currency)


class TermRules(ListRules):
    """Terms: standard by days, or driven by a day of the month."""

    def complete(self, change: Change) -> None:
        """Set the type."""
        super().complete(change)
        driven = change.values.get("DayOfMonthDue") is not None
        change.values["Type"] = "DATE_DRIVEN" if driven else "STANDARD"


class ExchangeRateRules(Rules):
    """Exchange rates: one per currency and day."""

    def complete(self, change: Change) -> None:
        """Refuse unknown currencies and rates that are none."""
        values, company = change.values, change.company
        company.currency(values["SourceCurrencyCode"])
        if values["Rate"] <= 0:
            raise faults.Refusal(faults.invalid_number("Rate", values["Rate"]))
        values["TargetCurrencyCode"] = company.country.currency


class CurrencyRules(Rules):
    """Company currencies: the name goes with the code."""

    def complete(self, change: Change) -> None:
        """Refuse unknown codes and fill the name."""
        reference = change.company.currency(change.values["Code"])
        change.values["Name"] = reference["name"]
