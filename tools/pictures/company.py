"""The company in the pictures: who sells what, and what went wrong with it.

Works in both simulators as the vendors' users would, and switches syncs on. Must not know a page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import requests
from django.utils import timezone

from tools.pictures.installation import Installation

#: name, given name, family name, e-mail, then lines: (what, price, how many, sku)
NEW_INVOICES = (
    ("Helena", "Prado", "helena.prado@example.com",
     (("Garden design consultation", "120.00", "6"), ("Cedar planter", "139.00", "4")), 3),
    ("Marcus", "Whitfield", "marcus.whitfield@example.com",
     (("Lawn care, monthly", "85.00", "12"),), 5),
    ("Ingrid", "Solberg", "ingrid.solberg@example.com",
     (("Drip irrigation kit", "189.90", "10"), ("Installation", "640.00", "1")), 8),
)  # fmt: skip
WAITING_INVOICES = (
    ("Teodoro", "Albuquerque", "teodoro.albuquerque@example.com",
     (("Garden design consultation", "120.00", "40"), ("River stone, per tonne", "64.25", "22")),
     2),
    ("Naomi", "Okafor", "naomi.okafor@example.com", (("Patio lighting set", "349.00", "3"),), 1),
)  # fmt: skip


class Company:
    """A small firm with a HubSpot account and QuickBooks."""

    def __init__(self, home: Installation) -> None:
        self.home = home

    def make(self, kind: str, properties: dict[str, Any], *ties: tuple[str, int]) -> str:
        """A record of HubSpot, associated with others: ``(id, association type)``."""
        body = {
            "properties": {name: str(value) for name, value in properties.items()},
            "associations": [
                {"to": {"id": other},
                 "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": tie}]}
                for other, tie in ties
            ],
        }  # fmt: skip
        return str(self.home.hubspot("POST", f"/crm/v3/objects/{kind}", body)["id"])

    def sell(self, told: tuple[Any, ...]) -> str:
        """A finalized invoice of HubSpot with its contact and lines."""
        first, last, email, lines, days_ago = told
        contact = self.make("contacts", {"firstname": first, "lastname": last, "email": email})
        day = timezone.now() - timedelta(days=days_ago)
        dates = {
            "hs_invoice_date": day.strftime("%Y-%m-%dT00:00:00Z"),
            "hs_due_date": (day + timedelta(days=30)).strftime("%Y-%m-%dT00:00:00Z"),
        }
        invoice = self.make("invoices", {"hs_currency": "USD", **dates}, (contact, 177))
        for name, price, quantity in lines:
            line = {"name": name, "price": price, "quantity": quantity}
            self.make("line_items", line, (invoice, 410))
        self.home.hubspot(
            "PATCH", f"/crm/v3/objects/invoices/{invoice}",
            {"properties": {"hs_invoice_status": "open"}},
        )  # fmt: skip
        return invoice

    def collect(self, invoice: str, amount: str, fees: str) -> None:
        """A customer pays an invoice by its link, today; the processor keeps its fee."""
        paid = {
            "amount": amount, "date": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "method": "card", "online": "on", "fees": fees,
        }  # fmt: skip
        address = f"{self.home.hubspot_url}/invoices/{invoice}/pay"
        requests.post(address, data=paid, timeout=60).raise_for_status()

    def query(self, statement: str) -> dict[str, Any]:
        """A query in QuickBooks."""
        found = self.home.quickbooks("GET", f"/query?{urlencode({'query': statement})}")
        return dict(found["QueryResponse"])

    def account(self, name: str) -> str:
        """An account's id by its name."""
        found = self.query("SELECT * FROM Account MAXRESULTS 1000")["Account"]
        return next(str(one["Id"]) for one in found if one["Name"] == name)

    def edit_invoice(self, invoice_id: str, **fields: Any) -> None:
        """Somebody edits an invoice in QuickBooks."""
        token = self.home.quickbooks("GET", f"/invoice/{invoice_id}")["Invoice"]["SyncToken"]
        body = {"Id": invoice_id, "SyncToken": token, "sparse": True, **fields}
        self.home.quickbooks("POST", "/invoice", body)
