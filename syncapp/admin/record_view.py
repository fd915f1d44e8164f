"""One record's page: both sides next to each other, its state and why, and what happened to it.

Reads for the page; ``record_deeds.py`` offers what a person may do. Must not know why a record is
in a state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin import approvals, record_deeds, record_list, record_parts
from syncapp.admin.base import link as address_of
from syncapp.admin.base import render
from syncapp.admin.moments import ago, span
from syncapp.admin.record_values import changed, field_words, told
from syncapp.admin.words import CATEGORY_WORDS, DIRECTION_WORDS, arrow
from syncapp.core import dates
from syncapp.core.errors import SyncError
from syncapp.core.mapping import FieldMapping
from syncapp.core.planner import SyncConfig
from syncapp.core.reasons import State
from syncapp.core.sides import Direction, Side
from syncapp.models import RecordLink, RecordLogEntry, figures
from syncapp.models.figures import money
from syncapp.services import assignments, connections, failed_calls, manual_links, store
from syncapp.services.config import load_config
from syncapp.services.env import real_env
from syncapp.services.words import fixer_words, noun_of, said

ENTRIES = 30
#: So many agreeing fields are shown at once; more are folded away.
MOST_OPEN_FIELDS = 12
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
    link = find(unquote(pk))
    config = load_config(link.definition)
    sides = [side_of(link, side) for side in Side]
    fields = list(_fields(link, config))
    agreeing = [one for one in fields if not one["differs"]]
    filled = [one for one in agreeing if one["hubspot"] or one["quickbooks"]]
    open_fields = filled[:MOST_OPEN_FIELDS]
    entries = _entries(link, request.GET.get("before", ""))
    older = entries[ENTRIES - 1].pk if len(entries) > ENTRIES else None
    here = request.build_absolute_uri(reverse("admin:syncapp_recordlink_change", args=[link.pk]))
    deeds = record_deeds.offered(request, link)
    context = {
        "link": link,
        "original": None,
        "facts": list(_facts(link)),
        "category": CATEGORY_WORDS.get(link.category, ""),
        "sides": sides,
        "differing": [one for one in fields if one["differs"]],
        "agreeing": open_fields,
        "more": [one for one in agreeing if one not in open_fields],
        "lines": record_parts.lines(link),
        "payments": record_parts.payments(link),
        "is_payment": link.definition.object_type == "payments",
        "whole": record_parts.whole(link),
        "partner": _partner(link),
        "approval_url": approvals.address_for(request, link),
        "entries": [_entry(one, config, link) for one in entries[:ENTRIES]],
        "older": older,
        "is_older_page": "before" in request.GET,
        "failed_call": failed_calls.of(link),
        "deeds": deeds,
        # One that needs nothing has no deed that stands out.
        "has_first": link.state in {State.FAILING, State.EXCLUDED},
        "is_busy": manual_links.is_busy(link),
        "here": here,
        "telling": record_list.told(link, request),
        "colleagues": _colleagues(request),
        "copy_link_label": _("Copy link"),
        "copy_text_label": _("Copy for a colleague"),
        "list_url": reverse("admin:syncapp_recordlink_changelist"),
    }
    return render(
        model_admin, request, "admin/syncapp/record_view/record.html", context, title=str(link)
    )


def find(pk: str) -> RecordLink:
    """The record with its sync, accounts and last failed call.

    Raises:
        Http404: There is none.
    """
    if not pk.isdecimal():
        raise Http404
    return get_object_or_404(
        RecordLink.objects.select_related(
            "definition__pair__hubspot", "definition__pair__quickbooks", "failed_call",
            "assignee", "parent", "blocked_on",
        ),
        pk=pk,
    )  # fmt: skip


def side_of(link: RecordLink, side: Side) -> dict[str, Any]:
    """The record on one side: id, address there, whether it is still alive."""
    record_id = link.id_on(side)
    return {
        "side": side,
        "label": side.label,
        "noun": noun_of(link.definition.object_pair, side),
        "id": record_id,
        "gone": store.get(link, "gone", side),
        "url": _record_url(link, side, record_id) if record_id else "",
    }


def _record_url(link: RecordLink, side: Side, record_id: str) -> str:
    """Where it is opened in the vendor's own pages; "" while that side is not connected."""
    try:
        connector = connections.connector_for(link.definition.pair.connection(side), env=real_env())
        return connector.record_url(link.definition.object_pair.type(side), record_id)
    except SyncError:
        return ""


def _facts(link: RecordLink) -> Iterator[tuple[str, str]]:
    """What a finance person asks for first: ``(what, value)``."""
    now = real_env().clock.now()
    if link.party:
        yield _("Customer"), link.party
    if link.email and link.email != str(link):
        yield _("E-mail"), link.email
    if link.number:
        yield _("Number"), link.number
    if link.amount is not None:
        yield _("Amount"), money(str(link.amount.normalize()), link.currency)
    for what, day in ((_("Document date"), link.document_date), (_("Due date"), link.due_date)):
        if day is not None:
            yield what, figures.day(day)
    if link.state != State.IN_SYNC and link.waiting_since is not None:
        yield (
            str(link.get_state_display()),
            _("for %(span)s") % {"span": span((now - link.waiting_since).total_seconds())},
        )
    if link.synced_at is not None:
        yield _("Last written"), ago(link.synced_at, now)
    if link.state == State.FAILING and link.reason is not None:
        yield _("Who can mend it"), fixer_words(link.reason.fixer)
    made = {"hubspot": "HubSpot", "quickbooks": "QuickBooks"}.get(link.origin)
    if made and link.definition.object_type in {"invoices", "payments"}:
        yield _("Made in"), made


