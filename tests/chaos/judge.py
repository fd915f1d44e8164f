"""Says what a round came to, from the vendors' own files, by the simulation's checker.

Both simulators are loaded from what they stored, their ledgers are read as one story in the order
of time, and every write of ours in it is looked at as in the simulation. Then the end state is
written down without ids and times, so that it can be held against an undisturbed round's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulators.common.state import State
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from syncapp.models import RecordLink, SyncDefinition
from tests.acceptance.harness import REALM
from tests.chaos.crowd import Crowd
from tests.simulation import checker
from tests.simulation.clicks import Settings
from tests.simulation.fields import PATHS, SIDES, H, Q
from tests.simulation.journal import APP, Journal
from tests.simulation.outcome import Outcome
from tests.simulation.people import HubSpotPeople, QuickBooksPeople
from tests.simulation.steps import StepCheck

#: Everything syncs both ways, QuickBooks wins, nothing is left out.
SETTINGS = Settings(direction="both", winner=Q, mappings=dict.fromkeys(PATHS, "both"))


class _Clicks:
    """Nobody clicks during a round."""

    now = SETTINGS

    def at(self, n: int) -> Settings:
        return SETTINGS

    def is_left_out(self, side: str, record_id: str, n: int) -> bool:
        return False


@dataclass
class Verdict:
    """What a round left behind."""

    violations: list[str]
    state: dict[str, Any]
    app_writes: int
    log: list[str] = field(default_factory=list)


class Story:
    """A round that is over, in the shape the simulation's checker looks at."""

    is_capped = False

    def __init__(self, folder: Path, logged: list[str]) -> None:
        self.hubspot_app = HubSpot(seed=None, state=State(folder / f"{H}.state"))
        self.quickbooks_app = QuickBooks(seed=None, state=State(folder / f"{Q}.state"), realm=REALM)
        self.hubspot = HubSpotPeople(self.hubspot_app)
        self.quickbooks = QuickBooksPeople(self.quickbooks_app)
        self.journal = Journal(self.hubspot_app, self.quickbooks_app)
        self.clicks = _Clicks()
        self.definition = SyncDefinition.objects.get(deleted_at=None)
        self.outcome = Outcome(0)
        self.logged = logged
        self.populated_at = 0

    def app(self, side: str) -> Any:
        return self.hubspot_app if side == H else self.quickbooks_app

    def people(self, side: str) -> Any:
        return self.hubspot if side == H else self.quickbooks

    def violation(self, text: str) -> None:
        self.outcome.violations.append(text)

    def read(self) -> None:
        """Go through both ledgers in the order of time."""
        steps = StepCheck(self)  # type: ignore[arg-type]
        types = {H: "contacts", Q: "Customer"}
        entries = [
            (entry["at"], entry["seq"], side, entry)
            for side in SIDES
            for entry in self.app(side).ledger.entries
            if entry["type"] == types[side]
        ]
        begun = False
        for _, _, side, entry in sorted(entries, key=lambda e: e[:3]):
            write = self.journal._take(side, entry, late=False)
            begun = begun or write.by == APP
            if not begun:
                self.populated_at = write.n
            steps.look_at(write)


def judge(folder: Path, crowd: Crowd, logged: list[str]) -> Verdict:
    """Check a round whose simulators have been stopped."""
    story = Story(folder, logged)
    story.read()
    found = [
        *checker._limits(story),  # type: ignore[arg-type]
        *checker._secrets(story),  # type: ignore[arg-type]
        *checker.end_state(story, swept=True),  # type: ignore[arg-type]
        *_surplus(story, crowd),
    ]
    state = _state(story, crowd)
    for email, values in crowd.expected().items():
        for side in SIDES:
            held = state[side].get(email)
            if held is None or {name: held[name] for name in PATHS} != values:
                found.append(f"I8 {side} {email} should be {values} and is {held}")
    writes = sum(story.app(side).ledger.app_writes for side in SIDES)
    verdict = Verdict([*story.outcome.violations, *found], state, writes)
    for side in SIDES:
        story.app(side).state.close()
    return verdict


def _surplus(story: Story, crowd: Crowd) -> Iterator[str]:
    """Each person once on each side, each missing record made once, by exactly one create."""
    everybody = Counter(person.email for person in crowd.everybody())
    for side in SIDES:
        people = story.people(side)
        held = Counter(people.values(record)["email"] for record in people.living())
        if held != everybody:
            yield f"I1 {side} has too many {held - everybody} or too few {everybody - held}"
        made = [
            w.id for w in story.journal.writes if (w.side, w.by, w.action) == (side, APP, "create")
        ]
        if len(made) != crowd.creates(side) or len(set(made)) != len(made):
            yield f"I1 {side}: {len(made)} creates of ours where {crowd.creates(side)} were needed"


def _state(story: Story, crowd: Crowd) -> dict[str, Any]:
    """Both sides by e-mail address, and our records; contested people are only there."""
    contested = {person.email for person in crowd.everybody() if person.contested}
    shown: dict[str, Any] = {}
    emails: dict[tuple[str, str], str] = {}
    for side in SIDES:
        people = story.people(side)
        shown[side] = {}
        for record in people.living():
            values = people.values(record)
            emails[side, record] = values["email"]
            if side == Q:
                values["DisplayName"] = people.name(record)
            kept = {} if values["email"] in contested else values
            shown[side][values["email"]] = kept
    shown["records"] = sorted(
        (
            emails.get((H, str(link.hubspot_id)), ""),
            emails.get((Q, str(link.quickbooks_id)), ""),
            *(() if emails.get((H, str(link.hubspot_id))) in contested
              else (link.state, link.code, link.origin)),
        )
        for link in RecordLink.objects.all()
    )  # fmt: skip
    shown["creates"] = {
        side: sum((w.side, w.by, w.action) == (side, APP, "create") for w in story.journal.writes)
        for side in SIDES
    }
    return shown
