"""The documents of both systems as the checker reads them: by tag, in comparable form.

An independent reading: it shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.simulation.fields import H, Q

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

ZERO = Decimal(0)


def invoice_tag(side: str, values: Mapping[str, Any]) -> str:
    """Which invoice a record is, wherever it stands."""
    if side == H:
        return str(values.get("hs_comments") or "")
    return str((values.get("CustomerMemo") or {}).get("value") or "")


def payment_tag(side: str, values: Mapping[str, Any]) -> str:
    return str(values.get("hs_reference_number" if side == H else "PaymentRefNum") or "")


def product_tag(side: str, values: Mapping[str, Any]) -> str:
    return str(values.get("hs_sku" if side == H else "Sku") or "")


def money(value: Any) -> Decimal:
    return Decimal(str(value or 0))


class View:
    """Both systems, now."""

    def __init__(self, sim: DocumentSimulation) -> None:
        self.sim = sim
        self.hubspot, self.quickbooks = sim.users.hubspot, sim.users.quickbooks

    def day(self, instant: str | None) -> str:
        """The company's day of a moment in HubSpot."""
        if not instant:
            return ""
        where = ZoneInfo(self.sim.pair.company_time_zone)
        return datetime.fromisoformat(instant).astimezone(where).date().isoformat()

    @property
    def today(self) -> str:
        where = ZoneInfo(self.sim.pair.company_time_zone)
        return self.sim.clock.now().astimezone(where).date().isoformat()

    # -- invoices

    def invoices(self, side: str) -> dict[str, list[str]]:
        """``{tag: records that are there}``."""
        rows = self.hubspot.rows("invoices") if side == H else self.quickbooks.rows("Invoice")
        found: dict[str, list[str]] = {}
        for record, values in rows.items():
            found.setdefault(invoice_tag(side, values), []).append(record)
        return found

    def total(self, side: str, record: str) -> Decimal:
        if side == H:
            return money(self.hubspot.held("invoices", record).get("hs_amount_billed"))
        return money((self.quickbooks.held("Invoice", record) or {}).get("TotalAmt"))

    def balance(self, side: str, record: str) -> Decimal:
        if side == H:
            return money(self.hubspot.held("invoices", record).get("hs_balance_due"))
        return money((self.quickbooks.held("Invoice", record) or {}).get("Balance"))

    def status(self, side: str, record: str) -> str:
        if side == H:
            return self.hubspot.held("invoices", record).get("hs_invoice_status") or "draft"
        if self.quickbooks.is_void("Invoice", record):
            return "voided"
        return "paid" if self.balance(Q, record) == 0 else "open"

    def lines(self, side: str, record: str) -> list[tuple[str, Decimal]]:
        """What is sold: ``(name or text, amount)``, sorted."""
        if side == H:
            rows = [
                self.hubspot.held("line_items", one)
                for one in self.hubspot.tied("invoices", record, "line_items")
            ]
            return sorted((row.get("name") or "", money(row.get("amount"))) for row in rows)
        held = self.quickbooks.held("Invoice", record) or {}
        found = []
        for line in held.get("Line", ()):
            if line["DetailType"] == "SalesItemLineDetail" and line["Amount"] >= 0:
                item = (line["SalesItemLineDetail"].get("ItemRef") or {}).get("value")
                sold = self.quickbooks.held("Item", item) or {}
                found.append((str(sold.get("Name", "")), line["Amount"]))
            elif line["DetailType"] == "DescriptionOnly":
                found.append((str(line.get("Description") or ""), ZERO))
        return sorted(found)

    # -- payments

    def allocations(self, side: str) -> dict[tuple[str, str], list[tuple[str, Decimal]]]:
        """``{(payment's tag, invoice's tag): [(record, amount)]}`` of what is there."""
        found: dict[tuple[str, str], list[tuple[str, Decimal]]] = {}
        if side == H:
            for record, values in self.hubspot.rows("commerce_payments").items():
                for invoice in self.hubspot.ever_tied("commerce_payments", record, "invoices"):
                    tag = invoice_tag(H, self.hubspot.held("invoices", invoice))
                    key = (payment_tag(H, values), tag)
                    amount = money(values.get("hs_initial_amount"))
                    found.setdefault(key, []).append((record, amount))
            return found
        for record, values in self.quickbooks.rows("Payment").items():
            for line in values.get("Line", ()):
                link = line["LinkedTxn"][0]
                invoice = self.quickbooks.held("Invoice", link["TxnId"])
                tag = invoice_tag(Q, invoice) if invoice else ""
                found.setdefault((payment_tag(Q, values), tag), []).append((record, line["Amount"]))
        return found
