"""A worker that lost its lease while it stood still must not change anything (I9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncapp.models import Cursor, PendingWrite, RecordLink, RecordLogEntry, SyncDefinition

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation


class Zombie:
    """Compares our tables right after another worker took over with what the first one leaves."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim
        self.is_one = False
        self._noted: Any = None

    def begin(self) -> None:
        self.is_one = False
        self._noted = None

    def note(self) -> None:
        self._noted = self._tables()

    def end(self) -> None:
        if self._noted is not None and self._noted != self._tables():
            self._sim.violation("I9 a worker without a lease changed the tables")
        self._noted = None

    @staticmethod
    def _tables() -> Any:
        return (
            list(RecordLink.objects.order_by("pk").values()),
            list(PendingWrite.objects.order_by("pk").values()),
            list(RecordLogEntry.objects.order_by("pk").values_list("pk")),
            list(Cursor.objects.order_by("pk").values()),
            list(
                SyncDefinition.objects.values("hubspot_complete", "quickbooks_complete", "enabled")
            ),
        )
