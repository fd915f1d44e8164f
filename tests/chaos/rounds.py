"""The kinds of rounds: a hard exit at a crash point, SIGKILL, SIGSTOP, and what is taken away.

Each ends in quiescence and the judge, and is held against an undisturbed round of the same seed.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from random import Random
from typing import Any

from django.db import connection

from syncapp.models import AccountPair, PendingWrite, SyncRun
from syncapp.services.runs import CUT_SHORT
from tests.acceptance.harness import Simulator
from tests.chaos.crowd import Crowd
from tests.chaos.figures import Figures
from tests.chaos.judge import Verdict
from tests.chaos.stage import DATABASE, RoundFailed, Scene, Stage, in_transaction
from tests.simulation.fields import H, Q
from tests.simulation.zombie import Zombie

#: Calls that only we make: people edit one record at a time, under a token that never expires.
WRITES = {H: r"/contacts/batch/(create|update)$", Q: r"/batch$"}
CALLS = {H: r"/contacts/(search|batch/)", Q: r"/(cdc|query|batch)"}
KILLS = 4
CUTS = 8
FAST = 0.2  # how fast people work where only their number matters
#: A vendor far away: seconds per call, so that a random moment lies inside of one more often.
FAR = 0.03
FREEZE_TRIES = 25
CRASH_SECONDS = 60


class Rounds:
    """Plays rounds on one stage and adds up what came of them."""

    def __init__(
        self, stage: Stage, figures: Figures, crowds: int, say: Callable[[str], None]
    ) -> None:
        self.stage, self.figures, self._crowds, self._say = stage, figures, crowds, say
        self._undisturbed: dict[int, dict[str, Any]] = {}

    # -- one round

    def play(self, kind: str, seed: int, *more: Any) -> None:
        """Play one round, judge it, and hold it against the undisturbed one of its seed."""
        name = "-".join(map(str, (kind, seed, *more)))
        begun = time.monotonic()
        violations: list[str] = []
        story = {"crash": self._crash, "kill": self._kill, "freeze": self._freeze, "cut": self._cut}
        try:
            crowd = 1 + (seed - 1) % self._crowds
            expected = self._undisturbed_state(crowd)
            with self.stage.scene(name, Crowd(crowd)) as scene:
                story[kind](scene, Random(name), *more)
                violations = self._judged(scene, expected)
                self.figures.counts["deed"] += scene.hands.done
        except RoundFailed as failed:
            violations = [str(failed)]
        except Exception as error:  # noqa: BLE001 - one round's trouble must not cost the others
            violations = [f"the round broke off: {error!r}"]
        self.figures.rounds[kind] += 1
        if violations:
            self.figures.violations[name] = violations
        seconds = time.monotonic() - begun
        self._say(f"{self.figures.database} {name}: {len(violations)} violations, {seconds:.1f} s")
        for text in violations[:6]:
            self._say(f"  {text}")

    def _crash(self, scene: Scene, random: Random, point: str, nth: int) -> None:
        """A worker ends itself at the n-th pass of a point; two others go on."""
        for vendor in scene.vendors.values():
            _provoke(vendor)
        with scene.ticking():
            users = scene.hands.begin(scene.crowd.deeds)
            armed = scene.start_worker(crash_at=f"{point}:{nth}")
            # A token that expires twice in a row ends the run; somebody clicks "Sync now".
            scene.is_hurried = True
            scene.wait(lambda: not armed.is_alive(), f"{point}:{nth} is reached", CRASH_SECONDS)
            if armed.exitcode != 137:
                raise RoundFailed(f"I8 {point}:{nth} was not reached: {armed.exitcode}")
            scene.workers.remove(armed)
            self.figures.crashed_at[point] += 1
            self._restart(scene, 2)
            scene.settle(users)

    def _kill(self, scene: Scene, random: Random) -> None:
        """Two workers are killed again and again, 20 to 500 ms after one of them began to work."""
        _move_away(scene, FAR)
        with scene.ticking():
            users = scene.hands.begin(scene.crowd.deeds)
            for _ in range(2):
                scene.start_worker()
            for _ in range(KILLS):
                epoch = scene.pair().lease_epoch
                scene.wait(lambda e=epoch: scene.is_at_work(e), "a worker is at work", 30)
                time.sleep(random.uniform(0.02, 0.5))
                victims = random.sample(scene.workers, random.choice((1, 2)))
                scene.kill(*victims)
                self.figures.counts["kill"] += len(victims)
                self._restart(scene, len(victims))
            scene.settle(users)

    def _freeze(self, scene: Scene, random: Random) -> None:
        """A worker stands still past its lease, another one does the work, the first one wakes."""
        for side, vendor in scene.vendors.items():  # so that it is often met in a write
            match = {"method": "POST", "path": WRITES[side]}
            vendor.arm("slow", match=match, seconds=0.4, times=None)
        _move_away(scene, FAR)
        half = len(scene.crowd.deeds) // 2
        with scene.ticking():
            # People rest while it stands still: see docs/reliability.md, limits.
            users = scene.hands.begin(scene.crowd.deeds[:half], pace=FAST)
            users.join()
            frozen = scene.start_worker(threads=1)
            epoch = self._stop(scene, frozen.pid or 0, random)
            heir = scene.start_worker()
            scene.settle(users)
        scene.wait(lambda: not scene.is_at_work(), "the heir is at rest", 30)
        scene.kill(heir)
        self._wake(scene, frozen.pid or 0, epoch)
        with scene.ticking():
            self._restart(scene, 1)
            scene.settle(scene.hands.begin(scene.crowd.deeds[half:], pace=FAST))

    def _cut(self, scene: Scene, random: Random) -> None:
        """Connections to PostgreSQL are cut, Redis dies; on SQLite somebody holds the lock."""
        scene.is_hurried = True  # a run that lost its database pauses for a minute
        _move_away(scene, FAR)
        with scene.ticking():
            users = scene.hands.begin(scene.crowd.deeds)
            for _ in range(2):
                scene.start_worker()
            for number in range(CUTS):
                scene.wait(scene.is_at_work, "a worker is at work", 30)
                time.sleep(random.uniform(0.02, 0.5))
                self._take_away(random, is_redis=number == CUTS // 2)
            scene.settle(users)
            dead = [process.exitcode for process in scene.workers if not process.is_alive()]
            if dead:
                raise RoundFailed(f"a worker ended by itself: {dead}")

    # -- what they share

    def _judged(self, scene: Scene, expected: dict[str, Any] | None) -> list[str]:
        verdict: Verdict = scene.verdict()
        self.figures.counts["write"] += verdict.app_writes
        self.figures.counts["cut short"] += SyncRun.objects.filter(detail=CUT_SHORT).count()
        found = verdict.violations
        for part, held in verdict.state.items():
            if expected is not None and held != expected[part]:
                found.append(
                    f"I8 {part} is not as undisturbed: {_difference(held, expected[part])}"
                )
        return found

    def _undisturbed_state(self, seed: int) -> dict[str, Any]:
        """What a round of this seed leaves behind when nothing happens to it."""
        if seed not in self._undisturbed:
            with self.stage.scene(f"undisturbed-{seed}", Crowd(seed)) as scene:
                with scene.ticking():
                    users = scene.hands.begin(scene.crowd.deeds, pace=FAST)
                    for _ in range(2):
                        scene.start_worker()
                    scene.settle(users)
                verdict = scene.verdict()
            if verdict.violations:
                raise RoundFailed(f"undisturbed: {verdict.violations}")
            self._undisturbed[seed] = verdict.state
            self.figures.rounds["undisturbed"] += 1
        return self._undisturbed[seed]

    def _restart(self, scene: Scene, count: int) -> None:
        for _ in range(count):
            scene.start_worker()
        self.figures.counts["restart"] += count

    def _stop(self, scene: Scene, pid: int, random: Random) -> int:
        """SIGSTOP it in the middle of a run, outside of a transaction; the lease's number."""
        for _ in range(FREEZE_TRIES):
            scene.wait(scene.is_at_work, "the worker is at work", 30)
            time.sleep(random.uniform(0.02, 0.5))
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.02)
            if in_transaction(self.stage):
                self.figures.counts["in a transaction"] += 1
            elif scene.is_at_work():
                self.figures.counts["frozen"] += 1
                if PendingWrite.objects.filter(state__in=PendingWrite.OPEN).exists():
                    self.figures.counts["frozen mid-write"] += 1
                return scene.pair().lease_epoch
            os.kill(pid, signal.SIGCONT)
        raise RoundFailed("the worker was never met in the middle of a run")

    def _wake(self, scene: Scene, pid: int, epoch: int) -> None:
        """SIGCONT it: it writes nothing down, neither here nor (again) at the vendors."""
        before = Zombie._tables(), scene.pair().lease_epoch
        os.kill(pid, signal.SIGCONT)
        noticed = SyncRun.objects.filter(lease_epoch=epoch, ended_at__isnull=False)
        noticed = noticed.exclude(detail=CUT_SHORT)
        scene.wait(noticed.exists, "the woken worker notices", 30)
        time.sleep(0.3)
        run = noticed.get()
        if run.state == SyncRun.State.ENDED_EARLY and run.detail.startswith("Another worker"):
            self.figures.counts["fenced"] += 1
        after = Zombie._tables(), AccountPair.objects.get().lease_epoch
        if before != after:
            changed = [
                [row for row in then if row not in now] + [row for row in now if row not in then]
                for then, now in zip(before[0], after[0], strict=True)
            ]
            raise RoundFailed(f"I9 a worker without a lease changed the tables: {changed}")

    def _take_away(self, random: Random, *, is_redis: bool) -> None:
        stage = self.stage
        if stage.postgres is None:
            with closing(sqlite3.connect(stage.var / "db.sqlite3", timeout=20)) as other:
                other.execute("BEGIN IMMEDIATE")
                time.sleep(random.uniform(0.05, 1.5))
                other.rollback()
            self.figures.counts["locked"] += 1
            return
        if is_redis and stage.redis is not None:
            stage.redis.kill()
            time.sleep(random.uniform(0.05, 1.0))
            stage.redis.start()
            self.figures.counts["redis"] += 1
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (own,) = cursor.fetchone()
        sessions = stage.postgres.sessions(DATABASE, sparing=own)
        if random.random() < 0.5:  # those at work
            sessions = [session for session in sessions if session[1]] or sessions
        for pid, _ in sessions:
            self.figures.counts["cut"] += stage.postgres.cut(pid)


def _provoke(vendor: Simulator) -> None:
    """Lost answers and expired tokens, so that looking up and refreshing happen several times."""
    vendor.arm("lost_answer", match={"method": "POST", "path": WRITES[vendor.side]}, times=3)
    for nth in (2, 4, 6):
        vendor.arm("expired_token", match={"path": CALLS[vendor.side], "nth": nth})


def _move_away(scene: Scene, seconds: float) -> None:
    """Let both vendors answer late."""
    for vendor in scene.vendors.values():
        vendor.arm("slow", match={"path": "/(crm|v3)/"}, seconds=seconds, times=None)


def _difference(held: Any, expected: Any) -> str:
    if isinstance(held, dict):
        keys = [k for k in {*held, *expected} if held.get(k) != expected.get(k)]
        return str([(k, held.get(k), expected.get(k)) for k in sorted(keys)[:4]])
    return str(
        ([r for r in held if r not in expected][:4], [r for r in expected if r not in held][:4])
    )
