"""What every transaction is checked and filled with: books, currency, numbers, terms, addresses.

Each function settles one thing on a change; no lines, no taxes, no balances.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from simulators.quickbooks import exchange, faults, refusals
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.checks import CLEARED
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.base import Change

#: These share the check for used numbers; the sequence is the sales forms' own but for estimates.
NUMBERED = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate")
AUTOMATIC = "AUTO_GENERATE"


def settle_date(change: Change) -> None:
    """Today where no date is given."""
    change.values.setdefault("TxnDate", change.company.today().isoformat())


def refuse_closed(company: Company, writer: Writer, *days: str | None) -> None:
    """Refuse what touches the closed books; a person may go on after a warning.

    Raises:
        Refusal: 6210 or 6200.
    """
    closing = company.preference("AccountingInfoPrefs", "BookCloseDate")
    if not closing or writer.is_person:
        return
    if any(day is not None and day <= closing for day in days):
        raise refusals.books_closed(company.behaviour.closed_books)


def refuse_closed_change(change: Change) -> None:
    """The old and the new date must lie in an open period."""
    before = change.before.values.get("TxnDate") if change.before is not None else None
    refuse_closed(change.company, change.writer, before, change.values["TxnDate"])


def customer_of(change: Change) -> Record | None:
    """Name the customer as QuickBooks does, and return it."""
    pointed = change.values.get("CustomerRef")
    record = change.company.find("Customer", pointed["value"]) if pointed else None
    return record


def settle_currency(change: Change, customer: Record | None) -> None:
    """The currency is the customer's; a foreign one brings its rate.

    Raises:
        Refusal: another currency than the customer's, or none where one is due.
    """
    values, company = change.values, change.company
    many = bool(company.preference("CurrencyPrefs", "MultiCurrencyEnabled"))
    own = customer.values["CurrencyRef"] if customer is not None else company.home_currency
    given = values.get("CurrencyRef")
    if given is None and many and company.behaviour.currency_missing == "refuse":
        raise faults.Refusal(faults.missing("CurrencyRef"))
    if given is not None and given["value"] != own["value"]:
        company.currency(given["value"])
        raise refusals.currency_differs()
    values["CurrencyRef"] = dict(own)
    if not many:
        values.pop("ExchangeRate", None)
    elif own["value"] == company.country.currency:
        values["ExchangeRate"] = Decimal(1)
    elif not values.get("ExchangeRate"):
        values["ExchangeRate"] = exchange.rate_on(company, own["value"], values["TxnDate"])


def settle_number(change: Change) -> None:
    """Take the next number, or check the one that was sent.

    Raises:
        Refusal: 6140, if the company warns of used numbers and the caller does not wave it through.
    """
    values, company = change.values, change.company
    own_numbers = bool(company.preference("SalesFormsPrefs", "CustomTxnNumbers"))
    given = values.get("DocNumber")
    if given == AUTOMATIC or (given is None and not own_numbers and change.before is None):
        values["DocNumber"] = _next_number(company, change.entity.name)
        return
    if given is None or (
        change.before is not None and change.before.values.get("DocNumber") == given
    ):
        return
    if company.behaviour.duplicate_numbers == "accept" or change.allows_duplicates:
        return
    holder = number_holder(company, given, but=change.before)
    if holder is not None:
        raise refusals.duplicate_number(given, holder.entity.name, holder.id)


def number_holder(company: Company, number: str, *, but: Record | None = None) -> Record | None:
    """Return the transaction that has the number, if any."""
    for name in NUMBERED:
        for record in company.store(name).equal("DocNumber", number) or ():
            if record is not but and record.values.get("DocNumber") == number:
                return record
    return None


def _next_number(company: Company, entity: str) -> str:
    family = "estimates" if entity == "Estimate" else "sales"
    while True:
        number = str(company.ids.next(f"docnumber:{family}", start=1001))
        # Whether the sequence steps over numbers that were set by hand is UNCONFIRMED.
        if number_holder(company, number) is None:
            return number


def settle_due_date(change: Change, customer: Record | None) -> None:
    """The day of the transaction plus the days of its, the customer's or the company's term."""
    values, company = change.values, change.company
    if change.before is None and "SalesTermRef" not in values and customer is not None:
        # That the customer's own term is written onto the invoice is UNCONFIRMED.
        held = customer.values.get("SalesTermRef")
        if held is not None:
            values["SalesTermRef"] = {"value": held["value"]}
    moved = change.sparse and change.given.get("SalesTermRef", CLEARED) is not CLEARED
    if values.get("DueDate") and not (moved and "DueDate" not in change.given):
        return
    pointed = values.get("SalesTermRef") or company.preference("SalesFormsPrefs", "DefaultTerms")
    term = company.find("Term", pointed["value"]) if pointed else None
    start = date.fromisoformat(values["TxnDate"])
    values["DueDate"] = (due_on(term.values, start) if term is not None else start).isoformat()


def due_on(term: Mapping[str, Any], start: date) -> date:
    """Return when a bill of that day is due."""
    day = term.get("DayOfMonthDue")
    if day is None:
        return start + timedelta(days=int(term.get("DueDays") or 0))
    year, month = start.year, start.month
    due = _day_of(year, month, int(day))
    if (due - start).days < int(term.get("DueNextMonthDays") or 0) or due < start:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        due = _day_of(year, month, int(day))
    return due


def _day_of(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def settle_addresses(change: Change, customer: Record | None) -> None:
    """The customer's addresses, ids included, unless others are sent."""
    values, before = change.values, change.before
    for name in ("BillAddr", "ShipAddr"):
        sent = change.given.get(name)
        held = customer.values.get(name) if customer is not None else None
        if sent in (None, CLEARED):
            if name not in values and held is not None and sent is None:
                values[name] = dict(held)
            continue
        old = before.values.get(name) if before is not None else None
        bare = _bare(values[name])
        was_changed = old is not None and bare != _bare(old)
        if was_changed and change.company.behaviour.changed_address == "flat":
            bare = _flattened(bare, customer)
        # Seen in the reference: an address that is sent gets an id of its own, changed or not.
        values[name] = {"Id": change.company.next_id("addresses"), **bare}


def _bare(place: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in place.items() if n not in ("Id", "Lat", "Long")}


def _flattened(place: Mapping[str, Any], customer: Record | None) -> dict[str, Any]:
    """Documented: names in the first lines, the rest of the address in those after them."""
    first: list[str] = []
    if customer is not None:
        held = customer.values
        person = f"{held.get('GivenName', '')} {held.get('FamilyName', '')}".strip()
        first = [text for text in (person, str(held.get("CompanyName", ""))) if text]
    own = [str(place[f"Line{n}"]) for n in range(1, 6) if place.get(f"Line{n}")]
    town = str(place.get("City", ""))
    region = f"{place.get('CountrySubDivisionCode', '')}  {place.get('PostalCode', '')}".strip()
    last = ", ".join(text for text in (town, region) if text)
    kept = [text for text in [*first, *own, last, str(place.get("Country", ""))] if text]
    return {f"Line{at}": text for at, text in enumerate(dict.fromkeys(kept), start=1) if at <= 5}
