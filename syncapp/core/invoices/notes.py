"""What every note has in common that shows in HubSpot something QuickBooks holds (ENGINE 3.5).

QuickBooks alone rules a note: it appears, follows and goes with what it shows. Must not know what
that is, nor whether it may be shown. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from syncapp.core.plan import IN_SYNC, TIES, Change, ChangeOp, FieldChange, RecordPlan, because
from syncapp.core.planner import LinkState, Observed, SyncConfig, mapped_values, merge_record
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value


def shown_by(link: LinkState) -> Observed | RecordPlan:
    """What QuickBooks holds; or the plan where that, or its note, is gone."""
    here, there = link.hubspot, link.quickbooks
    if there is None or (here is not None and here.gone):
        return RecordPlan(because("gone", side=Side.HUBSPOT.label, how="archived"), base=link.base)
    if there.gone:
        gone = because("gone", side=Side.QUICKBOOKS.label, how=there.gone)
        archive = (Change(Side.HUBSPOT, ChangeOp.ARCHIVE, ()),) if here is not None else ()
        return RecordPlan(gone, archive, link.base)
    return there


def follow(link: LinkState, config: SyncConfig) -> RecordPlan:
    """Keep a note that is there true."""
    merged = merge_record(link, config, lambda _: Direction.TO_HUBSPOT)
    return RecordPlan(IN_SYNC, merged.updates, merged.base)


def write(
    link: LinkState, there: Observed, config: SyncConfig, *, on: str, ids: Iterable[str]
) -> RecordPlan:
    """Write a new note on records of one type ("deals")."""
    ties: list[Value] = [{"type": on, "id": one} for one in ids]
    fields = (*mapped_values(there, config, Side.HUBSPOT), FieldChange(TIES, None, ties))
    return RecordPlan(IN_SYNC, (Change(Side.HUBSPOT, ChangeOp.CREATE, fields),), link.base)
