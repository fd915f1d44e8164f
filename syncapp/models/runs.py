"""Runs, rehearsals and the record log: what was decided and done, when, and why."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.connections import SIDES
from syncapp.models.definitions import SyncDefinition
from syncapp.models.links import RecordLink
from syncapp.models.pairs import AccountPair
from syncapp.models.spoken import spoken


class Trigger(models.TextChoices):
    """Why a run began."""

    SCHEDULE = "schedule", _("Schedule")
    MANUAL = "manual", _("By hand")
    COMMAND = "command", _("Command line")


class SyncRun(models.Model):
    """One pass over one account pair. ``counters`` are saved at its end."""

    class State(models.TextChoices):
        """How it stands; "crashed" is a bug, "ended early" is not."""

        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        ENDED_EARLY = "ended_early", _("Ended early")
        CRASHED = "crashed", _("Crashed")

    pair = models.ForeignKey(
        AccountPair,
        on_delete=models.CASCADE,
        related_name="runs",
        verbose_name=_("account pair"),
    )
    trigger = models.CharField(max_length=16, choices=Trigger.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    detail = models.TextField(blank=True, default="")
    counters = models.JSONField(default=dict)
    lease_epoch = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The latest first."""

        indexes: ClassVar = [models.Index(fields=["pair", "-id"], name="run_recent")]
        verbose_name = _("run")
        verbose_name_plural = _("runs")

    def __str__(self) -> str:
        return f"run {self.pk} of {self.pair}"

    @property
    def trouble(self) -> str:
        """Why it ended early, in the reader's language; "" when it did not."""
        return spoken(self.detail)


class Rehearsal(models.Model):
    """A plan shown, not executed (B1)."""

    class State(models.TextChoices):
        """How it stands."""

        REQUESTED = "requested", _("Requested")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    definition = models.ForeignKey(
        SyncDefinition, on_delete=models.CASCADE, related_name="rehearsals"
    )
    document = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State.choices, default=State.REQUESTED)
    detail = models.TextField(blank=True, default="")
    result = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=150, blank=True, default="")
    approved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"rehearsal {self.pk} of {self.definition}"


class RecordLogEntry(models.Model):
    """What was decided or done for one record. Append only.

    ``changes`` is ``[{field, label, before, after, lost}]``; the value that lost a conflict
    stands there.
    """

    class Kind(models.TextChoices):
        """What happened."""

        LINKED = "linked", _("Linked")
        CREATED = "created", _("Created")
        UPDATED = "updated", _("Updated")
        CONFLICT = "conflict", _("Conflict")
        EMPTIED = "emptied_not_sent", _("Emptied, not sent")
        REFUSED = "refused", _("Refused")
        UNKNOWN = "unknown", _("Outcome unknown")
        WARNING = "warning", _("Warning")
        DECIDED = "decided", _("Left alone")
        GONE = "gone", _("Removed on one side")
        RESTORED = "restored", _("Restored")
        MERGED = "merged", _("Merged")
        PERSON = "person", _("Done by a person")

    definition = models.ForeignKey(SyncDefinition, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(RecordLink, on_delete=models.CASCADE, related_name="log")
    run = models.ForeignKey(
        SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="log"
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    side = models.CharField(max_length=16, choices=SIDES, blank=True, default="")
    code = models.CharField(max_length=32, blank=True, default="")
    text = models.TextField(blank=True, default="")
    changes = models.JSONField(default=list, blank=True)
    request_id = models.CharField(max_length=128, blank=True, default="")
    who = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        """The latest first, per record."""

        indexes: ClassVar = [models.Index(fields=["link", "-id"], name="log_of_link")]
        verbose_name = _("record log entry")
        verbose_name_plural = _("record log")

    def __str__(self) -> str:
        return f"{self.kind} {self.link_id}"

    @property
    def words(self) -> str:
        """What was said, in the reader's language."""
        return spoken(self.text)
