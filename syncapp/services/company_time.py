"""The company's time zone of an account pair: documents keep their date in it (ADR 12).

Sets it and has everything planned again. Must not know how a zone is asked for.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from syncapp.models import AccountPair, RecordLink, SyncDefinition
from syncapp.services import people, setting_changes


class NoSuchZone(ValueError):
    """What was typed names no time zone."""


def set_time_zone(pair: AccountPair, zone: str, *, who: str, now: datetime) -> bool:
    """Set the zone, or clear it ("": QuickBooks' own, else HubSpot's); False for no change.

    Raises:
        NoSuchZone: It is no IANA name.
    """
    if zone and not people.is_zone(zone):
        raise NoSuchZone(zone)
    with transaction.atomic():
        locked = AccountPair.objects.select_for_update().get(pk=pair.pk)
        if locked.time_zone == zone:
            return False
        AccountPair.objects.filter(pk=pair.pk).run_next(now, time_zone=zone)
        setting_changes.note(
            who=who, at=now, pair=pair, setting="time_zone",
            before=locked.time_zone or None, after=zone or None,
        )  # fmt: skip
        # Days of filters and dates of documents may be others now.
        SyncDefinition.objects.filter(pair=pair, deleted_at=None).update(
            config_version=F("config_version") + 1
        )
        links = RecordLink.objects.filter(definition__pair=pair, definition__deleted_at=None)
        links.filter(next_at=None).exclude(code="outcome_unknown").update(
            next_at=now, revision=F("revision") + 1
        )
    pair.time_zone = zone
    return True
