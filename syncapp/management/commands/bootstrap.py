"""`manage.py bootstrap`: folders, migrations, static files, schedule, first administrator.

Safe to run again: it adds what is missing and changes nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from syncapp.services import setting_changes

FIRST_ADMINISTRATOR = "admin"
FOLDERS = ("", "simulators", "exports", "logs", "mail", "media")


@dataclass(frozen=True)
class Administrator:
    """The login to show; the password is known only in the run that created it."""

    name: str
    password: str | None


class Command(BaseCommand):
    """Prepares an installation."""

    help = "Prepare the folder, the database, the static files, the schedule and an administrator."
    requires_system_checks: list[str] = []  # the database may not exist yet

    def handle(self, *args: Any, **options: Any) -> None:
        """Run all steps and print the administrator's password if one was made."""
        administrator = bootstrap(self.stdout.write)
        if administrator.password:
            self.stdout.write(
                f"Administrator: {administrator.name}, password {administrator.password} "
                "(shown only this once)"
            )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take no arguments."""


def bootstrap(say: Callable[[str], Any]) -> Administrator:
    """Do every step; return who can log in.

    Raises:
        CommandError: the data folder cannot be written.
    """
    make_folders(settings.VAR_DIR)
    say("Preparing the database ...")
    call_command("migrate", verbosity=0, interactive=False)
    collect_static_files(settings.STATIC_ROOT, say)
    add_schedule_rows()
    return first_administrator()


def make_folders(var_dir: Path) -> None:
    """Make the data folder and prove that it can be written.

    Raises:
        CommandError: it cannot.
    """
    try:
        for name in FOLDERS:
            (var_dir / name).mkdir(parents=True, exist_ok=True)
        probe = var_dir / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise CommandError(
            f"The folder {var_dir} cannot be written ({error.strerror}): make it writable, "
            "or set VAR_DIR to another one."
        ) from error


def collect_static_files(root: Path, say: Callable[[str], Any]) -> None:
    """Collect the static files unless none has changed since the last time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    stamp = root / ".stamp"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    say("Collecting static files ...")
    call_command("collectstatic", verbosity=0, interactive=False, clear=root.exists())
    root.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


@transaction.atomic
def add_schedule_rows() -> int:
    """Add the periodic tasks that are missing; one that somebody edited stays as it is.

    Returns:
        How many were added.
    """
    added = 0
    for row in settings.TANDEM_BEAT_ROWS:
        if PeriodicTask.objects.filter(name=row.name).exists():
            continue
        if row.every_seconds:
            interval, _ = IntervalSchedule.objects.get_or_create(
                every=row.every_seconds, period=IntervalSchedule.SECONDS
            )
            schedule = {"interval": interval}
        else:
            hour, minute = row.daily_at
            crontab, _ = CrontabSchedule.objects.get_or_create(hour=hour, minute=minute)
            schedule = {"crontab": crontab}
        PeriodicTask.objects.create(
            name=row.name, task=row.task, expire_seconds=row.expires_seconds, **schedule
        )
        added += 1
    return added


def first_administrator() -> Administrator:
    """Return a superuser's name, making one with a random password if there is none."""
    users = get_user_model()
    present = users.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if present is not None:
        return Administrator(present.get_username(), None)
    password = secrets.token_urlsafe(12)
    made = users.objects.create_superuser(FIRST_ADMINISTRATOR, "", password)
    setting_changes.note_access(made, None, who=setting_changes.COMMAND_LINE)
    return Administrator(FIRST_ADMINISTRATOR, password)
