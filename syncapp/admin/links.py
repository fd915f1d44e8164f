"""The record view's addresses and deeds: retry, exclude, assign and export, alone or in bulk.

The list is drawn by ``record_list.py``, a record's page by ``record_view.py``; the services act.
Must not decide what a state means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import record_addresses, record_deeds, record_list, record_view
from syncapp.admin.base import POST, BaseAdmin, ReadOnlyMixin, back, page, render
from syncapp.admin.record_filters import address
from syncapp.admin.resources import RecordExportMixin
from syncapp.admin.soon import run_soon
from syncapp.admin.words import assigned_words, excluded_words, retried_words
from syncapp.models import RecordLink
from syncapp.services import assignments, failing_records, record_pages, records
from syncapp.services.env import real_env
from syncapp.services.records import RecordChoice

VIEW = "syncapp.view_recordlink"
RETRY = failing_records.PERMISSION
ASSIGN = assignments.PERMISSION
CHUNK = 500


@admin.register(RecordLink)
class RecordLinkAdmin(RecordExportMixin, ReadOnlyMixin, BaseAdmin[RecordLink]):
    """The record view (S31)."""

    actions = ("retry_records", "exclude_records", "assign_records", "export_records")

    def get_urls(self) -> list[URLPattern]:
        """The reader's columns, a record's own actions, each a POST, and exports."""
        own = [
            path("columns/", page(self, record_list.choose_columns, VIEW, methods=POST),
                 name="syncapp_recordlink_columns"),
            path("<int:pk>/assign/", page(self, self.assign_view, VIEW, ASSIGN, methods=POST),
                 name="syncapp_recordlink_assign"),
            path("<int:pk>/retry/", page(self, self.retry_view, VIEW, RETRY, methods=POST),
                 name="syncapp_recordlink_retry"),
            path("<int:pk>/exclude/", page(self, self.exclude_view, VIEW, RETRY, methods=POST),
                 name="syncapp_recordlink_exclude"),
            path("<int:pk>/include/", page(self, self.include_view, VIEW, RETRY, methods=POST),
                 name="syncapp_recordlink_include"),
            *record_addresses.addresses(self),
        ]  # fmt: skip
        return own + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecordLink]:
        """Records of deleted syncs are kept, not shown."""
        return records.listed()

    # -- the list

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, or, posted, what is to be done with the ticked records."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._act(request) if request.method == "POST" else record_list.show(self, request)

    def _act(self, request: HttpRequest) -> HttpResponse:
        name = request.POST.get("action", "")
        if name not in self.get_actions(request):
            raise PermissionDenied
        chosen = self._ticked(request)
        if chosen is None:
            messages.warning(request, _("Tick the records first."))
            return _to_list(request)
        if record_pages.count(chosen) > record_pages.COUNTED and name != "export_records":
            messages.error(
                request,
                _("At most 10,000 records can be changed at once. Narrow the list first."),
            )
            return _to_list(request)
        answer: HttpResponse | None = getattr(self, name)(request, chosen)
        return answer or _to_list(request)

    def _ticked(self, request: HttpRequest) -> QuerySet[RecordLink] | None:
        """The records of the whole filtered list, or the ticked ones; None for none."""
        if request.POST.get("select_across") == "1":
            return RecordChoice.from_params(request.GET.dict()).apply(records.listed())
        ticked = [pk for pk in request.POST.getlist(ACTION_CHECKBOX_NAME) if pk.isdecimal()]
        return records.listed().filter(pk__in=ticked) if ticked else None

    # -- bulk actions

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may retry and exclude."""
        return request.user.has_perm(RETRY)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Who may assign records and write notes."""
        return request.user.has_perm(ASSIGN)

    def has_export_only_permission(self, request: HttpRequest) -> bool:
        """Who may export."""
        return self.has_export_permission(request)

    @admin.action(description=gettext_lazy("Retry"), permissions=["retry"])
    def retry_records(self, request: HttpRequest, queryset: QuerySet[RecordLink]) -> None:
        """Try the selected records again in the next run."""
        now, who = real_env().clock.now(), request.user.get_username()
        count = _in_chunks(
            queryset, lambda links: failing_records.retry(links, who=who, now=now), wakes=True
        )
        messages.success(request, retried_words(count))

    @admin.action(description=gettext_lazy("Exclude…"), permissions=["retry"])
    def exclude_records(
        self, request: HttpRequest, queryset: QuerySet[RecordLink]
    ) -> HttpResponse | None:
        """Ask for a reason, then leave the selected records out of the sync."""
        note = request.POST.get("note", "").strip()
        if request.POST.get("confirmed") and note:
            now, who = real_env().clock.now(), request.user.get_username()
            count = _in_chunks(
                queryset,
                lambda links: failing_records.exclude(links, who=who, note=note[:500], now=now),
                wakes=True,
            )
            messages.success(request, excluded_words(count))
            return None
        return render(
            self, request, "admin/syncapp/link/exclude_selected.html",
            {
                "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
                "select_across": request.POST.get("select_across", "0"),
                "action_name": "exclude_records",
                "count": queryset.count(),
                "examples": queryset.order_by("-updated_at", "-pk")[:10],
                "missing_note": bool(request.POST.get("confirmed")),
                "back_url": _list_url(request),
            },
            title=_("Exclude records"),
        )  # fmt: skip

    @admin.action(description=gettext_lazy("Assign"), permissions=["assign"])
    def assign_records(self, request: HttpRequest, queryset: QuerySet[RecordLink]) -> None:
        """Give the selected records to a colleague, or to nobody."""
        told = request.POST.get("assignee", "")
        assignee = assignments.colleagues().filter(pk=told).first() if told.isdecimal() else None
        if assignee is None and told != records.NOBODY:
            messages.warning(request, _("Choose whom the records are assigned to."))
            return
        now, who = real_env().clock.now(), request.user.get_username()
        count = _in_chunks(
            queryset,
            lambda links: assignments.assign(links, assignee=assignee, who=who, now=now),
        )
        name = assignments.name_of(assignee) if assignee else ""
        messages.success(request, assigned_words(count, name))

    @admin.action(description=gettext_lazy("Export…"), permissions=["export_only"])
    def export_records(self, request: HttpRequest, queryset: QuerySet[RecordLink]) -> HttpResponse:
        """To the export page, for the selected records or, all selected, for the whole list."""
        params = RecordChoice.from_params(request.GET.dict()).as_params()
        if request.POST.get("select_across") != "1":
            params = {"id__in": ",".join(request.POST.getlist(ACTION_CHECKBOX_NAME))}
        return redirect(f"{reverse('admin:syncapp_recordlink_export')}{address(params)}")

    # -- one record

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The record's activity; there is nothing to edit by hand."""
        return record_view.show(self, request, object_id)

    def assign_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep who looks after this record, and the note on it."""
        link = get_object_or_404(RecordLink, pk=pk)
        now, who = real_env().clock.now(), request.user.get_username()
        told = request.POST.get("assignee", "")
        assignee = assignments.colleagues().filter(pk=told).first() if told.isdecimal() else None
        # Who may not sign in any more stays assigned while only the note is written.
        if not told.isdecimal() or assignee is not None:
            assignments.assign([link], assignee=assignee, who=who, now=now)
        assignments.annotate(link, note=request.POST.get("note", ""), who=who, now=now)
        messages.success(request, _("“%(record)s” is saved.") % {"record": link})
        return back(request, reverse("admin:syncapp_recordlink_change", args=[pk]))

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try this record again."""
        return record_deeds.retry(request, record_view.find(str(pk)))

    def exclude_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave this record out."""
        return record_deeds.exclude(request, record_view.find(str(pk)))

    def include_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take this record back in."""
        return record_deeds.include(request, record_view.find(str(pk)))


def _list_url(request: HttpRequest) -> str:
    return f"{reverse(record_list.LIST)}{address(request.GET.dict())}"


def _to_list(request: HttpRequest) -> HttpResponse:
    return redirect(_list_url(request))


def _in_chunks(
    queryset: QuerySet[RecordLink], deed: Callable[[list[RecordLink]], int], *, wakes: bool = False
) -> int:
    """Do something to many records, some hundred at a time.

    Which records is settled first: the deed may take them out of the filter that chose them.
    """
    ids = list(queryset.order_by("pk").values_list("pk", flat=True))
    done, pairs = 0, set()
    for start in range(0, len(ids), CHUNK):
        chunk = RecordLink.objects.select_related("definition").defer(*record_pages.HEAVY)
        links = list(chunk.filter(pk__in=ids[start : start + CHUNK]))
        pairs |= {link.definition.pair_id for link in links}
        done += deed(links)
    for pair_id in sorted(pairs) if wakes else ():
        run_soon(pair_id)
    return done
