"""Small pages, batches and slices, so that a dozen records meet every paging rule.

The sizes are the vendors'; a scenario shrinks them on our side, and the one the simulator enforces
(the cap of a CDC answer) there too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from random import Random
from typing import Any
from unittest import mock

from django.conf import settings

from simulators.quickbooks import cdc
from syncapp.connectors.hubspot import connector as hubspot
from syncapp.connectors.hubspot import paging
from syncapp.connectors.quickbooks import changes
from syncapp.connectors.quickbooks import connector as quickbooks


@contextlib.contextmanager
def pages(random: Random) -> Iterator[bool]:
    """Shrink pages and batches in most scenarios; says whether CDC is capped so low, too."""
    if random.random() < 0.3:
        yield False
        return
    page, batch, cap = random.randint(3, 6), random.randint(1, 4), random.choice((6, 1000))
    sizes: list[tuple[Any, str, int]] = [
        (hubspot, "LIST_PAGE", page),
        (paging, "SEARCH_PAGE", page),
        (hubspot, "BATCH", batch),
        (hubspot, "HISTORY_BATCH", batch),
        (quickbooks, "PAGE", page),
        (changes, "PAGE", page),
        (changes, "TIE_OVERLAP", 1),
        (quickbooks, "BATCH", batch),
        (changes, "CDC_CAP", cap),
        (cdc, "MOST_OBJECTS", cap),
    ]
    with contextlib.ExitStack() as stack:
        for module, name, size in sizes:
            stack.enter_context(mock.patch.object(module, name, size))
        yield cap < 1000


@contextlib.contextmanager
def slices(random: Random) -> Iterator[None]:
    """Short slices, as if many pairs were waiting."""
    calls = random.choice((4, 7, 12, 40, 150))
    with mock.patch.dict(settings.SYNC, {"SLICE_CALLS": calls}):
        yield
