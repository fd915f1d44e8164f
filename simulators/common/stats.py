"""Counts of what a simulator answered.

Knows names and numbers; must not know what a call means.
"""

from __future__ import annotations

import threading
from collections import Counter
from http import HTTPStatus
from typing import Any

PAGE = "page"


class Stats:
    """Requests by kind and status since the start or the last clearing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: Counter[str] = Counter()
        self._statuses: Counter[int] = Counter()

    def count(self, kind: str, status: int) -> None:
        """Count one answered request."""
        with self._lock:
            self._kinds[kind] += 1
            if kind != PAGE:
                self._statuses[status] += 1

    def clear(self) -> None:
        """Start from zero."""
        with self._lock:
            self._kinds.clear()
            self._statuses.clear()

    def report(self) -> dict[str, Any]:
        """The counts: ``api_calls`` leaves people's pages out."""
        with self._lock:
            return {
                "api_calls": sum(n for kind, n in self._kinds.items() if kind != PAGE),
                "pages": self._kinds.get(PAGE, 0),
                "by_kind": dict(sorted((k, n) for k, n in self._kinds.items() if k != PAGE)),
                "by_status": {str(s): n for s, n in sorted(self._statuses.items())},
                "throttled": self._statuses.get(HTTPStatus.TOO_MANY_REQUESTS, 0),
            }
