"""Token refresh under concurrency, on the real database."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database

from syncapp.connectors.oauth import Tokens, TokenSource
from syncapp.core.errors import ConnectionBroken
from syncapp.models import Connection
from syncapp.services.env import real_env
from syncapp.services.tokens import RowTokenStore

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
PAST = datetime(2026, 1, 1, tzinfo=UTC)


class StrictVendor:
    """Hands out a new refresh token each time; the old one is dead at once."""

    def __init__(self) -> None:
        self.calls = 0
        self.valid = "refresh-0"
        self.lock = threading.Lock()

    def refresh(self, refresh_token: str) -> Tokens:
        time.sleep(0.2)
        with self.lock:
            self.calls += 1
            if refresh_token != self.valid:
                raise ConnectionBroken("Reconnect.", code="reconnect")
            self.valid = f"refresh-{self.calls}"
            expires = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - real threads
            return Tokens(f"access-{self.calls}", self.valid, expires)


@pytest.fixture
def row() -> Connection:
    return Connection.objects.create(
        side="quickbooks",
        status="connected",
        access_token="access-0",
        refresh_token="refresh-0",
        access_expires_at=PAST,
    )


def test_32_threads_that_meet_an_expired_token_make_one_call(row: Connection) -> None:
    vendor = StrictVendor()

    def use(_: int) -> str:
        try:
            store = RowTokenStore(row.pk, env=real_env())
            return TokenSource(store, vendor.refresh, clock=real_env().clock).access_token()
        finally:
            database.close()

    with ThreadPoolExecutor(32) as pool:
        tokens = list(pool.map(use, range(32)))
    assert vendor.calls == 1
    assert set(tokens) == {"access-1"}
    row.refresh_from_db()
    assert (row.refresh_token, row.previous_refresh_token) == ("refresh-1", "refresh-0")
    assert row.refresh_until is None


def test_tokens_are_not_readable_in_the_database(row: Connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM syncapp_connection")
        stored = cursor.fetchone()
    assert "access-0" not in stored[0]
    assert "refresh-0" not in stored[1]


def test_a_late_refresh_of_a_worker_that_lost_its_right_is_not_stored(row: Connection) -> None:
    slow = RowTokenStore(row.pk, env=real_env())
    quick = RowTokenStore(row.pk, env=real_env())
    assert slow.try_lock(row.token_version)
    Connection.objects.update(refresh_until=PAST)
    assert quick.try_lock(row.token_version)
    fresh = Tokens("access-quick", "refresh-quick", PAST)
    assert quick.store(fresh, row.token_version)
    assert not slow.store(Tokens("access-slow", "refresh-slow", PAST), row.token_version)
    row.refresh_from_db()
    assert row.access_token == "access-quick"


def test_i12_tokens_are_hidden_from_the_printed_form() -> None:
    assert "secret" not in repr(Tokens("secret-a", "secret-r", PAST))
