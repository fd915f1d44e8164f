"""The hands of the crowd: people working in both vendors over HTTP, in threads of their own.

A deed counts when the vendor acknowledged it; a stale SyncToken is read again, as a page would.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from tests.acceptance.harness import REALM, TOKEN, Simulator
from tests.chaos.crowd import Crowd, Deed, Person
from tests.simulation.fields import H, Q, from_quickbooks, to_quickbooks

LIMIT = 30
_STALE = "5010"


class Hands:
    """Whoever works in the two systems during one round."""

    def __init__(self, simulators: Mapping[str, Simulator], crowd: Crowd) -> None:
        self._crowd = crowd
        self._contacts = f"{simulators[H].url}/crm/v3/objects/contacts"
        self._company = f"{simulators[Q].url}/v3/company/{REALM}"
        self._ids: dict[tuple[str, str], str] = {}
        self.done = 0
        self.failed = ""

    def enter_all(self) -> None:
        """Everybody who is there before the first run."""
        with self._session() as http:
            people = self._crowd.at_first(H)
            for start in range(0, len(people), 100):
                inputs = [{"properties": dict(p.first[H])} for p in people[start : start + 100]]
                answer = self._post(http, f"{self._contacts}/batch/create", {"inputs": inputs})
                for made in answer["results"]:
                    self._ids[H, made["properties"]["email"]] = str(made["id"])
            people = self._crowd.at_first(Q)
            for start in range(0, len(people), 30):
                batch = people[start : start + 30]
                items = [
                    {"bId": str(n), "operation": "create", "Customer": _customer(p)}
                    for n, p in enumerate(batch)
                ]
                answer = self._post(http, f"{self._company}/batch", {"BatchItemRequest": items})
                for item in answer["BatchItemResponse"]:
                    self._ids[Q, batch[int(item["bId"])].email] = item["Customer"]["Id"]

    def begin(self, deeds: Sequence[Deed], *, pace: float = 1.0) -> threading.Thread:
        """Start to work; ``pace`` stretches or shrinks the pauses."""

        def work() -> None:
            try:
                with self._session() as http:
                    for deed in deeds:
                        time.sleep(deed.pause * pace)
                        self._do(http, deed)
                        self.done += 1
            except Exception as error:  # noqa: BLE001 - a round in which people cannot work is void
                self.failed = f"people could not work: {error!r}"

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def _do(self, http: requests.Session, deed: Deed) -> None:
        if not deed.values:
            self._enter(http, deed.side, deed.person)
        elif deed.side == H:
            record = self._ids[H, deed.person.email]
            answer = http.patch(
                f"{self._contacts}/{record}", json={"properties": dict(deed.values)}, timeout=LIMIT
            )
            answer.raise_for_status()
        else:
            self._edit_customer(http, self._ids[Q, deed.person.email], deed.values)

    def _enter(self, http: requests.Session, side: str, person: Person) -> None:
        if side == H:
            made = self._post(http, self._contacts, {"properties": dict(person.first[H])})
            self._ids[H, person.email] = str(made["id"])
        else:
            made = self._post(http, f"{self._company}/customer", _customer(person))
            self._ids[Q, person.email] = made["Customer"]["Id"]

    def _edit_customer(
        self, http: requests.Session, record: str, values: Mapping[str, str]
    ) -> None:
        while True:
            held = http.get(f"{self._company}/customer/{record}", timeout=LIMIT)
            held.raise_for_status()
            now = held.json()["Customer"]
            body = {"Id": record, "SyncToken": now["SyncToken"], "sparse": True}
            answer = http.post(
                f"{self._company}/customer", json={**body, **to_quickbooks(values, now)},
                timeout=LIMIT,
            )  # fmt: skip
            if _STALE not in answer.text or "Fault" not in answer.text:
                answer.raise_for_status()
                saved = from_quickbooks(answer.json()["Customer"])
                assert all(saved[name] == value for name, value in values.items()), answer.text
                return

    @staticmethod
    def _session() -> requests.Session:
        http = requests.Session()
        http.headers.update({"Authorization": f"Bearer {TOKEN}", "Accept": "application/json"})
        return http

    @staticmethod
    def _post(http: requests.Session, url: str, body: Any) -> Any:
        answer = http.post(url, json=body, timeout=LIMIT)
        assert answer.ok, answer.text
        return answer.json()


def _customer(person: Person) -> dict[str, Any]:
    return {"DisplayName": person.name, **to_quickbooks(person.first[Q], {})}
