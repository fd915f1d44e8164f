"""How a person, or another app, reaches the two simulators: in process, or over HTTP.

A door turns a method, a path and a body into a JSON answer with exact numbers; ``Portal`` and
``Books`` put the few verbs on it that the month needs. Not the product's clients.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import requests
from werkzeug.test import Client

#: ``(method, path, text of the body)`` to ``(status, text of the answer)``
Door = Callable[[str, str, str | None], tuple[int, str]]
HUBSPOT_BATCH, QUICKBOOKS_BATCH, QUICKBOOKS_PAGE = 100, 30, 1000


def in_process(app: Any, token: str) -> Door:
    """Straight into a simulator's WSGI application."""
    client = Client(app)
    headers = _headers(token)

    def call(method: str, path: str, body: str | None) -> tuple[int, str]:
        answer = client.open(path, method=method, headers=headers, data=body)
        return answer.status_code, answer.get_data(as_text=True)

    return call


def over_http(url: str, token: str) -> Door:
    """To a simulator that is a process of its own."""
    session = requests.Session()
    session.headers.update(_headers(token))

    def call(method: str, path: str, body: str | None) -> tuple[int, str]:
        data = body.encode() if body is not None else None
        answer = session.request(method, url + path, data=data, timeout=120)
        return answer.status_code, answer.content.decode()

    return call


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }


class Refused(AssertionError):
    """A simulator did not take what a person entered: the month is wrong, not the product."""


class Person:
    """What both have in common."""

    def __init__(self, door: Door, base: str = "") -> None:
        self._door, self._base = door, base

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call; numbers of the answer are ``Decimal``."""
        status, text = self._door(
            method, self._base + path, None if body is None else json.dumps(body, default=str)
        )
        if status >= 400:
            raise Refused(f"{method} {path}: {status} {text[:500]}")
        return json.loads(text or "{}", parse_float=Decimal)

    def control(self, method: str, page: str, body: Any = None) -> Any:
        """A control page of the simulator."""
        status, text = self._door(
            method, f"/__sim__/{page}", None if body is None else json.dumps(body)
        )
        assert status < 400, text
        return json.loads(text)


class Portal(Person):
    """HubSpot."""

    def create(
        self, kind: str, rows: Sequence[tuple[Mapping[str, Any], Sequence[tuple[str, int]]]]
    ) -> list[str]:
        """Create records in batches, each with its associations ``(id, type)``; ids in order."""
        made: list[str] = []
        for chunk in _chunks(rows, HUBSPOT_BATCH):
            inputs = [
                {
                    "properties": {n: str(v) for n, v in properties.items()},
                    "associations": [_association(*one) for one in ties],
                    "objectWriteTraceId": str(at),
                }
                for at, (properties, ties) in enumerate(chunk)
            ]
            answer = self.call("POST", f"/crm/v3/objects/{kind}/batch/create", {"inputs": inputs})
            if answer.get("errors"):
                raise Refused(str(answer["errors"])[:500])
            by_trace = {one["objectWriteTraceId"]: one["id"] for one in answer["results"]}
            made += [by_trace[str(at)] for at in range(len(chunk))]
        return made

    def update(self, kind: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Any]:
        """Update records in batches."""
        found: list[Any] = []
        for chunk in _chunks(rows, HUBSPOT_BATCH):
            inputs = [{"id": one, "properties": dict(values)} for one, values in chunk]
            answer = self.call("POST", f"/crm/v3/objects/{kind}/batch/update", {"inputs": inputs})
            if answer.get("errors"):
                raise Refused(str(answer["errors"])[:500])
            found += answer["results"]
        return found

    def read(self, kind: str, ids: Iterable[str], *properties: str) -> dict[str, dict[str, Any]]:
        """Properties of records by id."""
        found: dict[str, dict[str, Any]] = {}
        for chunk in _chunks(list(ids), HUBSPOT_BATCH):
            body = {"properties": list(properties), "inputs": [{"id": one} for one in chunk]}
            answer = self.call("POST", f"/crm/v3/objects/{kind}/batch/read", body)
            found |= {one["id"]: one["properties"] for one in answer["results"]}
        return found

    def all(self, kind: str, *properties: str) -> Iterator[dict[str, Any]]:
        """All records of a kind, page by page: ``{"id": ..., **properties}``."""
        after = ""
        while True:
            query = {"limit": "100", "properties": ",".join(properties)}
            query |= {"after": after} if after else {}
            page = self.call("GET", f"/crm/v3/objects/{kind}?{urlencode(query)}")
            for one in page["results"]:
                yield {"id": one["id"], **one["properties"]}
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                return

    def ties(self, kind: str, ids: Sequence[str], other: str) -> dict[str, list[str]]:
        """The records of another kind that records are associated with; all of their pages."""
        found: dict[str, list[str]] = {one: [] for one in ids}
        asked: list[dict[str, str]] = [{"id": one} for one in ids]
        while asked:
            more: list[dict[str, str]] = []
            for chunk in _chunks(asked, HUBSPOT_BATCH):
                answer = self.call(
                    "POST", f"/crm/v4/associations/{kind}/{other}/batch/read", {"inputs": chunk}
                )
                for row in answer["results"]:
                    one = str(row["from"]["id"])
                    found[one] += [str(to["toObjectId"]) for to in row["to"]]
                    after = (row.get("paging") or {}).get("next", {}).get("after")
                    if after:
                        more.append({"id": one, "after": after})
            asked = more
        return found


class Books(Person):
    """QuickBooks."""

    def batch(self, operation: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Any]:
        """Carry out ``(entity, body)`` in batches; the objects in order."""
        word, _, option = operation.partition(":")
        made: list[Any] = []
        for chunk in _chunks(rows, QUICKBOOKS_BATCH):
            items = [
                {
                    "bId": str(at),
                    "operation": word,
                    entity: body,
                    **({"optionsData": option} if option else {}),
                }
                for at, (entity, body) in enumerate(chunk)
            ]
            answer = self.call("POST", "/batch", {"BatchItemRequest": items})
            by_id = {one["bId"]: one for one in answer["BatchItemResponse"]}
            for at, (entity, body) in enumerate(chunk):
                if "Fault" in by_id[str(at)]:
                    raise Refused(f"{entity} {body}: {by_id[str(at)]['Fault']}"[:900])
                made.append(by_id[str(at)][entity])
        return made

    def create(self, entity: str, bodies: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Create objects of one kind."""
        return self.batch("create", [(entity, body) for body in bodies])

    def all(self, entity: str, where: str = "") -> Iterator[dict[str, Any]]:
        """All objects of a kind, page by page."""
        start = 1
        while True:
            text = (
                f"SELECT * FROM {entity}{where} STARTPOSITION {start} MAXRESULTS {QUICKBOOKS_PAGE}"
            )
            answer = self.call("GET", f"/query?{urlencode({'query': text})}")["QueryResponse"]
            rows = answer.get(entity, [])
            yield from rows
            if len(rows) < QUICKBOOKS_PAGE:
                return
            start += len(rows)

    def switch(self, section: str, **values: Any) -> None:
        """Change a part of Preferences, as a person does in the settings."""
        held = self.call("GET", "/preferences")["Preferences"]
        body = {"Id": "1", "SyncToken": held["SyncToken"], section: values}
        self.call("POST", "/preferences", body)


def _association(to: str, number: int) -> dict[str, Any]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    return {"to": {"id": to}, "types": types}


def _chunks(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
