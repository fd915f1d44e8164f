"""The health check: both parts asked, nothing told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Path]:
    """An embedded broker of its own."""
    file = tmp_path / "broker.sqlite3"
    before = current_app.conf.broker_url
    current_app.conf.broker_url = f"sqla+sqlite:///{file}"
    yield file
    current_app.conf.broker_url = before


def ask(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


def test_it_is_healthy_when_database_and_broker_answer(client: Client, broker: Path) -> None:
    with current_app.connection_for_write() as connection:
        connection.default_channel.queue_declare("celery")
    assert ask(client) == (200, {"status": "ok", "database": "ok", "broker": "ok"})


def test_a_broker_that_is_no_database_is_unreachable(client: Client, broker: Path) -> None:
    broker.write_text("this is no database, but it is long enough to be looked at" * 20)
    status, parts = ask(client)
    assert status == 503
    assert parts == {"status": "unhealthy", "database": "ok", "broker": "unreachable"}


def test_it_answers_only_to_reading(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
