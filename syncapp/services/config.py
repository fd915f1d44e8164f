"""Settings documents and definition rows -> the frozen configuration the core works with.

A settings document is the JSON form of one sync's settings: what the wizard edits, what
``create_sync --settings`` reads and what is exported (B16). Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from syncapp.core import dates
from syncapp.core.filters import NO_CALENDAR, Calendar, Condition, Filter, Operator
from syncapp.core.mapping import FieldMapping
from syncapp.core.money import number, plain
from syncapp.core.pairs import CHOOSABLE, OBJECT_PAIRS
from syncapp.core.pairs.base import ObjectPair, Option, OptionKind
from syncapp.core.planner import SyncConfig
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value
from syncapp.models import AccountPair, FieldMappingRow, FilterCondition, SyncDefinition
from syncapp.services import filter_settings, mapping_settings
from syncapp.services.setting_parts import Document, SettingsError, choice

__all__ = [
    "Document",
    "SettingsError",
    "calendar_of",
    "default_document",
    "load_config",
    "parse_document",
    "recommended_document",
    "save_rows",
    "to_document",
]

KNOWN = ("object", "direction", "conflict", "mappings", "filters", "start", "options")


def calendar_of(pair: AccountPair, now: datetime | None = None) -> Calendar:
    """The days of the company behind a pair; in UTC while its time zone is unknown."""
    return Calendar(dates.zone(pair.company_time_zone), now)


def default_document(object_type: str) -> Document:
    """The settings a scripted sync starts from: S7's winner, all default mappings, no filter."""
    pair = OBJECT_PAIRS[object_type]
    return {
        "object": object_type,
        "direction": pair.direction.value,
        "conflict": (pair.direction.source or Side.QUICKBOOKS).value,
        "mappings": [mapping_settings.entry_of(mapping) for mapping in pair.mappings],
        "filters": {
            side.value: filter_settings.entries(pair.locked.get(side, Filter())) for side in Side
        },
        "start": None,
        "options": {option.name: option.default for option in pair.options},
    }


def recommended_document(object_type: str, calendar: Calendar) -> Document:
    """The settings the wizard starts from: the recommended filters, from today on (S11)."""
    pair = OBJECT_PAIRS[object_type]
    document = default_document(object_type)
    for side, chosen in pair.recommended.items():
        document["filters"][side.value] = filter_settings.entries(chosen)
    if pair.dated_by:
        document["start"] = filter_settings.TODAY
    return filter_settings.resolve(document, calendar)


def parse_document(document: object, calendar: Calendar = NO_CALENDAR) -> SyncConfig:
    """The configuration a settings document describes.

    Missing parts take their defaults; unknown parts are refused, so that a misspelt one is
    noticed.

    Args:
        document: The document.
        calendar: The company's days, by which "[today]" is understood.

    Raises:
        SettingsError: It cannot be used.
    """
    if not isinstance(document, Mapping):
        raise SettingsError("", "The settings must be a JSON object.")
    for name in document:
        if name not in KNOWN:
            raise SettingsError(str(name), f"Unknown setting. Known: {', '.join(sorted(KNOWN))}.")
    object_type = document.get("object", "contacts")
    if object_type not in CHOOSABLE:
        raise SettingsError("object", f"Must be one of: {', '.join(CHOOSABLE)}.")
    pair = OBJECT_PAIRS[object_type]
    merged = {**default_document(object_type), **document}
    return SyncConfig(
        pair=pair,
        direction=Direction(choice(merged, "direction", [d.value for d in Direction])),
        winner=Side(choice(merged, "conflict", [s.value for s in Side])),
        mappings=mapping_settings.parse(merged["mappings"], pair),
        filters=filter_settings.parse(merged["filters"], pair, calendar),
        start=filter_settings.parse_start(merged["start"], pair, calendar),
        options=_parse_options(merged["options"], pair),
        calendar=calendar,
    )


