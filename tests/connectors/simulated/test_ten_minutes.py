"""Each published limit over ten simulated minutes: no 429, and at least 95 % of it used.

The simulators count; both clocks stand still until somebody sleeps, so nothing here is timed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.base import Connector, Credentials, Op, WriteBatch, WriteItem
from syncapp.connectors.grants import VENDORS, App, OAuthClient
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.quickbooks.entities import MAX_CONCURRENT
from syncapp.connectors.rate import MemoryBudgetStore
from syncapp.core.errors import Throttled
from syncapp.core.ports import Env, HttpRequest, HttpResponse
from syncapp.core.sides import Side
from tests.connectors.fakes import FakeClock, FakeHttp, answer, make_env
from tests.connectors.simulated.conftest import REALM, REDIRECT, TOKEN
from tests.connectors.simulated.test_foreign_client import LOCAL, Crowded, MovedClock

pytestmark = pytest.mark.slow
SECONDS = 600


class Alone(Crowded):
    """HTTP into a simulator of this process, with nobody else on the line."""

    def __init__(self, app: HubSpot | QuickBooks) -> None:
        super().__init__(app, "")
        self.is_crowded = False


class OAuthToken:
    """An access token of a consent, good for the whole test."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self) -> str:
        return self._token

    def refresh_after_401(self, stale_token: str) -> str:
        raise AssertionError("refused")


class Portal:
    """A simulated HubSpot account with its limits on."""

    def __init__(self, *, by_consent: bool = False) -> None:
        self.clock = SimClock.frozen()
        self.app = HubSpot(seed=None, clock=self.clock, access_tokens=[TOKEN], limits="published")
        self.http = Alone(self.app)
        self.env = make_env(self.http, MovedClock(self.clock))
        credentials: Credentials = (
            OAuthToken(consent(self.app, self.env)) if by_consent else StaticToken(TOKEN)
        )
        self.store = MemoryBudgetStore()
        # Two workers of one installation: they share the limits.
        self.workers = [
            hubspot.connect(
                self.env, credentials, budget=self.store, base_url=LOCAL, portal_id="1",
                time_zone="America/New_York",
            )
            for _ in range(2)
        ]  # fmt: skip


def consent(app: HubSpot, env: Env) -> str:
    """An access token by way of the consent page."""
    oauth = OAuthClient(
        env, VENDORS[Side.HUBSPOT], App("sim-hubspot-client", "sim-hubspot-secret"), base_url=LOCAL
    )
    page = urlsplit(oauth.authorize_url(redirect_uri=REDIRECT, state="s"))
    told = Client(app).post(page.path, data={**dict(parse_qsl(page.query)), "decision": "allow"})
    code = dict(parse_qsl(urlsplit(told.headers["Location"]).query))["code"]
    return oauth.exchange(code, redirect_uri=REDIRECT).access


class Books:
    """A simulated QuickBooks company with its limits on."""

    def __init__(self) -> None:
        clock = SimClock.frozen()
        app = QuickBooks(
            seed=None, clock=clock, access_tokens=[TOKEN], realm=REALM, limits="published"
        )
        self.http = Alone(app)
        self.env = make_env(self.http, MovedClock(clock))
        store = MemoryBudgetStore()
        self.workers = [
            quickbooks.connect(
                self.env, StaticToken(TOKEN), realm_id=REALM, budget=store, base_url=LOCAL
            )
            for _ in range(2)
        ]


def made(
    env: Env, call: Callable[[Connector], object], workers: list[Connector], seconds: float
) -> int:
    """How many calls pass within some seconds."""
    end = env.clock.now() + timedelta(seconds=seconds)
    count = 0
    while env.clock.now() < end:
        call(workers[count % len(workers)])
        count += 1
    return count


def search(side: Connector, env: Env) -> object:
    return side.changes_page(["contacts"], since=env.clock.now(), fields={}, after=None)


@pytest.mark.parametrize(("by_consent", "per_window"), [(False, 190), (True, 110)])
def test_hubspots_ten_seconds(by_consent: bool, per_window: int) -> None:
    portal = Portal(by_consent=by_consent)
    count = made(portal.env, lambda side: side.account(), portal.workers, SECONDS)
    assert portal.http.refused == 0
    assert count >= per_window * SECONDS / 10 * 0.95


def test_hubspots_search() -> None:
    portal = Portal()
    count = made(portal.env, lambda side: search(side, portal.env), portal.workers, SECONDS)
    assert portal.http.refused == 0
    assert count >= 5 * SECONDS * 0.95


def test_hubspots_day_is_used_to_its_end_and_goes_on_at_midnight() -> None:
    portal = Portal()
    portal.app.budget.limit_day(3000)
    with pytest.raises(Throttled, match="limit of calls a day is used up"):
        made(portal.env, lambda side: side.account(), portal.workers, SECONDS)
    assert portal.http.refused == 0
    done = portal.http.sent
    assert done >= 3000 * 0.95
    with pytest.raises(Throttled):
        portal.workers[1].account()
    assert portal.http.sent == done
    portal.env.clock.sleep(86_400)
    assert made(portal.env, lambda side: side.account(), portal.workers, 10) >= 190 * 0.95
    assert portal.http.refused == 0


def test_quickbooks_minute_and_second() -> None:
    books = Books()
    count = made(
        books.env, lambda side: side.list_page("Customer", fields=(), after=None),
        books.workers, SECONDS,
    )  # fmt: skip
    assert books.http.refused == 0
    assert count >= 500 * SECONDS / 60 * 0.95


def test_quickbooks_ten_a_second() -> None:
    """The limit of a second binds while the minute's calls last: fifty seconds of each minute."""
    books = Books()
    for _ in range(10):
        began = books.env.clock.now()
        for number in range(500):
            books.workers[number % 2].list_page("Customer", fields=(), after=None)
        took = (books.env.clock.now() - began).total_seconds()
        assert 500 / took >= 10 * 0.95
        books.env.clock.sleep(61.8)
    assert books.http.refused == 0


def test_quickbooks_batches() -> None:
    books = Books()
    numbers = iter(range(10_000))

    def write(side: Connector) -> object:
        number = next(numbers)
        item = WriteItem("a", {"DisplayName": f"Customer {number}"})
        return side.write(WriteBatch("Customer", Op.CREATE, (item,), f"{number:032x}"))

    count = made(books.env, write, books.workers, SECONDS)
    assert books.http.refused == 0
    assert count >= 40 * SECONDS / 60 * 0.95


def test_quickbooks_ten_at_a_time() -> None:
    """Ten are always under way, never eleven: each group of ten waits for its tenth."""
    together = threading.Barrier(MAX_CONCURRENT)
    lock = threading.Lock()
    under_way = most = 0

    def handler(request: HttpRequest) -> HttpResponse:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait(timeout=60)
        with lock:
            under_way -= 1
        return answer({"QueryResponse": {}, "time": "2026-11-22T04:00:00-08:00"})

    side = quickbooks.connect(
        make_env(FakeHttp(handler=handler), FakeClock()), StaticToken(TOKEN), realm_id=REALM,
        budget=MemoryBudgetStore(),
    )  # fmt: skip
    threads = [
        threading.Thread(target=side.list_page, args=("Customer",),
                         kwargs={"fields": (), "after": None})
        for _ in range(5 * MAX_CONCURRENT)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == MAX_CONCURRENT == 10
    assert not together.broken
