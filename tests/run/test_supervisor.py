"""The supervisor with small children: restarts, stopping, grandchildren, ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from syncapp.management import lock, supervisor

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # a limit against hanging, not a measure

# Runs a supervisor over one child script; the child's process id goes to a file at each start.
RUNNER = """
import signal, sys
from pathlib import Path
from syncapp.management import supervisor

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup, which ignores it
supervisor.STOP_SECONDS = 1.0
child, pids = Path(sys.argv[1]), sys.argv[2]
command = [sys.executable, "-u", str(child)]

def announce():
    print("ready", flush=True)
    Path(pids + ".ready").touch()

supervisor.Supervisor(
    [supervisor.Program("child", command, {"PIDS": pids}, child.parent)],
    is_ready=lambda: Path(pids).exists(),
    on_ready=announce,
    out=lambda line: print(line, flush=True),
).run()
print("stopped", flush=True)
"""
NOTE_PID = """
import os, time, signal, subprocess, sys

def note(pid):
    with open(os.environ["PIDS"], "a") as file:
        file.write(f"{pid}\\n")

note(os.getpid())
"""


class Group:
    """A supervisor in a process of its own, and what its child noted."""

    def __init__(self, folder: Path, body: str) -> None:
        self.pids_file = folder / "pids"
        child = folder / "child.py"
        child.write_text(NOTE_PID + textwrap.dedent(body))
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, str(child), str(self.pids_file)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pids(self, count: int) -> list[int]:
        def enough() -> bool:
            return self.pids_file.exists() and self.pids_file.read_text().count("\n") >= count

        wait_until(lambda: enough() and Path(f"{self.pids_file}.ready").exists())
        return [int(line) for line in self.pids_file.read_text().split()]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=PATIENCE)[0]


def wait_until(happened) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def group(tmp_path):
    started = []

    def start(body: str) -> Group:
        started.append(Group(tmp_path, body))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_child_and_then_the_supervisor(group, number):
    running = group("print('hello'); time.sleep(600)")
    (child,) = running.pids(1)
    assert is_alive(child)
    output = running.stop(number)
    assert running.process.returncode == 0
    assert not is_alive(child)
    assert output.splitlines()[-1] == "stopped"
    assert output.count("ready\n") == 1


def test_output_is_prefixed_with_the_name(group):
    running = group(
        "print('hello', flush=True); open(os.environ['PIDS'], 'a').write('0\\n'); time.sleep(600)"
    )
    running.pids(2)
    assert "child      | hello\n" in running.stop()


def test_a_dead_child_comes_back(group):
    running = group("time.sleep(600)")
    (first,) = running.pids(1)
    os.kill(first, signal.SIGKILL)
    first, second = running.pids(2)
    assert first != second
    assert is_alive(second)
    assert "child ended with code -9" in running.stop()
    assert not is_alive(second)


def test_a_child_that_will_not_stop_is_killed_with_its_own_children(group):
    running = group(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        note(grandchild.pid)
        time.sleep(600)
        """
    )
    child, grandchild = running.pids(2)
    assert "did not stop in time" in running.stop()
    assert not is_alive(child)
    assert not is_alive(grandchild)


def test_a_killed_supervisor_takes_its_child_along(group):
    running = group("time.sleep(600)")
    (child,) = running.pids(1)
    assert is_alive(child)
    running.process.kill()
    running.process.communicate(timeout=PATIENCE)
    wait_until(lambda: not is_alive(child))


def test_a_port_is_free_until_somebody_listens(free_port):
    port = free_port()
    assert supervisor.port_is_free("127.0.0.1", port)
    assert not supervisor.answers("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        assert not supervisor.port_is_free("127.0.0.1", port)
        assert supervisor.answers("127.0.0.1", port)


def test_one_group_per_folder(tmp_path):
    with lock.hold(tmp_path), pytest.raises(lock.AlreadyRunning), lock.hold(tmp_path):
        pass
    with lock.hold(tmp_path):
        pass
