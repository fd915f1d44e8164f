"""What is wrong with this installation, said by `manage.py check`.

Knows which settings the product cannot work or be safe without. Must not repair anything, and
must not look into the database except for the schedule, which only a deploy check asks about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}
Apps = Sequence[AppConfig] | None


@register(Tags.security)
def encryption_keys(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Without a usable key no token can be stored or read."""
    keys: list[str] = settings.TANDEM_ENCRYPTION_KEYS
    if not keys:
        return [
            Error(
                "TANDEM_ENCRYPTION_KEYS is not set: tokens cannot be stored.",
                hint="`make setup` writes one into .env; `tools/setup.py --print-key` prints one.",
                id="tandem.E001",
            )
        ]
    broken = [position for position, key in enumerate(keys, start=1) if not _is_fernet_key(key)]
    return [
        Error(
            f"Key {position} of TANDEM_ENCRYPTION_KEYS is not a Fernet key.",
            hint="`tools/setup.py --print-key` prints a valid one.",
            id="tandem.E002",
        )
        for position in broken
    ]


@register(Tags.security)
def simulator_addresses(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Simulators hold no secrets and check none: they may only live on this machine."""
    names = ("TANDEM_SIMULATOR_HUBSPOT_URL", "TANDEM_SIMULATOR_QUICKBOOKS_URL")
    return [
        Error(
            f"{name} points away from this machine.",
            hint="Simulators are for 127.0.0.1 only; unset it to use the real vendor.",
            id="tandem.E003",
        )
        for name in names
        if (url := getattr(settings, name)) and urlsplit(url).hostname not in LOOPBACK_HOSTS
    ]


@register(Tags.security, deploy=True)
def production_settings(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """In production: no DEBUG, no simulators, TLS in front."""
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is on: error pages would show settings.", id="tandem.E004"))
    if settings.TANDEM_SIMULATOR_HUBSPOT_URL or settings.TANDEM_SIMULATOR_QUICKBOOKS_URL:
        found.append(
            Warning(
                "Simulators are offered on the Connect page.",
                hint="Unset TANDEM_SIMULATOR_*_URL, and start without --simulators.",
                id="tandem.W001",
            )
        )
    if settings.TANDEM_CRASH_AT:
        found.append(Error("TANDEM_CRASH_AT is set: processes would die.", id="tandem.E005"))
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append(
            Warning(
                "PUBLIC_URL is not https: Intuit refuses such a redirect address in production.",
                hint="Put a reverse proxy with TLS in front; see docs/go-live.md.",
                id="tandem.W002",
            )
        )
    return found


@register(Tags.database, deploy=True)
def schedule(app_configs: Apps, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Without its rows beat wakes nobody, and nothing is ever synced by itself."""
    if not databases:
        return []
    from django_celery_beat.models import PeriodicTask

    try:
        present = set(PeriodicTask.objects.filter(enabled=True).values_list("task", flat=True))
    except DatabaseError:
        present = set()
    missing = [row.task for row in settings.TANDEM_BEAT_ROWS if row.task not in present]
    if not missing:
        return []
    return [
        Warning(
            f"The schedule lacks: {', '.join(missing)}. Nothing would be synced by itself.",
            hint="Run `manage.py bootstrap`, or switch the periodic task on in the admin.",
            id="tandem.W003",
        )
    ]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
