"""Which of two versions of one record is older; versions of different records never compare."""

from __future__ import annotations

from datetime import datetime

from syncapp.core.sides import Side


def is_older(side: Side, version: str, than: str) -> bool:
    """Whether ``version`` was certainly saved before ``than``, by that side's own count.

    HubSpot counts by time, QuickBooks by SyncToken. A version that cannot be read is not
    older, so that nothing is ever ignored by mistake.
    """
    if not version or not than:
        return False
    try:
        if side is Side.HUBSPOT:
            return datetime.fromisoformat(version) < datetime.fromisoformat(than)
        return int(version) < int(than)
    except (ValueError, TypeError):  # TypeError: one has a time zone, the other has none
        return False
