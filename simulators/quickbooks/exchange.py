"""Exchange rates: what a foreign currency was worth on a day.

Rates that were set are kept as ExchangeRate objects, one per currency and day; before the first of
them a table of round numbers serves, so that a company can start without setting any.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.quickbooks.company import Company
from simulators.quickbooks.entities.registry import BY_NAME
from simulators.quickbooks.records import Record

# Units of US dollars; invented, and good enough for books nobody files.
_IN_DOLLARS = {
    "USD": Decimal("1"),
    "EUR": Decimal("1.1"),
    "GBP": Decimal("1.25"),
    "CAD": Decimal("0.75"),
    "AUD": Decimal("0.65"),
}
_PLACES = Decimal("0.000001")


def rate_on(company: Company, currency: str, day: str) -> Decimal:
    """Return what one unit of a currency is worth in the home currency."""
    found = latest(company, currency, day)
    if found is not None:
        return Decimal(found.values["Rate"])
    home = _IN_DOLLARS[company.country.currency]
    return (_IN_DOLLARS.get(currency, home) / home).quantize(_PLACES).normalize() + Decimal(0)


def latest(company: Company, currency: str, day: str) -> Record | None:
    """Return the last rate that was set for a currency up to a day."""
    best: Record | None = None
    for record in company.store("ExchangeRate").records.values():
        held = record.values
        if held["SourceCurrencyCode"] != currency or held["AsOfDate"] > day:
            continue
        if best is None or held["AsOfDate"] >= best.values["AsOfDate"]:
            best = record
    return best


def shown(company: Company, currency: str, day: str) -> Record:
    """Return the rate of a day as an object, made on the spot where none was set."""
    found = latest(company, currency, day)
    values = {
        "AsOfDate": day,
        "SourceCurrencyCode": currency,
        "Rate": rate_on(company, currency, day),
        "TargetCurrencyCode": company.country.currency,
    }
    if found is None:
        return Record(BY_NAME["ExchangeRate"], "0", values, created=company.now())
    return Record(
        found.entity,
        found.id,
        {**found.values, "AsOfDate": day},
        created=found.created,
        updated=found.updated,
        token=found.token,
    )


def as_write(company: Company, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rate as the write it is: clients send updates without an id, by currency and day."""
    given = {name: value for name, value in body.items() if name not in ("Id", "SyncToken")}
    for record in company.store("ExchangeRate").records.values():
        held = record.values
        if all(held[n] == body.get(n) for n in ("SourceCurrencyCode", "AsOfDate")):
            return {**given, "Id": record.id, "SyncToken": str(record.token)}
    return given
