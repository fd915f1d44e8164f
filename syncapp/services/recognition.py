"""Recognises the record that a create may have made, where it bears no mark of ours.

Must not decide anything: a look-up takes a record that is recognised for ours, matching leaves one
alone until the create has been looked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.core.planner import SyncConfig
from syncapp.core.schema import Kind
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values, canonical, is_empty


def is_alike(config: SyncConfig, side: Side, sent: Mapping[str, Value], values: Values) -> bool:
    """Whether at least half of what was sent to a side still stands in a record of it."""
    kinds = {m.field(side): m.kind for m in config.mappings}
    told = {name: value for name, value in sent.items() if not is_empty(value)}
    kept = [
        name
        for name, value in told.items()
        if canonical(value, kinds.get(name, Kind.TEXT))
        == canonical(values.get(name), kinds.get(name, Kind.TEXT))
    ]
    return 2 * len(kept) >= len(told)
