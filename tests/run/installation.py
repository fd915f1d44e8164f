"""A copy of the project in a folder of its own, run through its Makefile as a stranger would."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "venv", "var", ".env", "tests", "docs", "__pycache__", ".*_cache", "*.pyc"
)
START_LIMIT = 120  # a limit against hanging, not a measure
STOP_LIMIT = 10  # what Ctrl-C promises
MARK = "TANDEM_TEST_MARK"
# What this test process was started with must not reach the installation under test.
OWN = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "VAR_DIR")


def find_ports(count: int) -> list[int]:
    """Return different free ports, held together so that none is given twice."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


class Installation:
    """The copy, its environment, and every process started for it (known by a mark they inherit).

    It uses the virtual environment the tests run in: installing a second one would take a minute.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT, symlinks=True)
        self.web, self.hubspot, self.quickbooks, self.smtp, self.mails = find_ports(5)
        self.mark = uuid.uuid4().hex
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OWN},
            "VENV": sys.prefix,
            "PYTHON": sys.executable,
            "PORT": str(self.web),
            "HUBSPOT_SIM_PORT": str(self.hubspot),
            "QUICKBOOKS_SIM_PORT": str(self.quickbooks),
            "MAIL_SIM_PORT": str(self.smtp),
            "MAIL_PAGE_PORT": str(self.mails),
            MARK: self.mark,
        }

    def make(self, target: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a target to its end."""
        return subprocess.run(
            ["make", "--no-print-directory", target],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=START_LIMIT,
            check=False,
        )

    def start(self) -> Running:
        """Start `make run` and return when it says Ready."""
        process = subprocess.Popen(
            ["make", "--no-print-directory", "run"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        running = Running(process)
        wait_until(lambda: running.ready is not None or process.poll() is not None, running.text)
        assert running.ready, running.text()
        return running

    def processes(self, part: str = "") -> list[psutil.Process]:
        """Return the living processes of this installation whose command line contains `part`."""
        found = []
        for process in psutil.process_iter():
            try:
                if (
                    process.status() != psutil.STATUS_ZOMBIE
                    and process.environ().get(MARK) == self.mark
                    and part in " ".join(process.cmdline())
                ):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def kill_all(self) -> None:
        """End what a failed test left behind."""
        for process in self.processes():
            process.kill()


class Running:
    """A `make run` in progress and the lines it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def ready(self) -> str | None:
        return next((line for line in list(self.lines) if line.startswith("Ready: ")), None)

    @property
    def password(self) -> str | None:
        found = re.search(r"password (\S{12,}) \(shown only this once\)", self.ready or "")
        return found.group(1) if found else None

    def text(self) -> str:
        return "\n".join(self.lines)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Signal make alone, as a service manager would, and wait as long as was promised."""
        self.process.send_signal(number)
        self.process.wait(STOP_LIMIT)
        self._reader.join(STOP_LIMIT)


def wait_until(happened: Callable[[], bool], explain: Callable[[], str] = str) -> None:
    """Wait for something, failing with an explanation when it does not come."""
    deadline = time.monotonic() + START_LIMIT
    while not happened():
        assert time.monotonic() < deadline, f"it did not happen\n{explain()}"
        time.sleep(0.1)
