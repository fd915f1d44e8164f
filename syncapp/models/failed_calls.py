"""The last failed call of a record, kept until the record succeeds."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.connections import SIDES
from syncapp.models.links import RecordLink


class FailedCall(models.Model):
    """What was sent for a record and what was answered: short, without headers and secrets.

    ``status`` is 0 when no answer came. ``is_shared`` says that the call was for several records:
    the request shown is then the record's own values, the answer that of all of them.
    """

    link = models.OneToOneField(RecordLink, on_delete=models.CASCADE, related_name="failed_call")
    side = models.CharField(max_length=16, choices=SIDES)
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField(default=0)
    request_id = models.CharField(max_length=128, blank=True, default="")
    request = models.TextField(blank=True, default="")
    response = models.TextField(blank=True, default="")
    is_shared = models.BooleanField(default=False)

    class Meta:
        """No meaning of its own beside its record."""

        verbose_name = _("failed call")
        verbose_name_plural = _("failed calls")

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"
