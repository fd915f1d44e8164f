"""The real HTTP port against real sockets."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from syncapp.connectors.http import RequestsHttp, is_loopback, require_safe_url
from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.ports import AnswerLost, HttpRequest, NotSent


@contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that accepts connections and lets ``talk`` do whatever it likes with each."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    return received


def request(url: str, **more: object) -> HttpRequest:
    return HttpRequest("POST", f"{url}/x", {"accept": "application/json"}, b"{}", **more)  # type: ignore[arg-type]


def replying(raw: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(raw)

    return talk


def test_an_answer_comes_whole_with_lower_case_headers() -> None:
    raw = b"HTTP/1.1 400 Bad\r\nX-Request-ID: 7\r\nContent-Length: 2\r\n\r\n{}"
    with server(replying(raw)) as url:
        got = RequestsHttp().send(request(url))
    assert (got.status, got.headers["x-request-id"], got.body) == (400, "7", b"{}")


def test_a_compressed_answer_is_unpacked() -> None:
    packed = gzip.compress(b'{"a": 1}')
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    with server(replying(head.encode() + packed)) as url:
        assert RequestsHttp().send(request(url)).body == b'{"a": 1}'


def test_a_refused_connection_was_not_sent(free_port: Callable[[], int]) -> None:
    with pytest.raises(NotSent):
        RequestsHttp().send(request(f"http://127.0.0.1:{free_port()}"))


def test_an_unknown_host_was_not_sent() -> None:
    with pytest.raises(NotSent):
        RequestsHttp().send(request("http://nowhere.invalid"))


def test_a_cut_after_the_request_lost_the_answer() -> None:
    with server(replying(b"")) as url, pytest.raises(AnswerLost):
        RequestsHttp().send(request(url))


def test_a_body_that_ends_early_lost_the_answer() -> None:
    raw = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":'
    with server(replying(raw)) as url, pytest.raises(AnswerLost):
        RequestsHttp().send(request(url))


def test_no_answer_in_time_lost_the_answer() -> None:
    done = threading.Event()

    def silent(connection: socket.socket) -> None:
        read_request(connection)
        done.wait(5)

    with server(silent) as url:
        with pytest.raises(AnswerLost):
            RequestsHttp().send(request(url, timeout_seconds=0.2))
        done.set()


def test_an_answer_that_drips_for_ever_is_given_up() -> None:
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not done.wait(0.05):
            try:
                connection.sendall(b"1\r\n \r\n")
            except OSError:
                return

    with server(drip) as url:
        with pytest.raises(AnswerLost, match="too long"):
            RequestsHttp().send(request(url, timeout_seconds=0.4))
        done.set()


def test_a_giant_answer_is_given_up() -> None:
    packed = gzip.compress(b" " * 3_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    with server(replying(head.encode() + packed)) as url, pytest.raises(AnswerLost, match="larger"):
        RequestsHttp(max_body_bytes=1_000_000).send(request(url))


def test_a_redirect_is_returned_and_not_followed() -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with server(replying(raw)) as url:
        assert RequestsHttp().send(request(url)).status == 302


def test_neither_netrc_nor_a_proxy_of_the_environment_touches_the_request(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login stranger password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with server(talk) as url:
        RequestsHttp().send(HttpRequest("GET", url, {"authorization": "Bearer ours"}))
    assert b"Bearer ours" in seen[0]
    assert b"Basic" not in seen[0]


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.9.9.9", True),
        ("http://localhost:80/x", True),
        ("http://[::1]:80", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
    ],
)
def test_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


@pytest.mark.parametrize("url", ["https://api.hubapi.com", "http://127.0.0.1:1/"])
def test_safe_addresses(url: str) -> None:
    assert require_safe_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "http://127.0.0.1@example.com", "ftp://127.0.0.1", "https://", "x", ""],
)
def test_tokens_are_sent_nowhere_else(url: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="https"):
        require_safe_url(url)


def keeping(accepted: list[int]) -> Callable[[socket.socket], None]:
    """A server that answers any number of requests on one connection."""

    def talk(connection: socket.socket) -> None:
        accepted.append(1)
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    return talk


def test_a_connection_is_kept_for_the_next_thread() -> None:
    accepted: list[int] = []
    http = RequestsHttp()
    with server(keeping(accepted)) as url:
        for _ in range(5):
            thread = threading.Thread(target=http.send, args=(HttpRequest("GET", url, {}),))
            thread.start()
            thread.join()
    assert len(accepted) == 1


def test_a_connection_that_was_idle_for_long_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accepted: list[int] = []
    http = RequestsHttp()
    monkeypatch.setattr("syncapp.connectors.http.MAX_IDLE_SECONDS", -1.0)
    with server(keeping(accepted)) as url:
        http.send(HttpRequest("GET", url, {}))
        http.send(HttpRequest("GET", url, {}))
    assert len(accepted) == 2
