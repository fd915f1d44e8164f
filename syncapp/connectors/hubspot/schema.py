"""HubSpot's property definitions to fields; nothing about values."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.schema import Field, Kind

_KINDS: Mapping[str, Kind] = {
    "string": Kind.TEXT,
    "phone_number": Kind.PHONE,
    "number": Kind.NUMBER,
    "bool": Kind.BOOLEAN,
    "enumeration": Kind.CHOICE,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "json": Kind.STRUCTURE,
    "object_coordinates": Kind.STRUCTURE,
}
#: HubSpot types these as plain strings; what they hold is known by name.
_KINDS_BY_NAME: Mapping[str, Kind] = {
    "email": Kind.EMAIL,
    "work_email": Kind.EMAIL,
    "website": Kind.URL,
    "domain": Kind.URL,
}
#: Typed as numbers, but they are names of records: kept as text (apis/hubspot.md 7.2).
_REFERENCES = frozenset({"hs_object_id", "associatedcompanyid", "hubspot_owner_id"})


def to_field(record_type: str, told: Json) -> Field:
    """The field a property definition describes. No length: HubSpot publishes none per property."""
    body = mapping(told)
    name = text(body.get("name"))
    rules = mapping(body.get("modificationMetadata"))
    return Field(
        name=name,
        label=text(body.get("label")) or name,
        kind=_kind(name, body),
        read_only=rules.get("readOnlyValue") is True or body.get("calculated") is True,
        unique=body.get("hasUniqueValue") is True or (record_type, name) == ("contacts", "email"),
        custom=body.get("hubspotDefined") is not True,
        options=_options(body),
    )


def _kind(name: str, body: Mapping[str, Json]) -> Kind:
    told = text(body.get("type"))
    if name in _REFERENCES or text(body.get("referencedObjectType")):
        return Kind.REFERENCE
    if told == "string":
        if text(body.get("fieldType")) == "phonenumber":
            return Kind.PHONE
        return _KINDS_BY_NAME.get(name, Kind.TEXT)
    if told == "number" and (
        body.get("showCurrencySymbol") is True or text(body.get("numberDisplayHint")) == "currency"
    ):
        return Kind.MONEY
    return _KINDS.get(told, Kind.TEXT)


def _options(body: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    told = [mapping(one) for one in items(body.get("options"))]
    return tuple((text(one.get("value")), text(one.get("label"))) for one in told)
