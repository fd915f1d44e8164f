"""The object view: per sync its counts, why records fail, and each person's own columns.

Shows and asks. Must not count by itself (``services/counts.py``); the records behind a number are
in ``object_panel``, turning off and deleting in ``switching``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import moments
from syncapp.admin.base import render
from syncapp.admin.words import (
    CATEGORY_HELP,
    CATEGORY_WORDS,
    DIRECTION_WORDS,
    arrow,
    reason_words,
)
from syncapp.core.reasons import REASONS, Category, State
from syncapp.core.sides import Direction, Side
from syncapp.models import SyncDefinition, SyncRun
from syncapp.models.figures import money
from syncapp.services import counts, overview, preferences, status
from syncapp.services.counts import Group, Totals
from syncapp.services.env import real_env
from syncapp.services.words import noun_of

PREFERENCE = "columns:objects"
BUSY_POLL_SECONDS = 5
CALM_POLL_SECONDS = 30
#: What a person may show or hide, in the order of the table; the first ones belong together:
#: in sync, waiting, failing and excluded add up to the records known.
COLUMNS = {
    "direction": gettext_lazy("Direction"),
    "in_sync": gettext_lazy("In sync"),
    "waiting": gettext_lazy("Waiting"),
    "failing": gettext_lazy("Failing"),
    "needs_decision": gettext_lazy("Needs a decision"),
    "excluded": gettext_lazy("Excluded"),
    "total": gettext_lazy("All known"),
    "money": gettext_lazy("Failing money"),
    "last_run": gettext_lazy("Last run"),
}
#: What is shown before anybody chose: the money stands with the reasons below the table, too.
PRESET = tuple(name for name in COLUMNS if name != "money")

Page = admin.ModelAdmin[SyncDefinition]


@dataclass(frozen=True, slots=True)
class Choice:
    """What one person wants to see."""

    columns: tuple[str, ...]
    object: str


def show(model_admin: Page, request: HttpRequest) -> HttpResponse:
    """The page, or with ``?part=table`` its table alone (what the page asks for as it stands)."""
    now = real_env().clock.now()
    everything = status.live_definitions()
    objects = sorted({(one.object_type, one.title) for one in everything})
    choice = _choice(request, {name for name, _title in objects})
    shown = [one for one in everything if not choice.object or one.object_type == choice.object]
    groups = _pairs(shown, now)
    is_busy = any(row["is_running"] for group in groups for row in group["syncs"])
    context: dict[str, Any] = {
        "groups": groups,
        "failing": [row for group in groups for row in group["syncs"] if row["failing"]],
        "objects": objects,
        "chosen": choice.object,
        "columns": choice.columns,
        "all_columns": [(name, words, name in choice.columns) for name, words in COLUMNS.items()],
        "width": len(choice.columns) + 2,
        "poll_seconds": BUSY_POLL_SECONDS if is_busy else CALM_POLL_SECONDS,
        "can_edit": request.user.has_perm("syncapp.change_syncdefinition"),
        "can_run": request.user.has_perm("syncapp.run_accountpair"),
        "can_switch": request.user.has_perm("syncapp.activate_syncdefinition"),
        "can_delete": request.user.has_perm("syncapp.delete_syncdefinition"),
        "can_see_records": request.user.has_perm("syncapp.view_recordlink"),
        "here": reverse("admin:syncapp_object_view"),
        "home": reverse("admin:index"),
    }
    if request.GET.get("part") == "table":
        return TemplateResponse(request, "admin/syncapp/object_view/table.html", context)
    template = "admin/syncapp/object_view/object_view.html"
    return render(model_admin, request, template, context, title=_("Object view"))


def choose(request: HttpRequest) -> HttpResponse:
    """Keep the columns or the object that a person chose."""
    user = cast("User", request.user)
    before = _kept(user)
    columns, wanted = before.columns, before.object
    if "columns" in request.POST:
        ticked = set(request.POST.getlist("column"))
        columns = tuple(name for name in COLUMNS if name in ticked) or PRESET
    if "object" in request.POST:
        wanted = str(request.POST["object"])[:64]
    preferences.save(user=user, name=PREFERENCE, value={"columns": list(columns), "object": wanted})
    return redirect("admin:syncapp_object_view")


def _choice(request: HttpRequest, objects: set[str]) -> Choice:
    """What a link asks for, else what was kept; an object that is gone is not filtered by."""
    kept = _kept(cast("User", request.user))
    wanted = request.GET.get("object", kept.object)
    return Choice(kept.columns, wanted if wanted in objects else "")


def _kept(user: User) -> Choice:
    told = preferences.get(user=user, name=PREFERENCE)
    told = told if isinstance(told, dict) else {}
    ticked = told.get("columns")
    listed = set(ticked) if isinstance(ticked, list) else set(PRESET)
    columns = tuple(name for name in COLUMNS if name in listed) or PRESET
    return Choice(columns, str(told.get("object") or ""))


# -- rows


def _pairs(shown: Sequence[SyncDefinition], now: datetime) -> list[dict[str, Any]]:
    """The syncs, account pair by account pair; the number of queries is fixed."""
    totals = counts.of_all([one.pk for one in shown], now=now)
    by_pair: defaultdict[int, list[SyncDefinition]] = defaultdict(list)
    for one in shown:
        by_pair[one.pair_id].append(one)
    runs = overview.last_runs([found[0].pair for found in by_pair.values()])
    return [
        {
            "pair": found[0].pair,
            "syncs": [_row(one, totals[one.pk], runs.get(one.pair_id), now) for one in found],
        }
        for found in by_pair.values()
    ]


def _row(
    definition: SyncDefinition, totals: Totals, run: SyncRun | None, now: datetime
) -> dict[str, Any]:
    direction = Direction(definition.direction)
    own = definition.object_pair
    wizard = definition if definition.host is None else definition.host
    return {
        "definition": definition,
        "title": definition.title,
        "is_own": definition.host_id is None,
        "pair": definition.pair,
        "left": noun_of(own, Side.HUBSPOT).capitalize(),
        "right": noun_of(own, Side.QUICKBOOKS).capitalize(),
        "arrow": arrow(direction),
        "direction": DIRECTION_WORDS[direction],
        "counts": status.as_counts(totals),
        "waiting": _waiting(totals, now),
        "failing": _categories(totals),
        "money": _money([g for g in totals.groups if g.state is State.FAILING]),
        "counted": moments.ago(totals.counted_at, now),
        "run": run,
        "run_ago": moments.ago(run.ended_at, now) if run else "",
        "is_running": overview.is_running(definition.pair, now=now),
        "wizard": reverse("admin:syncapp_wizard", args=[wizard.pair_id, wizard.object_type]),
    }


def _waiting(totals: Totals, now: datetime) -> str:
    """Why most of them wait, and since when the oldest does."""
    groups = [group for group in totals.groups if group.state is State.WAITING]
    if not groups:
        return ""
    most = max(groups, key=lambda group: group.count)
    since = min(group.oldest for group in groups if group.oldest is not None)
    told = {"reason": reason_words(most.code), "span": moments.span((now - since).total_seconds())}
    return _("%(reason)s, the oldest for %(span)s") % told


def _categories(totals: Totals) -> list[dict[str, Any]]:
    """The failing ones by category, the most frequent first."""
    by_category: defaultdict[str, list[Group]] = defaultdict(list)
    for group in totals.groups:
        if group.state is State.FAILING:
            reason = REASONS.get(group.code)
            by_category[(reason.category if reason else Category.OTHER).value].append(group)
    found = []
    for category, groups in by_category.items():
        explanation, remedy = CATEGORY_HELP[category]
        found.append(
            {
                "name": category,
                "slug": category.replace(" ", "-"),
                "words": CATEGORY_WORDS[category],
                "explanation": explanation,
                "remedy": remedy,
                "count": sum(group.count for group in groups),
                "decisions": sum(group.count for group in groups if group.needs_decision),
                "money": _money(groups),
                "reasons": [
                    {"code": g.code, "words": reason_words(g.code), "count": g.count}
                    for g in sorted(groups, key=lambda g: -g.count)
                ],
            }
        )
    return sorted(found, key=lambda one: -one["count"])


def _money(groups: Sequence[Group]) -> list[str]:
    """What the records are about, per currency; never added up across currencies."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for group in groups:
        for currency, amount in group.money.items():
            sums[currency] += amount
    return _shown(sums)


def _shown(sums: Mapping[str, Decimal]) -> list[str]:
    return [money(amount, currency) for currency, amount in sorted(sums.items())]
