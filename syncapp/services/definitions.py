"""Sets up, switches and removes syncs; checks that what they refer to exists.

Everything a person or a command does to a sync definition goes through here. Must not read or
write records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from syncapp.connectors.base import Connector
from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.planner import SyncConfig
from syncapp.core.ports import Env
from syncapp.core.schema import Field
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Cursor, RecordLink, SyncDefinition
from syncapp.services import (
    adoption,
    associated,
    catalogue,
    features,
    ingest,
    preflight,
    setting_changes,
)
from syncapp.services import config as settings_documents
from syncapp.services.config import Document, SettingsError
from syncapp.services.context import ActiveSync
from syncapp.services.setting_changes import COMMAND_LINE
from syncapp.services.words import title_of

FIELD_CHECK_EVERY = timedelta(hours=1)


def find_or_start(pair: AccountPair, object_type: str) -> SyncDefinition:
    """The living sync of an object, or a new one that is still off.

    A new one takes over the record links of the one deleted last (S13).
    """
    definition, is_new = SyncDefinition.objects.get_or_create(
        pair=pair, object_type=object_type, deleted_at=None
    )
    if is_new:
        adoption.adopt(definition)
    if not definition.mappings.exists():
        document = settings_documents.default_document(object_type)
        with transaction.atomic():
            settings_documents.save_rows(definition, settings_documents.parse_document(document))
    for name, hosted in OBJECT_PAIRS.items():
        if hosted.host == object_type:
            part, is_new = SyncDefinition.objects.get_or_create(
                pair=pair, object_type=name, deleted_at=None, defaults={"host": definition}
            )
            if is_new:
                adoption.adopt(part)
    return definition


def export_document(definition: SyncDefinition) -> Document:
    """The settings of a sync as a document."""
    return settings_documents.to_document(settings_documents.load_config(definition))


def save_document(
    definition: SyncDefinition, document: Document, *, now: datetime, who: str = COMMAND_LINE
) -> SyncConfig:
    """Put a settings document in force; every record is planned again (ENGINE 2.10).

    Raises:
        SettingsError: The document cannot be used.
    """
    config = settings_documents.config_for(definition.pair, document, now=now)
    if config.pair.name != definition.object_type:
        raise SettingsError("object", f"These settings are for {title_of(config.pair)}.")
    before = settings_documents.load_config(definition)
    with transaction.atomic():
        settings_documents.save_rows(definition, config)
        setting_changes.note_document(
            definition, settings_documents.to_document(before),
            settings_documents.to_document(config), who=who, at=now,
        )  # fmt: skip
        definition.config_version += 1
        definition.settings.pop("fields_checked_at", None)
        definition.save(update_fields=["config_version", "settings", "updated_at"])
        _list_again_if_needed(definition, before, config)
        definition.links.update(next_at=now)
        definition.hosted.update(config_version=F("config_version") + 1)
        RecordLink.objects.filter(definition__host=definition).update(next_at=now)
        AccountPair.objects.filter(pk=definition.pair_id).run_next(now)
    return replace(config, version=definition.config_version)


def turn_day(sync: ActiveSync, *, now: datetime) -> None:
    """Plan every record again on a new day, where a filter counts days from today."""
    if not any(chosen.is_relative for chosen in sync.config.filters.values()):
        return
    definition, today = sync.definition, str(sync.config.calendar.today)
    if definition.settings.get("filtered_on") == today:
        return
    with transaction.atomic():
        definition.settings["filtered_on"] = today
        definition.save(update_fields=["settings", "updated_at"])
        definition.links.filter(next_at=None).exclude(code="outcome_unknown").update(next_at=now)


def activate(
    definition: SyncDefinition,
    *,
    connectors: Mapping[Side, Connector],
    env: Env,
    who: str = COMMAND_LINE,
) -> None:
    """Switch a sync on.

    Makes HubSpot's marker property exist, by which a created record is found again.

    Raises:
        ConfigurationInvalid: It refers to a field that does not exist, or a finding of the
            pre-flight stands in the way.
        SyncError: A side refused or could not be reached; nothing was switched on.
    """
    config = settings_documents.load_config(definition)
    preflight.require(definition.pair, config, env=env)
    typed = catalogue.typed(config, connectors)
    if typed != config:
        document = settings_documents.to_document(typed)
        save_document(definition, document, now=env.clock.now(), who=who)
    hosted = list(definition.hosted.filter(deleted_at=None))
    absent = features.absent(hosted, connectors)
    together = [definition, *(one for one in hosted if one.object_type not in absent)]
    for one in together:
        sync = ActiveSync(one, settings_documents.load_config(one))
        check_fields(sync, connectors, env=env, force=True)
        prepare(sync, connectors)
    now = env.clock.now()
    with transaction.atomic():
        _note_switch(definition, definition.enabled, "on", who=who, at=now)
        for one in together:
            one.enabled = True
            one.activated_at = one.activated_at or now
            one.save(update_fields=["enabled", "activated_at", "updated_at"])
            one.links.filter(next_at=None).exclude(code="outcome_unknown").update(next_at=now)
        for one in hosted:
            says = absent.get(one.object_type, "")
            if one.settings.get("absent", "") != says:
                one.settings["absent"] = says
                one.save(update_fields=["settings", "updated_at"])
            if says:
                SyncDefinition.objects.filter(pk=one.pk).update(enabled=False)
        AccountPair.objects.filter(pk=definition.pair_id).run_next(now)


def prepare(sync: ActiveSync, connectors: Mapping[Side, Connector]) -> None:
    """Make the marker exist on each side that is written to; asked once per settings.

    A direction can be opened long after the sync was switched on, so switching on is not enough.

    Raises:
        SyncError: A side refused or could not be reached; it is asked again in the next run.
    """
    definition, config = sync.definition, sync.config
    if definition.settings.get("prepared_version") == config.version:
        return
    for side in Side:
        if config.direction.allows(side):
            connectors[side].prepare(config.pair.type(side))
    definition.settings["prepared_version"] = config.version
    known = definition.settings.get("prepared_sides", [])
    open_sides = [side.value for side in Side if config.direction.allows(side)]
    definition.settings["prepared_sides"] = sorted({*known, *open_sides})
    definition.save(update_fields=["settings", "updated_at"])


def turn_off(definition: SyncDefinition, *, who: str = COMMAND_LINE) -> None:
    """Stop all writes; settings, links and history stay (S13)."""
    was_on, definition.enabled = definition.enabled, False
    with transaction.atomic():
        _note_switch(definition, was_on, "off", who=who)
        definition.hosted.update(enabled=False)
        definition.save(update_fields=["enabled", "updated_at"])


def _note_switch(
    definition: SyncDefinition, was_on: bool, now: str, *, who: str, at: datetime | None = None
) -> None:
    before = "on" if was_on else "off"
    if before != now:
        setting_changes.note(
            who=who, at=at, definition=definition, setting="switch", before=before, after=now
        )


def delete(definition: SyncDefinition, *, now: datetime, who: str = COMMAND_LINE) -> None:
    """Remove a sync. Nothing in HubSpot or QuickBooks is deleted.

    Its links are kept for a while; a new sync of the same object takes them over.
    """
    with transaction.atomic():
        _note_switch(definition, definition.enabled, "deleted", who=who, at=now)
        definition.enabled = False
        definition.deleted_at = now
        definition.save(update_fields=["enabled", "deleted_at", "updated_at"])
        definition.drafts.all().delete()
        cursors = Cursor.objects.filter(pair=definition.pair)
        for one in (definition, *definition.hosted.all()):
            types = [one.object_pair.type(side) for side in one.object_pair.listens]
            cursors.filter(stream__in=types).delete()
        cursors.filter(stream__startswith=f"{associated.STREAM}{definition.object_type}:").delete()
        definition.hosted.update(enabled=False, deleted_at=now)


def pause(pair: AccountPair, *, who: str) -> None:
    """Stop all writes of a pair at once; reading goes on.

    A pair that waits for a reconnect can be paused, too: it stays so when it is reconnected.
    Pausing what is paused changes nothing: it stays known who paused it first, and when.
    """
    with transaction.atomic():
        paused = AccountPair.objects.filter(pk=pair.pk).exclude(state=AccountPair.State.PAUSED)
        if paused.update(
            state=AccountPair.State.PAUSED,
            state_detail=f"Paused by {who}.",
            paused_by=who,
            paused_at=timezone.now(),
        ):
            setting_changes.note(who=who, pair=pair, setting="writes", before="on", after="paused")


def resume(pair: AccountPair, *, now: datetime, who: str = COMMAND_LINE) -> None:
    """Let a paused pair write again."""
    with transaction.atomic():
        if AccountPair.objects.filter(pk=pair.pk, state=AccountPair.State.PAUSED).run_next(
            now,
            state=AccountPair.State.ACTIVE,
            state_detail="",
            paused_by="",
            paused_at=None,
        ):
            setting_changes.note(
                who=who, at=now, pair=pair, setting="writes", before="paused", after="on"
            )


def request_run(pair: AccountPair, *, now: datetime) -> None:
    """Make a pair due now, ahead of the others ("Sync now")."""
    with transaction.atomic():
        Cursor.objects.filter(pair=pair).exclude(stream__startswith=ingest.SWEEP).update(
            next_due_at=now
        )
        AccountPair.objects.filter(pk=pair.pk).run_next(now)


def check_fields(
    sync: ActiveSync, connectors: Mapping[Side, Connector], *, env: Env, force: bool = False
) -> ActiveSync:
    """Refuse to run on a field that does not exist (any more).

    HubSpot leaves unknown properties out without a word, so a filter on one would exclude
    everything in silence. Asked at most once an hour.

    Returns:
        The sync, without the optional mappings that the accounts have no field for.

    Raises:
        ConfigurationInvalid: Which field, and what to do.
    """
    if sync.config.pair.host:
        return sync  # nobody chose its fields
    checked = sync.definition.settings.get("fields_checked_at")
    now = env.clock.now()
    if not force and checked and datetime.fromisoformat(checked) > now - FIELD_CHECK_EVERY:
        return sync
    config = check_config(sync.config, connectors)
    for mapping in sync.config.mappings:
        if mapping not in config.mappings:
            sync.definition.mappings.filter(
                hubspot_field=mapping.hubspot, quickbooks_field=mapping.quickbooks
            ).update(enabled=False)
    sync.definition.settings["fields_checked_at"] = now.isoformat()
    sync.definition.save(update_fields=["settings", "updated_at"])
    return ActiveSync(sync.definition, config)


def check_config(config: SyncConfig, connectors: Mapping[Side, Connector]) -> SyncConfig:
    """Refuse a configuration that uses a field one of the accounts does not have.

    Returns:
        The configuration without the optional mappings that the accounts have no field for.

    Raises:
        ConfigurationInvalid: Which field, and what to do.
    """
    for side in Side:
        described = connectors[side].describe(config.pair.type(side))
        config = without_absent(config, side, described)
        missing = unknown_fields(config, side, described)
        for record_type, names in associated.read_by(config).items() if not missing else ():
            if side is associated.SIDE:
                known = {field.name for field in connectors[side].describe(record_type)}
                missing += [f"{record_type}: {name}" for name in names if name not in known]
        if missing:
            raise ConfigurationInvalid(
                f"{side.label} has no field “{missing[0]}” any more, and the "
                f"{title_of(config.pair)} sync uses it in its filters or mappings. Edit the sync "
                "and choose another field.",
                code="unknown_field",
            )
    return config


def without_absent(config: SyncConfig, side: Side, described: Sequence[Field]) -> SyncConfig:
    """The configuration with those mappings off that a side need not have a field for."""
    known = {field.name for field in described}
    return replace(
        config,
        mappings=tuple(
            replace(m, enabled=False) if m.optional and m.field(side) not in known else m
            for m in config.mappings
        ),
    )


def unknown_fields(config: SyncConfig, side: Side, described: Sequence[Field]) -> list[str]:
    """The fields a configuration uses that a side does not have, sorted."""
    known = {field.name for field in described if not field.lacks}
    builtin = set(config.pair.reads.get(side, ()))
    return [name for name in config.fields(side) if name not in known | builtin]


def _list_again_if_needed(
    definition: SyncDefinition, before: SyncConfig, after: SyncConfig
) -> None:
    """A newly used HubSpot property was never read: list that side again (ENGINE 2.10)."""
    if set(after.fields(Side.HUBSPOT)) <= set(before.fields(Side.HUBSPOT)):
        return
    definition.hubspot_complete = False
    definition.save(update_fields=["hubspot_complete", "updated_at"])
    Cursor.objects.filter(
        pair=definition.pair, side=Side.HUBSPOT.value, stream=after.pair.type(Side.HUBSPOT)
    ).update(window={})
