"""Amounts, days and moments as the reader's language writes them: ``1.480,00 USD``, ``31/10/2026``.

The one place for them on pages and in mails. Files, JSON and logs keep ISO dates and plain numbers
and use ``core/money.py``. A day of a document is a day: no time zone ever shifts it. Must not know
what a figure means.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime

from syncapp.core import money as amounts
from syncapp.core.dates import as_date
from syncapp.core.values import Value

#: As ``core.money.shown`` writes an amount into a sentence.
_AMOUNT = re.compile(r"(?<![\w.,])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?= [A-Z]{3}\b)")
#: As the lines of an invoice, and a payment without a name, tell theirs.
_LINE = re.compile(
    r"(?<=: )(?:-?\d+(?:\.\d+)? x -?\d+(?:\.\d+)? = )?-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2}"
    r"(?=; |$)"
)
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+")
_FIGURE = re.compile(r"-?[\d,]+(?:\.\d+)?")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})T00:00:00(\.0+)?(Z|\+00:00)")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z| UTC|[+-]\d{2}:?\d{2})")


def money(value: Value | Decimal, currency: str = "") -> str:
    """An amount with its currency's code, to all the digits it has; "" for what is no amount.

    A rounded amount would hide why two sides differ.
    """
    amount = None if value is None else amounts.number(str(value))
    if amount is None:
        return ""
    exact = amounts.plain(amount).partition(".")[2]
    places = max(len(exact), amounts.digits(currency))
    return f"{_number(amount, places)} {currency}".strip()


def number(value: int | Decimal) -> str:
    """A number with its thousands set apart."""
    told = Decimal(value)
    return _number(told, len(amounts.plain(told).partition(".")[2]))


def day(value: date | str | None) -> str:
    """A day, given as one or as ISO text; "" for none. Text that is no day stays as it is."""
    known = as_date(value) if isinstance(value, str) else value
    return date_format(known, "DATE_FORMAT") if known else str(value or "")


def moment(value: datetime | None) -> str:
    """A moment in the reader's time zone; "" for none."""
    return date_format(localtime(value), "DATETIME_FORMAT") if value else ""


def text(told: str) -> str:
    """A stored text with its figures in the reader's notation.

    A text that is a day, a moment or a count from end to end is told as one; in longer ones the
    amounts with a currency, and the figures of invoice lines. Midnight in UTC is how
    HubSpot keeps a day.
    """
    midnight = _MIDNIGHT.fullmatch(told)
    if midnight or as_date(told):
        return day(midnight.group(1) if midnight else told)
    if _MOMENT.fullmatch(told):
        known = datetime.fromisoformat(told.replace(" UTC", "+00:00"))
        return moment(known if known.tzinfo else known.replace(tzinfo=UTC))
    if _COUNT.fullmatch(told):
        return number(int(told.replace(",", "")))
    told = _AMOUNT.sub(_again, told)
    return _LINE.sub(lambda found: _FIGURE.sub(_again, found.group()), told)


def _again(found: re.Match[str]) -> str:
    told = found.group().replace(",", "")
    return _number(Decimal(told), len(told.partition(".")[2]))


def _number(value: Decimal, places: int) -> str:
    return str(number_format(value, places, force_grouping=True))
