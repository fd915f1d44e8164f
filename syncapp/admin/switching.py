"""Sync now, turn off, delete: each asks first and says what is not finished (S13); the settings.

Shows and asks; ``services/definitions.py`` acts. Turning on again asks for a rehearsal: that is
the last step of the wizard.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.base import back, render
from syncapp.admin.object_panel import find
from syncapp.admin.soon import run_soon
from syncapp.admin.wizard.sentences import describe_settings
from syncapp.core.sides import Side
from syncapp.models import SyncDefinition
from syncapp.models.figures import money
from syncapp.services import definitions, open_work
from syncapp.services.config import load_config
from syncapp.services.env import real_env
from syncapp.services.retention import DELETED_SYNC_DAYS

Page = admin.ModelAdmin[SyncDefinition]


def sync_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the sync's account pair due now."""
    definition = find(pk)
    started, words = start_run(definition)
    (messages.success if started else messages.warning)(request, words)
    return back(request, reverse("admin:syncapp_object_view"))


def start_run(definition: SyncDefinition) -> tuple[bool, str]:
    """Ask for a run; whether one will start, and the sentence that says so."""
    if not definition.enabled:
        return False, _("“%(sync)s” is turned off. Turn it on to sync.") % {"sync": definition}
    definitions.request_run(definition.pair, now=real_env().clock.now())
    run_soon(definition.pair_id)
    return True, _("“%(sync)s” is being synced now.") % {"sync": definition}


def turn_off_page(model_admin: Page, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before turning off (GET), and do it (POST)."""
    definition = find(pk)
    if request.method == "POST":
        definitions.turn_off(definition, who=request.user.get_username())
        messages.success(
            request,
            _("“%(sync)s” is turned off. Its settings, links and history are kept.")
            % {"sync": definition},
        )
        return back(request, reverse("admin:syncapp_object_view"))
    return _ask(model_admin, request, definition, "turn_off", _("Turn off sync"))


def settings_page(
    model_admin: Page, request: HttpRequest, definition: SyncDefinition
) -> HttpResponse:
    """What a sync is set to do, for who may look and not edit."""
    context = {
        "definition": definition,
        "sentences": describe_settings(load_config(definition)),
        "back_url": reverse("admin:syncapp_object_view"),
    }
    template = "admin/syncapp/definition/settings.html"
    return render(model_admin, request, template, context, title=_("Settings"))


def delete_page(model_admin: Page, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the sync's name (GET), and delete the sync when it is right (POST)."""
    definition = find(pk)
    if request.method == "POST":
        typed = request.POST.get("name", "").strip()
        if typed.casefold() == definition.title.casefold():
            definitions.delete(
                definition, now=real_env().clock.now(), who=request.user.get_username()
            )
            messages.success(request, _("“%(sync)s” is deleted.") % {"sync": definition})
            return back(request, reverse("admin:syncapp_object_view"))
        messages.error(
            request,
            _("Type the name of the sync, “%(name)s”, to delete it. Nothing was deleted.")
            % {"name": definition.title},
        )
    return _ask(model_admin, request, definition, "delete", _("Delete sync"))


def _ask(
    model_admin: Page, request: HttpRequest, definition: SyncDefinition, deed: str, title: str
) -> HttpResponse:
    work = open_work.of(definition)
    context = {
        "definition": definition,
        "name": definition.title,
        "work": work,
        "writes": [
            {"record": write.link, "side": Side(write.side).label, "sent_at": write.sent_at}
            for write in work.writes
        ],
        "further_writes": work.write_count - len(work.writes),
        "waiting_money": [
            money(amount, currency) for currency, amount in sorted(work.waiting_money.items())
        ],
        "days": DELETED_SYNC_DAYS,
        "together": [one.title for one in _together(definition)],
        "back_url": reverse("admin:syncapp_object_view"),
    }
    template = f"admin/syncapp/definition/{deed}.html"
    return render(model_admin, request, template, context, title=title)


def _together(definition: SyncDefinition) -> list[Any]:
    """The syncs that are switched and deleted with this one."""
    hosted = definition.hosted.filter(deleted_at=None).order_by("pk")
    return [one for one in hosted if not one.object_pair.hidden]
