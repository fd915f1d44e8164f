"""The tie-outs of account pairs (B3): one row per look at a month, kept as a statement."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.pairs import AccountPair


class TieOut(models.Model):
    """What both sides held of one month when somebody asked.

    ``figures`` is what ``services/tie_out.py`` wrote; a look that failed has none.
    """

    class State(models.TextChoices):
        """How far it is."""

        REQUESTED = "requested", _("Requested")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    pair = models.ForeignKey(AccountPair, on_delete=models.CASCADE, related_name="tie_outs")
    month = models.DateField(help_text="The month's first day.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    progress = models.CharField(max_length=100, blank=True, default="")
    detail = models.TextField(blank=True, default="", help_text="Why it failed.")
    figures = models.JSONField(default=dict, blank=True)
    api_calls = models.JSONField(default=dict, blank=True, help_text="{side: calls made}")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    who = models.CharField(max_length=150, blank=True, default="")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The latest first."""

        indexes: ClassVar = [models.Index(fields=["pair", "month", "-id"], name="tie_out_recent")]
        verbose_name = _("tie-out")
        verbose_name_plural = _("tie-outs")

    def __str__(self) -> str:
        return f"tie-out {self.month:%Y-%m} of {self.pair}"
