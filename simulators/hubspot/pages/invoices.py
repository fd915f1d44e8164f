"""The page of an invoice: its lines and adjustments, finalise, pay, void.

Knows the forms; what each step does and refuses is in ``rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.clock import iso_milliseconds
from simulators.common.web import SimRequest, see_other
from simulators.hubspot import association_types, errors, lifecycle, registry
from simulators.hubspot.crm import Crm
from simulators.hubspot.pages.records import RecordPages
from simulators.hubspot.pages.site import page_rule, told
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType, title_of
from simulators.hubspot.writes import Author, Link

_TOTALS = (
    ("hs_subtotal", "Subtotal"),
    ("hs_discounts_total", "Discounts"),
    ("hs_fees_total", "Fees"),
    ("hs_taxes_total", "Taxes"),
    ("hs_amount_billed", "Total"),
    ("hs_amount_paid", "Paid"),
    ("hs_balance_due", "Balance due"),
)
_METHODS = ("card", "ach", "cash", "check", "wire_transfer", "other")
_LINE = ("name", "hs_product_id", "quantity", "price", "discount")
_PARTS = ("line_items", "discounts", "fees", "taxes")


class InvoicePages:
    """What a person does with an invoice."""

    def __init__(
        self, crm: Crm, author_of: Callable[[SimRequest], Author], records: RecordPages
    ) -> None:
        self._crm = crm
        self._author_of = author_of
        self._records = records
        self._kind = registry.find("invoices")

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        one = "/invoices/<int:number>"
        rows: tuple[tuple[str, Callable[[Record, Author, Mapping[str, str]], str]], ...] = (
            ("lines", self._add_line),
            ("adjustments", self._add_adjustment),
            ("parts/remove", self._remove_part),
            ("finalise", self._finalise),
            ("void", self._void),
            ("pay", self._pay),
        )
        for path, step in rows:
            yield page_rule(f"{one}/{path}", "POST", self._handler(step))

    def _handler(
        self, step: Callable[[Record, Author, Mapping[str, str]], str]
    ) -> Callable[..., Response]:
        def handle(request: SimRequest, number: int) -> Response:
            record = self._crm.table(self._kind).get(str(number))
            if record is None:
                return self._records.absent(self._kind, number)
            form = {name: value.strip() for name, value in request.form.items() if value.strip()}
            try:
                done = step(record, self._author_of(request), form)
            except errors.ApiError as error:
                return self._records.record_page(self._kind, record, flash=told(error), bad=True)
            return see_other(f"/invoices/{record.id}?done={done}")

        return handle

    # -- steps ------------------------------------------------------------------------------

    def _make(
        self, slug: str, author: Author, values: Mapping[str, str], invoice: Record
    ) -> Record:
        kind = registry.find(slug)
        plain = association_types.unlabelled(kind, self._kind).id
        link = Link(self._kind, invoice.id, (plain,))
        draft = self._crm.prepare_create(kind, author, values, [link])
        return self._crm.create(kind, author, draft)

    def _add_line(self, invoice: Record, author: Author, form: Mapping[str, str]) -> str:
        values = {name: form[name] for name in _LINE if name in form}
        self._make("line_items", author, {"quantity": "1", **values}, invoice)
        return "Line added."

    def _add_adjustment(self, invoice: Record, author: Author, form: Mapping[str, str]) -> str:
        slug = form.get("slug", "discounts")
        names = ("hs_label", "hs_type", "hs_value")
        self._make(
            slug if slug in _PARTS[1:] else "discounts",
            author,
            {name: form[name] for name in names if name in form},
            invoice,
        )
        return "Added."

    def _remove_part(self, _invoice: Record, author: Author, form: Mapping[str, str]) -> str:
        slug = form.get("slug", "")
        kind = registry.find(slug if slug in _PARTS else "line_items")
        record = self._crm.table(kind).get(form.get("id", ""))
        if record is not None:
            lifecycle.archive(self._crm, kind, author, record)
        return "Removed."

    def _set(self, invoice: Record, author: Author, **values: str) -> None:
        checked = self._crm.prepare_update(self._kind, author, invoice, values)
        self._crm.update(self._kind, author, invoice, checked)

    def _finalise(self, invoice: Record, author: Author, _form: Mapping[str, str]) -> str:
        self._set(invoice, author, hs_invoice_status="open")
        return "Finalised."

    def _void(self, invoice: Record, author: Author, _form: Mapping[str, str]) -> str:
        self._set(invoice, author, hs_invoice_status="voided")
        return "Voided."

    def _pay(self, invoice: Record, author: Author, form: Mapping[str, str]) -> str:
        """Money received: recorded by hand, or collected by HubSpot's own processing."""
        values = {
            "hs_initial_amount": form.get("amount") or invoice.values.get("hs_balance_due", "0"),
            "hs_initiated_date": form.get("date") or iso_milliseconds(self._crm.clock.now()),
            "hs_latest_status": "succeeded",
            "hs_currency_code": invoice.values.get("hs_currency", ""),
            "hs_payment_method_type": form.get("method", "other"),
            "hs_processor_type": "hs_payments" if form.get("online") else "none",
            "hs_reference_number": form.get("reference", ""),
            "hs_fees_amount": form.get("fees", ""),
        }
        self._make("commerce_payments", author, {n: v for n, v in values.items() if v}, invoice)
        return "Payment recorded."

    # -- cards ------------------------------------------------------------------------------

    def cards(self, kind: ObjectType, record: Record) -> list[Markup]:
        """For the page of an invoice; none for other types."""
        if kind.slug != "invoices":
            return []
        return [self._status_card(record), self._parts_card(record), self._pay_card(record)]

    def _status_card(self, invoice: Record) -> Markup:
        values = invoice.values
        action = f"/invoices/{invoice.id}"
        status = Markup('<span class="tag">{}</span>').format(values.get("hs_invoice_status"))
        shown = [("Number", values.get("hs_number")), ("Status", status)]
        amounts = [(label, values.get(name)) for name, label in _TOTALS]
        return pages.card(
            pages.heading("Status and totals"),
            pages.facts([*shown, *amounts]),
            pages.row(
                pages.form(f"{action}/finalise", pages.button("Finalise"), css=""),
                pages.form(f"{action}/void", pages.button("Void", style="danger"), css=""),
            ),
        )

    def _parts_card(self, invoice: Record) -> Markup:
        action = f"/invoices/{invoice.id}"
        rows = []
        for slug in _PARTS:
            kind = registry.find(slug)
            for one in self._crm.partner_records("invoices", invoice.id, slug):
                values = one.values
                size = values.get("hs_value", "") + (
                    " %" if values.get("hs_type") == "PERCENT" else ""
                )
                remove = pages.form(
                    f"{action}/parts/remove",
                    pages.hidden({"slug": slug, "id": one.id}),
                    pages.button("Remove", style="plain"),
                    css="",
                )
                rows.append(
                    [kind.singular.replace("_", " "),
                     pages.link(title_of(kind, values), f"/{slug}/{one.id}"),
                     values.get("quantity"), values.get("price") or size, values.get("amount"),
                     remove]
                )  # fmt: skip
        table = pages.table(
            "What is billed", ["Kind", "Name", "Quantity", "Price", "Amount", "Action"], rows
        )
        line = pages.form(
            f"{action}/lines",
            pages.row(
                pages.field("Name", "name"),
                pages.field("Product ID", "hs_product_id"),
                pages.field("Quantity", "quantity", "1"),
                pages.field("Unit price", "price"),
                pages.button("Add line", style="plain"),
            ),
            css="",
        )
        kinds = (("discounts", "Discount"), ("fees", "Fee"), ("taxes", "Tax"))
        adjustment = pages.form(
            f"{action}/adjustments",
            pages.row(
                pages.choice("Kind", "slug", kinds),
                pages.field("Label", "hs_label"),
                pages.choice("Type", "hs_type", (("FIXED", "Amount"), ("PERCENT", "Per cent"))),
                pages.field("Value", "hs_value", required=True),
                pages.button("Add", style="plain"),
            ),
            css="",
        )
        return pages.card(pages.heading("Lines"), table, line, adjustment)

    def _pay_card(self, invoice: Record) -> Markup:
        rows = [
            [
                pages.link(one.id, f"/commerce_payments/{one.id}"),
                one.values.get("hs_initial_amount"),
                one.values.get("hs_refunds_amount"),
                one.values.get("hs_latest_status"),
            ]
            for one in self._crm.partner_records("invoices", invoice.id, "commerce_payments")
        ]
        table = pages.table("Payments", ["Payment", "Amount", "Refunded", "Status"], rows)
        methods = [(one, one.replace("_", " ").capitalize()) for one in _METHODS]
        pay = pages.form(
            f"/invoices/{invoice.id}/pay",
            pages.grid(
                pages.field("Amount (empty: the balance)", "amount"),
                pages.field("Date", "date"),
                pages.choice("Method", "method", methods),
                pages.field("Reference", "reference"),
                pages.field("Processing fee", "fees"),
                pages.choice(
                    "Received", "online", (("", "Outside HubSpot"), ("1", "Through HubSpot"))
                ),
            ),
            pages.row(pages.button("Record payment")),
            css="",
        )
        return pages.card(pages.heading("Payments"), table, pay)
