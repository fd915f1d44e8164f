"""The page of a held sync: what it would write, and "Approve and go on" (ENGINE 2.5).

Shows what ``services/brakes.py`` counted. Must not count or decide anything.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.base import back, render
from syncapp.admin.soon import run_soon
from syncapp.core.sides import Side
from syncapp.models import Rehearsal, SyncDefinition
from syncapp.models.spoken import spoken
from syncapp.services import brakes
from syncapp.services.env import real_env
from syncapp.services.words import nouns_of

ModelAdmin = admin.ModelAdmin[SyncDefinition]


def show(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers (GET); approve them and go on (POST)."""
    living = SyncDefinition.objects.select_related("pair__hubspot", "pair__quickbooks")
    definition = get_object_or_404(living.filter(deleted_at=None), pk=pk)
    if request.method == "POST":
        return _approve(model_admin, request, definition)
    context = {
        "definition": definition,
        "told": definition.brake,
        "rows": rows(definition) if definition.held_at else [],
        "back_url": reverse("admin:index"),
    }
    template = "admin/syncapp/definition/brake.html"
    return render(model_admin, request, template, context, title=_("Confirm an unusual run"))


def _approve(
    model_admin: ModelAdmin, request: HttpRequest, definition: SyncDefinition
) -> HttpResponse:
    who = request.user.get_username()
    sentence = spoken(str(definition.brake.get("sentence", "")))
    with transaction.atomic():
        done = brakes.approve(definition, who=who, now=real_env().clock.now())
        if done:
            model_admin.log_change(request, definition, _("Approved: %s") % sentence)
    if done:
        run_soon(definition.pair_id)
        messages.success(
            request, _("Approved. “%(sync)s” goes on with these numbers.") % {"sync": definition}
        )
    else:
        messages.warning(request, _("Nothing waits for a confirmation any more."))
    return back(request, reverse("admin:index"))


def approve_rehearsal(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the numbers of a rehearsal before its sync is switched on."""
    found = get_object_or_404(Rehearsal.objects.select_related("definition__pair"), pk=pk)
    definition = found.definition
    who = request.user.get_username()
    with transaction.atomic():
        done = brakes.approve_rehearsal(found, who=who, now=real_env().clock.now())
        if done:
            text = _("Approved the numbers of rehearsal %d.") % found.pk
            model_admin.log_change(request, definition, text)
    if done:
        messages.success(
            request, _("Approved. For 24 hours a run may write as much, and not more.")
        )
    else:
        messages.warning(request, _("Rehearse again: this rehearsal is too old, or not finished."))
    names = [definition.pair_id, definition.object_type, "review"]
    return back(request, reverse("admin:syncapp_wizard_step", args=names))


def rows(definition: SyncDefinition) -> list[dict[str, Any]]:
    """What would be written: words, count and money, one row per side and kind."""
    told, pair = definition.brake, definition.object_pair
    found: list[dict[str, Any]] = []
    for side in Side:
        names = {"nouns": nouns_of(pair, side), "side": side.label}
        amounts = told.get("money", {}).get(side.value, {})
        money = ", ".join(f"{amount} {currency}".strip() for currency, amount in amounts.items())
        for kind, words in (
            ("create", _("New %(nouns)s in %(side)s") % names),
            ("update", _("Updates in %(side)s") % names),
            ("remove", _("Voided or removed in %(side)s") % names),
        ):
            count = told.get(kind, {}).get(side.value, 0)
            if count:
                found.append(
                    {"words": words, "count": count, "money": money if kind == "create" else ""}
                )
    for key, count in sorted(told.get("emptied", {}).items()):
        side_name, _colon, name = key.partition(":")
        words = _("Field %(field)s emptied in %(side)s") % {
            "field": name,
            "side": Side(side_name).label,
        }
        found.append({"words": words, "count": count, "money": ""})
    return found