def config_for(pair: AccountPair, document: object, *, now: datetime) -> SyncConfig:
    """What a document, in force or not, means for an account pair: its company's days and money.

    A rehearsal that read with less would keep documents on another day, and without their worth.

    Raises:
        SettingsError: It cannot be used.
    """
    return replace(
        parse_document(document, calendar_of(pair, now)),
        time_zone=pair.company_time_zone,
        home_currency=pair.quickbooks.currency,
    )


def to_document(config: SyncConfig) -> Document:
    """The settings document of a configuration."""
    return {
        "object": config.pair.name,
        "direction": config.direction.value,
        "conflict": config.winner.value,
        "mappings": [mapping_settings.entry_of(mapping) for mapping in config.mappings],
        "filters": {
            side.value: filter_settings.entries(config.filters.get(side, Filter())) for side in Side
        },
        "start": config.start.isoformat() if config.start is not None else None,
        "options": dict(config.options),
    }


def load_config(definition: SyncDefinition, *, now: datetime | None = None) -> SyncConfig:
    """The configuration of a saved sync; a hosted one follows its host's.

    Args:
        definition: The sync.
        now: The moment from which its filters count days; None where nothing is planned.
    """
    pair = definition.object_pair
    if definition.host is not None:
        return hosted_config(definition, load_config(definition.host, now=now))
    builtin = {mapping.key: mapping for mapping in pair.mappings}
    groups: dict[Side, dict[int, list[Condition]]] = {side: defaultdict(list) for side in Side}
    for row in definition.conditions.all():
        condition = Condition(
            row.field,
            Operator(row.operator),
            row.value,
            row.label,
            kind=Kind(row.kind),
            related=row.related,
            locked=Side(row.side) in pair.locked,
        )
        groups[Side(row.side)][row.group].append(condition)
    return SyncConfig(
        pair=pair,
        direction=Direction(definition.direction),
        winner=Side(definition.winner),
        mappings=tuple(
            _mapping(row, builtin.get(f"{row.hubspot_field}:{row.quickbooks_field}"))
            for row in definition.mappings.all()
        ),
        filters={
            side: Filter(tuple(tuple(by_group[n]) for n in sorted(by_group)))
            for side, by_group in groups.items()
        },
        version=definition.config_version,
        options=_options(definition),
        time_zone=definition.pair.company_time_zone,
        home_currency=definition.pair.quickbooks.currency,
        start=definition.start,
        calendar=calendar_of(definition.pair, now),
    )


def hosted_config(definition: SyncDefinition, host: SyncConfig) -> SyncConfig:
    """The configuration of a sync that goes along with another, from the other's."""
    pair = definition.object_pair
    return replace(
        host,
        pair=pair,
        winner=Side.QUICKBOOKS,
        mappings=pair.mappings,
        filters={},
        start=host.start if pair.dated_by else None,
        version=definition.config_version,
    )


def _mapping(row: FieldMappingRow, builtin: FieldMapping | None) -> FieldMapping:
    """A saved mapping; of one of ours, the rules that nobody sets are the pair's."""
    start = builtin or FieldMapping(row.hubspot_field, row.quickbooks_field)
    transforms = mapping_settings.transforms_of(row.transforms)
    return replace(
        start,
        kind=Kind(row.kind),
        direction=Direction(row.direction),
        label=row.label,
        enabled=row.enabled,
        creation_only=row.creation_only,
        builtin=row.builtin,
        transforms=transforms,
        instant=start.instant or mapping_settings.keeps_instant(transforms),
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
    definition.start = config.start
    definition.save(update_fields=["direction", "winner", "settings", "start", "updated_at"])
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
            transforms=mapping_settings.transform_entries(mapping.transforms),
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
            kind=condition.kind.value,
            related=condition.related,
        )
        for side, chosen in config.filters.items()
        for number, group in enumerate(chosen.groups)
        for condition in group
    )


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
        case OptionKind.AMOUNT:
            told = number(value)
            if told is None or told < 0:
                raise SettingsError(where, f"Must be an amount, like 1000.00; it is {value!r}.")
            return plain(told)
    return cast("Value", value)
