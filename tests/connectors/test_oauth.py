from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from syncapp.connectors.oauth import Tokens, TokenSource
from syncapp.core.errors import ConnectionBroken, SideUnreachable
from tests.connectors.fakes import START, FakeClock, MemoryTokenStore


def tokens(number: int = 1, *, minutes: float = 60, version: int = 0) -> Tokens:
    return Tokens(f"a{number}", f"r{number}", START + timedelta(minutes=minutes), version=version)


class Vendor:
    """Rotates the refresh token with every use, and accepts each once."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def refresh(self, refresh_token: str) -> Tokens:
        self.asked.append(refresh_token)
        number = int(refresh_token[1:]) + 1
        if self.asked.count(refresh_token) > 1:
            raise ConnectionBroken("superseded")
        return tokens(number)


def test_a_good_token_is_used_as_it_is() -> None:
    vendor = Vendor()
    source = TokenSource(MemoryTokenStore(tokens()), vendor.refresh, clock=FakeClock())
    assert (source.access_token(), vendor.asked) == ("a1", [])


@pytest.mark.parametrize("minutes", [-5, 0, 0.99])
def test_a_token_with_less_than_a_minute_is_refreshed_and_stored(minutes: float) -> None:
    vendor, store = Vendor(), MemoryTokenStore(tokens(minutes=minutes))
    assert TokenSource(store, vendor.refresh, clock=FakeClock()).access_token() == "a2"
    assert (store.tokens.refresh, store.tokens.version) == ("r2", 1)


def test_32_threads_make_one_token_call() -> None:
    vendor, store = Vendor(), MemoryTokenStore(tokens(minutes=-1))
    slow = vendor.refresh

    def refresh(refresh_token: str) -> Tokens:
        time.sleep(0.05)
        return slow(refresh_token)

    class WallClock(FakeClock):
        def sleep(self, seconds: float) -> None:
            time.sleep(seconds / 10)

    source = TokenSource(store, refresh, clock=WallClock())
    got: list[str] = []
    gate = threading.Barrier(32)

    def work() -> None:
        gate.wait()
        got.append(source.access_token())

    threads = [threading.Thread(target=work) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vendor.asked == ["r1"]
    assert got == ["a2"] * 32


def test_after_a_401_a_token_somebody_else_refreshed_is_taken() -> None:
    vendor, store = Vendor(), MemoryTokenStore(tokens(2, version=1))
    source = TokenSource(store, vendor.refresh, clock=FakeClock())
    assert (source.refresh_after_401("a1"), vendor.asked) == ("a2", [])


def test_after_a_401_a_token_that_looks_good_is_refreshed_all_the_same() -> None:
    vendor, store = Vendor(), MemoryTokenStore(tokens())
    source = TokenSource(store, vendor.refresh, clock=FakeClock())
    assert source.refresh_after_401("a1") == "a2"


def test_a_refused_refresh_breaks_the_connection_and_frees_the_lease() -> None:
    def refuse(_: str) -> Tokens:
        raise ConnectionBroken("revoked")

    store = MemoryTokenStore(tokens(minutes=-1))
    with pytest.raises(ConnectionBroken, match="revoked"):
        TokenSource(store, refuse, clock=FakeClock()).access_token()
    assert store.try_lock(0)


def test_a_refresh_that_lost_the_race_takes_the_winners_token() -> None:
    store = MemoryTokenStore(tokens(minutes=-1))

    def beaten(_: str) -> Tokens:
        store.tokens = tokens(9, version=1)  # a worker whose lease had run out was faster
        raise ConnectionBroken("superseded")

    assert TokenSource(store, beaten, clock=FakeClock()).access_token() == "a9"


def test_tokens_that_could_not_be_stored_do_not_hide_the_stored_ones() -> None:
    store = MemoryTokenStore(tokens(minutes=-1))

    def late(_: str) -> Tokens:
        store.tokens = tokens(9, version=1)
        return tokens(2)

    assert TokenSource(store, late, clock=FakeClock()).access_token() == "a9"
    assert store.stored == []


def test_an_unreachable_vendor_frees_the_lease() -> None:
    def silent(_: str) -> Tokens:
        raise SideUnreachable("no answer")

    store = MemoryTokenStore(tokens(minutes=-1))
    with pytest.raises(SideUnreachable):
        TokenSource(store, silent, clock=FakeClock()).access_token()
    assert store.try_lock(0)


def test_waiting_for_another_worker_ends() -> None:
    store = MemoryTokenStore(tokens(minutes=-1))
    assert store.try_lock(0)
    clock = FakeClock()
    with pytest.raises(SideUnreachable, match="too long"):
        TokenSource(store, Vendor().refresh, clock=clock).access_token()
    assert 30 < sum(clock.slept) < 40


def test_tokens_do_not_show_themselves() -> None:
    assert "a1" not in repr(tokens())
    assert "r1" not in repr(tokens())
