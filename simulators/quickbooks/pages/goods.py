"""Items: products, services, categories and bundles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, html_error
from simulators.quickbooks import faults, operations
from simulators.quickbooks.entities.lists import ITEM
from simulators.quickbooks.pages.site import Desk
from simulators.quickbooks.pages.tools import MOST_SHOWN, act, number, options, reference, said
from simulators.quickbooks.records import Record

_PATH = "/items"
_TYPES = ("Service", "NonInventory", "Inventory", "Category", "Group")


class GoodsPages:
    """Pages about items."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Path, method and page."""
        return [
            (_PATH, "GET", self.listing),
            (_PATH, "POST", self.create),
            (f"{_PATH}/new", "GET", self.new),
            (f"{_PATH}/<record_id>", "GET", self.show),
            (f"{_PATH}/<record_id>", "POST", self.save),
            (f"{_PATH}/<record_id>/active", "POST", self.set_active),
        ]

    def listing(self, request: SimRequest) -> Response:
        """All items by name."""
        store = self._desk.company.store(ITEM)
        rows = [
            (
                pages.link(record.values["FullyQualifiedName"], f"{_PATH}/{record.id}"),
                record.values["Type"],
                record.values.get("Sku"),
                str(record.values.get("UnitPrice", "")),
                str(record.values.get("QtyOnHand", "")),
                "" if record.is_active else Markup('<span class="tag">Inactive</span>'),
            )
            for record in islice(store.in_default_order(), MOST_SHOWN)
        ]
        heads = ("Item", "Type", "SKU", "Price", "On hand", "")
        link = pages.link("New item", f"{_PATH}/new", "button")
        body = pages.joined([pages.row(link), pages.table(f"{len(store)} items", heads, rows)])
        return self._desk.page(request, "Items", body, current=_PATH)

    def new(self, request: SimRequest, problem: Exception | None = None) -> Response:
        """An empty form."""
        return self._page(request, "New item", self._form(_PATH, None), problem)

    def create(self, request: SimRequest) -> Response:
        """Create from the form."""
        try:
            record = self._write(request, self._body(request.form, None))
        except (faults.Refusal, ValueError) as error:
            return self.new(request, error)
        return self._desk.back(f"{_PATH}/{record.id}", f"{record.title} was created.")

    def show(
        self, request: SimRequest, record_id: str, problem: Exception | None = None
    ) -> Response:
        """One item."""
        record = self._desk.company.find(ITEM, record_id)
        if record is None:
            return html_error(NotFound.code)
        label = "Make inactive" if record.is_active else "Make active"
        facts = [("ID", record.id), ("Type", record.values["Type"]), ("Version", str(record.token))]
        switch = act(f"{_PATH}/{record_id}/active", label, danger=record.is_active)
        card = pages.card(pages.facts(facts), pages.row(switch))
        body = pages.joined([card, self._form(f"{_PATH}/{record_id}", record)])
        return self._page(request, record.title, body, problem)

    def save(self, request: SimRequest, record_id: str) -> Response:
        """Save the form."""
        record = self._desk.company.find(ITEM, record_id)
        if record is None:
            return html_error(NotFound.code)
        try:
            self._write(request, self._body(request.form, record))
        except (faults.Refusal, ValueError) as error:
            return self.show(request, record_id, error)
        return self._desk.back(f"{_PATH}/{record_id}", "Saved.")

    def set_active(self, request: SimRequest, record_id: str) -> Response:
        """Make inactive, or active again."""
        record = self._desk.company.find(ITEM, record_id)
        if record is None:
            return html_error(NotFound.code)
        try:
            self._write(request, {**reference(record), "Active": not record.is_active})
        except faults.Refusal as refusal:
            return self.show(request, record_id, refusal)
        return self._desk.back(f"{_PATH}/{record_id}", "Saved.")

    # -- inside ---------------------------------------------------------------------------
    def _page(
        self, request: SimRequest, title: str, body: Markup, problem: Exception | None
    ) -> Response:
        text = said(problem) if isinstance(problem, faults.Refusal) else str(problem or "")
        return self._desk.page(request, title, body, current=_PATH, problem=text)

    def _write(self, request: SimRequest, body: Mapping[str, Any]) -> Record:
        return operations.write(self._desk.company, ITEM, body, self._desk.writer(request))

    def _form(self, action: str, record: Record | None) -> Markup:
        values = record.values if record is not None else {}
        fields = [
            pages.field("Name", "Name", values.get("Name"), required=True),
            pages.field("SKU", "Sku", values.get("Sku")),
            pages.field("Price", "UnitPrice", values.get("UnitPrice")),
            pages.field("Cost", "PurchaseCost", values.get("PurchaseCost")),
            pages.choice(
                "Category",
                "Parent",
                options(self._desk.company, "Item", empty="None", where=("Category",)),
                (values.get("ParentRef") or {}).get("value"),
            ),
            pages.field("Description", "Description", values.get("Description"), kind="textarea"),
        ]
        if record is None:
            fields.insert(
                1, pages.choice("Type", "Type", [(one, one) for one in _TYPES], "Service")
            )
            label = "Bundle: one line per item, as ID x quantity"
            fields.append(pages.field(label, "Parts", kind="textarea"))
            fields.append(pages.field("Quantity on hand (Inventory)", "QtyOnHand"))
        return pages.form(action, pages.grid(*fields), pages.row(pages.button("Save")))

    def _body(self, form: Mapping[str, str], record: Record | None) -> dict[str, Any]:
        parent = form.get("Parent", "")
        body: dict[str, Any] = {
            "Name": form.get("Name", ""),
            "Sku": form.get("Sku", ""),
            "Description": form.get("Description", "").replace("\r\n", "\n"),
            "SubItem": bool(parent),
            "ParentRef": {"value": parent} if parent else "",
        }
        for name in ("UnitPrice", "PurchaseCost"):
            value = number(form.get(name, ""))
            if value is not None:
                body[name] = value
        if record is not None:
            return {**reference(record), **body}
        kind = form.get("Type", "Service")
        body["Type"] = kind
        if kind in ("Service", "NonInventory"):
            body["IncomeAccountRef"] = {"value": "1"}
        elif kind == "Inventory":
            accounts = {
                "IncomeAccountRef": "79",
                "ExpenseAccountRef": "80",
                "AssetAccountRef": "81",
            }
            body |= {name: {"value": account} for name, account in accounts.items()}
            body["QtyOnHand"] = number(form.get("QtyOnHand", "")) or 0
            body["InvStartDate"] = self._desk.company.today().isoformat()
        elif kind == "Group":
            body["ItemGroupDetail"] = {"ItemGroupLine": _parts(form.get("Parts", ""))}
        return body


def _parts(text: str) -> list[dict[str, Any]]:
    found = []
    for row in text.splitlines():
        item, _, quantity = row.partition("x")
        if item.strip():
            found.append({"ItemRef": {"value": item.strip()}, "Qty": number(quantity) or 1})
    return found
