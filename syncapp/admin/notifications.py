"""Notifications: each person's own messages, and marking them as read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import moments
from syncapp.admin.base import POST, BaseAdmin, ReadOnlyMixin, display, page, require
from syncapp.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyMixin, BaseAdmin[Notification]):
    """The messages to the person who looks; nobody else's."""

    list_display = ("message", "when", "shown_state")
    list_display_links = None
    list_before_template = "admin/syncapp/notification/before_list.html"
    actions = None
    fields = ("text", "created_at", "read_at")

    def get_urls(self) -> list[URLPattern]:
        """Marking as read is a POST."""
        own = [
            path(
                "read/",
                page(self, self.mark_read, "syncapp.view_notification", methods=POST),
                name="syncapp_notifications_read",
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
        """The text, leading to what it is about."""
        if not notification.url.startswith("/") or notification.url.startswith("//"):
            return notification.text
        return format_html(
            '<a class="td-link" href="{}">{}</a>', notification.url, notification.text
        )

    @display(description=gettext_lazy("When"), ordering="pk")
    def when(self, notification: Notification) -> str:
        """How long ago."""
        return moments.ago(notification.created_at, timezone.now())

    @display(description=gettext_lazy("State"), label={gettext_lazy("New"): "info"})
    def shown_state(self, notification: Notification) -> str:
        """Whether it was read."""
        return _("Read") if notification.read_at else _("New")

    def mark_read(self, request: HttpRequest) -> HttpResponse:
        """Mark all of one's messages as read."""
        mine = self.get_queryset(request).filter(read_at=None)
        mine.update(read_at=timezone.now())
        messages.success(request, _("All notifications are marked as read."))
        return redirect("admin:syncapp_notification_changelist")
