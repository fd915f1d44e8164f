"""The object view: per sync its counts, a side panel with the records behind each number, actions.

Shows and asks. Must not count by itself (``services/status.py``) nor touch a record
(``services/failing_records.py``).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.base import back, render
from syncapp.admin.wizard.sentences import describe_settings
from syncapp.admin.words import CATEGORY_WORDS, DIRECTION_WORDS, arrow, reason_words, retried_words
from syncapp.core.errors import SyncError
from syncapp.core.reasons import State
from syncapp.core.sides import Direction, Side
from syncapp.models import RecordLink, SyncDefinition, SyncRun
from syncapp.services import definitions, failing_records, records, runs, status
from syncapp.services.config import load_config
from syncapp.services.env import real_env
from syncapp.tasks import run_account_pair

RETRY = "syncapp.retry_recordlink"
PANEL_ROWS = 25
#: The panel's lists: a state, or the failing ones that need a person.
PANELS = (*(state.value for state in State), records.NEEDS_DECISION)

Page = admin.ModelAdmin[SyncDefinition]


def show(model_admin: Page, request: HttpRequest) -> HttpResponse:
    """The page, or with ``?part=table`` its table alone (what the page asks for as it stands)."""
    everything = status.live_definitions()
    objects = sorted({(one.object_type, one.object_pair.title) for one in everything})
    chosen = request.GET.get("object", "")
    shown = [one for one in everything if not chosen or one.object_type == chosen]
    context: dict[str, Any] = {
        "syncs": [_row(definition) for definition in shown],
        "objects": objects,
        "chosen": chosen,
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


def _row(definition: SyncDefinition) -> dict[str, Any]:
    counts = status.counts(definition)
    run = status.last_run(definition.pair)
    direction = Direction(definition.direction)
    nouns = definition.object_pair.nouns
    return {
        "definition": definition,
        "title": definition.object_pair.title,
        "pair": definition.pair,
        "left": nouns[Side.HUBSPOT].capitalize(),
        "right": nouns[Side.QUICKBOOKS].capitalize(),
        "arrow": arrow(direction),
        "direction": DIRECTION_WORDS[direction],
        "counts": counts,
        "plain_failing": counts.failing - counts.needs_decision,
        "run": run,
        "is_running": run is not None and run.state == SyncRun.State.RUNNING,
        "wizard": reverse(
            "admin:syncapp_wizard", args=[definition.pair_id, definition.object_type]
        ),
    }


def panel(request: HttpRequest, pk: int, group: str) -> HttpResponse:
    """The side panel: the records behind one number, searched and paged.

    Raises:
        Http404: There is no such sync or list.
    """
    return _panel(request, _find(pk), group, request.GET, notice="")


def retry_selected(request: HttpRequest, pk: int, group: str) -> HttpResponse:
    """Try the ticked records again and show the panel anew."""
    definition = _find(pk)
    ids = [int(value) for value in request.POST.getlist("record") if value.isdecimal()]
    if not ids:
        return _panel(
            request, definition, group, request.POST, notice=_("Tick the records to retry first.")
        )
    links = definition.links.filter(pk__in=ids)
    now = real_env().clock.now()
    count = failing_records.retry(links, who=request.user.get_username(), now=now)
    _wake(definition.pair_id)
    if not request.headers.get("HX-Request"):
        messages.success(request, retried_words(count))
        return back(request, reverse("admin:syncapp_object_view"))
    answer = _panel(request, definition, group, request.POST, notice=retried_words(count))
    answer["HX-Trigger"] = "recordsChanged"
    return answer


def _find(pk: int) -> SyncDefinition:
    return get_object_or_404(
        SyncDefinition.objects.select_related("pair__hubspot", "pair__quickbooks"),
        pk=pk, deleted_at=None,
    )  # fmt: skip


def _panel(
    request: HttpRequest, definition: SyncDefinition, group: str, params: Any, *, notice: str
) -> TemplateResponse:
    if group not in PANELS:
        raise Http404
    words = str(params.get("q", "")).strip()
    code = str(params.get("code", ""))
    before = str(params.get("before", ""))
    decisions = group == records.NEEDS_DECISION
    choice = records.RecordChoice(
        sync=definition.pk,
        state=State.FAILING.value if decisions else group,
        category=records.NEEDS_DECISION if decisions else "",
        code=code,
        search=words,
    )
    links = choice.apply(RecordLink.objects.all()).order_by("-pk").select_related("definition")
    if before.isdecimal():
        links = links.filter(pk__lt=int(before))
    found = list(links[: PANEL_ROWS + 1])
    context = {
        "definition": definition,
        "group": group,
        "group_words": _group_words(group),
        "links": [
            {"link": link, "category": CATEGORY_WORDS.get(link.category, "")}
            for link in found[:PANEL_ROWS]
        ],
        "next": found[PANEL_ROWS - 1].pk if len(found) > PANEL_ROWS else None,
        "before": before,
        "q": words,
        "code": code,
        "codes": _codes(definition, choice.state, decisions=decisions),
        "notice": notice,
        "can_retry": request.user.has_perm(RETRY)
        and choice.state in {State.FAILING.value, State.EXCLUDED.value},
        "list_url": reverse("admin:syncapp_recordlink_changelist"),
        "list_query": _list_query(choice),
    }
    return TemplateResponse(request, "admin/syncapp/object_view/panel.html", context)


def _codes(
    definition: SyncDefinition, state: str, *, decisions: bool
) -> list[tuple[str, str, int]]:
    """The reasons inside a list, with their counts: the panel's own filter."""
    wanted = set(records.codes_of(records.NEEDS_DECISION)) if decisions else None
    return [
        (row.code, reason_words(row.code), row.count)
        for row in status.reasons(definition)
        if row.state.value == state and row.code and (wanted is None or row.code in wanted)
    ]


