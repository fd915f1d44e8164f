"""The matching list: who belongs together, what waits for a person, what is only alike (B15).

Shows and asks; ``services/matching_list.py`` keeps what was accepted.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.base import render
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.sides import Side
from syncapp.models import MatchChoice, Rehearsal, RehearsalRow, SyncDefinition, SyncDraft
from syncapp.models.figures import money
from syncapp.services import drafts, matching_list
from syncapp.services.counting import LINK
from syncapp.services.env import real_env
from syncapp.services.matching_list import AMBIGUOUS, SUGGESTION, Pairing
from syncapp.services.words import noun_of, said

PAGE_ROWS = 50
SEARCH_LENGTH = 200
TEMPLATE = "admin/syncapp/wizard/matches.html"
GROUPS = {"ambiguous": AMBIGUOUS, "suggested": SUGGESTION, "matched": LINK}

ModelAdmin = admin.ModelAdmin[SyncDefinition]


def show(model_admin: ModelAdmin, request: HttpRequest, draft: SyncDraft) -> HttpResponse:
    """One page of the matching list."""
    found = _finished(draft)
    group, words = _asked(request.GET)
    definition = draft.definition
    accepted: list[MatchChoice] = []
    context: dict[str, Any] = {
        "draft": draft,
        "found": found,
        "group": group,
        "q": words,
        "review_url": _address(draft, "admin:syncapp_wizard_step", "review"),
        "here": _address(draft, "admin:syncapp_wizard_matches"),
        "hubspot_noun": draft_nouns(draft)[Side.HUBSPOT],
        "quickbooks_noun": draft_nouns(draft)[Side.QUICKBOOKS],
    }
    if found is not None and definition is not None:
        listed = matching_list.listed(found)
        accepted = list(definition.match_choices.all()[: PAGE_ROWS * 4])
        if not group:
            group = context["group"] = _first_group(listed)
        rows = _searched(listed.filter(kind=GROUPS[group]), words)
        page = Paginator(rows.order_by("pk"), PAGE_ROWS).get_page(request.GET.get("page"))
        promised = _promised(definition, page.object_list)
        key = said(definition.object_pair.match_key_label)
        context |= {
            "page": page,
            "rows": [_row(row, promised, key) for row in page],
            "groups": [
                {
                    "slug": slug,
                    "words": _group_words(slug),
                    "count": listed.filter(kind=kind).count(),
                    "is_current": slug == group,
                }
                for slug, kind in GROUPS.items()
            ],
            "accepted_count": definition.match_choices.count(),
            "accepted": _named(accepted, found),
            "query": urlencode({"group": group, "q": words}),
        }
    return render(model_admin, request, TEMPLATE, context, title=_("Matching list"))


def decide(request: HttpRequest, draft: SyncDraft) -> HttpResponse:
    """Accept the ticked pairs, or all suggestions that are listed, or take pairs back."""
    found = _finished(draft)
    group, words = _asked(request.POST)
    back = f"{_address(draft, 'admin:syncapp_wizard_matches')}?" + urlencode(
        {"group": group, "q": words}
    )
    definition = draft.definition
    if found is None or definition is None:
        messages.warning(request, _("Rehearse first: the list is made by a rehearsal."))
        return redirect(back)
    deed = request.POST.get("deed", "")
    who, env = request.user.get_username(), real_env()
    pairings = [
        pairing
        for name in ("pair", *(n for n in request.POST if n.startswith("pick-")))
        for told in request.POST.getlist(name)
        if (pairing := Pairing.parse(told)) is not None
    ]
    if deed == "withdraw":
        count = matching_list.withdraw(definition, pairings)
        messages.success(request, _taken_back_words(count))
    elif deed == "accept_all":
        rows = _searched(matching_list.listed(found), words)
        count = matching_list.accept_all(found, rows, who=who, env=env)
        messages.success(request, _accepted_words(count))
    else:
        accepted, refused = matching_list.accept(found, pairings, who=who, env=env)
        if accepted or not refused:
            messages.success(request, _accepted_words(accepted))
        if refused:
            messages.warning(request, _refused_words(refused))
    return redirect(back)


def draft_nouns(draft: SyncDraft) -> dict[Side, str]:
    """What the records are called on each side."""
    pair = OBJECT_PAIRS[draft.object_type]
    return {side: noun_of(pair, side) for side in Side}


def _finished(draft: SyncDraft) -> Rehearsal | None:
    """The rehearsal whose records are kept."""
    found = drafts.latest_rehearsal(draft)
    return found if found is not None and found.state == Rehearsal.State.FINISHED else None


def _asked(told: Any) -> tuple[str, str]:
    group = told.get("group", "")
    return group if group in GROUPS else "", told.get("q", "").strip()[:SEARCH_LENGTH]


def _first_group(listed: QuerySet[RehearsalRow]) -> str:
    """What waits for a person comes first."""
    return next((s for s, kind in GROUPS.items() if listed.filter(kind=kind).exists()), "matched")


def _searched(rows: QuerySet[RehearsalRow], words: str) -> QuerySet[RehearsalRow]:
    for word in words.casefold().split():
        rows = rows.filter(search__contains=word)
    return rows


def _promised(definition: SyncDefinition, rows: Any) -> dict[str, str]:
    ids = [row.hubspot_id for row in rows]
    chosen = definition.match_choices.filter(hubspot_id__in=ids)
    return dict(chosen.values_list("hubspot_id", "quickbooks_id"))


def _row(row: RehearsalRow, promised: dict[str, str], key: str) -> dict[str, Any]:
    chosen = promised.get(row.hubspot_id, "")
    options = [
        {
            "value": f"{row.hubspot_id}={one['id']}",
            "label": one["label"] or one["id"],
            "id": one["id"],
            "is_chosen": one["id"] == chosen,
        }
        for one in row.candidates
        if one["side"] == Side.QUICKBOOKS.value and row.hubspot_id
    ]
    own = Side.HUBSPOT if row.hubspot_id else Side.QUICKBOOKS
    return {
        "row": row,
        "why": _why(row, key),
        "balance": money(row.balance, row.currency) if row.balance is not None else "",
        "value": f"{row.hubspot_id}={row.quickbooks_id}",
        "options": options,
        "rivals": [one for one in row.candidates if one["side"] == own.value],
        "is_accepted": bool(chosen),
    }


def _why(row: RehearsalRow, key: str) -> str:
    """Why two records stand side by side."""
    if row.kind == LINK:
        return _("Same %(key)s") % {"key": key}
    if row.kind == AMBIGUOUS:
        if not row.hubspot_id:
            return _(
                "Several of them share one key, and none is in HubSpot: merge them, or give each "
                "its own."
            )
        return _("Several records share it; only a person can tell them apart.")
    words = {"name": _("Same name"), "phone": _("Same phone number")}
    return ", ".join(words[one] for one in row.params.get("shares", []) if one in words)


def _named(choices: list[MatchChoice], found: Rehearsal) -> list[dict[str, str]]:
    """The accepted pairs with the names the rehearsal knew."""
    wanted = {"hubspot_id__in": [one.hubspot_id for one in choices]}
    rows = found.rows.filter(**wanted).exclude(label="")
    labels = dict(rows.values_list("hubspot_id", "label"))
    others = dict(
        found.rows.filter(quickbooks_id__in=[one.quickbooks_id for one in choices], hubspot_id="")
        .exclude(label="").values_list("quickbooks_id", "label")
    )  # fmt: skip
    return [
        {
            "value": str(one).replace(" = ", "="),
            "hubspot": labels.get(one.hubspot_id, one.hubspot_id),
            "quickbooks": others.get(one.quickbooks_id, one.quickbooks_id),
            "who": one.who,
        }
        for one in choices
    ]


def _group_words(slug: str) -> str:
    return {
        "ambiguous": _("Wait for a person"),
        "suggested": _("Suggested"),
        "matched": _("Matched"),
    }[slug]


def _accepted_words(count: int) -> str:
    return ngettext(
        "%(count)d match is accepted. It becomes a link when the sync is switched on; rehearse "
        "again to see what it changes.",
        "%(count)d matches are accepted. They become links when the sync is switched on; rehearse "
        "again to see what they change.",
        count,
    ) % {"count": count}


def _refused_words(count: int) -> str:
    return ngettext(
        "%(count)d pair was not accepted: one of its records belongs to another accepted pair, or "
        "is not in the list any more.",
        "%(count)d pairs were not accepted: one of their records belongs to another accepted pair, "
        "or is not in the list any more.",
        count,
    ) % {"count": count}


def _taken_back_words(count: int) -> str:
    return ngettext(
        "%(count)d accepted match was taken back.",
        "%(count)d accepted matches were taken back.",
        count,
    ) % {"count": count}


def _address(draft: SyncDraft, name: str, *more: str) -> str:
    return reverse(name, args=[draft.pair_id, draft.object_type, *more])
