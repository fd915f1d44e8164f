"""The Django app; importing it registers the system checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncappConfig(AppConfig):
    """Tandem's one app."""

    name = "syncapp"
    verbose_name = _("Tandem")

    def ready(self) -> None:
        """Register the checks."""
        from syncapp import checks  # noqa: F401
