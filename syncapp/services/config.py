"""Settings documents and definition rows -> the frozen configuration the core works with.

A settings document is the JSON form of one sync's settings: what the wizard edits, what
``create_sync --settings`` reads and what is exported (B16). Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from syncapp.core.filters import Condition, Filter, Operator
from syncapp.core.mapping import FieldMapping
from syncapp.core.pairs import CHOOSABLE, OBJECT_PAIRS
from syncapp.core.pairs.base import ObjectPair, Option, OptionKind
from syncapp.core.planner import SyncConfig
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value
from syncapp.models import FieldMappingRow, FilterCondition, SyncDefinition

Document = dict[str, Any]


class SettingsError(ValueError):
    """A settings document that cannot be used; says which part and what to do.

    Args:
        where: The part, as a path (``filters.hubspot[0][1].operator``).
        message: A sentence for a person.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.message = message


def default_document(object_type: str) -> Document:
    """The settings a new sync starts from (S7: QuickBooks wins; all default mappings on)."""
    pair = OBJECT_PAIRS[object_type]
    return {
        "object": object_type,
        "direction": Direction.BOTH.value,
        "conflict": Side.QUICKBOOKS.value,
        "mappings": [_mapping_entry(mapping) for mapping in pair.mappings],
        "filters": {side.value: [] for side in Side},
        "options": {option.name: option.default for option in pair.options},
    }


def parse_document(document: object) -> SyncConfig:
    """The configuration a settings document describes.

    Missing parts take their defaults; unknown parts are refused, so that a misspelt one is
    noticed.

    Raises:
        SettingsError: It cannot be used.
    """
    if not isinstance(document, Mapping):
        raise SettingsError("", "The settings must be a JSON object.")
    known = {"object", "direction", "conflict", "mappings", "filters", "options"}
    for name in document:
        if name not in known:
            raise SettingsError(str(name), f"Unknown setting. Known: {', '.join(sorted(known))}.")
    object_type = document.get("object", "contacts")
    if object_type not in CHOOSABLE:
        raise SettingsError("object", f"Must be one of: {', '.join(CHOOSABLE)}.")
    defaults = default_document(object_type)
    merged = {**defaults, **document}
    return SyncConfig(
        pair=OBJECT_PAIRS[object_type],
        direction=Direction(_choice(merged, "direction", [d.value for d in Direction])),
        winner=Side(_choice(merged, "conflict", [s.value for s in Side])),
        mappings=_parse_mappings(merged["mappings"], object_type),
        filters=_parse_filters(merged["filters"]),
        options=_parse_options(merged["options"], OBJECT_PAIRS[object_type]),
    )


def to_document(config: SyncConfig) -> Document:
    """The settings document of a configuration."""
    return {
        "object": config.pair.name,
        "direction": config.direction.value,
        "conflict": config.winner.value,
        "mappings": [_mapping_entry(mapping) for mapping in config.mappings],
        "filters": {
            side.value: [
                [{"field": c.field, "operator": c.operator.value, "value": c.value} for c in group]
                for group in config.filters.get(side, Filter()).groups
            ]
            for side in Side
        },
        "options": dict(config.options),
    }


def load_config(definition: SyncDefinition) -> SyncConfig:
    """The configuration of a saved sync; a hosted one follows its host's."""
    if definition.host is not None:
        host = load_config(definition.host)
        pair = definition.object_pair
        return replace(
            host,
            pair=pair,
            winner=Side.QUICKBOOKS,
            mappings=pair.mappings,
            filters={},
            version=definition.config_version,
        )
    groups: dict[Side, dict[int, list[Condition]]] = {side: defaultdict(list) for side in Side}
    for row in definition.conditions.all():
        condition = Condition(row.field, Operator(row.operator), row.value, row.label)
        groups[Side(row.side)][row.group].append(condition)
    return SyncConfig(
        pair=definition.object_pair,
        direction=Direction(definition.direction),
        winner=Side(definition.winner),
        mappings=tuple(
            FieldMapping(
                row.hubspot_field,
                row.quickbooks_field,
                kind=Kind(row.kind),
                direction=Direction(row.direction),
                label=row.label,
                enabled=row.enabled,
                creation_only=row.creation_only,
                builtin=row.builtin,
            )
            for row in definition.mappings.all()
        ),
        filters={
            side: Filter(tuple(tuple(by_group[n]) for n in sorted(by_group)))
            for side, by_group in groups.items()
        },
        version=definition.config_version,
        options=_options(definition),
        time_zone=definition.pair.company_time_zone,
    )


