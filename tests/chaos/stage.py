"""One database with everything set up; each round begins from the same state, at the same ports.

Runs in a process whose environment names the installation (``runner`` makes it), so Django here
and in the workers forked from here is the same one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from config.celery import app as celery
from syncapp.management.broker import declare_queues
from syncapp.models import AccountPair, Cursor, PendingWrite, RecordLink, SyncDefinition, Trigger
from syncapp.services import definitions, foreground, runs
from syncapp.services.env import real_env
from tests.acceptance.harness import SIDES, Simulator
from tests.chaos import worker
from tests.chaos.crowd import Crowd
from tests.chaos.hands import Hands
from tests.chaos.judge import SETTINGS, Verdict, judge
from tests.chaos.servers import Postgres, Redis
from tests.simulation.fields import H

LIMIT = 90  # seconds for something that takes a few: a round that needs more has failed
DATABASE, PREPARED = "tandem", "tandem_prepared"
TICK_SECONDS = 0.3


class RoundFailed(Exception):
    """Something that had to happen did not; the text says what."""


class Stage:
    """The prepared installation of one database."""

    def __init__(self, folder: Path, postgres: Postgres | None, redis: Redis | None) -> None:
        self.folder = folder
        self.postgres, self.redis = postgres, redis
        self.var = Path(settings.VAR_DIR)
        self._prepared = folder / "prepared"
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload([worker.__name__])

    def prepare(self) -> None:
        """Migrate, connect two empty accounts, switch the sync on; keep a copy of all that."""
        for name in ("logs", "mail"):
            (self.var / name).mkdir(parents=True, exist_ok=True)
        self._prepared.mkdir()
        if self.postgres:
            self.postgres.create(DATABASE)
        call_command("migrate", verbosity=0, interactive=False)
        declare_queues(celery)
        vendors = {side: Simulator(side, state=self._prepared / f"{side}.state") for side in SIDES}
        with (self.folder / "setup.log").open("w") as log:
            for side, vendor in vendors.items():
                call_command("connect", side, simulator=vendor.url, stdout=log)
        env = real_env()
        pair = AccountPair.objects.select_related("hubspot", "quickbooks").get()
        definition = definitions.find_or_start(pair, "contacts")
        definitions.save_document(definition, SETTINGS.document(), now=env.clock.now())
        opened = runs.open_connectors(pair, env)
        definitions.activate(definition, connectors=opened, env=env)
        for vendor in vendors.values():
            vendor.stop()
        self._ports = {side: vendor.port for side, vendor in vendors.items()}
        connections.close_all()
        if self.postgres:
            self.postgres.restore(PREPARED, DATABASE)
        else:
            shutil.copy(self.var / "db.sqlite3", self._prepared)

    @contextmanager
    def scene(self, name: str, crowd: Crowd) -> Iterator[Scene]:
        """A fresh round: simulators up, everybody entered, nobody at work yet."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._restore()
        for side in SIDES:
            shutil.copy(self._prepared / f"{side}.state", folder)
        with ThreadPoolExecutor(2) as both:
            started = both.map(
                lambda side: Simulator(
                    side, port=self._ports[side], state=folder / f"{side}.state"
                ),
                SIDES,
            )
            vendors = dict(zip(SIDES, started, strict=True))
        scene = Scene(self, folder, crowd, vendors)
        try:
            vendors[H].ask("POST", "settings", {"search_lag": 0})
            scene.hands.enter_all()
            yield scene
        finally:
            scene.end()

    def fork(self, log: Path, crash_at: str, threads: int) -> ForkServerProcess:
        """Start a worker."""
        process = self._forks.Process(target=worker.work, args=(str(log), crash_at, threads))
        process.start()
        return process

    def _restore(self) -> None:
        connections.close_all()
        if self.postgres:
            self.postgres.restore(DATABASE, PREPARED)
        else:
            for file in self.var.glob("db.sqlite3*"):
                file.unlink()
            shutil.copy(self._prepared / "db.sqlite3", self.var)
            # The broker's file stays: this process has it open.
            with (
                closing(sqlite3.connect(self.var / "broker.sqlite3", timeout=20)) as broker,
                broker,
            ):
                broker.execute("DELETE FROM kombu_message")
        if self.redis:
            self.redis.kill()
            self.redis.start()


