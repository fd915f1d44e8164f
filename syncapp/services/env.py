"""The real doors: system clock, randomness, ids, HTTP, threads and crash points.

The only module of the services that touches them; everything else is handed an ``Env``.
"""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

from syncapp.connectors.http import RequestsHttp
from syncapp.core.ports import Env

T = TypeVar("T")
R = TypeVar("R")

POOL_THREADS = 4

#: Every named crash point of the engine; the chaos tests end the process at each of them.
CRASH_POINTS = (
    "lease_taken",
    "page_fetched",
    "page_saved",
    "intents_saved",
    "answer_received",
    "answer_saved",
    "token_received",
    "looked_up",
)


class SystemClock:
    """The machine's clock; leases are kept by the database's."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the door

    def lease_now(self) -> datetime:
        """The database's time, so that workers on several machines agree."""
        if connection.vendor != "postgresql":
            return self.now()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            row = cursor.fetchone()
        moment: datetime = row[0]
        return moment

    def monotonic(self) -> float:
        """Seconds for durations."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class UuidIds:
    """Random ids."""

    def new_id(self) -> str:
        """32 hexadecimal digits."""
        return uuid.uuid4().hex


class ThreadPool:
    """A few threads for HTTP calls; each gives its database connection back."""

    def __init__(self, threads: int = POOL_THREADS) -> None:
        self._threads = threads

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Results in the order of the items; a single item runs in this thread."""
        work = list(items)
        if len(work) <= 1:
            return [function(item) for item in work]

        def run(item: T) -> R:
            try:
                return function(item)
            finally:
                close_old_connections()
                connection.close()

        with ThreadPoolExecutor(min(self._threads, len(work))) as executor:
            return list(executor.map(run, work))


class CrashAt:
    """Ends the process, as a power cut would, at the n-th pass of a named point.

    Args:
        where: ``point:n``; empty for never.
    """

    def __init__(self, where: str) -> None:
        self._point, _, count = where.partition(":")
        self._left = int(count or 1)

    def __call__(self, name: str) -> None:
        """Pass the point."""
        if name != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os._exit(137)


@cache
def real_env() -> Env:
    """The doors of this process."""
    return Env(
        clock=SystemClock(),
        random=random.SystemRandom(),
        ids=UuidIds(),
        http=RequestsHttp(),
        pool=ThreadPool(),
        crash=CrashAt(getattr(settings, "TANDEM_CRASH_AT", "")),
    )
