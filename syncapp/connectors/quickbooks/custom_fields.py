"""QuickBooks' legacy custom fields: three texts on sales forms, named in the preferences.

Knows their three spellings (definition, on a record, in a mapping: ``CustomField.<number>``). The
newer definitions live behind another API and come with an ``include`` (apis/quickbooks.md 12).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.schema import Field, Kind
from syncapp.core.values import Value, Values

#: The transactions that have them. None on customers, items and payments.
ON = frozenset({"Invoice", "CreditMemo", "SalesReceipt"})
PREFIX = "CustomField."
MAX_LENGTH = 31  # UNCONFIRMED
MOST = 3
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
            f"{PREFIX}{number}",
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
    found: dict[str, Value] = {}
    if not isinstance(told, list | tuple):
        return found
    for one in told:
        if isinstance(one, Mapping) and isinstance(one.get("DefinitionId"), str):
            value = one.get("StringValue") or one.get("NumberValue") or one.get("DateValue")
            found[f"{PREFIX}{one['DefinitionId']}"] = value or None
    return found


def to_send(values: Values, current: Values) -> list[Mapping[str, object]]:
    """The array for what is written; the others are sent along, for it may replace all."""
    merged = {
        name.removeprefix(PREFIX): value
        for name, value in {**current, **values}.items()
        if name.startswith(PREFIX)
    }
    return [
        {
            "DefinitionId": number,
            "Type": "StringType",
            "StringValue": "" if value is None else str(value),
        }
        for number, value in sorted(merged.items())
    ]


def are_written(values: Values) -> bool:
    """Whether any of them is among some values."""
    return any(name.startswith(PREFIX) for name in values)
