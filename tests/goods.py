"""People who keep products in HubSpot and items in QuickBooks, next to those of ``world``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.world import World

PRODUCT = "/crm/v3/objects/products"
PROPERTIES = (
    "name", "hs_sku", "price", "hs_cost_of_goods_sold", "description", "hs_product_type",
    "hs_status",
)  # fmt: skip


class Products:
    """Works with the product library of HubSpot."""

    def __init__(self, world: World) -> None:
        self._call = world.hubspot.call

    def add(self, name: str, sku: str = "", **properties: str) -> str:
        told = {"name": name, **({"hs_sku": sku} if sku else {}), **properties}
        return str(self._call("POST", PRODUCT, {"properties": told})["id"])

    def edit(self, record_id: str, **properties: str) -> None:
        self._call("PATCH", f"{PRODUCT}/{record_id}", {"properties": properties})

    def archive(self, record_id: str) -> None:
        self._call("DELETE", f"{PRODUCT}/{record_id}")

    def get(self, record_id: str) -> dict[str, str | None]:
        query = urlencode({"properties": ",".join(PROPERTIES)})
        found = self._call("GET", f"{PRODUCT}/{record_id}?{query}")["properties"]
        return {name: found.get(name) for name in PROPERTIES}

    def all(self) -> dict[str | None, dict[str, str | None]]:
        """``{name: properties}`` of the living ones."""
        query = urlencode({"limit": 100, "properties": ",".join(PROPERTIES)})
        found = self._call("GET", f"{PRODUCT}?{query}")["results"]
        return {
            one["properties"].get("name"): {n: one["properties"].get(n) for n in PROPERTIES}
            for one in found
        }


class Items:
    """Works with the products and services of QuickBooks."""

    def __init__(self, world: World) -> None:
        self._call = world.quickbooks.call
        self.income = self.account("Income", "Sales of Tests")

    def account(self, kind: str, name: str, **fields: Any) -> str:
        body = {"Name": name, "AccountType": kind, **fields}
        return str(self._call("POST", "/account", body)["Account"]["Id"])

    def set_account(self, account_id: str, **fields: Any) -> None:
        account = self._call("GET", f"/account/{account_id}")["Account"]
        body = {"Id": account_id, "SyncToken": account["SyncToken"], "sparse": True}
        self._call("POST", "/account", {**body, "Name": account["Name"], **fields})

    def add(self, name: str, sku: str = "", **fields: Any) -> str:
        body: dict[str, Any] = {"Name": name, "Type": "Service", **fields}
        if body["Type"] != "Category":
            body.setdefault("IncomeAccountRef", {"value": self.income})
        if sku:
            body["Sku"] = sku
        return str(self._call("POST", "/item", body)["Item"]["Id"])

    def edit(self, record_id: str, **fields: Any) -> None:
        token = self.get(record_id)["SyncToken"]
        body = {"Id": record_id, "SyncToken": token, "sparse": True, **fields}
        self._call("POST", "/item", body)

    def get(self, record_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._call("GET", f"/item/{record_id}")["Item"]
        return found

    def all(self) -> list[dict[str, Any]]:
        statement = "SELECT * FROM Item WHERE Active IN (true, false) MAXRESULTS 1000"
        found = self._call("GET", f"/query?{urlencode({'query': statement})}")["QueryResponse"]
        return list(found.get("Item", []))

    def names(self) -> list[str]:
        return sorted(item["Name"] for item in self.all())
