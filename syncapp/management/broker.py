"""Prepares the embedded broker before any process uses it.

Knows SQLite's journal mode and the queue's row. Must not send or read a message.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from celery import Celery

EMBEDDED_PREFIX = "sqla+sqlite:///"


def declare_queues(app: Celery) -> None:
    """Create the broker's tables and queue rows, in WAL mode, from this one process.

    On a fresh file each process would create them by itself, and the loser of that race dies with
    "UNIQUE constraint failed: kombu_queue.name". A broker that is a server needs nothing.
    """
    url = str(app.conf.broker_url)
    if not url.startswith(EMBEDDED_PREFIX):
        return
    file = Path(url.removeprefix(EMBEDDED_PREFIX).partition("?")[0])
    with closing(sqlite3.connect(file, timeout=20)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # stays with the file
    with app.connection_for_write() as link, link.channel() as channel:
        for queue in app.amqp.queues.values():
            queue(channel).declare()