def _list_query(choice: records.RecordChoice) -> str:
    parts = {
        "sync": choice.sync,
        "state": choice.state,
        "category": choice.category,
        "code": choice.code,
        "q": choice.search,
    }
    return urlencode({name: value for name, value in parts.items() if value})


def _group_words(group: str) -> str:
    return {
        State.IN_SYNC.value: _("In sync"),
        State.WAITING.value: _("Waiting"),
        State.FAILING.value: _("Failing"),
        State.EXCLUDED.value: _("Excluded"),
        records.NEEDS_DECISION: _("Failing: needs a decision"),
    }[group]


def sync_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the sync's account pair due now."""
    definition = _find(pk)
    started, words = start_run(definition)
    (messages.success if started else messages.warning)(request, words)
    return back(request, reverse("admin:syncapp_object_view"))


def start_run(definition: SyncDefinition) -> tuple[bool, str]:
    """Ask for a run; whether one will start, and the sentence that says so."""
    if not definition.enabled:
        return False, _("“%(sync)s” is turned off. Turn it on to sync.") % {"sync": definition}
    definitions.request_run(definition.pair, now=real_env().clock.now())
    _wake(definition.pair_id)
    return True, _("“%(sync)s” is being synced now.") % {"sync": definition}


def turn_off_page(model_admin: Page, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before turning off (GET), and do it (POST)."""
    definition = _find(pk)
    if request.method == "POST":
        definitions.turn_off(definition)
        messages.success(
            request,
            _("“%(sync)s” is turned off. Its settings, links and history are kept.")
            % {"sync": definition},
        )
        return back(request, reverse("admin:syncapp_object_view"))
    return _ask(model_admin, request, definition, "turn_off", _("Turn off sync"))


def turn_on_page(model_admin: Page, request: HttpRequest, pk: int) -> HttpResponse:
    """Show the settings that would be in force again (GET), and turn on with them (POST)."""
    definition = _find(pk)
    if request.method == "POST":
        env = real_env()
        try:
            connectors = runs.open_connectors(definition.pair, env)
            definitions.activate(definition, connectors=connectors, env=env)
        except SyncError as error:
            messages.error(request, str(error))
            return _ask(model_admin, request, definition, "turn_on", _("Turn on sync"))
        _wake(definition.pair_id)
        messages.success(request, _("“%(sync)s” is on again.") % {"sync": definition})
        return back(request, reverse("admin:syncapp_object_view"))
    return _ask(model_admin, request, definition, "turn_on", _("Turn on sync"))


def delete_page(model_admin: Page, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the sync's name (GET), and delete the sync when it is right (POST)."""
    definition = _find(pk)
    if request.method == "POST":
        typed = request.POST.get("name", "").strip()
        if typed.casefold() == definition.object_pair.title.casefold():
            definitions.delete(definition, now=real_env().clock.now())
            messages.success(request, _("“%(sync)s” is deleted.") % {"sync": definition})
            return back(request, reverse("admin:syncapp_object_view"))
        messages.error(
            request,
            _("Type the name of the sync, “%(name)s”, to delete it. Nothing was deleted.")
            % {"name": definition.object_pair.title},
        )
    return _ask(model_admin, request, definition, "delete", _("Delete sync"))


def _ask(
    model_admin: Page, request: HttpRequest, definition: SyncDefinition, deed: str, title: str
) -> HttpResponse:
    context = {
        "definition": definition,
        "name": definition.object_pair.title,
        "counts": status.counts(definition),
        "back_url": reverse("admin:syncapp_object_view"),
        "wizard": reverse(
            "admin:syncapp_wizard", args=[definition.pair_id, definition.object_type]
        ),
        "sentences": describe_settings(load_config(definition)),
    }
    template = f"admin/syncapp/definition/{deed}.html"
    return render(model_admin, request, template, context, title=title)


def _wake(pair_id: int) -> None:
    transaction.on_commit(lambda: run_account_pair.delay(pair_id, trigger="manual"))
