from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.connectors.rate import Budget, Limit, MemoryBudgetStore
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
