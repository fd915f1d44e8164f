"""The syncs: their list with actions, and the addresses of object view, wizard and confirmations.

Knows which page needs which permission. Must not know what is on the pages.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from syncapp.admin import (
    brakes,
    object_panel,
    object_view,
    rehearsal_records,
    rehearsals,
    switching,
)
from syncapp.admin.base import POST, READ, BaseAdmin, page
from syncapp.admin.wizard import views as wizard
from syncapp.admin.wizard.review import ReviewStep
from syncapp.admin.words import DIRECTION_WORDS
from syncapp.core.sides import Direction
from syncapp.models import SyncDefinition
from syncapp.services import counts as counting
from syncapp.services import status

VIEW = "syncapp.view_syncdefinition"
EDIT = "syncapp.change_syncdefinition"
SWITCH = "syncapp.activate_syncdefinition"
DELETE = "syncapp.delete_syncdefinition"
RUN = "syncapp.run_accountpair"
SEE_RECORDS = "syncapp.view_recordlink"
RETRY = "syncapp.retry_recordlink"
EXPORT = "syncapp.export_recordlink"


@admin.register(SyncDefinition)
class SyncDefinitionAdmin(BaseAdmin[SyncDefinition]):
    """The list of syncs. A sync is edited in the wizard, never in a form of rows."""

    list_display = ("sync", "pair", "way", "is_on", "numbers", "updated_at")
    list_display_links = None
    list_select_related = ("pair__hubspot", "pair__quickbooks")
    ordering = ("pair", "pk")
    actions = ("sync_now", "turn_on", "turn_off", "delete_sync")
    list_before_template = "admin/syncapp/definition/before.html"
    empty_title = gettext_lazy("No sync has been switched on yet")
    empty_text = gettext_lazy(
        "Choose an object on the home page: the wizard leads through its settings."
    )

    class Media:
        """The styles of our own cells."""

        css = {"all": ["syncapp/css/sync.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Object view, side panel, confirmations, wizard, rehearsals."""
        both = (*READ, *POST)
        steps = "wizard/<int:pair_id>/<slug:object_type>/"

        def view(function: Any, *permissions: str, methods: tuple[str, ...] = READ) -> Any:
            return page(self, function, *permissions, methods=methods)

        own = [
            path("objects/", view(partial(object_view.show, self), VIEW),
                 name="syncapp_object_view"),
            path("objects/choose/", view(object_view.choose, VIEW, methods=POST),
                 name="syncapp_object_choose"),
            path("<int:pk>/records/<slug:group>/", view(object_panel.panel, VIEW, SEE_RECORDS),
                 name="syncapp_object_panel"),
            path("<int:pk>/records/<slug:group>/retry/",
                 view(object_panel.retry_selected, VIEW, SEE_RECORDS, RETRY, methods=POST),
                 name="syncapp_object_retry"),
            path("<int:pk>/sync-now/", view(switching.sync_now, VIEW, RUN, methods=POST),
                 name="syncapp_sync_now"),
            path("<int:pk>/turn-off/",
                 view(partial(switching.turn_off_page, self), VIEW, SWITCH, methods=both),
                 name="syncapp_turn_off"),
            path("<int:pk>/brake/",
                 view(partial(brakes.show, self), VIEW, SWITCH, methods=both),
                 name="syncapp_brake"),
            path("<int:pk>/delete-sync/",
                 view(partial(switching.delete_page, self), VIEW, DELETE, methods=both),
                 name="syncapp_delete_sync"),
            path(steps, view(wizard.start, EDIT), name="syncapp_wizard"),
            path(f"{steps}discard/", view(wizard.discard, EDIT, methods=POST),
                 name="syncapp_wizard_discard"),
            path(f"{steps}rehearse/", view(wizard.rehearse, EDIT, methods=POST),
                 name="syncapp_wizard_rehearse"),
            path(f"{steps}switch-on/",
                 view(partial(wizard.switch_on, self), EDIT, SWITCH, methods=POST),
                 name="syncapp_wizard_switch_on"),
            path(f"{steps}matches/", view(partial(wizard.matching, self), EDIT, methods=both),
                 name="syncapp_wizard_matches"),
            path(f"{steps}presence/", view(wizard.presence, EDIT, methods=POST),
                 name="syncapp_wizard_presence"),
            path(f"{steps}<slug:step>/", view(partial(wizard.step, self), EDIT, methods=both),
                 name="syncapp_wizard_step"),
            path("rehearsals/<int:pk>/", view(rehearsals.progress, EDIT),
                 name="syncapp_rehearsal_progress"),
            path("rehearsals/<int:pk>/approve/",
                 view(partial(brakes.approve_rehearsal, self), EDIT, SWITCH, methods=POST),
                 name="syncapp_rehearsal_approve"),
            path("rehearsals/<int:pk>/records/",
                 view(partial(rehearsal_records.show, self), EDIT, SEE_RECORDS),
                 name="syncapp_rehearsal_records"),
            path("rehearsals/<int:pk>/export/<slug:format>/",
                 view(rehearsal_records.export, EDIT, SEE_RECORDS, EXPORT, methods=POST),
                 name="syncapp_rehearsal_export"),
        ]  # fmt: skip
        return own + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncDefinition]:
        """The living syncs that were switched on at least once."""
        found = super().get_queryset(request)
        return found.filter(deleted_at=None, activated_at__isnull=False, host=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A sync is set up in the wizard, from the home page."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: SyncDefinition | None = None
    ) -> bool:
        """Deleting asks for the sync's name first, see ``delete_sync``."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Editing walks the wizard (S13); who may only look reads the settings in words."""
        found = self.get_object(request, object_id)
        if found is None or request.method != "GET" or not self.has_view_permission(request, found):
            return super().change_view(request, object_id, form_url, extra_context)
        if self.has_change_permission(request, found):
            return redirect("admin:syncapp_wizard", found.pair_id, found.object_type)
        return switching.settings_page(self, request, found)

    # -- columns

    @display(description=gettext_lazy("Sync"))  # type: ignore[untyped-decorator]
    def sync(self, definition: SyncDefinition) -> SafeString:
        """The object, leading to its numbers."""
        url = reverse("admin:syncapp_object_view")
        return format_html('<a class="tn-record" href="{}">{}</a>', url, definition.title)

    @display(description=gettext_lazy("Direction"))  # type: ignore[untyped-decorator]
    def way(self, definition: SyncDefinition) -> str:
        """The direction in words."""
        return str(DIRECTION_WORDS[Direction(definition.direction)])

    @display(description=gettext_lazy("Switched"))  # type: ignore[untyped-decorator]
    def is_on(self, definition: SyncDefinition) -> SafeString:
        """On or off."""
        style, words = ("in_sync", _("On")) if definition.enabled else ("excluded", _("Off"))
        return format_html('<span class="tn-badge tn-badge--{}">{}</span>', style, words)

    @display(description=gettext_lazy("Records"))  # type: ignore[untyped-decorator]
    def numbers(self, definition: SyncDefinition) -> str:
        """The counts in one line."""
        counts = status.as_counts(counting.of(definition.pk, now=timezone.now()))
        return _("%(in_sync)d in sync, %(failing)d failing, %(excluded)d excluded") % {
            "in_sync": counts.in_sync,
            "failing": counts.failing,
            "excluded": counts.excluded,
        }

    # -- actions

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Who may start a run."""
        return request.user.has_perm(RUN)

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Who may turn a sync on and off."""
        return request.user.has_perm(SWITCH)

    def has_turn_on_permission(self, request: HttpRequest) -> bool:
        """Who may turn a sync on: that is the last step of the wizard, after a rehearsal."""
        return request.user.has_perms([EDIT, SWITCH])

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Who may delete a sync."""
        return request.user.has_perm(DELETE)

    @admin.action(description=gettext_lazy("Sync now"), permissions=["run"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[SyncDefinition]) -> None:
        """Make the selected syncs due now."""
        for definition in queryset:
            started, words = switching.start_run(definition)
            self.message_user(request, words, messages.SUCCESS if started else messages.WARNING)

    @admin.action(description=gettext_lazy("Turn on sync…"), permissions=["turn_on"])
    def turn_on(
        self, request: HttpRequest, queryset: QuerySet[SyncDefinition]
    ) -> HttpResponse | None:
        """To the review: nothing is turned on before it was rehearsed."""
        chosen = self._only(request, queryset)
        if chosen is None:
            return None
        return redirect(
            "admin:syncapp_wizard_step", chosen.pair_id, chosen.object_type, ReviewStep.slug
        )

    @admin.action(description=gettext_lazy("Turn off sync…"), permissions=["switch"])
    def turn_off(
        self, request: HttpRequest, queryset: QuerySet[SyncDefinition]
    ) -> HttpResponse | None:
        """To the page that asks before turning off."""
        return self._one(request, queryset, "admin:syncapp_turn_off")

    @admin.action(description=gettext_lazy("Delete sync…"), permissions=["remove"])
    def delete_sync(
        self, request: HttpRequest, queryset: QuerySet[SyncDefinition]
    ) -> HttpResponse | None:
        """To the page that asks for the sync's name."""
        return self._one(request, queryset, "admin:syncapp_delete_sync")

    def _one(
        self, request: HttpRequest, queryset: QuerySet[SyncDefinition], name: str
    ) -> HttpResponse | None:
        chosen = self._only(request, queryset)
        return redirect(name, chosen.pk) if chosen is not None else None

    def _only(
        self, request: HttpRequest, queryset: QuerySet[SyncDefinition]
    ) -> SyncDefinition | None:
        chosen = list(queryset[:2])
        if len(chosen) == 1:
            return chosen[0]
        self.message_user(request, _("Select one sync at a time for this."), messages.WARNING)
        return None
