"""Makes due what looks at a record whose state is another now.

Must not know why the state changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from syncapp.core.reasons import State
from syncapp.models import RecordLink


def wake_around(links: Iterable[RecordLink], *, now: datetime) -> None:
    """Plan again what waited for some records, their parts that failed, and their wholes.

    Only for records whose state is another now: a record that stays as it was wakes nobody, or
    an invoice and its payments would wake each other for ever.
    """
    turned = list(links)
    done = [link.pk for link in turned if link.blocked_on_id is None]
    if done:
        RecordLink.objects.filter(blocked_on__in=done).update(blocked_on=None, next_at=now)
        # What was refused because its whole is gone says so from now on.
        parts = RecordLink.objects.filter(parent__in=done, state=State.FAILING)
        parts.exclude(code="bad_data").update(next_at=now)
    wholes = {link.parent_id for link in turned if link.parent_id is not None}
    if wholes:
        RecordLink.objects.filter(pk__in=wholes, next_at=None).exclude(
            code="outcome_unknown"
        ).update(next_at=now)
