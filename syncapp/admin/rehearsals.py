"""Rehearsals on screen: progress while they run, counts and sample records afterwards (B1).

Shows what ``services/rehearsal.py`` counted. Must not plan anything.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from syncapp.admin.words import reason_words
from syncapp.core.reasons import REASONS
from syncapp.core.sides import Side
from syncapp.models import Rehearsal, SyncDraft
from syncapp.services import drafts
from syncapp.services.env import real_env

FRAGMENT = "admin/syncapp/wizard/rehearsal.html"
OPEN = (Rehearsal.State.REQUESTED, Rehearsal.State.RUNNING)


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a rehearsal is, or its result; the page asks every two seconds while it runs."""
    found = _find(pk)
    draft = drafts.load(
        found.definition.pair, found.definition.object_type, now=real_env().clock.now()
    )
    context = {"rehearsal": rehearsal_context(found, draft, request.user)}
    return TemplateResponse(request, FRAGMENT, context)


def samples(request: HttpRequest, pk: int) -> HttpResponse:
    """The sample records of one kind, asked for when somebody opens them."""
    kind = request.GET.get("kind", "")
    found = _find(pk)
    labels = _labels(found)
    shown = [
        {
            **sample,
            "fields": [
                {**field, "label": labels.get(field["field"], field["field"])}
                for field in sample["fields"]
            ],
        }
        for sample in found.result.get("samples", [])
        if sample["kind"] == kind
    ]
    return TemplateResponse(request, "admin/syncapp/wizard/samples.html", {"samples": shown})


def _labels(found: Rehearsal) -> dict[str, str]:
    """``{field of either side: what a person calls it}``, from the mappings."""
    labels: dict[str, str] = {}
    for mapping in found.definition.object_pair.mappings:
        for side in Side:
            labels[mapping.field(side)] = mapping.label
    unique = found.definition.object_pair.unique_name
    if unique is not None:
        labels[unique] = labels[unique].partition(" ← ")[0]
    return labels


def _find(pk: int) -> Rehearsal:
    return get_object_or_404(
        Rehearsal.objects.select_related(
            "definition__pair__hubspot", "definition__pair__quickbooks"
        ),
        pk=pk,
    )


def rehearsal_context(found: Rehearsal, draft: SyncDraft, user: Any) -> dict[str, Any]:
    """What the fragment shows."""
    planned = int(found.progress.get("planned", 0))
    read = found.definition.links.count() if found.state in OPEN else 0
    result = found.result if found.state == Rehearsal.State.FINISHED else {}
    return {
        "found": found,
        "is_open": found.state in OPEN,
        "has_failed": found.state == Rehearsal.State.FAILED,
        "is_stale": not drafts.rehearses(found, draft),
        "planned": planned,
        "read": read,
        "percent": min(99, planned * 100 // read) if read else 0,
        "rows": _rows(found, result) if result else [],
        "overwritten": _overwritten(found, result),
        "money": [
            {"side": Side(side).label, "currency": currency, "amount": amount}
            for side, told in result.get("money", {}).items()
            for currency, amount in told.items()
        ],
        "can_approve": user.has_perm("syncapp.activate_syncdefinition"),
        "writes": sum(sum(result.get(kind, {}).values()) for kind in ("create", "update", "remove"))
        if result
        else 0,
    }


def _rows(found: Rehearsal, result: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per kind of decision: words, count, and what the samples are called."""
    pair = found.definition.object_pair
    nouns = pair.nouns
    sampled = {sample["kind"] for sample in result.get("samples", [])}

    def row(style: str, words: str, count: int, kind: str, remedy: str = "") -> dict[str, Any]:
        has_samples = bool(count) and kind in sampled
        return {
            "style": style,
            "words": words,
            "count": count,
            "kind": kind if has_samples else "",
            "remedy": remedy,
        }

    rows = []
    for side in Side:
        names = {"side": side.label, "nouns": f"{nouns[side]}s"}
        created, updated = result["create"][side.value], result["update"][side.value]
        rows.append(
            row("create", _("New %(nouns)s in %(side)s") % names, created, f"create:{side.value}")
        )
        rows.append(
            row("update", _("Updates in %(side)s") % names, updated, f"update:{side.value}")
        )
        removed = result.get("remove", {}).get(side.value, 0)
        if removed:
            rows.append(row("update", _("Voided or removed in %(side)s") % names, removed, ""))
    rows.append(
        row(
            "link",
            _("Matched by %(key)s and linked") % {"key": pair.match_key_label},
            result["link"],
            "link",
        )
    )
    rows.append(row("same", _("Nothing to change"), result["unchanged"], ""))
    for style in ("excluded", "failing"):
        for code, count in sorted(result[style].items(), key=lambda one: -one[1]):
            remedy = (
                REASONS[code].remedy if code in REASONS and "{" not in REASONS[code].remedy else ""
            )
            rows.append(row(style, reason_words(code), count, code, remedy))
    return rows


def _overwritten(found: Rehearsal, result: dict[str, Any]) -> list[dict[str, Any]]:
    """How many filled values would be replaced, per side and field, the most first."""
    rows, labels = [], _labels(found)
    for key, count in result.get("overwritten", {}).items():
        side, _colon, name = key.partition(":")
        rows.append({"side": Side(side).label, "field": labels.get(name, name), "count": count})
    return sorted(rows, key=lambda row: -int(row["count"]))
