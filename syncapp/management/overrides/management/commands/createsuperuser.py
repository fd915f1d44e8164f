"""``manage.py createsuperuser``: Django's, and who may do everything stands in the log (B12)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.models import User

from syncapp.services import setting_changes


class Command(createsuperuser.Command):
    """Makes an administrator and keeps that one was made."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account; note it where one was made."""
        known = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
        super().handle(*args, **options)
        for made in User.objects.filter(is_superuser=True).exclude(pk__in=known):
            setting_changes.note_access(made, None, who=setting_changes.COMMAND_LINE)
