"""Names the values of somebody else's that our updates in HubSpot overwrote unseen.

HubSpot has no conditional write; its property history shows what stood there for a moment: a
foreign value right before ours that is not the one we saw (ENGINE 2.6). The history is read before
the outcome is saved: a process that dies, or a call that fails, in between leaves the write open,
and whoever looks it up reads the history then. Must not know what becomes of a write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from syncapp.core.plan import ChangeOp, FieldChange
from syncapp.core.records import PastValue
from syncapp.core.sides import Side
from syncapp.core.values import canonical
from syncapp.models import PendingWrite
from syncapp.services import record_log
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.intents import CLOCK_TOLERANCE, planned_changes

History: TypeAlias = Mapping[str, Mapping[str, tuple[PastValue, ...]]]


def read(
    context: RunContext, sync: ActiveSync, side: Side, intents: Sequence[PendingWrite]
) -> History:
    """The history of what these writes were about, as far as it may tell of a lost value.

    Raises:
        SyncError: HubSpot did not tell.
    """
    if side is not Side.HUBSPOT:
        return {}
    two_way = _two_way(sync)
    concerned = [i for i in intents if i.op == ChangeOp.UPDATE and two_way & set(i.payload)]
    if not concerned:
        return {}
    ids = [str(intent.link.id_on(side)) for intent in concerned]
    return context.connectors[side].history(sync.config.pair.type(side), ids, sorted(two_way))


def note(
    context: RunContext, sync: ActiveSync, intents: Sequence[PendingWrite], history: History
) -> None:
    """Log what the updates overwrote, inside of the transaction that saves their outcome."""
    side, two_way = Side.HUBSPOT, _two_way(sync)
    entries = []
    for intent in intents:
        if not two_way & set(intent.payload):
            continue
        past = history.get(str(intent.link.id_on(side)), {})
        lost = [
            (change, value)
            for change in planned_changes(intent)
            if (value := _lost_to(intent, change, past.get(change.field, ()))) is not None
        ]
        if lost:
            entries.append(
                record_log.entry(
                    intent.link,
                    record_log.Kind.CONFLICT,
                    at=context.env.clock.now(),
                    run=context.run,
                    side=side,
                    text="The value was changed in HubSpot in the very moment it was written.",
                    changes=[
                        {
                            "field": change.field,
                            "label": change.field,
                            "before": value.value,
                            "after": change.after,
                            "side": side.value,
                        }
                        for change, value in lost
                    ],
                )
            )
    record_log.save(entries)


def is_since(value: PastValue, intent: PendingWrite) -> bool:
    """Whether a value was set after a write was first sent."""
    try:
        return datetime.fromisoformat(value.at) >= intent.first_sent_at - CLOCK_TOLERANCE
    except ValueError:
        return False


def _two_way(sync: ActiveSync) -> set[str]:
    """The HubSpot properties whose own value counts, too."""
    back = Side.QUICKBOOKS
    if not sync.config.direction.allows(back):
        return set()
    return {m.hubspot for m in sync.config.merged if m.direction.allows(back)}


def _lost_to(
    intent: PendingWrite, change: FieldChange, values: Sequence[PastValue]
) -> PastValue | None:
    """The foreign value, newest first, that our write of a field came to stand upon."""
    for ours, older in pairwise(values):
        if not ours.ours or canonical(ours.value) != canonical(change.after):
            continue
        if not is_since(ours, intent):
            return None
        seen = {canonical(change.before), canonical(change.after)}
        return None if older.ours or canonical(older.value) in seen else older
    return None
