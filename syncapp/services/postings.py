"""What an invoice would post in QuickBooks, in the books' own words: items, accounts, sums (B1).

Looks up names for ids. Must not decide what is posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncapp.core import errors
from syncapp.core.invoices.facts import CUSTOM_ITEM
from syncapp.core.money import ZERO, amount, plain
from syncapp.core.plan import Change
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.core.values import Value, structures, text
from syncapp.models import RecordLink
from syncapp.services import accounts, store
from syncapp.services.context import RunContext
from syncapp.services.goods import ITEM_FIELDS

#: How a rehearsal names an item of ours that would be made first.
NEW = "new"


class Postings:
    """Turns planned invoices into what an accountant checks; asks for each item once."""

    def __init__(self, context: RunContext, config: SyncConfig) -> None:
        self._context, self._config = context, config
        self._items: dict[str, dict[str, str]] = {}
        self._accounts: dict[str, str] | None = None

    def of(self, change: Change, link: RecordLink) -> dict[str, Any]:
        """One invoice; ids still stand for items and the customer until ``fill``."""
        values = change.values
        seen = store.seen(link, Side.HUBSPOT)
        lines = [_line(one) for one in structures(values.get("Line"))]
        total = sum((amount(line["amount"]) for line in lines), ZERO)
        return {
            "customer_id": text(
                values.get("CustomerRef.value")
                or store.seen(link, Side.QUICKBOOKS).get("CustomerRef.value")
                or ""
            ),
            "customer": link.party,
            "number": text(values.get("DocNumber") or ""),
            "date": text(values.get("TxnDate") or ""),
            "due": text(values.get("DueDate") or ""),
            "currency": link.currency,
            "lines": lines,
            "total": plain(total),
            "paid": plain(amount(seen.get("hs_amount_paid"))),
        }

    def fill(self, postings: Sequence[dict[str, Any]]) -> None:
        """Put names for ids: customers, items and the accounts these are booked on."""
        if not postings:
            return
        self._name_customers(postings)
        wanted = {line["item_id"] for one in postings for line in one["lines"]} - {"", NEW}
        self._read_items(sorted(wanted - set(self._items)))
        for one in postings:
            for line in one["lines"]:
                line.update(self._named(line))

    def _named(self, line: Mapping[str, Any]) -> dict[str, str]:
        if line["kind"] == "discount":
            return {"item": "", "account": ""}
        if line["item_id"] == NEW:
            account = str(self._config.options.get("income_account") or "")
            return {"item": CUSTOM_ITEM, "account": self.account(account)}
        return self._items.get(line["item_id"], {"item": line["item_id"], "account": ""})

    def _name_customers(self, postings: Sequence[dict[str, Any]]) -> None:
        contacts = self._context.definition_of("contacts")
        if contacts is None:
            return
        ids = {one["customer_id"] for one in postings}
        rows = contacts.links.filter(quickbooks_id__in=ids)
        names = {str(row.quickbooks_id): row for row in rows}
        for one in postings:
            row = names.get(one["customer_id"])
            if row is not None:
                seen = store.seen(row, Side.QUICKBOOKS)
                one["customer"] = text(seen.get("DisplayName") or "") or row.label

    def _read_items(self, ids: Sequence[str]) -> None:
        """The items of a chunk: as they are known, else asked for."""
        products = self._context.definition_of("products")
        found: dict[str, Mapping[str, Value]] = {}
        if products is not None:
            rows = products.links.filter(quickbooks_id__in=ids)
            found = {str(row.quickbooks_id): store.seen(row, Side.QUICKBOOKS) for row in rows}
        missing = [one for one in ids if one not in found]
        if missing:
            connector = self._context.connectors[Side.QUICKBOOKS]
            records = connector.read("Item", missing, fields=ITEM_FIELDS)
            found |= {record.ref.id: record.values for record in records}
        for item_id, values in found.items():
            account = text(values.get("IncomeAccountRef.value") or "")
            self._items[item_id] = {
                "item": text(values.get("Name") or item_id), "account": self.account(account)
            }  # fmt: skip

    def account(self, account_id: str) -> str:
        """The name of an account; its id while the chart of accounts cannot be asked."""
        if self._accounts is None:
            try:
                known = accounts.active(self._context.pair, env=self._context.env)
            except errors.SyncError:
                known = ()
            self._accounts = {one.id: one.name for one in known}
        return self._accounts.get(account_id, account_id)


def _line(told: Mapping[str, Value]) -> dict[str, Any]:
    """One line of a planned invoice."""
    detail = told.get("SalesItemLineDetail")
    sold = detail if isinstance(detail, Mapping) else {}
    item = sold.get("ItemRef")
    is_discount = told.get("DetailType") == "DiscountLineDetail"
    money = amount(told.get("Amount"))
    return {
        "kind": "discount" if is_discount else "sale",
        "item_id": text(item.get("value") or "") if isinstance(item, Mapping) else "",
        "description": text(told.get("Description") or "")[:200],
        "quantity": text(sold.get("Qty") or ""),
        "price": text(sold.get("UnitPrice") or ""),
        "amount": plain(-money if is_discount else money),
    }
