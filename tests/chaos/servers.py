"""A Redis that can be killed and comes back empty, and what cuts connections to a database.

Knows servers; must not know what they are used for.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

LIMIT = 20


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Redis:
    """A private Redis without persistence, on one port for all its lives."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.port = port
        self.start()

    def start(self) -> None:
        """Begin, empty."""
        binary = shutil.which("redis-server")
        assert binary, "redis-server is not on this machine: apt-get install redis-server"
        self._process = subprocess.Popen(
            [
                *(binary, "--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--appendonly", "no", "--dir", str(self._folder)),
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("Redis did not start")

    def kill(self) -> None:
        """``kill -9``: all that was queued is gone."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(LIMIT)


class Postgres:
    """The maintenance door of a PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def restore(self, name: str, template: str) -> None:
        """Make a database anew from a template, whoever is connected."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)

    def create(self, name: str) -> None:
        """Make an empty database."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._run("CREATE DATABASE {}", name)

    def sessions(self, name: str, *, sparing: int) -> list[tuple[int, bool]]:
        """(process id, whether it is inside a transaction) of each connection but one."""
        rows = self._ask(
            "SELECT pid, xact_start IS NOT NULL FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> %s AND backend_type = 'client backend'",
            (name, sparing),
        )
        return [(int(pid), bool(busy)) for pid, busy in rows]

    def cut(self, pid: int) -> bool:
        """End one connection."""
        return bool(self._ask("SELECT pg_terminate_backend(%s)", (pid,))[0][0])

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _ask(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()
