"""HubSpot's JSON to records and back; not which properties are asked for, nor why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from syncapp.connectors.ids import kept_id, kept_ids, kept_version
from syncapp.connectors.jsontext import Json, items, mapping, number_text, text
from syncapp.core.records import PastValue, Record, RecordRef
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values


def to_record(record_type: str, told: Json) -> Record:
    """The record an object of HubSpot's is; one that cannot be read says so and keeps the rest."""
    body = mapping(told)
    record_id, unusable = kept_id(text(body.get("id")))
    values: dict[str, Value] = {}
    wrong: list[str] = []
    for name, value in mapping(body.get("properties")).items():
        try:
            values[name] = _value(value)
        except ValueError as error:
            wrong.append(f"{name}: {error}")
    absorbed: list[str] = []
    if unusable:
        wrong.insert(0, unusable)
    else:
        told_ids = text(values.get("hs_merged_object_ids")).split(";")
        absorbed = [one.strip() for one in told_ids if one.strip() != record_id]
    return Record(
        ref=RecordRef(Side.HUBSPOT, record_type, record_id),
        values=values,
        version=kept_version(text(body.get("updatedAt"))),
        gone="archived" if body.get("archived") is True else None,
        absorbed_ids=kept_ids(absorbed),
        unreadable="; ".join(wrong) or None,
    )


def _value(value: Json) -> Value:
    """A property's value: text or None, whatever its type (apis/hubspot.md, opening)."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case str():
            return storable(value)
        case int() | Decimal():
            return number_text(value)
        case _:
            raise ValueError("not a text")


def storable(value: str) -> str:
    """The text, if a database can hold it.

    Raises:
        ValueError: It holds NUL (PostgreSQL refuses it) or half a character.
    """
    if "\x00" in value:
        raise ValueError("it holds the character NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half of a character") from None
    return value


def to_properties(values: Values) -> dict[str, str]:
    """Values in the form HubSpot is sent: everything is text, "" clears."""
    return {name: _sent(value) for name, value in values.items()}


def _sent(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def past_values(told: Json, *, app_id: str) -> dict[str, tuple[PastValue, ...]]:
    """``{property: values, newest first}`` of an object read with its history.

    Args:
        told: The object.
        app_id: The id of this connection's app; "" when unknown, then nothing is "ours".
    """
    history = mapping(mapping(told).get("propertiesWithHistory"))
    return {
        name: tuple(_past(one, app_id) for one in items(rows)) for name, rows in history.items()
    }


def _past(told: Json, app_id: str) -> PastValue:
    row: Mapping[str, Json] = mapping(told)
    kind, source = text(row.get("sourceType")), text(row.get("sourceId"))
    try:
        value = _value(row.get("value"))
    except ValueError:
        value = None
    return PastValue(
        value=value,
        at=text(row.get("timestamp")),
        by=" ".join(one for one in (kind, source) if one),
        ours=bool(app_id) and source == app_id and kind in {"INTEGRATION", "API"},
    )


def epoch_milliseconds(moment: datetime) -> str:
    """An instant the way search filters take it."""
    whole = moment.astimezone(UTC)
    return str(int(whole.timestamp()) * 1000 + whole.microsecond // 1000)
