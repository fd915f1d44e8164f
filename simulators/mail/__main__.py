"""``python -m simulators.mail``: catch mails on 127.0.0.1 and show them."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from werkzeug.serving import WSGIRequestHandler, make_server

from simulators.common import stopping
from simulators.common.server import HOST, fail
from simulators.mail.pages import Pages
from simulators.mail.store import Store

TICK_SECONDS = 0.1


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No line per request."""


class Catcher:
    """aiosmtpd's handler: every mail is kept and none is delivered."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """A mail came in."""
        del server, session
        self._store.keep(bytes(envelope.content))
        return "250 Kept"


def main(arguments: list[str] | None = None) -> int:
    """Catch until told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators.mail", description="A mail server that delivers nothing."
    )
    parser.add_argument("--smtp-port", type=int, required=True, help="where mails are taken")
    parser.add_argument("--port", type=int, required=True, help="where they are shown")
    parser.add_argument("--folder", type=Path, required=True, help="where they are kept")
    options = parser.parse_args(arguments)
    store = Store(options.folder)
    mails = Controller(Catcher(store), hostname=HOST, port=options.smtp_port)
    try:
        mails.start()
        web = make_server(HOST, options.port, Pages(store), threaded=True, request_handler=Quiet)
    except OSError as error:
        return fail(f"A port on {HOST} cannot be used: {error.strerror}.")
    asked = stopping.noted()
    threading.Thread(target=web.serve_forever, daemon=True).start()
    print(f"Ready: http://{HOST}:{web.port}", flush=True)
    while not asked:
        time.sleep(TICK_SECONDS)
    mails.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
