"""The admin: what finance staff see. Each module registers its own pages; services act."""

from __future__ import annotations

from syncapp.admin import (
    approvals,
    audit,
    connections,
    definitions,
    links,
    mails,
    notifications,
    pairs,
    periodic,
    runs,
)

__all__ = [
    "approvals",
    "audit",
    "connections",
    "definitions",
    "links",
    "mails",
    "notifications",
    "pairs",
    "periodic",
    "runs",
]
