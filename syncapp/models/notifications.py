"""Messages to users: in the application, by mail, and what they were told of and still lasts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notification(models.Model):
    """One message to one user, in their language. ``kind`` is a name of services/notify.py."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=32, blank=True, default="")
    text = models.CharField(max_length=500)
    url = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "-id"],
                condition=models.Q(read_at=None),
                name="notification_unread",
            ),
        ]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")

    def __str__(self) -> str:
        return self.text


class Mail(models.Model):
    """One mail to one user: an outbox row, written with what it tells, sent afterwards.

    ``key`` is unique: the same thing is never written twice. A row that is being sent when the
    worker dies is not sent again by itself, for it may have arrived: a person decides.
    """

    class State(models.TextChoices):
        """What came of it."""

        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        UNKNOWN = "unknown", _("Not known whether it arrived")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mails"
    )
    notification = models.OneToOneField(
        Notification, on_delete=models.SET_NULL, null=True, blank=True, related_name="mail"
    )
    key = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=32)
    address = models.CharField(max_length=254)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    detail = models.CharField(max_length=500, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True, help_text=_("When it is tried next."))
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The latest first; the due ones are found by their time."""

        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="mail_due"),
        ]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")

    def __str__(self) -> str:
        return self.subject


class OngoingMatter(models.Model):
    """Something that lasts and that people were told of: once, until it is over."""

    key = models.CharField(max_length=128, unique=True)
    kind = models.CharField(max_length=32)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
