"""PostgreSQL and Redis by environment variables alone."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from kombu import Connection

from config.celery import app
from syncapp.management.broker import declare_queues
from syncapp.management.commands.up import check_migrated


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_database_is_postgresql_and_migrated(tmp_path, settings):
    assert connection.vendor == "postgresql"
    settings.STATIC_ROOT = tmp_path
    (tmp_path / ".stamp").touch()
    check_migrated()


@pytest.mark.redis
def test_a_message_goes_through_redis():
    assert str(app.conf.broker_url).startswith("redis://")
    declare_queues(app)
    with Connection(app.conf.broker_url) as link:
        queue = link.SimpleQueue("tandem-smoke")
        queue.put({"number": 1})
        message = queue.get(timeout=10)
        assert message.payload == {"number": 1}
        message.ack()
        queue.close()


@pytest.mark.redis
def test_redis_is_the_cache_and_returns_lost_messages_soon():
    cache.set("smoke", 1)
    assert cache.get("smoke") == 1
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options["visibility_timeout"] == 3600
    assert options["unacked_restore_interval"] * options["unacked_restore_throttle"] <= 10
