"""Every page of the URL table with many rows: its weight and its queries (issue 6, "Craft")."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syncapp.models import (
    AccountPair,
    Notification,
    RecordLink,
    RecordLogEntry,
    SettingChange,
    SyncDefinition,
    SyncRun,
)
from tests.admin import rows
from tests.admin.walk import addresses

pytestmark = pytest.mark.django_db
HEAVIEST = 100 * 1024
MOST_QUERIES = 30
MANY = 1_500


def fill(present: dict[type[models.Model], models.Model], chief: User) -> None:
    """Many rows of whatever grows with use."""
    now = timezone.now()
    pair, definition = present[AccountPair], present[SyncDefinition]
    link, run = present[RecordLink], present[SyncRun]
    states = ("failing", "in_sync", "waiting")
    RecordLink.objects.bulk_create(
        RecordLink(
            definition=definition, origin="hubspot", hubspot_id=str(10_000 + number),
            label=f"Donaudampfschifffahrt {number} GmbH & Co.", number=str(number),
            party=f"Customer {number}", state=states[number % 3],
            code="ambiguous_match" if number % 3 == 0 else "",
            failing_since=now if number % 3 == 0 else None, created_at=now, updated_at=now,
        )
        for number in range(MANY)
    )  # fmt: skip
    SyncRun.objects.bulk_create(
        SyncRun(
            pair=pair, trigger="schedule", state="finished", ended_at=now,
            started_at=now - timedelta(minutes=number),
            counters={"created": {"hubspot": number, "quickbooks": 1}},
        )
        for number in range(MANY)
    )  # fmt: skip
    for at, on in ((link, run), (None, run)):
        RecordLogEntry.objects.bulk_create(
            RecordLogEntry(
                definition=definition, link=at or link, run=on, at=now, kind="updated",
                side="hubspot",
                changes=[{"field": "phone", "label": "Phone", "before": "1", "after": str(number)}],
            )
            for number in range(MANY // 2)
        )  # fmt: skip
    Notification.objects.bulk_create(
        Notification(user=chief, text=f"{number} records wait for a decision.")
        for number in range(MANY)
    )
    SettingChange.objects.bulk_create(
        SettingChange(
            who="ada", pair=pair, definition=definition, subject="Contacts", setting="direction",
            before="both", after="to_hubspot",
        )
        for _ in range(MANY)
    )  # fmt: skip
    User.objects.bulk_create(User(username=f"user-{number}") for number in range(300))


def test_no_page_is_heavy_or_asks_much_however_many_rows_there_are(client: Client) -> None:
    chief = User.objects.create_superuser("chief")
    present = rows.one_of_each()
    fill(present, chief)
    client.force_login(chief)
    wrong, measured = [], 0
    for one in addresses(present):
        with CaptureQueriesContext(connection) as made:
            answer: Any = client.get(one.url)
        if answer.status_code != 200 or answer.streaming:
            continue
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        measured += 1
        weight = len(gzip.compress(answer.content))
        if weight > HEAVIEST or len(made) > MOST_QUERIES:
            wrong.append((one.name, weight, len(made)))
    assert wrong == []
    assert measured > 60
