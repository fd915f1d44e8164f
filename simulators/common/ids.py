"""Ids, tokens and request ids that are the same on every run with the same seed.

Knows counters and hashing; must not know what the ids are for.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import uuid

from simulators.common.state import State


class Ids:
    """Counters kept in the state, and text derived from them and the seed."""

    def __init__(self, state: State, seed: int) -> None:
        self._state = state
        self._seed = seed
        self._lock = threading.Lock()
        self._counters: dict[str, int] = dict(state.load("counter"))
        self._requests = 0

    def resume(self, seed: int) -> None:
        """Go on where the state file stopped, with the seed it was made with."""
        self._seed = seed
        self._counters = dict(self._state.load("counter"))

    def restart(self, seed: int) -> None:
        """Begin again, as for a new company with this seed."""
        self._seed = seed
        self._counters.clear()
        self._requests = 0

    def next(self, name: str, *, start: int = 1, step: int = 1) -> int:
        """The next number of the counter ``name``: ``start``, ``start + step``, and so on."""
        with self._lock:
            value = self._counters.get(name, start - step) + step
            self._counters[name] = value
            self._state.put("counter", name, value)
        return value

    def token(self, name: str, length: int = 40) -> str:
        """A fresh URL-safe text of ``length`` characters, never given twice."""
        number = self.next(f"token:{name}")
        size = (length * 3) // 4 + 3
        raw = hashlib.shake_256(f"{self._seed}:{name}:{number}".encode()).digest(size)
        return base64.urlsafe_b64encode(raw).decode().replace("-", "x").replace("_", "y")[:length]

    def request_uuid(self) -> str:
        """A uuid for one request. Not kept over a restart, so that reads write nothing."""
        with self._lock:
            self._requests += 1
            number = self._requests
        raw = hashlib.blake2b(f"{self._seed}:request:{number}".encode(), digest_size=16).digest()
        return str(uuid.UUID(bytes=raw, version=4))
