"""The doors of ``Env`` in a scenario: the engine's clock, crash points, the way to the vendors."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import OperationalError

from syncapp.core.ports import AnswerLost, HttpRequest, HttpResponse
from tests.simulation.fields import H, Q
from tests.world import HUBSPOT_URL, Crash, WorldClock

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation


class EngineClock(WorldClock):
    """The engine's clock drifts; the database's, by which leases are kept, does not."""

    def lease_now(self) -> datetime:
        return self.clock.now()


class Dead(BaseException):
    """The process is dead: whatever its code still wants to do does not happen."""


class Doors:
    """The crash points, and the end of the process: after a crash no door opens any more."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.die_at: tuple[str, int] | None = None
        self.lose_database_at: int | None = None
        self.dead = False
        self.passed: Counter[str] = Counter()
        self.queries = 0

    def __call__(self, name: str) -> None:
        self.passed[name] += 1
        self.sim.tell("pass", name)
        if name == "intents_saved":
            self.sim.journal.planned_at = self.sim.journal.tick()
        if self.die_at == (name, self.passed[name]):
            self.dead = True
            self.sim.outcome.crashed_at[name] += 1
            self.sim.count("crash")
            raise Crash(name)

    def on_query(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Wraps each statement of the engine's."""
        if self.dead:
            raise Dead
        self.queries += 1
        if self.lose_database_at is not None and self.queries == self.lose_database_at:
            self.sim.count("database_lost")
            raise OperationalError("the connection to the database was lost")
        return execute(sql, params, many, context)


class Wire:
    """The HTTP door: people act and faults strike between any two calls of the engine."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim

    def send(self, request: HttpRequest) -> HttpResponse:
        sim = self.sim
        side = H if request.url.startswith(HUBSPOT_URL) else Q
        sim.clock.advance(sim.timing.uniform(0.02, 0.3))
        sim.between_calls()
        sim.outcome.calls += 1
        try:
            answer = sim.fault_plan.send(request, side)
        except AnswerLost as lost:
            sim.tell("lost", str(lost))
            raise
        sim.tell(request.method, request.url, request.body, answer.status, answer.body)
        return answer
