"""The wizard's addresses: walk the steps, rehearse, switch on, discard.

Keeps what was typed in the draft; services check and act. Must not know what a step asks.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.base import render
from syncapp.admin.soon import run_soon, soon
from syncapp.admin.wizard import filters, matches
from syncapp.admin.wizard.base import Mistake, Page, Step
from syncapp.admin.wizard.direction import DirectionStep
from syncapp.admin.wizard.filters import FiltersStep
from syncapp.admin.wizard.mapping import MappingStep
from syncapp.admin.wizard.review import ReviewStep, SwitchOnForm
from syncapp.core.errors import SyncError
from syncapp.core.pairs import CHOOSABLE
from syncapp.core.sides import Side
from syncapp.models import AccountPair, SyncDefinition, SyncDraft
from syncapp.models.spoken import spoken
from syncapp.services import drafts, presences
from syncapp.services.config import SettingsError
from syncapp.services.env import real_env
from syncapp.services.rehearsal import Standing
from syncapp.services.words import title_of
from syncapp.tasks import rehearse as rehearse_task

STEPS: tuple[Step, ...] = (DirectionStep(), MappingStep(), FiltersStep(), ReviewStep())

#: After these a rehearsal has to be made (again).
WORTH_NOTHING = {Standing.NONE, Standing.FAILED, Standing.CHANGED, Standing.USED, Standing.OLD}

ModelAdmin = admin.ModelAdmin[SyncDefinition]


def start(request: HttpRequest, pair_id: int, object_type: str) -> HttpResponse:
    """To the first step; a draft somebody began is found there."""
    _load(pair_id, object_type)
    return redirect("admin:syncapp_wizard_step", pair_id, object_type, STEPS[0].slug)


def step(
    model_admin: ModelAdmin, request: HttpRequest, pair_id: int, object_type: str, step: str
) -> HttpResponse:
    """One step: shown (GET), or kept and left for the next or the one before (POST)."""
    number = _number(step)
    draft = _load(pair_id, object_type)
    page = Page(draft, draft.document, request.user)
    if request.method != "POST":
        return _show(model_admin, request, page, number)
    typed = STEPS[number].read(page, request.POST)
    page.document = {**draft.document, **typed.parts}
    change = request.POST.get("change", "")
    if change:
        page.document["filters"] = filters.changed(page.document["filters"], change)
        mistakes = typed.mistakes if change == "map" else None
        return _show(model_admin, request, page, number, posted=request.POST, mistakes=mistakes)
    goes_back = request.POST.get("go") == "back"
    if typed.mistakes and not goes_back:
        return _show(
            model_admin, request, page, number, posted=request.POST, mistakes=typed.mistakes
        )
    try:
        seen = request.POST.get("seen")
        draft = drafts.save(
            draft, typed.parts, user=request.user, seen=seen, watched=STEPS[number].parts
        )
    except drafts.DraftMoved as moved:
        messages.warning(request, _moved_words(moved, request.user))
        return _show(model_admin, request, page, number, posted=request.POST)
    target = max(0, number - 1) if goes_back else min(number + 1, len(STEPS) - 1)
    is_asked = request.POST.get("go") == "review"
    if is_asked:
        target = len(STEPS) - 1
    if STEPS[target].slug == "review" and not goes_back:
        _rehearse_unasked(draft, request.user, is_asked=is_asked)
    return redirect("admin:syncapp_wizard_step", pair_id, object_type, STEPS[target].slug)


def _moved_words(moved: drafts.DraftMoved, user: Any) -> str:
    """Who was faster, and what became of the typed text."""
    if moved.user is None or moved.user.pk == user.pk:
        return _(
            "This step was changed in another window while you were on this page. What you typed "
            "is still here: look at it again, then choose Next to keep it."
        )
    return _(
        "%(who)s changed this draft while you were on this page. What you typed is still "
        "here: look at it again, then choose Next to keep it."
    ) % {"who": moved}


def _rehearse_unasked(draft: SyncDraft, user: Any, *, is_asked: bool) -> None:
    """A new sync is rehearsed on the way to its review, an edited one when the button says so."""
    living = drafts.living_definition(draft.pair, draft.object_type)
    is_new = living is None or living.activated_at is None
    if (is_new or is_asked) and drafts.standing(draft, now=real_env().clock.now()) in WORTH_NOTHING:
        with suppress(SettingsError):
            requested = drafts.request_rehearsal(draft, user=user, env=real_env())
            soon(rehearse_task, requested.pk)


def matching(
    model_admin: ModelAdmin, request: HttpRequest, pair_id: int, object_type: str
) -> HttpResponse:
    """The matching list (GET), and what a person decides on it (POST)."""
    draft = _load(pair_id, object_type)
    if request.method == "POST":
        return matches.decide(request, draft)
    return matches.show(model_admin, request, draft)


def presence(request: HttpRequest, pair_id: int, object_type: str) -> HttpResponse:
    """Note that somebody has the wizard open, and say who else has."""
    if object_type not in CHOOSABLE:
        raise Http404
    others = presences.seen(
        f"{pair_id}-{object_type}", user=request.user, now=real_env().clock.now()
    )
    return TemplateResponse(request, "admin/syncapp/wizard/presence.html", {"others": others})


def discard(request: HttpRequest, pair_id: int, object_type: str) -> HttpResponse:
    """Forget the draft; what is in force stays."""
    draft = _load(pair_id, object_type)
    if draft.pk:
        draft.delete()
    messages.success(request, _("The draft was discarded. The saved settings are shown."))
    return redirect("admin:syncapp_wizard_step", pair_id, object_type, STEPS[0].slug)


def rehearse(request: HttpRequest, pair_id: int, object_type: str) -> HttpResponse:
    """Ask for a rehearsal; the review shows how it goes."""
    draft = _load(pair_id, object_type)
    try:
        requested = drafts.request_rehearsal(draft, user=request.user, env=real_env())
    except SettingsError as error:
        messages.error(request, spoken(error.message))
    else:
        soon(rehearse_task, requested.pk)
    return redirect("admin:syncapp_wizard_step", pair_id, object_type, "review")


def switch_on(
    model_admin: ModelAdmin, request: HttpRequest, pair_id: int, object_type: str
) -> HttpResponse:
    """Put the draft in force and switch the sync on, or say what stands in the way."""
    draft = _load(pair_id, object_type)
    page = Page(draft, draft.document, request.user)
    form = SwitchOnForm(
        request.POST,
        marker=page.direction.allows(Side.HUBSPOT),
        replace=drafts.has_moved(draft),
    )
    if not form.is_valid():
        mistakes = [Mistake(name, str(words[0])) for name, words in form.errors.items()]
        return _show(
            model_admin, request, page, len(STEPS) - 1, posted=request.POST, mistakes=mistakes
        )
    was_off = page.living is not None and page.is_edit and not page.living.enabled
    again = drafts.records_planned_again(draft)
    try:
        definition = drafts.put_in_force(draft, who=request.user.get_username(), env=real_env())
    except SettingsError as error:
        mistakes = [Mistake("", spoken(error.message))]
    except SyncError as error:
        mistakes = [Mistake("", spoken(str(error)))]
    else:
        run_soon(pair_id)
        messages.success(request, _switched_words(definition, again, was_off=was_off))
        return redirect("admin:syncapp_object_view")
    return _show(model_admin, request, page, len(STEPS) - 1, posted=request.POST, mistakes=mistakes)


def _switched_words(definition: SyncDefinition, again: int, *, was_off: bool) -> str:
    if was_off:
        return _("“%(sync)s” is on again.") % {"sync": definition}
    if again:
        return _(
            "“%(sync)s” is saved. %(count)d records are planned again with the new settings."
        ) % {"sync": definition, "count": again}
    return _(
        "“%(sync)s” is on. The first sync has begun; afterwards a change reaches the other side "
        "within 10 minutes at the latest."
    ) % {"sync": definition}


def _load(pair_id: int, object_type: str) -> SyncDraft:
    if object_type not in CHOOSABLE:
        raise Http404
    pairs = AccountPair.objects.select_related("hubspot", "quickbooks")
    now = real_env().clock.now()
    return drafts.load(get_object_or_404(pairs, pk=pair_id), object_type, now=now)


def _number(slug: str) -> int:
    for number, one in enumerate(STEPS):
        if one.slug == slug:
            return number
    raise Http404


def _show(
    model_admin: ModelAdmin,
    request: HttpRequest,
    page: Page,
    number: int,
    *,
    posted: QueryDict | None = None,
    mistakes: list[Mistake] | None = None,
) -> HttpResponse:
    """The page of a step, with what was typed and what is wrong with it."""
    draft, current = page.draft, STEPS[number]
    names = (draft.pair_id, draft.object_type)
    living, is_edit = page.living, page.is_edit
    mistakes = mistakes or []
    context: dict[str, Any] = {
        "draft": draft,
        "step": current,
        "number": number + 1,
        "steps": [
            {
                "number": position + 1,
                "title": one.title,
                "url": reverse("admin:syncapp_wizard_step", args=[*names, one.slug]),
                "is_current": position == number,
                "is_done": position < number,
            }
            for position, one in enumerate(STEPS)
        ],
        "is_first": number == 0,
        "is_last": number == len(STEPS) - 1,
        "is_edit": is_edit,
        "is_off": is_edit and living is not None and not living.enabled,
        "seen": drafts.stamp(draft, current.parts),
        "posted": posted is not None,
        "has_draft": draft.pk is not None,
        "moved": draft.pk is not None and drafts.has_moved(draft),
        "moved_at": living.updated_at if living is not None else None,
        "mistakes": mistakes,
        "can_switch": request.user.has_perm("syncapp.activate_syncdefinition"),
        "cancel_url": reverse("admin:syncapp_object_view" if is_edit else "admin:index"),
        "object_title": title_of(page.object_pair),
        **current.context(page, posted),
    }
    title = (_("Edit sync: %s") if is_edit else _("Set up sync: %s")) % title_of(page.object_pair)
    return render(model_admin, request, current.template, context, title=title)
