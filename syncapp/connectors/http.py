"""The real way out: HTTP over ``requests``, with what is known about a request that failed.

Knows sockets, time limits and sizes; not endpoints, tokens, retries or what an answer means.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.ports import AnswerLost, HttpRequest, HttpResponse, NotSent

CHUNK_BYTES = 64 * 1024
MAX_IDLE_SECONDS = 20.0
MAX_IDLE_SESSIONS = 32


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_safe_url(url: str) -> str:
    """Return the URL without a slash at its end, if tokens may be sent to it.

    Raises:
        ConfigurationInvalid: It is neither https nor on this machine.
    """
    parts = urlsplit(url)
    if parts.hostname and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
    ):
        return url.rstrip("/")
    raise ConfigurationInvalid(
        f"The address {url!r} cannot be used: keys and tokens are sent over https only, "
        "or over plain http to this machine (127.0.0.1).",
        code="unsafe_url",
    )


class RequestsHttp:
    """The ``Http`` port over ``requests``: no redirects, connections kept for the next request.

    A session serves one thread at a time and is then kept for whichever comes next: the threads
    of a pool live for one batch, their connections need not.

    Args:
        connect_seconds: How long to wait for a connection.
        max_body_bytes: The largest answer that is accepted, unpacked.
    """

    def __init__(
        self,
        *,
        connect_seconds: float = 10.0,
        max_body_bytes: int = 64 * 1024 * 1024,
    ) -> None:
        self._connect_seconds = connect_seconds
        self._max_body_bytes = max_body_bytes
        self._idle: list[_Idle] = []
        self._lock = threading.Lock()

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send once and read the whole answer.

        Raises:
            NotSent: No connection came about.
            AnswerLost: It was, or may have been, sent, and no whole answer came back.
        """
        deadline = time.monotonic() + request.timeout_seconds
        session = self._take()
        try:
            with session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=dict(request.headers),
                timeout=(
                    min(self._connect_seconds, request.timeout_seconds),
                    request.timeout_seconds,
                ),
                allow_redirects=False,
                stream=True,
                # A proxy of the environment must not stand between us and this machine.
                proxies=_NO_PROXY if is_loopback(request.url) else None,
            ) as answer:
                body = b"".join(self._chunks(answer, deadline))
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return HttpResponse(answer.status_code, headers, body)
        except requests.RequestException as error:
            if _never_connected(error):
                raise NotSent(_describe(error)) from error
            raise AnswerLost(_describe(error)) from error
        finally:
            self._give_back(session)

    def _chunks(self, answer: requests.Response, deadline: float) -> Iterator[bytes]:
        size = 0
        for chunk in answer.iter_content(CHUNK_BYTES):
            size += len(chunk)
            if size > self._max_body_bytes:
                raise AnswerLost("the answer is larger than any answer should be")
            # The time limit of requests is per read: an answer that drips would last for ever.
            if time.monotonic() > deadline:
                raise AnswerLost("the answer took too long to arrive")
            yield chunk

    def _take(self) -> requests.Session:
        with self._lock:
            while self._idle:
                idle = self._idle.pop()
                # A forked process must not read its parent's socket; and a server closes a
                # connection that is idle for long, perhaps just when the next write is sent.
                if idle.owner != os.getpid():
                    continue
                if time.monotonic() - idle.since < MAX_IDLE_SECONDS:
                    return idle.session
                idle.session.close()
        session = requests.Session()
        # Without this, a .netrc entry would silently replace our Authorization header.
        session.auth = _unchanged
        return session

    def _give_back(self, session: requests.Session) -> None:
        with self._lock:
            if len(self._idle) < MAX_IDLE_SESSIONS:
                self._idle.append(_Idle(session, os.getpid(), time.monotonic()))
                return
        session.close()


@dataclass(frozen=True, slots=True)
class _Idle:
    session: requests.Session
    owner: int
    since: float


_NO_PROXY = {"http": "", "https": "", "all": ""}


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _never_connected(error: requests.RequestException) -> bool:
    """Whether the failure is certainly older than the first byte of the request."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    if not isinstance(error, requests.ConnectionError):
        return False
    return any(
        isinstance(cause, NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError)
        for cause in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it wraps: requests and urllib3 keep causes in three places."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _describe(error: BaseException) -> str:
    """The kind of failure only: the text of requests' errors holds the URL with its query."""
    return type(error).__name__
