"""Changes to QuickBooks that wait for a person, and what was said to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.definitions import SyncDefinition
from syncapp.models.links import RecordLink


class Approval(models.Model):
    """One planned change to QuickBooks that a person has to approve.

    ``digest`` names exactly that change: another plan needs another approval. ``changes`` is
    ``[{field, label, before, after}]`` as it was asked for; ``why`` the rules that ask. The row
    stays when it is settled: it says who let which values through.
    """

    class State(models.TextChoices):
        """Open: waiting, sent back, approved. Settled: sent, withdrawn."""

        WAITING = "waiting", _("Waits for approval")
        SENT_BACK = "sent_back", _("Sent back")
        APPROVED = "approved", _("Approved, not written yet")
        SENT = "sent", _("Approved and written")
        WITHDRAWN = "withdrawn", _("Not needed any more")

    OPEN: ClassVar = (State.WAITING, State.SENT_BACK, State.APPROVED)

    link = models.ForeignKey(RecordLink, on_delete=models.CASCADE, related_name="approvals")
    definition = models.ForeignKey(
        SyncDefinition, on_delete=models.CASCADE, related_name="approvals"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    digest = models.CharField(max_length=64)
    op = models.CharField(max_length=16)
    changes = models.JSONField(default=list, blank=True)
    why = models.JSONField(default=list, blank=True)
    document_date = models.DateField(null=True, blank=True)
    reviewed_through = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True, default="")
    home_amount = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    asked_at = models.DateTimeField()
    prepared_by = models.CharField(max_length=150, blank=True, default="")
    prepared_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """At most one is open per record."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link"],
                condition=models.Q(state__in=["waiting", "sent_back", "approved"]),
                name="approval_one_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "definition", "id"], name="approval_state"),
        ]
        permissions: ClassVar = [
            ("prepare_approval", _("Can mark records as checked before they are approved")),
            ("decide_approval", _("Can approve what is written to QuickBooks")),
        ]
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")

    def __str__(self) -> str:
        return f"{self.op} {self.link_id}"
