"""Invoices and credit memos: list, form with lines, send, void, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, html_error
from simulators.quickbooks import documents, faults, operations
from simulators.quickbooks.entities.registry import BY_RESOURCE
from simulators.quickbooks.pages.site import Desk
from simulators.quickbooks.pages.tools import (
    MOST_SHOWN,
    act,
    number,
    options,
    reference,
    said,
    shown,
)
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.lines import GROUP, SALES, cents

_SPARE_ROWS = 3
_SOLD = ("Service", "NonInventory", "Inventory")


class SalesPages:
    """Pages of one kind of sale; ``resource`` is the word in its paths, in the plural."""

    def __init__(self, desk: Desk, resource: str, title: str) -> None:
        self._desk = desk
        self._entity = BY_RESOURCE[resource]
        self._path = f"/{resource}s"
        self._title = title

    def routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Path, method and page."""
        one = f"{self._path}/<record_id>"
        return [
            (self._path, "GET", self.listing),
            (self._path, "POST", self.create),
            (f"{self._path}/new", "GET", self.new),
            (one, "GET", self.show),
            (one, "POST", self.save),
            (f"{one}/<verb>", "POST", self.do),
        ]

    # -- list and form --------------------------------------------------------------------
    def listing(self, request: SimRequest) -> Response:
        """The latest ones."""
        store = self._desk.company.store(self._entity)
        rows = [
            (
                pages.link(record.values.get("DocNumber") or record.id, self._of(record)),
                (record.values.get("CustomerRef") or {}).get("name"),
                record.values["TxnDate"],
                record.values.get("DueDate"),
                shown(record.values["TotalAmt"]),
                shown(record.values.get("Balance")),
                Markup('<span class="tag">{}</span>').format(_state(record)),
            )
            for record in islice(store.in_default_order(), MOST_SHOWN)
        ]
        heads = ("Number", "Customer", "Date", "Due", "Total", "Open", "")
        table = pages.table(f"{len(store)} {self._title.lower()}", heads, rows)
        link = pages.link(f"New {self._entity.name}", f"{self._path}/new", "button")
        body = pages.joined([pages.row(link), table])
        return self._desk.page(request, self._title, body, current=self._path)

    def new(self, request: SimRequest) -> Response:
        """An empty form."""
        return self._page(request, f"New {self._entity.name}", self._form(self._path, None))

    def create(self, request: SimRequest) -> Response:
        """Create from the form."""
        try:
            record = self._write(request, self._body(request.form, None))
        except (faults.Refusal, ValueError) as error:
            return self._page(
                request, f"New {self._entity.name}", self._form(self._path, None), error
            )
        return self._desk.back(self._of(record), f"{record.title} was created.")

    def show(
        self, request: SimRequest, record_id: str, problem: Exception | None = None
    ) -> Response:
        """One of them: facts, what can be done, and the form."""
        record = self._desk.company.find(self._entity, record_id)
        if record is None:
            return html_error(NotFound.code)
        values = record.values
        facts: list[tuple[str, Markup | str | None]] = [
            ("Status", _state(record)),
            ("ID", record.id),
            ("Version", str(record.token)),
            ("Total", f"{shown(values['TotalAmt'])} {values['CurrencyRef']['value']}"),
            ("Tax", shown((values.get("TxnTaxDetail") or {}).get("TotalTax"))),
            ("Open", shown(values.get("Balance"))),
            ("Mail", values.get("EmailStatus")),
            (
                "Linked",
                ", ".join(f"{x['TxnType']} {x['TxnId']}" for x in values.get("LinkedTxn", ())),
            ),
        ]
        verbs = pages.row(
            act(f"{self._of(record)}/send", "Send"),
            act(f"{self._of(record)}/void", "Void", danger=True),
            act(f"{self._of(record)}/delete", "Delete", danger=True),
        )
        body = pages.joined(
            [pages.card(pages.facts(facts), verbs), self._form(self._of(record), record)]
        )
        return self._page(request, f"{self._entity.name} {record.title}", body, problem)

    def save(self, request: SimRequest, record_id: str) -> Response:
        """Save the form."""
        record = self._desk.company.find(self._entity, record_id)
        if record is None:
            return html_error(NotFound.code)
        try:
            self._write(request, self._body(request.form, record))
        except (faults.Refusal, ValueError) as error:
            return self.show(request, record_id, error)
        return self._desk.back(self._of(record), "Saved.")

    def do(self, request: SimRequest, record_id: str, verb: str) -> Response:
        """Send, void or delete."""
        company, writer = self._desk.company, self._desk.writer(request)
        record = company.find(self._entity, record_id)
        if record is None or verb not in ("send", "void", "delete"):
            return html_error(NotFound.code)
        try:
            if verb == "send":
                to = _mail(self._desk.company.find("Customer", _customer(record)))
                documents.send(company, self._entity, record_id, request.form.get("to", to), writer)
            elif verb == "void":
                documents.void(company, self._entity, reference(record), writer)
            else:
                documents.delete(company, self._entity, reference(record), writer)
                return self._desk.back(self._path, f"{record.title} was deleted.")
        except faults.Refusal as refusal:
            return self.show(request, record_id, refusal)
        done = "It was sent." if verb == "send" else "It was voided."
        return self._desk.back(self._of(record), done)

    # -- inside ---------------------------------------------------------------------------
    def _of(self, record: Record) -> str:
        return f"{self._path}/{record.id}"

    def _page(
        self, request: SimRequest, title: str, body: Markup, problem: Exception | None = None
    ) -> Response:
        text = said(problem) if isinstance(problem, faults.Refusal) else str(problem or "")
        return self._desk.page(request, title, body, current=self._path, problem=text)

    def _write(self, request: SimRequest, body: Mapping[str, Any]) -> Record:
        company = self._desk.company
        return operations.write(company, self._entity, body, self._desk.writer(request))

    def _form(self, action: str, record: Record | None) -> Markup:
        company = self._desk.company
        values = record.values if record is not None else {}
        lines = [x for x in values.get("Line", ()) if x["DetailType"] in (SALES, "DescriptionOnly")]
        rows = [self._row(n, x) for n, x in enumerate([*lines, *([{}] * _SPARE_ROWS)])]
        percent = next(
            (
                x["DiscountLineDetail"].get("DiscountPercent")
                for x in values.get("Line", ())
                if x["DetailType"] == "DiscountLineDetail"
            ),
            "",
        )
        head = pages.grid(
            pages.choice(
                "Customer",
                "customer",
                options(company, "Customer"),
                _customer(record) if record is not None else "",
            ),
            pages.field("Number", "number", values.get("DocNumber")),
            pages.field("Date", "date", values.get("TxnDate"), kind="date"),
            pages.field("Due date", "due", values.get("DueDate"), kind="date"),
            pages.field("Bill to email", "email", (values.get("BillEmail") or {}).get("Address")),
            pages.field("Discount percent", "percent", percent),
            pages.field("Memo", "memo", values.get("PrivateNote")),
        )
        heads = ("Item", "Description", "Quantity", "Price", "Amount", "Tax")
        table = pages.table("Lines; an emptied line is removed", heads, rows)
        return pages.form(action, head, table, pages.row(pages.button("Save")))

    def _row(self, place: int, line: Mapping[str, Any]) -> tuple[Markup | str, ...]:
        detail = line.get(SALES) or {}
        company = self._desk.company
        codes = [("", ""), *((c, c) for c in company.store("TaxCode").records)]
        held = (detail.get("ItemRef") or {}).get("value", "")
        items = options(company, "Item", empty="-", where=_SOLD)
        if held and held not in {known for known, _ in items}:
            items.append((held, (detail.get("ItemRef") or {}).get("name", held)))
        return (
            pages.joined(
                [
                    pages.hidden({f"id{place}": str(line.get("Id", ""))}),
                    pages.choice("Item", f"item{place}", items, held),
                ]
            ),
            pages.field("Description", f"text{place}", line.get("Description")),
            pages.field("Quantity", f"qty{place}", detail.get("Qty")),
            pages.field("Price", f"price{place}", detail.get("UnitPrice")),
            pages.field("Amount", f"amount{place}", line.get("Amount")),
            pages.choice(
                "Tax", f"tax{place}", codes, (detail.get("TaxCodeRef") or {}).get("value")
            ),
        )

    def _body(self, form: Mapping[str, str], record: Record | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "CustomerRef": {"value": form.get("customer", "")},
            "Line": _lines(form),
            "PrivateNote": form.get("memo", ""),
            "BillEmail": {"Address": form.get("email", "")},
        }
        percent = number(form.get("percent", ""))
        if percent is not None:
            detail = {"PercentBased": True, "DiscountPercent": percent}
            body["Line"].append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail})
        if record is not None:
            kept = [x for x in record.values["Line"] if x["DetailType"] == GROUP]
            body = {**reference(record), **body, "Line": [*kept, *body["Line"]]}
        for name, key in (("DocNumber", "number"), ("TxnDate", "date"), ("DueDate", "due")):
            if form.get(key) and name in self._entity.by_name:
                body[name] = form[key]
        return body


