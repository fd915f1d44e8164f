"""Runs: what each pass over an account pair did; shown, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import moments
from syncapp.admin.badges import Colours
from syncapp.admin.base import BaseAdmin, ReadOnlyMixin, display, render, require
from syncapp.core.sides import Side
from syncapp.models import RecordLogEntry, SyncRun

ENTRIES_SHOWN = 100


class WorkFilter(admin.SimpleListFilter):
    """Most runs find nothing to do: leave those out on request."""

    title = gettext_lazy("What it did")
    parameter_name = "did"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        """The choices."""
        return [("changes", _("Wrote something")), ("problems", _("Had a problem"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> QuerySet[SyncRun]:
        """The chosen runs."""
        if self.value() == "changes":
            return queryset.filter(writes__isnull=False).distinct()
        if self.value() == "problems":
            return queryset.exclude(detail="")
        return queryset


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyMixin, BaseAdmin[SyncRun]):
    """The runs, latest first."""

    list_display = (
        "started", "pair", "shown_trigger", "shown_state", "summary", "calls", "duration",
    )  # fmt: skip
    list_display_links = ("started",)
    list_filter = ("state", "trigger", "pair", WorkFilter)
    list_select_related = ("pair__hubspot", "pair__quickbooks")
    list_per_page = 50
    empty_title = gettext_lazy("No run yet")
    empty_text = gettext_lazy("The first one begins when a sync is switched on.")
    ordering = ("-pk",)
    show_full_result_count = False
    actions = None

    @display(description=gettext_lazy("Started"), ordering="pk")
    def started(self, run: SyncRun) -> str:
        """When it began."""
        return moments.ago(run.started_at, timezone.now())

    @display(description=gettext_lazy("Why"))
    def shown_trigger(self, run: SyncRun) -> str:
        """What it was started by."""
        return run.get_trigger_display()

    @display(
        description=gettext_lazy("State"),
        label=Colours(
            {
                SyncRun.State.RUNNING.label: "info",
                SyncRun.State.FINISHED.label: "success",
                SyncRun.State.ENDED_EARLY.label: "warning",
                SyncRun.State.CRASHED.label: "danger",
            }
        ),
    )
    def shown_state(self, run: SyncRun) -> str:
        """How it ended."""
        return run.get_state_display()

    @display(description=gettext_lazy("Changes"))
    def summary(self, run: SyncRun) -> str:
        """What it did, or why it ended."""
        return run.trouble or moments.run_summary(run)

    @display(description=gettext_lazy("API calls"))
    def calls(self, run: SyncRun) -> str:
        """Calls made on both sides."""
        return number_format(moments.run_total(run, "api_calls"))

    @display(description=gettext_lazy("Took"))
    def duration(self, run: SyncRun) -> str:
        """How long it lasted."""
        return moments.took(run.started_at, run.ended_at)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One run: its counters per side, and the records it touched."""
        require(request, "syncapp.view_syncrun")
        run = get_object_or_404(
            SyncRun.objects.select_related("pair__hubspot", "pair__quickbooks"), pk=object_id
        )
        entries: list[RecordLogEntry] = []
        if request.user.has_perm("syncapp.view_recordlogentry"):
            logged = RecordLogEntry.objects.filter(run=run).select_related("link").order_by("pk")
            entries = list(logged[: ENTRIES_SHOWN + 1])
        context = {
            "run": run,
            "tone": moments.TONES[run.state],
            "took": moments.took(run.started_at, run.ended_at),
            "counters": counters(run),
            "entries": [(entry, _note(entry)) for entry in entries[:ENTRIES_SHOWN]],
            "more": len(entries) > ENTRIES_SHOWN,
            "shown": ENTRIES_SHOWN,
            "may_open": request.user.has_perm("syncapp.view_recordlink"),
        }
        title = _("Run %(number)s of %(pair)s") % {"number": run.pk, "pair": run.pair}
        return render(self, request, "admin/syncapp/pair/run.html", context, title=title)


def _note(entry: RecordLogEntry) -> str:
    """The entry's words; without any, the fields it changed."""
    labels = [str(change.get("label") or change.get("field", "")) for change in entry.changes]
    return entry.words or ", ".join(label for label in labels if label)


def counters(run: SyncRun) -> list[dict[str, Any]]:
    """A run's counters as lines of a table: per side where they are kept per side."""
    labels = {
        "created": _("Created"),
        "updated": _("Updated"),
        "api_calls": _("API calls"),
        "linked": _("Linked"),
        "read": _("Read"),
        "refused": _("Refused"),
    }
    lines = []
    for name, label in labels.items():
        value = run.counters.get(name, 0)
        if isinstance(value, dict):
            per_side = [number_format(value.get(side.value, 0)) for side in Side]
        else:
            per_side = ["", ""]
        total = number_format(moments.run_total(run, name))
        lines.append({"label": label, "sides": per_side, "total": total})
    return lines
