"""An installation that has been at work: both simulators connected, a sync on, every page filled.

Knows the command line's way to set things up. Must not know a page.
"""

from __future__ import annotations

from io import StringIO

from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import models
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from syncapp.models import (
    AccountPair,
    Connection,
    FailedCall,
    Notification,
    RecordLink,
    RecordLogEntry,
    Rehearsal,
    SyncDefinition,
)
from syncapp.services import preflight
from syncapp.services.env import real_env
from tests.admin.rows import filled
from tests.browser.test_approvals import plant

Rows = dict[type[models.Model], models.Model]


def command(name: str, *args: str) -> None:
    """A management command; what it prints is not looked at."""
    call_command(name, *args, stdout=StringIO(), stderr=StringIO())


def connected(hubspot: str, quickbooks: str) -> AccountPair:
    """Both simulators connected and joined."""
    command("connect", "hubspot", "--simulator", hubspot)
    command("connect", "quickbooks", "--simulator", quickbooks)
    return AccountPair.objects.get()


def synced(hubspot: str, quickbooks: str) -> SyncDefinition:
    """Contacts and customers in step, as far as they can be."""
    connected(hubspot, quickbooks)
    command("create_sync", "contacts", "--activate")
    command("run_sync")
    return SyncDefinition.objects.get(object_type="contacts")


def one_of_each(definition: SyncDefinition, owner: User) -> Rows:
    """A row of every model that has a page: a real one where the run left one."""
    command("rehearse", "contacts")
    plant(definition.pair)  # approvals, changes of settings, a period reviewed
    preflight.carry_out(definition.pair, env=real_env())
    call = FailedCall.objects.order_by("pk").first()
    failing = RecordLink.objects.filter(definition=definition, state="failing").order_by("pk")[0]
    chosen: Rows = {
        Connection: definition.pair.hubspot,
        AccountPair: definition.pair,
        SyncDefinition: definition,
        RecordLink: call.link if call and call.link else failing,
        Rehearsal: Rehearsal.objects.latest("pk"),
        User: owner,
        Group: Group.objects.get(name="operator"),
        Permission: Permission.objects.all()[0],
        Notification: Notification.objects.create(user=owner, text="Zanzibar is ready"),
        PeriodicTask: PeriodicTask.objects.create(
            name="a task",
            task="syncapp.tasks.tick",
            interval=IntervalSchedule.objects.create(every=5, period="seconds"),
        ),
    }
    entry = RecordLogEntry.objects.filter(link=chosen[RecordLink]).first()
    if entry is not None:
        chosen[RecordLogEntry] = entry
    for model in admin.site._registry:
        if model not in chosen:
            chosen[model] = model._default_manager.order_by("pk").first() or filled(model)
    return chosen
