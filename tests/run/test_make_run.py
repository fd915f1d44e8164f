"""`make run` for real: a stranger's copy, one command, and nothing left afterwards."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.run.installation import Installation, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("stranger") / "tandem")
    yield made
    made.kill_all()


def log_in(address: str, password: str) -> requests.Response:
    session = requests.Session()
    page = session.get(f"{address}login/", timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text[:500]
    form = {"username": "admin", "password": password, "csrfmiddlewaretoken": token.group(1)}
    return session.post(f"{address}login/?next=/admin/", form, timeout=20)


def test_from_nothing_to_ready_and_away_and_back(shared):
    address = f"http://127.0.0.1:{shared.web}/admin/"
    first = shared.start()
    assert first.ready.split()[:2] == ["Ready:", address]
    assert first.password
    assert stat.S_IMODE((shared.folder / ".env").stat().st_mode) == 0o600

    home = log_in(address, first.password)
    assert (home.status_code, home.url) == (200, address)
    for port in (shared.hubspot, shared.quickbooks):
        assert requests.get(f"http://127.0.0.1:{port}/__sim__/ledger", timeout=20).ok
    assert f"Mails: http://127.0.0.1:{shared.mails}" in first.text()
    assert "No mails yet" in requests.get(f"http://127.0.0.1:{shared.mails}/", timeout=20).text

    first.stop(signal.SIGTERM)
    assert shared.processes() == []
    assert "Traceback" not in first.text()

    second = shared.start()
    assert second.password is None
    assert "reset with" in second.ready
    assert "Installing" not in second.text()
    assert "Collecting static files" not in second.text()
    assert log_in(address, first.password).url == address  # the data is as it was

    (worker,) = shared.processes("celery --quiet --app config worker")
    worker.kill()
    wait_until(
        lambda: any(p.pid != worker.pid for p in shared.processes("--app config worker")),
        second.text,
    )

    again = shared.make()
    assert again.returncode != 0
    assert "already running" in again.stderr

    # Nobody can clean up after kill -9; the kernel tells the children.
    second.process.kill()
    wait_until(lambda: shared.processes() == [], second.text)

    # A terminal's Ctrl-C goes to make and to the supervisor alike.
    third = shared.start()
    os.killpg(third.process.pid, signal.SIGINT)
    third.process.wait(60)
    assert shared.processes() == []
    assert "Traceback" not in third.text()


def one_line(result) -> str:
    """Return the one line the failed command said besides make's own."""
    said = [line for line in result.stderr.splitlines() if not line.startswith("make")]
    assert result.returncode != 0
    assert len(said) == 1, result.stderr
    assert "Traceback" not in result.stdout
    return said[0]


@pytest.mark.parametrize("name", ["PORT", "HUBSPOT_SIM_PORT", "QUICKBOOKS_SIM_PORT"])
def test_a_busy_port_is_named_with_the_variable_to_change(shared, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = one_line(shared.make(**{name: str(port)}, VAR_DIR=str(shared.folder / "var-busy")))
    assert str(port) in said
    assert f"{name}=" in said
    assert shared.processes() == []


def test_the_same_port_twice_is_refused(shared):
    said = one_line(shared.make(PORT="8200", HUBSPOT_SIM_PORT="8200", VAR_DIR="var-twice"))
    assert "PORT" in said
    assert "8200" in said


def test_a_folder_that_cannot_be_written_is_named(shared):
    said = one_line(shared.make(VAR_DIR="/proc/tandem"))
    assert "/proc/tandem" in said


def test_a_mistake_in_the_environment_is_one_line(shared):
    assert "PORT must be" in one_line(shared.make(PORT="http"))


def test_the_set_up_needs_a_python_that_is_there_and_new_enough(shared, tmp_path):
    assert "sudo apt-get install python3" in one_line(shared.make(PYTHON="no-such-python"))
    old = script(tmp_path / "python2", "exit 1")
    assert "3.11 or newer" in one_line(shared.make(PYTHON=str(old)))


def test_a_python_without_venv_names_the_package(shared, tmp_path):
    (tmp_path / "ensurepip.py").write_text("raise ImportError('as on Debian')\n")
    bare = script(tmp_path / "python", f'PYTHONPATH={tmp_path} exec {sys.executable} "$@"')
    said = one_line(shared.make(PYTHON=str(bare), VENV=str(tmp_path / "venv")))
    version = "{}.{}".format(*sys.version_info[:2])
    assert f"apt-get install python{version}-venv" in said


def script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path
