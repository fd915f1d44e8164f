"""What an intent holds: the changes it was made from, its digest, how long it is left alone."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from django.conf import settings

from syncapp.core.plan import Change, ChangeOp, FieldChange
from syncapp.core.sides import Side
from syncapp.models import PendingWrite

#: How far two clocks may be apart: a vendor's and ours, or ours before and after it was set right.
CLOCK_TOLERANCE = timedelta(minutes=10)


def digest(change: Change) -> str:
    """A short name for what a change would send, to recognise a write that was refused."""
    body = json.dumps([change.op.value, change.values], sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()[:32]


def digest_of(intent: PendingWrite) -> str:
    """The digest of the change an intent was made from."""
    return digest(Change(Side(intent.side), ChangeOp(intent.op), planned_changes(intent)))


def planned_changes(intent: PendingWrite) -> tuple[FieldChange, ...]:
    """The field changes an intent was made from."""
    return tuple(FieldChange(**change) for change in intent.changes)


def quiet_time(side: Side, op: ChangeOp | str) -> timedelta:
    """How long an unknown write is left alone before it is looked up (ENGINE 2.6).

    A QuickBooks update is looked up at once: the SyncToken makes a double apply impossible.
    """
    if side is Side.QUICKBOOKS and op == ChangeOp.UPDATE:
        return timedelta(0)
    return timedelta(seconds=settings.SYNC[f"{side.name}_UNKNOWN_QUIET_SECONDS"])
