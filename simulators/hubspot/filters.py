"""Search filters: one filter of a request becomes a test on a record.

Knows the operators and how values compare; must not know paging, sorting or the index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fnmatch import translate
from typing import Any

from simulators.hubspot import errors, registry
from simulators.hubspot.crm import Crm
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType, Property
from simulators.hubspot.values import to_milliseconds

Test = Callable[[Record], bool]
Comparable = Any

COMPARISONS: Mapping[str, Callable[[Comparable, Comparable], bool]] = {
    "EQ": lambda a, b: bool(a == b),
    "NEQ": lambda a, b: bool(a != b),
    "LT": lambda a, b: bool(a < b),
    "LTE": lambda a, b: bool(a <= b),
    "GT": lambda a, b: bool(a > b),
    "GTE": lambda a, b: bool(a >= b),
}
OPERATORS = frozenset(
    {
        *COMPARISONS,
        "BETWEEN",
        "IN",
        "NOT_IN",
        "HAS_PROPERTY",
        "NOT_HAS_PROPERTY",
        "CONTAINS_TOKEN",
        "NOT_CONTAINS_TOKEN",
    }
)
_ASSOCIATION = "associations."
_WORD = re.compile(r"\w+")


def compile_filter(crm: Crm, kind: ObjectType, wanted: Mapping[str, Any]) -> Test:
    """The test for one filter.

    Raises:
        ApiError: 400, unknown property or operator, or an unreadable value.
    """
    name, operator = wanted.get("propertyName"), wanted.get("operator")
    if not isinstance(name, str) or operator not in OPERATORS:
        raise errors.invalid(
            f"Invalid input JSON: {operator!r} is no filter operator, or propertyName is missing."
        )
    if name.startswith(_ASSOCIATION):
        return _association(crm, kind, name.removeprefix(_ASSOCIATION), wanted)
    prop = crm.definitions.of(kind).get(name)
    if prop is None:
        # Text UNCONFIRMED.
        raise errors.invalid(
            f"There was a problem with the request: property '{name}' does not exist."
        )
    raw = raw_reader(crm, kind, name)
    if operator == "HAS_PROPERTY":
        return lambda record: raw(record) is not None
    if operator == "NOT_HAS_PROPERTY":
        return lambda record: raw(record) is None
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _tokens(raw, _text(wanted, "value"), expected=operator == "CONTAINS_TOKEN")
    return _comparing(crm, kind, prop, wanted)


def _comparing(crm: Crm, kind: ObjectType, prop: Property, wanted: Mapping[str, Any]) -> Test:
    """EQ to GTE, BETWEEN, IN, NOT_IN.

    A record without a value matches none of them, NEQ and NOT_IN included (UNCONFIRMED).
    """
    operator = wanted["operator"]
    read = reader(crm, kind, prop)
    if operator in ("IN", "NOT_IN"):
        values = wanted.get("values")
        if not isinstance(values, list) or not values:
            raise errors.invalid(f"Invalid input JSON: {operator} needs values.")
        # Text is compared in lower case here, but the caller's values are taken as they are:
        # HubSpot asks for lower case ones and finds nothing otherwise.
        exact = {str(v) if prop.type == "string" else operand(prop, str(v)) for v in values}
        inside = operator == "IN"
        return lambda record: (v := read(record)) is not None and (v in exact) is inside
    first = operand(prop, _text(wanted, "value"))
    if operator == "BETWEEN":
        last = operand(prop, _text(wanted, "highValue"))
        return lambda record: (v := read(record)) is not None and first <= v <= last
    compare = COMPARISONS[operator]
    return lambda record: (v := read(record)) is not None and compare(v, first)


def _text(wanted: Mapping[str, Any], key: str) -> str:
    value = wanted.get(key)
    if value is None or isinstance(value, dict | list):
        raise errors.invalid(f"Invalid input JSON: the filter needs {key}.")
    return str(value).lower() if isinstance(value, bool) else str(value)


def operand(prop: Property, text: str) -> Comparable:
    """A filter's value in the form the property is compared in.

    Raises:
        ApiError: 400, not of the property's type.
    """
    if prop.type == "number":
        try:
            return Decimal(text)
        except InvalidOperation as error:
            raise errors.invalid(f"Invalid filter value {text!r} for {prop.name}.") from error
    if prop.type in ("date", "datetime"):
        milliseconds = to_milliseconds(text)
        if milliseconds is None and re.fullmatch(r"-?\d+", text):
            milliseconds = int(text)
        if milliseconds is None:
            raise errors.invalid(f"Invalid filter value {text!r} for {prop.name}.")
        return milliseconds
    return text if prop.type == "enumeration" else text.lower()


def raw_reader(crm: Crm, kind: ObjectType, name: str) -> Callable[[Record], str | None]:
    """Reads a property's text."""
    if name in (kind.created, kind.modified, "hs_object_id"):
        value = crm.readers[kind.slug].value
        return lambda record: value(record, name)
    return lambda record: record.values.get(name)


def reader(crm: Crm, kind: ObjectType, prop: Property) -> Callable[[Record], Comparable | None]:
    """Reads a property in the form it is compared in; None when empty."""
    name = prop.name
    special: dict[str, Callable[[Record], Comparable | None]] = {
        "hs_object_id": lambda record: int(record.id),
        kind.created: lambda record: record.created,
        kind.modified: lambda record: record.updated,
    }
    if name in special:
        return special[name]
    if prop.type == "number":
        return lambda record: _number(record.values.get(name))
    if prop.type in ("date", "datetime"):
        return lambda record: (v := record.values.get(name)) and to_milliseconds(v)
    if prop.type == "enumeration":
        return lambda record: record.values.get(name)
    return lambda record: (v := record.values.get(name)) and v.lower()


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _tokens(raw: Callable[[Record], str | None], wanted: str, *, expected: bool) -> Test:
    pattern = wanted.lower()
    if "*" in pattern:
        matches = re.compile(translate(pattern)).match

        def found(text: str) -> bool:
            return any(matches(word) for word in (text, *text.split()))
    else:
        words = _WORD.findall(pattern)

        def found(text: str) -> bool:
            return set(words) <= set(_WORD.findall(text))

    def test(record: Record) -> bool:
        value = raw(record)
        return value is not None and found(value.lower()) is expected

    return test


def _association(crm: Crm, kind: ObjectType, name: str, wanted: Mapping[str, Any]) -> Test:
    target = registry.find(name)
    if wanted["operator"] == "EQ":
        ids = {_text(wanted, "value")}
    elif wanted["operator"] == "IN" and isinstance(wanted.get("values"), list):
        ids = {str(one) for one in wanted["values"]}
    else:
        raise errors.invalid("An association can be filtered with EQ only.")
    return lambda record: not ids.isdisjoint(crm.live_partners(kind, record.id, target))
