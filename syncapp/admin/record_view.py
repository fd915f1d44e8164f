"""One record's page: both sides next to each other, its state and why, and what happened to it.

Reads for the page, and hands the three deeds of a person to the services. Must not know why a
record is in a state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.base import back, render
from syncapp.admin.words import arrow, retried_words
from syncapp.core.errors import SyncError
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.values import Value, is_empty
from syncapp.models import RecordLink, RecordLogEntry
from syncapp.services import connections, failed_calls, failing_records
from syncapp.services.config import load_config
from syncapp.services.env import real_env
from syncapp.tasks import run_account_pair

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRIES = 30
ICONS = {
    RecordLogEntry.Kind.LINKED: "link",
    RecordLogEntry.Kind.CREATED: "add_circle",
    RecordLogEntry.Kind.UPDATED: "sync",
    RecordLogEntry.Kind.CONFLICT: "call_merge",
    RecordLogEntry.Kind.EMPTIED: "backspace",
    RecordLogEntry.Kind.REFUSED: "error",
    RecordLogEntry.Kind.UNKNOWN: "help",
    RecordLogEntry.Kind.WARNING: "warning",
    RecordLogEntry.Kind.DECIDED: "block",
    RecordLogEntry.Kind.GONE: "delete",
    RecordLogEntry.Kind.RESTORED: "restore_from_trash",
    RecordLogEntry.Kind.MERGED: "merge",
    RecordLogEntry.Kind.PERSON: "person",
}


def show(model_admin: admin.ModelAdmin[RecordLink], request: HttpRequest, pk: str) -> HttpResponse:
    """The page.

    Raises:
        PermissionDenied: The user may not see records.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    link = _find(unquote(pk))
    entries = _entries(link, request.GET.get("before", ""))
    older = entries[ENTRIES - 1].pk if len(entries) > ENTRIES else None
    context = {
        "link": link,
        "original": None,
        "sides": [_side(link, side) for side in Side],
        "rows": list(_rows(link)),
        "entries": [
            {"entry": entry, "icon": ICONS.get(RecordLogEntry.Kind(entry.kind), "info")}
            for entry in entries[:ENTRIES]
        ],
        "older": older,
        "failed_call": failed_calls.of(link),
        "can_retry": request.user.has_perm("syncapp.retry_recordlink"),
        "is_retryable": link.state in {State.FAILING, State.EXCLUDED} and not link.excluded_by,
        "list_url": reverse("admin:syncapp_recordlink_changelist"),
    }
    return render(
        model_admin, request, "admin/syncapp/record_view/record.html", context, title=str(link)
    )


def _find(pk: str) -> RecordLink:
    if not pk.isdecimal():
        raise Http404
    return get_object_or_404(
        RecordLink.objects.select_related(
            "definition__pair__hubspot", "definition__pair__quickbooks", "failed_call"
        ),
        pk=pk,
    )


def _entries(link: RecordLink, before: str) -> list[RecordLogEntry]:
    """One page of the log and one more, the latest first."""
    log = link.log.select_related("run").order_by("-pk")
    if before.isdecimal():
        log = log.filter(pk__lt=int(before))
    return list(log[: ENTRIES + 1])


def _side(link: RecordLink, side: Side) -> dict[str, Any]:
    """The record on one side: id, address there, whether it is still alive."""
    record_id = link.id_on(side)
    gone = link.hubspot_gone if side is Side.HUBSPOT else link.quickbooks_gone
    return {
        "side": side,
        "label": side.label,
        "noun": link.definition.object_pair.nouns[side],
        "id": record_id,
        "gone": gone,
        "url": _record_url(link, side, record_id) if record_id else "",
    }


def _record_url(link: RecordLink, side: Side, record_id: str) -> str:
    """Where it is opened in the vendor's own pages; "" while that side is not connected."""
    try:
        connector = connections.connector_for(link.definition.pair.connection(side), env=real_env())
        return connector.record_url(link.definition.object_pair.type(side), record_id)
    except SyncError:
        return ""


def _rows(link: RecordLink) -> Iterator[dict[str, Any]]:
    """The mapped fields with both sides' values and whether they agree."""
    hubspot, quickbooks = link.hubspot_seen or {}, link.quickbooks_seen or {}
    config = load_config(link.definition)
    for mapping in config.mappings:
        if not mapping.enabled:
            continue
        left = mapping.value(Side.HUBSPOT, hubspot)
        right = mapping.value(Side.QUICKBOOKS, quickbooks)
        yield {
            "label": mapping.label or mapping.hubspot,
            "hubspot_field": mapping.hubspot,
            "quickbooks_field": mapping.quickbooks,
            "hubspot": _shown(left),
            "quickbooks": _shown(right),
            "creation_only": mapping.creation_only,
            "arrow": arrow(mapping.direction),
            "differs": link.is_linked
            and not mapping.creation_only
            and not mapping.agree(left, right),
        }


def _shown(value: Value) -> str:
    if is_empty(value):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Make one record due again."""
    link = _find(str(pk))
    who = request.user.get_username()
    count = failing_records.retry([link], who=who, now=real_env().clock.now())
    messages.success(request, retried_words(count))
    return _return(request, link)


def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave one record out of the sync; a reason is asked for."""
    link = _find(str(pk))
    note = request.POST.get("note", "").strip()
    if not note:
        messages.error(
            request, _("Say why the record is left out: a colleague will want to know later.")
        )
        return _return(request, link)
    who = request.user.get_username()
    failing_records.exclude([link], who=who, note=note[:500], now=real_env().clock.now())
    messages.success(
        request, _("“%(record)s” is left out of the sync from now on.") % {"record": link}
    )
    return _return(request, link)


def include(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one record back into the sync."""
    link = _find(str(pk))
    failing_records.include([link], who=request.user.get_username(), now=real_env().clock.now())
    messages.success(request, _("“%(record)s” takes part in the sync again.") % {"record": link})
    return _return(request, link)


def _return(request: HttpRequest, link: RecordLink) -> HttpResponse:
    _wake(link.definition.pair_id)
    return back(request, reverse("admin:syncapp_recordlink_change", args=[link.pk]))


def _wake(pair_id: int) -> None:
    """Have a worker look now; the next tick would do it, too, a little later."""
    transaction.on_commit(lambda: run_account_pair.delay(pair_id, trigger="manual"))
