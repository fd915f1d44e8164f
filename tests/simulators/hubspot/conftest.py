"""An empty and a filled account, called in process on a clock that stands still."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.hubspot.app import HubSpot

TOKEN = "pat-test"


class Caller:
    """Calls one application with a token, and answers with (status, body)."""

    def __init__(self, app: HubSpot, token: str | None = TOKEN) -> None:
        self.app = app
        self.client = Client(app)
        self.token = token

    def call(self, method: str, path: str, body: Any = None, **query: Any):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(path, method=method, json=body, query_string=query, headers=headers)

    def get(self, path: str, **query: Any):
        return self.call("GET", path, None, **query)

    def post(self, path: str, body: Any = None, **query: Any):
        return self.call("POST", path, body if body is not None else {}, **query)

    def patch(self, path: str, body: Any, **query: Any):
        return self.call("PATCH", path, body, **query)

    def put(self, path: str, body: Any = None):
        return self.call("PUT", path, body)

    def delete(self, path: str):
        return self.call("DELETE", path)

    def make(self, kind: str, **properties: Any) -> str:
        answer = self.post(f"/crm/v3/objects/{kind}", {"properties": properties})
        assert answer.status_code == 201, answer.text
        return answer.json["id"]

    def values(self, kind: str, record_id: str, *names: str) -> dict[str, str | None]:
        answer = self.get(f"/crm/v3/objects/{kind}/{record_id}", properties=",".join(names))
        assert answer.status_code == 200, answer.text
        return {name: answer.json["properties"].get(name) for name in names}

    def ledger(self, **query: Any) -> list[dict[str, Any]]:
        return self.get("/__sim__/ledger", **query).json["entries"]

    def search(self, kind: str, **body: Any):
        return self.post(f"/crm/v3/objects/{kind}/search", body)


def make_app(**options: Any) -> HubSpot:
    given = {
        "seed": None,
        "clock": SimClock.frozen(),
        "access_tokens": [TOKEN],
        "search_lag": 0.0,
        **options,
    }
    return HubSpot(**given)


@pytest.fixture
def build():
    """Make an application with options of one's own."""
    return lambda **options: Caller(make_app(**options))


@pytest.fixture
def hub() -> Caller:
    """An empty account."""
    return Caller(make_app())


@pytest.fixture
def filled() -> Caller:
    """The account of seed 1."""
    return Caller(make_app(seed=1))
