"""Whether this installation can work: database and broker. Says no addresses and no secrets."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

BROKER_TIMEOUT_SECONDS = 2
QUEUE = "celery"  # Celery's default; passive declaring asks for it without making it


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when both answer, else 503; the body names what does not."""
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    healthy = all(parts.values())
    words = {name: "ok" if answers else "unreachable" for name, answers in parts.items()}
    return JsonResponse(
        {"status": "ok" if healthy else "unhealthy", **words}, status=200 if healthy else 503
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer.")
        return False
    return True


def _broker_answers() -> bool:
    # Any: the transports' channels carry no types.
    broker: Any = current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT_SECONDS)
    try:
        with broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_SECONDS)
            broker.default_channel.queue_declare(QUEUE, passive=True)
    except Exception as error:  # noqa: BLE001 (each transport raises errors of its own)
        logger.warning("The broker does not answer: %s", type(error).__name__)
        return False
    return True
