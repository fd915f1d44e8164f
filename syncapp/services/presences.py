"""Who has a sync's wizard open just now, so that two people do not edit it unawares.

A courtesy, kept in the cache only: what protects the draft is its version check. Must not know
what is edited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

#: Pages tell every 20 seconds; whoever was silent for longer has left.
SILENT = timedelta(seconds=70)
REMEMBERED_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody who has the page open."""

    name: str
    since: datetime
    last: datetime


def seen(place: str, *, user: Any, now: datetime) -> list[Presence]:
    """Note that a person is there; returns who else is, the longest first."""
    key = f"tandem-presence-{place}"
    told: dict[int, Presence] = cache.get(key) or {}
    present = {pk: one for pk, one in told.items() if one.last + SILENT >= now}
    mine = present.get(user.pk)
    since = mine.since if mine is not None else now
    present[user.pk] = Presence(user.get_full_name() or user.get_username(), since, now)
    cache.set(key, present, REMEMBERED_SECONDS)
    others = [one for pk, one in present.items() if pk != user.pk]
    return sorted(others, key=lambda one: one.since)
