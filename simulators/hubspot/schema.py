"""The shape of an object type: property definitions, names, scopes, rules.

Knows what a definition looks like in an answer; must not know any particular object type (see
``types``) nor any record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Values = Mapping[str, str]
#: A rule sees the values before, and the changes asked for; it returns messages by property.
Check = Callable[[Values, Values], Mapping[str, tuple[str, str]]]


@dataclass(frozen=True)
class Option:
    """One value of an enumeration."""

    value: str
    label: str
    hidden: bool = False

    def body(self, order: int) -> dict[str, Any]:
        """As in an answer."""
        return {
            "label": self.label,
            "value": self.value,
            "displayOrder": order,
            "hidden": self.hidden,
        }


@dataclass(frozen=True)
class Property:
    """One property definition."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    options: tuple[Option, ...] = ()
    description: str = ""
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    hubspot_defined: bool = False
    external_options: bool = False
    hidden: bool = False
    form_field: bool = True
    display_order: int = -1
    referenced: str | None = None
    currency_property: str | None = None
    number_hint: str | None = None
    created_at: str = "2019-08-06T02:41:08.029Z"
    updated_at: str = "2019-08-06T02:41:08.029Z"
    archived_at: str | None = None

    def body(self) -> dict[str, Any]:
        """As in an answer."""
        body: dict[str, Any] = {
            "updatedAt": self.updated_at,
            "createdAt": self.created_at,
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [option.body(order) for order, option in enumerate(self.options)],
            "displayOrder": self.display_order,
            "calculated": self.calculated,
            "externalOptions": self.external_options,
            "archived": self.archived_at is not None,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "modificationMetadata": {
                "archivable": not self.hubspot_defined,
                "readOnlyDefinition": self.hubspot_defined,
                "readOnlyValue": self.read_only or self.calculated,
            },
            "formField": self.form_field,
            "dataSensitivity": "non_sensitive",
        }
        if self.type == "enumeration":
            body["modificationMetadata"]["readOnlyOptions"] = self.hubspot_defined
        if self.hubspot_defined:
            body["hubspotDefined"] = True
        optional = {
            "referencedObjectType": self.referenced,
            "currencyPropertyName": self.currency_property,
            "numberDisplayHint": self.number_hint,
            "archivedAt": self.archived_at,
        }
        body.update({name: value for name, value in optional.items() if value is not None})
        return body

    @property
    def is_writable(self) -> bool:
        """Whether values may be written."""
        return not (self.read_only or self.calculated)

    def to_json(self) -> dict[str, Any]:
        """For the state file."""
        stored = dict(self.__dict__)
        stored["options"] = [[o.value, o.label, o.hidden] for o in self.options]
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Property:
        """From the state file."""
        values = dict(stored)
        values["options"] = tuple(Option(v, label, hid) for v, label, hid in values["options"])
        return cls(**values)


@dataclass(frozen=True)
class Group:
    """A property group."""

    name: str
    label: str
    display_order: int = 0
    archived: bool = False

    def body(self) -> dict[str, Any]:
        """As in an answer."""
        return {
            "name": self.name,
            "label": self.label,
            "displayOrder": self.display_order,
            "archived": self.archived,
        }


@dataclass(frozen=True)
class ObjectType:
    """One object type: everything the generic machinery needs to know about it."""

    type_id: str
    slug: str
    singular: str
    #: key in ``associations`` of a record (``"line items"`` with a space)
    plural_label: str
    properties: tuple[Property, ...]
    groups: tuple[Group, ...]
    #: answered without ``properties`` (besides ``hs_object_id``)
    defaults: tuple[str, ...]
    #: looked at by a search's ``query``
    searched: tuple[str, ...]
    read_scopes: tuple[str, ...]
    write_scopes: tuple[str, ...]
    schema_read_scopes: tuple[str, ...]
    schema_write_scopes: tuple[str, ...]
    created: str = "hs_createdate"
    modified: str = "hs_lastmodifieddate"
    #: at least one property of each tuple must be given on create
    required: tuple[tuple[str, ...], ...] = ()
    #: filled in on create when not given
    initial: Values = field(default_factory=dict)
    #: e-mail addresses: checked as such, and unique over all of these properties together
    emails: tuple[str, ...] = ()
    normalise: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    #: properties that hold a currency of the account
    currencies: tuple[str, ...] = ()
    #: mergeable before 2026-09
    merges: bool = False
    first_id: int = 1001
    #: shown in the person's list and form
    columns: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    name_properties: tuple[str, ...] = ()

    def names(self) -> Sequence[str]:
        """All spellings accepted in a path."""
        return (self.slug, self.singular, self.type_id, self.singular.upper())


def text(name: str, label: str, *, field_type: str = "text", **more: Any) -> Property:
    """A text property of HubSpot's own."""
    return Property(name, label, "string", field_type, hubspot_defined=True, **more)


def number(name: str, label: str, **more: Any) -> Property:
    """A number property of HubSpot's own."""
    return Property(name, label, "number", "number", hubspot_defined=True, **more)


def boolean(name: str, label: str, **more: Any) -> Property:
    """A yes/no property of HubSpot's own."""
    options = (Option("true", "Yes"), Option("false", "No"))
    return Property(
        name, label, "bool", "booleancheckbox", options=options, hubspot_defined=True, **more
    )


def date_time(name: str, label: str, **more: Any) -> Property:
    """A datetime property of HubSpot's own (the widget is a date picker)."""
    return Property(name, label, "datetime", "date", hubspot_defined=True, **more)


def day(name: str, label: str, **more: Any) -> Property:
    """A date property of HubSpot's own."""
    return Property(name, label, "date", "date", hubspot_defined=True, **more)


def one_of(
    name: str, label: str, options: Sequence[tuple[str, str]], *, many: bool = False, **more: Any
) -> Property:
    """An enumeration of HubSpot's own."""
    return Property(
        name,
        label,
        "enumeration",
        "checkbox" if many else "select",
        options=tuple(Option(value, shown) for value, shown in options),
        hubspot_defined=True,
        **more,
    )


def in_group(group: str, *properties: Property) -> tuple[Property, ...]:
    """The properties, put into ``group`` unless they name one."""
    return tuple(p if p.group else replace(p, group=group) for p in properties)


def system_properties(created: str, modified: str) -> tuple[Property, ...]:
    """What every record has and nobody writes."""
    return (
        number("hs_object_id", "Record ID", read_only=True),
        date_time(created, "Create Date", read_only=True),
        date_time(modified, "Last Modified Date", read_only=True),
        text("hs_object_source", "Record creation source", read_only=True),
        text("hs_object_source_id", "Record creation source ID", read_only=True),
        text("hs_object_source_label", "Record source", read_only=True),
        text("hs_merged_object_ids", "Merged record IDs", read_only=True),
        Property(
            "hubspot_owner_id",
            "Owner",
            "enumeration",
            "select",
            hubspot_defined=True,
            external_options=True,
            referenced="OWNER",
        ),
    )


def title_of(kind: ObjectType, values: Values) -> str:
    """A short text for a person's list."""
    shown = " ".join(values[name] for name in kind.name_properties if values.get(name))
    return shown or f"({kind.singular.replace('_', ' ')} without a name)"
