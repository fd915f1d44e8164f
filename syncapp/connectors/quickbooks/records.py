"""QuickBooks' JSON to records and back; not which fields are sent, nor why.

Upward, nested objects become dotted paths and numbers become their digits. Downward, a nested
object is sent whole, since QuickBooks may replace the whole of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from syncapp.connectors.base import WriteItem, flat
from syncapp.connectors.ids import kept_id, kept_version
from syncapp.connectors.jsontext import Json, mapping, number_text, text
from syncapp.connectors.quickbooks import custom_fields
from syncapp.connectors.quickbooks.structures import as_sent
from syncapp.core.errors import RecordRejected
from syncapp.core.records import Record, RecordRef
from syncapp.core.schema import Kind
from syncapp.core.sides import Side
from syncapp.core.values import Value

#: Envelope, not content.
_LEFT_OUT = frozenset({"domain", "sparse", "status"})
#: Parts the server computes; it refuses them or takes them for an edit.
_NEVER_SENT_BACK = frozenset({"Id", "Lat", "Long"})
#: Objects whose other parts are not filled in: stale tax is kept or refused (13), and custom
#: fields have a form of their own.
_NEVER_FILLED = frozenset({"TxnTaxDetail", "CustomField"})


def to_record(record_type: str, told: Json) -> Record:
    """The record an object is; one that cannot be read says so and keeps the rest."""
    body = mapping(told)
    record_id, unusable = kept_id(text(body.get("Id")))
    values: dict[str, Value] = {}
    wrong: list[str] = [unusable] if unusable else []
    for name, member in body.items():
        if name in _LEFT_OUT:
            continue
        try:
            values[name] = _value(member)
        except ValueError as error:
            wrong.append(f"{name}: {error}")
    custom = custom_fields.values_of(values.get("CustomField"))
    gone = "inactive" if body.get("Active") is False else None
    return Record(
        ref=RecordRef(Side.QUICKBOOKS, record_type, record_id),
        values={**flat(values), **custom},
        version=kept_version(text(body.get("SyncToken"))),
        gone="deleted" if body.get("status") == "Deleted" else gone,
        unreadable="; ".join(wrong) or None,
    )


def _value(value: Json) -> Value:
    match value:
        case None | bool():
            return value
        case str():
            if "\x00" in value:  # PostgreSQL cannot store it
                raise ValueError("it holds the character NUL")
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError("it holds half of a character") from None
            return value
        case int() | Decimal():
            return number_text(value)
        case Mapping():
            return {name: _value(member) for name, member in value.items()}
        case _:
            return [_value(member) for member in value]


def to_body(item: WriteItem, kinds: Mapping[str, Kind]) -> dict[str, object]:
    """The object to send for an item, without Id and SyncToken.

    Parts of a nested object that are not written are filled in from what was last seen: whether
    QuickBooks would merge or replace is UNCONFIRMED (apis/quickbooks.md 4.2).

    Args:
        item: What is written.
        kinds: What each field holds; fields not in it are text.

    Raises:
        RecordRejected: A number is not a number.
    """
    paths: dict[str, object] = {}
    nested = {name.split(".", 1)[0] for name in item.values if "." in name} - _NEVER_FILLED
    for name, value in item.current.items():
        parts = name.split(".")
        if parts[0] in nested and len(parts) > 1 and _may_be_sent_back(parts) and value is not None:
            paths[name] = _sent(name, value, kinds)
    for name, value in item.values.items():
        if not name.startswith(custom_fields.PREFIX):
            paths[name] = _sent(name, value, kinds)
    if custom_fields.are_written(item.values):
        paths["CustomField"] = custom_fields.to_send(item.values, item.current)
    return _nest(paths)


def _may_be_sent_back(parts: list[str]) -> bool:
    if parts[0].endswith("Ref"):  # the name of a reference would contradict a new value
        return parts[-1] == "value"
    return parts[-1] not in _NEVER_SENT_BACK


def _sent(name: str, value: Value, kinds: Mapping[str, Kind]) -> object:
    if value is None:
        return ""  # clears a field in a sparse update
    if not isinstance(value, str | bool | int):
        return as_sent(value)
    match kinds.get(name, Kind.TEXT):
        case Kind.NUMBER | Kind.MONEY if isinstance(value, str) and value.strip():
            try:
                return Decimal(value.strip())
            except InvalidOperation:
                raise RecordRejected(
                    "QuickBooks needs a number here.", code="invalid_value", field=name
                ) from None
        case Kind.BOOLEAN if isinstance(value, str) and value.strip():
            return value.strip().casefold() == "true"
        case _:
            return value


def _nest(paths: Mapping[str, object]) -> dict[str, object]:
    body: dict[str, object] = {}
    for path, value in paths.items():
        *parents, name = path.split(".")
        place = body
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise TypeError(f"{path} is a field and an object at once")
            place = inner
        place[name] = value
    return body
