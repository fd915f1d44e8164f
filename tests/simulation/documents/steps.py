"""What must hold after every single write of ours to a document: I1, I4, I6, I7 and I11.

Read from the ledgers and from what the people noted of their own doing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulation.documents.journal import Entry
from tests.simulation.documents.office import RULED_BY
from tests.simulation.documents.view import (
    View,
    invoice_tag,
    money,
    payment_tag,
    product_tag,
)
from tests.simulation.fields import H, Q
from tests.simulation.journal import APP, PERSON

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

#: What may be written of an invoice that was made in HubSpot, in HubSpot (ENGINE 3.2).
OWN_FIELDS = {"hs_invoice_date", "hs_due_date", "hs_comments"}
#: The items that stand for lines without a product, and for discounts (S21).
SUBSTITUTES = {"Custom line item", "HubSpot discount"}
_TAGS: Mapping[str, Callable[[str, Mapping[str, Any]], str]] = {
    "invoices": invoice_tag, "Invoice": invoice_tag, "Payment": payment_tag,
    "products": product_tag, "Item": product_tag,
}  # fmt: skip


class DocumentSteps:
    """Looks at each write to a document as soon as it is in the ledger."""

    def __init__(self, sim: DocumentSimulation) -> None:
        self._sim = sim
        self._checks: dict[tuple[str, str], Callable[[Entry], None]] = {
            (H, "invoices"): self._hubspot_invoice,
            (H, "line_items"): self._line_item,
            (H, "commerce_payments"): self._shown_payment,
            (H, "notes"): self._note,
            (H, "products"): self._product,
            (H, "associations"): self._association,
            (Q, "Invoice"): self._quickbooks_invoice,
            (Q, "Payment"): self._posted_payment,
            (Q, "Item"): self._item,
        }

    @property
    def _view(self) -> View:
        return self._sim.view

    def look_at(self, entry: Entry) -> None:
        """Report what the write violates."""
        if entry.by != APP:
            return
        if not entry.late:
            self._settings(entry)
        self._checks[entry.side, entry.type](entry)

    def _report(self, rule: str, entry: Entry, text: str) -> None:
        what = {name: value for name, value in entry.after.items() if value}
        self._sim.violation(
            f"{rule} {entry.action} of {entry.side} {entry.type} {entry.id} {what}"[:600]
            + f": {text}"
        )

    # -- I7, I6: the settings

    def _settings(self, entry: Entry) -> None:
        rules = self._sim.clicks.rules_at(entry.planned_at)
        name = RULED_BY[entry.type]
        if entry.type == "Item" and self._is_substitute(entry):
            name, now = "invoices", self._sim.clicks.rules_at(entry.n)
            if now.writes(name) and now.allows(Q, name):
                return  # it is made while planning: no intent was noted
        if not rules.writes(name):
            self._report("I7", entry, f"{name} are off or paused")
        elif not rules.allows(entry.side, name):
            self._report("I6", entry, f"the direction is {rules.directions[name]}")

    def _is_substitute(self, entry: Entry) -> bool:
        held = self._view.quickbooks.held("Item", entry.id) or entry.after
        return held.get("Name") in SUBSTITUTES

    # -- I1, I11

    def _single(self, entry: Entry, tag: str) -> None:
        """No record is made for a source that another one there stands, or stood, for."""
        if not tag:
            return
        read, journal = _TAGS[entry.type], self._sim.journal
        for (side, kind, record), entries in journal.of.items():
            if (side, kind) != (entry.side, entry.type) or record == entry.id:
                continue
            if entries[0].action == "create" and read(side, entries[0].after) == tag:
                until = entry.planned_at if entry.late else entry.n
                if entries[0].n <= until and self._still_counts(entry, record):
                    gone = entries[-1].action in {"delete", "archive"}
                    self._report("I11" if gone else "I1", entry, f"{tag} is {record} already")

    def _still_counts(self, entry: Entry, record: str) -> bool:
        """A product that nobody sells any more leaves its SKU to another, not to its own item."""
        if entry.type == "Item":
            held = self._view.quickbooks.held("Item", record) or {}
            return bool(held.get("Active", True))
        if entry.type == "products" and not self._view.hubspot.is_there("products", record):
            mark = self._view.hubspot.held("products", record).get("qbo_sync_id")
            return bool(mark) and mark == entry.after.get("qbo_sync_id")
        return True

    def _is_own(self, entry: Entry) -> bool:
        """Whether we made the record."""
        return self._sim.journal.born(entry.side, entry.type, entry.id) == APP

    def _only(self, entry: Entry, *actions: str) -> bool:
        if entry.action in actions:
            return True
        self._report("I6", entry, f"our app did {entry.action}")
        return False

    # -- HubSpot

    def _hubspot_invoice(self, entry: Entry) -> None:
        if not self._only(entry, "create", "update"):
            return
        if entry.action == "create":
            tag = invoice_tag(H, entry.after)
            self._single(entry, tag)
            if self._sim.users.born.side_of("invoices", tag) != Q:
                self._report("I6", entry, "its source was not made in QuickBooks")
            if entry.after.get("hs_invoice_billable") != "false":
                self._report("I6", entry, "HubSpot would collect on it")
        elif not self._is_own(entry) and set(entry.after) - OWN_FIELDS:
            self._report("I6", entry, "it was made in HubSpot")

    def _line_item(self, entry: Entry) -> None:
        if self._only(entry, "create", "update", "archive") and not self._is_own(entry):
            self._report("I6", entry, "the line was made in HubSpot")

    def _shown_payment(self, entry: Entry) -> None:
        if not self._only(entry, "create", "update", "archive"):
            return
        if not self._is_own(entry):
            self._report("I6", entry, "the payment was made in HubSpot")
        elif entry.action == "create":
            tag = payment_tag(H, entry.after)
            if self._sim.users.born.side_of("payments", tag) != Q:
                self._report("I6", entry, "it was not received in QuickBooks")

    def _note(self, entry: Entry) -> None:
        if self._only(entry, "create", "update", "archive") and not self._is_own(entry):
            self._report("I6", entry, "the note is somebody else's")

    def _product(self, entry: Entry) -> None:
        if self._only(entry, "create", "update") and entry.action == "create":
            self._single(entry, product_tag(H, entry.after))

    def _association(self, entry: Entry) -> None:
        """Only what we made is tied, or the contact of a mirror moves along."""
        slug, one, other, there = entry.id.split("/")
        born = self._sim.journal.born
        if APP not in {born(H, slug, one), born(H, other, there)}:
            self._report("I6", entry, "neither of the two is ours")
        if {slug, other} == {"line_items", "invoices"}:
            invoice = one if slug == "invoices" else there
            if born(H, "invoices", invoice) != APP:
                self._report("I6", entry, "the invoice was made in HubSpot")

    # -- QuickBooks

    def _quickbooks_invoice(self, entry: Entry) -> None:
        if not self._only(entry, "create", "update", "void"):
            return
        if entry.action == "create":
            self._new_invoice(entry)
            return
        if not self._is_own(entry):
            self._report("I6", entry, "a document made in QuickBooks was written back")
            return
        before = entry.before or {}
        held = self._view.quickbooks.held("Invoice", entry.id) or {}
        total = money(before.get("TotalAmt", held.get("TotalAmt")))
        open_ = money(before.get("Balance", held.get("Balance")))
        if entry.action == "void":
            source = self._source(entry, invoice_tag(Q, held))
            if source and "voided" not in self._ever(source, "hs_invoice_status"):
                self._report("I6", entry, "it was not voided in HubSpot")
            if total != open_:
                self._report("I6", entry, "it has payments")
            if str(held.get("TxnDate"))[:7] != self._view.today[:7]:
                self._report("I6", entry, "its month is over")
        elif {"Line", "TxnDate", "CustomerRef"} & set(entry.after) and total != open_:
            self._report("I6", entry, "it has payments")
        if "Line" in entry.after and entry.action == "update":
            self._booked_lines(entry)

    def _booked_lines(self, entry: Entry) -> None:
        """What a person changed in QuickBooks is never overwritten (S22), and totals tie."""
        edits = [
            e for e in self._sim.journal.of[Q, "Invoice", entry.id]
            if "Line" in e.after and e.n < entry.n
        ]  # fmt: skip
        ours = next((e for e in reversed(edits) if e.by == APP), None)
        if ours is not None and edits[-1].by == PERSON:
            was, sent = (_substance(e.after["Line"]) for e in (edits[-1], ours))
            if was != sent:
                self._report("I6", entry, f"a person changed the lines (n {edits[-1].n})")
        self._tied(entry)

    def _new_invoice(self, entry: Entry) -> None:
        tag = invoice_tag(Q, entry.after)
        self._single(entry, tag)
        source = self._source(entry, tag)
        if not source:
            self._report("I6", entry, "its source was not made in HubSpot")
            return
        if set(self._ever(source, "hs_invoice_status")) <= {"draft", "voided"}:
            self._report("I6", entry, "it was never open in HubSpot")
        if money((entry.after.get("TxnTaxDetail") or {}).get("TotalTax")):
            self._report("I4", entry, "it carries tax")
        self._tied(entry)

    def _tied(self, entry: Entry) -> None:
        """The total is one that the invoice had in HubSpot, to the cent."""
        held = self._view.quickbooks.held("Invoice", entry.id) or entry.after
        source = self._source(entry, invoice_tag(Q, held))
        total = money(entry.after.get("TotalAmt", held.get("TotalAmt")))
        known = {money(value) for value in self._ever(source, "hs_amount_billed")}
        if source and total not in known:
            self._report("I4", entry, f"the total is {total}, HubSpot's was one of {known}")

    def _source(self, entry: Entry, tag: str) -> str:
        """The invoice in HubSpot that it was made from."""
        return self._sim.users.born.invoices[H].get(tag, "")

    def _ever(self, invoice: str, name: str) -> list[str]:
        """Every value a field of an invoice in HubSpot ever had."""
        return [value for _, value in self._sim.journal.values_of(H, "invoices", invoice, name)]

    def _posted_payment(self, entry: Entry) -> None:
        """Posted once, as it was collected: amount, date, invoice (ENGINE 3.5)."""
        if not self._only(entry, "create"):
            return
        tag = payment_tag(Q, entry.after)
        self._single(entry, tag)
        source = self._sim.users.born.payments[H].get(tag, "")
        if not source:
            self._report("I6", entry, "it was not collected in HubSpot")
            return
        hubspot = self._view.hubspot
        held = hubspot.held("commerce_payments", source)
        if money(entry.after["TotalAmt"]) != money(held.get("hs_initial_amount")):
            self._report("I4", entry, f"HubSpot collected {held.get('hs_initial_amount')}")
        if entry.after["TxnDate"] != self._view.day(held.get("hs_initiated_date")):
            self._report("I6", entry, f"it was collected on {held.get('hs_initiated_date')}")
        told = {
            invoice_tag(H, hubspot.held("invoices", one))
            for one in hubspot.ever_tied("commerce_payments", source, "invoices")
        }
        for line in entry.after.get("Line", ()):
            invoice = self._view.quickbooks.held("Invoice", line["LinkedTxn"][0]["TxnId"])
            if invoice is not None and invoice_tag(Q, invoice) not in told:
                self._report("I6", entry, f"it was collected for {told}")
        accounts = set(self._sim.clicks.rules_at(entry.planned_at).accounts.values())
        if entry.after["DepositToAccountRef"]["value"] not in accounts:
            self._report("I6", entry, "nobody chose that account")

    def _item(self, entry: Entry) -> None:
        if not self._only(entry, "create", "update") or self._is_substitute(entry):
            return
        if entry.action == "create":
            self._single(entry, product_tag(Q, entry.after))


def _substance(lines: list[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """What of lines only HubSpot may change: item, quantity, price, amount."""
    found = []
    for line in lines:
        detail = line.get("SalesItemLineDetail") or {}
        figures = (detail.get("Qty"), detail.get("UnitPrice"), line.get("Amount"))
        item = str((detail.get("ItemRef") or {}).get("value", ""))
        if line["DetailType"] != "SubTotalLineDetail":
            told = ("" if f is None else str(Decimal(str(f)).normalize()) for f in figures)
            found.append((item, *told))
    return found
