"""The record view: every record with its state, reason and remedy; filters, search, bulk actions.

Shows and asks; ``services/failing_records.py`` acts. Must not decide what a state means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.views import ChangeList

from syncapp.admin import record_addresses, record_deeds, record_view
from syncapp.admin.base import POST, BaseAdmin, ReadOnlyMixin, page, render
from syncapp.admin.resources import RecordExportMixin
from syncapp.admin.words import CATEGORY_WORDS, badge, excluded_words, reason_words, retried_words
from syncapp.core.pairs import HIDDEN
from syncapp.core.reasons import REASONS
from syncapp.models import RecordLink
from syncapp.models.links import STATES
from syncapp.services import exports, failing_records, records
from syncapp.services.env import real_env
from syncapp.services.records import RecordChoice

VIEW = "syncapp.view_recordlink"
RETRY = "syncapp.retry_recordlink"
#: Filtered lists are counted up to here; beyond it the page says "10,000+".
COUNTED_ROWS = 10_000
CHUNK = 500
EMPTY = "\N{EN DASH}"


class CountedPaginator(Paginator[RecordLink]):
    """Counts no further than it must (TECH 5): estimates the whole, bounds a filtered list."""

    template_name = "admin/syncapp/link/pagination.html"
    is_bounded = False

    @cached_property
    def count(self) -> int:
        """The number of records, or ``COUNTED_ROWS`` with ``is_bounded`` set."""
        queryset = self.object_list
        if not isinstance(queryset, QuerySet):
            return len(queryset)
        if queryset.query.has_filters():
            found = queryset.order_by()[: COUNTED_ROWS + 1].count()
            self.is_bounded = found > COUNTED_ROWS
            return min(found, COUNTED_ROWS)
        if connection.vendor == "postgresql":
            estimate = _estimate(queryset.model._meta.db_table)
            if estimate > COUNTED_ROWS:
                return estimate
        return queryset.order_by().count()


def _estimate(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = %s", [table])
        row = cursor.fetchone()
    return max(0, int(row[0])) if row else 0


class RecordChangeList(ChangeList):  # type: ignore[misc] # no types in unfold
    """Says how many there are only where the list is narrowed."""

    def get_results(self, request: HttpRequest) -> None:
        """The whole list needs no "show all" beside its count."""
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class _ChoiceFilter(DropdownFilter):  # type: ignore[misc] # no types in unfold
    """A drop-down that narrows the list by one part of a ``RecordChoice``."""

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RecordLink]
    ) -> QuerySet[RecordLink]:
        """The chosen ones."""
        value = self.value()
        if not value:
            return queryset
        return RecordChoice.from_params({self.parameter_name: value}).apply(queryset)


class SyncFilter(_ChoiceFilter):
    """By sync: the object of one account pair."""

    title = gettext_lazy("sync")
    parameter_name = "sync"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The syncs by name."""
        found = exports.listed_syncs().select_related("pair__hubspot", "pair__quickbooks")
        return [(str(definition.pk), str(definition)) for definition in found]


class StateFilter(_ChoiceFilter):
    """By state."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The four states."""
        return STATES


class CategoryFilter(_ChoiceFilter):
    """By category, those that need a person first."""

    title = gettext_lazy("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The catalogue's categories."""
        return [
            (records.NEEDS_DECISION, _("Only a person can settle it")),
            *((value, CATEGORY_WORDS[value]) for value in records.categories()),
        ]


class ReasonFilter(_ChoiceFilter):
    """By the reason's code."""

    title = gettext_lazy("reason")
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The catalogue's reasons, by their words."""
        return sorted(((code, reason_words(code)) for code in REASONS), key=lambda row: row[1])


class UpdatedFilter(RangeDateFilter):  # type: ignore[misc] # no types in unfold
    """By the days of the last change, both included, in the current time zone."""

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RecordLink]
    ) -> QuerySet[RecordLink]:
        """The chosen days."""
        return RecordChoice.from_params(self.used_parameters).apply(queryset)


