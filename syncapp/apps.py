"""The Django app; being ready registers checks, and what is set right after each migration."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SyncappConfig(AppConfig):
    """Tandem's one app."""

    name = "syncapp"
    verbose_name = _("Tandem")

    def ready(self) -> None:
        """Register the checks; let groups and search follow each migration."""
        from syncapp import checks  # noqa: F401
        from syncapp.services.record_search import ensure_index
        from syncapp.services.roles import ensure_groups

        # Not a data migration: permissions themselves exist only after all migrations have run.
        post_migrate.connect(ensure_groups, sender=self, dispatch_uid="tandem-ready-groups")
        # Not a migration either: SQLite drops triggers whenever a migration remakes their table.
        post_migrate.connect(ensure_index, sender=self, dispatch_uid="tandem-record-search")
