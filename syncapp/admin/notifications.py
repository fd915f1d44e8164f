"""Notifications: each person's own messages, and marking them as read."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from syncapp.admin import header, moments, my_settings
from syncapp.admin.badges import MAIL_COLOURS, Colours
from syncapp.admin.base import (
    NOTHING,
    POST,
    READ,
    BaseAdmin,
    NoLinksMixin,
    ReadOnlyMixin,
    display,
    page,
    require,
)
from syncapp.models import Mail, Notification
from syncapp.services.kinds import KINDS

SEES = "syncapp.view_notification"


@admin.register(Notification)
class NotificationAdmin(ReadOnlyMixin, NoLinksMixin, BaseAdmin[Notification]):
    """The messages to the person who looks; nobody else's."""

    list_display = ("message", "shown_kind", "when", "shown_state", "by_mail")
    list_select_related = ("mail",)
    list_display_links = ("message",)
    list_before_template = "admin/syncapp/notification/before_list.html"
    empty_title = gettext_lazy("No notifications")
    empty_text = gettext_lazy(
        "Finished exports and connections that need you will be listed here. Only you see "
        "your notifications."
    )
    actions = None
    fields = ("text", "created_at", "read_at")

    def get_urls(self) -> list[URLPattern]:
        """What the bell asks for; marking as read is a POST; one's own settings."""
        own = [
            path(
                "read/",
                page(self, self.mark_read, SEES, methods=POST),
                name="syncapp_notifications_read",
            ),
            path(
                "<int:pk>/open/",
                page(self, self.open, SEES, methods=POST),
                name="syncapp_notification_open",
            ),
            # Outside admin_view, as the home page's fragment: they check for themselves.
            path("bell/", bell, name="syncapp_notifications_bell"),
            path("latest/", latest, name="syncapp_notifications_latest"),
            path(
                "my-settings/",
                page(self, partial(my_settings.show, self), methods=READ + POST),
                name="syncapp_my_settings",
            ),
        ]
        return own + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        """Only one's own."""
        return super().get_queryset(request).filter(user=request.user.pk)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with a button while something is unread."""
        unread = self.get_queryset(request).filter(read_at=None).exists()
        return super().changelist_view(request, {"has_unread": unread, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django would say "does not exist" about others' messages before it asks who it is."""
        require(request, "syncapp.view_notification")
        return super().history_view(request, object_id, extra_context)

    @display(description=gettext_lazy("Message"))
    def message(self, notification: Notification) -> str:
        """The text; a click posts, so that it is marked as read, and leads to what it is about.

        The button belongs to the form that the list stands in, which carries the token.
        """
        if not _leads_home(notification):
            return notification.text
        address = reverse("admin:syncapp_notification_open", args=[notification.pk])
        return format_html(
            '<button type="submit" class="td-link td-link-text" formaction="{}">{}</button>',
            address,
            notification.text,
        )

    @display(description=gettext_lazy("When"), ordering="pk")
    def when(self, notification: Notification) -> str:
        """How long ago."""
        return moments.ago(notification.created_at, timezone.now())

    @display(description=gettext_lazy("State"), label=Colours({gettext_lazy("New"): "info"}))
    def shown_state(self, notification: Notification) -> str:
        """Whether it was read."""
        return _("Read") if notification.read_at else _("New")

    @display(description=gettext_lazy("Kind"), ordering="kind")
    def shown_kind(self, notification: Notification) -> str:
        """What it is about."""
        kind = KINDS.get(notification.kind)
        return str(kind.title) if kind else NOTHING

    @display(
        description=gettext_lazy("By mail"),
        label=MAIL_COLOURS,
    )
    def by_mail(self, notification: Notification) -> str:
        """What came of the mail, if there was one."""
        mail: Mail | None = getattr(notification, "mail", None)
        return mail.get_state_display() if mail else NOTHING

    def open(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark one message as read and go where it leads."""
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if found.read_at is None:
            found.read_at = timezone.now()
            found.save(update_fields=["read_at"])
        there = found.url if _leads_home(found) else "admin:syncapp_notification_changelist"
        return redirect(there)

    def mark_read(self, request: HttpRequest) -> HttpResponse:
        """Mark all of one's messages as read."""
        mine = self.get_queryset(request).filter(read_at=None)
        mine.update(read_at=timezone.now())
        messages.success(request, _("All notifications are marked as read."))
        return redirect("admin:syncapp_notification_changelist")


def _leads_home(notification: Notification) -> bool:
    """Whether it leads to a page, and to one of ours."""
    url = notification.url
    return url.startswith("/") and not url.startswith(("//", "/\\"))


@never_cache
def bell(request: HttpRequest) -> HttpResponseBase:
    """The bell, asked for now and then; who was signed out meanwhile keeps the old one."""
    refused = _refused(request)
    if refused is not None:
        return HttpResponse(status=204) if request.headers.get("HX-Request") else refused
    return TemplateResponse(
        request, "admin/syncapp/header/bell.html", {"unread": header.unread(request)}
    )


@never_cache
def latest(request: HttpRequest) -> HttpResponseBase:
    """The bell's list."""
    refused = _refused(request)
    if refused is not None and request.headers.get("HX-Request"):
        return TemplateResponse(request, "admin/syncapp/header/signed_out.html")
    if refused is not None:
        return refused
    context = {"latest": header.latest(request), "unread": header.unread(request)}
    return TemplateResponse(request, "admin/syncapp/header/latest.html", context)


def _refused(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to who is not signed in, or only changes something; None for who may look."""
    if not admin.site.has_permission(request):
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if not request.user.has_perm(SEES):
        raise PermissionDenied
    return None if request.method in READ else HttpResponseNotAllowed(READ)
