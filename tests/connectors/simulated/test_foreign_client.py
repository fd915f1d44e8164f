"""Somebody else uses the same limits: the connectors slow down, complete and recover."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import MemoryBudgetStore
from syncapp.core.errors import Throttled
from syncapp.core.ports import Env, HttpRequest, HttpResponse
from tests.connectors.fakes import FakeClock, make_env
from tests.connectors.simulated.conftest import REALM, TOKEN

LOCAL = "http://127.0.0.1:1"


class MovedClock(FakeClock):
    """Our time and the simulator's: both stand still until somebody sleeps."""

    def __init__(self, simulated: SimClock) -> None:
        super().__init__(simulated.now())
        self._simulated = simulated

    def sleep(self, seconds: float) -> None:
        self._simulated.advance(seconds)
        super().sleep(seconds)


class Crowded:
    """HTTP into a simulator of this process; each call of ours is followed by a stranger's.

    Args:
        app: The simulator.
        path: What the other program, which has the same token, calls.
    """

    def __init__(self, app: HubSpot | QuickBooks, path: str) -> None:
        self.is_crowded = True
        self.sent = 0
        self.refused = 0
        self._client = Client(app)
        self._path = path

    def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        told = self._client.open(
            parts.path, method=request.method, query_string=parts.query,
            headers=dict(request.headers), data=request.body,
        )  # fmt: skip
        self.sent += 1
        self.refused += told.status_code == 429
        if self.is_crowded:
            self._client.get(self._path, headers={"authorization": f"Bearer {TOKEN}"})
        headers = {name.lower(): value for name, value in told.headers.items()}
        return HttpResponse(told.status_code, headers, told.get_data())


def calling(env: Env, call: Callable[[], object], seconds: float) -> int:
    """How many calls succeed within some seconds, by a worker that waits when it is told to."""
    end = env.clock.now().timestamp() + seconds
    done = 0
    while env.clock.now().timestamp() < end:
        try:
            call()
            done += 1
        except Throttled as told:
            env.clock.sleep(told.wait_seconds or 1)
    return done


def test_hubspot_shared_with_another_program() -> None:
    simulated = SimClock.frozen()
    app = HubSpot(seed=None, clock=simulated, access_tokens=[TOKEN], limits="published")
    clock = MovedClock(simulated)
    http = Crowded(app, "/crm/v3/objects/contacts")
    env = make_env(http, clock)
    side = hubspot.connect(env, StaticToken(TOKEN), budget=MemoryBudgetStore(), base_url=LOCAL)

    def call() -> None:
        side.list_page("contacts", fields=(), after=None)

    done = calling(env, call, 120)
    assert done > 120 / 10 * 190 / 2 / 3
    assert http.refused > 0
    assert http.refused < 0.05 * http.sent
    http.is_crowded, http.refused = False, 0
    clock.sleep(20 * 60)
    alone = calling(env, call, 30)
    assert http.refused == 0
    assert alone >= 30 / 10 * 190 * 0.95


def test_quickbooks_shared_with_another_program() -> None:
    simulated = SimClock.frozen()
    app = QuickBooks(
        seed=None, clock=simulated, access_tokens=[TOKEN], realm=REALM, limits="published"
    )
    clock = MovedClock(simulated)
    path = f"/v3/company/{REALM}/query?query=select%20*%20from%20Item"
    http = Crowded(app, path)
    env = make_env(http, clock)
    side = quickbooks.connect(
        env, StaticToken(TOKEN), realm_id=REALM, budget=MemoryBudgetStore(), base_url=LOCAL
    )

    def call() -> None:
        side.list_page("Customer", fields=(), after=None)

    done = calling(env, call, 10 * 60)
    assert done > 10 * 500 / 2 / 4
    assert http.refused > 0
    assert http.refused < 0.05 * http.sent
    http.is_crowded, http.refused = False, 0
    clock.sleep(20 * 60)
    alone = calling(env, call, 120)
    assert http.refused == 0
    assert alone >= 2 * 500 * 0.95
