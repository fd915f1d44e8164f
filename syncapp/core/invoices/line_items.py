"""The plan of one line item of a mirrored invoice (ENGINE 3.4): QuickBooks' line, shown in HubSpot.

A line is a record of its own, so that the lines of many invoices go in one call and a crash
between two of them doubles none. It never travels to QuickBooks.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.core.plan import (
    IN_SYNC,
    TIES,
    Change,
    ChangeOp,
    FieldChange,
    RecordPlan,
    Status,
    because,
)
from syncapp.core.planner import LinkState, Observed, SyncConfig, mapped_values, merge_record
from syncapp.core.sides import Direction, Side


@dataclass(frozen=True, slots=True)
class Whole:
    """The invoice a line belongs to.

    Attributes:
        link: Its record link.
        hubspot_id: "" while it is not there yet.
        is_mirror: It came from QuickBooks.
        gone: Why it can no longer take part; "" while it can.
    """

    link: int
    label: str
    hubspot_id: str = ""
    is_mirror: bool = True
    gone: str = ""


def plan_line(
    link: LinkState, config: SyncConfig, invoice: Whole | None, product: str
) -> RecordPlan:
    """Decide one line.

    Args:
        link: The line in QuickBooks, and its line item once it was made.
        config: The sync of lines.
        invoice: The invoice it belongs to; None for one that nobody knows any more.
        product: Id of its product in HubSpot; "" for none.
    """
    if invoice is None or not invoice.is_mirror or not config.direction.allows(Side.HUBSPOT):
        return RecordPlan(because("direction", side=Side.QUICKBOOKS.label), base=link.base)
    line, item = link.quickbooks, link.hubspot
    gone = _why_gone(line, item, invoice)
    if gone is not None:
        return RecordPlan(gone, base=link.base)
    assert line is not None  # noqa: S101 - else it is gone
    if line.gone:
        taken_off = because("gone", side=Side.QUICKBOOKS.label, how=line.gone)
        archive = (Change(Side.HUBSPOT, ChangeOp.ARCHIVE, ()),) if item is not None else ()
        return RecordPlan(taken_off, archive, link.base)
    if item is not None:
        merged = merge_record(link, config, lambda _: Direction.TO_HUBSPOT)
        return RecordPlan(IN_SYNC, merged.updates, merged.base)
    if not invoice.hubspot_id:
        waiting = because("waits_for", record=f"the invoice “{invoice.label}”")
        return RecordPlan(waiting, base=link.base, waits_on=invoice.link)
    fields = (
        *mapped_values(line, config, Side.HUBSPOT),
        *([FieldChange("hs_product_id", None, product)] if product else ()),
        FieldChange(TIES, None, [{"type": "invoices", "id": invoice.hubspot_id}]),
    )
    return RecordPlan(IN_SYNC, (Change(Side.HUBSPOT, ChangeOp.CREATE, fields),), link.base)


def _why_gone(line: Observed | None, item: Observed | None, invoice: Whole) -> Status | None:
    """A line whose invoice is gone is left as it is; one archived in HubSpot is not made anew."""
    if invoice.gone:
        return because("gone", side=Side.QUICKBOOKS.label, how=invoice.gone)
    if line is None or (item is not None and item.gone):
        return because("gone", side=Side.HUBSPOT.label, how="archived")
    return None
