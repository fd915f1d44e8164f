"""An in-process company on a frozen clock, and short words for calling it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from simulators.common.clock import SimClock
from simulators.quickbooks.app import QuickBooks

TOKEN = "tok-1"


class Books:
    """A simulator called in process with a static token."""

    def __init__(self, **options: Any) -> None:
        self.clock = options.pop("clock", None) or SimClock.frozen()
        options.setdefault("seed", None)
        options.setdefault("access_tokens", [TOKEN, "tok-2"])
        self.app = QuickBooks(clock=self.clock, **options)
        self.http = Client(self.app)
        self.base = f"/v3/company/{self.app.realm}"

    def call(self, method: str, path: str, token: str = TOKEN, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return self.http.open(f"{self.base}/{path}", method=method, headers=headers, **more)

    def get(self, path: str, **args: str) -> Any:
        return self.call("GET", path, query_string=args).get_json()

    def post(self, path: str, body: Any, **args: str) -> Any:
        return self.call("POST", path, json=body, query_string=args).get_json()

    def create(self, entity: str = "Customer", **body: Any) -> Any:
        answer = self.post(entity.lower(), body)
        assert entity in answer, answer
        return answer[entity]

    def update(self, record: Any, entity: str = "Customer", **body: Any) -> Any:
        wanted = {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True, **body}
        return self.post(entity.lower(), wanted)

    def fault(self, answer: Any) -> tuple[str, str | None]:
        error = answer["Fault"]["Error"][0]
        return error["code"], error.get("element")

    def query(self, text: str) -> Any:
        return self.get("query", query=text)

    def names(self, text: str) -> list[str]:
        answer = self.query(text)
        assert "QueryResponse" in answer, answer
        rows = [
            row
            for rows in answer["QueryResponse"].values()
            if isinstance(rows, list)
            for row in rows
        ]
        return [row.get("DisplayName") or row["Name"] for row in rows]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return self.http.open(
            f"/__sim__/{path}", method=method, data=None if body is None else json.dumps(body)
        ).get_json()

    def ledger(self) -> list[dict[str, Any]]:
        return self.control("GET", "ledger")["entries"]


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def make_books() -> type[Books]:
    return Books
