"""What people who sell do in QuickBooks: invoices, payments, items, and closing the books."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulation.documents.desk import (
    MOST_INVOICES,
    MOST_PRODUCTS,
    QUANTITIES,
    Desk,
    rounded,
)
from tests.simulation.documents.sellers import ZERO, Row
from tests.simulation.fields import H, Q

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation


def memo(tag: str) -> Row:
    """The message of an invoice in QuickBooks."""
    return {"CustomerMemo": {"value": tag}}


class Bookkeepers(Desk):
    """The people who work in QuickBooks."""

    def __init__(self, sim: DocumentSimulation, random: Random) -> None:
        super().__init__(sim, random)
        self._was: dict[str, list[Row]] = {}

    # -- invoices

    def book(self) -> bool:
        customer = self._pick(self.sim.quickbooks.living())
        if customer is None or len(self.born.invoices[Q]) >= MOST_INVOICES:
            return False
        tag = f"Doc {self._next()}"
        lines = [self._sale() for _ in range(self.random.randint(1, 4))]
        if self.random.random() < 0.2:
            lines.append(self._discount())
        if self.random.random() < 0.15:
            lines.append({"DetailType": "DescriptionOnly", "Description": f"Text {self._next()}"})
        body = {"CustomerRef": {"value": customer}, "Line": lines, **memo(tag)}
        if self.random.random() < 0.7:
            body |= {"TxnDate": self._day().isoformat(), "DueDate": self._due()}
        made = self.quickbooks.write("Invoice", body)
        if made is not None:
            self.born.invoices[Q][tag] = made
        return made is not None

    def rebook(self) -> bool:
        """Change the lines of an invoice made in QuickBooks."""
        invoice = self._booked(Q)
        return invoice is not None and self._change_lines(invoice)

    def redate_booked(self) -> bool:
        """Change a date in QuickBooks, wherever the invoice was made."""
        invoice = self._booked(self.random.choice((H, Q)))
        if invoice is None:
            return False
        if self.random.random() < 0.5:
            return self.quickbooks.change("Invoice", invoice, DueDate=self._due())
        return self.quickbooks.change("Invoice", invoice, TxnDate=self._day().isoformat())

    def void_booked(self) -> bool:
        invoice = self._booked(self.random.choice((H, Q, Q)))
        return invoice is not None and self.quickbooks.void("Invoice", invoice)

    def delete_booked(self) -> bool:
        invoice = self._booked(self.random.choice((H, Q, Q)))
        # Not while its creation is unknown: nothing would be left that tells it was ours.
        if invoice is None or self.sim.is_unknown_document(invoice):
            return False
        return self.quickbooks.delete("Invoice", invoice)

    def rebook_foreign(self) -> bool:
        """Change the lines of an invoice made in HubSpot: the sync must refuse that (S22)."""
        invoice = self._booked(H)
        if invoice is None:
            return False
        self._was.setdefault(invoice, self.quickbooks.lines(invoice))
        return self._change_lines(invoice)

    def revert_foreign(self) -> bool:
        """Undo such a change."""
        invoice = self._pick(sorted(self._was, key=int))
        if invoice is None:
            return False
        return self.quickbooks.change("Invoice", invoice, Line=self._was.pop(invoice))

    # -- payments

    def receive(self) -> bool:
        """A payment over one or more invoices of one customer, in part or in full."""
        rows = self.quickbooks.rows("Invoice")
        unpaid = {one: values for one, values in rows.items() if values["Balance"] > 0}
        first = self._pick(list(unpaid))
        if first is None:
            return False
        customer = unpaid[first]["CustomerRef"]["value"]
        same = [o for o, v in unpaid.items() if v["CustomerRef"]["value"] == customer]
        chosen = [first, *(one for one in same if one != first and self.random.random() < 0.4)][:3]
        lines = [self._share(one, self._part(unpaid[one]["Balance"])) for one in chosen]
        total = sum((line["Amount"] for line in lines), ZERO)
        if self.random.random() < 0.15:
            total += Decimal("5.55")  # a rest that is applied to nothing
        tag = f"R{self._next()}"
        body = {
            "CustomerRef": {"value": customer}, "TotalAmt": total, "Line": lines,
            "PaymentRefNum": tag, "TxnDate": self._day().isoformat(),
        }  # fmt: skip
        made = self.quickbooks.write("Payment", body)
        if made is not None:
            self.born.payments[Q][tag] = made
        return made is not None

    def correct_payment(self) -> bool:
        """Change what of a payment is applied to what."""
        payment = self._received()
        if payment is None:
            return False
        held = self.quickbooks.held("Payment", payment) or {}
        lines = []
        for line in held.get("Line", ()):
            link = line["LinkedTxn"][0]
            invoice = self.quickbooks.held("Invoice", link["TxnId"])
            if invoice is None or self.random.random() < 0.15:
                continue
            part = self._part(invoice["Balance"] + line["Amount"])
            lines.append(self._share(link["TxnId"], part))
        total = sum((line["Amount"] for line in lines), ZERO)
        return self.quickbooks.change(
            "Payment", payment, CustomerRef=held["CustomerRef"], TotalAmt=total or Decimal(1),
            Line=lines,
        )  # fmt: skip

    def take_payment_back(self) -> bool:
        payment = self._received()
        if payment is None:
            return False
        if self.random.random() < 0.4:
            return self.quickbooks.void("Payment", payment)
        if self.sim.is_unknown_document(payment):
            return False
        return self.quickbooks.delete("Payment", payment)

    # -- products

    def add_item(self) -> bool:
        if len(self.quickbooks.rows("Item")) > MOST_PRODUCTS:
            return False
        sku = f"SKU-{self._next()}"
        if self.random.random() < 0.2 and self.born.products[H]:
            sku = self.random.choice(sorted(self.born.products[H]))
        elif self.random.random() < 0.1:
            sku = ""
        body = {
            "Name": f"Item {self._next()}", "Type": "Service", "UnitPrice": self._price(),
            "IncomeAccountRef": {"value": self.quickbooks.account("Income")},
        }  # fmt: skip
        made = self.quickbooks.write("Item", {**body, "Sku": sku} if sku else body)
        if made is not None and sku:
            self.born.products[Q].setdefault(sku, []).append(made)
        return made is not None

    def edit_item(self) -> bool:
        item = self._item()
        if item is None:
            return False
        return self.quickbooks.change("Item", item, **self.random.choice((
            {"UnitPrice": self._price()},
            {"Description": f"Text {self._next()}"},
            {"Name": f"Item {self._next()}"},
        )))  # fmt: skip

    def turn_item(self) -> bool:
        """Make an item inactive, or active again."""
        rows = self.quickbooks.rows("Item")
        dormant = [one for one, values in rows.items() if not values.get("Active", True)]
        if dormant and self.random.random() < 0.6:
            return self.quickbooks.change("Item", self.random.choice(dormant), Active=True)
        item = self._item()
        return item is not None and self.quickbooks.change("Item", item, Active=False)

    # -- the books

    def close_books(self) -> bool:
        """Close them, mostly early enough that little is touched; or open them again."""
        if self.quickbooks.closed_through and self.random.random() < 0.6:
            return self.quickbooks.close_books(None)
        day = self.random.choice(("2026-09-30", "2026-10-15", "2026-10-31", "2026-11-01"))
        return self.quickbooks.close_books(day)

    # -- choosing

    def _booked(self, born: str) -> str | None:
        """An invoice in QuickBooks that was made on a side."""
        rows = self.quickbooks.rows("Invoice")
        return self._pick([
            one for one, values in rows.items()
            if (values.get("CustomerMemo") or {}).get("value") in self.born.invoices[born]
            and not self.quickbooks.is_void("Invoice", one)
        ])  # fmt: skip

    def _received(self) -> str | None:
        rows = self.quickbooks.rows("Payment")
        return self._pick([one for one in rows if not self.quickbooks.is_void("Payment", one)])

    def _item(self) -> str | None:
        """An active item that people sell."""
        rows = self.quickbooks.rows("Item")
        known = {one for some in self.born.products[Q].values() for one in some}
        return self._pick([o for o, v in rows.items() if v.get("Active", True) and o in known])

    # -- lines

    def _change_lines(self, invoice: str) -> bool:
        lines = self.quickbooks.lines(invoice)
        sales = [one for one in lines if one["DetailType"] == "SalesItemLineDetail"]
        chance = self.random.random()
        if chance < 0.35 or not sales:
            lines.insert(0, self._sale())
        elif chance < 0.55 and len(sales) > 1:
            lines.remove(self.random.choice(sales))
        else:
            changed = self.random.choice(sales)
            new = self._sale()
            item = changed["SalesItemLineDetail"]["ItemRef"]
            new["SalesItemLineDetail"]["ItemRef"] = item
            lines[lines.index(changed)] = {**new, "Id": changed["Id"]}
        return self.quickbooks.change("Invoice", invoice, Line=lines)

    def _sale(self) -> Row:
        item = self._item()
        quantity, price = Decimal(self.random.choice(QUANTITIES)), self._price()
        detail: dict[str, Any] = {"Qty": quantity, "UnitPrice": price}
        if item is not None:
            detail["ItemRef"] = {"value": item}
        return {
            "DetailType": "SalesItemLineDetail",
            "Amount": rounded(quantity * price),
            "Description": f"Line {self._next()}",
            "SalesItemLineDetail": detail,
        }

    def _discount(self) -> Row:
        return {
            "DetailType": "DiscountLineDetail",
            "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": Decimal(10)},
        }

    def _share(self, invoice: str, part: Decimal) -> Row:
        return {"Amount": part, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}
