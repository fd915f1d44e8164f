"""How many records of a sync stand where, as last counted: what pages show of large syncs.

Knows one row per sync. Must not know when it is counted anew (``services/counts.py``).
"""

from __future__ import annotations

from django.db import models

from syncapp.models.definitions import SyncDefinition


class KeptCounts(models.Model):
    """The counts of one sync, kept because a million records are not counted for every page.

    ``rows`` is ``[{state, code, count, oldest, money: {currency: amount}}]``. While records are on
    their way, ``busy_since`` and ``busy_handled`` tell when that began and how many were handled
    then: from them the page estimates how long it still takes.
    """

    definition = models.OneToOneField(
        SyncDefinition, on_delete=models.CASCADE, related_name="kept_counts"
    )
    rows = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()
    busy_since = models.DateTimeField(null=True, blank=True)
    busy_handled = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"counts of {self.definition_id}"
