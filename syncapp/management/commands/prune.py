"""``manage.py prune``: let old logs go, as the daily housekeeping does."""

from __future__ import annotations

from typing import Any

from syncapp.management.base import TandemCommand
from syncapp.services import retention
from syncapp.services.env import real_env


class Command(TandemCommand):
    """Deletes settled writes, log entries and runs that are past their time."""

    help = "Delete old logs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prune and say how much went."""
        deleted = retention.prune(env=real_env())
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in deleted.items()))
