"""Somebody else eats half of a limit of its own: search (HubSpot), batches (QuickBooks).

The connectors slow down for that part alone, complete all the same, and recover afterwards.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.base import Op, WriteBatch, WriteItem, Written
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import MemoryBudgetStore
from syncapp.core.ports import HttpRequest, HttpResponse
from tests.connectors.fakes import make_env
from tests.connectors.simulated.conftest import REALM, TOKEN
from tests.connectors.simulated.test_foreign_client import LOCAL, MovedClock, calling


class Shared:
    """HTTP into a simulator; another program spends half of one limit, evenly, on its own.

    Args:
        app: The simulator.
        clock: Its clock.
        part: The end of the path whose limit is shared.
        body: What the other program posts there.
        every: Seconds between two calls of the other program.
    """

    def __init__(
        self, app: HubSpot | QuickBooks, clock: SimClock, part: str, body: Any, every: float
    ) -> None:
        self.is_crowded = True
        self.sent = self.refused = self.stranger = 0
        self._client = Client(app)
        self._clock, self._part, self._body, self._every = clock, part, body, every
        self._next = clock.now().timestamp()

    def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        now = self._clock.now().timestamp()
        while self.is_crowded and self._next <= now:
            self._next = max(self._next + self._every, now - self._every)
            self._client.post(
                self._part, json=self._body, headers={"authorization": f"Bearer {TOKEN}"}
            )
            self.stranger += 1
        told = self._client.open(
            parts.path, method=request.method, query_string=parts.query,
            headers=dict(request.headers), data=request.body,
        )  # fmt: skip
        self.sent += 1
        self.refused += told.status_code == 429
        headers = {name.lower(): value for name, value in told.headers.items()}
        return HttpResponse(told.status_code, headers, told.get_data())


def test_hubspots_search_is_shared_with_another_program() -> None:
    """Five searches a second in all; the stranger sends two and a half."""
    simulated = SimClock.frozen()
    app = HubSpot(seed=None, clock=simulated, access_tokens=[TOKEN], limits="published")
    clock = MovedClock(simulated)
    http = Shared(app, simulated, "/crm/v3/objects/contacts/search", {"limit": 1}, every=0.4)
    env = make_env(http, clock)
    side = hubspot.connect(env, StaticToken(TOKEN), budget=MemoryBudgetStore(), base_url=LOCAL)

    def search() -> None:
        side.changes_page(["contacts"], since=clock.now(), fields={}, after=None)

    done = calling(env, search, 10 * 60)
    assert http.refused > 0
    assert http.refused < 0.1 * http.sent
    assert done > 10 * 60 * 5 / 2 / 3
    others = calling(env, lambda: side.account(), 10)
    assert others >= 190 * 0.95  # what is not a search was never slowed down
    http.is_crowded, http.refused = False, 0
    clock.sleep(20 * 60)
    alone = calling(env, search, 60)
    assert http.refused == 0
    assert alone >= 60 * 5 * 0.95


def test_quickbooks_batches_are_shared_with_another_program() -> None:
    """Forty batches a minute of an app; the stranger sends twenty."""
    simulated = SimClock.frozen()
    app = QuickBooks(
        seed=None, clock=simulated, access_tokens=[TOKEN], realm=REALM, limits="published"
    )
    clock = MovedClock(simulated)
    asked = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Item"}]}
    http = Shared(app, simulated, f"/v3/company/{REALM}/batch", asked, every=3)
    env = make_env(http, clock)
    side = quickbooks.connect(
        env, StaticToken(TOKEN), realm_id=REALM, budget=MemoryBudgetStore(), base_url=LOCAL
    )
    numbers = iter(range(10_000))
    written: list[str] = []

    def write() -> None:
        number = next(numbers)
        item = WriteItem("a", {"DisplayName": f"Customer {number}"})
        (result,) = side.write(WriteBatch("Customer", Op.CREATE, (item,), f"{number:032x}"))
        assert isinstance(result, Written)
        written.append(result.record.ref.id)

    done = calling(env, write, 20 * 60)
    assert http.refused > 0
    assert http.refused < 0.1 * http.sent
    assert done > 20 * 40 / 2 / 3
    http.is_crowded, http.refused = False, 0
    clock.sleep(20 * 60)
    alone = calling(env, write, 5 * 60)
    assert http.refused == 0
    assert alone >= 5 * 40 * 0.95
    assert len(set(written)) == done + alone  # each of them once
    entries = app.ledger.select(writes_by="app")
    assert len(entries) == done + alone
