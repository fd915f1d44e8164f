"""Lets old logs go, in chunks; never the links of a sync that is alive."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Model, QuerySet

from syncapp.core.ports import Env
from syncapp.models import (
    ApiUsage,
    ConsentRequest,
    Export,
    FailedCall,
    Mail,
    MonthlyReads,
    Notification,
    PendingWrite,
    RecordLogEntry,
    Rehearsal,
    RehearsalRow,
    SyncDefinition,
    SyncRun,
    TieOut,
)
from syncapp.services import exports

CHUNK = 5000
WRITES_DAYS = 30
LOG_DAYS = 90
DISPUTED_LOG_DAYS = 400
RUNS_DAYS = 90
MESSAGES_DAYS = 90
REHEARSAL_ROWS_DAYS = 14
USAGE_DAYS = 400
#: Statements of a month are looked up again at the end of a year and in an audit.
STATEMENT_DAYS = 400
DELETED_SYNC_DAYS = 30
EXPORT_DAYS = exports.KEPT_DAYS
DISPUTED = (RecordLogEntry.Kind.CONFLICT, RecordLogEntry.Kind.REFUSED)


def prune(*, env: Env) -> dict[str, int]:
    """Delete what is past its time; returns how many rows of each kind."""
    now = env.clock.now()

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    log = RecordLogEntry.objects.filter(at__lt=before(LOG_DAYS))
    return {
        "writes": _delete(
            PendingWrite.objects.filter(settled_at__lt=before(WRITES_DAYS)).exclude(
                state__in=PendingWrite.OPEN
            )
        ),
        "log": _delete(log.exclude(kind__in=DISPUTED))
        + _delete(log.filter(at__lt=before(DISPUTED_LOG_DAYS))),
        "failed_calls": _delete(FailedCall.objects.filter(at__lt=before(LOG_DAYS))),
        "runs": _delete(SyncRun.objects.filter(ended_at__lt=before(RUNS_DAYS))),
        "rehearsal_rows": _delete(
            RehearsalRow.objects.filter(rehearsal__ended_at__lt=before(REHEARSAL_ROWS_DAYS))
        ),
        "rehearsals": _delete(Rehearsal.objects.filter(ended_at__lt=before(RUNS_DAYS))),
        "mails": _delete(Mail.objects.filter(created_at__lt=before(MESSAGES_DAYS))),
        "notifications": _delete(
            Notification.objects.filter(created_at__lt=before(MESSAGES_DAYS), read_at__isnull=False)
        ),
        "statements": _delete(TieOut.objects.filter(requested_at__lt=before(STATEMENT_DAYS))),
        "consents": _delete(ConsentRequest.objects.filter(created_at__lt=before(1))),
        "usage": _delete(ApiUsage.objects.filter(day__lt=before(USAGE_DAYS).date()))
        + _delete(MonthlyReads.objects.filter(month__lt=before(USAGE_DAYS).date())),
        "exports": exports.expire(now=now) + _delete_exports(before(EXPORT_DAYS)),
        "export_rows": _delete(Export.objects.filter(requested_at__lt=before(RUNS_DAYS))),
        "syncs": _delete(SyncDefinition.objects.filter(deleted_at__lt=before(DELETED_SYNC_DAYS))),
    }


def _delete_exports(before: datetime) -> int:
    """Files that nobody knows of: their rows are gone, or a worker was killed over them."""
    old = [
        path
        for path in Path(settings.EXPORTS_DIR).glob("*")
        if path.is_file() and path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _delete(rows: QuerySet[Model]) -> int:
    total = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        rows.model._default_manager.filter(pk__in=ids).delete()
        total += len(ids)
    return total
