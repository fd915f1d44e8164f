"""What a page asks a worker to do: sent once the page's own changes are committed.

With the broker away nothing is lost and nobody is troubled: what is due stands in the database,
and the next tick finds it. Must not know what a task does.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from syncapp.models import Trigger
from syncapp.tasks import run_account_pair

logger = logging.getLogger(__name__)


def soon(task: Task[Any, Any], *arguments: Any) -> None:
    """Hand a task over after the commit."""
    transaction.on_commit(partial(_send, task, arguments))


def run_soon(pair_id: int) -> None:
    """Have a worker look at a pair now; the next tick would a little later."""
    soon(run_account_pair, pair_id, Trigger.MANUAL.value)


def _send(task: Task[Any, Any], arguments: tuple[Any, ...]) -> None:
    try:
        task.delay(*arguments)
    except OperationalError:
        logger.warning("The broker is away; the next tick starts %s.", task.name)