def _options(definition: SyncDefinition) -> dict[str, Value]:
    """The options of a saved sync; one that came with an upgrade has its default."""
    saved = definition.settings.get("options", {})
    return {
        option.name: saved.get(option.name, option.default)
        for option in definition.object_pair.options
    }


def save_rows(definition: SyncDefinition, config: SyncConfig) -> None:
    """Write a configuration into its rows; runs inside the caller's transaction."""
    definition.direction = config.direction.value
    definition.winner = config.winner.value
    definition.settings = {**definition.settings, "options": dict(config.options)}
    definition.save(update_fields=["direction", "winner", "settings", "updated_at"])
    definition.mappings.all().delete()
    FieldMappingRow.objects.bulk_create(
        FieldMappingRow(
            definition=definition,
            position=position,
            hubspot_field=mapping.hubspot,
            quickbooks_field=mapping.quickbooks,
            kind=mapping.kind.value,
            direction=mapping.direction.value,
            label=mapping.label,
            enabled=mapping.enabled,
            creation_only=mapping.creation_only,
            builtin=mapping.builtin,
        )
        for position, mapping in enumerate(config.mappings)
    )
    definition.conditions.all().delete()
    FilterCondition.objects.bulk_create(
        FilterCondition(
            definition=definition,
            side=side.value,
            group=number,
            field=condition.field,
            operator=condition.operator.value,
            value=condition.value,
            label=condition.label,
        )
        for side, chosen in config.filters.items()
        for number, group in enumerate(chosen.groups)
        for condition in group
    )


def _mapping_entry(mapping: FieldMapping) -> Document:
    return {
        "hubspot": mapping.hubspot,
        "quickbooks": mapping.quickbooks,
        "direction": mapping.direction.value,
        "enabled": mapping.enabled,
        "label": mapping.label,
        "kind": mapping.kind.value,
    }


def _parse_options(told: object, pair: ObjectPair) -> dict[str, Value]:
    """The options of a document; one that is not named has its default."""
    if not isinstance(told, Mapping):
        raise SettingsError("options", "Must be an object.")
    known = {option.name: option for option in pair.options}
    for name in told:
        if name not in known:
            allowed = ", ".join(known) or "none for this object"
            raise SettingsError(f"options.{name}", f"Unknown option. Known: {allowed}.")
    return {
        name: _parse_option(option, told.get(name, option.default))
        for name, option in known.items()
    }


def _parse_option(option: Option, value: Any) -> Value:
    where = f"options.{option.name}"
    allowed = [choice for choice, _ in option.choices]
    match option.kind:
        case OptionKind.SWITCH if not isinstance(value, bool):
            raise SettingsError(where, "Must be true or false.")
        case OptionKind.CHOICE if value not in allowed:
            raise SettingsError(where, f"Must be one of: {', '.join(allowed)}; it is {value!r}.")
        case OptionKind.ACCOUNTS:
            if not isinstance(value, Mapping) or set(value) - set(allowed):
                raise SettingsError(where, f"Must be an object with some of: {', '.join(allowed)}.")
            return {str(name): str(account) for name, account in value.items() if account}
        case OptionKind.ACCOUNT | OptionKind.CONFIRMATION:
            return str(value or "")
    return cast("Value", value)


def _choice(document: Mapping[str, Any], name: str, allowed: list[str]) -> str:
    value = document[name]
    if value not in allowed:
        raise SettingsError(name, f"Must be one of: {', '.join(allowed)}; it is {value!r}.")
    return str(value)


