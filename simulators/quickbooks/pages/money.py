"""Payments and deposits: receive, spread over invoices and credits, void, delete, bank."""

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
from simulators.quickbooks.entities.transactions import DEPOSIT, PAYMENT
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
from simulators.quickbooks.rules import applying, crediting

_PATH = "/payments"


class MoneyPages:
    """Pages about money received."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Path, method and page."""
        return [
            (_PATH, "GET", self.listing),
            (_PATH, "POST", self.receive),
            (f"{_PATH}/new", "GET", self.new),
            (f"{_PATH}/<record_id>", "GET", self.show),
            (f"{_PATH}/<record_id>", "POST", self.save),
            (f"{_PATH}/<record_id>/<verb>", "POST", self.do),
        ]

    def listing(self, request: SimRequest) -> Response:
        """The latest payments."""
        store = self._desk.company.store(PAYMENT)
        rows = [
            (
                pages.link(record.id, f"{_PATH}/{record.id}"),
                record.values["CustomerRef"].get("name"),
                record.values["TxnDate"],
                shown(record.values["TotalAmt"]),
                shown(record.values["UnappliedAmt"]),
                _applied(record),
            )
            for record in islice(store.in_default_order(), MOST_SHOWN)
        ]
        pick = pages.form(
            f"{_PATH}/new",
            pages.row(
                pages.choice("Customer", "customer", options(self._desk.company, "Customer")),
                pages.button("Receive a payment"),
            ),
            method="get",
        )
        heads = ("ID", "Customer", "Date", "Amount", "Not applied", "Applied to")
        body = pages.joined([pick, pages.table(f"{len(store)} payments", heads, rows)])
        return self._desk.page(request, "Payments", body, current=_PATH)

    def new(self, request: SimRequest) -> Response:
        """An empty form with the customer's open documents."""
        return self._form_page(request, request.args.get("customer", ""), None)

    def receive(self, request: SimRequest) -> Response:
        """Receive a payment."""
        try:
            record = self._write(request, _body(request.form))
        except (faults.Refusal, ValueError) as error:
            return self._form_page(request, request.form.get("customer", ""), None, error)
        return self._desk.back(f"{_PATH}/{record.id}", "The payment was received.")

    def show(self, request: SimRequest, record_id: str) -> Response:
        """One payment."""
        record = self._desk.company.find(PAYMENT, record_id)
        if record is None:
            return html_error(NotFound.code)
        return self._form_page(request, record.values["CustomerRef"]["value"], record)

    def save(self, request: SimRequest, record_id: str) -> Response:
        """Save the form."""
        record = self._desk.company.find(PAYMENT, record_id)
        if record is None:
            return html_error(NotFound.code)
        customer = record.values["CustomerRef"]["value"]
        try:
            body = {**_body({**request.form, "customer": customer}), **reference(record)}
            self._write(request, body)
        except (faults.Refusal, ValueError) as error:
            return self._form_page(request, customer, record, error)
        return self._desk.back(f"{_PATH}/{record_id}", "Saved.")

    def do(self, request: SimRequest, record_id: str, verb: str) -> Response:
        """Void, delete, or put into a deposit (or take out of it)."""
        company, writer = self._desk.company, self._desk.writer(request)
        record = company.find(PAYMENT, record_id)
        if record is None or verb not in ("void", "delete", "deposit", "undeposit"):
            return html_error(NotFound.code)
        try:
            if verb == "void":
                documents.void(company, PAYMENT, reference(record), writer)
            elif verb == "delete":
                documents.delete(company, PAYMENT, reference(record), writer)
                return self._desk.back(_PATH, "The payment was deleted.")
            elif verb == "deposit":
                operations.write(company, DEPOSIT, _deposit(record), writer)
            else:
                self._take_out(record, request)
        except faults.Refusal as refusal:
            customer = record.values["CustomerRef"]["value"]
            return self._form_page(request, customer, record, refusal)
        return self._desk.back(f"{_PATH}/{record_id}", "Done.")

    # -- inside ---------------------------------------------------------------------------
    def _take_out(self, record: Record, request: SimRequest) -> None:
        company = self._desk.company
        for deposit_id in applying.links_to(record, "Deposit"):
            deposit = company.find(DEPOSIT, deposit_id)
            if deposit is not None:
                writer = self._desk.writer(request)
                documents.delete(company, DEPOSIT, reference(deposit), writer)

    def _write(self, request: SimRequest, body: Mapping[str, Any]) -> Record:
        return operations.write(self._desk.company, PAYMENT, body, self._desk.writer(request))

    def _form_page(
        self,
        request: SimRequest,
        customer_id: str,
        record: Record | None,
        problem: Exception | None = None,
    ) -> Response:
        company = self._desk.company
        customer = company.find("Customer", customer_id)
        if customer is None:
            return html_error(NotFound.code)
        values = record.values if record is not None else {}
        rows = []
        for document in self._documents(customer_id, record):
            share = (
                applying.share_of(record, document.entity.name, document.id)
                if record is not None
                else None
            )
            rows.append(
                (
                    f"{document.entity.name} {document.title}",
                    document.values["TxnDate"],
                    shown(document.values["Balance"]),
                    pages.field(
                        "Apply", f"apply.{document.entity.name}.{document.id}", share or ""
                    ),
                )
            )
        action = f"{_PATH}/{record.id}" if record is not None else _PATH
        form = pages.form(
            action,
            pages.hidden({"customer": customer_id}),
            pages.grid(
                pages.field("Amount received", "total", values.get("TotalAmt"), required=True),
                pages.field("Date", "date", values.get("TxnDate"), kind="date"),
                pages.field("Reference", "reference", values.get("PaymentRefNum")),
            ),
            pages.table("Open documents", ("Document", "Date", "Open", "Apply"), rows),
            pages.row(pages.button("Save")),
        )
        parts: list[Markup] = [form]
        if record is not None:
            deposited = bool(applying.links_to(record, "Deposit"))
            facts = [
                ("Not applied", shown(values["UnappliedAmt"])),
                ("Version", str(record.token)),
                ("Deposited", "Yes" if deposited else "No"),
            ]
            verb = ("undeposit", "Take out of the deposit") if deposited else ("deposit", "Deposit")
            verbs = pages.row(
                act(f"{action}/{verb[0]}", verb[1]),
                act(f"{action}/void", "Void", danger=True),
                act(f"{action}/delete", "Delete", danger=True),
            )
            parts.insert(0, pages.card(pages.facts(facts), verbs))
        title = f"Payment of {customer.title}"
        text = said(problem) if isinstance(problem, faults.Refusal) else str(problem or "")
        return self._desk.page(request, title, pages.joined(parts), current=_PATH, problem=text)

    def _documents(self, customer_id: str, record: Record | None) -> list[Record]:
        company = self._desk.company
        found: dict[tuple[str, str], Record] = {}
        for kind in applying.APPLICABLE:
            for document in crediting.open_documents(company, kind, customer_id):
                found[kind, document.id] = document
        for line in record.values.get("Line", ()) if record is not None else ():
            link = line["LinkedTxn"][0]
            document_held = company.find(link["TxnType"], link["TxnId"])
            if document_held is not None:
                found[link["TxnType"], link["TxnId"]] = document_held
        return list(found.values())


def _body(form: Mapping[str, str]) -> dict[str, Any]:
    lines = []
    for name, text in form.items():
        if not name.startswith("apply.") or not text.strip():
            continue
        _, kind, txn_id = name.split(".")
        link = {"TxnId": txn_id, "TxnType": kind}
        lines.append({"Amount": number(text), "LinkedTxn": [link]})
    body: dict[str, Any] = {
        "CustomerRef": {"value": form.get("customer", "")},
        "TotalAmt": number(form.get("total", "")),
        "PaymentRefNum": form.get("reference", ""),
        "Line": lines,
    }
    return {**body, "TxnDate": form["date"]} if form.get("date") else body


def _deposit(record: Record) -> dict[str, Any]:
    link = {"TxnId": record.id, "TxnType": record.entity.name}
    line = {"Amount": record.values["TotalAmt"], "LinkedTxn": [link]}
    return {"DepositToAccountRef": {"value": "35"}, "Line": [line]}


def _applied(record: Record) -> str:
    links = [line["LinkedTxn"][0] for line in record.values.get("Line", ())]
    return ", ".join(f"{link['TxnType']} {link['TxnId']}" for link in links)
