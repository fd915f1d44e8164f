"""The mapped fields of a settings document: read, written, and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncapp.core.mapping import FieldMapping
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.transforms import Transform, TransformOp
from syncapp.models.definitions import LABEL_LIMIT
from syncapp.services.setting_parts import Document, SettingsError, choice

_NEEDS_TEXT = {
    TransformOp.DEFAULT: "the value to fill in",
    TransformOp.CONSTANT: "the value to send",
}


def entry_of(mapping: FieldMapping) -> Document:
    """A mapping as a document has it."""
    entry: Document = {
        "hubspot": mapping.hubspot,
        "quickbooks": mapping.quickbooks,
        "direction": mapping.direction.value,
        "enabled": mapping.enabled,
        "label": mapping.label,
        "kind": mapping.kind.value,
    }
    if mapping.transforms:
        entry["transforms"] = transform_entries(mapping.transforms)
    return entry


def transform_entries(transforms: tuple[Transform, ...]) -> list[Document]:
    """Transforms as a document, and a row, has them."""
    found = []
    for one in transforms:
        entry: Document = {"op": one.op.value, "to": one.to.value}
        if one.text:
            entry["text"] = one.text
        if one.pairs:
            entry["pairs"] = [list(pair) for pair in one.pairs]
        if one.fields:
            entry["fields"] = list(one.fields)
        found.append(entry)
    return found


def parse(told: object, pair: ObjectPair) -> tuple[FieldMapping, ...]:
    """The mappings of a document. A default mapping that is not named keeps its default.

    Raises:
        SettingsError: They cannot be used.
    """
    if not isinstance(told, list):
        raise SettingsError("mappings", "Must be a list.")
    builtin = {mapping.key: mapping for mapping in pair.mappings}
    result = dict(builtin)
    for position, entry in enumerate(told):
        where = f"mappings[{position}]"
        if not isinstance(entry, Mapping):
            raise SettingsError(where, 'Needs "hubspot" and "quickbooks" field names.')
        hubspot, quickbooks = (str(entry.get(side.value) or "") for side in Side)
        known = builtin.get(f"{hubspot}:{quickbooks}")
        start = known or FieldMapping(hubspot, quickbooks, builtin=False)
        mapping = _parse_one(start, entry, where)
        result[mapping.key] = mapping
    _refuse_shared_targets(result.values())
    return tuple(result.values())


def _refuse_shared_targets(mappings: Any) -> None:
    """At most one enabled mapping writes a field: two would undo each other for ever."""
    inbound: dict[tuple[Side, str], str] = {}
    for mapping in mappings:
        for side in Side:
            if not mapping.enabled or not mapping.direction.allows(side):
                continue
            target = (side, mapping.field(side))
            if target in inbound:
                raise SettingsError(
                    "mappings",
                    f"Two mappings write {side.label}'s {mapping.field(side)} "
                    f"(“{inbound[target]}” and “{mapping.label or mapping.key}”): switch one off.",
                )
            inbound[target] = mapping.label or mapping.key


def _parse_one(start: FieldMapping, entry: Mapping[str, Any], where: str) -> FieldMapping:
    told = {"direction": start.direction.value, "kind": start.kind.value, **entry}
    direction = Direction(choice(told, "direction", [d.value for d in Direction], where))
    if start.builtin and start.direction is not Direction.BOTH:
        direction = start.direction  # a one-way arrow of ours cannot be turned round
    kind = start.kind
    if not start.builtin:
        kind = Kind(choice(told, "kind", [k.value for k in Kind], where))
    enabled = entry.get("enabled", start.enabled)
    if not isinstance(enabled, bool):
        raise SettingsError(f"{where}.enabled", "Must be true or false.")
    transforms = start.transforms
    if "transforms" in entry:
        transforms = parse_transforms(entry["transforms"], f"{where}.transforms", direction)
    _refuse_missing_field(start, transforms, where)
    label = start.label or str(entry.get("label") or "")[:LABEL_LIMIT]
    return replace(
        start,
        direction=direction,
        kind=kind,
        enabled=enabled,
        label=label,
        transforms=transforms,
        instant=start.instant or keeps_instant(transforms),
    )


def keeps_instant(transforms: tuple[Transform, ...]) -> bool:
    """Whether HubSpot keeps a moment where QuickBooks is given its date."""
    return any(one.op is TransformOp.DAY and one.to is Side.QUICKBOOKS for one in transforms)


def _refuse_missing_field(
    mapping: FieldMapping, transforms: tuple[Transform, ...], where: str
) -> None:
    """Both fields are needed; only a constant comes from nowhere."""
    for side in Side:
        constant = any(t.op is TransformOp.CONSTANT and t.to is side.other for t in transforms)
        if constant and mapping.field(side):
            raise SettingsError(
                where, f"A constant comes from no field: leave the {side.label} field empty."
            )
        if not constant and not mapping.field(side):
            raise SettingsError(where, 'Needs "hubspot" and "quickbooks" field names.')


def parse_transforms(told: object, where: str, direction: Direction) -> tuple[Transform, ...]:
    """The transforms of a mapping.

    Raises:
        SettingsError: They cannot be used, or not in this direction.
    """
    if not isinstance(told, list):
        raise SettingsError(where, "Must be a list.")
    return tuple(
        _parse_transform(entry, f"{where}[{position}]", direction)
        for position, entry in enumerate(told)
    )


def _parse_transform(entry: object, where: str, direction: Direction) -> Transform:
    if not isinstance(entry, Mapping):
        raise SettingsError(where, 'Needs an "op".')
    op = TransformOp(choice(entry, "op", [o.value for o in TransformOp], where))
    target = direction.source.other.value if direction.source else Side.QUICKBOOKS.value
    to = Side(choice({"to": target, **entry}, "to", [s.value for s in Side], where))
    if op.is_one_way and (direction.source is None or direction.source is not to.other):
        arrow = Direction.TO_QUICKBOOKS if to is Side.QUICKBOOKS else Direction.TO_HUBSPOT
        raise SettingsError(
            f"{where}.op",
            f"“{op.words}” has no way back: set the direction of this mapping to {arrow.value}.",
        )
    text = str(entry.get("text") or "").strip()
    if op in _NEEDS_TEXT and not text:
        raise SettingsError(f"{where}.text", f"“{op.words}” needs {_NEEDS_TEXT[op]}.")
    fields = entry.get("fields", [])
    if not isinstance(fields, list) or (op is TransformOp.JOIN and not fields):
        raise SettingsError(f"{where}.fields", "Must be a list of the fields to join.")
    pairs = entry.get("pairs", [])
    if not isinstance(pairs, list) or any(
        not isinstance(one, list) or len(one) != len(Side) or not all(one) for one in pairs
    ):
        raise SettingsError(
            f"{where}.pairs", 'Must be a list of pairs: ["HubSpot option", "QuickBooks option"].'
        )
    if op is TransformOp.OPTIONS and not pairs:
        raise SettingsError(f"{where}.pairs", "Pair at least one option.")
    return Transform(
        op,
        to,
        text,
        tuple((str(hubspot), str(quickbooks)) for hubspot, quickbooks in pairs),
        tuple(str(name) for name in fields),
    )


def transforms_of(told: list[Document]) -> tuple[Transform, ...]:
    """The transforms a row was saved with."""
    return tuple(
        Transform(
            TransformOp(entry["op"]),
            Side(entry["to"]),
            entry.get("text", ""),
            tuple((pair[0], pair[1]) for pair in entry.get("pairs", [])),
            tuple(entry.get("fields", [])),
        )
        for entry in told
    )
