"""One scenario: a seed becomes accounts, settings, people, faults, runs; then peace, then a check.

The product's services, models and connectors run unchanged; only the doors of ``Env`` are others.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from django.db import OperationalError, connection
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.common.faults import ConnectionCut
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from syncapp.core.errors import SyncError
from syncapp.core.ports import AnswerLost, Env, HttpRequest, HttpResponse
from syncapp.models import AccountPair, Connection, Cursor, RecordLink, SyncRun
from syncapp.services import leases, runs
from syncapp.services.env import CRASH_POINTS
from syncapp.services.runs import Scope
from tests.simulation import logs, small
from tests.simulation.checker import check, end_state
from tests.simulation.clicks import Clicks
from tests.simulation.doors import Dead, Doors, EngineClock, Wire
from tests.simulation.faults import FaultPlan
from tests.simulation.fields import PATHS, TAG, H, Q
from tests.simulation.journal import Journal
from tests.simulation.outcome import Outcome
from tests.simulation.people import HubSpotPeople, QuickBooksPeople
from tests.simulation.steps import StepCheck
from tests.simulation.users import Users
from tests.simulation.zombie import Zombie
from tests.world import (
    HUBSPOT_URL,
    QUICKBOOKS_URL,
    START,
    CountedIds,
    Crash,
    InlinePool,
    World,
)

T = TypeVar("T")
R = TypeVar("R")
#: How time passes in the end: past leases, quiet times, pauses of an hour, tries after six hours.
PEACE = (400, 400, 400, 4_000, 400, 23_000, 400, 400, 23_000, 400, 400, 400)


class Simulation:
    """Two accounts, one sync, people, and what goes wrong."""

    #: Shorter windows of calls are not judged.
    shortest_window = 0.0

    def __init__(self, seed: int, *, log: Callable[[str], None] | None = None) -> None:
        self.seed = seed
        self.log = log
        self.outcome = Outcome(seed)
        self._trace = hashlib.blake2b(digest_size=16)
        self.timing = Random(f"timing:{seed}")
        self.config_random = Random(f"config:{seed}")
        self.plot = Random(f"plot:{seed}")
        self.clock = SimClock.frozen(START)
        #: (when, until when HubSpot's changes had been read by then)
        self.readings: list[tuple[datetime, datetime]] = []
        self.depth = 0
        self.was_blocked = False
        self.people_act = False
        self._open_accounts()
        self.users = self._users(Random(f"users:{seed}"))
        self.fault_plan = FaultPlan(
            self, Random(f"faults:{seed}"), self.config_random.uniform(0.08, 0.25)
        )
        self.clicks = self._clicks(Random(f"clicks:{seed}"))
        self.zombie = Zombie(self)
        self.steps = StepCheck(self)

    def _users(self, random: Random) -> Users:
        return Users(self, random)

    def _clicks(self, random: Random) -> Clicks:
        return Clicks(self, random)

    def _journal(self) -> Journal:
        return Journal(self.hubspot_app, self.quickbooks_app)

    def _open_accounts(self) -> None:
        random = self.config_random
        lag = random.choice((0.0, 0.0, 3.0, 60.0, 240.0))
        self.hubspot_app = HubSpot(seed=None, clock=self.clock, search_lag=lag, limits="published")
        self.quickbooks_app = QuickBooks(seed=None, clock=self.clock, limits="published")
        forgets = random.random() < 0.5
        self.quickbooks_app.behaviour = self.quickbooks_app.behaviour.changed(
            {
                "requestid_seconds": 0 if forgets else random.choice((-1, 60)),
                "refresh_rotation": random.choice(("use", "daily", "never")),
                "refresh_grace_seconds": random.choice((0, 86_400)),
                "merged_loser": random.choice(("deleted", "inactive")),
                "nested_update": random.choice(("replace", "merge")),
                "unchanged_write": random.choice(("keep", "raise")),
                "reactivation_strips_suffix": random.choice((False, True)),
            }
        )
        if forgets:
            self.count("requestid_forgotten")
        self.hubspot = HubSpotPeople(self.hubspot_app)
        self.quickbooks = QuickBooksPeople(self.quickbooks_app)
        self.journal = self._journal()
        self._clients = {H: Client(self.hubspot_app), Q: Client(self.quickbooks_app)}
        for side in (H, Q):
            self._watch_late_commits(side)
        self.doors = Doors(self)
        self.engine_clock = EngineClock(self.clock)
        self.env = Env(
            clock=self.engine_clock,
            random=Random(f"jitter:{self.seed}"),
            ids=CountedIds(),
            http=Wire(self),
            pool=InlinePool(),
            crash=self.doors,
        )

    def _watch_late_commits(self, side: str) -> None:
        """Let the journal know which writes were carried out late."""
        app = self.app(side)
        carry_out = app.run_late_commits

        def watched() -> None:
            if app._late:
                self.absorb()
                carry_out()
                self.absorb(late=True)

        app.run_late_commits = watched  # type: ignore[method-assign]

    # -- what the parts ask for

    def app(self, side: str) -> Any:
        return self.hubspot_app if side == H else self.quickbooks_app

    def people(self, side: str) -> Any:
        return self.hubspot if side == H else self.quickbooks

    def count(self, kind: str) -> None:
        self.outcome.faults[kind] += 1

    def tell(self, *what: object) -> None:
        """Add to the trace; two runs of a seed must tell the same."""
        line = repr(what)
        self._trace.update(line.encode())
        if self.log is not None:
            self.log(f"{self.clock.now():%d %H:%M:%S} {self.journal.n:4} {line[:1500]}")

    def violation(self, text: str) -> None:
        self.outcome.violations.append(text)
        self.tell("VIOLATION", text)

    def absorb(self, *, late: bool = False) -> None:
        for write in self.journal.absorb(late=late):
            if self.log is not None:
                self.tell(write.by, write.action, write.side, write.id, dict(write.values))
            self.steps.look_at(write)

    def deliver(self, request: HttpRequest, side: str) -> HttpResponse:
        """Hand a request to the simulator it is for."""
        base = HUBSPOT_URL if side == H else QUICKBOOKS_URL
        try:
            answer = self._clients[side].open(
                request.url.removeprefix(base),
                base_url=base,
                method=request.method,
                headers=dict(request.headers),
                data=request.body or None,
            )
            body = answer.get_data()
        except ConnectionCut as cut:
            raise AnswerLost("the connection was cut") from cut
        finally:
            self.absorb()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if int(headers.get("content-length", len(body))) > len(body):
            raise AnswerLost("the answer ended early")  # as the real client reports it
        return HttpResponse(answer.status_code, headers, body)

    def between_calls(self) -> None:
        """People may do something between any two calls of the engine."""
        if not self.people_act or self.depth > 1:
            return
        if self.plot.random() < 0.32:
            for _ in range(self.plot.choice((1, 1, 2))):
                self.user_acts()
        if self.depth == 1 and not self.zombie.is_one and self.plot.random() < 0.006:
            self.clicks.act()

    def user_acts(self) -> None:
        self.clock.advance(self.timing.uniform(0.005, 2.0))
        self.users.act()
        self.absorb()

    def stand_in(self) -> None:
        """Another worker takes over while the first one stands still in the middle of a call."""
        self.zombie.is_one = True
        self.clock.advance(310)
        with self._peace_from_faults():
            self.run(die=None)
        self.zombie.note()

    @contextlib.contextmanager
    def _peace_from_faults(self) -> Iterator[None]:
        on, self.fault_plan.on = self.fault_plan.on, False
        die, self.doors.die_at = self.doors.die_at, None
        lose, self.doors.lose_database_at = self.doors.lose_database_at, None
        try:
            yield
        finally:
            self.fault_plan.on, self.doors.die_at, self.doors.lose_database_at = on, die, lose

    # -- the story

    def play(self) -> Outcome:
        """Play the scenario to its end and check it."""
        with (
            small.pages(self.config_random) as self.is_capped,
            small.slices(self.config_random),
            logs.kept() as self.logged,
        ):
            try:
                self._play()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                import traceback

                self.violation(f"crashed: {type(error).__name__}: {error}")
                if self.log is not None:
                    self.log(traceback.format_exc())
        self.outcome.edits = self.users.edits
        self.outcome.hours = (self.clock.now() - START).total_seconds() / 3600
        self.outcome.trace = self._trace.hexdigest()
        return self.outcome

    def _play(self) -> None:
        with connection.execute_wrapper(self.doors.on_query):
            self.pair = self._connect()
            self.definition = self.clicks.set_up()
            self.users.populate()
            self.absorb()
            self.populated_at = self.journal.n
            self._trouble()
            self._peace()
        check(self)

    def end_state(self, *, swept: bool) -> Iterator[str]:
        """What does not hold in the end."""
        return end_state(self, swept=swept)

    def _connect(self) -> AccountPair:
        world = World.__new__(World)
        world.env = self.env
        world.http = type("Doors", (), {})()  # type: ignore[assignment]
        world.http.apps = {HUBSPOT_URL: self._clients[H], QUICKBOOKS_URL: self._clients[Q]}
        self._world = world
        return world._connect()

    def _trouble(self) -> None:
        plot = self.plot
        drifts = plot.random() < 0.4
        if drifts:
            self._drift()
        for _ in range(plot.randint(5, 8)):
            for _ in range(plot.randint(1, 5)):
                self.user_acts()
            self.clock.advance(plot.choice((5, 20, 65, 135, 310, 400, 900, 4_000, 30_000)))
            if plot.random() < 0.12:
                self.clicks.act()
            if drifts and plot.random() < 0.2:
                self._drift()
            if plot.random() < 0.1:
                self.fault_plan.poison()
            self._search_lag()
            self._mend_connections(0.5)
            self.fault_plan.on = self.people_act = True
            self._run_in_trouble()
            self.fault_plan.on = self.people_act = False

    def _run_in_trouble(self) -> None:
        plot = self.plot
        die = None
        if plot.random() < 0.35:
            points = [p for p in CRASH_POINTS for _ in range(4 if p in _RARE else 1)]
            die = (plot.choice(points), plot.choice((1, 1, 1, 2, 3)))
        if plot.random() < 0.06:
            self.doors.lose_database_at = self.doors.queries + plot.randint(1, 150)
        force, sliced = plot.random() < 0.6, plot.random() < 0.5
        self.run(die=die, force=force, sliced=sliced, full=plot.random() < 0.05)
        self.doors.lose_database_at = None
        read = Cursor.objects.filter(side=H, stream="contacts").values_list("position", flat=True)
        self.readings += [(self.clock.now(), position) for position in read if position]

    def run(
        self,
        *,
        die: tuple[str, int] | None,
        force: bool = True,
        sliced: bool = False,
        full: bool = False,
    ) -> SyncRun | None:
        """One run of the engine; None when it could not begin or did not end."""
        doors = self.doors
        doors.passed.clear()
        doors.die_at = die
        doors.dead = False
        self.depth += 1
        if self.depth == 1:
            self.zombie.begin()
            self.fault_plan.begin_run()
        try:
            lease = leases.take(self.pair.pk, env=self.env)
            if lease is None:
                return None
            run = runs.run_pair(
                lease,
                env=self.env,
                trigger="schedule",
                scope=Scope(force=force, full=full, sliced=sliced),
            )
            leases.release(lease)
        except (Crash, Dead):
            doors.dead = False
            return None
        except OperationalError:
            return None  # the lease stays behind, as it would
        finally:
            self.depth -= 1
            doors.die_at = None
            if self.depth == 0:
                self.zombie.end()
        self.tell("run", run.state, run.detail, run.counters)
        if run.state not in {"finished", "ended_early"}:
            self.violation(f"a run is {run.state}")
        return run

    def _peace(self) -> None:
        """No more faults, clicks or edits: after some rounds nothing moves any more (I3)."""
        self.fault_plan.heal()
        self.hubspot_app.faults.clear()
        self.clicks.end_in_peace()
        self.absorb()
        quiet = 0
        for number, seconds in enumerate(PEACE):
            self.clock.advance(seconds + (90_000 if self.was_blocked and number == 3 else 0))
            self._mend_connections(1.0)
            if not self.clicks.all_on:  # a side could not be reached when it was switched on
                self.clicks.end_in_peace()
            before = (self.hubspot_app.ledger.app_writes, self.quickbooks_app.ledger.app_writes)
            run = self.run(die=None)
            after = (self.hubspot_app.ledger.app_writes, self.quickbooks_app.ledger.app_writes)
            still = run is not None and run.state == "finished" and before == after
            quiet = quiet + 1 if still and not self._is_waiting() else 0
            if quiet >= 2 and number >= 3:
                break
        else:
            detail = f"{run.state}: {run.detail}" if run else "no lease"
            self.violation(f"I3 no quiescence after {len(PEACE)} rounds ({detail})")

    def is_unknown(self, customer: str) -> bool:
        """Whether the engine does not know (yet) that it made this customer."""
        from syncapp.models import PendingWrite

        tag = self.quickbooks.values(customer)[TAG]
        found = PendingWrite.objects.filter(
            state__in=PendingWrite.OPEN, op="create", side=Q
        ).values_list("payload", flat=True)
        return any(payload.get(PATHS[TAG]) == tag for payload in found)

    def _is_waiting(self) -> bool:
        from syncapp.models import PendingWrite

        return (
            PendingWrite.objects.filter(state__in=PendingWrite.OPEN).exists()
            or RecordLink.objects.filter(state="waiting").exists()
        )

    def sweep(self) -> None:
        """List both sides anew, and work until nothing moves."""
        for _ in range(4):
            self.clock.advance(400)
            before = (self.hubspot_app.ledger.app_writes, self.quickbooks_app.ledger.app_writes)
            with connection.execute_wrapper(self.doors.on_query):
                self.run(die=None, full=True)
            after = (self.hubspot_app.ledger.app_writes, self.quickbooks_app.ledger.app_writes)
            if before == after and not self._is_waiting():
                return

    # -- what goes wrong around the calls

    def _drift(self) -> None:
        """Our clock is set anew, up to ten minutes off."""
        self.engine_clock.drift = timedelta(seconds=self.plot.uniform(-600, 600))
        self.clock.advance(90)  # no limit's window spans the step
        self.count("clock_drift")

    def _search_lag(self) -> None:
        self.hubspot_app.faults.clear()
        if self.plot.random() < 0.12:
            seconds = self.plot.choice((20, 120, 280))
            self.hubspot_app.faults.arm({"kind": "search_lag", "seconds": seconds})
            self.count("search_lag")

    def _mend_connections(self, chance: float) -> None:
        """Somebody presses Reconnect where it is needed."""
        for row in Connection.objects.exclude(status=Connection.Status.CONNECTED):
            if self.plot.random() < chance:
                with contextlib.suppress(SyncError):
                    self._world.consent(row)
        self.pair.refresh_from_db()

    def reconnect(self) -> None:
        """Somebody goes through both consents anew."""
        for row in Connection.objects.all():
            with contextlib.suppress(SyncError):
                self._world.consent(row)
        self.pair.refresh_from_db()


_RARE = ("token_received", "looked_up")


def play(
    seed: int, *, objects: str = "contacts", log: Callable[[str], None] | None = None
) -> Outcome:
    """Play one scenario in the database of this process, which is emptied first.

    Args:
        seed: Which one.
        objects: "contacts", or "documents": products, invoices and payments with them.
        log: Told each line of the story.
    """
    from tests.simulation.database import wipe
    from tests.simulation.documents.scenario import DocumentSimulation

    wipe()
    kind = DocumentSimulation if objects == "documents" else Simulation
    return kind(seed, log=log).play()
