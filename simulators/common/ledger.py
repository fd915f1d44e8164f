"""The ledger: every write a simulator accepted, in order, never changed.

Knows who wrote what; must not know what the fields mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from simulators.common.clock import SimClock, iso_milliseconds
from simulators.common.state import State

PERSON = "person"
TOKEN = "token"
SYSTEM = "system"


def app_actor(client_id: str) -> str:
    """The actor of a write made by an app that was connected with OAuth."""
    return f"app:{client_id}"


class Ledger:
    """Append-only list of writes.

    An entry is ``{seq, at, actor, action, type, id, before, after, request_id}``. ``actor`` is
    ``person`` (the simulator's own pages), ``app:<client id>``, ``token`` (a static token) or
    ``system`` (a vendor's own follow-up). ``before`` is None for a create and ``after`` then the
    whole; else both hold the changed fields only. ``type`` is the vendor's name of the object.
    """

    def __init__(self, state: State, clock: SimClock) -> None:
        self._state = state
        self._clock = clock
        self.entries: list[dict[str, Any]] = [body for _, body in state.load("ledger")]
        self.app_writes = sum(1 for entry in self.entries if _is_app(entry["actor"]))

    def write(
        self,
        *,
        actor: str,
        action: str,
        type: str,
        id: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        request_id: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """Append one entry and return it; ``more`` is added to it as given."""
        entry: dict[str, Any] = {
            "seq": len(self.entries) + 1,
            "at": iso_milliseconds(self._clock.now()),
            "actor": actor,
            "action": action,
            "type": type,
            "id": id,
            "before": None if before is None else dict(before),
            "after": None if after is None else dict(after),
            "request_id": request_id,
            **more,
        }
        self.entries.append(entry)
        if _is_app(actor):
            self.app_writes += 1
        self._state.put("ledger", str(entry["seq"]), entry)
        return entry

    def select(
        self,
        *,
        since: int = 0,
        type: str | None = None,
        writes_by: str | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Entries after number ``since``, optionally of one type or one kind of writer.

        ``writes_by`` is ``app`` (apps and static tokens), ``person``, ``system``, or one actor.
        """
        found = [
            entry
            for entry in self.entries[max(since, 0) :]
            if (type is None or entry["type"] == type) and _written_by(entry["actor"], writes_by)
        ]
        return found if limit is None else found[:limit]

    def summary(self) -> dict[str, Any]:
        """Counts by writer, action and type."""
        counts = Counter((e["actor"], e["action"], e["type"]) for e in self.entries)
        return {
            "last_seq": len(self.entries),
            "app_writes": self.app_writes,
            "counts": [
                {"actor": actor, "action": action, "type": kind, "count": count}
                for (actor, action, kind), count in sorted(counts.items())
            ],
        }

    def clear(self) -> None:
        """Start an empty ledger (only a reset does this)."""
        self.entries = []
        self.app_writes = 0


def _is_app(actor: str) -> bool:
    return actor == TOKEN or actor.startswith("app:")


def _written_by(actor: str, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return _is_app(actor) if wanted == "app" else actor == wanted
