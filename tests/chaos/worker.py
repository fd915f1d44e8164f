"""A Celery worker as ``manage.py up`` starts it, forked from a process that has imported it all.

Importing takes seconds, forking milliseconds: so a worker can be killed every few moments and be
back at work. Must not touch the database before the fork.
"""

from __future__ import annotations

import os
import signal
import sys

import django

django.setup()

from celery.bin import worker as _command  # noqa: E402, F401 - imported before the fork
from celery.concurrency import thread as _pool  # noqa: E402, F401
from django.conf import settings  # noqa: E402

from config.celery import app  # noqa: E402
from syncapp import tasks as _tasks  # noqa: E402, F401
from syncapp.management import supervisor  # noqa: E402
from syncapp.services.env import real_env  # noqa: E402

MUTANT = "CHAOS_MUTANT"  # a rule to switch off in the workers, to see it missed
if os.environ.get(MUTANT):
    from tests.simulation import mutants

    mutants.apply(os.environ[MUTANT])


def work(log: str, crash_at: str, threads: int) -> None:
    """Be a worker until killed; ``crash_at`` as in TANDEM_CRASH_AT."""
    os.setsid()
    supervisor.end_with_parent(signal.SIGKILL)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(file, standard)
    settings.TANDEM_CRASH_AT = crash_at
    real_env.cache_clear()
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(
        ["--quiet", "worker", "--pool", "threads", "--concurrency", str(threads), *options]
    )
    sys.exit(0)
