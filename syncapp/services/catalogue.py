"""The fields both accounts really have, with sample values; asked once and remembered for a while.

A settings document is checked against them here. Must not know drafts, pages or how a value is
mapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.core.cache import cache

from syncapp.connectors.base import Connector
from syncapp.core.compatibility import judge
from syncapp.core.errors import SyncError
from syncapp.core.filters import Filter
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.planner import SyncConfig
from syncapp.core.ports import Env
from syncapp.core.schema import Field, Kind
from syncapp.core.sides import Side
from syncapp.core.values import Value, is_empty, text
from syncapp.models import AccountPair, Connection, SyncDefinition
from syncapp.services import connections

REMEMBERED_SECONDS = 600
SAMPLED_RECORDS = 200
SAMPLES_PER_FIELD = 3
SAMPLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class FieldLists:
    """The fields both accounts really have.

    Attributes:
        problems: ``{side: sentence}`` for a side that could not be asked.
        associated: ``{side: {type: fields}}`` of the associated records a filter may read.
    """

    fields: Mapping[Side, tuple[Field, ...]]
    problems: Mapping[Side, str] = field(default_factory=dict)
    associated: Mapping[Side, Mapping[str, tuple[Field, ...]]] = field(default_factory=dict)

    def named(self, side: Side, name: str, related: str = "") -> Field | None:
        """The field of that name, None when the account lacks it (or was not asked)."""
        fields: Iterable[Field] = self.fields.get(side, ())
        if related:
            fields = self.associated.get(side, {}).get(related, ())
        return next((one for one in fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why settings cannot be put in force.

    Attributes:
        where: The part of the document, as a path (``filters.hubspot[0][1].field``).
        message: What is wrong and what to do.
    """

    where: str
    message: str


def describe(pair: AccountPair, object_type: str, *, env: Env, refresh: bool = False) -> FieldLists:
    """The fields of both accounts; a side that cannot be asked says why.

    Args:
        pair: The accounts.
        object_type: The object whose records have the fields.
        env: The doors.
        refresh: Ask again, whatever is remembered.
    """
    object_pair = OBJECT_PAIRS[object_type]
    found: dict[Side, tuple[Field, ...]] = {}
    problems: dict[Side, str] = {}
    associated: dict[Side, dict[str, tuple[Field, ...]]] = {}
    for side in Side:
        connection = pair.connection(side)
        try:
            found[side] = _fields(connection, object_pair.type(side), env, refresh=refresh)
        except SyncError as error:
            problems[side] = str(error)
            continue
        associated[side] = {}
        for record_type in object_pair.associated.get(side, ()):
            try:
                fields = _fields(connection, record_type, env, refresh=refresh)
            except SyncError:
                continue  # without that permission these records are not offered
            associated[side][record_type] = fields
    return FieldLists(found, problems, associated)


def _fields(
    connection: Connection, record_type: str, env: Env, *, refresh: bool
) -> tuple[Field, ...]:
    key = (
        f"tandem-fields-{connection.pk}-{connection.token_version}-"
        f"{connection.external_id}-{record_type}"
    )
    remembered: tuple[Field, ...] | None = None if refresh else cache.get(key)
    if remembered is None:
        connector = connections.connector_for(connection, env=env)
        remembered = connector.describe(record_type)
        cache.set(key, remembered, REMEMBERED_SECONDS)
    return remembered


def samples(pair: AccountPair, object_type: str, side: Side, *, env: Env) -> dict[str, list[str]]:
    """``{field: a few values}`` of records that were read; of a page that is read now if none was.

    {} when the account cannot be asked.
    """
    connection = pair.connection(side)
    key = f"tandem-samples-{pair.pk}-{connection.external_id}-{object_type}-{side.value}"
    remembered: dict[str, list[str]] | None = cache.get(key)
    if remembered is None:
        remembered = _sampled(_records(pair, object_type, side, env))
        cache.set(key, remembered, REMEMBERED_SECONDS)
    return remembered


def _records(
    pair: AccountPair, object_type: str, side: Side, env: Env
) -> list[Mapping[str, Value]]:
    definition = SyncDefinition.objects.filter(
        pair=pair, object_type=object_type, deleted_at=None
    ).first()
    column = f"{side.value}_seen"
    kept: list[Mapping[str, Value]] = []
    if definition is not None:
        rows = definition.links.filter(**{f"{column}__isnull": False}).order_by("-pk")
        kept = list(rows.values_list(column, flat=True)[:SAMPLED_RECORDS])
    if kept and side is Side.QUICKBOOKS:
        return kept  # of HubSpot only the fields in use are kept
    record_type = OBJECT_PAIRS[object_type].type(side)
    try:
        connector = connections.connector_for(pair.connection(side), env=env)
        fields = _fields(pair.connection(side), record_type, env, refresh=False)
        page = connector.list_page(record_type, fields=[one.name for one in fields], after=None)
    except SyncError:
        return kept
    return [record.values for record in page.records]


def _sampled(records: Sequence[Mapping[str, Value]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for values in records:
        for name, value in values.items():
            ones = found.setdefault(name, [])
            if len(ones) >= SAMPLES_PER_FIELD or is_empty(value) or isinstance(value, list | dict):
                continue
            shown = text(value)[:SAMPLE_LENGTH]
            if shown not in ones:
                ones.append(shown)
    return {name: ones for name, ones in found.items() if ones}


def typed(config: SyncConfig, connectors: Mapping[Side, Connector]) -> SyncConfig:
    """The configuration with its conditions compared by the kinds their fields really have."""
    filters = {}
    for side, chosen in config.filters.items():
        kinds: dict[str, dict[str, Field]] = {}
        for condition in chosen.conditions:
            if condition.related not in kinds:
                record_type = condition.related or config.pair.type(side)
                told = connectors[side].describe(record_type)
                kinds[condition.related] = {one.name: one for one in told}
        filters[side] = Filter(
            tuple(
                tuple(
                    replace(one, kind=known.kind, label=one.label or known.label)
                    if one.kind is Kind.TEXT
                    and (known := kinds[one.related].get(one.field)) is not None
                    else one
                    for one in group
                )
                for group in chosen.groups
            )
        )
    return replace(config, filters=filters)


def incompatible(config: SyncConfig, lists: FieldLists) -> list[Problem]:
    """The added mappings whose two fields do not go together, or not in that direction."""
    problems = []
    for position, mapping in enumerate(config.mappings):
        fields = [lists.named(side, mapping.field(side)) for side in Side]
        hubspot, quickbooks = fields
        if mapping.builtin or not mapping.enabled or hubspot is None or quickbooks is None:
            continue
        verdict = judge(hubspot, quickbooks)
        for side in Side:
            if mapping.direction.allows(side) and side in verdict.reasons:
                problems.append(
                    Problem(
                        f"mappings[{position}]",
                        f"{verdict.reasons[side]} Choose another field, or another direction.",
                    )
                )
                break
    return problems
