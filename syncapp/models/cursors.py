"""How far a side has been read; never past the moment the read began."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from syncapp.models.connections import SIDES
from syncapp.models.pairs import AccountPair


class Cursor(models.Model):
    """One stream of one side.

    ``position`` is the side's own clock when the last completed window began. ``window`` holds
    what is needed to go on in the middle of one: ``{mode, began_at, after, count}``; it is empty
    between windows. Saved in the transaction of the rows it covers.
    """

    pair = models.ForeignKey(AccountPair, on_delete=models.CASCADE, related_name="cursors")
    side = models.CharField(max_length=16, choices=SIDES)
    stream = models.CharField(max_length=128)
    position = models.DateTimeField(null=True, blank=True)
    window = models.JSONField(default=dict, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One cursor per stream."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pair", "side", "stream"], name="cursor_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.stream}"