class Scene:
    """One round: the two vendors, the people and the workers of now."""

    def __init__(
        self, stage: Stage, folder: Path, crowd: Crowd, vendors: dict[str, Simulator]
    ) -> None:
        self.stage, self.folder, self.crowd, self.vendors = stage, folder, crowd, vendors
        self.hands = Hands(vendors, crowd)
        self.workers: list[ForkServerProcess] = []
        #: Whether somebody clicks "Sync now" whenever the next run is far away.
        self.is_hurried = False
        self._ended = False

    # -- workers

    def start_worker(self, *, crash_at: str = "", threads: int = 4) -> ForkServerProcess:
        """One more worker."""
        log = self.folder / "workers.log"
        process = self.stage.fork(log, crash_at, threads)
        self.workers.append(process)
        return process

    def kill(self, *processes: ForkServerProcess) -> None:
        """``kill -9``."""
        for process in processes:
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGKILL)
        for process in processes:
            process.join(LIMIT)
            self.workers.remove(process)

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Send what beat sends while the block runs, also while there is no broker."""
        done = threading.Event()

        def send() -> None:
            while not done.wait(TICK_SECONDS):
                with contextlib.suppress(Exception):  # beat goes on without a broker, too
                    celery.send_task(
                        "syncapp.tasks.tick", expires=5, ignore_result=True, retry=False
                    )

        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join(LIMIT)

    # -- what our tables say

    def pair(self) -> AccountPair:
        """The pair as it stands now."""
        return AccountPair.objects.select_related("hubspot", "quickbooks").get()

    def is_at_work(self, since: int = 0) -> bool:
        """Whether somebody holds the lease right now, taken after the lease of that number."""
        held = AccountPair.objects.filter(lease_until__gt=timezone.now(), lease_epoch__gt=since)
        return held.exists()

    def is_done(self, since: Any) -> bool:
        """Whether both sides were read after ``since`` and nothing is left to do."""
        positions = Cursor.objects.filter(stream__in=("contacts", "Customer"))
        return (
            positions.filter(position__gt=since, window={}).count() == 2
            and not SyncDefinition.objects.exclude(hubspot_complete=True, quickbooks_complete=True)
            .filter(deleted_at=None)
            .exists()
            and not RecordLink.objects.filter(state="waiting").exists()
            and not RecordLink.objects.filter(next_at__lte=timezone.now()).exists()
            and not PendingWrite.objects.filter(state__in=PendingWrite.OPEN).exists()
        )

    def wait(self, happened: Callable[[], bool], what: str, seconds: float = LIMIT) -> None:
        """Wait for something.

        Raises:
            RoundFailed: It did not happen.
        """
        deadline = time.monotonic() + seconds
        while not happened():
            is_over = time.monotonic() > deadline or not any(w.is_alive() for w in self.workers)
            if is_over and not happened():  # the last worker may have ended of what is waited for
                raise RoundFailed(f"I3 {what}: it did not come about; {self.standing()}")
            if self.is_hurried and (self.pair().next_due_at or timezone.now()) > soon():
                definitions.request_run(self.pair(), now=timezone.now())
            time.sleep(0.02)

    def standing(self) -> str:
        """What is left to do, for the report."""
        waiting = RecordLink.objects.filter(state="waiting").values_list("label", "code", "next_at")
        writes = PendingWrite.objects.filter(state__in=PendingWrite.OPEN)
        pair = self.pair()
        return (
            f"waiting: {list(waiting[:5])}; open writes: {list(writes.values('side', 'op', 'state', 'due_at')[:5])}; "  # noqa: E501
            f"lease {pair.lease_until}; due {pair.next_due_at}; pair {pair.state}; "
            f"cursors {list(Cursor.objects.values_list('stream', 'position', 'next_due_at'))}"
        )

    # -- the end

    def settle(self, users: threading.Thread) -> None:
        """Let people and workers come to an end."""
        users.join(LIMIT)
        if users.is_alive() or self.hands.failed:
            raise RoundFailed(self.hands.failed or "people did not come to an end")
        since = timezone.now()
        self.wait(lambda: self.is_done(since), "nothing is left to do")

    def app_writes(self) -> int:
        """Writes of ours so far, on both sides."""
        return sum(vendor.app_writes() for vendor in self.vendors.values())

    def verdict(self) -> Verdict:
        """Stop everything; one more full run must write nothing; then the judge looks."""
        self.kill(*list(self.workers))
        before = self.app_writes()
        scope = runs.Scope(force=True, full=True, sliced=False)
        run = foreground.run_now(self.pair(), env=real_env(), trigger=Trigger.COMMAND, scope=scope)
        found = []
        if run.state != "finished" or self.app_writes() != before:
            found.append(f"I3 a run at rest is {run.state} {run.detail} and wrote {run.counters}")
        self.end()
        log = self.folder / "workers.log"
        logged = log.read_text(errors="replace").splitlines() if log.exists() else []
        verdict = judge(self.folder, self.crowd, logged)
        verdict.violations = [*found, *verdict.violations]
        return verdict

    def end(self) -> None:
        """Leave no process behind."""
        if self._ended:
            return
        self._ended = True
        for process in self.workers:
            if process.is_alive():
                os.kill(process.pid or 0, signal.SIGCONT)
        self.kill(*list(self.workers))
        for vendor in self.vendors.values():
            vendor.stop()
        connections.close_all()


def soon() -> datetime:
    """Later than any run is planned when nothing went wrong."""
    return timezone.now() + timedelta(seconds=3)


def in_transaction(stage: Stage) -> bool:
    """Whether some worker is inside a transaction right now: frozen, it would hold its locks."""
    if stage.postgres:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (own,) = cursor.fetchone()
        return any(busy for _, busy in stage.postgres.sessions(DATABASE, sparing=own))
    with closing(sqlite3.connect(stage.var / "db.sqlite3", timeout=0.3)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
            other.rollback()
        except sqlite3.OperationalError:
            return True
    return False
