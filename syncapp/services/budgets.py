"""The call logs of the vendors' limits in the database, shared by all workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from syncapp.connectors.rate import Want, seconds_to_wait
from syncapp.models import ApiUsage, Connection, RateBudget


class RowBudgetStore:
    """One row per limit. Rows are locked in the order of their keys."""

    def try_acquire(self, wants: Sequence[Want], *, now: datetime) -> float:
        """See ``BudgetStore``."""
        with transaction.atomic():
            rows = self._locked([want.key for want in wants])
            wait = 0.0
            logs: dict[str, list[datetime]] = {}
            for want in wants:
                row = rows[want.key]
                longest = max((limit.seconds for limit in want.limits), default=0.0)
                start = now - timedelta(seconds=longest)
                logs[want.key] = [t for t in map(_moment, row.log) if t > start]
                blocked = _moment(row.blocked_until) if row.blocked_until else None
                wait = max(
                    wait,
                    seconds_to_wait(logs[want.key], want, now=now, blocked_until=blocked),
                )
            if wait <= 0:
                for want in wants:
                    row = rows[want.key]
                    taken = [*logs[want.key], *[now] * want.places]
                    row.log = [moment.timestamp() for moment in taken]
                    row.save(update_fields=["log"])
            return wait

    def block(self, key: str, *, until: datetime) -> None:
        """See ``BudgetStore``."""
        with transaction.atomic():
            row = self._locked([key])[key]
            row.blocked_until = max(until.timestamp(), row.blocked_until or 0.0)
            row.save(update_fields=["blocked_until"])

    def _locked(self, keys: Sequence[str]) -> dict[str, RateBudget]:
        wanted = sorted(set(keys))
        rows = {
            row.key: row
            for row in RateBudget.objects.select_for_update().filter(key__in=wanted).order_by("key")
        }
        for key in wanted:
            if key not in rows:
                RateBudget.objects.get_or_create(key=key)
                rows[key] = RateBudget.objects.select_for_update().get(key=key)
        return rows


def count_calls(connection: Connection, calls: int, *, day: datetime) -> None:
    """Add to the calls made through a connection on a day."""
    if calls:
        row, _ = ApiUsage.objects.get_or_create(connection=connection, day=day.date())
        ApiUsage.objects.filter(pk=row.pk).update(calls=F("calls") + calls)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
