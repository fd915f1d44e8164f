"""Edits that people make on both sides while a month is being synced (ENGINE 3.2).

Each edit changes the month, too, so that ``rules.expect`` afterwards says what must become of it.
An edit where the invoice was born may be made at any time; one of the mirror needs the mirror.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tests.month.doors import Books, Portal
from tests.month.entering import (
    LINE_TO_INVOICE,
    hubspot_line,
    invoice_body,
    noon,
)
from tests.month.invent import finish
from tests.month.model import Line, Month, Sale, Trouble, Way
from tests.month.money import plain
from tests.month.places import COUNTRIES

WEEK = timedelta(days=7)


class Kind(StrEnum):
    """What somebody does to an invoice."""

    DUE = "moves the due date"
    DAY = "moves the date"
    PRICE = "raises a price"
    ADD_LINE = "adds a line"
    REMOVE_LINE = "removes a line"
    VOID = "voids it"
    MIRROR_DUE = "moves the due date of its mirror in HubSpot"
    MIRROR_LINES = "raises a price of its mirror in QuickBooks"
    MIRROR_PAYMENT = "deletes its payment in QuickBooks"


AT_HOME = (Kind.DUE, Kind.DAY, Kind.PRICE, Kind.ADD_LINE, Kind.REMOVE_LINE)
KINDS = {
    Way.TO_HUBSPOT: (*AT_HOME, Kind.VOID, Kind.MIRROR_DUE),
    Way.TO_QUICKBOOKS: (*AT_HOME, Kind.MIRROR_LINES, Kind.MIRROR_PAYMENT),
}
NEEDS_MIRROR = frozenset({Kind.MIRROR_DUE, Kind.MIRROR_LINES, Kind.MIRROR_PAYMENT})


@dataclass(frozen=True)
class Edit:
    """One edit of one invoice."""

    kind: Kind
    sale: Sale

    @property
    def needs_mirror(self) -> bool:
        """Whether it can be made only after the first sync."""
        return self.kind in NEEDS_MIRROR


def make_edits(month: Month, seed: int = 1, *, each: int = 0) -> list[Edit]:
    """Some edits of every kind, each of another invoice, in an order by chance."""
    luck = random.Random(f"edits:{seed}")
    touched = {sale for payment in month.payments for sale, _ in payment.shares}
    paid_once = {
        payment.shares[0][0]
        for payment in month.payments
        if len(payment.shares) == 1 and payment.status == "succeeded" and not payment.trouble
    }
    sound = [s for s in month.invoices if s.trouble is Trouble.NONE and not s.voided]
    luck.shuffle(sound)
    used: set[Sale] = set()
    edits = []
    # Dates and lines travel while nothing is paid; only a removed payment needs one.
    for kind in KINDS[month.way]:
        fitting = paid_once if kind is Kind.MIRROR_PAYMENT else set(sound) - touched
        if kind is Kind.REMOVE_LINE:
            fitting = {sale for sale in fitting if can_lose_a_line(sale)}
        found = [sale for sale in sound if sale not in used and sale in fitting]
        chosen = found[: each or max(1, len(month.invoices) // 100)]
        used |= set(chosen)
        edits += [Edit(kind, sale) for sale in chosen]
    luck.shuffle(edits)
    return edits


def can_lose_a_line(sale: Sale) -> bool:
    """Whether something worth an invoice is left without the last line."""
    last = sale.lines[-1].amount
    return last >= 0 and sale.subtotal - last > sale.discount_amount


class Editing:
    """The people who edit."""

    def __init__(self, month: Month, portal: Portal, books: Books) -> None:
        self.month, self.portal, self.books = month, portal, books

    def carry_out(self, edit: Edit) -> None:
        """Make one edit, on the vendor's side and in the month."""
        if edit.needs_mirror:
            self._of_the_mirror(edit)
            return
        sale, before = edit.sale, list(edit.sale.lines)
        match edit.kind:
            case Kind.DUE:
                sale.due = (sale.due or sale.day) + WEEK
            case Kind.DAY:
                sale.day += timedelta(days=1)
            case Kind.PRICE:
                first = sale.lines[0]
                sale.lines[0] = raised(first)
            case Kind.ADD_LINE:
                product = next(one for one in self.month.products if one.sku and not one.taxable)
                price = Decimal("63.5829")
                tax = sale.lines[0].tax
                sale.lines.append(
                    Line(product, product.name, "one more", Decimal("3.5"), price, tax=tax)
                )
            case Kind.REMOVE_LINE:
                sale.lines.pop()
            case Kind.VOID:
                sale.voided = True
        finish(sale, COUNTRIES[self.month.country])
        if self.month.way is Way.TO_HUBSPOT:
            self._at_home_in_quickbooks(edit)
        else:
            self._at_home_in_hubspot(edit, before)

    # -- where it was born ------------------------------------------------------------------
    def _at_home_in_quickbooks(self, edit: Edit) -> None:
        sale = edit.sale
        held = self.books.call("GET", f"/invoice/{sale.id}")["Invoice"]
        stub = {"Id": sale.id, "SyncToken": held["SyncToken"], "sparse": True}
        if edit.kind is Kind.VOID:
            self.books.batch("update:void", [("Invoice", stub)])
            return
        made = self.books.batch(
            "update", [("Invoice", {**stub, **invoice_body(self.month, sale)})]
        )[0]
        assert Decimal(made["TotalAmt"]) == sale.total, (sale.key, made["TotalAmt"], sale.total)

    def _at_home_in_hubspot(self, edit: Edit, before: list[Line]) -> None:
        sale = edit.sale
        values = {"hs_invoice_date": noon(sale.day)}
        values |= {"hs_due_date": noon(sale.due or sale.day)}
        lines = sorted(self.portal.ties("invoices", [sale.id], "line_items")[sale.id], key=int)
        assert len(lines) == len(before)
        match edit.kind:
            case Kind.PRICE:
                price = plain(sale.lines[0].price)
                self.portal.update("line_items", [(lines[0], {"price": price})])
            case Kind.ADD_LINE:
                added = hubspot_line(sale, sale.lines[-1])
                self.portal.create("line_items", [(added, [(sale.id, LINE_TO_INVOICE)])])
            case Kind.REMOVE_LINE:
                self.portal.call("DELETE", f"/crm/v3/objects/line_items/{lines[-1]}")
            case _:
                self.portal.update("invoices", [(sale.id, values)])

    # -- the mirror -------------------------------------------------------------------------
    def _of_the_mirror(self, edit: Edit) -> None:
        sale = edit.sale
        sale.left_alone = True
        match edit.kind:
            case Kind.MIRROR_DUE:
                sale.trouble = Trouble.MIRROR_EDITED
                mirror = next(
                    one["id"]
                    for one in self.portal.all("invoices", "hs_number")
                    if one["hs_number"] == sale.number
                )
                due = noon((sale.due or sale.day) + WEEK)
                self.portal.update("invoices", [(mirror, {"hs_due_date": due})])
            case Kind.MIRROR_LINES:
                sale.trouble = Trouble.LINES_EDITED_IN_QUICKBOOKS
                held = self._in_quickbooks(sale)
                lines = [one for one in held["Line"] if one["DetailType"] != "SubTotalLineDetail"]
                first = lines[0]
                detail = first["SalesItemLineDetail"]
                dearer = Decimal(str(first["Amount"])) + 1
                detail["Qty"], detail["UnitPrice"] = 1, dearer
                first["Amount"] = dearer
                self._update(held, Line=lines)
            case Kind.MIRROR_PAYMENT:
                sale.trouble = Trouble.PAYMENT_REMOVED_IN_QUICKBOOKS
                held = self._in_quickbooks(sale)
                paid = next(t["TxnId"] for t in held["LinkedTxn"] if t["TxnType"] == "Payment")
                payment = self.books.call("GET", f"/payment/{paid}")["Payment"]
                stub = {"Id": paid, "SyncToken": payment["SyncToken"]}
                self.books.batch("delete", [("Payment", stub)])

    def _in_quickbooks(self, sale: Sale) -> dict[str, Any]:
        found: Iterator[dict[str, Any]] = self.books.all(
            "Invoice", f" WHERE DocNumber = '{sale.number}'"
        )
        return next(one for one in found if one["Id"] not in self.month.others)

    def _update(self, held: dict[str, Any], **values: Any) -> None:
        stub = {"Id": held["Id"], "SyncToken": held["SyncToken"], "sparse": True}
        self.books.batch("update", [("Invoice", {**stub, **values})])


def raised(line: Line) -> Line:
    """The same line at a higher price; lines are not changed in place, for some are shared."""
    return Line(
        line.product, line.name, line.description, line.quantity, line.price + Decimal("1.0001"),
        line.percent_off, line.amount_only, line.tax,
    )  # fmt: skip
