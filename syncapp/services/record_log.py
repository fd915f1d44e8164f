"""Writes the record log: one short line per decision or deed, kept with its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from syncapp.core.plan import FieldChange
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.models import RecordLink, RecordLogEntry, SyncRun

Kind = RecordLogEntry.Kind


def entry(  # noqa: PLR0913 - one row of the log, spelt out
    link: RecordLink,
    kind: RecordLogEntry.Kind,
    *,
    at: datetime,
    run: SyncRun | None = None,
    side: Side | None = None,
    code: str = "",
    text: str = "",
    changes: Iterable[Mapping[str, Value]] = (),
    request_id: str = "",
    who: str = "",
) -> RecordLogEntry:
    """An entry, not saved yet."""
    return RecordLogEntry(
        definition_id=link.definition_id,
        link=link,
        run=run,
        at=at,
        kind=kind,
        side=side.value if side else "",
        code=code,
        text=text,
        changes=list(changes),
        request_id=request_id,
        who=who,
    )


def save(entries: Iterable[RecordLogEntry]) -> None:
    """Append them."""
    RecordLogEntry.objects.bulk_create(entries, batch_size=500)


def field_changes(
    config: SyncConfig, side: Side, changes: Iterable[FieldChange]
) -> list[dict[str, Value]]:
    """What a change did to each field, in words a person knows."""
    labels = {mapping.key: mapping.label for mapping in (*config.mappings, *config.pair.derived)}
    return [
        {
            "field": change.field,
            "label": labels.get(change.mapping, "") or change.field,
            "before": change.before,
            "after": change.after,
            "side": side.value,
        }
        for change in changes
    ]
