"""Account pairs: the list, one pair's page, joining two accounts; every address of a pair."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import fees, home, moments, month_page, pair_deeds, preflight, tie_outs
from syncapp.admin.badges import Colours
from syncapp.admin.base import NOTHING, POST, READ, BaseAdmin, display, page, render, require
from syncapp.admin.connections import usage
from syncapp.core.errors import SyncError
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection, SyncDefinition, SyncRun
from syncapp.models.spoken import spoken
from syncapp.services import approvals, connections, joining, people
from syncapp.services.exports import PERMISSION as EXPORTS
from syncapp.services.month_marks import PERMISSION as MARKS

RUNS_SHOWN = 15
LONGEST_NAME = 255


@admin.register(AccountPair)
class AccountPairAdmin(BaseAdmin[AccountPair]):
    """The accounts that are kept in step with each other."""

    list_display = ("pair_name", "shown_state", "next_run", "syncs")
    list_display_links = ("pair_name",)
    list_select_related = ("hubspot", "quickbooks")
    ordering = ("pk",)
    list_before_template = "admin/syncapp/pair/before_list.html"
    empty_title = gettext_lazy("No account pair yet")
    empty_text = gettext_lazy(
        "A pair is a HubSpot account and a QuickBooks company that are kept in step. Connect "
        "both and they are joined."
    )

    def get_urls(self) -> list[URLPattern]:
        """The join page, the home page's fragment, and what the buttons post to."""
        own = [
            path(
                "join/",
                page(self, self.join_page, "syncapp.add_accountpair", methods=READ + POST),
                name="syncapp_join",
            ),
            # Outside admin_view: a poll that lost its session reloads the page instead of
            # drawing the login form into a corner of it. It checks for itself.
            path("home/", home.fragment, name="syncapp_home_status"),
            path(
                "<int:pk>/run/",
                page(self, pair_deeds.run, "syncapp.run_accountpair", methods=POST),
                name="syncapp_pair_run",
            ),
            path(
                "<int:pk>/pause/",
                page(self, pair_deeds.pause, "syncapp.pause_accountpair", methods=POST),
                name="syncapp_pair_pause",
            ),
            path(
                "<int:pk>/resume/",
                page(self, pair_deeds.resume, "syncapp.pause_accountpair", methods=POST),
                name="syncapp_pair_resume",
            ),
            path(
                "<int:pk>/review/",
                page(self, pair_deeds.review, "syncapp.review_accountpair", methods=POST),
                name="syncapp_pair_review",
            ),
            path(
                "<int:pk>/time-zone/",
                page(self, pair_deeds.time_zone, "syncapp.change_accountpair", methods=POST),
                name="syncapp_pair_time_zone",
            ),
            path(
                "<int:pk>/fees/",
                page(self, partial(fees.show, self), *fees.PERMISSIONS),
                name="syncapp_pair_fees",
            ),
            path(
                "<int:pk>/preflight/",
                page(self, partial(preflight.show, self), "syncapp.view_accountpair"),
                name="syncapp_pair_preflight",
            ),
            path(
                "<int:pk>/preflight/check/",
                page(self, preflight.check, preflight.CHECKS, methods=POST),
                name="syncapp_pair_preflight_check",
            ),
            path(
                "<int:pk>/preflight/confirm/",
                page(self, preflight.confirm, preflight.CONFIRMS, methods=POST),
                name="syncapp_pair_preflight_confirm",
            ),
            path(
                "month/",
                page(self, partial(month_page.show, self), *month_page.SEES),
                name="syncapp_month",
            ),
            path(
                "<int:pk>/month/mark/",
                page(self, month_page.mark, *month_page.SEES, MARKS, methods=POST),
                name="syncapp_pair_month_mark",
            ),
            path(
                "<int:pk>/month/unmark/",
                page(self, month_page.unmark, *month_page.SEES, MARKS, methods=POST),
                name="syncapp_pair_month_unmark",
            ),
            path(
                "<int:pk>/month/<str:format>/",
                page(self, month_page.download, *month_page.SEES, EXPORTS),
                name="syncapp_pair_month_file",
            ),
            path(
                "<int:pk>/tie-out/",
                page(self, partial(tie_outs.show, self), *tie_outs.SEES),
                name="syncapp_pair_tie_out",
            ),
            path(
                "<int:pk>/tie-out/read/",
                page(self, tie_outs.read, *tie_outs.SEES, tie_outs.READS, methods=POST),
                name="syncapp_pair_tie_out_read",
            ),
            path(
                "<int:pk>/tie-out/<str:format>/",
                page(self, tie_outs.download, *tie_outs.SEES, tie_outs.DOWNLOADS),
                name="syncapp_pair_tie_out_file",
            ),
        ]
        return own + super().get_urls()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Adding is joining two connections, on a page of its own."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a Join button where two accounts wait for each other."""
        may_join = request.user.has_perm("syncapp.add_accountpair")
        context = {"can_join": may_join and joining.has_choice(), **(extra_context or {})}
        return super().changelist_view(request, context)

    @display(description=gettext_lazy("Account pair"), ordering="name")
    def pair_name(self, pair: AccountPair) -> str:
        """Its name, or both accounts'."""
        return str(pair)

    @display(
        description=gettext_lazy("State"),
        ordering="state",
        label=Colours(
            {
                AccountPair.State.ACTIVE.label: "success",
                AccountPair.State.PAUSED.label: "warning",
                AccountPair.State.BROKEN.label: "danger",
            }
        ),
    )
    def shown_state(self, pair: AccountPair) -> str:
        """Whether writes may happen."""
        return pair.get_state_display()

    @display(description=gettext_lazy("Next run"), ordering="next_due_at")
    def next_run(self, pair: AccountPair) -> str:
        """When it is due again."""
        return moments.until(pair.next_due_at, timezone.now()) or NOTHING

    @display(description=gettext_lazy("Syncs on"))
    def syncs(self, pair: AccountPair) -> str:
        """The objects that are switched on."""
        found = pair.definitions.filter(enabled=True, deleted_at=None)
        return ", ".join(definition.title for definition in found) or NOTHING

    # -- pages

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What parting would take along, as numbers: a pair has runs by the thousand.

        Its syncs stand in the way, and so do its runs: they are history, which no page deletes.
        """
        pairs = list(objs)
        runs = SyncRun.objects.filter(pair__in=pairs).count()
        counts = {str(AccountPair._meta.verbose_name_plural): len(pairs)}
        if runs:
            counts[str(SyncRun._meta.verbose_name_plural)] = runs
        syncs = [str(one) for one in SyncDefinition.objects.filter(pair__in=pairs)]
        missing = {str(SyncRun._meta.verbose_name)} if runs else set()
        return [str(pair) for pair in pairs], counts, missing, syncs

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One pair's page; posting to it renames the pair."""
        require(request, "syncapp.view_accountpair")
        pair = get_object_or_404(
            AccountPair.objects.select_related("hubspot", "quickbooks"), pk=object_id
        )
        if request.method == "POST":
            if not self.has_change_permission(request, pair):
                raise PermissionDenied
            pair.name = request.POST.get("name", "").strip()[:LONGEST_NAME]
            pair.save(update_fields=["name", "updated_at"])
            messages.success(request, _("The name was saved."))
            return redirect("admin:syncapp_accountpair_change", pair.pk)
        now = timezone.now()
        runs = SyncRun.objects.filter(pair=pair).order_by("-pk")[:RUNS_SHOWN]
        context = {
            "pair": pair,
            "tone": moments.TONES[pair.state],
            "next_run": moments.until(pair.next_due_at, now),
            "overview": home.describe_pair(request, pair),
            "runs": [run_row(run, now) for run in runs],
            "sides": [
                {
                    "side": side,
                    "connection": pair.connection(side),
                    "tone": moments.TONES[pair.connection(side).status],
                    "usage": usage(pair.connection(side), now),
                }
                for side in Side
            ],
            "absent": sorted(
                {
                    str(one.settings["absent"])
                    for one in pair.definitions.filter(deleted_at=None)
                    if one.settings.get("absent")
                }
            ),
            "may_change": self.has_change_permission(request, pair),
            "zones": sorted(people.zones()),
            "may_delete": self.has_delete_permission(request, pair),
            "may_pause": request.user.has_perm("syncapp.pause_accountpair"),
            "may_run": request.user.has_perm("syncapp.run_accountpair"),
            "may_review": request.user.has_perm("syncapp.review_accountpair"),
            "asked": approvals.waiting().filter(definition__pair=pair).count(),
        }
        return render(self, request, "admin/syncapp/pair/page.html", context, title=str(pair))

    def join_page(self, request: HttpRequest) -> HttpResponseBase:
        """Ask which two accounts belong together, and for a mixed pair whether that is meant."""
        candidates = {side: joining.alone(side) for side in Side}
        chosen = {side: _chosen(request, side, candidates[side]) for side in Side}
        hubspot, quickbooks = chosen[Side.HUBSPOT], chosen[Side.QUICKBOOKS]
        problem = ""
        if request.method == "POST" and hubspot and quickbooks:
            try:
                pair = connections.join(
                    hubspot,
                    quickbooks,
                    confirmed=request.POST.get("confirmed") == "on",
                    who=request.user.get_username(),
                )
            except SyncError as error:
                problem = spoken(str(error))
            else:
                messages.success(request, _("The two accounts are joined: %s.") % pair)
                return redirect("admin:index")
        context = {
            "sides": [
                {"side": side, "candidates": candidates[side], "chosen": chosen[side]}
                for side in Side
            ],
            "ready": all(candidates.values()),
            "problem": problem,
            "may_be_mixed": any(
                joining.is_mixed(h, q)
                for h in candidates[Side.HUBSPOT]
                for q in candidates[Side.QUICKBOOKS]
            ),
        }
        return render(
            self,
            request,
            "admin/syncapp/pair/join.html",
            context,
            title=_("Join two accounts"),
            status=400 if problem else 200,
        )


def run_row(run: SyncRun, now: Any) -> dict[str, Any]:
    """One run as a line of a table."""
    return {
        "run": run,
        "tone": moments.TONES[run.state],
        "started": moments.ago(run.started_at, now),
        "took": moments.took(run.started_at, run.ended_at),
        "summary": moments.run_summary(run),
    }


def _chosen(request: HttpRequest, side: Side, candidates: list[Connection]) -> Connection | None:
    wanted = request.POST.get(side.value, "")
    return next((c for c in candidates if str(c.pk) == wanted), None)
