"""Every write to a document, in one order over both sides, besides those to contacts.

Knows writes; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.common.ledger import PERSON as LEDGER_PERSON
from tests.simulation.fields import H, Q
from tests.simulation.journal import APP, PERSON, Journal, Write

SYSTEM = "system"
TYPES = {
    H: ("products", "invoices", "line_items", "commerce_payments", "notes", "associations"),
    Q: ("Item", "Invoice", "Payment"),
}


@dataclass(frozen=True)
class Entry:
    """One write to one document.

    Attributes:
        by: PERSON, APP, or SYSTEM for what a vendor computes in consequence.
        before: The fields that changed, as they were; None for a create.
        after: The fields that changed, as they are; of a create all of them.
        late: A request that was carried out after its connection was cut.
        planned_at: ``n`` of the last intents that were saved before an app's write.
    """

    n: int
    at: datetime
    side: str
    type: str
    id: str
    by: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    late: bool = False
    planned_at: int = 0

    @property
    def values(self) -> Mapping[str, Any]:
        """What it set, for the story."""
        return self.after


@dataclass
class DocumentJournal(Journal):
    """The journal of contacts, and of documents."""

    entries: list[Entry] = field(default_factory=list)
    #: (side, type, id) -> its entries
    of: dict[tuple[str, str, str], list[Entry]] = field(default_factory=dict)

    def absorb_all(self, *, late: bool = False) -> list[Write | Entry]:
        """Take in what the ledgers have gained; the new writes, documents' and contacts'."""
        news: list[Write | Entry] = []
        for side, app in ((H, self.hubspot), (Q, self.quickbooks)):
            told = app.ledger.entries
            start = self._read[side]
            self._read[side] = len(told)
            for entry in told[start:]:
                if entry["type"] == ("contacts" if side == H else "Customer"):
                    news.append(self._take(side, entry, late=late))
                elif entry["type"] in TYPES[side]:
                    news.append(self._keep(side, entry, late=late))
        return news

    def _keep(self, side: str, told: Mapping[str, Any], *, late: bool) -> Entry:
        actor = told["actor"]
        by = APP if actor.startswith("app:") else SYSTEM
        entry = Entry(
            n=self.tick(),
            at=datetime.fromisoformat(told["at"]),
            side=side,
            type=told["type"],
            id=told["id"],
            by=PERSON if actor == LEDGER_PERSON else by,
            action=told["action"],
            before=told["before"],
            after=_changed(told["before"], told["after"] or {}),
            late=late,
            planned_at=self._sent_at(side, told["at"]) if late else self.planned_at,
        )
        self.entries.append(entry)
        self.of.setdefault((side, entry.type, entry.id), []).append(entry)
        return entry

    def born(self, side: str, kind: str, record_id: str) -> str:
        """Who made a document: PERSON or APP; "" for one that nobody wrote."""
        found = self.of.get((side, kind, record_id))
        return found[0].by if found else ""

    def values_of(self, side: str, kind: str, record_id: str, name: str) -> list[tuple[int, Any]]:
        """``(n, value)`` of everything a field ever held."""
        entries = self.of.get((side, kind, record_id), ())
        return [(e.n, e.after[name]) for e in entries if name in e.after]

    def last_edit(self, side: str, kind: str, record_id: str, name: str) -> int:
        """``n`` of a person's last edit of a field; 0 for none."""
        entries = self.of.get((side, kind, record_id), ())
        return max((e.n for e in entries if name in e.after and e.by == PERSON), default=0)


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """What really changed: a renamed item or customer is no other line and no other customer."""
    if before is None:
        return dict(after)
    return {
        name: value
        for name, value in after.items()
        if name not in before or _unnamed(value) != _unnamed(before[name])
    }


def _unnamed(value: Any) -> Any:
    """A value without the names of what it refers to."""
    if isinstance(value, Mapping):
        is_reference = "value" in value
        return {k: _unnamed(v) for k, v in value.items() if not (is_reference and k == "name")}
    return [_unnamed(one) for one in value] if isinstance(value, list) else value