def _parse_mappings(entries: object, object_type: str) -> tuple[FieldMapping, ...]:
    """The mappings of a document. A default mapping that is not named keeps its default."""
    if not isinstance(entries, list):
        raise SettingsError("mappings", "Must be a list.")
    builtin = {mapping.key: mapping for mapping in OBJECT_PAIRS[object_type].mappings}
    result = dict(builtin)
    inbound: dict[tuple[Side, str], str] = {}
    for position, entry in enumerate(entries):
        where = f"mappings[{position}]"
        if (
            not isinstance(entry, Mapping)
            or not entry.get("hubspot")
            or not entry.get("quickbooks")
        ):
            raise SettingsError(where, 'Needs "hubspot" and "quickbooks" field names.')
        known = builtin.get(f"{entry['hubspot']}:{entry['quickbooks']}")
        start = known or FieldMapping(
            str(entry["hubspot"]), str(entry["quickbooks"]), builtin=False
        )
        mapping = _parse_mapping(start, entry, where)
        result[mapping.key] = mapping
    for mapping in result.values():
        for side in Side:
            if not mapping.enabled or not mapping.direction.allows(side):
                continue
            target = (side, mapping.field(side))
            if target in inbound:
                raise SettingsError(
                    "mappings",
                    f"Two mappings write {side.label}'s {mapping.field(side)}: switch one off.",
                )
            inbound[target] = mapping.key
    return tuple(result.values())


def _parse_mapping(start: FieldMapping, entry: Mapping[str, Any], where: str) -> FieldMapping:
    try:
        direction = Direction(entry.get("direction", start.direction))
    except ValueError as error:
        allowed = ", ".join(d.value for d in Direction)
        raise SettingsError(f"{where}.direction", f"Must be one of: {allowed}.") from error
    if start.builtin and start.direction is not Direction.BOTH:
        direction = start.direction  # a one-way arrow of ours cannot be turned round
    try:
        kind = start.kind if start.builtin else Kind(entry.get("kind", start.kind))
    except ValueError as error:
        allowed = ", ".join(k.value for k in Kind)
        raise SettingsError(f"{where}.kind", f"Must be one of: {allowed}.") from error
    enabled = entry.get("enabled", start.enabled)
    if not isinstance(enabled, bool):
        raise SettingsError(f"{where}.enabled", "Must be true or false.")
    label = start.label or str(entry.get("label") or "")
    return replace(start, direction=direction, kind=kind, enabled=enabled, label=label)


def _parse_filters(filters: object) -> dict[Side, Filter]:
    if not isinstance(filters, Mapping):
        raise SettingsError("filters", 'Must be an object with "hubspot" and "quickbooks".')
    unknown = set(filters) - {side.value for side in Side}
    if unknown:
        raise SettingsError(f"filters.{sorted(unknown)[0]}", 'Use "hubspot" or "quickbooks".')
    return {
        side: Filter(_parse_groups(filters.get(side.value, []), f"filters.{side.value}"))
        for side in Side
    }


def _parse_groups(groups: object, where: str) -> tuple[tuple[Condition, ...], ...]:
    if not isinstance(groups, list):
        raise SettingsError(where, "Must be a list of groups, each a list of conditions.")
    parsed = []
    for number, group in enumerate(groups):
        if not isinstance(group, list) or not group:
            raise SettingsError(f"{where}[{number}]", "Must be a list of at least one condition.")
        parsed.append(
            tuple(
                _parse_condition(entry, f"{where}[{number}][{position}]")
                for position, entry in enumerate(group)
            )
        )
    return tuple(parsed)


def _parse_condition(entry: object, where: str) -> Condition:
    if not isinstance(entry, Mapping) or not entry.get("field"):
        raise SettingsError(where, 'Needs a "field".')
    try:
        operator = Operator(entry.get("operator", ""))
    except ValueError as error:
        allowed = ", ".join(o.value for o in Operator)
        raise SettingsError(f"{where}.operator", f"Must be one of: {allowed}.") from error
    value = str(entry.get("value", ""))
    if operator.takes_value and not value.strip():
        raise SettingsError(f"{where}.value", f"“{operator.words}” needs a value.")
    return Condition(str(entry["field"]), operator, value, str(entry.get("label") or ""))
