"""Endpoints of property definitions, groups and validation rules.

Knows paths and answers; the definitions are kept by ``definitions``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common.clock import iso_milliseconds
from simulators.common.web import SimRequest, json_response
from simulators.hubspot import errors, registry
from simulators.hubspot.access import Endpoint, rule, versions
from simulators.hubspot.crm import Crm
from simulators.hubspot.definitions import missing
from simulators.hubspot.requests import inputs, is_true, json_body, names_in_query, text_of
from simulators.hubspot.schema import Group, ObjectType, Property
from simulators.hubspot.settings import Settings
from simulators.hubspot.validations import RULES
from simulators.hubspot.writes import Author


class PropertiesApi:
    """``/crm/v3/properties/{type}`` and its dated twins."""

    def __init__(
        self,
        crm: Crm,
        settings: Settings,
        author_of: Callable[[SimRequest], Author],
        change_settings: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._crm = crm
        self._settings = settings
        self._change_settings = change_settings
        self._author_of = author_of

    def rules(self) -> Iterator[Rule]:
        """All routes, in all versions."""
        for version in versions("v3", "/crm/v3/properties", "/crm/properties/{V}"):
            base = f"{version.prefix}/<t>"
            rows: tuple[tuple[str, str, Callable[..., Response], bool], ...] = (
                (base, "GET", self.list, False),
                (base, "POST", self.create, True),
                (f"{base}/<name>", "GET", self.get, False),
                (f"{base}/<name>", "PATCH", self.update, True),
                (f"{base}/<name>", "DELETE", self.archive, True),
                (f"{base}/batch/read", "POST", self.batch_read, False),
                (f"{base}/batch/create", "POST", self.batch_create, True),
                (f"{base}/batch/archive", "POST", self.batch_archive, True),
                (f"{base}/groups", "GET", self.list_groups, False),
                (f"{base}/groups", "POST", self.create_group, True),
                (f"{base}/groups/<name>", "GET", self.get_group, False),
                (f"{base}/groups/<name>", "PATCH", self.update_group, True),
                (f"{base}/groups/<name>", "DELETE", self.delete_group, True),
            )
            for path, method, handler, writes in rows:
                scopes = _write_scopes if writes else _read_scopes
                name = f"{method} properties{path.removeprefix(version.prefix)}"
                yield rule(path, method, Endpoint(handler, "crm", name, scopes))
        for version in versions(
            "v3", "/crm/v3/property-validations", "/crm/property-validations/{V}"
        ):
            base = f"{version.prefix}/<t>"
            for path in ("", "/<name>", "/<name>/rule-type/<rule_type>"):
                yield rule(
                    base + path,
                    "GET",
                    Endpoint(self.validations, "crm", "GET property-validations", _read_scopes),
                )
            yield rule(
                f"{base}/<name>/rule-type/<rule_type>",
                "PUT",
                Endpoint(self.set_validation, "crm", "PUT property-validations", _write_scopes),
            )

    # -- definitions ------------------------------------------------------------------------

    def list(self, request: SimRequest, t: str) -> Response:
        """All definitions of a type, unpaged."""
        kind = registry.find(t)
        definitions = self._crm.definitions
        shelf = definitions.archived(kind) if is_true(request, "archived") else definitions.of(kind)
        only = names_in_query(request, "properties")
        found = [p.body() for p in shelf.values() if not only or p.name in only]
        return json_response({"results": found})

    def get(self, request: SimRequest, t: str, name: str) -> Response:
        """One definition."""
        kind = registry.find(t)
        if is_true(request, "archived"):
            prop = self._crm.definitions.archived(kind).get(name)
            if prop is None:
                raise missing(kind, name)
            return json_response(prop.body())
        return json_response(self._crm.definitions.get(kind, name).body())

    def create(self, request: SimRequest, t: str) -> Response:
        """A new property of the account's own."""
        kind = registry.find(t)
        prop = self._make(kind, self._author_of(request), json_body(request))
        return json_response(prop.body(), 201)

    def _make(self, kind: ObjectType, author: Author, body: Mapping[str, Any]) -> Property:
        prop = self._crm.definitions.check_new(kind, body)
        user = author.source.id.removeprefix("userId:")
        self._crm.definitions.save(kind, prop)
        if prop.unique:
            self._crm.table(kind).index_property(prop.name)
        after = {"name": prop.name, "type": prop.type, "hasUniqueValue": prop.unique, "by": user}
        self._crm.note(author, "create", "properties", f"{kind.slug}/{prop.name}", None, after)
        return prop

    def update(self, request: SimRequest, t: str, name: str) -> Response:
        """Changed label, options and so on."""
        kind = registry.find(t)
        body = json_body(request)
        prop = self._crm.definitions.changed(kind, name, body)
        self._crm.definitions.save(kind, prop)
        self._crm.note(
            self._author_of(request), "update", "properties", f"{kind.slug}/{name}", {}, body
        )
        return json_response(prop.body())

    def archive(self, request: SimRequest, t: str, name: str) -> Response:
        """Archive a property of the account's own."""
        self._archive(registry.find(t), self._author_of(request), name)
        return Response(status=204)

    def _archive(self, kind: ObjectType, author: Author, name: str) -> None:
        prop = self._crm.definitions.archive(kind, name)
        if prop.unique:
            self._crm.table(kind).drop_index(name)
        self._crm.note(author, "archive", "properties", f"{kind.slug}/{name}", {}, {})

    # -- batches ----------------------------------------------------------------------------

    def batch_read(self, request: SimRequest, t: str) -> Response:
        """Definitions by name; the missing ones are reported."""
        kind = registry.find(t)
        body = json_body(request)
        definitions = self._crm.definitions
        shelf = definitions.archived(kind) if body.get("archived") else definitions.of(kind)
        names = [text_of(one, "name") for one in inputs(body)]
        results = [shelf[name].body() for name in names if name in shelf]
        absent = [missing(kind, name) for name in names if name not in shelf]
        return self._answer(results, [errors.batch_item(one, {}) for one in absent], 200)

    def batch_create(self, request: SimRequest, t: str) -> Response:
        """New definitions; the refused ones are reported."""
        kind = registry.find(t)
        author = self._author_of(request)
        results, refused = [], []
        for one in inputs(json_body(request)):
            try:
                results.append(self._make(kind, author, one).body())
            except errors.ApiError as error:
                context = {"name": [str(one.get("name"))]}
                refused.append(errors.batch_item(error, context))
        return self._answer(results, refused, 201)

    def batch_archive(self, request: SimRequest, t: str) -> Response:
        """Archive definitions; unknown names are passed over (UNCONFIRMED)."""
        kind = registry.find(t)
        author = self._author_of(request)
        for one in inputs(json_body(request)):
            if one.get("name") in self._crm.definitions.of(kind):
                self._archive(kind, author, text_of(one, "name"))
        return Response(status=204)

    def _answer(self, results: Sequence[Any], refused: Sequence[Any], success: int) -> Response:
        now = iso_milliseconds(self._crm.clock.now())
        body = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
        if not refused:
            return json_response(body, success)
        return json_response({**body, "numErrors": len(refused), "errors": refused}, 207)

    # -- groups -----------------------------------------------------------------------------

    def list_groups(self, _request: SimRequest, t: str) -> Response:
        """All groups of a type."""
        groups = self._crm.definitions.groups(registry.find(t))
        return json_response({"results": [group.body() for group in groups.values()]})

    def get_group(self, _request: SimRequest, t: str, name: str) -> Response:
        """One group."""
        return json_response(self._group(registry.find(t), name).body())

    def create_group(self, request: SimRequest, t: str) -> Response:
        """A new group."""
        kind = registry.find(t)
        body = json_body(request)
        name, label = text_of(body, "name"), text_of(body, "label")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise errors.invalid(f"Group name {name!r} is not valid.")
        if name in self._crm.definitions.groups(kind):
            raise errors.categorised(
                409, "OBJECT_ALREADY_EXISTS", f"A group named '{name}' already exists."
            )
        group = Group(name, label, int(body.get("displayOrder") or 0))
        self._save_group(request, kind, "create", group)
        return json_response(group.body(), 201)

    def update_group(self, request: SimRequest, t: str, name: str) -> Response:
        """A changed group."""
        kind = registry.find(t)
        group = self._group(kind, name)
        body = json_body(request)
        order = int(body.get("displayOrder") or group.display_order)
        group = replace(group, label=str(body.get("label") or group.label), display_order=order)
        self._save_group(request, kind, "update", group)
        return json_response(group.body())

    def delete_group(self, request: SimRequest, t: str, name: str) -> Response:
        """Remove an empty group."""
        kind = registry.find(t)
        self._group(kind, name)
        if any(prop.group == name for prop in self._crm.definitions.of(kind).values()):
            raise errors.invalid(f"Group '{name}' still has properties.")
        self._crm.definitions.remove_group(kind, name)
        author = self._author_of(request)
        self._crm.note(author, "archive", "property_groups", f"{kind.slug}/{name}", {}, {})
        return Response(status=204)

    def _group(self, kind: ObjectType, name: str) -> Group:
        group = self._crm.definitions.groups(kind).get(name)
        if group is None:
            raise errors.categorised(
                404, errors.OBJECT_NOT_FOUND, f"Property group '{name}' does not exist."
            )
        return group

    def _save_group(self, request: SimRequest, kind: ObjectType, action: str, group: Group) -> None:
        self._crm.definitions.save_group(kind, group)
        key = f"{kind.slug}/{group.name}"
        author = self._author_of(request)
        self._crm.note(author, action, "property_groups", key, None, group.body())

    # -- validation rules -------------------------------------------------------------------

    def validations(
        self, _request: SimRequest, t: str, name: str | None = None, rule_type: str | None = None
    ) -> Response:
        """The rules an administrator set; none until ``/__sim__/settings`` puts some in."""
        kind = registry.find(t)
        by_property = self._settings.validations.get(kind.type_id, {})
        if name is None:
            found = [
                {"propertyName": one, "propertyValidationRules": rules}
                for one, rules in by_property.items()
            ]
            return json_response({"results": found})
        rules = by_property.get(name, [])
        if rule_type is None:
            return json_response({"results": rules})
        wanted = [one for one in rules if one.get("ruleType") == rule_type]
        if not wanted:
            raise errors.plain(404, "resource not found")
        return json_response(wanted[0])

    def set_validation(self, request: SimRequest, t: str, name: str, rule_type: str) -> Response:
        """Set one rule of a property; those of other types stay."""
        kind = registry.find(t)
        self._crm.definitions.get(kind, name)
        if rule_type not in RULES:
            raise errors.invalid(f"Invalid ruleType: {rule_type}")
        body = json_body(request)
        made = {
            "ruleType": rule_type,
            "ruleArguments": [str(one) for one in body.get("ruleArguments") or ()],
            "shouldApplyNormalization": body.get("shouldApplyNormalization") is True,
        }
        validations = {**self._settings.validations}
        of_type = {**validations.get(kind.type_id, {})}
        others = [one for one in of_type.get(name, []) if one.get("ruleType") != rule_type]
        of_type[name] = [*others, made]
        validations[kind.type_id] = of_type
        self._change_settings({"validations": validations})
        author = self._author_of(request)
        self._crm.note(author, "update", "property_validations", f"{kind.slug}/{name}", {}, made)
        return Response(status=204)


def _read_scopes(args: Mapping[str, Any]) -> Sequence[str]:
    return registry.find(args["t"]).schema_read_scopes


def _write_scopes(args: Mapping[str, Any]) -> Sequence[str]:
    return registry.find(args["t"]).schema_write_scopes
