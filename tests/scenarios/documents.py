"""People who sell: items, customers, invoices and payments in both simulators, over their APIs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from tests.world import World

Row = dict[str, Any]


class Seller:
    """Makes documents in both accounts of a world, and reads them back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hubspot, self.quickbooks = world.hubspot, world.quickbooks

    # -- QuickBooks

    def item(self, name: str, sku: str = "", price: str = "10", **fields: Any) -> str:
        body: Row = {
            "Name": name, "Type": "Service", "UnitPrice": float(price),
            "IncomeAccountRef": {"value": self.account("Income")}, **fields,
        }  # fmt: skip
        if sku:
            body["Sku"] = sku
        return str(self.quickbooks.call("POST", "/item", body)["Item"]["Id"])

    def account(self, kind: str) -> str:
        statement = f"SELECT * FROM Account WHERE AccountType = '{kind}' MAXRESULTS 1"
        found = self.query(statement)["Account"]
        return str(found[0]["Id"])

    def query(self, statement: str) -> Row:
        query = urlencode({"query": statement})
        found: Row = self.quickbooks.call("GET", f"/query?{query}")["QueryResponse"]
        return found

    def all(self, entity: str) -> list[Row]:
        return list(self.query(f"SELECT * FROM {entity} MAXRESULTS 1000").get(entity, []))

    def book(self, customer: str, *lines: Row, **fields: Any) -> str:
        """An invoice entered in QuickBooks."""
        body = {"CustomerRef": {"value": customer}, "Line": list(lines), **fields}
        return str(self.quickbooks.call("POST", "/invoice", body)["Invoice"]["Id"])

    def booked(self, invoice: str) -> Row:
        found: Row = self.quickbooks.call("GET", f"/invoice/{invoice}")["Invoice"]
        return found

    def rebook(self, invoice: str, **fields: Any) -> Row:
        token = self.booked(invoice)["SyncToken"]
        body = {"Id": invoice, "SyncToken": token, "sparse": True, **fields}
        found: Row = self.quickbooks.call("POST", "/invoice", body)["Invoice"]
        return found

    def void(self, invoice: str) -> None:
        token = self.booked(invoice)["SyncToken"]
        self.quickbooks.call("POST", "/invoice?operation=void", {"Id": invoice, "SyncToken": token})

    def delete(self, invoice: str) -> None:
        token = self.booked(invoice)["SyncToken"]
        self.quickbooks.call(
            "POST", "/invoice?operation=delete", {"Id": invoice, "SyncToken": token}
        )

    def pay(self, customer: str, total: str, *invoices: tuple[str, str], **fields: Any) -> str:
        """A payment received in QuickBooks, applied to invoices: ``(id, amount)``."""
        lines = [
            {"Amount": float(part), "LinkedTxn": [{"TxnId": one, "TxnType": "Invoice"}]}
            for one, part in invoices
        ]
        body = {
            "CustomerRef": {"value": customer}, "TotalAmt": float(total), "Line": lines, **fields,
        }  # fmt: skip
        return str(self.quickbooks.call("POST", "/payment", body)["Payment"]["Id"])

    def refund(self, customer: str, *lines: Row, **fields: Any) -> str:
        """A refund receipt entered in QuickBooks: money given back at once."""
        body = {
            "CustomerRef": {"value": customer}, "Line": list(lines),
            "DepositToAccountRef": {"value": self.account("Bank")}, **fields,
        }  # fmt: skip
        made = self.quickbooks.call("POST", "/refundreceipt", body)
        return str(made["RefundReceipt"]["Id"])

    # -- HubSpot

    def make(self, kind: str, properties: Row, *ties: tuple[str, int]) -> str:
        """A record in HubSpot, associated with others: ``(id, association type)``."""
        body = {
            "properties": {name: str(value) for name, value in properties.items()},
            "associations": [
                {
                    "to": {"id": other},
                    "types": [
                        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
                    ],
                }
                for other, type_id in ties
            ],
        }
        return str(self.hubspot.call("POST", f"/crm/v3/objects/{kind}", body)["id"])

    def change(self, kind: str, record_id: str, **properties: Any) -> None:
        body = {"properties": {name: str(value) for name, value in properties.items()}}
        self.hubspot.call("PATCH", f"/crm/v3/objects/{kind}/{record_id}", body)

    def read(self, kind: str, record_id: str, *names: str) -> Row:
        query = urlencode({"properties": ",".join(names)})
        found: Row = self.hubspot.call("GET", f"/crm/v3/objects/{kind}/{record_id}?{query}")
        return {name: found["properties"].get(name) for name in names}

    def standing(self, invoice: str) -> tuple[str, Decimal]:
        """Status and open balance of an invoice in HubSpot."""
        found = self.read("invoices", invoice, "hs_invoice_status", "hs_balance_due")
        return found["hs_invoice_status"], Decimal(found["hs_balance_due"])

    def tied(self, kind: str, record_id: str, other: str) -> list[str]:
        path = f"/crm/v4/objects/{kind}/{record_id}/associations/{other}"
        return [str(row["toObjectId"]) for row in self.hubspot.call("GET", path)["results"]]

    def everything(self, kind: str, *names: str) -> list[Row]:
        query = urlencode({"limit": 100, "properties": ",".join(names)})
        found = self.hubspot.call("GET", f"/crm/v3/objects/{kind}?{query}")["results"]
        return [{"id": row["id"], **row["properties"]} for row in found]

    def bill(self, contact: str, *lines: Row, status: str = "open", **properties: Any) -> str:
        """An invoice made in HubSpot, with its lines, finalized unless told otherwise."""
        invoice = self.make(
            "invoices", {"hs_currency": "USD", **properties}, *([(contact, 177)] if contact else [])
        )
        for line in lines:
            self.make("line_items", line, (invoice, 410))
        if status != "draft":
            self.change("invoices", invoice, hs_invoice_status=status)
        return invoice

    def lines_of(self, invoice: str) -> list[Row]:
        names = ("name", "quantity", "price", "amount", "description", "hs_product_id")
        ids = self.tied("invoices", invoice, "line_items")
        rows = [{"id": one, **self.read("line_items", one, *names)} for one in sorted(ids, key=int)]
        return rows


def sale(item: str, amount: str, quantity: str = "", price: str = "", **detail: Any) -> Row:
    """A sales line of QuickBooks."""
    told: Row = {"ItemRef": {"value": item}, **detail}
    if quantity:
        told |= {"Qty": float(quantity), "UnitPrice": float(price)}
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": float(amount),
        "SalesItemLineDetail": told,
    }


def line(name: str, price: str, quantity: str = "1", **fields: Any) -> Row:
    """A line item of HubSpot."""
    return {"name": name, "price": price, "quantity": quantity, **fields}
