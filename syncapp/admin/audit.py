"""Who changed which setting, when, from what to what (B12): a list to read, filter and download.

Shows what ``services/setting_changes.py`` kept. Nothing here can be edited or removed.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import tablib
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

from syncapp.admin import setting_words
from syncapp.admin.base import BaseAdmin, NoLinksMixin, ReadOnlyMixin, display, page
from syncapp.core.dates import as_date
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.models import SettingChange, SyncDefinition, figures
from syncapp.models.spoken import spoken
from syncapp.services.export_files import escape
from syncapp.services.words import said

#: A sync's subject begins with the title of its object.
TITLES = frozenset(pair.title for pair in OBJECT_PAIRS.values())
#: Whom a subject of another kind names.
PEOPLE = {"User": gettext_lazy("User %(name)s"), "Role": gettext_lazy("Role %(name)s")}
SEES = "syncapp.view_settingchange"
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
COLUMNS = ("at_utc", "person", "what", "setting", "before", "after")


def subject_words(subject: str) -> str:
    """What a change belongs to, in the reader's language."""
    title, dot, rest = subject.partition(" · ")
    if title in TITLES:
        return f"{said(title)}{dot}{rest}"
    kind, _space, name = subject.partition(" ")
    return PEOPLE[kind] % {"name": name} if kind in PEOPLE else subject


class PersonFilter(DropdownFilter):  # type: ignore[misc] # no types in unfold
    """By who did it."""

    title = gettext_lazy("person")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Everybody who ever changed something."""
        names = SettingChange.objects.order_by("who").values_list("who", flat=True).distinct()
        return [(name, name) for name in names]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SettingChange]
    ) -> QuerySet[SettingChange]:
        """Theirs."""
        return queryset.filter(who=self.value()) if self.value() else queryset


class ChangedSyncFilter(DropdownFilter):  # type: ignore[misc] # no types in unfold
    """By sync, deleted ones included."""

    title = gettext_lazy("sync")
    parameter_name = "sync"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The syncs of which a setting was changed."""
        found = SyncDefinition.objects.filter(
            pk__in=SettingChange.objects.exclude(definition=None).values("definition")
        ).select_related("pair__hubspot", "pair__quickbooks")
        return [
            (str(one.pk), _("%(sync)s (deleted)") % {"sync": one} if one.deleted_at else str(one))
            for one in found
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SettingChange]
    ) -> QuerySet[SettingChange]:
        """Of that sync."""
        chosen = str(self.value() or "")
        return queryset.filter(definition=int(chosen)) if chosen.isdecimal() else queryset


class DayFilter(RangeDateFilter):  # type: ignore[misc] # no types in unfold
    """By day, both included, in the time zone of who looks."""

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SettingChange]
    ) -> QuerySet[SettingChange]:
        """The chosen days."""
        first, last = (self._midnight(end) for end in ("from", "to"))
        if first is not None:
            queryset = queryset.filter(at__gte=first)
        return queryset if last is None else queryset.filter(at__lt=last + timedelta(days=1))

    def _midnight(self, end: str) -> datetime | None:
        told = self.used_parameters.get(f"{self.parameter_name}_{end}")
        day = as_date(told[0] if isinstance(told, list) else told)
        return None if day is None else timezone.make_aware(datetime.combine(day, time.min))


@admin.register(SettingChange)
class SettingChangeAdmin(ReadOnlyMixin, NoLinksMixin, BaseAdmin[SettingChange]):
    """The changes of settings, the latest first."""

    list_display = ("when", "person", "what", "change")
    list_display_links = ("when",)
    list_filter = (PersonFilter, ChangedSyncFilter, ("at", DayFilter))
    list_filter_submit = True
    list_fullwidth = True
    list_select_related = ("definition",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-at", "-pk")
    sortable_by = ("when",)
    search_fields = ("who", "subject", "setting")
    search_help_text = gettext_lazy("Person, sync or account")
    actions = None
    fields = ("at", "who", "subject", "change")
    list_before_template = "admin/syncapp/audit/before_list.html"
    empty_title = gettext_lazy("Nothing was changed yet")
    empty_text = gettext_lazy(
        "Whatever somebody changes in the settings is listed here from then on."
    )

    class Media:
        """The styles of our own cells."""

        css = {"all": ["syncapp/css/sync.css"]}

    def get_urls(self) -> list[URLPattern]:
        """The download of the filtered list."""
        own = [
            path("export/<str:format>/", page(self, self.export, SEES),
                 name="syncapp_settingchange_export"),
        ]  # fmt: skip
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with downloads that keep its filters."""
        query = request.GET.urlencode()
        context = {"query": f"?{query}" if query else "", **(extra_context or {})}
        return super().changelist_view(request, context)

    @display(description=gettext_lazy("When"), ordering="at")
    def when(self, row: SettingChange) -> datetime:
        """The moment, in the time zone of who looks."""
        return row.at

    @display(description=gettext_lazy("What it belongs to"))
    def what(self, row: SettingChange) -> str:
        """The sync, account pair, connection or person."""
        return subject_words(row.subject)

    @display(description=gettext_lazy("person"), ordering="who")
    def person(self, row: SettingChange) -> str:
        """Who did it; the command line has a name of ours."""
        return spoken(row.who)

    @display(description=gettext_lazy("Change"))
    def change(self, row: SettingChange) -> SafeString:
        """What was changed, from what to what."""
        title, after = setting_words.title(row), figures.text(setting_words.after(row))
        told = figures.text(setting_words.before(row))
        before = f"{told} → " if setting_words.has_before(row) else ""
        return format_html(
            '<span class="tn-change"><strong>{}:</strong> {}{}</span>', title, before, after
        )

    def export(self, request: HttpRequest, format: str) -> HttpResponse:
        """The filtered list as a file.

        Raises:
            Http404: There is no such format.
        """
        if format not in CONTENT_TYPES:
            raise Http404
        rows = tablib.Dataset(headers=COLUMNS, title="Settings")
        for row in self.get_changelist_instance(request).get_queryset(request).iterator():
            before = setting_words.before(row) if setting_words.has_before(row) else ""
            title, after = setting_words.title(row), setting_words.after(row)
            words = (row.who, subject_words(row.subject), title, before, after)
            rows.append((row.at.strftime("%Y-%m-%d %H:%M:%S"), *(escape(one) for one in words)))
        content = rows.export(format)
        body = content if isinstance(content, bytes) else content.encode("utf-8-sig")
        answer = HttpResponse(body, content_type=CONTENT_TYPES[format])
        answer["Content-Disposition"] = f'attachment; filename="changes-of-settings.{format}"'
        return answer
