"""Files that people asked for: which records, how far the work is, until when the file is kept."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """One file for one person. ``choice`` is a ``RecordChoice`` as JSON, ``file`` its name on disk.

    ``beat_at`` moves while a worker writes: one that stands still was left by a killed worker.
    """

    class State(models.TextChoices):
        """How far it is."""

        REQUESTED = "requested", _("Waiting")
        RUNNING = "running", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports"
    )
    choice = models.JSONField(default=dict, blank=True)
    columns = models.JSONField(default=list, blank=True)
    format = models.CharField(max_length=8)
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(null=True, blank=True)
    file = models.CharField(max_length=100, blank=True, default="")
    error = models.CharField(max_length=500, blank=True, default="")
    requested_at = models.DateTimeField()
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-id"]
        verbose_name = _("export")
        verbose_name_plural = _("exports")

    def __str__(self) -> str:
        return self.file or f"{self.format} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to come."""
        return self.state in {self.State.REQUESTED, self.State.RUNNING}

    @property
    def percent(self) -> int | None:
        """How much is written, 0 to 100; None before the records are counted."""
        if self.total_count is None:
            return None
        return 100 if not self.total_count else min(100, 100 * self.done_count // self.total_count)
