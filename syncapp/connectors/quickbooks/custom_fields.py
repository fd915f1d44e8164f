"""QuickBooks' legacy custom fields: three texts on sales forms, named in the preferences.

Knows their three spellings (definition, on a record, in a mapping: ``CustomField.<number>``). The
newer definitions live behind another API and come with an ``include`` (apis/quickbooks.md 12).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.schema import Field
from syncapp.core.values import Value, Values

#: The transactions that have them. None on customers, items and payments.
ON = frozenset({"Invoice", "CreditMemo", "SalesReceipt"})
PREFIX = "CustomField."
MAX_LENGTH = 31  # UNCONFIRMED
_USE = re.compile(r"SalesFormsPrefs\.UseSalesCustom(\d)")
_NAME = re.compile(r"SalesFormsPrefs\.SalesCustomName(\d)")


def fields(preferences: Mapping[str, Json]) -> tuple[Field, ...]:
    """The fields that are switched on, in the order of their numbers."""
    used: dict[str, bool] = {}
    names: dict[str, str] = {}
    for group in items(mapping(preferences.get("SalesFormsPrefs")).get("CustomField")):
        for told in map(mapping, items(mapping(group).get("CustomField"))):
            name = text(told.get("Name"))
            if switch := _USE.fullmatch(name):
                used[switch.group(1)] = told.get("BooleanValue") is True
            elif label := _NAME.fullmatch(name):
                names[label.group(1)] = text(told.get("StringValue"))
    return tuple(
        Field(
            f"{PREFIX}{number}",
            names.get(number) or f"Custom field {number}",
            max_length=MAX_LENGTH,
            custom=True,
        )
        for number in sorted(number for number, on in used.items() if on)
    )


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
