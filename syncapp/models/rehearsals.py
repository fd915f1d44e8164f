"""What a rehearsal would do record by record, and the matches a person accepted beforehand.

Both are about settings that are not in force yet; nothing here is read by a run.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.core.sides import Side
from syncapp.models.definitions import SyncDefinition
from syncapp.models.runs import Rehearsal


class RehearsalRow(models.Model):
    """One decision of a rehearsal about one record (B1).

    ``kind`` is "create:side", "update:side", "remove:side", "link", "suggestion", "unchanged",
    or "state:code" for a record that is left alone. ``record`` is the key of the record link as
    it was then; it may be gone by now. ``changes`` is ``[{field, label, before, after}]``,
    ``overwrites`` the "side:field" whose filled value would be replaced, each between blanks.
    """

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=64)
    record = models.PositiveBigIntegerField(null=True, blank=True)
    hubspot_id = models.CharField(max_length=64, blank=True, default="")
    quickbooks_id = models.CharField(max_length=64, blank=True, default="")
    label = models.CharField(max_length=500, blank=True, default="")
    other_label = models.CharField(max_length=500, blank=True, default="")
    email = models.CharField(max_length=320, blank=True, default="")
    number = models.CharField(max_length=64, blank=True, default="")
    party = models.CharField(max_length=500, blank=True, default="")
    document_date = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    balance = models.DecimalField(
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("What the customer owes in QuickBooks."),
    )
    currency = models.CharField(max_length=8, blank=True, default="")
    is_closed = models.BooleanField(default=False, help_text=_("Dated in a closed period."))
    params = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=list, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    posting = models.JSONField(default=dict, blank=True)
    overwrites = models.TextField(blank=True, default="")
    name_key = models.CharField(max_length=200, blank=True, default="")
    phone_key = models.CharField(max_length=40, blank=True, default="")
    search = models.TextField(blank=True, default="")

    class Meta:
        """Listed by kind; likenesses are looked up by their keys."""

        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["rehearsal", "kind", "id"], name="rehearsal_row_kind"),
            models.Index(
                fields=["rehearsal", "name_key"],
                condition=~models.Q(name_key=""),
                name="rehearsal_row_name",
            ),
            models.Index(
                fields=["rehearsal", "phone_key"],
                condition=~models.Q(phone_key=""),
                name="rehearsal_row_phone",
            ),
        ]
        verbose_name = _("record of a rehearsal")
        verbose_name_plural = _("records of a rehearsal")

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

    def id_on(self, side: Side) -> str:
        """The record's id on a side, "" while it is not there."""
        return self.hubspot_id if side is Side.HUBSPOT else self.quickbooks_id


class MatchChoice(models.Model):
    """Two records a person said belong together; linked when the draft is put in force (B15)."""

    definition = models.ForeignKey(
        SyncDefinition, on_delete=models.CASCADE, related_name="match_choices"
    )
    hubspot_id = models.CharField(max_length=64)
    quickbooks_id = models.CharField(max_length=64)
    who = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        """A record belongs to one other."""

        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["definition", "hubspot_id"], name="choice_unique_hubspot"
            ),
            models.UniqueConstraint(
                fields=["definition", "quickbooks_id"], name="choice_unique_quickbooks"
            ),
        ]
        verbose_name = _("accepted match")
        verbose_name_plural = _("accepted matches")

    def __str__(self) -> str:
        return f"{self.hubspot_id} = {self.quickbooks_id}"
