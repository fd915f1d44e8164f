"""Who changed which setting, when, from what to what (B12). Append only; never a secret."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syncapp.models.definitions import SyncDefinition
from syncapp.models.pairs import AccountPair


class SettingChange(models.Model):
    """One setting that was changed.

    ``setting`` is its path ("direction", "options.number", "filters.hubspot", "roles");
    ``before`` and ``after`` are in the form of the settings document. ``subject`` names what the
    setting belongs to, so that the row can be read when that is long gone.
    """

    at = models.DateTimeField(default=timezone.now)
    who = models.CharField(_("person"), max_length=150)
    pair = models.ForeignKey(
        AccountPair, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    definition = models.ForeignKey(
        SyncDefinition, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(_("what it belongs to"), max_length=500)
    setting = models.CharField(max_length=500)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        """The latest first."""

        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="change_recent")]
        verbose_name = _("change of a setting")
        verbose_name_plural = _("changes of settings")

    def __str__(self) -> str:
        return f"{self.subject}: {self.setting}"
