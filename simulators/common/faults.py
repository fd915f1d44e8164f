"""Faults on purpose: what is armed, and which request it hits.

Knows matching, counting and the seed; must not know what an answer of a vendor looks like (the
application does) nor how a connection is cut (the server does).
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: kind -> what it does; the applications may add kinds of their own.
GENERIC_KINDS: dict[str, str] = {
    "cut": "The connection is closed before anything happens.",
    "lost_answer": "The request is carried out, then the connection is closed without an answer.",
    "late_commit": "The connection is closed first; the request is carried out `delay` seconds on.",
    "status": "Any `status`, with `body`, `headers`; without a body in the vendor's own form.",
    "truncated": "The request is carried out, the answer's body ends half way.",
    "slow": "The answer (or, with when=before, the work) comes `seconds` late.",
    "hold": "The request is carried out, the answer is withheld until it is released.",
}
#: these hit outgoing events, not requests; a vendor with webhooks adds them to its own kinds
EVENT_KINDS: dict[str, str] = {
    "webhook_lost": "A webhook event is never sent (`path` matches its type, `body` its JSON).",
    "webhook_doubled": "A webhook event is sent again within `seconds` (10).",
    "webhook_disordered": "A webhook event is held back for up to `seconds` (30).",
}


class ConnectionCut(Exception):
    """The connection ends here without (the rest of) an answer.

    The server closes the socket. An in-process caller sees this exception and treats it as the
    network error its HTTP client would have reported.
    """

    def __init__(self, *, wrote: bool = False) -> None:
        super().__init__("The simulator closed the connection without an answer.")
        self.wrote = wrote


class FaultInvalid(ValueError):
    """The description of a fault cannot be understood; the text says why."""


@dataclass
class Fault:
    """One armed fault.

    It looks at requests whose method, path (regular expression, searched), and body (the same)
    match, and only once the ledger counts ``after_writes`` writes by apps. It leaves the first
    ``nth - 1`` of them alone and then hits ``times`` (None: all), each with probability ``rate``.
    """

    id: str
    kind: str
    method: str | None = None
    path: re.Pattern[str] | None = None
    body: re.Pattern[str] | None = None
    nth: int = 1
    after_writes: int = 0
    times: int | None = 1
    rate: float = 1.0
    params: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    hits: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    chance: random.Random = field(default_factory=random.Random)

    def matches(self, method: str, path: str, body: bytes, app_writes: int) -> bool:
        """Whether the request is one this fault looks at."""
        return (
            (self.method is None or self.method == method)
            and (self.path is None or self.path.search(path) is not None)
            and (self.body is None or self.body.search(body.decode("utf-8", "replace")) is not None)
            and app_writes >= self.after_writes
        )

    def strike(self) -> bool:
        """Count a matching request; True when this one is hit."""
        self.seen += 1
        if self.seen < self.nth or self.is_spent:
            return False
        if self.rate < 1 and self.chance.random() >= self.rate:
            return False
        self.hits += 1
        return True

    @property
    def is_spent(self) -> bool:
        """True when it will hit nothing more."""
        return self.times is not None and self.hits >= self.times

    def describe(self) -> dict[str, Any]:
        """What ``GET /__sim__/faults`` shows."""
        return {
            "id": self.id,
            "kind": self.kind,
            "match": {
                "method": self.method,
                "path": self.path.pattern if self.path else None,
                "body": self.body.pattern if self.body else None,
                "nth": self.nth,
                "after_writes": self.after_writes,
            },
            "times": self.times,
            "rate": self.rate,
            **self.params,
            "seen": self.seen,
            "hits": self.hits,
            "spent": self.is_spent,
        }


class Faults:
    """The armed faults of one simulator; deterministic from the seed."""

    def __init__(self, seed: int, vendor_kinds: Mapping[str, str] | None = None) -> None:
        self.kinds = {**GENERIC_KINDS, **(vendor_kinds or {})}
        self._seed = seed
        self._count = 0
        self._armed: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def arm(self, wanted: Mapping[str, Any]) -> Fault:
        """Arm a fault as described by ``POST /__sim__/faults``.

        Raises:
            FaultInvalid: unknown kind, bad pattern or number.
        """
        rest = dict(wanted)
        kind = rest.pop("kind", None)
        if kind not in self.kinds:
            raise FaultInvalid(f"Unknown kind {kind!r}; known: {', '.join(sorted(self.kinds))}.")
        match = rest.pop("match", None) or {}
        unknown = set(match) - {"method", "path", "body", "nth", "after_writes"}
        if unknown:
            raise FaultInvalid(f"Unknown keys in match: {', '.join(sorted(unknown))}.")
        times = rest.pop("times", 1)
        with self._lock:
            self._count += 1
            fault_id = str(self._count)
            # A generator of its own per fault: arming another one does not change its luck.
            chance = random.Random(f"{self._seed}:{fault_id}")
            try:
                fault = Fault(
                    id=fault_id,
                    kind=kind,
                    method=str(match["method"]).upper() if match.get("method") else None,
                    path=re.compile(match["path"]) if match.get("path") else None,
                    body=re.compile(match["body"]) if match.get("body") else None,
                    nth=int(match.get("nth") or 1),
                    after_writes=int(match.get("after_writes") or 0),
                    times=None if times is None else int(times),
                    rate=float(rest.pop("rate", 1)),
                    params=rest,
                    chance=chance,
                )
            except (re.error, TypeError, ValueError) as error:
                raise FaultInvalid(f"The fault cannot be read: {error}.") from error
            self._armed[fault_id] = fault
        return fault

    def strike(self, method: str, path: str, body: bytes, app_writes: int) -> list[Fault]:
        """The faults that hit this request, in the order they were armed.

        Only the first of the generic kinds counts; the vendor's own may come with it.
        """
        if not self._armed:
            return []
        hit: list[Fault] = []
        with self._lock:
            for fault in self._armed.values():
                if fault.kind in EVENT_KINDS:
                    continue
                if any(one.kind in GENERIC_KINDS for one in hit) and fault.kind in GENERIC_KINDS:
                    continue
                if fault.matches(method, path, body, app_writes) and fault.strike():
                    hit.append(fault)
        return hit

    def strike_event(self, kind: str, body: str, app_writes: int) -> list[Fault]:
        """The faults of :data:`EVENT_KINDS` that hit an outgoing event of this kind."""
        if not self._armed:
            return []
        with self._lock:
            return [
                fault
                for fault in self._armed.values()
                if fault.kind in EVENT_KINDS
                and fault.matches("POST", kind, body.encode(), app_writes)
                and fault.strike()
            ]

    def standing(self, kind: str) -> Fault | None:
        """The last armed fault of a kind that is a condition, not an event (``search_lag``)."""
        for fault in reversed(self._armed.values()):
            if fault.kind == kind:
                return fault
        return None

    def list(self) -> list[dict[str, Any]]:
        """All armed faults, spent ones too, as JSON."""
        return [fault.describe() for fault in self._armed.values()]

    def release(self, fault_id: str | None = None) -> int:
        """Let held answers go (of one fault, or all) without disarming; how many faults."""
        found = [f for f in self._armed.values() if fault_id in (None, f.id) and f.kind == "hold"]
        for fault in found:
            fault.released.set()
        return len(found)

    def clear(self, fault_id: str | None = None) -> int:
        """Disarm one or all; held answers are let go. Returns how many."""
        with self._lock:
            ids = [one for one in self._armed if fault_id in (None, one)]
            for one in ids:
                self._armed.pop(one).released.set()
        return len(ids)

    def restart(self, seed: int) -> None:
        """Disarm all and begin again with this seed."""
        self.clear()
        self._seed = seed
        self._count = 0
