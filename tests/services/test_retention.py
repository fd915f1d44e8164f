"""What is past its time goes; what is open, disputed or young stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from syncapp.models import PendingWrite, RecordLogEntry, SyncRun, TieOut
from syncapp.services import retention
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_old_rows_go_and_open_writes_disputes_and_links_stay() -> None:
    world = World()
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.hubspot.add(email="b@example.com", firstname="Bob", phone="1" * 40)
    world.sync()
    world.run()
    assert retention.prune(env=world.env) == dict.fromkeys(
        (
            "writes",
            "log",
            "failed_calls",
            "runs",
            "rehearsal_rows",
            "rehearsals",
            "mails",
            "notifications",
            "statements",
            "consents",
            "usage",
            "exports",
            "export_rows",
            "syncs",
        ),
        0,
    )
    PendingWrite.objects.filter(state="done").update(state="unknown", settled_at=None)
    world.clock.advance(timedelta(days=100).total_seconds())
    assert retention.prune(env=world.env)["runs"] == 1
    assert [w.state for w in PendingWrite.objects.all()] == ["unknown"]
    assert [e.kind for e in RecordLogEntry.objects.all()] == ["refused"]
    assert SyncRun.objects.count() == 0
    assert world.pair.definitions.get().links.count() == 2
    world.clock.advance(timedelta(days=350).total_seconds())
    retention.prune(env=world.env)
    assert not RecordLogEntry.objects.exists()


def test_statements_of_the_tie_out_stay_for_thirteen_months() -> None:
    world = World()
    for days in (401, 399):
        asked = world.env.clock.now() - timedelta(days=days)
        TieOut.objects.create(
            pair=world.pair, month=asked.date().replace(day=1), requested_at=asked
        )
    assert retention.prune(env=world.env)["statements"] == 1
    (kept,) = TieOut.objects.all()
    assert kept.requested_at == world.env.clock.now() - timedelta(days=399)


def test_export_files_go_after_a_week() -> None:
    world = World()
    folder = Path(settings.EXPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    now = world.env.clock.now()
    for name, days in (("old.csv", 8), ("young.csv", 6)):
        (folder / name).write_text("x", encoding="utf-8")
        moment = (now - timedelta(days=days)).timestamp()
        os.utime(folder / name, (moment, moment))
    assert retention.prune(env=world.env)["exports"] == 1
    assert not (folder / "old.csv").exists()
    assert (folder / "young.csv").exists()
    (folder / "young.csv").unlink()
