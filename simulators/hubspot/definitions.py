"""Property definitions and groups of every object type, HubSpot's own and the account's.

Knows definitions; must not know records (the caller indexes unique values).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulators.common.clock import SimClock, iso_milliseconds
from simulators.common.state import State
from simulators.hubspot import errors
from simulators.hubspot.registry import OBJECT_TYPES
from simulators.hubspot.schema import Group, ObjectType, Option, Property

MAX_UNIQUE = 10
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIELD_TYPES: Mapping[str, frozenset[str]] = {
    "bool": frozenset({"booleancheckbox", "calculation_equation"}),
    "enumeration": frozenset({"booleancheckbox", "checkbox", "radio", "select"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"date"}),
    "string": frozenset({"text", "textarea", "html", "file", "phonenumber", "select"}),
    "number": frozenset({"number", "calculation_equation"}),
    "phone_number": frozenset({"phonenumber"}),
}


class Definitions:
    """All definitions by object type and name."""

    def __init__(self, state: State, clock: SimClock) -> None:
        self._state = state
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Back to HubSpot's own."""
        self._live = {kind.slug: {p.name: p for p in kind.properties} for kind in OBJECT_TYPES}
        self._archived: dict[str, dict[str, Property]] = {kind.slug: {} for kind in OBJECT_TYPES}
        self._groups = {kind.slug: {g.name: g for g in kind.groups} for kind in OBJECT_TYPES}

    def load(self) -> None:
        """Read the account's own from the state file."""
        for key, stored in self._state.load("property"):
            slug, name = key.split("/", 1)
            prop = Property.from_json(stored)
            shelf = self._live if prop.archived_at is None else self._archived
            shelf[slug][name] = prop
        for key, stored in self._state.load("group"):
            slug, name = key.split("/", 1)
            self._groups[slug][name] = Group(**stored)

    # -- reading ----------------------------------------------------------------------------

    def of(self, kind: ObjectType) -> Mapping[str, Property]:
        """The live definitions of a type by name."""
        return self._live[kind.slug]

    def archived(self, kind: ObjectType) -> Mapping[str, Property]:
        """The archived definitions of a type by name."""
        return self._archived[kind.slug]

    def groups(self, kind: ObjectType) -> Mapping[str, Group]:
        """The groups of a type by name."""
        return self._groups[kind.slug]

    def unique_names(self, kind: ObjectType) -> list[str]:
        """The properties whose values are unique; the first e-mail property among them."""
        return [*kind.emails[:1], *(p.name for p in self.of(kind).values() if p.unique)]

    def get(self, kind: ObjectType, name: str) -> Property:
        """One definition.

        Raises:
            ApiError: 404, no such property.
        """
        prop = self.of(kind).get(name)
        if prop is None:
            raise missing(kind, name)
        return prop

    # -- writing ----------------------------------------------------------------------------

    def check_new(self, kind: ObjectType, body: Mapping[str, Any]) -> Property:
        """The definition a create request describes.

        Raises:
            ApiError: 400 malformed or too many unique ones; 409 the name is taken.
        """
        name = str(body.get("name") or "")
        for key in ("name", "label", "type", "fieldType", "groupName"):
            if not isinstance(body.get(key), str) or not body[key]:
                raise errors.invalid(
                    f"Invalid input JSON: some required fields were not set: {key}"
                )
        if not _NAME.fullmatch(name):
            raise errors.invalid(
                f"Property name {name!r} may hold lower case letters, digits and underscores only."
            )
        if name in self.of(kind) or name in self.archived(kind):
            raise errors.categorised(
                409,
                "OBJECT_ALREADY_EXISTS",
                f"A property named '{name}' already exists.",
                subCategory="Properties.PROPERTY_EXISTS",
                context={"name": [name]},
            )
        fields = _FIELD_TYPES.get(body["type"])
        if fields is None or body["fieldType"] not in fields:
            raise errors.invalid(
                f"Property type {body['type']!r} cannot have field type {body['fieldType']!r}."
            )
        self._check_group(kind, body["groupName"])
        unique = bool(body.get("hasUniqueValue", False))
        if unique and sum(p.unique for p in self.of(kind).values()) >= MAX_UNIQUE:
            # Text UNCONFIRMED; the number is documented.
            raise errors.invalid(
                f"{kind.singular} has reached the limit of {MAX_UNIQUE} properties with unique "
                "values."
            )
        now = iso_milliseconds(self._clock.now())
        return Property(
            name=name,
            label=body["label"],
            type=body["type"],
            field_type=body["fieldType"],
            group=body["groupName"],
            options=_options(body.get("options") or []),
            description=str(body.get("description") or ""),
            unique=unique,
            hidden=bool(body.get("hidden", False)),
            form_field=bool(body.get("formField", False)),
            display_order=int(body.get("displayOrder") or -1),
            external_options=bool(body.get("externalOptions", False)),
            referenced=body.get("referencedObjectType"),
            calculated=body["fieldType"] == "calculation_equation",
            created_at=now,
            updated_at=now,
        )

    def save(self, kind: ObjectType, prop: Property) -> None:
        """Keep a new or changed definition."""
        self._live[kind.slug][prop.name] = prop
        self._state.put("property", f"{kind.slug}/{prop.name}", prop)

    def changed(self, kind: ObjectType, name: str, body: Mapping[str, Any]) -> Property:
        """The definition after a PATCH; whether values are unique can never be changed.

        Raises:
            ApiError: 404 no such property; 400 HubSpot's own, or malformed.
        """
        prop = self.get(kind, name)
        if prop.hubspot_defined and set(body) - {"hidden", "displayOrder"}:
            # UNCONFIRMED text; HubSpot's own definitions report readOnlyDefinition.
            raise errors.invalid(f"Property '{name}' is defined by HubSpot and cannot be changed.")
        if "groupName" in body:
            self._check_group(kind, body["groupName"])
        if "type" in body or "fieldType" in body:
            wanted = body.get("type", prop.type), body.get("fieldType", prop.field_type)
            if wanted[1] not in _FIELD_TYPES.get(wanted[0], ()):
                raise errors.invalid(
                    f"Property type {wanted[0]!r} cannot have field type {wanted[1]!r}."
                )
        changes: dict[str, Any] = {
            ours: body[theirs]
            for theirs, ours in (
                ("label", "label"),
                ("type", "type"),
                ("fieldType", "field_type"),
                ("groupName", "group"),
                ("description", "description"),
                ("hidden", "hidden"),
                ("formField", "form_field"),
                ("displayOrder", "display_order"),
            )
            if theirs in body
        }
        if "options" in body:
            changes["options"] = _options(body["options"])
        return replace(prop, updated_at=iso_milliseconds(self._clock.now()), **changes)

    def archive(self, kind: ObjectType, name: str) -> Property:
        """Archive one of the account's own; the name stays taken (for 90 days, UNCONFIRMED).

        Raises:
            ApiError: 404 no such property; 400 HubSpot's own.
        """
        prop = self.get(kind, name)
        if prop.hubspot_defined:
            raise errors.invalid(f"Property '{name}' is defined by HubSpot and cannot be archived.")
        prop = replace(prop, archived_at=iso_milliseconds(self._clock.now()))
        del self._live[kind.slug][name]
        self._archived[kind.slug][name] = prop
        self._state.put("property", f"{kind.slug}/{name}", prop)
        return prop

    def save_group(self, kind: ObjectType, group: Group) -> None:
        """Keep a new or changed group."""
        self._groups[kind.slug][group.name] = group
        self._state.put("group", f"{kind.slug}/{group.name}", dict(group.__dict__))

    def remove_group(self, kind: ObjectType, name: str) -> None:
        """Remove a group."""
        del self._groups[kind.slug][name]
        self._state.delete("group", f"{kind.slug}/{name}")

    def _check_group(self, kind: ObjectType, name: str) -> None:
        if name not in self._groups[kind.slug]:
            raise errors.invalid(f"Property group '{name}' does not exist.")


def missing(kind: ObjectType, name: str) -> errors.ApiError:
    """404 for a property definition. The sub-category's exact spelling is UNCONFIRMED."""
    return errors.categorised(
        404,
        errors.OBJECT_NOT_FOUND,
        f"Property '{name}' does not exist on {kind.type_id}.",
        subCategory="Properties.PROPERTY_DOESNT_EXIST",
        context={"name": [name]},
    )


def _options(wanted: Any) -> tuple[Option, ...]:
    if not isinstance(wanted, list):
        raise errors.invalid("Invalid input JSON: options must be a list.")
    found = []
    for one in wanted:
        if not isinstance(one, Mapping) or not one.get("label") or one.get("value") is None:
            raise errors.invalid("Invalid input JSON: an option needs a label and a value.")
        found.append(Option(str(one["value"]), str(one["label"]), bool(one.get("hidden", False))))
    values = [option.value for option in found]
    if len(set(values)) != len(values):
        raise errors.invalid("Property option values must be distinct.")
    return tuple(found)
