"""Records as they appear in answers.

Knows the JSON of a record; must not know how a record is found or changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.common.clock import from_milliseconds, iso_milliseconds
from simulators.hubspot import association_types, registry
from simulators.hubspot.crm import Crm
from simulators.hubspot.records import Record
from simulators.hubspot.schema import ObjectType

UI_DOMAIN = "app.hubspot.com"


@dataclass(frozen=True)
class View:
    """What a client asked to see of records."""

    properties: Sequence[str] | None = None
    with_history: Sequence[str] = ()
    associations: Sequence[str] = ()
    url: bool = False


class Renderer:
    """Turns records of one type into JSON; made once per answer."""

    def __init__(self, crm: Crm, kind: ObjectType, view: View) -> None:
        self._crm = crm
        self._kind = kind
        self._view = view
        self._reader = crm.readers[kind.slug]
        definitions = crm.definitions.of(kind)
        # An empty list, too, means the defaults: clients send it without meaning "nothing".
        wanted: Iterable[str] = view.properties or kind.defaults
        names = [name for name in wanted if name in definitions]
        always = (kind.created, kind.modified, "hs_object_id")
        self._names = list(dict.fromkeys([*names, *view.with_history, *always]))
        self._history = [name for name in view.with_history if name in definitions]
        self._names = [name for name in self._names if name in definitions]
        self._targets = [registry.find(name) for name in view.associations]

    def record(self, record: Record) -> dict[str, Any]:
        """One record with the properties asked for."""
        value = self._reader.value
        body = self.frame(record, {name: value(record, name) for name in self._names})
        if self._history:
            body["propertiesWithHistory"] = {
                name: self._history_of(record, name) for name in self._history
            }
        if self._targets:
            found = self._associations_of(record)
            if found:
                body["associations"] = found
        return body

    def created(self, record: Record) -> dict[str, Any]:
        """The answer to a create: what was set, and the system's own."""
        names = [*record.values, self._kind.created, self._kind.modified, "hs_object_id"]
        return self._of(record, names)

    def updated(self, record: Record, changed: Iterable[str]) -> dict[str, Any]:
        """The answer to an update: a few defaults and what was changed."""
        names = [self._kind.created, self._kind.modified, "hs_object_id", *changed]
        return self._of(record, names)

    def _of(self, record: Record, names: Iterable[str]) -> dict[str, Any]:
        value = self._reader.value
        return self.frame(record, {name: value(record, name) for name in names})

    def frame(self, record: Record, properties: dict[str, str | None]) -> dict[str, Any]:
        """What stands around the properties."""
        body: dict[str, Any] = {
            "id": record.id,
            "properties": properties,
            "createdAt": _time(record.created),
            "updatedAt": _time(record.updated),
            "archived": record.archived is not None,
        }
        if record.archived is not None:
            body["archivedAt"] = _time(record.archived)
        if self._view.url:
            body["url"] = (
                f"https://{UI_DOMAIN}/contacts/{self._crm.portal_id}/record/"
                f"{self._kind.type_id}/{record.id}"
            )
        return body

    def _history_of(self, record: Record, name: str) -> list[dict[str, Any]]:
        changes = record.history.get(name, [])
        return [
            {
                "value": value,
                "timestamp": _time(at),
                "sourceType": source.type,
                **({"sourceId": source.id} if source.id else {}),
                **({"sourceLabel": source.label} if source.label else {}),
                **({"updatedByUserId": source.user_id} if source.user_id else {}),
            }
            for at, value, source in reversed(changes)
        ]

    def _associations_of(self, record: Record) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for target in self._targets:
            rows = association_types.between(self._kind, target)
            results = [
                {"id": partner, "type": association_types.spelling(rows[t], self._kind, target)}
                for partner, types in self._crm.live_partners(self._kind, record.id, target).items()
                for t in types
            ]
            if results:
                found[target.plural_label] = {"results": results}
        return found


def _time(milliseconds: int) -> str:
    return iso_milliseconds(from_milliseconds(milliseconds))
