"""What people who sell do in HubSpot: invoices, payments, products and deals."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.documents.desk import MOST_INVOICES, MOST_PRODUCTS, QUANTITIES, Desk
from tests.simulation.fields import H, Q

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation


class Salespeople(Desk):
    """The people who work in HubSpot."""

    def __init__(self, sim: DocumentSimulation, random: Random) -> None:
        super().__init__(sim, random)
        self.deals: list[str] = []

    # -- invoices

    def draft(self) -> bool:
        contact = self._pick(self.sim.hubspot.living())
        if contact is None or len(self.born.invoices[H]) >= MOST_INVOICES:
            return False
        tag = f"Doc {self._next()}"
        values = {"hs_currency": "USD", "hs_comments": tag}
        if self.random.random() < 0.7:
            values |= {
                "hs_invoice_date": self._instant(self._day().isoformat()),
                "hs_due_date": self._instant(self._due()),
            }
        invoice = self.hubspot.make("invoices", values, ("contacts", contact))
        if invoice is None:
            return False
        self.born.invoices[H][tag] = invoice
        for _ in range(self.random.randint(1, 3)):
            self._add_line(invoice)
        return True

    def bill(self) -> bool:
        if not self.draft():
            return False
        invoice = list(self.born.invoices[H].values())[-1]
        return self.hubspot.change("invoices", invoice, hs_invoice_status="open")

    def finalize(self) -> bool:
        invoice = self._billed("draft")
        return invoice is not None and self.hubspot.change(
            "invoices", invoice, hs_invoice_status="open"
        )

    def change_line(self) -> bool:
        line = self._line("open", "draft")
        if line is None:
            return False
        values = self._line_values()
        values.pop("hs_product_id", None)
        name = self.random.choice(("price", "quantity"))
        return self.hubspot.change("line_items", line, **{name: values[name]})

    def add_line(self) -> bool:
        invoice = self._billed("open", "draft")
        return invoice is not None and self._add_line(invoice)

    def remove_line(self) -> bool:
        line = self._line("open", "draft")
        return line is not None and self.hubspot.archive("line_items", line)

    def redate_billed(self) -> bool:
        invoice = self._billed("open")
        if invoice is None:
            return False
        if self.random.random() < 0.6:
            return self.hubspot.change("invoices", invoice, hs_due_date=self._instant(self._due()))
        day = self._instant(self._day().isoformat())
        return self.hubspot.change("invoices", invoice, hs_invoice_date=day)

    def void_billed(self) -> bool:
        invoice = self._billed("open")
        return invoice is not None and self.hubspot.change(
            "invoices", invoice, hs_invoice_status="voided"
        )

    def archive_billed(self) -> bool:
        """Drafts go away; what was finalized stays, and so do mirrors, now and then."""
        invoice = self._billed("draft")
        if invoice is None or self.random.random() < 0.4:
            invoice = self._pick(self._mirrors())
        return invoice is not None and self.hubspot.archive("invoices", invoice)

    def edit_mirror(self) -> bool:
        """Change what QuickBooks keeps: it is not sent (S20)."""
        invoice = self._pick(self._mirrors())
        return invoice is not None and self.hubspot.change(
            "invoices", invoice, hs_due_date=self._instant(self._due())
        )

    def deal(self) -> bool:
        """Put an invoice on a deal."""
        invoice = self._pick([*self._mirrors(), *self._own("open", "paid")])
        if invoice is None:
            return False
        if len(self.deals) < 2:
            made = self.hubspot.make("deals", {"dealname": f"Deal {self._next()}"})
            if made is None:
                return False
            self.deals.append(made)
        return self.hubspot.tie("invoices", invoice, "deals", self.random.choice(self.deals))

    # -- payments

    def collect(self) -> bool:
        invoice = self._billed("open")
        if invoice is None:
            return False
        left = Decimal(self.hubspot.held("invoices", invoice).get("hs_balance_due") or "0")
        if left <= 0:
            return False
        tag = f"R{self._next()}"
        values = {
            "hs_initial_amount": str(self._part(left)),
            "hs_initiated_date": self._instant(self._day().isoformat()),
            "hs_latest_status": "processing" if self.random.random() < 0.2 else "succeeded",
            "hs_processor_type": self.random.choice(("none", "hs_payments")),
            "hs_currency_code": "USD",
            "hs_reference_number": tag,
        }
        made = self.hubspot.make("commerce_payments", values, ("invoices", invoice))
        if made is not None:
            self.born.payments[H][tag] = made
        return made is not None

    def arrive(self) -> bool:
        """What was under way arrives, or fails."""
        payment = self._collected("processing")
        status = "succeeded" if self.random.random() < 0.8 else "failed"
        return payment is not None and self.hubspot.change(
            "commerce_payments", payment, hs_latest_status=status
        )

    def remove_collected(self) -> bool:
        payment = self._collected("succeeded")
        # Not while its creation is unknown (docs/reliability.md, limits).
        return payment is not None and self.hubspot.archive("commerce_payments", payment)

    def refund(self) -> bool:
        payment = self._collected("succeeded")
        if payment is None:
            return False
        whole = self.hubspot.held("commerce_payments", payment)["hs_initial_amount"]
        return self.hubspot.change(
            "commerce_payments", payment, hs_latest_status="refunded", hs_refunds_amount=whole
        )

    # -- products

    def add_product(self) -> bool:
        if len(self.hubspot.rows("products")) > MOST_PRODUCTS:
            return False
        sku = f"SKU-{self._next()}"
        if self.random.random() < 0.2 and self.born.products[Q]:
            sku = self.random.choice(sorted(self.born.products[Q]))
        values = {"name": f"Product {self._next()}", "price": str(self._price()), "hs_sku": sku}
        made = self.hubspot.make("products", values)
        if made is not None:
            self.born.products[H].setdefault(sku, []).append(made)
        return made is not None

    def edit_product(self) -> bool:
        product = self._pick(list(self.hubspot.rows("products")))
        if product is None:
            return False
        return self.hubspot.change("products", product, **self.random.choice((
            {"price": str(self._price())},
            {"description": f"Text {self._next()}"},
            {"name": f"Product {self._next()}"},
        )))  # fmt: skip

    def archive_product(self) -> bool:
        product = self._pick(list(self.hubspot.rows("products")))
        return product is not None and self.hubspot.archive("products", product)

    # -- choosing

    def _own(self, *statuses: str) -> list[str]:
        """Invoices made in HubSpot that stand so."""
        return [
            one for one in self.born.invoices[H].values()
            if self.hubspot.is_there("invoices", one)
            and self.hubspot.held("invoices", one).get("hs_invoice_status", "draft") in statuses
        ]  # fmt: skip

    def _billed(self, *statuses: str) -> str | None:
        return self._pick(self._own(*statuses))

    def _mirrors(self) -> list[str]:
        rows = self.hubspot.rows("invoices")
        return [one for one, v in rows.items() if v.get("hs_invoice_billable") == "false"]

    def _line(self, *statuses: str) -> str | None:
        invoice = self._billed(*statuses)
        return self._pick(self.hubspot.tied("invoices", invoice, "line_items")) if invoice else None

    def _collected(self, status: str) -> str | None:
        return self._pick([
            one for one in self.born.payments[H].values()
            if self.hubspot.is_there("commerce_payments", one)
            and self.hubspot.held("commerce_payments", one).get("hs_latest_status") == status
        ])  # fmt: skip

    # -- lines

    def _add_line(self, invoice: str) -> bool:
        made = self.hubspot.make("line_items", self._line_values(), ("invoices", invoice))
        return made is not None

    def _line_values(self) -> dict[str, str]:
        values = {
            "name": f"Line {self._next()}",
            "price": str(self._price()),
            "quantity": self.random.choice(QUANTITIES),
        }
        products = list(self.hubspot.rows("products"))
        if products and self.random.random() < 0.6:
            values["hs_product_id"] = self.random.choice(products)
        return values
