"""The embedded broker: made ready by one process, kept small."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from celery import Celery

from config import celery as broker
from syncapp.management.broker import declare_queues


@pytest.fixture
def app(tmp_path):
    file = tmp_path / "broker.sqlite3"
    made = Celery("tests", broker=f"{broker.EMBEDDED_PREFIX}{file}", set_as_current=False)
    made.file = file
    yield made
    made.close()


def rows(file, query):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def test_declaring_makes_the_queue_and_the_wal(app):
    declare_queues(app)
    assert rows(app.file, "SELECT name FROM kombu_queue") == [("celery",)]
    assert rows(app.file, "PRAGMA journal_mode") == [("wal",)]


def test_declaring_twice_changes_nothing(app):
    declare_queues(app)
    declare_queues(app)
    assert rows(app.file, "SELECT name FROM kombu_queue") == [("celery",)]


def test_after_declaring_processes_that_start_together_do_not_race(app):
    declare_queues(app)
    script = (
        "import sys; from celery import Celery\n"
        "app = Celery('t', broker=sys.argv[1])\n"
        "with app.connection_for_write() as link:\n"
        "    app.amqp.queues['celery'](link.default_channel).declare()\n"
    )
    url = f"{broker.EMBEDDED_PREFIX}{app.file}"
    children = [
        subprocess.Popen([sys.executable, "-c", script, url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    failures = [error for child in children if (error := child.communicate()[1])]
    assert failures == []
    assert rows(app.file, "SELECT count(*) FROM kombu_queue") == [(1,)]


def test_a_server_needs_no_declaring():
    # Port 9 has no Redis: an attempt to connect would raise.
    declare_queues(Celery("tests", broker="redis://127.0.0.1:9/0", set_as_current=False))


def test_pruning_deletes_delivered_messages_only(app, monkeypatch):
    declare_queues(app)
    with app.connection_for_write() as link, closing(link.SimpleQueue("celery")) as queue:
        for number in range(3):
            queue.put({"number": number})
        queue.get(timeout=5).ack()
    monkeypatch.setattr(broker.app.conf, "broker_url", f"{broker.EMBEDDED_PREFIX}{app.file}")
    assert broker.prune_broker() == 1
    assert rows(app.file, "SELECT count(*) FROM kombu_message") == [(2,)]


def test_pruning_leaves_a_server_alone(monkeypatch):
    monkeypatch.setattr(broker.app.conf, "broker_url", "redis://127.0.0.1:9/0")
    assert broker.prune_broker() == 0
