#!/usr/bin/env python3
"""Run a command with a private PostgreSQL and Redis: `with_services.py CMD...`.

Knows where Debian keeps the servers and that PostgreSQL refuses to run as root. Must not touch a
server that is already on the machine: both live in a temporary directory, PostgreSQL on a Unix
socket only, Redis on a free loopback port, and both go away with the command.

The command gets DATABASE_URL and REDIS_URL for each server that could be started, and
TANDEM_WITH_SERVICES=1. A missing server is said in one line; with REQUIRE_SERVICES=1 it is fatal.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

READY_SECONDS = 30


def main(command: list[str]) -> int:
    """Start the servers, run the command, stop the servers; return the command's exit code."""
    if not command:
        print("usage: with_services.py COMMAND [ARGUMENT...]", file=sys.stderr)
        return 2
    required = os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"}
    # A signal must unwind the stack below, or the servers would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    environment = {**os.environ, "TANDEM_WITH_SERVICES": "1"}
    for inherited in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"):
        environment.pop(inherited, None)
    with ExitStack() as stack:
        for name, package, start in (
            ("PostgreSQL", "postgresql", start_postgres),
            ("Redis", "redis-server", start_redis),
        ):
            added = start(stack)
            if added is None:
                print(f"{name} is not on this machine: apt-get install {package}", file=sys.stderr)
                if required:
                    return 1
            environment.update(added or {})
        return subprocess.run(command, env=environment, check=False).returncode


def start_postgres(stack: ExitStack) -> Mapping[str, str] | None:
    """Start a private PostgreSQL on a Unix socket; None when it is not installed."""
    binaries = find_postgres()
    if binaries is None:
        return None
    identity = unprivileged("postgres")
    home = private_directory(stack, identity)
    data = home / "data"
    options: dict[str, Any] = {
        "cwd": home,
        "env": {**os.environ, "HOME": str(home), "LC_ALL": "C.UTF-8"},
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
        **identity,
    }
    flags = ["-U", "tandem", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run([binaries / "initdb", "-D", data, *flags], check=True, **options)
    log = (home / "postgres.log").open("wb")
    stack.callback(log.close)
    speed = ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, *speed, "-c", "listen_addresses=", "-k", home],
        **{**options, "stderr": log},
    )
    stack.callback(stop, server, signal.SIGINT)  # SIGINT is PostgreSQL's fast shutdown
    wait_for(server, home / ".s.PGSQL.5432", "PostgreSQL", home / "postgres.log")
    # A port is needed: the URL is host and port to psycopg, and the host is a directory.
    return {"DATABASE_URL": f"postgresql://tandem@{str(home).replace('/', '%2F')}:5432/postgres"}


def start_redis(stack: ExitStack) -> Mapping[str, str] | None:
    """Start a private Redis without persistence; None when it is not installed."""
    binary = shutil.which("redis-server")
    if binary is None:
        return None
    home = private_directory(stack, {})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unix = home / "redis.sock"
    flags = ["--bind", "127.0.0.1", "--port", str(port), "--unixsocket", str(unix)]
    log = (home / "redis.log").open("wb")
    stack.callback(log.close)
    server = subprocess.Popen(
        [binary, *flags, "--save", "", "--appendonly", "no", "--dir", str(home)],
        stdout=log,
        stderr=log,
    )
    stack.callback(stop, server, signal.SIGTERM)
    wait_for(server, unix, "Redis", home / "redis.log")
    address = f"redis://127.0.0.1:{port}"
    return {"REDIS_URL": f"{address}/0", "CELERY_BROKER_URL": f"{address}/1"}


def find_postgres() -> Path | None:
    """Return the newest directory holding the server, on PATH or in Debian's place."""
    versioned = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0),
    )
    if versioned:
        return versioned[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def unprivileged(preferred: str) -> dict[str, Any]:
    """Return Popen arguments that drop root; none when we are not root."""
    if os.geteuid() != 0:
        return {}
    for name in (preferred, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    sys.exit("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.")


def private_directory(stack: ExitStack, identity: Mapping[str, Any]) -> Path:
    """Make a directory with a short path (sockets allow 107 bytes), removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="tandem-", dir="/tmp"))
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    if identity:
        os.chown(home, identity["user"], identity["group"])
    return home


def wait_for(server: subprocess.Popen[bytes], unix: Path, name: str, log: Path) -> None:
    """Wait until the server answers on its Unix socket, or end with the tail of its log."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(unix)) == 0:
                return
        time.sleep(0.05)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
    sys.exit(f"{name} did not start within {READY_SECONDS} s:\n{tail}")


def stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Stop a server by its own process id, with force if it does not listen."""
    if server.poll() is not None:
        return
    server.send_signal(how)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
