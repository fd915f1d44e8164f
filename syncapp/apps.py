"""The Django app; being ready registers checks and the care of the ready groups."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SyncappConfig(AppConfig):
    """Tandem's one app."""

    name = "syncapp"
    verbose_name = _("Tandem")

    def ready(self) -> None:
        """Register the checks; let the ready groups follow each migration."""
        from syncapp import checks  # noqa: F401
        from syncapp.services.roles import ensure_groups

        # Not a data migration: permissions themselves exist only after all migrations have run.
        post_migrate.connect(ensure_groups, sender=self, dispatch_uid="tandem-ready-groups")
