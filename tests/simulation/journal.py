"""What was written where, in one order over both sides: both ledgers, read as they grow.

Knows writes; decides nothing. ``n`` counts everything that happens in a scenario.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from tests.simulation.fields import TAG, H, Q, from_hubspot, from_quickbooks

PERSON, APP = "person", "app"
#: A request is carried out at most so long after it was sent.
LATEST = timedelta(seconds=130)
_TYPES = {H: "contacts", Q: "Customer"}


@dataclass(frozen=True)
class Write:
    """One write to one record.

    Attributes:
        values: The fields it set, in comparable form.
        raw: The vendor's own values, as the ledger has them.
        before: What the fields held.
        late: A request that was carried out after its connection was cut.
        planned_at: ``n`` of the last intents that were saved before an app's write; of a late
            one, when it was sent.
    """

    n: int
    at: datetime
    side: str
    id: str
    by: str
    action: str
    values: Mapping[str, str]
    raw: Mapping[str, Any]
    before: Mapping[str, str]
    late: bool = False
    planned_at: int = 0
    absorbed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One value a field took."""

    n: int
    value: str
    by: str
    action: str
    at: datetime


@dataclass
class Journal:
    """All writes so far, and what each field of each record held when."""

    hubspot: HubSpot
    quickbooks: QuickBooks
    n: int = 0
    planned_at: int = 0
    writes: list[Write] = field(default_factory=list)
    fields: dict[tuple[str, str], dict[str, list[Step]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    #: (field, value) -> n of its first appearance anywhere
    first: dict[tuple[str, str], int] = field(default_factory=dict)
    #: HubSpot record -> the records that were merged into it
    merged: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _late: list[tuple[str, datetime, int]] = field(default_factory=list)
    _read: dict[str, int] = field(default_factory=lambda: {H: 0, Q: 0})

    def tick(self) -> int:
        """A number for something that happens now."""
        self.n += 1
        return self.n

    def sent_late(self, side: str, at: datetime) -> None:
        """Note that a request was sent now that will be carried out later."""
        self._late.append((side, at, self.n))

    def absorb(self, *, late: bool = False) -> list[Write]:
        """Take in what the ledgers have gained; returns the new writes to contacts or customers."""
        news = []
        for side, app in ((H, self.hubspot), (Q, self.quickbooks)):
            entries = app.ledger.entries
            start = self._read[side]
            if len(entries) == start:
                continue
            self._read[side] = len(entries)
            for entry in entries[start:]:
                if entry["type"] == _TYPES[side]:
                    news.append(self._take(side, entry, late=late))
        return news

    def _take(self, side: str, entry: Mapping[str, Any], *, late: bool) -> Write:
        raw = entry["after"] or {}
        read = from_hubspot if side == H else from_quickbooks
        values = read(raw)
        steps = self.fields[side, entry["id"]]
        before = {name: steps[name][-1].value if steps[name] else "" for name in values}
        by = APP if entry["actor"].startswith("app:") else PERSON
        absorbed = ()
        if entry["action"] == "merge" and side == H:
            asked = entry["before"]
            absorbed = (asked["primaryObjectId"], asked["objectIdToMerge"])
            self.merged[entry["id"]] = absorbed
        write = Write(
            n=self.tick(),
            at=datetime.fromisoformat(entry["at"]),
            side=side,
            id=entry["id"],
            by=by,
            action=entry["action"],
            values=values,
            raw=raw,
            before=before,
            late=late,
            planned_at=self._sent_at(side, entry["at"]) if late else self.planned_at,
            absorbed=absorbed,
        )
        for name, value in values.items():
            steps[name].append(Step(write.n, value, by, write.action, write.at))
            self.first.setdefault((name, value), write.n)
        self.writes.append(write)
        return write

    def _sent_at(self, side: str, at: str) -> int:
        """``n`` when a request was sent that was carried out now: the earliest it can have been."""
        earliest = datetime.fromisoformat(at) - LATEST
        return min(n for s, sent, n in self._late if s == side and sent >= earliest)

    def now(self, side: str, record_id: str) -> dict[str, str]:
        """What a record's fields hold, as far as the ledger tells."""
        return {n: steps[-1].value for n, steps in self.fields[side, record_id].items() if steps}

    def history(self, side: str, record_id: str, name: str) -> list[Step]:
        """What a field held, also while the record was another one, before a merge."""
        former = self.merged.get(record_id, ()) if side == H else ()
        steps = [step for one in former for step in self.history(side, one, name)]
        return sorted([*steps, *self.fields[side, record_id][name]], key=lambda s: s.n)

    def held_since(self, side: str, record_id: str, name: str, since: datetime) -> set[str]:
        """Every value a field held at a moment or after it."""
        steps = self.history(side, record_id, name)
        before = [step.value for step in steps if step.at <= since]
        held = {*before[-1:], *(step.value for step in steps if step.at > since)}
        was_empty = not before and (not steps or steps[0].action != "create")
        return held | {""} if was_empty else held

    def left_at(self, record_id: str) -> datetime:
        """When a contact was archived, or merged into another one, the last time."""
        return max(
            write.at
            for write in self.writes
            if write.side == H
            and (record_id in write.absorbed or (write.id, write.action) == (record_id, "archive"))
        )

    def tags(self, side: str, record_id: str, *, until: int) -> set[str]:
        """Every person a record ever stood for, until then."""
        steps = self.fields[side, record_id][TAG]
        return {step.value for step in steps if step.value and step.n <= until}

    def ids(self, side: str) -> list[str]:
        """Every record of a side that was ever written."""
        return [record_id for s, record_id in self.fields if s == side]
