"""The customers: list with search, form, inactivation, merge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, html_error
from simulators.quickbooks import faults, operations, times
from simulators.quickbooks.entities.names import CUSTOMER
from simulators.quickbooks.pages.site import Desk
from simulators.quickbooks.records import Record

_SHOWN = 100
# (label, name in the form, path in the object)
_FIELDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Display name", "DisplayName", ("DisplayName",)),
    ("First name", "GivenName", ("GivenName",)),
    ("Last name", "FamilyName", ("FamilyName",)),
    ("Company name", "CompanyName", ("CompanyName",)),
    ("Email", "Email", ("PrimaryEmailAddr", "Address")),
    ("Phone", "Phone", ("PrimaryPhone", "FreeFormNumber")),
    ("Mobile", "Mobile", ("Mobile", "FreeFormNumber")),
    ("Website", "Website", ("WebAddr", "URI")),
    ("Billing street", "Street", ("BillAddr", "Line1")),
    ("Billing city", "City", ("BillAddr", "City")),
    ("Billing state", "State", ("BillAddr", "CountrySubDivisionCode")),
    ("Billing ZIP code", "Zip", ("BillAddr", "PostalCode")),
    ("Billing country", "Country", ("BillAddr", "Country")),
    ("Parent customer ID", "Parent", ("ParentRef", "value")),
    ("Notes", "Notes", ("Notes",)),
)


class CustomerPages:
    """Pages about customers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Path, method and page."""
        return [
            ("/", "GET", self.listing),
            ("/customers", "GET", self.listing),
            ("/customers", "POST", self.create),
            ("/customers/new", "GET", self.new),
            ("/customers/<record_id>", "GET", self.show),
            ("/customers/<record_id>", "POST", self.save),
            ("/customers/<record_id>/active", "POST", self.set_active),
            ("/customers/<record_id>/merge", "POST", self.merge),
        ]

    # -- list -----------------------------------------------------------------------------
    def listing(self, request: SimRequest) -> Response:
        """All customers by name, or those a search finds."""
        words = request.args.get("q", "").strip()
        everyone = request.args.get("inactive") == "on"
        store = self._desk.company.store(CUSTOMER)
        found = list(
            islice(
                (r for r in store.in_default_order() if _matches(r, words, inactive=everyone)),
                _SHOWN,
            )
        )
        search = pages.form(
            "/",
            pages.row(
                Markup('<div class="grow">{}</div>').format(
                    pages.field("Find customers", "q", words, kind="search")
                ),
                Markup(
                    '<div><label for="inactive">Include inactive</label>'
                    '<input type="checkbox" id="inactive" name="inactive"{}></div>'
                ).format(Markup(" checked") if everyone else ""),
                pages.button("Search"),
                pages.link("New customer", "/customers/new", "button plain"),
            ),
            method="get",
        )
        rows = [
            (
                pages.link(record.values["FullyQualifiedName"], f"/customers/{record.id}"),
                record.values.get("CompanyName"),
                (record.values.get("PrimaryEmailAddr") or {}).get("Address"),
                (record.values.get("PrimaryPhone") or {}).get("FreeFormNumber"),
                "" if record.is_active else Markup('<span class="tag">Inactive</span>'),
            )
            for record in found
        ]
        heads = ("Customer", "Company", "Email", "Phone", "")
        caption = f"{len(rows)} shown of {len(store)} customers"
        body = pages.joined([search, pages.table(caption, heads, rows)])
        return self._desk.page(request, "Customers", body)

    # -- form -----------------------------------------------------------------------------
    def new(self, request: SimRequest) -> Response:
        """An empty form."""
        return self._desk.page(request, "New customer", _form("/customers", {}))

    def create(self, request: SimRequest) -> Response:
        """Create from the form."""
        try:
            record = self._write(request, _body(request.form, None))
        except faults.Refusal as refusal:
            form = _form("/customers", request.form)
            return self._desk.page(request, "New customer", form, problem=_said(refusal))
        return self._desk.back(f"/customers/{record.id}", f"{record.title} was created.")

    def show(self, request: SimRequest, record_id: str, problem: str = "") -> Response:
        """One customer: facts, form, what else can be done."""
        record = self._find(record_id)
        if record is None:
            return html_error(NotFound.code)
        held = request.form if problem and "DisplayName" in request.form else _values(record)
        parts = [
            pages.card(
                pages.facts(
                    [
                        ("ID", record.id),
                        ("Status", "Active" if record.is_active else "Inactive"),
                        ("Version", str(record.token)),
                        ("Last changed", f"{times.stamp(record.updated)} by {_changer(record)}"),
                    ]
                )
            ),
            _form(f"/customers/{record.id}", held),
            pages.heading("More"),
            self._activity_form(record),
        ]
        if record.is_active:
            parts.append(_merge_form(record))
        return self._desk.page(request, record.title, pages.joined(parts), problem=problem)

    def save(self, request: SimRequest, record_id: str) -> Response:
        """Save the form over the customer."""
        record = self._find(record_id)
        if record is None:
            return html_error(NotFound.code)
        try:
            self._write(request, _body(request.form, record))
        except faults.Refusal as refusal:
            return self.show(request, record_id, _said(refusal))
        return self._desk.back(f"/customers/{record_id}", "Saved.")

    def set_active(self, request: SimRequest, record_id: str) -> Response:
        """Make inactive, or active again."""
        record = self._find(record_id)
        if record is None:
            return html_error(NotFound.code)
        active = request.form.get("active") == "true"
        try:
            self._write(request, {**_reference(record), "Active": active})
        except faults.Refusal as refusal:
            return self.show(request, record_id, _said(refusal))
        done = "The customer is active again." if active else "The customer was made inactive."
        return self._desk.back(f"/customers/{record_id}", done)

    def merge(self, request: SimRequest, record_id: str) -> Response:
        """Merge this customer into another one."""
        loser, survivor = self._find(record_id), self._find(request.form.get("into", "").strip())
        if loser is None:
            return html_error(NotFound.code)
        if survivor is None or survivor is loser or not survivor.is_active:
            return self.show(request, record_id, "There is no other active customer with this ID.")
        writer = self._desk.writer(request)
        try:
            operations.merge(self._desk.company, loser, survivor, writer)
        except faults.Refusal as refusal:
            return self.show(request, record_id, _said(refusal))
        return self._desk.back(f"/customers/{survivor.id}", f"{loser.title} was merged into this.")

    # -- inside ---------------------------------------------------------------------------
    def _find(self, record_id: str) -> Record | None:
        return self._desk.company.find(CUSTOMER, record_id)

    def _write(self, request: SimRequest, body: Mapping[str, Any]) -> Record:
        writer = self._desk.writer(request)
        return operations.write(self._desk.company, CUSTOMER, body, writer)

    def _activity_form(self, record: Record) -> Markup:
        wanted = "false" if record.is_active else "true"
        label = "Make inactive" if record.is_active else "Make active"
        return pages.form(
            f"/customers/{record.id}/active",
            pages.button(
                label, name="active", value=wanted, style="danger" if record.is_active else ""
            ),
        )


def _matches(record: Record, words: str, *, inactive: bool) -> bool:
    if not inactive and not record.is_active:
        return False
    if not words:
        return True
    email = (record.values.get("PrimaryEmailAddr") or {}).get("Address", "")
    text = f"{record.values['FullyQualifiedName']} {record.values.get('CompanyName', '')} {email}"
    return words.casefold() in text.casefold()


def _form(action: str, held: Mapping[str, Any]) -> Markup:
    fields = [
        pages.field(
            label,
            name,
            held.get(name, ""),
            kind="textarea" if name == "Notes" else "text",
        )
        for label, name, _ in _FIELDS
    ]
    return pages.form(action, pages.grid(*fields), pages.row(pages.button("Save")))


def _merge_form(record: Record) -> Markup:
    return pages.form(
        f"/customers/{record.id}/merge",
        pages.paragraph("Merging moves everything to the other customer and cannot be undone."),
        pages.row(
            pages.field("Merge into customer ID", "into", required=True),
            pages.button("Merge", style="danger"),
        ),
    )


def _values(record: Record) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, name, path in _FIELDS:
        value: Any = record.values
        for step in path:
            value = (value or {}).get(step)
        found[name] = str(value or "")
    return found


def _body(form: Mapping[str, str], record: Record | None) -> dict[str, Any]:
    """Return the request a save amounts to; emptied fields are cleared."""
    body: dict[str, Any] = {}
    for _, name, path in _FIELDS:
        text = form.get(name, "").replace("\r\n", "\n")
        if len(path) == 1:
            body[path[0]] = text
        else:
            body.setdefault(path[0], {})[path[1]] = text
    body["Job"] = bool(body["ParentRef"]["value"])
    return body if record is None else {**_reference(record), **body}


def _reference(record: Record) -> dict[str, Any]:
    return {"Id": record.id, "SyncToken": str(record.token), "sparse": True}


def _changer(record: Record) -> str:
    return record.modified_by or "QuickBooks"


def _said(refusal: faults.Refusal) -> str:
    return " ".join(f"{error.message}: {error.detail}" for error in refusal.errors)
