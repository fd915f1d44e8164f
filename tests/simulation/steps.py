"""What must hold after every single write of ours: I1, I6, I7 and I11."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulation.fields import TAG, H, other
from tests.simulation.journal import APP, Write
from tests.world import START

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation

#: How old the view of a record may be when it is written: a run reads before it writes.
VIEW = timedelta(minutes=30)


class StepCheck:
    """Looks at each write as soon as it is in the ledger."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim

    def look_at(self, write: Write) -> None:
        """Report what the write violates."""
        if write.by != APP:
            return
        if write.action not in {"create", "update"}:
            self._report("I6", write, f"our app did {write.action}")
            return
        if write.action == "create":
            self._check_single(write)
            self._check_twin(write)
        if not write.late:
            self._check_settings(write)
            self._check_left_out(write)
            self._check_emptied(write)

    def _report(self, rule: str, write: Write, text: str) -> None:
        what = {name: value for name, value in write.values.items() if value}
        self._sim.violation(f"{rule} {write.action} of {write.side} {write.id} {what}: {text}")

    def _check_emptied(self, write: Write) -> None:
        """An empty value never overwrites (S7): nobody in a scenario opts in to clearing."""
        for name, value in write.values.items():
            if not value and write.before.get(name):
                self._report("I2", write, f"{name} was {write.before[name]!r} and is empty now")

    # -- I1, I11

    def _check_single(self, write: Write) -> None:
        """No record stands for a person whom another one there stands, or stood, for."""
        tag = write.values.get(TAG)
        if not tag:
            return
        journal = self._sim.journal
        for record in journal.ids(write.side):
            # A late one was sent before: who came to bear the tag since could not be known.
            until = write.planned_at if write.late else write.n
            if record == write.id or tag not in journal.tags(write.side, record, until=until):
                continue
            gone = record not in self._sim.people(write.side).living()
            rule = "I11" if gone else "I1"
            self._report(rule, write, f"{tag} is {record} already")

    def _check_twin(self, write: Write) -> None:
        """No record is made beside one that had the same address all the time and is free.

        HubSpot's addresses are unique, so this concerns QuickBooks. Only the clear case: one
        contact and one customer ever had the address, and neither ever had another one.
        """
        email = write.values.get("email")
        if write.side == H or not email:
            return
        journal = self._sim.journal
        holders = {
            side: [
                record
                for record in journal.ids(side)
                if (side, record) != (write.side, write.id)
                and any(s.value == email for s in journal.fields[side, record]["email"])
            ]
            for side in (write.side, other(write.side))
        }
        if any(len(found) != 1 for found in holders.values()):
            return
        twin = holders[write.side][0]
        if twin not in self._sim.people(write.side).living():
            return
        steps = journal.fields[write.side, twin]["email"]
        source = journal.fields[other(write.side), holders[other(write.side)][0]]["email"]
        # What was there before the first run must be listed before anything is made.
        is_old = write.at - steps[0].at > VIEW or steps[0].n <= self._sim.populated_at
        if (
            len(steps) == len(source) == 1
            and is_old
            and self._was_made_by_a_person(write.side, twin)
        ):
            self._report("I1", write, f"customer {twin} has had the address all the time")

    def _was_made_by_a_person(self, side: str, record: str) -> bool:
        first = next(w for w in self._sim.journal.writes if (w.side, w.id) == (side, record))
        return first.by != APP

    # -- I6, I7

    def _check_settings(self, write: Write) -> None:
        settings = self._sim.clicks.at(write.planned_at)
        if not settings.writes:
            self._report("I7", write, "the sync is off or paused")
            return
        if not settings.allows(write.side):
            self._report("I6", write, f"the direction is {settings.direction}")
            return
        for name, value in write.values.items():
            if value != write.before.get(name, "") and not settings.allows(write.side, name):
                self._report("I6", write, f"{name} is mapped {settings.mappings.get(name)!r}")
        self._check_filter(write)

    def _check_left_out(self, write: Write) -> None:
        """What a person left out is not written, nor anything made from it."""
        is_left_out = self._sim.clicks.is_left_out
        if write.action == "update":
            if is_left_out(write.side, write.id, write.planned_at):
                self._report("I6", write, "a person left it out")
            return
        source, tag = other(write.side), write.values.get(TAG)
        journal = self._sim.journal
        sources = [r for r in journal.ids(source) if tag and journal.now(source, r).get(TAG) == tag]
        if sources and all(is_left_out(source, r, write.planned_at) for r in sources):
            self._report("I6", write, "a person left its source out")

    def _check_filter(self, write: Write) -> None:
        journal = self._sim.journal
        source = other(write.side)
        settings = self._sim.clicks.at(write.planned_at)
        if source not in settings.filtered:
            return
        tag = write.values.get(TAG) or journal.now(write.side, write.id).get(TAG)
        sources = [r for r in journal.ids(source) if tag and journal.now(source, r).get(TAG) == tag]
        if sources and not any(self._passed(source, record, write) for record in sources):
            self._report("I6", write, "the filter leaves it out")

    def _passed(self, side: str, record: str, write: Write) -> bool:
        """Whether the record passed the filter at some moment of the view."""
        settings = self._sim.clicks.at(write.planned_at)
        # Nothing tells of an archived contact: what was seen of it may be any of its past.
        is_there = record in self._sim.people(side).living()
        since = write.at - VIEW if is_there else START
        steps = self._sim.journal.fields[side, record]["state"]
        if not steps:
            return settings.passes(side, "")
        before = [step.value for step in steps if step.at <= since]
        shown = [before[-1] if before else "", *(s.value for s in steps if s.at > since)]
        return any(settings.passes(side, value) for value in shown)
