"""What pages ask of a worker, with the broker away: the page answers, the next tick does it."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from kombu.exceptions import OperationalError

from syncapp import tasks
from tests.world import World


@pytest.mark.parametrize(
    ("task", "path"),
    [("run_account_pair", "run"), ("preflight", "preflight/check"), ("tie_out", "tie-out/read")],
)
def test_a_page_answers_with_the_broker_away(
    world: World,
    administrator: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    task: str,
    path: str,
) -> None:
    world.sync()

    def away(*arguments: object, **options: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(getattr(tasks, task), "delay", away)
    with caplog.at_level(logging.WARNING, logger="syncapp.admin.soon"):
        answer = administrator.post(f"/admin/syncapp/accountpair/{world.pair.pk}/{path}/")
    assert answer.status_code == 302
    assert f"the next tick starts syncapp.tasks.{task}" in caplog.text
