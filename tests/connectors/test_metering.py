"""What the connectors tell a metering store, from the vendors' own answers."""

from __future__ import annotations

from datetime import datetime

import pytest

from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.base import Op, WriteBatch, WriteItem
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import DailyLimit, MemoryBudgetStore
from syncapp.core.errors import Throttled
from tests.connectors.fakes import FakeClock, FakeHttp, answer, make_env


class MeteringStore(MemoryBudgetStore):
    def __init__(self) -> None:
        super().__init__()
        self.days: list[tuple[str, int, int]] = []
        self.reads: list[str] = []

    def daily_seen(self, scope: str, daily: DailyLimit) -> None:
        self.days.append((scope, daily.limit, daily.remaining))

    def read_counted(self, scope: str, at: datetime) -> None:
        self.reads.append(scope)


DETAILS = {"portalId": 123, "accountType": "STANDARD"}


def daily(left: int) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-daily": "650000",
        "x-hubspot-ratelimit-daily-remaining": str(left),
    }


def test_hubspots_day_is_followed_and_an_empty_one_is_waited_out() -> None:
    store, clock = MeteringStore(), FakeClock()
    http = FakeHttp(
        answer(DETAILS, headers=daily(2)), answer(DETAILS, headers=daily(0)), answer(DETAILS)
    )
    side = hubspot.connect(
        make_env(http, clock), StaticToken("t"), budget=store, portal_id="123",
        time_zone="America/New_York",
    )  # fmt: skip
    side.account()
    side.account()
    assert store.days == [("hubspot:123", 650_000, 2), ("hubspot:123", 650_000, 0)]
    with pytest.raises(Throttled) as caught:
        side.account()
    # 12:00 UTC is 7 o'clock there: 17 hours to midnight.
    assert caught.value.wait_seconds == 17 * 3600
    assert len(http.requests) == 2
    clock.sleep(17 * 3600)
    side.account()
    assert len(http.requests) == 3


def test_quickbooks_reads_are_counted_and_writes_and_refusals_are_not() -> None:
    store = MeteringStore()
    fault = {"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": "610"}]}}
    http = FakeHttp(
        answer({"QueryResponse": {}, "time": "2026-11-22T04:00:00-08:00"}),
        answer({"CDCResponse": [{"QueryResponse": [{}]}], "time": "2026-11-22T04:00:00-08:00"}),
        answer(fault, status=400),
        answer({"BatchItemResponse": [{"bId": "i", "Fault": fault["Fault"]}]}),
    )
    clock = FakeClock()
    side = quickbooks.connect(make_env(http, clock), StaticToken("t"), realm_id="5", budget=store)
    side.list_page("Invoice", fields=(), after=None)
    side.changes_page(["Invoice", "Item"], since=clock.at, fields={}, after=None)
    assert store.reads == ["quickbooks:5"] * 2
    assert side.read("Invoice", ["7"], fields=()) == ()
    side.write(WriteBatch("Item", Op.CREATE, (WriteItem("i", {"Name": "x"}),), "r" * 32))
    assert store.reads == ["quickbooks:5"] * 2
    assert len(http.requests) == 4
