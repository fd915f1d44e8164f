"""A simulator stops when it is told to, at whatever moment that comes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from simulators.common import stopping


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    known = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in known.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_handler_takes_no_lock(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """It once set an Event: struck while the same thread stood inside of it, nothing went on."""
    asked = stopping.noted()
    monkeypatch.setattr(threading, "Condition", None)
    monkeypatch.setattr(threading.Event, "set", None)
    assert asked == []
    signal.raise_signal(number)
    assert asked == [number]
