"""The published limits are kept by the client: the simulators never have to say no.

Sleeping moves the simulator's clock along, so minutes pass in seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.base import Connector, Op, WriteBatch, WriteItem, Written
from syncapp.connectors.http import RequestsHttp
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import MemoryBudgetStore
from tests.connectors.fakes import FakeClock, make_env
from tests.connectors.simulated.conftest import REALM, TOKEN, Simulator, running


class SharedClock(FakeClock):
    """Our time and the simulator's move together."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(datetime.now(UTC))  # noqa: TID251 - the simulators live in it
        self._simulator = simulator

    def sleep(self, seconds: float) -> None:
        self._simulator.control("POST", "clock", {"advance": seconds})
        super().sleep(seconds)


@pytest.fixture
def crm() -> Iterator[Simulator]:
    yield from running("hubspot", "--limits", "published")


@pytest.fixture
def books() -> Iterator[Simulator]:
    yield from running("quickbooks", "--realm", REALM, "--limits", "published")


def refused(simulator: Simulator) -> int:
    windows = simulator.control("GET", "stats")["windows"]
    assert windows
    return sum(window["refused"] for window in windows.values())


def quickbooks_side(books: Simulator) -> tuple[Connector, SharedClock]:
    clock = SharedClock(books)
    connector = quickbooks.connect(
        make_env(RequestsHttp(), clock),
        StaticToken(TOKEN),
        realm_id=REALM,
        budget=MemoryBudgetStore(),
        base_url=books.url,
    )
    return connector, clock


def test_hubspots_ten_second_limit(crm: Simulator) -> None:
    clock = SharedClock(crm)
    connector = hubspot.connect(
        make_env(RequestsHttp(), clock),
        StaticToken(TOKEN),
        budget=MemoryBudgetStore(),
        base_url=crm.url,
    )
    start = clock.at
    for _ in range(600):
        connector.account()
    assert refused(crm) == 0
    # 190 in 10 seconds by the answers' headers, of which at least 95 % are used
    assert (clock.at - start).total_seconds() < 600 / 190 * 10 / 0.95


def test_hubspots_search_limit(crm: Simulator) -> None:
    clock = SharedClock(crm)
    connector = hubspot.connect(
        make_env(RequestsHttp(), clock),
        StaticToken(TOKEN),
        budget=MemoryBudgetStore(),
        base_url=crm.url,
    )
    start = clock.at
    for _ in range(100):
        connector.changes_page(["contacts"], since=start, fields={}, after=None)
    assert refused(crm) == 0
    assert (clock.at - start).total_seconds() < 100 / 5 / 0.95


def test_quickbooks_batch_limit(books: Simulator) -> None:
    connector, clock = quickbooks_side(books)
    start = clock.at
    for number in range(130):
        item = WriteItem("a", {"DisplayName": f"Customer {number}"})
        batch = WriteBatch("Customer", Op.CREATE, (item,), f"{number:032x}")
        (result,) = connector.write(batch)
        assert isinstance(result, Written)
    assert refused(books) == 0
    assert (clock.at - start).total_seconds() < 130 / 40 * 60 / 0.95


def test_quickbooks_limits_of_a_second_and_of_a_minute(books: Simulator) -> None:
    connector, clock = quickbooks_side(books)
    start = clock.at
    for _ in range(1100):
        connector.list_page("Customer", fields=(), after=None)
    assert refused(books) == 0
    assert (clock.at - start).total_seconds() < 1100 / 500 * 60 / 0.95
