"""Both simulators as processes of their own, and connectors that speak to them over real HTTP.

Only the waiting is virtual: the clock starts at the machine's time and moves by sleeping.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.base import (
    AssociatingConnector,
    BookkeepingConnector,
    Connector,
    Credentials,
)
from syncapp.connectors.grants import App, OAuthClient, OAuthVendor
from syncapp.connectors.http import RequestsHttp
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import MemoryBudgetStore
from syncapp.core.ports import Env
from tests.connectors.fakes import FakeClock, make_env

TOKEN = "static-token-of-the-tests"
REALM = "9130357849536020"
REDIRECT = "http://127.0.0.1:8000/oauth/callback"


@dataclass
class Simulator:
    """A running simulator and its control pages."""

    url: str

    def control(self, method: str, path: str, body: Any = None) -> Any:
        told = requests.request(method, f"{self.url}/__sim__/{path}", json=body, timeout=30)
        told.raise_for_status()
        return told.json()

    def fault(self, kind: str, *, path: str = "", method: str = "", **more: Any) -> None:
        match = {name: one for name, one in (("path", path), ("method", method)) if one}
        self.control("POST", "faults", {"kind": kind, "match": match, **more})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A call of somebody else's, with the static token."""
        headers = {"authorization": f"Bearer {TOKEN}", "accept": "application/json"}
        told = requests.request(method, self.url + path, json=body, headers=headers, timeout=30)
        return told.json() if told.content else None

    def writes(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "ledger")["entries"])

    def start_over(self) -> None:
        """Nobody's records, no faults, and the machine's time."""
        self.control("DELETE", "faults")
        offset = self.control("GET", "clock")["offset_seconds"]
        self.control("POST", "clock", {"advance": -offset})
        self.control("POST", "reset", {"empty": True})

    def consent(self, url: str, decision: str = "allow") -> dict[str, str]:
        """What the callback gets after a person has pressed a button on the consent page."""
        page = requests.get(url, timeout=30)
        page.raise_for_status()
        parts = urlsplit(url)
        asked = {name: one[0] for name, one in parse_qs(parts.query).items()}
        answer = requests.post(
            f"{parts.scheme}://{parts.netloc}{parts.path}",
            data={**asked, "decision": decision},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.headers["location"].startswith(REDIRECT)
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        return {name: one[0] for name, one in query.items()}


def start(name: str, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", f"simulators.{name}", "--port", "0", "--empty", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("Ready: "), line
    return process, line.removeprefix("Ready: ").strip()


def running(name: str, *arguments: str) -> Iterator[Simulator]:
    process, url = start(name, "--access-token", TOKEN, *arguments)
    try:
        yield Simulator(url)
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="package")
def _hubspot() -> Iterator[Simulator]:
    yield from running("hubspot")


@pytest.fixture(scope="package")
def _quickbooks() -> Iterator[Simulator]:
    yield from running("quickbooks", "--realm", REALM)


@pytest.fixture
def crm(_hubspot: Simulator) -> Simulator:
    """An empty HubSpot whose search shows everything at once."""
    _hubspot.start_over()
    _hubspot.control("POST", "settings", {"search_lag": 0})
    return _hubspot


@pytest.fixture
def books(_quickbooks: Simulator) -> Simulator:
    """An empty QuickBooks company."""
    _quickbooks.start_over()
    return _quickbooks


@pytest.fixture
def env() -> Env:
    clock = FakeClock(datetime.now(UTC))  # noqa: TID251 - the simulators live in the machine's time
    return make_env(RequestsHttp(), clock)


@pytest.fixture
def hubspot_side(crm: Simulator, env: Env) -> Connector:
    return connect_hubspot(crm, env)


@pytest.fixture
def quickbooks_side(books: Simulator, env: Env) -> Connector:
    return connect_quickbooks(books, env)


def connect_hubspot(
    crm: Simulator, env: Env, credentials: Credentials | None = None
) -> AssociatingConnector:
    return hubspot.connect(
        env, credentials or StaticToken(TOKEN), budget=MemoryBudgetStore(), base_url=crm.url
    )


def connect_quickbooks(
    books: Simulator, env: Env, credentials: Credentials | None = None
) -> BookkeepingConnector:
    return quickbooks.connect(
        env,
        credentials or StaticToken(TOKEN),
        realm_id=REALM,
        budget=MemoryBudgetStore(),
        base_url=books.url,
    )


def oauth(simulator: Simulator, env: Env, vendor: OAuthVendor, app: App) -> OAuthClient:
    return OAuthClient(env, vendor, app, base_url=simulator.url)
