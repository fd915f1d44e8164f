"""Keeps who changed which setting, when, from what to what (B12).

Compares settings and writes rows. Must not know how a change is put into words, and is never
handed a secret: keys and tokens are no settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from syncapp.models import AccountPair, SettingChange, SyncDefinition
from syncapp.services.setting_parts import Document

#: The person behind a change made by a command.
COMMAND_LINE = "command line"
NAME_LIMIT = 500


def note(
    *,
    who: str,
    setting: str,
    before: Any = None,
    after: Any = None,
    at: datetime | None = None,
    pair: AccountPair | None = None,
    definition: SyncDefinition | None = None,
    subject: str = "",
) -> None:
    """Keep one change; in the caller's transaction."""
    pair = definition.pair if definition is not None else pair
    SettingChange.objects.create(
        at=at or timezone.now(),
        who=who[:150],
        pair=pair,
        definition=definition,
        subject=(subject or str(definition or pair or ""))[:NAME_LIMIT],
        setting=setting[:NAME_LIMIT],
        before=before,
        after=after,
    )


def note_document(
    definition: SyncDefinition, before: Document, after: Document, *, who: str, at: datetime
) -> None:
    """Keep what differs between two settings documents of a sync."""
    for setting, old, new in differences(before, after):
        note(who=who, at=at, definition=definition, setting=setting, before=old, after=new)


def differences(before: Document, after: Document) -> Iterator[tuple[str, Any, Any]]:
    """``(path, before, after)`` of each setting that is another, in the order of the wizard."""
    for name in ("direction", "conflict", "start"):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)
    for part in ("options", "filters"):
        yield from _by_name(part, before.get(part) or {}, after.get(part) or {})
    yield from _by_name(
        "mappings", _by_fields(before.get("mappings")), _by_fields(after.get("mappings"))
    )


def _by_name(
    part: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{part}.{name}", before.get(name), after.get(name)


def _by_fields(mappings: Any) -> dict[str, Any]:
    return {f"{one['hubspot']}:{one['quickbooks']}": one for one in mappings or ()}
