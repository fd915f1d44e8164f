"""One stored object and how it is written out.

Knows the order of an entity's fields and the base block (domain, sparse, Id, SyncToken, MetaData).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from simulators.quickbooks import jsontext, times
from simulators.quickbooks.entities.fields import Entity, Field, Kind
from simulators.quickbooks.entities.registry import BY_NAME


class Record:
    """One object. ``values`` holds what is filled, by field; times are whole seconds.

    ``person_id`` is set while the last change was made by a person in QuickBooks itself; it comes
    out as LastModifiedByRef. ``modified_by`` is the name in the text of a stale-object fault.
    """

    __slots__ = (
        "created",
        "entity",
        "id",
        "keys",
        "modified_by",
        "number",
        "person_id",
        "text",
        "token",
        "updated",
        "values",
    )

    def __init__(
        self,
        entity: Entity,
        record_id: str,
        values: dict[str, Any],
        *,
        created: int,
        updated: int | None = None,
        token: int = 0,
        modified_by: str = "",
        person_id: str = "",
    ) -> None:
        self.entity = entity
        self.id = record_id
        self.number = int(record_id) if record_id.isdigit() else 0
        self.values = values
        self.created = created
        self.updated = created if updated is None else updated
        self.token = token
        self.modified_by = modified_by
        self.person_id = person_id
        # The stored JSON text, built when first asked for; the store drops it on a change.
        self.text: str | None = None
        # The keys under which the store has indexed the record.
        self.keys: dict[str, Any] = {}

    @property
    def is_active(self) -> bool:
        """False only for a list object made inactive (pseudo codes have no Active)."""
        return self.values.get("Active") is not False

    @property
    def title(self) -> str:
        """The object's name for people."""
        return str(self.values.get(self.entity.title) or self.id)

    def json_text(self) -> str:
        """Return the object as JSON text, kept until the next change."""
        if self.text is None:
            self.text = jsontext.dumps(self.body())
        return self.text

    def body(self) -> dict[str, Any]:
        """Return the object in the order QuickBooks writes it, empty properties left out."""
        entity, values = self.entity, self.values
        body: dict[str, Any] = {}
        for at, field in enumerate(entity.fields):
            if at == entity.base_at:
                self._add_base(body)
            value = values.get(field.name)
            if value is not None:
                body[field.name] = _shown(field, value)
        if entity.base_at >= len(entity.fields):
            self._add_base(body)
        return body

    def _add_base(self, body: dict[str, Any]) -> None:
        meta: dict[str, Any] = {"CreateTime": times.stamp(self.created)}
        if self.person_id:
            meta["LastModifiedByRef"] = {"value": self.person_id}
        meta["LastUpdatedTime"] = times.stamp(self.updated)
        body["domain"] = "QBO"
        body["sparse"] = False
        body["Id"] = self.id
        body["SyncToken"] = str(self.token)
        body["MetaData"] = meta

    def to_json(self) -> dict[str, Any]:
        """Return what the state file keeps; the values as text, so that decimals stay exact."""
        return {
            "id": self.id,
            "values": jsontext.dumps(self.values),
            "created": self.created,
            "updated": self.updated,
            "token": self.token,
            "modified_by": self.modified_by,
            "person_id": self.person_id,
        }

    @classmethod
    def from_json(cls, entity_name: str, body: Mapping[str, Any]) -> Record:
        """Return the record kept by :meth:`to_json`."""
        return cls(
            BY_NAME[entity_name],
            str(body["id"]),
            _typed(BY_NAME[entity_name], jsontext.loads(body["values"])),
            created=body["created"],
            updated=body["updated"],
            token=body["token"],
            modified_by=body["modified_by"],
            person_id=body["person_id"],
        )


def _shown(field: Field, value: Any) -> Any:
    """Amounts with two decimals; everything else as stored."""
    if field.kind is Kind.MONEY:
        return jsontext.money(value)
    if field.kind is Kind.LIST:
        return [_shown_members(field, item) for item in value]
    if field.kind is Kind.PARTS:
        return _shown_members(field, value)
    return value


def _shown_members(field: Field, item: dict[str, Any]) -> dict[str, Any]:
    known = field.by_name
    return {
        name: _shown(known[name], value) if name in known else value for name, value in item.items()
    }


def _typed(entity: Entity, values: dict[str, Any]) -> dict[str, Any]:
    """Turn the numbers of a stored text back into decimals (``0`` was written as an integer)."""
    return _typed_members(entity.fields, values)


def _typed_members(fields: tuple[Field, ...], values: dict[str, Any]) -> dict[str, Any]:
    for field in fields:
        value = values.get(field.name)
        if value is None:
            continue
        if field.kind in (Kind.MONEY, Kind.NUMBER):
            values[field.name] = Decimal(value)
        elif field.kind is Kind.PARTS:
            _typed_members(field.parts, value)
        elif field.kind is Kind.LIST:
            for item in value:
                _typed_members(field.parts, item)
    return values
