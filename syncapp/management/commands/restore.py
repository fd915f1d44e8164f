"""`manage.py restore --in FILE`: the database as it was when the backup was written."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from syncapp.management import lock
from syncapp.management.commands.bootstrap import make_folders
from syncapp.services import backup


class Command(BaseCommand):
    """Restores a backup."""

    help = "Replace the database by a backup; both sides are then listed again before any create."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--in", type=Path, required=True, dest="file", help="the backup")
        parser.add_argument(
            "--yes", action="store_true", help="replace the data that is in the database now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse what would hurt, restore, and say what comes next."""
        make_folders(settings.VAR_DIR)
        try:
            with lock.hold(settings.VAR_DIR):
                manifest = self._restore(options["file"], replace=options["yes"])
        except (backup.BackupFailed, lock.AlreadyRunning) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored the state of {manifest.created_at}.")
        self.stdout.write("Both sides will be listed in full before anything is created.")
        if not manifest.can_be_decrypted:
            self.stdout.write(
                "TANDEM_ENCRYPTION_KEYS holds none of the keys of that time: put the old key "
                "back, or press Reconnect on each connection."
            )

    def _restore(self, file: Path, *, replace: bool) -> backup.Manifest:
        backup.read_manifest(file=file)
        backup.check_database()
        if count := backup.other_sessions():
            raise CommandError(
                f"{count} other sessions use the database: stop web, worker and beat first."
            )
        if backup.database_holds_rows() and not replace:
            raise CommandError(
                "The database holds data, which would be replaced: add --yes if you mean it."
            )
        return backup.restore_backup(file=file)
