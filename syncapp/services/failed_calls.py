"""Keeps the last failed call of a record, and lets it go when the record succeeds.

Knows rows only. Must not know what a failure means: that is the record's own reason.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from syncapp.connectors.exchanges import shown
from syncapp.core.errors import SyncError
from syncapp.core.sides import Side
from syncapp.models import FailedCall, PendingWrite, RecordLink

_KEPT = ("side", "at", "method", "path", "status", "request_id", "request", "response", "is_shared")


class FailedCalls:
    """The failures and successes of one batch, saved together."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._failed: dict[int, FailedCall] = {}
        self._succeeded: set[int] = set()

    def failed(self, intent: PendingWrite, error: SyncError) -> None:
        """A write failed; an error without a call (refused before it was sent) keeps nothing."""
        call = error.exchange
        if call is None:
            return
        self._succeeded.discard(intent.link_id)
        self._failed[intent.link_id] = FailedCall(
            link_id=intent.link_id,
            side=self._side.value,
            at=call.at,
            method=call.method,
            path=call.path[:500],
            status=call.status,
            request_id=call.request_id[:128],
            # The values of the other records of the call are nobody's business here.
            request=shown(intent.payload) if call.is_shared else call.request,
            response=call.response,
            is_shared=call.is_shared,
        )

    def succeeded(self, intent: PendingWrite) -> None:
        """A write of the record was confirmed."""
        self._failed.pop(intent.link_id, None)
        self._succeeded.add(intent.link_id)

    def save(self) -> None:
        """Write everything down."""
        if self._succeeded:
            FailedCall.objects.filter(link__in=self._succeeded, side=self._side.value).delete()
        FailedCall.objects.bulk_create(
            self._failed.values(),
            update_conflicts=True,
            unique_fields=["link"],
            update_fields=_KEPT,
        )


def forget(link_ids: Collection[int]) -> None:
    """These records are in sync now."""
    if link_ids:
        FailedCall.objects.filter(link__in=link_ids).delete()


def of(link: RecordLink) -> FailedCall | None:
    """The last failed call of a record."""
    return getattr(link, "failed_call", None)


def as_json(call: FailedCall | None) -> dict[str, Any] | None:
    """The call without its bodies, for ``sync_status --json``."""
    if call is None:
        return None
    return {
        "side": call.side,
        "at": call.at.isoformat(),
        "method": call.method,
        "path": call.path,
        "status": call.status or None,
        "request_id": call.request_id,
    }
