"""`manage.py backup --out FILE`: the database in one file, while everything goes on."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from syncapp.services import backup


class Command(BaseCommand):
    """Writes a backup."""

    help = "Write the database to a file. The encryption keys are not in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--out", type=Path, required=True, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what is not in it."""
        file: Path = options["out"]
        try:
            backup.check_database()
            manifest = backup.write_backup(file=file)
        except backup.BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {file} ({file.stat().st_size:,} bytes, {manifest.vendor}).")
        self.stdout.write(
            "Not in it: TANDEM_ENCRYPTION_KEYS. Keep them apart (they are in .env): without them "
            "a restored Tandem keeps everything but asks to reconnect both sides."
        )
