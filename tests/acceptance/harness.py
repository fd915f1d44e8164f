"""Real processes: two simulators, one installation of Tandem, and what a test does to them.

Nothing here imports the product. A test sees what an administrator, the two vendors and the
operating system see: commands and their output, ledgers, API clients, signals. The one table read
directly says whether a worker has anything left to do.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests
from celery import Celery
from kombu.transport.sqlalchemy import Transport

# Not resolved: a copy of the project made of links is tested as that copy.
ROOT = Path(os.path.abspath(__file__)).parents[2]
TOKEN = "acceptance-token"  # what a person's own scripts use; the app has OAuth tokens
REALM = "4620816365000001"
LIMIT = 120  # against hanging, not a measure
# What this test process was started with must not reach the installation under test.
OWN = (
    "DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "VAR_DIR",
    "TANDEM_CRASH_AT", "DEBUG", "PUBLIC_URL", "OAUTHLIB_INSECURE_TRANSPORT",
)  # fmt: skip
HUBSPOT, QUICKBOOKS = "hubspot", "quickbooks"
SIDES = (HUBSPOT, QUICKBOOKS)
RECORDS = {HUBSPOT: "contacts", QUICKBOOKS: "Customer"}


class Simulator:
    """One vendor as a process of its own, and its control pages."""

    def __init__(self, side: str, *options: str, port: int = 0, state: Path | None = None) -> None:
        self.side = side
        command = [
            *(sys.executable, "-m", f"simulators.{side}", "--port", str(port), "--empty"),
            *("--limits", "none", "--access-token", TOKEN),
            *(("--realm", REALM) if side == QUICKBOOKS else ()),
            *(("--state", str(state)) if state else ()),
            *options,
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line.startswith("Ready: http://127.0.0.1:"), line
        self.url = line.removeprefix("Ready: ")
        self.port = int(self.url.rpartition(":")[2])

    def stop(self) -> None:
        """End it; what it was told to withhold is let go."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=LIMIT)

    def ask(self, method: str, control: str, body: Any = None, **query: Any) -> Any:
        """Call a control page."""
        answer = requests.request(
            method, f"{self.url}/__sim__/{control}", json=body, params=query, timeout=LIMIT
        )
        assert answer.ok, answer.text
        return answer.json()

    def app_entries(self) -> list[dict[str, Any]]:
        """The ledger's lines by the connected app, on contacts or customers."""
        return [
            entry
            for entry in self.ask("GET", "ledger", type=RECORDS[self.side])["entries"]
            if entry["actor"].startswith("app:")
        ]

    def app_writes(self) -> int:
        """How many of those there are."""
        counts = self.ask("GET", "ledger/summary")["counts"]
        return sum(
            row["count"]
            for row in counts
            if row["actor"].startswith("app:") and row["type"] == RECORDS[self.side]
        )

    def last_write(self) -> int:
        """The number of the ledger's last line, whoever wrote it and whatever it is about."""
        return int(self.ask("GET", "ledger/summary")["last_seq"])

    def advance(self, seconds: float) -> None:
        """Move its clock on."""
        self.ask("POST", "clock", {"advance": seconds})

    def calls(self) -> dict[str, int]:
        """API calls by kind since ``forget_calls``."""
        return dict(self.ask("GET", "stats")["by_kind"])

    def forget_calls(self) -> None:
        """Count API calls from zero."""
        self.ask("DELETE", "stats")

    def arm(self, kind: str, **fault: Any) -> str:
        """Arm a fault and return its id."""
        return str(self.ask("POST", "faults", {"kind": kind, **fault})["id"])

    def hits(self, fault_id: str) -> int:
        """How often a fault has struck."""
        faults = self.ask("GET", "faults")["faults"]
        return next(int(one["hits"]) for one in faults if one["id"] == fault_id)


