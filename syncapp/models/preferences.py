"""What a person chose for themselves: the columns of a list, the language, which messages come.

Knows one value per person and name. Must not know what the names mean.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Preference(models.Model):
    """One choice of one person, as JSON."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences"
    )
    name = models.CharField(max_length=64)
    value = models.JSONField(null=True)

    class Meta:
        """One value per name."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="preference_unique_name"),
        ]

    def __str__(self) -> str:
        return self.name
