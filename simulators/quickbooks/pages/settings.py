"""The company's settings: preferences, exchange rates, custom fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, html_error
from simulators.quickbooks import custom_fields, faults, operations, times
from simulators.quickbooks.entities.company import PREFERENCES
from simulators.quickbooks.entities.lists import EXCHANGE_RATE
from simulators.quickbooks.pages.site import Desk
from simulators.quickbooks.pages.tools import number, said

_PATH = "/settings"
_YES_NO = (("false", "Off"), ("true", "On"))
# (label, name in the form, section, preference)
_SWITCHES = (
    ("Custom transaction numbers", "numbers", "SalesFormsPrefs", "CustomTxnNumbers"),
    ("Multicurrency", "currencies", "CurrencyPrefs", "MultiCurrencyEnabled"),
    ("Apply credits automatically", "credits", "SalesFormsPrefs", "AutoApplyCredit"),
    ("Apply payments automatically", "payments", "SalesFormsPrefs", "AutoApplyPayments"),
    ("Discounts", "discounts", "SalesFormsPrefs", "AllowDiscount"),
    ("Deposits on invoices", "deposits", "SalesFormsPrefs", "AllowDeposit"),
    ("Sales tax", "tax", "TaxPrefs", "UsingSalesTax"),
    ("Automated sales tax (US)", "automated", "TaxPrefs", "PartnerTaxEnabled"),
)


class SettingsPages:
    """Pages about how the company works."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[tuple[str, str, Callable[..., Response]]]:
        """Path, method and page."""
        return [
            (_PATH, "GET", self.show),
            (_PATH, "POST", self.save),
            (f"{_PATH}/rates", "POST", self.set_rate),
            (f"{_PATH}/fields", "POST", self.define_field),
        ]

    def show(self, request: SimRequest, problem: str = "") -> Response:
        """What the company has switched on."""
        company = self._desk.company
        closing = company.preference("AccountingInfoPrefs", "BookCloseDate")
        facts = [
            ("Company", self._desk.app.company_name),
            ("Company ID", company.realm),
            ("Country", company.country.code),
            ("Home currency", company.country.currency),
        ]
        switches = [self._switch(*one) for one in _SWITCHES]
        form = pages.form(
            _PATH,
            pages.grid(pages.field("Closing date", "closing", closing, kind="date"), *switches),
            pages.row(pages.button("Save settings")),
        )
        body = pages.joined([pages.card(pages.facts(facts)), form, self._rates(), self._fields()])
        return self._desk.page(request, "Company settings", body, current=_PATH, problem=problem)

    def _switch(self, label: str, name: str, section: str, key: str) -> Markup:
        held = "true" if self._desk.company.preference(section, key) else "false"
        return pages.choice(label, name, _YES_NO, held)

    def save(self, request: SimRequest) -> Response:
        """Save the settings; what the form does not hold stays."""
        form = request.form
        record = self._desk.company.find(PREFERENCES, "1")
        if record is None:
            return html_error(NotFound.code)
        closing = form.get("closing", "").strip()
        if closing and times.parse_day(closing) is None:
            return self.show(request, "The closing date is not a date.")
        body: dict[str, Any] = {
            "Id": "1",
            "SyncToken": str(record.token),
            "sparse": True,
            "AccountingInfoPrefs": {"BookCloseDate": closing},
        }
        for _, name, section, key in _SWITCHES:
            # Automated tax is absent, not off, where it was never set up.
            unset = self._desk.company.preference(section, key) is None
            if name in form and not (unset and form[name] != "true"):
                body.setdefault(section, {})[key] = form[name] == "true"
        try:
            operations.write(self._desk.company, PREFERENCES, body, self._desk.writer(request))
        except faults.Refusal as refusal:
            return self.show(request, refusal.errors[0].detail)
        return self._desk.back(_PATH, "The settings were saved.")

    # -- exchange rates -------------------------------------------------------------------
    def _rates(self) -> Markup:
        company = self._desk.company
        if not company.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
            return Markup("")
        rows = [
            (one.values["AsOfDate"], one.values["SourceCurrencyCode"], str(one.values["Rate"]))
            for one in company.store(EXCHANGE_RATE).records.values()
        ]
        form = pages.form(
            f"{_PATH}/rates",
            pages.row(
                pages.field("Currency", "currency", required=True),
                pages.field("Day", "day", company.today().isoformat(), kind="date"),
                pages.field(f"One unit in {company.country.currency}", "rate", required=True),
                pages.button("Set rate"),
            ),
        )
        table = pages.table("Exchange rates", ("Day", "Currency", "Rate"), rows)
        return pages.joined([pages.heading("Exchange rates"), form, table])

    def set_rate(self, request: SimRequest) -> Response:
        """Set the rate of a currency from a day on."""
        form = request.form
        try:
            rate = number(form.get("rate", ""))
            body = {
                "SourceCurrencyCode": form.get("currency", "").upper(),
                "AsOfDate": form.get("day", ""),
                "Rate": rate,
            }
            operations.write(self._desk.company, EXCHANGE_RATE, body, self._desk.writer(request))
        except faults.Refusal as refusal:
            return self.show(request, said(refusal))
        except ValueError as error:
            return self.show(request, str(error))
        return self._desk.back(_PATH, "The rate was set.")

    # -- custom fields --------------------------------------------------------------------
    def _fields(self) -> Markup:
        company = self._desk.company
        rows = [
            (number_, name, "StringType", "all sales forms (legacy)")
            for number_, name in custom_fields.legacy_names(company).items()
        ]
        for one in company.definitions.values():
            rows.append((one.id, one.label, one.type, ", ".join(one.entities)))
        boxes = pages.joined(
            Markup(
                '<div><label for="on.{0}">{0}</label>'
                '<input type="checkbox" id="on.{0}" name="on.{0}"></div>'
            ).format(name)
            for name in custom_fields.ENTITIES
        )
        form = pages.form(
            f"{_PATH}/fields",
            pages.row(
                pages.field("Label", "label", required=True),
                pages.choice("Type", "type", [(one, one) for one in custom_fields.TYPES]),
                boxes,
                pages.button("Add field"),
            ),
        )
        table = pages.table("Custom fields", ("ID", "Label", "Type", "On"), rows)
        return pages.joined([pages.heading("Custom fields"), form, table])

    def define_field(self, request: SimRequest) -> Response:
        """Make a custom field of the newer kind."""
        form = request.form
        wanted = [one for one in custom_fields.ENTITIES if form.get(f"on.{one}")]
        try:
            custom_fields.define(
                self._desk.company, form.get("label", "").strip(), form.get("type", ""), wanted
            )
        except ValueError as error:
            return self.show(request, str(error))
        return self._desk.back(_PATH, "The field was added.")
