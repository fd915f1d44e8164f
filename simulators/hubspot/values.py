"""Property values on their way in: from what a client sent to the text that is stored.

Knows the formats of each property type; must not know records or uniqueness.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from simulators.common.clock import epoch_milliseconds, from_milliseconds, iso_milliseconds
from simulators.hubspot.errors import Flaw
from simulators.hubspot.schema import Property

MAX_LENGTH = 65_536
_MILLISECONDS_A_DAY = 86_400_000
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_EPOCH = re.compile(r"-?\d{9,}")
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@[^@\s.,;]+(\.[^@\s.,;]+)+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _BadValue(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def take(prop: Property, raw: Any, before: str, *, is_email: bool = False) -> str | Flaw:
    """The text to store for ``raw``, or what is wrong with it. Empty text clears.

    ``before`` is the stored value: a leading ``;`` appends to it in a multiple choice.
    """
    text = _as_text(raw)
    if text is None:
        return Flaw(prop.name, "INVALID_VALUE", f"{raw!r} is not a property value.")
    if text == "":
        return ""
    try:
        if is_email:
            return _email(text)
        return _PARSERS.get(prop.type, _string)(prop, text, before)
    except _BadValue as bad:
        return Flaw(prop.name, bad.code, str(bad))


def _as_text(raw: Any) -> str | None:
    match raw:
        case None:
            # Clearing with null: UNCONFIRMED.
            return ""
        case bool():
            return "true" if raw else "false"
        case str():
            return raw
        case int() | Decimal():
            return str(raw)
    return None


def _email(text: str) -> str:
    for address in text.split(";"):
        one = address.strip()
        if one and (not _EMAIL.fullmatch(one) or ".." in one):
            raise _BadValue("INVALID_EMAIL", f"Email address {one} is invalid")
    return text


def _string(_prop: Property, text: str, _before: str) -> str:
    if len(text) > MAX_LENGTH:
        # The limit is documented, the code is UNCONFIRMED.
        raise _BadValue("STRING_TOO_LONG", f"The value is longer than {MAX_LENGTH} characters.")
    return text


def _number(_prop: Property, text: str, _before: str) -> str:
    if not _NUMBER.fullmatch(text.strip()):
        raise _BadValue("INVALID_LONG", f"{text} was not a valid long.")
    return text.strip()


def _bool(_prop: Property, text: str, _before: str) -> str:
    if text.lower() not in ("true", "false"):
        raise _BadValue(
            "INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]"
        )
    return text.lower()


def _choice(prop: Property, text: str, before: str) -> str:
    if prop.external_options:
        return text
    allowed = [option.value for option in prop.options]
    if prop.field_type != "checkbox":
        _check_option(text, text, allowed)
        return text
    chosen = before.split(";") if text.startswith(";") and before else []
    for value in text.split(";"):
        if value and value not in chosen:
            _check_option(value, text, allowed)
            chosen.append(value)
    return ";".join(chosen)


def _check_option(value: str, text: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise _BadValue(
            "INVALID_OPTION",
            f"{text} was not one of the allowed options: [{', '.join(allowed)}]",
        )


def _datetime(_prop: Property, text: str, _before: str) -> str:
    milliseconds = to_milliseconds(text)
    if milliseconds is None:
        raise _BadValue("INVALID_DATE", f"{text} was not a valid date.")
    return iso_milliseconds(from_milliseconds(milliseconds))


def _date(_prop: Property, text: str, _before: str) -> str:
    milliseconds = to_milliseconds(text)
    if milliseconds is None:
        raise _BadValue("INVALID_DATE", f"{text} was not a valid date.")
    if milliseconds % _MILLISECONDS_A_DAY:
        raise _BadValue("INVALID_DATE", f"{text} is at 00:00 UTC of no day.")
    return from_milliseconds(milliseconds).date().isoformat()


_PARSERS = {
    "number": _number,
    "bool": _bool,
    "enumeration": _choice,
    "datetime": _datetime,
    "date": _date,
}


def to_milliseconds(text: str) -> int | None:
    """Epoch milliseconds of ISO 8601, ``YYYY-MM-DD`` or epoch milliseconds; None if neither."""
    try:
        if _EPOCH.fullmatch(text):
            milliseconds = int(text)
            from_milliseconds(milliseconds)
            return milliseconds
        if _DAY.fullmatch(text):
            return epoch_milliseconds(datetime.combine(date.fromisoformat(text), time(), UTC))
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return epoch_milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
