"""A HubSpot and a QuickBooks connection that belong together, and who works on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.core.sides import Side
from syncapp.models.connections import Connection
from syncapp.models.spoken import spoken


class AccountPairs(models.QuerySet["AccountPair"]):
    """Account pairs, and what is set on several at once."""

    def run_next(self, now: datetime, **changes: Any) -> int:
        """Make them due now, ahead of those that only the clock makes due.

        Args:
            now: The present moment.
            changes: What else changes, in the same statement.

        Returns:
            How many there were.
        """
        return self.update(next_due_at=now, urgent=True, **changes)


class AccountPair(models.Model):
    """Two connections that are kept in step: the unit of work, one worker at a time.

    ``lease_epoch`` rises with every owner; a transaction that carries an older one is refused.
    ``next_due_at`` is the queue: there is no job table.
    """

    class State(models.TextChoices):
        """Whether writes may happen."""

        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("All writes paused")
        BROKEN = "broken", _("Waiting for a reconnect")

    name = models.CharField(max_length=255, blank=True)
    hubspot = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    quickbooks = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.ACTIVE)
    state_detail = models.TextField(blank=True, default="")
    paused_by = models.CharField(max_length=150, blank=True, default="")
    paused_at = models.DateTimeField(null=True, blank=True)
    mixed_environments_confirmed = models.BooleanField(default=False)
    time_zone = models.CharField(
        _("company time zone"),
        max_length=64,
        blank=True,
        default="",
        help_text=_("Empty: QuickBooks' own, else HubSpot's."),
    )
    reviewed_through = models.DateField(
        _("reviewed through"),
        null=True,
        blank=True,
        help_text=_("What is dated up to this day waits for an approval; empty for nothing."),
    )
    next_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    urgent = models.BooleanField(default=False, help_text=_("A person asked for a run."))
    lease_owner = models.CharField(max_length=64, blank=True, default="")
    lease_epoch = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    objects = AccountPairs.as_manager()

    class Meta:
        """Two pairs on one account would echo through each other."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hubspot"], name="pair_unique_hubspot"),
            models.UniqueConstraint(fields=["quickbooks"], name="pair_unique_quickbooks"),
        ]
        permissions: ClassVar = [
            ("pause_accountpair", _("Can pause and resume all writes")),
            ("run_accountpair", _("Can start a sync run")),
            ("review_accountpair", _("Can set the day through which the books were reviewed")),
        ]
        verbose_name = _("account pair")
        verbose_name_plural = _("account pairs")

    def __str__(self) -> str:
        return self.name or f"{self.hubspot.name} ↔ {self.quickbooks.name}"

    @property
    def trouble(self) -> str:
        """Why nothing is written, in the reader's language; "" when it is."""
        return spoken(self.state_detail)

    @property
    def company_time_zone(self) -> str:
        """The zone in which documents have their date, as an IANA name."""
        told = [self.connection(side).details.get("time_zone") for side in reversed(Side)]
        return self.time_zone or next((str(one) for one in told if one), "UTC")

    def connection(self, side: Side) -> Connection:
        """The connection on a side."""
        return self.hubspot if side is Side.HUBSPOT else self.quickbooks
