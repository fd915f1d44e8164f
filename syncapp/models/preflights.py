"""The last pre-flight of an account pair, and what people confirmed about it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.pairs import AccountPair


class Preflight(models.Model):
    """What was looked at, as facts; the findings follow from them and from the ticks.

    A look that failed keeps the facts of the one before.
    """

    class State(models.TextChoices):
        """How far a look is."""

        REQUESTED = "requested", _("Requested")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    pair = models.OneToOneField(AccountPair, on_delete=models.CASCADE, related_name="preflight")
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    facts = models.JSONField(default=dict, blank=True)
    api_calls = models.JSONField(default=dict, blank=True, help_text="{side: calls made}")
    detail = models.TextField(blank=True, default="", help_text="Why the last look failed.")
    requested_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"pre-flight of {self.pair}"


class PreflightTick(models.Model):
    """Somebody confirmed a finding that no program can look up."""

    pair = models.ForeignKey(AccountPair, on_delete=models.CASCADE, related_name="preflight_ticks")
    code = models.CharField(max_length=32)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    who = models.CharField(max_length=150)
    at = models.DateTimeField()
    text = models.TextField(help_text="What was confirmed, word by word.")

    class Meta:
        """One per finding; confirming again replaces it."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pair", "code"], name="preflight_tick_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.code} confirmed by {self.who}"