@admin.register(RecordLink)
class RecordLinkAdmin(RecordExportMixin, ReadOnlyMixin, BaseAdmin[RecordLink]):
    """The record view (S31)."""

    list_display = ("record", "object", "badge", "group", "why", "in_hubspot", "in_quickbooks",
                    "updated")  # fmt: skip
    list_display_links = None
    list_filter = (
        SyncFilter, StateFilter, CategoryFilter, ReasonFilter, ("updated_at", UpdatedFilter),
    )  # fmt: skip
    list_filter_submit = True
    list_fullwidth = True
    list_select_related = ("definition",)
    list_per_page = 50
    show_full_result_count = False
    paginator = CountedPaginator
    ordering = ("-updated_at", "-pk")
    sortable_by = ("updated",)
    search_fields = ("label",)
    search_help_text = gettext_lazy("Name, e-mail or id")
    actions = ("retry_records", "exclude_records", "export_records")
    list_before_template = "admin/syncapp/link/before.html"

    class Media:
        """The styles of our own cells."""

        css = {"all": ["syncapp/css/sync.css"]}

    def get_urls(self) -> list[URLPattern]:
        """The record's own actions, each a POST, and the download of exports."""
        own = [
            path("download/<str:name>/", page(self, self.download_view, exports.PERMISSION),
                 name="syncapp_recordlink_download"),
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
        return (
            super()
            .get_queryset(request)
            .exclude(definition__deleted_at__isnull=False)
            .exclude(definition__object_type__in=HIDDEN)
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RecordLink], search_term: str
    ) -> tuple[QuerySet[RecordLink], bool]:
        """Digits are an id, an @ an e-mail, anything else part of the name."""
        if not search_term.strip():
            return queryset, False
        return records.search(queryset, search_term), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Our own, see above."""
        return RecordChangeList

    # -- columns

    @display(description=gettext_lazy("Record"))  # type: ignore[untyped-decorator]
    def record(self, link: RecordLink) -> SafeString:
        """The name, leading to the record's activity."""
        url = reverse("admin:syncapp_recordlink_change", args=[link.pk])
        return format_html('<a class="tn-record" href="{}" title="{}">{}</a>', url, link, link)

    @display(description=gettext_lazy("Object"))  # type: ignore[untyped-decorator]
    def object(self, link: RecordLink) -> str:
        """The object's title."""
        return link.definition.object_pair.title

    @display(description=gettext_lazy("State"))  # type: ignore[untyped-decorator]
    def badge(self, link: RecordLink) -> SafeString:
        """The state; failing ones that need a person are told apart."""
        return badge(link)

    @display(description=gettext_lazy("Category"))  # type: ignore[untyped-decorator]
    def group(self, link: RecordLink) -> str:
        """The category's words; a dash while in sync."""
        return str(CATEGORY_WORDS.get(link.category, "")) or EMPTY

    @display(description=gettext_lazy("Reason"))  # type: ignore[untyped-decorator]
    def why(self, link: RecordLink) -> SafeString | str:
        """The explanation; the remedy shows on hover and focus."""
        if not link.explanation:
            return EMPTY
        return format_html(
            '<span class="tn-why" title="{}">{}</span>',
            f"{link.explanation} {link.remedy}".strip(), link.explanation,
        )  # fmt: skip

    @display(description=gettext_lazy("HubSpot id"))  # type: ignore[untyped-decorator]
    def in_hubspot(self, link: RecordLink) -> SafeString | str:
        """The id as text."""
        return _identifier(link.hubspot_id)

    @display(description=gettext_lazy("QuickBooks id"))  # type: ignore[untyped-decorator]
    def in_quickbooks(self, link: RecordLink) -> SafeString | str:
        """The id as text."""
        return _identifier(link.quickbooks_id)

    @display(description=gettext_lazy("Updated"), ordering="updated_at")  # type: ignore[untyped-decorator]
    def updated(self, link: RecordLink) -> Any:
        """When its state last changed."""
        return link.updated_at

    # -- bulk actions

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may retry and exclude."""
        return request.user.has_perm(RETRY)

    @admin.action(description=gettext_lazy("Retry"), permissions=["retry"])
    def retry_records(self, request: HttpRequest, queryset: QuerySet[RecordLink]) -> None:
        """Try the selected records again in the next run."""
        count = _in_chunks(queryset, self._retry(request))
        self.message_user(request, retried_words(count), messages.SUCCESS)

    def _retry(self, request: HttpRequest) -> Callable[[list[RecordLink]], int]:
        now = real_env().clock.now()
        who = request.user.get_username()
        return lambda links: failing_records.retry(links, who=who, now=now)

    @admin.action(description=gettext_lazy("Exclude…"), permissions=["retry"])
    def exclude_records(
        self, request: HttpRequest, queryset: QuerySet[RecordLink]
    ) -> TemplateResponse | None:
        """Ask for a reason, then leave the selected records out of the sync."""
        note = request.POST.get("note", "").strip()
        if request.POST.get("confirmed") and note:
            now, who = real_env().clock.now(), request.user.get_username()
            count = _in_chunks(
                queryset,
                lambda links: failing_records.exclude(links, who=who, note=note[:500], now=now),
            )
            self.message_user(request, excluded_words(count), messages.SUCCESS)
            return None
        return render(
            self, request, "admin/syncapp/link/exclude_selected.html",
            {
                "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
                "select_across": request.POST.get("select_across", "0"),
                "action_name": "exclude_records",
                "count": queryset.count(),
                "examples": queryset[:10],
                "missing_note": bool(request.POST.get("confirmed")),
            },
            title=_("Exclude records"),
        )  # fmt: skip

    def has_export_only_permission(self, request: HttpRequest) -> bool:
        """Who may export."""
        return self.has_export_permission(request)

    @admin.action(description=gettext_lazy("Export…"), permissions=["export_only"])
    def export_records(self, request: HttpRequest, queryset: QuerySet[RecordLink]) -> HttpResponse:
        """To the export page, for the selected records or, all selected, for the whole list."""
        params = request.GET.copy()
        if request.POST.get("select_across") != "1":
            params["id__in"] = ",".join(request.POST.getlist(ACTION_CHECKBOX_NAME))
        return redirect(f"{reverse('admin:syncapp_recordlink_export')}?{params.urlencode()}")

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

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Try this record again."""
        return record_deeds.retry(request, record_view.find(str(pk)))

    def exclude_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Leave this record out."""
        return record_deeds.exclude(request, record_view.find(str(pk)))

    def include_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take this record back in."""
        return record_deeds.include(request, record_view.find(str(pk)))


def _identifier(value: str | None) -> SafeString | str:
    return format_html('<span class="tn-id">{}</span>', value) if value else EMPTY


def _in_chunks(queryset: QuerySet[RecordLink], deed: Callable[[list[RecordLink]], int]) -> int:
    """Do something to many records, some hundred at a time."""
    done, last = 0, 0
    ordered = queryset.order_by("pk").select_related(None)
    while chunk := list(ordered.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        done += deed(chunk)
    return done
