"""Asks pages and prints what each costs: queries, the best time of three, size.

Knows how a page is measured. Must not know which pages, nor what is on them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Any

TIMES = 3


def measure(title: str, user: Any, pages: Iterable[tuple[str, str]]) -> None:
    """Print a line for each page; with ``SLOW`` set also its two slowest queries.

    Args:
        title: What the pages are, above their names.
        user: Who asks.
        pages: ``(name, address)`` of each.
    """
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"accept-encoding": "gzip"}, SERVER_NAME="localhost")
    client.force_login(user)
    print(f"{title:32}{'queries':>8}{'ms':>8}{'KB':>7}")
    for name, address in pages:
        best, size, queries = 1e9, 0, 0
        for _ in range(TIMES):
            with CaptureQueriesContext(connection) as made:
                began = time.perf_counter()
                answer = client.get(address)
                best = min(best, time.perf_counter() - began)
            assert answer.status_code == 200, (name, answer.status_code)
            size, queries = len(answer.content), len(made)
        print(f"{name:32}{queries:>8}{best * 1000:>8.0f}{size / 1024:>7.1f}", flush=True)
        if os.environ.get("SLOW"):
            for query in sorted(made.captured_queries, key=lambda q: -float(q["time"]))[:2]:
                print("   ", query["time"], query["sql"][:700])
