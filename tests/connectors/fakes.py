"""A virtual clock, an HTTP port that plays back answers, tokens in memory. No patching."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from syncapp.connectors.oauth import Tokens
from syncapp.core.ports import AnswerLost, Env, HttpRequest, HttpResponse, NotSent

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FakeClock:
    """Time moves by sleeping only."""

    def __init__(self, start: datetime = START) -> None:
        self.at = start
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self.at

    def lease_now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.at += timedelta(seconds=seconds)


class LowRandom:
    """Always the low end: no jitter."""

    def uniform(self, low: float, high: float) -> float:
        return low


class CountedIds:
    def __init__(self) -> None:
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"{self.count:032x}"


class InlinePool:
    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [function(item) for item in items]


Handler = Callable[[HttpRequest], "HttpResponse | Exception"]


class FakeHttp:
    """Plays back answers in order, or asks a handler; keeps every request.

    NOT_SENT and LOST stand for the two ways in which no answer comes.
    """

    def __init__(self, *answers: HttpResponse | Exception, handler: Handler | None = None) -> None:
        self.requests: list[HttpRequest] = []
        self._answers: Iterator[HttpResponse | Exception] = iter(answers)
        self._handler = handler

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        answer = self._handler(request) if self._handler else next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def paths(self) -> list[str]:
        return [f"{one.method} {urlsplit(one.url).path}" for one in self.requests]

    def sent(self, number: int = -1) -> Any:
        return json.loads(self.requests[number].body)

    def query(self, number: int = -1) -> dict[str, str]:
        told = parse_qs(urlsplit(self.requests[number].url).query, keep_blank_values=True)
        return {name: values[0] for name, values in told.items()}


NOT_SENT = NotSent("refused")
LOST = AnswerLost("reset")


def answer(
    body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """An answer; a text is sent as it is, anything else as JSON."""
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return HttpResponse(
        status,
        {"date": "Sun, 22 Nov 2026 11:59:58 GMT", "intuit_tid": "tid-1", **(headers or {})},
        b"" if body is None else raw,
    )


def make_env(http: Any, clock: FakeClock | None = None) -> Env:
    return Env(
        clock=clock or FakeClock(),
        random=LowRandom(),
        ids=CountedIds(),
        http=http,
        pool=InlinePool(),
        crash=lambda name: None,
    )


class MemoryTokenStore:
    """A token store with a lease, as the database has it."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.stored: list[Tokens] = []
        self._mutex = threading.Lock()
        self._owner: int | None = None

    def load(self) -> Tokens:
        with self._mutex:
            return self.tokens

    def try_lock(self, version: int) -> bool:
        with self._mutex:
            if self._owner is not None or self.tokens.version != version:
                return False
            self._owner = threading.get_ident()
            return True

    def store(self, tokens: Tokens, version: int) -> bool:
        with self._mutex:
            if self._owner != threading.get_ident() or self.tokens.version != version:
                return False
            self.tokens = Tokens(
                tokens.access, tokens.refresh, tokens.expires_at, version=version + 1
            )
            self.stored.append(self.tokens)
            self._owner = None
            return True

    def release(self) -> None:
        with self._mutex:
            if self._owner == threading.get_ident():
                self._owner = None


class TwoTokens:
    """Credentials whose first token is refused and whose second is good."""

    def __init__(self) -> None:
        self.refreshed: list[str] = []

    def access_token(self) -> str:
        return "first"

    def refresh_after_401(self, stale_token: str) -> str:
        self.refreshed.append(stale_token)
        return "second"
