"""Counts of calls against the vendors' limits, shared by all workers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from syncapp.models.connections import Connection


class RateBudget(models.Model):
    """The sliding log of one limit: the times of the last calls, newest last."""

    key = models.CharField(max_length=128, unique=True)
    log = models.JSONField(default=list)
    blocked_until = models.FloatField(null=True, blank=True, help_text="Seconds since 1970, UTC")
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
