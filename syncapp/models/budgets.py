"""Counts of calls against the vendors' limits, shared by all workers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from syncapp.models.connections import Connection


class RateBudget(models.Model):
    """The sliding log of one limit: the times of the last calls, newest last.

    Times are seconds since 1970, UTC. ``slowed_part`` is the part of the rate that a 429 left,
    from ``slowed_at`` on; before ``slowed_until`` it is not halved again.
    """

    key = models.CharField(max_length=128, unique=True)
    log = models.JSONField(default=list)
    blocked_until = models.FloatField(null=True, blank=True, help_text="Seconds since 1970, UTC")
    blocked_why = models.CharField(max_length=8, blank=True, default="")
    slowed_part = models.FloatField(null=True, blank=True)
    slowed_at = models.FloatField(null=True, blank=True)
    slowed_until = models.FloatField(null=True, blank=True)
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class ApiUsage(models.Model):
    """Calls made through one connection on one day."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        """One row per day."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "day"], name="usage_unique_day"),
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.day}: {self.calls}"


class DailyBudget(models.Model):
    """What a vendor last said of its limit of calls a day, which all of the account's apps share.

    HubSpot tells it with every answer to a service key; to OAuth apps it has no such limit.
    """

    connection = models.OneToOneField(
        Connection, on_delete=models.CASCADE, related_name="daily_budget"
    )
    limit = models.PositiveIntegerField()
    remaining = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.connection}: {self.remaining} of {self.limit}"


class MonthlyReads(models.Model):
    """Calls made through one connection in one month that Intuit meters (CorePlus).

    ``alarmed`` is the highest share of the allowance, in percent, that people were told of.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="monthly_reads"
    )
    month = models.DateField(help_text="Its first day")
    reads = models.PositiveIntegerField(default=0)
    alarmed = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """One row per month."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "month"], name="reads_unique_month"),
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.month:%Y-%m}: {self.reads}"