class Result:
    """What a command said."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        # Whatever goes wrong, an administrator never gets to see the inside.
        assert "Traceback" not in self.out + self.err, self.out + self.err

    @property
    def json(self) -> Any:
        """The printed JSON; the command must have succeeded."""
        assert self.code == 0, self.out + self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The one clear line of a command that refused."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.out + self.err
        return lines[0]


class Installation:
    """A data folder with a migrated SQLite database, and the commands run on it."""

    def __init__(self, folder: Path, template: Path, **environment: str) -> None:
        self.folder = folder
        shutil.copytree(template, folder)
        self.environment = {
            **clean_environment(),
            "VAR_DIR": str(folder),
            "SECRET_KEY": "acceptance-0123456789-0123456789-0123456789-0123456789",
            "TANDEM_ENCRYPTION_KEYS": "YWNjZXB0YW5jZS1hY2NlcHRhbmNlLWFjY2VwdGFuY2U=",
            **environment,
        }

    def python(self, *words: str, **environment: str) -> Result:
        """Run a Python program on this installation to its end."""
        return Result(
            subprocess.run(
                [sys.executable, *words],
                cwd=ROOT,
                env={**self.environment, **environment},
                capture_output=True,
                text=True,
                timeout=LIMIT,
                check=False,
            )
        )

    def manage(self, *words: str, later: float = 0, **environment: str) -> Result:
        """Run ``manage.py`` to its end, ``later`` seconds on by Tandem's own clock."""
        if not later:
            return self.python("manage.py", *words, **environment)
        return self.python("-m", "tests.acceptance.later", str(later), *words, **environment)

    def manage_several(self, *commands: Sequence[str]) -> list[Result]:
        """Run commands one after the other, in one process for speed."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.acceptance.several"],
            cwd=ROOT,
            env=self.environment,
            input=json.dumps([list(words) for words in commands]),
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=True,
        )
        return [
            Result(subprocess.CompletedProcess(words, code, out, err))
            for words, (code, out, err) in zip(commands, json.loads(done.stdout), strict=True)
        ]

    def connect(self, *simulators: Simulator) -> None:
        """Connect accounts one after the other, in one process for speed."""
        script = "from django.core.management import call_command\n" + "".join(
            f"call_command('connect', {one.side!r}, simulator={one.url!r})\n" for one in simulators
        )
        result = self.manage("shell", "-c", script)
        assert result.code == 0, result.err

    def connect_and_activate(self, *simulators: Simulator, **options: str) -> None:
        """Connect both sides and switch the contact sync on, in one process for speed."""
        script = (
            "from django.core.management import call_command\n"
            + "".join(
                f"call_command('connect', {s.side!r}, simulator={s.url!r})\n" for s in simulators
            )
            + f"call_command('create_sync', 'contacts', activate=True, **{options!r})\n"
        )
        result = self.manage("shell", "-c", script)
        assert result.code == 0, result.err

    def run_sync(self, *words: str, later: float = 0) -> dict[str, Any]:
        """``run_sync --json``, which must run to its end."""
        return dict(self.manage("run_sync", "--json", *words, later=later).json)

    def status(self) -> dict[str, Any]:
        """The contact sync in ``sync_status --json``."""
        (found,) = self.manage("sync_status", "--json").json["objects"]
        return dict(found)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Read the database beside whatever is running."""
        file = f"file:{self.folder / 'db.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def has_work(self) -> bool:
        """Whether a listing, a write or a plan is still outstanding."""
        ((waiting, unlisted),) = self.query(
            "SELECT (SELECT count(*) FROM syncapp_recordlink WHERE state = 'waiting')"
            " + (SELECT count(*) FROM syncapp_pendingwrite WHERE state IN ('sent', 'unknown')),"
            " (SELECT count(*) FROM syncapp_syncdefinition"
            " WHERE NOT (hubspot_complete AND quickbooks_complete))"
        )
        return bool(waiting or unlisted)


class Worker:
    """A Celery worker as ``manage.py up`` starts it."""

    def __init__(self, installation: Installation) -> None:
        self.log = (installation.folder / "logs" / f"worker-{time.monotonic_ns()}.log").open("w+")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "--quiet", "--app", "config", "worker"),
                *("--pool", "threads", "--concurrency", "4"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            cwd=ROOT,
            env={**installation.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def said(self) -> str:
        """Its output so far."""
        self.log.flush()
        return Path(self.log.name).read_text()

    def kill(self) -> None:
        """``kill -9``, as a power cut would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(LIMIT)
        self.log.close()


@contextmanager
def ticking(installation: Installation, every: float = 0.5) -> Iterator[None]:
    """Send what beat sends while the block runs, without the seconds beat takes to start."""
    Transport.polling_interval = 0.2  # kombu passes the option on to SQLAlchemy, which refuses it
    app = Celery(
        "acceptance",
        broker=f"sqla+sqlite:///{installation.folder / 'broker.sqlite3'}",
        set_as_current=False,
    )
    done = threading.Event()

    def send() -> None:
        while not done.wait(every):
            app.send_task("syncapp.tasks.tick", expires=5, ignore_result=True)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(LIMIT)
        app.close()


def clean_environment() -> dict[str, str]:
    """This process's environment without what belongs to the tests."""
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment = {n: v for n, v in environment.items() if not n.startswith(("SYNC_", "TANDEM_"))}
    environment["PYTHONUNBUFFERED"] = "1"
    return environment


def make_template(folder: Path) -> Path:
    """A data folder with a migrated database and a declared broker, to be copied."""
    empty = folder / "empty"
    (empty / "logs").mkdir(parents=True)
    made = Installation(folder / "template", empty)
    script = (
        "from celery import current_app\n"
        "from django.core.management import call_command\n"
        "from syncapp.management.broker import declare_queues\n"
        "call_command('migrate', verbosity=0, interactive=False)\n"
        "declare_queues(current_app)\n"
    )
    result = made.manage("shell", "-c", script)
    assert result.code == 0, result.err
    return made.folder


def wait_until(happened: Callable[[], bool], explain: Callable[[], str] = str) -> None:
    """Wait for something, failing with an explanation when it does not come."""
    deadline = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < deadline, f"it did not happen\n{explain()}"
        time.sleep(0.02)


def by_state(records: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many records stand in each state."""
    counts = dict.fromkeys(("in_sync", "waiting", "failing", "excluded"), 0)
    for record in records:
        counts[record["state"]] += 1
    return counts
