"""Canonical values: the coarsest form in which two sides can be compared.

Values travel through the engine as JSON: text, booleans, None, and lists or objects for
structures. Numbers and money are decimal *text*, never float. Missing, None and "" are one
value: empty. Not here: who stores a value, or which field it came from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from syncapp.core.schema import Kind

Value: TypeAlias = "str | bool | int | Sequence[Value] | Mapping[str, Value] | None"
Values: TypeAlias = "Mapping[str, Value]"

MAX_MAGNITUDE = 100  # in powers of ten: what is larger or smaller is no amount of anything


def is_empty(value: Value) -> bool:
    """Whether a value holds nothing: None, "", blanks only, or an empty structure."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Sequence | Mapping):
        return len(value) == 0
    return False


def canonical(value: Value, kind: Kind = Kind.TEXT) -> Value:
    """Return the form of ``value`` that is compared; None for every empty value.

    A value that does not fit its kind (letters in a number) is compared as text, so that
    nothing is ever lost in a comparison.
    """
    if is_empty(value):
        return None
    if kind is Kind.STRUCTURE:
        return value
    raw = ("true" if value else "false") if isinstance(value, bool) else text(value)
    return _FORMS.get(kind, text)(raw)


def same(left: Value, right: Value, kind: Kind = Kind.TEXT) -> bool:
    """Whether two values are equal in canonical form."""
    return canonical(left, kind) == canonical(right, kind)


def text(value: Value) -> str:
    """Text in NFC, with one kind of line end, without blanks around it."""
    raw = value if isinstance(value, str) else str(value)
    return unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n").strip()


def name_key(value: Value) -> str:
    """The form in which names are unique in QuickBooks.

    UNCONFIRMED: QuickBooks is taken to ignore case (apis/quickbooks.md 15.3); treating two
    names that differ in case only as equal is the side on which nothing is doubled.
    """
    return " ".join(text(value).casefold().split()) if not is_empty(value) else ""


def _digits(value: str) -> str:
    return "".join(str(unicodedata.decimal(c)) for c in value if c.isdecimal())


def _url(value: str) -> str:
    bare = value.casefold().removeprefix("https://").removeprefix("http://")
    return bare.rstrip("/")


def _number(value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > MAX_MAGNITUDE:
        return value  # "1e999999999", written out, would fill the memory
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in {"-0", ""} else plain


def structures(value: Value) -> list[Mapping[str, Value]]:
    """The structures in a list, such as the lines of a document; [] for anything else."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return []
    return [one for one in value if isinstance(one, Mapping)]


def _date(value: str) -> str:
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return value


def _instant(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError:  # the first or last day of the calendar, with an offset
        return value


_FORMS: Mapping[Kind, Callable[[str], str]] = {
    Kind.EMAIL: str.casefold,
    Kind.PHONE: lambda raw: _digits(raw) or raw,
    Kind.URL: _url,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DATE: _date,
    Kind.DATETIME: _instant,
    Kind.BOOLEAN: str.casefold,
}
