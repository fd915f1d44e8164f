"""Keeps a group of child processes running in the foreground, and leaves none behind.

Knows processes, signals and ports. Must not know what the children are: `manage.py up` tells.

Three traps shape it. A terminal's Ctrl-C reaches a whole process group, so each child gets a
session of its own and exactly one SIGTERM from here. A killed supervisor cannot clean up, so the
kernel is asked to end each child with it (PR_SET_PDEATHSIG). That request is bound to the thread
that forked, so children are only ever started from the main thread.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

STOP_SECONDS = 7.0  # then SIGKILL: Ctrl-C promises that all is gone within ten
STEADY_SECONDS = 30.0  # a child that lived this long starts its back-off afresh
LONGEST_PAUSE_SECONDS = 30.0
POLL_SECONDS = 0.2
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded here: between fork and exec nothing may take a lock


@dataclass(frozen=True)
class Program:
    """One child to keep running; its environment is ours plus `environment`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path


@dataclass
class Child:
    """A program and the state of its present process; times are of the monotonic clock."""

    program: Program
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    failures: int = 0


@dataclass
class Supervisor:
    """Starts programs, restarts the dead, and stops them all on SIGINT, SIGTERM or SIGHUP.

    `is_ready` is asked until it says yes, and then `on_ready` is called once. `out` gets finished
    lines; it is called from several threads, one line at a time.
    """

    programs: Sequence[Program]
    is_ready: Callable[[], bool]
    on_ready: Callable[[], None]
    out: Callable[[str], None] = print
    _stopping: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Run until a signal asks to stop; return when no child is left."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` ignores SIGHUP on purpose; an ignored SIGINT is only a background job's.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._ask_to_stop)
        children = [Child(program) for program in self.programs]
        announced = False
        try:
            while not self._stopping:
                for child in children:
                    self._look_after(child)
                if not announced and self.is_ready():
                    announced = True
                    self.on_ready()
                time.sleep(POLL_SECONDS)
        finally:
            self._stop(children)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.restart_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        # What the dead one started (gunicorn's workers) must not hold the port against its heir.
        kill_group(child.process.pid)
        if now - child.started_at >= STEADY_SECONDS:
            child.failures = 0
        child.process = None
        pause = min(LONGEST_PAUSE_SECONDS, 2.0**child.failures)
        child.failures += 1
        child.restart_at = now + pause
        self._say("up", f"{child.program.name} ended with code {code}; restart in {pause:.0f} s")

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(
            list(child.program.command),
            env={**os.environ, **child.program.environment},
            cwd=child.program.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_prepare_child,  # noqa: PLW1509 (runs one system call, takes no lock)
        )
        threading.Thread(
            target=self._copy_output, args=(child.program.name, child.process), daemon=True
        ).start()

    def _copy_output(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 (opened with a pipe above)
        for line in process.stdout:
            self._say(name, line.rstrip("\n"))

    def _say(self, name: str, line: str) -> None:
        with self._lock:
            self.out(f"{name:<10} | {line}")

    def _stop(self, children: Sequence[Child]) -> None:
        running = [child.process for child in children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say("up", f"process {process.pid} did not stop in time: killed")
            # The session's group outlives its leader when a grandchild lingers.
            kill_group(process.pid)
            process.wait()


def _prepare_child() -> None:
    end_with_parent(signal.SIGTERM)
    # A shell's background job starts with SIGINT ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def end_with_parent(number: signal.Signals) -> None:
    """Ask the kernel to send this process `number` when its parent dies (Linux only)."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def kill_group(group: int) -> None:
    """Kill what is left of a process group; nothing left is fine."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now.

    SO_REUSEADDR as servers set it: a port in TIME_WAIT after a stop is free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
