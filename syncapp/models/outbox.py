"""Writes noted before their call: the outbox. At most one is open per record and side."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.connections import SIDES
from syncapp.models.links import RecordLink
from syncapp.models.pairs import AccountPair


class PendingWrite(models.Model):
    """One intended write and what came of it.

    ``payload`` is ``{field: value}`` as sent; ``changes`` are the plan's field changes with the
    source values they were computed from. ``sent_at`` is rewritten at every send: the quiet time
    counts from the last one. ``expected_version`` is the version the values were computed from.
    """

    class State(models.TextChoices):
        """Open: sent, unknown. Settled: done, refused, dropped."""

        SENT = "sent", _("Sent, no answer yet")
        UNKNOWN = "unknown", _("Outcome unknown")
        DONE = "done", _("Written")
        REFUSED = "refused", _("Refused")
        DROPPED = "dropped", _("Not written")

    OPEN: ClassVar = (State.SENT, State.UNKNOWN)

    pair = models.ForeignKey(AccountPair, on_delete=models.CASCADE, related_name="writes")
    link = models.ForeignKey(RecordLink, on_delete=models.CASCADE, related_name="writes")
    side = models.CharField(max_length=16, choices=SIDES)
    record_type = models.CharField(max_length=32)
    op = models.CharField(max_length=16)
    payload = models.JSONField()
    changes = models.JSONField()
    marker = models.CharField(max_length=128, blank=True, default="")
    expected_version = models.CharField(max_length=64, blank=True, default="")
    batch_id = models.CharField(max_length=36)
    batch_key = models.CharField(max_length=10)
    single = models.BooleanField(default=False)
    lease_epoch = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.SENT)
    first_sent_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=128, blank=True, default="")
    result = models.TextField(blank=True, default="")
    run = models.ForeignKey("SyncRun", on_delete=models.SET_NULL, null=True, related_name="writes")

    class Meta:
        """One open write per record and side (I9)."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link", "side"],
                condition=models.Q(state__in=["sent", "unknown"]),
                name="write_one_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["pair", "due_at"],
                condition=models.Q(state__in=["sent", "unknown"]),
                name="write_open",
            ),
            models.Index(fields=["link", "-id"], name="write_of_link"),
        ]
        verbose_name = _("pending write")
        verbose_name_plural = _("pending writes")

    def __str__(self) -> str:
        return f"{self.op} {self.link} in {self.side}"
