"""`manage.py up`: web, worker and beat (and, asked for, the simulators) in the foreground.

Knows the command line of each process. How they are kept alive and stopped is the supervisor's.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from syncapp.management import lock, supervisor
from syncapp.management.broker import declare_queues
from syncapp.management.commands.bootstrap import (
    Administrator,
    bootstrap,
    first_administrator,
    make_folders,
)
from syncapp.management.supervisor import Program, Supervisor
from syncapp.services.backup import unfinished_mark

LOOPBACK = "127.0.0.1"
EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 (compared with, not bound to)


class Command(BaseCommand):
    """Runs Tandem in the foreground until Ctrl-C or SIGTERM."""

    help = "Run web, worker and beat in the foreground; Ctrl-C stops all of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--simulators", action="store_true", help="also run a simulated HubSpot and QuickBooks"
        )
        parser.add_argument(
            "--only-simulators", action="store_true", help="run the two simulators, nothing else"
        )
        parser.add_argument(
            "--bootstrap", action="store_true", help="first do what `manage.py bootstrap` does"
        )
        parser.add_argument(
            "--seed", type=int, default=7, help="which simulated company a fresh state begins with"
        )
        parser.add_argument(
            "--die-with-parent", action="store_true", help="stop when the calling process dies"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check ports and folder, prepare, then supervise until told to stop."""
        if options["die_with_parent"]:
            supervisor.end_with_parent(signal.SIGTERM)
        try:
            make_folders(settings.VAR_DIR)
            name = "simulators" if options["only_simulators"] else ""
            with lock.hold(settings.VAR_DIR / name):
                self._run(options)
        except lock.AlreadyRunning as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)

    def _run(self, options: dict[str, Any]) -> None:
        with_simulators = options["simulators"] or options["only_simulators"]
        ports = ports_of(with_simulators, with_web=not options["only_simulators"])
        check_ports(ports)
        programs = simulator_programs(options["seed"]) if with_simulators else []
        if options["only_simulators"]:
            Supervisor(
                programs,
                is_ready=lambda: all(supervisor.answers(LOOPBACK, port) for port in ports.values()),
                on_ready=lambda: self._say(
                    f"Ready: HubSpot http://{LOOPBACK}:{settings.HUBSPOT_SIM_PORT}  "
                    f"QuickBooks http://{LOOPBACK}:{settings.QUICKBOOKS_SIM_PORT}"
                    + (f"  {mails_line()}" if catches_mail() else "")
                ),
                out=self._say,
            ).run()
            return
        administrator = self._prepare(options["bootstrap"])
        shown = [False]

        def show() -> None:
            shown[0] = True
            self._say(ready_line(administrator))
            if with_simulators and catches_mail():
                self._say(mails_line())

        try:
            Supervisor(
                [*programs, *tandem_programs(with_simulators)],
                is_ready=lambda: (
                    all(supervisor.answers(reachable(settings.BIND), p) for p in ports.values())
                    and login_page_answers()
                ),
                on_ready=show,
                out=self._say,
            ).run()
        finally:
            # The password exists nowhere else: a start that failed must not swallow it.
            if administrator.password and not shown[0]:
                self._say(f"Administrator: {administrator.name}  {administrator.password}")

    def _prepare(self, with_bootstrap: bool) -> Administrator:
        if unfinished_mark().exists():
            raise CommandError(
                f"The restore of {unfinished_mark().read_text()} did not run to its end: "
                "run `manage.py restore` again first."
            )
        try:
            if with_bootstrap:
                administrator = bootstrap(self._say)
            else:
                check_migrated()
                administrator = first_administrator()
        except DatabaseError as error:
            first = str(error).strip().splitlines()[0]
            raise CommandError(f"The database cannot be used: {first}") from error
        connections.close_all()
        declare_queues(current_app)
        return administrator

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def ports_of(with_simulators: bool, *, with_web: bool) -> dict[str, int]:
    """Return the port of each server by the name of the variable that sets it."""
    ports: dict[str, int] = {"PORT": settings.PORT} if with_web else {}
    if with_simulators:
        ports["HUBSPOT_SIM_PORT"] = settings.HUBSPOT_SIM_PORT
        ports["QUICKBOOKS_SIM_PORT"] = settings.QUICKBOOKS_SIM_PORT
        if catches_mail():
            ports["MAIL_SIM_PORT"] = settings.MAIL_SIM_PORT
            ports["MAIL_PAGE_PORT"] = settings.MAIL_PAGE_PORT
    return ports


def catches_mail() -> bool:
    """Whether mails would only become files: beside simulators they are caught and shown."""
    return str(settings.EMAIL_BACKEND).endswith(".filebased.EmailBackend")


def mails_line() -> str:
    """Return where the caught mails are seen."""
    return f"Mails: http://{LOOPBACK}:{settings.MAIL_PAGE_PORT}"