def _fields(link: RecordLink, config: SyncConfig) -> Iterator[dict[str, Any]]:
    """The mapped fields with both sides' values and whether they agree."""
    seen = {side: config.normal(side, store.seen(link, side)) for side in Side}
    shown = [mapping for mapping in config.mappings if mapping.enabled]
    derived = [mapping for mapping in config.pair.derived if mapping.label != "Title"]
    is_mirror = link.origin == Side.QUICKBOOKS.value
    for mapping in (*shown, *derived):
        # A side without the record holds nothing: not even a computed total of 0.00.
        left, right = (
            mapping.value(side, seen[side]) if link.id_on(side) else None for side in Side
        )
        is_compared = link.is_linked and not mapping.creation_only
        agrees = mapping.agree(left, right)
        yield {
            "label": said(mapping.label) or mapping.hubspot,
            "hubspot_field": mapping.hubspot,
            "quickbooks_field": mapping.quickbooks,
            "hubspot": told(left, mapping.kind, link.currency, mapping.hubspot),
            "quickbooks": told(right, mapping.kind, link.currency, mapping.quickbooks),
            "note": _field_note(mapping, config),
            "arrow": "" if mapping in derived and not is_mirror else arrow(mapping.direction),
            "direction": DIRECTION_WORDS[mapping.direction],
            "differs": is_compared and not agrees,
            "agrees": is_compared and agrees,
        }


def _field_note(mapping: FieldMapping, config: SyncConfig) -> str:
    """What keeps a field from being compared like others."""
    if mapping.creation_only:
        return _("written at creation only")
    if mapping in config.pair.derived:
        return _("computed")
    return ""


def _entries(link: RecordLink, before: str) -> list[RecordLogEntry]:
    """One page of the log and one more, the latest first."""
    log = link.log.select_related("run").order_by("-pk")
    if before.isdecimal() and len(before) < 19:
        log = log.filter(pk__lt=int(before))
    return list(log[: ENTRIES + 1])


def _entry(entry: RecordLogEntry, config: SyncConfig, link: RecordLink) -> dict[str, Any]:
    """One entry of the time line, its values in words."""
    mappings = (*config.mappings, *config.pair.derived)
    kinds = {mapping.field(side): mapping.kind for mapping in mappings for side in Side}
    is_conflict = entry.kind == RecordLogEntry.Kind.CONFLICT
    changes = []
    for change in entry.changes:
        name = change.get("field", "")
        before, after = (
            changed(
                {**change, which: _day(change.get(which), name, entry.side, config)},
                which, kinds.get(name), link.currency,
            )
            for which in ("before", "after")
        )  # fmt: skip
        label = field_words(change.get("label", ""), name)
        changes.append({"label": label, "before": before, "after": after})
    return {
        "entry": entry,
        "icon": ICONS.get(RecordLogEntry.Kind(entry.kind), "info"),
        "changes": changes,
        "has_before": any(change["before"] for change in changes),
        "is_conflict": is_conflict,
        "run_url": address_of("admin:syncapp_syncrun_change", entry.run_id) if entry.run_id else "",
        "why": _why_it_won(entry, config) if is_conflict else "",
    }


def _day(value: Any, name: str, side: str, config: SyncConfig) -> Any:
    """The day that an instant of HubSpot stands for in the company's time zone."""
    is_instant = side == Side.HUBSPOT.value and any(
        mapping.instant and mapping.hubspot == name for mapping in config.mappings
    )
    return dates.date_in(value, dates.zone(config.time_zone)) if is_instant else value


def _why_it_won(entry: RecordLogEntry, config: SyncConfig) -> str:
    """Which setting let one side's value stand, as the sync is set up now."""
    if not entry.side:
        return ""
    loser = Side(entry.side)
    if config.direction is not Direction.BOTH:
        return _("This sync writes only to %(side)s.") % {"side": loser.label}
    if config.winner is loser.other:
        return _("The sync is set to “Use %(side)s data” on conflicts.") % {
            "side": loser.other.label
        }
    return _("The field travels only to %(side)s.") % {"side": loser.label}


def _colleagues(request: HttpRequest) -> list[User] | None:
    """Whom the record can be assigned to; None for who may not assign it."""
    if not request.user.has_perm(assignments.PERMISSION):
        return None
    return list(assignments.colleagues())


def _partner(link: RecordLink) -> dict[str, Any] | None:
    """The half that it was unlinked from, or is to be linked with."""
    pk = link.link_with or link.unlinked_from
    other = RecordLink.objects.filter(pk=pk).first() if pk else None
    if other is None:
        return None
    return {
        "link": other,
        "url": reverse("admin:syncapp_recordlink_change", args=[other.pk]),
        "is_wanted": link.link_with is not None,
    }
