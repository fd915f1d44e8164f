"""Approvals: what waits for a person before QuickBooks gets it; check, approve, send back.

Shows what ``services/approvals.py`` holds back and hands clicks to it. Must not decide what needs
an approval, nor who may give one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin import approval_words
from syncapp.admin.base import POST, BaseAdmin, ReadOnlyMixin, back, page, render, require
from syncapp.admin.soon import run_soon
from syncapp.models import Approval, RecordLink, SyncDefinition
from syncapp.models.figures import money
from syncapp.services import approvals
from syncapp.services.approvals import Outcome
from syncapp.services.env import real_env

SEES = "syncapp.view_approval"
PREPARES = "syncapp.prepare_approval"
DECIDES = "syncapp.decide_approval"
PER_PAGE = 50
BADGE_LIMIT = 99
NAMES_SHOWN = 5
REFUSALS_SHOWN = 3
BACKEND = "django.contrib.auth.backends.ModelBackend"
#: What the drop-down offers: the open ones, and two views of the past.
SHOWN = {
    "waiting": (Approval.State.WAITING, Approval.State.SENT_BACK),
    "approved": (Approval.State.APPROVED, Approval.State.SENT),
    "withdrawn": (Approval.State.WITHDRAWN,),
}


def badge(request: HttpRequest) -> str:
    """The number beside the way here; "" when nothing waits or the person may not look."""
    if not request.user.has_perm(SEES):
        return ""
    found = len(approvals.waiting().order_by().values_list("pk")[: BADGE_LIMIT + 1])
    if not found:
        return ""
    return str(found) if found <= BADGE_LIMIT else f"{BADGE_LIMIT}+"


def address_for(request: HttpRequest, link: RecordLink) -> str:
    """Where the approval stands that a record waits for; "" when none does or none may be seen."""
    if not request.user.has_perm(SEES):
        return ""
    if not Approval.objects.filter(link=link.pk, state__in=SHOWN["waiting"]).exists():
        return ""
    return f"{reverse('admin:syncapp_approval_changelist')}?record={link.pk}"


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyMixin, BaseAdmin[Approval]):
    """The page "Approvals"; a single one leads to its record."""

    actions = None

    def get_urls(self) -> list[URLPattern]:
        """What the buttons post to."""
        own = [
            path("prepare/", page(self, self.prepare, SEES, PREPARES, methods=POST),
                 name="syncapp_approval_prepare"),
            path("approve/", page(self, self.approve, SEES, DECIDES, methods=POST),
                 name="syncapp_approval_approve"),
            path("send-back/", page(self, self.send_back, SEES, DECIDES, methods=POST),
                 name="syncapp_approval_send_back"),
        ]  # fmt: skip
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What waits, or what was decided."""
        require(request, SEES)
        choice = request.GET.get("show", "")
        choice = choice if choice in SHOWN else "waiting"
        found = _narrowed(request, Approval.objects.filter(state__in=SHOWN[choice]))
        found = found.order_by("asked_at", "pk") if choice == "waiting" else found.order_by("-pk")
        shown_page = Paginator(found, PER_PAGE).get_page(request.GET.get("p"))
        now = timezone.now()
        query = request.GET.copy()
        query.pop("p", None)
        context = {
            "choice": choice,
            "choices": _choices(),
            "syncs": _syncs(),
            "chosen_sync": request.GET.get("sync", ""),
            "q": request.GET.get("q", ""),
            "is_narrowed": any(request.GET.get(name) for name in ("q", "sync", "record")),
            "page_obj": shown_page,
            "rows": approval_words.rows(list(shown_page), now=now, who=request.user.get_username()),
            "totals": _totals(found) if choice == "waiting" else [],
            "approvers": _approvers() if choice == "waiting" and shown_page.object_list else "",
            "may_prepare": request.user.has_perm(PREPARES),
            "may_decide": request.user.has_perm(DECIDES),
            "query": query.urlencode(),
            "here": request.get_full_path(),
        }
        template = "admin/syncapp/approvals/page.html"
        return render(self, request, template, context, title=_("Approvals"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """To the record it is about, whose activity tells the rest."""
        require(request, SEES)
        pk = object_id if object_id.isdecimal() else "0"
        found = get_object_or_404(Approval, pk=pk)
        return redirect("admin:syncapp_recordlink_change", found.link_id)

    # -- buttons

    def prepare(self, request: HttpRequest) -> HttpResponse:
        """Mark the chosen ones as checked."""
        outcome = self._act(request, approvals.prepare)
        return self._answer(
            request,
            outcome,
            ngettext(
                "%(count)d change is marked as checked and waits for an approval.",
                "%(count)d changes are marked as checked and wait for an approval.",
                outcome.done,
            ),
        )

    def approve(self, request: HttpRequest) -> HttpResponse:
        """Let the chosen ones be written."""
        outcome = self._act(request, approvals.approve)
        return self._answer(
            request,
            outcome,
            ngettext(
                "%(count)d change is approved and written to QuickBooks in the next run.",
                "%(count)d changes are approved and written to QuickBooks in the next run.",
                outcome.done,
            ),
        )

    def send_back(self, request: HttpRequest) -> HttpResponse:
        """Refuse the chosen ones with a reason."""
        note = request.POST.get("note", "").strip()
        if not note:
            messages.error(
                request, _("Say why: whoever prepared the record has to know what to change.")
            )
            return back(request, reverse("admin:syncapp_approval_changelist"))
        outcome = self._act(
            request, lambda asked, **by: approvals.send_back(asked, note=note, **by)
        )
        return self._answer(
            request,
            outcome,
            ngettext(
                "%(count)d change was sent back.", "%(count)d changes were sent back.", outcome.done
            ),
        )

    def _act(self, request: HttpRequest, deed: Callable[..., Outcome]) -> Outcome:
        chosen = [pk for pk in request.POST.getlist("selected") if pk.isdecimal()]
        found = list(Approval.objects.filter(pk__in=chosen).select_related("definition"))
        outcome = deed(found, who=request.user.get_username(), now=real_env().clock.now())
        if outcome.done:
            for pair_id in sorted({one.definition.pair_id for one in found}):
                run_soon(pair_id)
        return outcome

    def _answer(self, request: HttpRequest, outcome: Outcome, words: str) -> HttpResponse:
        """Say what was done, and what was not and why."""
        if outcome.done:
            messages.success(request, words % {"count": outcome.done})
        for problem in outcome.refused[:REFUSALS_SHOWN]:
            messages.warning(request, problem)
        more = len(outcome.refused) - REFUSALS_SHOWN
        if more > 0:
            words = ngettext(
                "%(count)d more could not be approved for such a reason.",
                "%(count)d more could not be approved for such reasons.",
                more,
            )
            messages.warning(request, words % {"count": more})
        if not outcome.done and not outcome.refused:
            messages.warning(
                request,
                _("Nothing was done: choose what waits. It may have changed meanwhile."),
            )
        return back(request, reverse("admin:syncapp_approval_changelist"))


def _narrowed(request: HttpRequest, found: QuerySet[Approval]) -> QuerySet[Approval]:
    """The living syncs' approvals that the form asks for."""
    found = found.filter(definition__deleted_at=None).select_related(
        "link", "definition__host", "definition__pair"
    )
    sync, words = request.GET.get("sync", ""), request.GET.get("q", "").strip()
    record = request.GET.get("record", "")
    if record.isdecimal() and len(record) < 19:
        found = found.filter(link=int(record))
    if sync.isdecimal():
        found = found.filter(definition=int(sync))
    if words:
        named = RecordLink.objects.filter(
            Q(label__icontains=words) | Q(party__icontains=words) | Q(number__icontains=words)
        )
        found = found.filter(link__in=named)
    return found


def _choices() -> list[tuple[str, str]]:
    return [
        ("waiting", _("Waiting")),
        ("approved", _("Approved")),
        ("withdrawn", _("Not needed any more")),
    ]


def _syncs() -> list[tuple[str, str]]:
    """The syncs of which something was ever asked."""
    asked = Approval.objects.order_by().values("definition").distinct()
    found = SyncDefinition.objects.filter(pk__in=asked, deleted_at=None)
    rows = found.select_related("pair__hubspot", "pair__quickbooks").order_by("pk")
    return [(str(one.pk), str(one)) for one in rows]


def _totals(found: QuerySet[Approval]) -> list[str]:
    """What waits, in money, by currency."""
    sums = found.exclude(amount=None).order_by("currency").values("currency")
    return [money(row["total"], row["currency"]) for row in sums.annotate(total=Sum("amount"))]


def _approvers() -> str:
    """Who may approve, by name."""
    people = User.objects.with_perm(DECIDES, backend=BACKEND).order_by("username")
    names = [user.get_full_name() or user.get_username() for user in people[: NAMES_SHOWN + 1]]
    if len(names) > NAMES_SHOWN:
        return _("%(names)s and others") % {"names": ", ".join(names[:NAMES_SHOWN])}
    return ", ".join(names)
