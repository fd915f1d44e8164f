"""A world whose two simulators answer over real sockets, and one sync run by its command.

The engine's requests leave through the product's own ``RequestsHttp``; only the ports are the
test's. What a vendor says is injected with the simulators' fault switch.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from werkzeug.serving import BaseWSGIServer

from simulators.common.server import open_server
from syncapp.connectors.http import RequestsHttp
from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.core.sides import Side
from syncapp.models import RecordLink, SyncRun
from tests.world import HUBSPOT_URL, QUICKBOOKS_URL, World


class Wire:
    """Sends what is meant for a simulator to the port it is served on."""

    def __init__(self, servers: dict[str, BaseWSGIServer]) -> None:
        self._ports = {base: f"http://127.0.0.1:{one.port}" for base, one in servers.items()}
        self._http = RequestsHttp()

    def send(self, request: HttpRequest) -> HttpResponse:
        url = request.url  # the discovery document names the real port already
        for base, port in self._ports.items():
            url = url.replace(base, port, 1) if url.startswith(base) else url
        return self._http.send(replace(request, url=url))


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, BaseWSGIServer]]:
    """Two servers; each test puts its own simulators behind them."""
    opened: dict[str, BaseWSGIServer] = {
        base: open_server(None, 0) for base in (HUBSPOT_URL, QUICKBOOKS_URL)
    }
    for one in opened.values():
        threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True).start()
    yield opened
    for one in opened.values():
        one.shutdown()
        one.server_close()


@dataclass
class Told:
    """What one ``run_sync`` said and left behind."""

    exit_code: int
    report: dict[str, Any]
    complaint: str
    run: SyncRun


class ServedWorld(World):
    """A world behind sockets; ``command`` runs the sync as a person would in a shell."""

    command: Callable[[], Told]

    def serve(self, servers: dict[str, BaseWSGIServer]) -> None:
        servers[HUBSPOT_URL].app = self.hubspot_app
        servers[QUICKBOOKS_URL].app = self.quickbooks_app
        wire = Wire(servers)
        self.calls: list[str] = []

        def send(request: HttpRequest) -> HttpResponse:
            self.calls.append(f"{request.method} {request.url.split('?')[0]}")
            return wire.send(request)

        self.http.send = send  # type: ignore[method-assign]

    def inject(self, side: Side, path: str, method: str, **fault: Any) -> None:
        """Answer the next request like this with what a vendor says, instead of doing it."""
        self.arm(side, "status", match={"method": method, "path": path}, **fault)

    def count(self, call: str) -> int:
        """How often our app made a call that ends so."""
        method, _, path = call.partition(" ")
        return sum(one.startswith(method) and one.endswith(path) for one in self.calls)

    def written(self, side: Side) -> int:
        """How many writes to people the ledger counted."""
        return len(self.app_writes(side))

    def only_link(self) -> RecordLink:
        return RecordLink.objects.get()

    def next_try(self) -> timedelta | None:
        link = self.only_link()
        return link.next_at - self.env.clock.now() if link.next_at else None


@pytest.fixture
def served(
    transactional_db: None,
    servers: dict[str, BaseWSGIServer],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> ServedWorld:
    caplog.set_level("WARNING", logger="syncapp")
    world = ServedWorld()
    world.serve(servers)
    # The door, not our logic: the command opens the real clock and network otherwise.
    monkeypatch.setattr("syncapp.management.commands.run_sync.real_env", lambda: world.env)

    def command() -> Told:
        code = 0
        capfd.readouterr()
        try:
            call_command("run_sync", json=True)
        except SystemExit as end:
            code = int(end.code or 0)
        said = capfd.readouterr()
        run = SyncRun.objects.order_by("-pk")[0]
        return Told(code, json.loads(said.out), said.err.strip(), run)

    world.command = command
    return world
