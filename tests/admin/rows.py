"""One row of every model the admin shows, and fingerprints of all tables."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import connection, models
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from syncapp.models import (
    AccountPair,
    Approval,
    Connection,
    Cursor,
    Notification,
    RecordLink,
    RecordLogEntry,
    Rehearsal,
    SettingChange,
    SyncDefinition,
    SyncRun,
)
from syncapp.services import config, definitions

HUBSPOT_NAME = "Zanzibar Holdings of HubSpot"
QUICKBOOKS_NAME = "Zanzibar Holdings Books"


def connected(side: str, **values: Any) -> Connection:
    name = HUBSPOT_NAME if side == "hubspot" else QUICKBOOKS_NAME
    defaults: dict[str, Any] = {
        "side": side,
        "name": name,
        "external_id": f"{side}-1",
        "environment": "simulator",
        "base_url": "http://127.0.0.1:9",
        "client_id": "an-id",
        "client_secret": "a-secret-nobody-may-see",
        "access_token": "an-access-token-nobody-may-see",
        "refresh_token": "a-refresh-token-nobody-may-see",
        "access_expires_at": timezone.now() + timezone.timedelta(minutes=30),
        "status": "connected",
        "details": {"currency": "USD", "country": "US", "time_zone": "America/New_York"},
    }
    return Connection.objects.create(**{**defaults, **values})


def joined(**values: Any) -> AccountPair:
    return AccountPair.objects.create(
        hubspot=connected("hubspot"), quickbooks=connected("quickbooks"), **values
    )


def syncing(pair: AccountPair, *, is_on: bool = True, is_listed: bool = True) -> SyncDefinition:
    definition = definitions.find_or_start(pair, "contacts")
    now = timezone.now()
    definition.enabled = is_on
    definition.activated_at = now
    definition.hubspot_complete = definition.quickbooks_complete = is_listed
    definition.save()
    for side, stream in (("hubspot", "contacts"), ("quickbooks", "Customer")):
        Cursor.objects.create(
            pair=pair, side=side, stream=stream, position=now - timezone.timedelta(seconds=40)
        )
    return definition


def known(definition: SyncDefinition, number: int, state: str, code: str = "") -> RecordLink:
    now = timezone.now()
    return RecordLink.objects.create(
        definition=definition, origin="hubspot", hubspot_id=str(number), state=state, code=code,
        label=f"Person {number}", created_at=now, updated_at=now,
    )  # fmt: skip


def one_of_each(pair: AccountPair | None = None) -> dict[type[models.Model], models.Model]:
    """A row of each registered model, put together as the engine would."""
    now = timezone.now()
    pair = pair or joined()
    definition = syncing(pair)
    link = known(definition, 7, "failing", "ambiguous_match")
    run = SyncRun.objects.create(
        pair=pair, trigger="manual", state="finished", started_at=now, ended_at=now,
        counters={"created": {"hubspot": 1, "quickbooks": 2}, "api_calls": {"hubspot": 3}},
    )  # fmt: skip
    entry = RecordLogEntry.objects.create(
        definition=definition, link=link, run=run, at=now, kind="created", side="hubspot"
    )
    rehearsal = Rehearsal.objects.create(
        definition=definition, requested_at=now, document=config.default_document("contacts")
    )
    owner = User.objects.create_user("somebody")
    found: dict[type[models.Model], models.Model] = {
        Connection: pair.hubspot,
        AccountPair: pair,
        SyncDefinition: definition,
        RecordLink: link,
        SyncRun: run,
        RecordLogEntry: entry,
        Rehearsal: rehearsal,
        User: owner,
        Approval: Approval.objects.create(
            link=link,
            definition=definition,
            digest="x",
            op="create",
            asked_at=now,
            changes=[
                {"field": "DisplayName", "label": "DisplayName", "before": None, "after": "Z"}
            ],
        ),
        SettingChange: SettingChange.objects.create(
            who="somebody",
            pair=pair,
            definition=definition,
            subject=str(definition),
            setting="direction",
            before="both",
            after="to_hubspot",
        ),
        Notification: Notification.objects.create(user=owner, text="Zanzibar is ready"),
        Group: Group.objects.get(name="viewer"),
        Permission: Permission.objects.all()[0],
        PeriodicTask: PeriodicTask.objects.create(
            name="a task",
            task="syncapp.tasks.tick",
            interval=IntervalSchedule.objects.create(every=5, period="seconds"),
        ),
    }
    for model in admin.site._registry:
        if model not in found:
            found[model] = filled(model)
    return found


def filled(model: type[models.Model]) -> models.Model:
    """A row with something in every field that must hold something."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.has_default() or field.null or field.blank:
            continue
        if isinstance(field, models.DateTimeField):
            values[field.name] = timezone.now()
        elif isinstance(field, models.IntegerField | models.DecimalField):
            values[field.name] = 1
        elif isinstance(field, models.ForeignKey):
            values[field.name] = filled(field.related_model)
        else:
            values[field.name] = field.choices[0][0] if field.choices else "x"
    return model._default_manager.create(**values)


def fingerprints() -> dict[str, str]:
    """A digest of each table's whole content, sessions and all."""
    found = {}
    tables = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(json.dumps(row, default=str) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    assert apps.get_model("syncapp", "Connection")._meta.db_table in found
    assert LogEntry._meta.db_table in found
    return found
