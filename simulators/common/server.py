"""Serving a simulator over HTTP/1.1 with keep-alive, and stopping it.

Knows sockets and the command line's common part; must not know what is served.
"""

from __future__ import annotations

import argparse
import io
import logging
import socket
import sys
import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wsgi import get_input_stream

from simulators.common import stopping
from simulators.common.faults import ConnectionCut
from simulators.common.state import State, StateFileError

if TYPE_CHECKING:
    from simulators.common.web import App

HOST = "127.0.0.1"
BAD_ARGUMENTS = 2
_MAX_BODY = 64 * 1024 * 1024
_LATE_TICK_SECONDS = 0.05
_WEBHOOK_TICK_SECONDS = 0.1
_BACKLOG = 128
_BODILESS = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}

logger = logging.getLogger(__name__)


class KeepAliveHandler(WSGIRequestHandler):
    """One connection, many requests.

    Werkzeug's own handler closes after each answer, because it does not know how to find the
    next request. This one reads the whole body first, so it does; and it can cut a connection.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        environ = self.make_environ()
        body = get_input_stream(environ, max_content_length=_MAX_BODY).read()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("wsgi.input_terminated", None)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            head[:] = [status, headers]
            return lambda _: None

        try:
            parts: Iterable[bytes] = self.server.app(environ, start_response)
            payload = b"".join(parts)
        except ConnectionCut:
            self._cut()
            return
        except Exception:
            logger.exception("The simulator failed on %s %s", self.command, self.path)
            head[:] = ["500 Internal Server Error", [("Content-Type", "text/plain")]]
            payload = b"The simulator itself failed; its error output says why.\n"
        self._send(head[0], head[1], payload)

    def _send(self, status: str, headers: list[tuple[str, str]], payload: bytes) -> None:
        code = int(status.split(" ", 1)[0])
        lines = [f"HTTP/1.1 {status}"]
        announced: int | None = None
        for name, value in headers:
            lines.append(f"{name}: {value}")
            if name.lower() == "content-length":
                announced = int(value)
        if announced is None and code not in _BODILESS:
            announced = len(payload)
            lines.append(f"Content-Length: {announced}")
        if self.close_connection:
            lines.append("Connection: close")
        elif self.request_version == "HTTP/1.0":
            lines.append("Connection: keep-alive")
        text = "\r\n".join(lines) + "\r\n\r\n"
        if self.command == "HEAD":
            payload = b""
        self.wfile.write(text.encode("latin-1") + payload)
        if self.command != "HEAD" and announced is not None and announced > len(payload):
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            logger.debug("The client had closed first.")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No line per request."""


def open_server(app: App, port: int) -> BaseWSGIServer:
    """A threaded server on the loopback address, already listening.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
        return make_server(
            HOST,
            listener.getsockname()[1],
            app,
            threaded=True,
            request_handler=KeepAliveHandler,
            fd=listener.fileno(),
        )
    finally:
        # The server holds a duplicate of the descriptor.
        listener.close()


def serve(app: App, port: int) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code."""
    try:
        server = open_server(app, port)
    except OSError as error:
        return fail(f"Port {port} on {HOST} cannot be used: {error.strerror}.")
    asked, stop = stopping.noted(), threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=_deliver_webhooks, args=(app, stop), daemon=True).start()
    print(f"Ready: http://{HOST}:{server.port}", flush=True)
    while not asked:
        time.sleep(_LATE_TICK_SECONDS)
        app.run_late_commits()
    stop.set()
    # Threads still busy (a held answer, a slow one) are daemons: they end with the process.
    app.close()
    return 0


def _deliver_webhooks(app: App, stop: threading.Event) -> None:
    """A slow receiver must not hold the simulator up: it has a thread of its own."""
    while app.webhooks is not None and not stop.wait(_WEBHOOK_TICK_SECONDS):
        app.webhooks.pump()


def fail(message: str) -> int:
    """One clear line on standard error; the exit code for bad arguments."""
    print(message, file=sys.stderr)
    return BAD_ARGUMENTS


def common_parser(name: str, vendor: str) -> argparse.ArgumentParser:
    """The options both simulators take."""
    parser = argparse.ArgumentParser(
        prog=f"python -m simulators.{name}", description=f"A stand-in for {vendor} on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port (default)")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--seed", type=int, default=1, help="the same seed gives the same company")
    start.add_argument("--empty", action="store_true", help="start without sample records")
    parser.add_argument("--state", metavar="FILE", help="keep everything in this file")
    parser.add_argument("--limits", choices=("published", "none"), default="none")
    parser.add_argument(
        "--access-token",
        action="append",
        default=[],
        metavar="TOKEN",
        help="a static token accepted besides OAuth; may be repeated",
    )
    return parser


def open_state(path: str | None) -> State:
    """The state named on the command line.

    Raises:
        SystemExit: the file cannot be used; the reason went to standard error.
    """
    try:
        return State(path)
    except StateFileError as error:
        raise SystemExit(fail(str(error))) from error