def _lines(form: Mapping[str, str]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for place in range(sum(1 for name in form if name.startswith("id"))):
        item, text = form.get(f"item{place}", ""), form.get(f"text{place}", "")
        if not item and not text:
            continue
        line: dict[str, Any] = {"Id": form.get(f"id{place}") or None, "Description": text}
        if not item:
            lines.append({**line, "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}})
            continue
        quantity, price = number(form.get(f"qty{place}", "")), number(form.get(f"price{place}", ""))
        amount = number(form.get(f"amount{place}", ""))
        detail: dict[str, Any] = {"ItemRef": {"value": item}}
        if quantity is not None and price is not None:
            detail |= {"Qty": quantity, "UnitPrice": price}
            amount = cents(quantity * price)
        if form.get(f"tax{place}"):
            detail["TaxCodeRef"] = {"value": form[f"tax{place}"]}
        lines.append({**line, "Amount": amount, "DetailType": SALES, SALES: detail})
    return lines


def _customer(record: Record) -> str:
    return str((record.values.get("CustomerRef") or {}).get("value", ""))


def _mail(customer: Record | None) -> str:
    return (
        str((customer.values.get("PrimaryEmailAddr") or {}).get("Address", "")) if customer else ""
    )


def _state(record: Record) -> str:
    values = record.values
    if documents.is_void(record):
        return "Voided"
    balance = values.get("Balance", 0)
    if not balance:
        return "Settled"
    return "Open" if balance == values["TotalAmt"] else "Partly settled"
