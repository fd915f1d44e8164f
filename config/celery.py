"""The Celery application and the care of its embedded broker.

Knows the broker's traps. Must not know what is synced: tasks are found by autodiscovery.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu.transport.sqlalchemy import Transport as SqlTransport

EMBEDDED_PREFIX = "sqla+sqlite:///"

# A class attribute because the transport passes its options on to create_engine, which refuses it.
SqlTransport.polling_interval = 0.2

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")  # `celery --app config`
app = Celery("tandem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Leave logging to Django's settings: Celery's own set-up would bypass the redaction."""


def embedded_broker_file(broker_url: str) -> str | None:
    """Return the file of an embedded broker, None for a server."""
    if not broker_url.startswith(EMBEDDED_PREFIX):
        return None
    return broker_url.removeprefix(EMBEDDED_PREFIX).partition("?")[0]


@app.task(name="tandem.prune_broker", ignore_result=True)
def prune_broker() -> int:
    """Delete delivered messages from the embedded broker's file, which keeps them for ever.

    Returns:
        How many rows went.
    """
    file = embedded_broker_file(str(app.conf.broker_url))
    if file is None:
        return 0
    with closing(sqlite3.connect(file, timeout=20)) as connection, connection:
        return connection.execute("DELETE FROM kombu_message WHERE visible = 0").rowcount
