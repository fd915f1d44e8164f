"""Drafts of a sync's settings: begun, kept between steps, checked, and put in force.

A draft holds a settings document that nothing obeys yet. Must not know how a page looks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db import transaction

from syncapp.core.errors import ConfigurationInvalid, SyncError
from syncapp.core.planner import SyncConfig
from syncapp.core.ports import Env
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Rehearsal, SyncDefinition, SyncDraft
from syncapp.services import (
    brakes,
    catalogue,
    definitions,
    matching_list,
    preflight,
    rehearsal,
    runs,
)
from syncapp.services import config as settings_documents
from syncapp.services.catalogue import FieldLists, Problem
from syncapp.services.config import Document, SettingsError
from syncapp.services.rehearsal import Standing


class DraftMoved(Exception):
    """What a page was made from was saved anew since; ``str()`` says by whom.

    Attributes:
        user: Who saved it; None when that is not known any more.
    """

    def __init__(self, user: Any) -> None:
        super().__init__(str(user or ""))
        self.user = user


class NotRehearsed(SyncError):
    """The settings may not be put in force before what they do was looked at."""


def living_definition(pair: AccountPair, object_type: str) -> SyncDefinition | None:
    """The sync of an object that exists already, switched on or not."""
    return SyncDefinition.objects.filter(
        pair=pair, object_type=object_type, deleted_at=None
    ).first()


def load(pair: AccountPair, object_type: str, *, now: datetime) -> SyncDraft:
    """The draft somebody began, or a fresh one (not saved).

    That is filled in from what is in force; for a new sync from what is recommended (S11).
    """
    found = (
        SyncDraft.objects.select_related("definition", "user")
        .filter(pair=pair, object_type=object_type)
        .first()
    )
    definition = living_definition(pair, object_type)
    if found is not None:
        if found.definition_id is not None and definition is None:
            found.definition = None  # deleted meanwhile: the draft sets up a new sync
        return found
    # A rehearsal of a draft leaves a definition behind that nobody has saved settings for.
    begun = definition is not None and (
        definition.config_version > 1 or definition.activated_at is not None
    )
    document = (
        definitions.export_document(definition)
        if definition is not None and begun
        else fresh_document(pair, object_type, now=now)
    )
    return SyncDraft(
        pair=pair,
        object_type=object_type,
        definition=definition,
        document=document,
        based_on_version=definition.config_version if definition is not None else 0,
    )


def stamp(draft: SyncDraft, parts: Iterable[str]) -> str:
    """Names the state of some parts of a draft, so that a page can tell whether they moved."""
    told = {name: draft.document.get(name) for name in sorted(parts)}
    content = json.dumps(told, sort_keys=True, default=str).encode()
    return blake2b(content, digest_size=12).hexdigest()


def save(
    draft: SyncDraft,
    parts: Mapping[str, Any],
    *,
    user: Any,
    seen: str | None = None,
    watched: Iterable[str] = (),
) -> SyncDraft:
    """Keep parts of the document.

    Args:
        draft: As it was loaded; saved with the parts.
        parts: Top-level parts of a settings document.
        user: Who typed them.
        seen: The ``stamp`` of the watched parts, as the page was made; None to skip the check.
        watched: The parts a person changes on that page.

    Raises:
        DraftMoved: They were changed in between, by somebody else or in another window; nothing
            was kept.
    """
    with transaction.atomic():
        if draft.pk:
            draft = SyncDraft.objects.select_for_update().get(pk=draft.pk)
        moved = seen is not None and seen != stamp(draft, watched)
        if moved and any(draft.document.get(name) != told for name, told in parts.items()):
            raise DraftMoved(draft.user)
        draft.document = {**draft.document, **parts}
        draft.user = user
        draft.save()
    return draft


def has_moved(draft: SyncDraft) -> bool:
    """Whether the settings in force changed since the draft was begun."""
    definition = living_definition(draft.pair, draft.object_type)
    return definition is not None and definition.config_version != (draft.based_on_version or 1)


def fresh_document(pair: AccountPair, object_type: str, *, now: datetime) -> Document:
    """What the wizard starts a new sync from: the recommended settings, from today on (S11)."""
    days = settings_documents.calendar_of(pair, now)
    return settings_documents.recommended_document(object_type, days)


def check(document: Document, lists: FieldLists) -> list[Problem]:
    """What is wrong with a document, the fields it refers to included."""
    try:
        config = settings_documents.parse_document(document)
    except SettingsError as error:
        return [Problem(error.where, error.message)]
    problems = []
    for side in lists.fields:
        config = definitions.without_absent(config, side, lists.fields[side])
        for name in definitions.unknown_fields(config, side, lists.fields[side]):
            problems.append(_unknown(config, side, name))
    return problems + catalogue.incompatible(config, lists)


def _unknown(config: SyncConfig, side: Side, name: str) -> Problem:
    for position, mapping in enumerate(config.mappings):
        if mapping.enabled and mapping.field(side) == name:
            return Problem(
                f"mappings[{position}]",
                f"{side.label} has no field “{name}” any more, and the mapping "
                f"“{mapping.label or name}” uses it. Switch that mapping off, or restore the "
                f"field in {side.label}.",
            )
    return Problem(
        f"filters.{side.value}",
        f"{side.label} has no field “{name}” any more, and a filter uses it. Choose another "
        f"field in the filters, or remove the condition.",
    )


def request_rehearsal(draft: SyncDraft, *, user: Any, env: Env) -> Rehearsal:
    """Ask for a rehearsal of a draft; the sync stays as it is.

    Raises:
        SettingsError: The draft cannot be used.
    """
    settings_documents.parse_document(draft.document)
    definition = definitions.find_or_start(draft.pair, draft.object_type)
    if draft.pk is None or draft.definition_id != definition.pk:
        draft.definition = definition
        draft.based_on_version = draft.based_on_version or definition.config_version
        draft.user = user
        draft.save()
    return rehearsal.request(definition, draft.document, user=user, env=env)


def latest_rehearsal(draft: SyncDraft) -> Rehearsal | None:
    """The last rehearsal of the sync a draft is about; None while nothing is being edited."""
    if draft.pk is None or draft.definition_id is None:
        return None
    return Rehearsal.objects.filter(definition_id=draft.definition_id).order_by("-pk").first()


def standing(draft: SyncDraft, *, now: datetime) -> Standing:
    """What the last rehearsal is worth for switching this draft on."""
    return rehearsal.standing(latest_rehearsal(draft), draft.document, now=now)


def records_planned_again(draft: SyncDraft) -> int:
    """How many records a saved change makes due; 0 for a sync that was never switched on."""
    definition = living_definition(draft.pair, draft.object_type)
    if definition is None or definition.activated_at is None:
        return 0
    return definition.links.count()


def put_in_force(draft: SyncDraft, *, who: str, env: Env) -> SyncDefinition:
    """Save a draft's settings as the sync's own and switch it on; the draft is gone then.

    What the last rehearsal counted is approved by this, and is the most that the first run with
    these settings may write (B1).

    Raises:
        SettingsError: The document cannot be used.
        NotRehearsed: No rehearsal of these very settings was finished within 24 hours, or the
            sync was switched on with it before.
        SyncError: A field is missing, a finding of the pre-flight stands in the way, or a side
            refused or could not be reached. The sync is then as it was.
    """
    config = settings_documents.config_for(draft.pair, draft.document, now=env.clock.now())
    preflight.require(draft.pair, config, env=env)  # before anything is saved
    connectors = runs.open_connectors(draft.pair, env)
    described = {side: connectors[side].describe(config.pair.type(side)) for side in Side}
    for problem in check(draft.document, FieldLists(described)):
        raise ConfigurationInvalid(problem.message, code="unknown_field")
    rehearsed = latest_rehearsal(draft)
    if rehearsed is None or standing(draft, now=env.clock.now()) is not Standing.READY:
        raise NotRehearsed(
            "Nothing was switched on: rehearse these settings first, so that you see what they "
            "would do. A rehearsal counts for 24 hours and until the settings change."
        )
    definition = definitions.find_or_start(draft.pair, draft.object_type)
    document = settings_documents.to_document(catalogue.typed(config, connectors))
    if document != definitions.export_document(definition):
        definitions.save_document(definition, document, now=env.clock.now(), who=who)
    matching_list.apply(definition, env=env)
    brakes.set_ceiling(rehearsed, who=who, now=env.clock.now())  # before any run may begin
    definition.refresh_from_db()
    definitions.activate(definition, connectors=connectors, env=env, who=who)
    rehearsal.use_up(rehearsed)
    if draft.pk:
        draft.delete()
    return definition
