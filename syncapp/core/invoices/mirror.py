"""What HubSpot shows of an invoice that came from QuickBooks (S17, S19; ENGINE 3.2, 3.4).

It is kept as data: not billable, so that HubSpot never collects on it. It is made as a draft,
gets its lines, and is opened once all of them are there; a draft that a crash left is continued.
QuickBooks' next value overwrites what was edited in HubSpot; until then it stands, and is told.
"""

from __future__ import annotations

from syncapp.core.invoices.facts import InvoiceFacts
from syncapp.core.invoices.gate import CONTACT_BASE, party_on
from syncapp.core.invoices.lines import booked_totals
from syncapp.core.merge import BasePair
from syncapp.core.money import shown
from syncapp.core.pairs.invoices import DERIVED, DRAFT
from syncapp.core.plan import (
    IN_SYNC,
    TIES,
    Change,
    ChangeOp,
    FieldChange,
    Note,
    RecordPlan,
    Status,
    because,
)
from syncapp.core.planner import LinkState, Observed, SyncConfig, mapped_values, merge_record
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values, canonical


def creation(
    seen: Observed, config: SyncConfig, facts: InvoiceFacts
) -> tuple[FieldChange, ...] | RecordPlan:
    """What HubSpot is sent for a new mirror, or why nothing is."""
    failed = _ties_out(seen.values)
    if failed is not None:
        return RecordPlan(failed)
    if not facts.parties:
        return RecordPlan(because("inv_no_customer", detail="It names no customer."))
    party = facts.parties[0]
    contact = party_on(party, Side.HUBSPOT, "customer")
    if isinstance(contact, RecordPlan):
        return contact
    ties: list[dict[str, Value]] = [{"type": "contacts", "id": contact}]
    if party.company:  # set at creation only: a later manual change is left alone (S17)
        ties.append({"type": "companies", "id": party.company})
    currency = seen.values.get("CurrencyRef.value") or facts.books.home_currency
    return (
        FieldChange("hs_invoice_status", None, DRAFT),
        FieldChange("hs_invoice_billable", None, "false"),
        FieldChange("hs_currency", None, currency),
        *mapped_values(seen, config, Side.HUBSPOT),
        FieldChange(TIES, None, ties, mapping=CONTACT_BASE, source=party.id_on(Side.QUICKBOOKS)),
    )


def plan(
    link: LinkState, config: SyncConfig, facts: InvoiceFacts, *, included: bool = False
) -> RecordPlan:
    """Plan a mirror that exists."""
    assert link.hubspot is not None and link.quickbooks is not None  # noqa: S101, PT018
    shut = config.shuts_out(Side.QUICKBOOKS, link.quickbooks.values, included=included)
    is_open = config.direction.allows(Side.HUBSPOT) and shut is None
    merged = merge_record(link, config, lambda _: Direction.TO_HUBSPOT if is_open else None)
    base, derived = _derived(link, dict(merged.base))
    notes = _edits_in_hubspot(link, config, base)
    if not is_open:
        return RecordPlan(shut or because("direction", side=Side.QUICKBOOKS.label), base=base)
    failed = _ties_out(link.quickbooks.values)
    if failed is not None:
        return RecordPlan(failed, base=base)
    fields = merged.writes.get(Side.HUBSPOT, ())
    if facts.lines_open or facts.lines_failing:
        waiting = facts.lines_failing or because("inv_lines_open")
        return RecordPlan(waiting, _update(fields), base, notes=notes)
    changes = _update((*fields, *derived))
    moved = _moved(link, facts)
    if isinstance(moved, RecordPlan):
        return RecordPlan(moved.status, changes, base, waits_on=moved.waits_on, wants=moved.wants)
    return RecordPlan(IN_SYNC, (*changes, *moved), base, merged.emptied, notes=notes)


def _update(fields: tuple[FieldChange, ...]) -> tuple[Change, ...]:
    return (Change(Side.HUBSPOT, ChangeOp.UPDATE, fields),) if fields else ()


def _ties_out(values: Values) -> Status | None:
    totals = booked_totals(values)
    if totals.tie_out:
        return None
    currency = str(values.get("CurrencyRef.value") or "")
    computed = totals.subtotal - totals.discount + totals.tax
    return because(
        "inv_totals", computed=shown(computed, currency), total=shown(totals.total, currency)
    )


def _derived(
    link: LinkState, base: dict[str, BasePair]
) -> tuple[dict[str, BasePair], tuple[FieldChange, ...]]:
    """What QuickBooks computes: written when it changed there, whatever stands in HubSpot."""
    assert link.hubspot is not None and link.quickbooks is not None  # noqa: S101, PT018
    writes = []
    for mapping in DERIVED:
        now = BasePair(
            link.hubspot.values.get(mapping.hubspot),
            link.quickbooks.values.get(mapping.quickbooks),
        )
        known = base.get(mapping.key)
        if mapping.agree(now.hubspot, now.quickbooks):
            base[mapping.key] = now
        elif known is None or canonical(known.quickbooks, mapping.kind) != canonical(
            now.quickbooks, mapping.kind
        ):
            writes.append(
                FieldChange(
                    mapping.hubspot, now.hubspot, now.quickbooks, mapping=mapping.key,
                    source=now.quickbooks,
                )
            )  # fmt: skip
    return base, tuple(writes)


def _edits_in_hubspot(
    link: LinkState, config: SyncConfig, base: dict[str, BasePair]
) -> tuple[Note, ...]:
    """What was edited in HubSpot and is not sent (ENGINE 3.2, last column)."""
    assert link.hubspot is not None  # noqa: S101 - it is linked
    notes = []
    for mapping in (*config.merged, *DERIVED):
        known = base.get(mapping.key)
        now = link.hubspot.values.get(mapping.hubspot)
        if known is None or canonical(known.hubspot, mapping.kind) == canonical(now, mapping.kind):
            continue
        notes.append(
            Note(
                f"edited:{mapping.key}:{canonical(now, mapping.kind)}",
                f"{mapping.name} was changed in HubSpot from “{known.hubspot}” to “{now}”. The "
                "invoice lives in QuickBooks: make the change there. QuickBooks' next value "
                "overwrites it.",
            )
        )
    return tuple(notes)


def _moved(link: LinkState, facts: InvoiceFacts) -> tuple[Change, ...] | RecordPlan:
    """The contact follows the customer."""
    known = link.base.get(CONTACT_BASE)
    if not facts.parties or known is None:
        return ()
    party = facts.parties[0]
    customer = party.id_on(Side.QUICKBOOKS)
    if known.quickbooks == customer:
        return ()
    contact = party_on(party, Side.HUBSPOT, "customer")
    if isinstance(contact, RecordPlan):
        return contact
    moved = FieldChange("@contacts", known.hubspot, contact, mapping=CONTACT_BASE, source=customer)
    return (Change(Side.HUBSPOT, ChangeOp.ASSOCIATE, (moved,)),)
