"""QuickBooks' custom fields: three legacy texts named in the preferences, and the newer ones.

Knows their three spellings (definition, on a record, in a mapping: ``CustomField.<number>``, for
one that is no text ``CustomField.<number>.<type>``). Legacy ones are texts wherever they were seen
(apis/quickbooks.md 12); one that says it is a number is taken at its word. The newer definitions
live behind another API; their values come and go with an ``include`` for one object at a time
(``enhanced``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.errors import RecordRejected
from syncapp.core.schema import Field, Kind
from syncapp.core.values import Value, Values

#: The transactions that have them. None on customers, items and payments.
ON = frozenset({"Invoice", "CreditMemo", "SalesReceipt"})
PREFIX = "CustomField."
MAX_LENGTH = 31  # UNCONFIRMED
MOST = 3
#: What makes one object show the newer fields, and take them.
INCLUDE = ("include", "enhancedAllCustomFields")
_ENHANCED: Mapping[str, Kind] = {
    "StringType": Kind.TEXT,  # lists, too
    "NumberType": Kind.NUMBER,
    "DateType": Kind.DATE,
}
_KINDS: Mapping[str, Kind] = {"StringType": Kind.TEXT, "NumberType": Kind.NUMBER}
_USE = re.compile(r"SalesFormsPrefs\.UseSalesCustom(\d)")
_NAME = re.compile(r"SalesFormsPrefs\.SalesCustomName(\d)")


def fields(preferences: Mapping[str, Json]) -> tuple[Field, ...]:
    """All fields the company has, in the order of their numbers; each says what it lacks (S9).

    Whether a field is on for print, and its category, is not told by the preferences.
    """
    used: dict[str, bool] = {}
    names: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for group in items(mapping(preferences.get("SalesFormsPrefs")).get("CustomField")):
        for told in map(mapping, items(mapping(group).get("CustomField"))):
            name = text(told.get("Name"))
            if switch := _USE.fullmatch(name):
                used[switch.group(1)] = told.get("BooleanValue") is True
            elif label := _NAME.fullmatch(name):
                names[label.group(1)] = text(told.get("StringValue"))
                kinds[label.group(1)] = text(told.get("Type")) or "StringType"
    return tuple(
        Field(
            _spelled(number, kinds.get(number, "StringType")),
            names.get(number) or f"Custom field {number}",
            _KINDS.get(kinds.get(number, "StringType"), Kind.TEXT),
            max_length=MAX_LENGTH,
            custom=True,
            lacks=_lacks(number, used.get(number, False), kinds.get(number, "StringType")),
        )
        for number in sorted(set(used) | {number for number, name in names.items() if name})
    )


def _lacks(number: str, is_on: bool, kind: str) -> str:
    """The first condition of S9 a field does not meet; "" when it can be mapped."""
    if not is_on:
        return "it is not switched on for all sales forms (invoice, estimate, sales receipt)"
    if int(number) > MOST:
        return f"only the first {MOST} custom fields can be used"
    if kind not in _KINDS:
        return "its type is neither text nor number"
    return ""


def values_of(told: Value) -> dict[str, Value]:
    """``{"CustomField.1": value}`` of a record's array; an empty one is None."""
    return {
        _name(one): one.get("StringValue") or one.get("NumberValue") or one.get("DateValue") or None
        for one in _told(told)
    }


def enhanced_fields(told: Value) -> tuple[Field, ...]:
    """The newer fields a record shows, as they can be mapped."""
    return tuple(
        Field(
            _name(one),
            str(one.get("Name") or "") or f"Custom field {one['DefinitionId']}",
            _ENHANCED[_type(one)],
            custom=True,
        )
        for one in _told(told)
        if is_enhanced(_name(one))
    )


def is_enhanced(name: str) -> bool:
    """Whether a mapped field is one of the newer kind: its number is a long one."""
    return name.startswith(PREFIX) and len(name.split(".")[1]) > len(str(MOST))


def asked(fields: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What a request for some fields needs besides."""
    return (INCLUDE,) if any(map(is_enhanced, fields)) else ()


def shows_enhanced(array: object) -> bool:
    """Whether an array to be sent holds one of the newer kind: it needs ``INCLUDE``."""
    return isinstance(array, list) and any(
        is_enhanced(f"{PREFIX}{one['DefinitionId']}") for one in array
    )


def _told(array: Value) -> list[Mapping[str, Value]]:
    if not isinstance(array, list | tuple):
        return []
    return [
        one
        for one in array
        if isinstance(one, Mapping) and isinstance(one.get("DefinitionId"), str)
    ]


def _type(one: Mapping[str, Value]) -> str:
    kind = str(one.get("Type"))
    return kind if kind in _ENHANCED else "StringType"


def _name(one: Mapping[str, Value]) -> str:
    return _spelled(str(one["DefinitionId"]), _type(one))


def _spelled(number: str, kind: str) -> str:
    """The type is part of the name of what is no text, for a create has no record to look at."""
    return f"{PREFIX}{number}" + (f".{kind}" if kind in _ENHANCED and kind != "StringType" else "")


def to_send(values: Values, current: Values) -> list[Mapping[str, object]]:
    """The array for what is written; the others are sent along, for it may replace all.

    Raises:
        RecordRejected: What is for a number field is not a number.
    """
    merged = {
        name: value for name, value in {**current, **values}.items() if name.startswith(PREFIX)
    }
    return [_sent(name, value) for name, value in sorted(merged.items())]


def _sent(name: str, value: Value) -> Mapping[str, object]:
    number, _, kind = name.removeprefix(PREFIX).partition(".")
    told: dict[str, object] = {"DefinitionId": number, "Type": kind or "StringType"}
    if value is None or not str(value).strip():
        return {**told, "StringValue": ""}  # UNCONFIRMED: that it clears numbers and dates, too
    if kind == "NumberType":
        try:
            return {**told, "NumberValue": Decimal(str(value).strip())}
        except InvalidOperation:
            raise RecordRejected(
                "QuickBooks needs a number here.", code="invalid_value", field=name
            ) from None
    # UNCONFIRMED: DateValue is the name in the XSD; no sample of a newer date field is public.
    return {**told, "DateValue" if kind == "DateType" else "StringValue": str(value)}


def are_written(values: Values) -> bool:
    """Whether any of them is among some values."""
    return any(name.startswith(PREFIX) for name in values)
