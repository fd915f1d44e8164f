from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.connectors.rate import Budget, DailyLimit, Limit, MemoryBudgetStore
from syncapp.core.errors import Throttled
from tests.connectors.fakes import START, FakeClock


def budget(clock: FakeClock, *limits: Limit, **more: float) -> Budget:
    return Budget(MemoryBudgetStore(), clock, "side:1", {"calls": limits, "other": ()}, **more)


def test_the_full_count_passes_at_once_and_the_next_waits_for_the_window() -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(40, 61.8))
    for _ in range(40):
        calls.acquire(["calls"])
    assert clock.slept == []
    calls.acquire(["calls"])
    assert clock.slept == [pytest.approx(61.8)]


@given(
    pauses=st.lists(st.floats(0, 3), min_size=1, max_size=80),
    count=st.integers(1, 6),
    seconds=st.floats(0.5, 10),
)
def test_no_window_ever_holds_more_than_the_limit(
    pauses: list[float], count: int, seconds: float
) -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(count, seconds))
    taken = []
    for pause in pauses:
        clock.at += timedelta(seconds=pause)
        calls.acquire(["calls"])
        taken.append(clock.at)
    window = timedelta(seconds=seconds)
    for moment in taken:
        assert sum(moment - window < other <= moment for other in taken) <= count


def test_both_windows_of_a_key_are_kept() -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(10, 1.04), Limit(500, 61.8))
    for _ in range(501):
        calls.acquire(["calls"])
    assert clock.at - START == timedelta(seconds=61.8)


def test_all_names_or_none() -> None:
    clock = FakeClock()
    store = MemoryBudgetStore()
    calls = Budget(store, clock, "q", {"calls": (Limit(2, 10.0),), "batch": (Limit(1, 60.0),)}, 5.0)
    calls.acquire(["calls", "batch"])
    with pytest.raises(Throttled) as caught:
        calls.acquire(["calls", "batch"])
    assert caught.value.wait_seconds == 60
    calls.acquire(["calls"])  # the refused pair took no place here
    assert clock.slept == []


def test_a_block_is_waited_out_by_every_connector_of_the_account() -> None:
    clock = FakeClock()
    store = MemoryBudgetStore()
    one = Budget(store, clock, "q:1", {"calls": (Limit(10, 1.0),)})
    other = Budget(store, clock, "q:1", {"calls": (Limit(10, 1.0),)})
    stranger = Budget(store, clock, "q:2", {"calls": (Limit(10, 1.0),)})
    one.block("calls", 30)
    one.block("calls", 10)  # never shortens
    stranger.acquire(["calls"])
    assert clock.slept == []
    other.acquire(["calls"])
    assert clock.slept == [30]


def test_a_long_block_is_not_slept_through() -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(10, 1.0))
    calls.block("calls", 3600)
    with pytest.raises(Throttled) as caught:
        calls.acquire(["calls"])
    assert caught.value.wait_seconds == 3600
    assert clock.slept == []


def test_a_limit_told_by_the_vendor_replaces_the_table() -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(1, 10.0))
    calls.learn("calls", Limit(3, 10.0))
    for _ in range(3):
        calls.acquire(["calls"])
    assert clock.slept == []


def test_more_places_than_a_window_has_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="never fit"):
        budget(FakeClock(), Limit(2, 10.0)).acquire(["calls"], 3)


def test_threads_share_the_count() -> None:
    clock = FakeClock()
    store = MemoryBudgetStore()
    calls = Budget(store, clock, "q", {"calls": (Limit(100, 10.0),)}, 1.0)
    passed = []

    def work() -> None:
        for _ in range(30):
            try:
                calls.acquire(["calls"])
            except Throttled:
                continue
            passed.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 100


def spent(calls: Budget, clock: FakeClock, seconds: float) -> int:
    """How many calls pass within some seconds."""
    end = clock.at + timedelta(seconds=seconds)
    count = 0
    while True:
        calls.acquire(["calls"])
        if clock.at >= end:
            return count
        count += 1


def test_after_a_refusal_the_rate_halves_and_recovers_by_a_twentieth_a_minute() -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(100, 10.0))
    calls.slow_down("calls", 10)
    assert spent(calls, clock, 10) == 50
    clock.sleep(120)
    assert 60 <= spent(calls, clock, 10) <= 61
    clock.sleep(600)
    assert spent(calls, clock, 10) == 100


def test_refusals_of_one_moment_halve_once_and_never_to_nothing() -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(100, 10.0))
    for _ in range(10):
        calls.slow_down("calls", 10)
    assert spent(calls, clock, 10) == 50
    for _ in range(20):
        clock.sleep(10)
        calls.slow_down("calls", 10)
    clock.sleep(10)
    assert 6 <= spent(calls, clock, 10) <= 8


def test_a_slowed_limit_lets_at_least_one_call_through() -> None:
    clock = FakeClock()
    calls = budget(clock, Limit(1, 10.0))
    calls.slow_down("calls", 10)
    calls.acquire(["calls"])
    assert clock.slept == []


class MeteringStore(MemoryBudgetStore):
    """A store that keeps counts of days and months as well."""

    def __init__(self) -> None:
        super().__init__()
        self.days: list[tuple[str, int, int]] = []
        self.reads: list[str] = []

    def daily_seen(self, scope: str, daily: DailyLimit) -> None:
        self.days.append((scope, daily.limit, daily.remaining))

    def read_counted(self, scope: str, at: datetime) -> None:
        self.reads.append(f"{scope} {at:%Y-%m}")


def test_a_store_that_meters_is_told() -> None:
    clock = FakeClock()
    store = MeteringStore()
    calls = Budget(store, clock, "q:1", {"calls": (Limit(1, 1.0),)})
    calls.see_day(650_000, 12)
    calls.count_read()
    assert store.days == [("q:1", 650_000, 12)]
    assert store.reads == ["q:1 2026-11"]
    assert calls.daily == DailyLimit(650_000, 12, clock.at)


def test_a_store_that_does_not_meter_is_not_told() -> None:
    calls = budget(FakeClock(), Limit(1, 1.0))
    calls.count_read()
    calls.see_day(10, 9)
    assert calls.daily is not None
    assert calls.daily.remaining == 9
