"""Each person's own settings: language, time zone, which messages come by which way, digest hour.

Knows what was chosen and what holds where nothing was. Must not know what a message says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone, translation

from syncapp.models import AccountPair, Preference

LANGUAGE, TIME_ZONE, MESSAGES, DIGEST_HOUR = "language", "time_zone", "messages", "digest_hour"
#: Set by static/syncapp/js/header.js: only the browser knows the zone its clock is in.
ZONE_COOKIE = "tandem_zone"
APP, MAIL = "app", "mail"
WAYS = (APP, MAIL)
DEFAULT_DIGEST_HOUR = 8


@dataclass(frozen=True, slots=True)
class Choices:
    """What one person chose; "" and None where nothing was chosen."""

    language: str = ""
    time_zone: str = ""
    digest_hour: int = DEFAULT_DIGEST_HOUR
    messages: Mapping[str, Sequence[str]] | None = None

    def ways(self, kind: str, default: Sequence[str]) -> tuple[str, ...]:
        """By which ways messages of a kind come."""
        chosen = (self.messages or {}).get(kind, default)
        return tuple(way for way in WAYS if way in chosen)


def choices(user: User) -> Choices:
    """What a person chose, in one query; a choice that means nothing any more is left out."""
    return choices_of([user])[user.pk]


def choices_of(users: Sequence[User]) -> dict[int, Choices]:
    """What several people chose, by primary key, in one query."""
    names = (LANGUAGE, TIME_ZONE, MESSAGES, DIGEST_HOUR)
    found: dict[int, dict[str, Any]] = {user.pk: {} for user in users}
    for row in Preference.objects.filter(user__in=users, name__in=names):
        found[row.user_id][row.name] = row.value
    return {pk: _checked(values) for pk, values in found.items()}


def _checked(values: Mapping[str, Any]) -> Choices:
    language, zone = values.get(LANGUAGE), values.get(TIME_ZONE)
    hour, messages = values.get(DIGEST_HOUR), values.get(MESSAGES)
    return Choices(
        language=str(language) if is_language(language) else "",
        time_zone=str(zone) if is_zone(zone) else "",
        digest_hour=hour if isinstance(hour, int) and 0 <= hour < 24 else DEFAULT_DIGEST_HOUR,
        messages=messages if isinstance(messages, dict) else None,
    )


def is_language(name: object) -> bool:
    """Whether the interface speaks a language."""
    return isinstance(name, str) and name in dict(settings.LANGUAGES)


def is_zone(name: object) -> bool:
    """Whether a name is a time zone's (IANA)."""
    return isinstance(name, str) and name in zones()


def zone_told(cookies: Mapping[str, str]) -> str:
    """The zone the browser told; "" for none, or for one that is not known."""
    told = cookies.get(ZONE_COOKIE, "")
    return told if is_zone(told) else ""


@cache
def zones() -> frozenset[str]:
    """All time zones by name, without the aliases that are no places ("Etc/GMT+5", "EST5EDT")."""
    left_out = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    places = {
        name for name in available_timezones() if "/" in name and not name.startswith(left_out)
    }
    return frozenset({"UTC", *places})


def language_of(chosen: Choices) -> str:
    """The language to write to a person in."""
    return chosen.language or settings.LANGUAGE_CODE


def zone_of(chosen: Choices) -> ZoneInfo:
    """The time zone to write to a person in: theirs, else the company's."""
    if chosen.time_zone:
        return ZoneInfo(chosen.time_zone)
    pair = AccountPair.objects.select_related("hubspot", "quickbooks").order_by("pk").first()
    company = pair.company_time_zone if pair is not None else ""
    return ZoneInfo(company if is_zone(company) else settings.TIME_ZONE)


@contextmanager
def speaking_to(chosen: Choices) -> Iterator[None]:
    """Write texts, numbers and moments as a person reads them."""
    with translation.override(language_of(chosen)), timezone.override(zone_of(chosen)):
        yield