def check_ports(ports: dict[str, int]) -> None:
    """Refuse a port that is taken, or given twice, before anything is started.

    Raises:
        CommandError: naming the port and the variable to change.
    """
    for name, port in ports.items():
        twin = next((other for other in ports if other != name and ports[other] == port), None)
        if twin:
            raise CommandError(f"{name} and {twin} are both {port}: give each its own port.")
        host = settings.BIND if name == "PORT" else LOOPBACK
        if not supervisor.port_is_free(host, port):
            raise CommandError(
                f"Port {port} is in use: stop the program that has it, or choose another "
                f"with {name}={port + 1000 if port < 60_000 else port - 1000}."
            )


def check_migrated() -> None:
    """Refuse to start on a database that lacks migrations.

    Raises:
        CommandError: saying which command to run.
    """
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not up to date: run `manage.py bootstrap` first.")
    if not (Path(settings.STATIC_ROOT) / ".stamp").exists():
        raise CommandError("The static files are missing: run `manage.py bootstrap` first.")


def tandem_programs(with_simulators: bool) -> list[Program]:
    """Return web, worker and beat."""
    environment = {"PYTHONUNBUFFERED": "1"}
    if with_simulators:
        hubspot = f"http://{LOOPBACK}:{settings.HUBSPOT_SIM_PORT}"
        quickbooks = f"http://{LOOPBACK}:{settings.QUICKBOOKS_SIM_PORT}"
        environment["TANDEM_SIMULATOR_HUBSPOT_URL"] = hubspot
        environment["TANDEM_SIMULATOR_QUICKBOOKS_URL"] = quickbooks
        if catches_mail():
            environment["EMAIL_URL"] = f"smtp://{LOOPBACK}:{settings.MAIL_SIM_PORT}"
    host = f"[{settings.BIND}]" if ":" in settings.BIND else settings.BIND
    web = [
        *("gunicorn", "config.wsgi:application", "--bind", f"{host}:{settings.PORT}"),
        *("--worker-class", "gthread", "--workers", str(settings.WEB_WORKERS)),
        *("--threads", str(settings.WEB_THREADS), "--graceful-timeout", "5"),
        *("--log-level", "warning", "--no-control-socket"),
    ]
    if os.path.isdir("/dev/shm"):  # noqa: S108 (heartbeat files on a disk can stall the workers)
        web += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    worker = [
        *("celery", "--quiet", "--app", "config", "worker", "--pool", "threads"),
        *("--concurrency", str(settings.WORKER_THREADS)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    beat = ["celery", "--quiet", "--app", "config", "beat", "--pidfile="]
    return [
        program(name, command, environment)
        for name, command in (("web", web), ("worker", worker), ("beat", beat))
    ]


def simulator_programs(seed: int) -> list[Program]:
    """Return the two simulators, whose states stay in the data folder, and the mail catcher."""
    states = settings.VAR_DIR / "simulators"
    programs = [
        program(
            name,
            [
                *(f"simulators.{name}", "--port", str(port), "--seed", str(seed)),
                *("--state", str(states / f"{name}.state")),
            ],
            {"PYTHONUNBUFFERED": "1"},
        )
        for name, port in (
            ("hubspot", settings.HUBSPOT_SIM_PORT),
            ("quickbooks", settings.QUICKBOOKS_SIM_PORT),
        )
    ]
    if catches_mail():
        ports = [
            *("--smtp-port", str(settings.MAIL_SIM_PORT)),
            *("--port", str(settings.MAIL_PAGE_PORT)),
        ]
        folder = ["--folder", str(settings.VAR_DIR / "mail")]
        programs.append(program("mail", ["simulators.mail", *ports, *folder], {}))
    return programs


def program(name: str, command: Sequence[str], environment: dict[str, str]) -> Program:
    """Return a Python module as a program run from the project's folder."""
    return Program(name, [sys.executable, "-m", *command], environment, settings.BASE_DIR)


def reachable(bind: str) -> str:
    """Return the address at which a server bound to `bind` is reached from here."""
    return LOOPBACK if bind in EVERYWHERE else bind


def login_page_answers() -> bool:
    """Whether the login page is served."""
    connection = http.client.HTTPConnection(reachable(settings.BIND), settings.PORT, timeout=2)
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    try:
        connection.request("GET", "/admin/login/", headers=headers)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def ready_line(administrator: Administrator) -> str:
    """Return the one line that says where to go and who may log in."""
    address = f"{settings.PUBLIC_URL}/admin/"
    if administrator.password:
        login = f"password {administrator.password} (shown only this once)"
    else:
        login = (
            "password as printed at first run; reset with: "
            f".venv/bin/python manage.py changepassword {administrator.name}"
        )
    return f"Ready: {address}  log in as {administrator.name}, {login}"
