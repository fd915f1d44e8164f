"""One story per row: a contact is written, the vendor says this, and then time goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection, SyncRun
from tests.connectors.rows.cases import Case
from tests.connectors.rows.conftest import ServedWorld, Told

#: How a person is written on each side: (created with, updated with).
WRITES = {
    Side.QUICKBOOKS: {"create": "/customer", "update": "/customer"},
    Side.HUBSPOT: {"create": "/contacts/batch/create", "update": "/contacts/batch/update"},
}
HOURS_7 = 7 * 3600


@dataclass
class Story:
    """A write of one person to a side, and what the vendor says to it."""

    world: ServedWorld
    side: Side
    case: Case
    tries: int = 0
    writes: int = 0

    def begin(self, *, times: int | None = 0) -> Told:
        """Make the record, have the vendor say it, and run the sync.

        Args:
            times: How often it says so, None for from now on; the case's own number if left out.
        """
        person = self._person()
        self.world.sync()
        if self.case.op == "update":
            assert self.world.command().exit_code == 0
            self.world.clock.advance(3600)
            self._edit(person)
        self.tries, self.writes = self._tries(), self.world.written(self.side)
        self.world.inject(
            self.side, f"{self._path}$", "POST", status=self.case.status, body=self.case.body,
            headers=dict(self.case.headers), times=self.case.times if times == 0 else times,
        )  # fmt: skip
        return self.world.command()

    def check(self, told: Told) -> None:
        """What is stored, said and written right afterwards."""
        case, link = self.case, self.world.only_link()
        assert (link.state, link.code) == (case.state, case.code)
        assert (self.tried(), self.written()) == {
            "refused": (1, 0),
            "ended": (case.times, 0),
            "unknown": (1, 0),
            "again": (2, 1),
        }[case.outcome]
        if case.outcome == "ended":
            assert (told.exit_code, told.complaint) == (1, case.sentence)
            assert told.run.state == SyncRun.State.ENDED_EARLY
            self._check_pair()
            return
        assert (told.exit_code, told.complaint) == (0, "")
        assert told.report["failing"] == (1 if case.outcome == "refused" else 0)
        if case.outcome == "refused":
            assert link.explanation == case.sentence
            assert link.remedy
            hours = None if case.hours is None else timedelta(hours=case.hours)
            assert self.world.next_try() == hours
        if case.outcome == "unknown":
            (write,) = told.report["open_writes"]
            assert (write["side"], write["operation"]) == (self.side.value, case.op)
            assert link.explanation.startswith(f"{self.side.label} did not confirm the last write.")

    def go_on(self) -> None:
        """Once the vendor has come to itself, the record arrives once, or is left alone."""
        case, world = self.case, self.world
        if case.reconnect:
            world.clock.advance(HOURS_7)
            assert world.command().exit_code == 1
            assert (self.tried(), self.written()) == (case.times, 0)
            return
        if case.outcome == "refused" and case.hours:
            world.clock.advance(case.hours * 3600 - 60)
            world.command()
            assert (self.tried(), self.written()) == (1, 0)
        world.clock.advance(
            HOURS_7 if case.outcome == "refused" else max(400, case.pause, case.lasts)
        )
        assert world.command().exit_code == 0
        if case.outcome == "refused" and not case.hours:
            assert (self.tried(), self.written()) == (1, 0)
            assert world.only_link().code == case.code
            return
        assert self.written() == 1
        assert world.only_link().state == "in_sync"

    def tried(self) -> int:
        return self._tries() - self.tries

    def written(self) -> int:
        return self.world.written(self.side) - self.writes

    def _tries(self) -> int:
        return self.world.count(f"POST {self._path}")

    @property
    def _path(self) -> str:
        return WRITES[self.side][self.case.op]

    def _person(self) -> str:
        if self.side is Side.QUICKBOOKS:
            return self.world.hubspot.add(
                email="ann@example.com", firstname="Ann", lastname="Lee", phone="555 0100"
            )
        return self.world.quickbooks.add(
            "Ann Lee", "ann@example.com", GivenName="Ann", FamilyName="Lee"
        )

    def _edit(self, person: str) -> None:
        if self.side is Side.QUICKBOOKS:
            self.world.hubspot.edit(person, firstname="Anna")
        else:
            self.world.quickbooks.edit(person, GivenName="Anna")

    def _check_pair(self) -> None:
        """Whether a person is asked, and when the pair is due again: never at once."""
        pair = AccountPair.objects.get()
        rows = {row.side: row for row in Connection.objects.all()}
        mine, other = rows[self.side.value], rows[self.side.other.value]
        assert other.status == Connection.Status.CONNECTED
        assert pair.next_due_at is not None
        pause = pair.next_due_at - self.world.env.clock.now()
        if self.case.reconnect:
            assert (mine.status, mine.status_detail) == ("reconnect", self.case.sentence)
            assert (pair.state, pair.state_detail) == ("broken", self.case.sentence)
            assert pause >= timedelta(seconds=self.case.pause)
        else:
            assert (mine.status, pair.state) == (Connection.Status.CONNECTED, "active")
            assert pause == timedelta(seconds=self.case.pause)
