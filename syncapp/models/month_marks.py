"""Which month of an account pair somebody called ready to close (B19)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from syncapp.models.pairs import AccountPair


class MonthMark(models.Model):
    """A month that a person called ready to close.

    ``figures`` is what the month page showed at that moment (``services/month_page.as_json``);
    ``last_entry`` is the newest entry of the record log then: what comes after it is a later
    change. A mark that was taken back stays, with the reason.
    """

    pair = models.ForeignKey(AccountPair, on_delete=models.CASCADE, related_name="month_marks")
    month = models.DateField(help_text="The month's first day.")
    marked_by = models.CharField(max_length=150)
    marked_at = models.DateTimeField()
    last_entry = models.PositiveBigIntegerField(default=0)
    figures = models.JSONField(default=dict)
    withdrawn_by = models.CharField(max_length=150, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        """At most one stands per month."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pair", "month"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="month_mark_one_stands",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["pair", "month", "-id"], name="month_mark")]
        permissions: ClassVar = [
            ("close_monthmark", _("Can mark months as ready to close")),
        ]
        verbose_name = _("month ready to close")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.pair}"
