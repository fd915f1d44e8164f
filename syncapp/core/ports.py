"""The doors to everything that is not deterministic: the only way out of the engine.

Clock, randomness, ids, HTTP, threads and crash points are handed in as one ``Env``, so that
one seed replays a whole run. The real ones are built in ``services/env.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        ...

    def lease_now(self) -> datetime:
        """The time by which leases are kept: the database's clock in production."""
        ...

    def monotonic(self) -> float:
        """Seconds for measuring durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; used by call budgets and request retries only."""
        ...


class Random(Protocol):
    """Where jitter comes from."""

    def uniform(self, low: float, high: float) -> float:
        """A number between the two."""
        ...


class Ids(Protocol):
    """Where new ids come from."""

    def new_id(self) -> str:
        """A fresh id of 32 hexadecimal digits, never given before."""
        ...


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request, complete but not yet sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP answer, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(Exception):
    """The request certainly did not reach the server."""


class AnswerLost(Exception):
    """The request may have reached the server; no whole answer came back."""


class Http(Protocol):
    """Sends requests."""

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send once.

        Raises:
            NotSent: It certainly did not reach the server.
            AnswerLost: It may have.
        """
        ...


class Pool(Protocol):
    """A few threads for HTTP calls."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Apply ``function`` to each item, results in the order of the items."""
        ...


class CrashPoint(Protocol):
    """A named place where a test may end the process."""

    def __call__(self, name: str) -> None:
        """Pass the point."""
        ...


@dataclass(frozen=True, slots=True)
class Env:
    """The doors, together."""

    clock: Clock
    random: Random
    ids: Ids
    http: Http
    pool: Pool
    crash: CrashPoint
