"""What people who sell do next: random deeds with documents in both systems.

Every document bears a tag that is synced and never edited: an invoice in its message, a payment in
its reference, a product in its SKU. So the checker can say which documents are the same one, and
where each was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulation.documents.sellers import ZERO, HubSpotSellers, QuickBooksSellers, Row
from tests.simulation.fields import H, Q
from tests.simulation.users import Users

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

CENT = Decimal("0.01")
QUANTITIES = ("1", "2", "3", "3.5", "0.3333", "12", "0.5", "7.25")
FIRST_DUE = date(2026, 12, 1)
MOST_INVOICES, MOST_PRODUCTS = 9, 7


@dataclass
class Born:
    """The people's own log: what they made where; ``{tag: id}`` per side."""

    invoices: dict[str, dict[str, str]] = field(default_factory=lambda: {H: {}, Q: {}})
    payments: dict[str, dict[str, str]] = field(default_factory=lambda: {H: {}, Q: {}})
    products: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {H: {}, Q: {}})

    def side_of(self, kind: str, tag: str) -> str:
        """Where a document was made; "" for one that nobody made."""
        found = getattr(self, kind)
        return next((side for side in (H, Q) if tag in found[side]), "")


def memo(tag: str) -> Row:
    """The message of an invoice in QuickBooks."""
    return {"CustomerMemo": {"value": tag}}


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


class Traders(Users):
    """The people of one scenario of documents."""

    sim: DocumentSimulation

    def __init__(self, sim: DocumentSimulation, random: Random) -> None:
        super().__init__(sim, random)
        self.hubspot = HubSpotSellers(sim.hubspot)
        self.quickbooks = QuickBooksSellers(sim.quickbooks)
        self.born = Born()
        self.deals: list[str] = []
        self._was: dict[str, list[Row]] = {}
        deeds: list[tuple[int, Callable[[], bool]]] = [
            (4, self.edit_hubspot),
            (4, self.edit_quickbooks),
            (2, self.add_hubspot),
            (2, self.add_quickbooks),
            (6, self.book),
            (7, self.rebook),
            (4, self.redate_booked),
            (7, self.receive),
            (4, self.correct_payment),
            (2, self.take_payment_back),
            (2, self.void_booked),
            (1, self.delete_booked),
            (2, self.rebook_foreign),
            (3, self.revert_foreign),
            (4, self.bill),
            (3, self.draft),
            (5, self.finalize),
            (6, self.change_line),
            (3, self.add_line),
            (2, self.remove_line),
            (4, self.redate_billed),
            (2, self.edit_mirror),
            (6, self.collect),
            (2, self.arrive),
            (2, self.void_billed),
            (1, self.archive_billed),
            (1, self.remove_collected),
            (1, self.refund),
            (2, self.deal),
            (5, self.edit_item),
            (3, self.edit_product),
            (2, self.add_item),
            (2, self.add_product),
            (2, self.turn_item),
            (1, self.archive_product),
            (2, self.close_books),
        ]
        self._weights = [weight for weight, _ in deeds]
        self._deeds = [deed for _, deed in deeds]

    # -- starting

    def populate(self) -> None:
        """Some people and some goods on both sides, and a few documents."""
        random = self.random
        for number in range(random.randint(1, 3)):
            email = self._email()
            self.sim.hubspot.add(self._person(email))
            if number == 0 or random.random() < 0.5:
                self._add_customer(email)
        for _ in range(random.randint(1, 2)):
            self._add_customer(self._email())
        for _ in range(random.randint(2, 4)):
            self.add_item()
        for _ in range(random.randint(0, 2)):
            self.add_product()
        for _ in range(random.randint(1, 3)):
            self.book()
        for _ in range(random.randint(1, 3)):
            self.bill()
        self.receive()
        self.collect()

    def finish(self) -> None:
        """In the end nothing is under way any more: money has arrived."""
        for payment, values in self.hubspot.rows("commerce_payments").items():
            if values.get("hs_latest_status") == "processing":
                self.hubspot.change("commerce_payments", payment, hs_latest_status="succeeded")

    # -- invoices made in QuickBooks

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

    # -- payments received in QuickBooks

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

    def _received(self) -> str | None:
        rows = self.quickbooks.rows("Payment")
        return self._pick([one for one in rows if not self.quickbooks.is_void("Payment", one)])

    # -- invoices made in HubSpot

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

    # -- payments collected in HubSpot

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

    def _item(self) -> str | None:
        """An active item that people sell."""
        rows = self.quickbooks.rows("Item")
        known = {one for some in self.born.products[Q].values() for one in some}
        return self._pick([o for o, v in rows.items() if v.get("Active", True) and o in known])

    # -- values

    def _price(self) -> Decimal:
        return Decimal(self.random.randint(100, 99_999)) / Decimal(
            self.random.choice((100, 100, 10_000))
        )

    def _part(self, whole: Decimal) -> Decimal:
        if self.random.random() < 0.5:
            return whole
        return max(rounded(whole * Decimal(self.random.choice(("0.5", "0.3333", "0.25")))), CENT)

    def _day(self) -> date:
        """Around today, in this month mostly."""
        return date(2026, 11, 2) + timedelta(days=self.random.choice((-20, -3, -1, 0, 0, 0, 1, 2)))

    def _due(self) -> str:
        """A day that no other document has."""
        return (FIRST_DUE + timedelta(days=3 * self._next())).isoformat()

    def _instant(self, day: str) -> str:
        """A moment of that day or, seen from the company, of the one before."""
        return f"{day}T{self.random.choice(('02', '12', '20'))}:30:00.000Z"

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

    def _share(self, invoice: str, part: Decimal) -> Row:
        return {"Amount": part, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}
