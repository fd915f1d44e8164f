"""An installation of its own: both simulators, web and worker, in a folder that is thrown away.

Knows how the processes are started and stopped. Must not know what is shown on the pages.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "pictures-token"  # noqa: S105 (of simulators that live for minutes)
REALM = "9130357849536020"
LOOPBACK = "127.0.0.1"
START_SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """Where it is reached, and how one works in it as the two vendors' users do."""

    url: str
    hubspot_url: str
    quickbooks_url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout + done.stderr

    def hubspot(self, method: str, path: str, body: Any = None) -> Any:
        """One call to the simulated HubSpot."""
        return _call(method, self.hubspot_url + path, body)

    def quickbooks(self, method: str, path: str, body: Any = None) -> Any:
        """One call to the simulated company."""
        return _call(method, f"{self.quickbooks_url}/v3/company/{REALM}{path}", body)


@contextmanager
def installation() -> Iterator[Installation]:
    """Start everything; stop and remove it in the end."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tandem-pictures-"))
        given = ("--seed", "7", "--limits", "none", "--access-token", TOKEN)
        hubspot, quickbooks, web = (_free_port() for _ in range(3))
        _start(stack, "simulators.hubspot", "--port", str(hubspot), "--search-lag", "0", *given)
        _start(stack, "simulators.quickbooks", "--port", str(quickbooks), "--realm", REALM, *given)
        made = Installation(
            url=f"http://{LOOPBACK}:{web}",
            hubspot_url=f"http://{LOOPBACK}:{hubspot}",
            quickbooks_url=f"http://{LOOPBACK}:{quickbooks}",
            environment=_environment(Path(folder), web, hubspot, quickbooks),
        )
        for port in (hubspot, quickbooks):
            _wait_for(port)
        made.manage("bootstrap")
        _start(
            stack, "gunicorn", "config.wsgi:application", "--bind", f"{LOOPBACK}:{web}",
            "--worker-class", "gthread", "--threads", "4", "--log-level", "warning",
            "--no-control-socket", environment=made.environment,
        )  # fmt: skip
        _start(
            stack, "celery", "--quiet", "--app", "config", "worker", "--pool", "threads",
            "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat",
            environment=made.environment,
        )  # fmt: skip
        _wait_for(web)
        yield made


def _environment(folder: Path, web: int, hubspot: int, quickbooks: int) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "TANDEM_ENCRYPTION_KEYS": _fernet_key(),
        "VAR_DIR": str(folder),
        "PORT": str(web),
        "PUBLIC_URL": f"http://{LOOPBACK}:{web}",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "CELERY_BROKER_URL": "",
        "TANDEM_SIMULATOR_HUBSPOT_URL": f"http://{LOOPBACK}:{hubspot}",
        "TANDEM_SIMULATOR_QUICKBOOKS_URL": f"http://{LOOPBACK}:{quickbooks}",
        "LOG_LEVEL": "ERROR",
    }


def _fernet_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def _start(
    stack: ExitStack, module: str, *arguments: str, environment: dict[str, str] | None = None
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("PICTURES_VERBOSE") else subprocess.DEVNULL,
    )

    def stop() -> None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(stop)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with socket.create_connection((LOOPBACK, port), timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"Nothing answers on port {port}.")


def _call(method: str, url: str, body: Any) -> Any:
    request = urllib.request.Request(  # noqa: S310 (a simulator on this machine)
        url,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {url}: {error.read().decode()}") from error
    return json.loads(text) if text else None
