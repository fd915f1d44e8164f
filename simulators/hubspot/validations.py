"""The validation rules an administrator can set on a property.

Knows what each rule type refuses; must not know where rules are kept. Types and arguments are
documented; where an argument's exact meaning is not, the reading here is UNCONFIRMED.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from simulators.common.clock import from_milliseconds
from simulators.hubspot.errors import Flaw
from simulators.hubspot.values import to_milliseconds

_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"\+\d[\d\s().-]{5,20}(\s*(ext|x)\.?\s*\d+)?", re.IGNORECASE)
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")

Passes = Callable[[str, Sequence[str], datetime], bool]


def violations(
    name: str, value: str, rules: Iterable[Mapping[str, Any]], now: datetime
) -> list[Flaw]:
    """The rules that refuse a value. The code is named after the rule (``INVALID_ALPHA`` ...)."""
    found = []
    for rule in rules:
        kind = str(rule.get("ruleType"))
        arguments = [str(one) for one in rule.get("ruleArguments") or ()]
        passes = RULES.get(kind)
        tried = value.strip() if rule.get("shouldApplyNormalization") else value
        if passes is not None and not passes(tried, arguments, now):
            shown = f" ({', '.join(arguments)})" if arguments else ""
            message = f"{value} does not meet the rule {kind}{shown} of the property {name}."
            found.append(Flaw(name, _CODES.get(kind, f"INVALID_{kind}"), message))
    return found


def _first(arguments: Sequence[str], default: str = "0") -> str:
    return arguments[0] if arguments else default


def _alphanumeric(value: str, arguments: Sequence[str], _now: datetime) -> bool:
    text = "".join(value.split())
    match _first(arguments, "ALPHANUMERIC"):
        case "NUMERIC_ONLY":
            return text.isdigit()
        case "ALPHA_ONLY":
            return text.isalpha()
    return text.isalnum()


def _special_characters(value: str, _arguments: Sequence[str], _now: datetime) -> bool:
    return all(one.isalnum() or one.isspace() for one in value)


def _whitespace(value: str, _arguments: Sequence[str], _now: datetime) -> bool:
    return not any(one.isspace() for one in value)


def _decimal(value: str, arguments: Sequence[str], _now: datetime) -> bool:
    exponent = Decimal(value).as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= int(_first(arguments))


def _format(value: str, arguments: Sequence[str], _now: datetime) -> bool:
    """A mask of ``#`` for digits and ``@`` for letters; anything else stands for itself."""
    mask = _first(arguments, "")
    if len(mask) != len(value):
        return False
    tests = {"#": str.isdigit, "@": str.isalpha}
    return all(
        tests[wanted](one) if wanted in tests else one == wanted
        for one, wanted in zip(value, mask, strict=True)
    )


def _domain_of(value: str) -> str:
    return value.rpartition("@")[2].lower()


def _host_of(value: str) -> str:
    return (urlsplit(value).hostname or "").lower()


def _under(host: str, domains: Sequence[str]) -> bool:
    wanted = [one.lower().lstrip("@") for one in domains]
    return any(host == one or host.endswith(f".{one}") for one in wanted)


def _url(value: str, _arguments: Sequence[str], _now: datetime) -> bool:
    return urlsplit(value).scheme in ("http", "https") and "." in _host_of(value)


def _moment(value: str) -> datetime | None:
    milliseconds = to_milliseconds(value)
    return None if milliseconds is None else from_milliseconds(milliseconds)


def _not_before(value: str, arguments: Sequence[str], _now: datetime) -> bool:
    one, bound = _moment(value), _moment(_first(arguments))
    return one is None or bound is None or one >= bound


def _not_after(value: str, arguments: Sequence[str], _now: datetime) -> bool:
    one, bound = _moment(value), _moment(_first(arguments))
    return one is None or bound is None or one <= bound


def period(text: str) -> timedelta:
    """The length of an ISO 8601 period; a month counts 30 days and a year 365."""
    found = _PERIOD.fullmatch(text)
    if found is None:
        return timedelta()
    years, months, weeks, days, hours, minutes = (int(n or 0) for n in found.groups())
    return timedelta(
        days=years * 365 + months * 30 + weeks * 7 + days, hours=hours, minutes=minutes
    )


def _after_duration(value: str, arguments: Sequence[str], now: datetime) -> bool:
    one = _moment(value)
    return one is None or one >= now.astimezone(UTC) + period(_first(arguments, ""))


def _before_duration(value: str, arguments: Sequence[str], now: datetime) -> bool:
    one = _moment(value)
    return one is None or one <= now.astimezone(UTC) - period(_first(arguments, ""))


def _days_of_week(value: str, arguments: Sequence[str], _now: datetime) -> bool:
    one = _moment(value)
    return one is None or _WEEKDAYS[one.weekday()] in {day.upper() for day in arguments}


RULES: Mapping[str, Passes] = {
    "ALPHANUMERIC": _alphanumeric,
    "SPECIAL_CHARACTERS": _special_characters,
    "WHITESPACE": _whitespace,
    "DECIMAL": _decimal,
    "FORMAT": _format,
    "MIN_LENGTH": lambda value, args, _now: len(value) >= int(_first(args)),
    "MAX_LENGTH": lambda value, args, _now: len(value) <= int(_first(args)),
    "MIN_NUMBER": lambda value, args, _now: Decimal(value) >= Decimal(_first(args)),
    "MAX_NUMBER": lambda value, args, _now: Decimal(value) <= Decimal(_first(args)),
    "REGEX": lambda value, args, _now: re.fullmatch(_first(args, ""), value) is not None,
    "EMAIL": lambda value, _args, _now: _EMAIL.fullmatch(value) is not None,
    "EMAIL_ALLOWED_DOMAINS": lambda value, args, _now: _under(_domain_of(value), args),
    "EMAIL_BLOCKED_DOMAINS": lambda value, args, _now: not _under(_domain_of(value), args),
    "DOMAIN": lambda value, _args, _now: _DOMAIN.fullmatch(value) is not None,
    "URL": _url,
    "URL_ALLOWED_DOMAINS": lambda value, args, _now: _under(_host_of(value), args),
    "URL_BLOCKED_DOMAINS": lambda value, args, _now: not _under(_host_of(value), args),
    "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE": (
        lambda value, _args, _now: _PHONE.fullmatch(value) is not None
    ),
    "START_DATE": _not_before,
    "START_DATETIME": _not_before,
    "END_DATE": _not_after,
    "END_DATETIME": _not_after,
    "AFTER_DURATION": _after_duration,
    "AFTER_DATETIME_DURATION": _after_duration,
    "BEFORE_DURATION": _before_duration,
    "BEFORE_DATETIME_DURATION": _before_duration,
    "DAYS_OF_WEEK": _days_of_week,
}
#: INVALID_ALPHA was met; the others are named after the rule by analogy (UNCONFIRMED)
_CODES = {"ALPHANUMERIC": "INVALID_ALPHA"}
