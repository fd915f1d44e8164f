"""What happens to an invoice made in HubSpot once QuickBooks has it (ENGINE 3.2, S20, S22).

Fields and dates may be edited on either side; lines, prices, customer and tax only in HubSpot, and
only while nothing is paid and the period is open. What was edited in QuickBooks against that is
shown with both versions and never overwritten; it clears by itself when it is reverted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncapp.core.invoices import gate
from syncapp.core.invoices.facts import InvoiceFacts
from syncapp.core.invoices.gate import CUSTOMER_BASE, LINES_BASE, NUMBER_KEY
from syncapp.core.invoices.lines import (
    SALE,
    BookedLine,
    billed,
    booked,
    booked_totals,
    differences,
)
from syncapp.core.mapping import FieldMapping
from syncapp.core.merge import BasePair
from syncapp.core.money import amount, shown
from syncapp.core.pairs.invoices import VOIDED, status_of
from syncapp.core.plan import (
    IN_SYNC,
    Change,
    ChangeOp,
    FieldChange,
    Note,
    RecordPlan,
    Status,
    because,
)
from syncapp.core.planner import LinkState, SyncConfig, merge_record
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values

DATE_FIELD = "TxnDate"
KEPT_WORDING = Note(
    "reworded",
    "The text of a line was changed in HubSpot. QuickBooks keeps its own, because the invoice has "
    "a payment or its period is closed.",
)


@dataclass(slots=True)
class _Draft:
    """A plan in the making: what is written, and the first thing that stands against it."""

    base: dict[str, BasePair]
    writes: list[FieldChange] = field(default_factory=list)
    status: Status = IN_SYNC
    waits_on: int | None = None
    wants: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()

    def refuse(self, status: Status) -> None:
        if self.status == IN_SYNC:
            self.status = status


def plan(link: LinkState, config: SyncConfig, facts: InvoiceFacts) -> RecordPlan:
    """Plan an invoice of HubSpot that QuickBooks has."""
    assert link.hubspot is not None and link.quickbooks is not None  # noqa: S101, PT018
    ours, theirs = link.hubspot.values, link.quickbooks.values
    voided = _void(ours, theirs, config, facts)
    if voided is not None:
        return RecordPlan(voided.status, voided.changes, link.base)
    if ours.get("hs_invoice_status") == VOIDED:
        return RecordPlan(IN_SYNC, base=link.base)
    merged = merge_record(link, config, lambda mapping: _open_for(mapping, config))
    draft = _Draft(dict(merged.base))
    is_frozen = _is_paid(theirs) or facts.books.is_closed(str(theirs.get(DATE_FIELD) or ""))
    _fields(draft, merged.writes.get(Side.QUICKBOOKS, ()), theirs, facts)
    _tax(draft, link, ours, theirs)
    _customer(draft, link, config, facts, is_frozen=is_frozen)
    _lines(draft, link, config, facts, is_frozen=is_frozen)
    if not draft.writes and draft.status == IN_SYNC:
        differ = totals_differ(ours, theirs)
        if differ is not None:
            draft.refuse(differ)
    changes = []
    if draft.writes:
        changes.append(Change(Side.QUICKBOOKS, ChangeOp.UPDATE, tuple(draft.writes)))
    inward = merged.writes.get(Side.HUBSPOT, ())
    if inward:
        changes.append(Change(Side.HUBSPOT, ChangeOp.UPDATE, inward))
    return RecordPlan(
        draft.status, tuple(changes), draft.base, merged.emptied, draft.waits_on, draft.wants,
        (*draft.notes, *_moves(inward)),
    )  # fmt: skip


def _open_for(mapping: FieldMapping, config: SyncConfig) -> Direction | None:
    """A number is given once; every other field travels both ways where the sync does."""
    return None if mapping.key == NUMBER_KEY else config.direction


def _is_paid(theirs: Values) -> bool:
    return amount(theirs.get("TotalAmt")) != amount(theirs.get("Balance"))


def totals_differ(ours: Values, theirs: Values) -> Status | None:
    """Both totals, where they are not the same to the cent; a voided invoice has none."""
    if status_of(theirs) == VOIDED:
        return None
    mine, booked_total = amount(ours.get("hs_amount_billed")), booked_totals(theirs).total
    if mine == booked_total:
        return None
    currency = str(ours.get("hs_currency") or "")
    return because(
        "totals", hubspot=shown(mine, currency), quickbooks=shown(booked_total, currency)
    )


def _void(
    ours: Values, theirs: Values, config: SyncConfig, facts: InvoiceFacts
) -> RecordPlan | None:
    """A void in HubSpot is followed where it harms no reported month (ENGINE 3.2)."""
    here, there = ours.get("hs_invoice_status") == VOIDED, status_of(theirs) == VOIDED
    if here == there:
        return None
    if there:
        return RecordPlan(because("inv_voided_in_qbo"))
    if _is_paid(theirs):
        return RecordPlan(because("inv_void_has_payments"))
    day = str(theirs.get(DATE_FIELD) or "")
    month, this_month = day[:7], facts.today[:7]
    if month != this_month or gate.period_of(day, facts) is not None:
        return RecordPlan(because("inv_void_or_credit", month=month))
    if not config.direction.allows(Side.QUICKBOOKS):
        return RecordPlan(because("direction", side=Side.HUBSPOT.label))
    return RecordPlan(IN_SYNC, (Change(Side.QUICKBOOKS, ChangeOp.VOID, ()),))


def _fields(
    draft: _Draft, writes: tuple[FieldChange, ...], theirs: Values, facts: InvoiceFacts
) -> None:
    """Header fields; a date moves only between open periods and while nothing is paid."""
    closed = gate.period_of(str(theirs.get(DATE_FIELD) or ""), facts)
    for change in writes:
        if change.field != DATE_FIELD:
            if closed is None:
                draft.writes.append(change)
            else:
                draft.refuse(closed)
            continue
        into = gate.period_of(str(change.after or ""), facts)
        if closed is not None or into is not None:
            draft.refuse(closed or into or IN_SYNC)
        elif _is_paid(theirs):
            draft.refuse(because("inv_edited_after_payment", field="The invoice date"))
        else:
            draft.writes.append(change)


def _added_tax(ours: Values, theirs: Values) -> Status | None:
    """Tax that somebody put on the invoice in QuickBooks."""
    added = amount(theirs.get("TxnTaxDetail.TotalTax"))
    currency = str(ours.get("hs_currency") or "")
    return because("inv_tax_added_in_qbo", tax=shown(added, currency)) if added else None


def _tax(draft: _Draft, link: LinkState, ours: Values, theirs: Values) -> None:
    currency = str(ours.get("hs_currency") or "")
    added = _added_tax(ours, theirs)
    if added is not None and added != link.answered:
        draft.refuse(added)
    own = amount(ours.get("hs_taxes_total"))
    if own:
        draft.refuse(because("inv_tax_in_hubspot", tax=shown(own, currency)))


def _customer(
    draft: _Draft, link: LinkState, config: SyncConfig, facts: InvoiceFacts, *, is_frozen: bool
) -> None:
    assert link.quickbooks is not None  # noqa: S101 - it is linked
    now = str(link.quickbooks.values.get("CustomerRef.value") or "")
    known = draft.base.get(CUSTOMER_BASE)
    party = gate.only_party(facts)
    if isinstance(party, Status):
        draft.refuse(party)
        return
    wanted = party.id_on(Side.QUICKBOOKS)
    if wanted == now:
        draft.base[CUSTOMER_BASE] = BasePair(party.id_on(Side.HUBSPOT), now)
        return
    edited = None
    if known is not None and known.quickbooks != now:
        before = _party_name(facts, str(known.quickbooks))
        edited = because("inv_customer_changed_in_qbo", before=before, now=_party_name(facts, now))
        if edited != link.answered:
            draft.refuse(edited)
            return
    found = gate.party_on(party, Side.QUICKBOOKS, "customer")
    if isinstance(found, RecordPlan):
        draft.refuse(found.status)
        draft.waits_on, draft.wants = found.waits_on, found.wants
    elif not config.direction.allows(Side.QUICKBOOKS):
        return
    elif is_frozen:
        draft.refuse(edited or because("inv_edited_after_payment", field="The customer"))
    else:
        draft.writes.append(
            FieldChange(
                "CustomerRef.value", now, found, mapping=CUSTOMER_BASE,
                source=party.id_on(Side.HUBSPOT),
            )
        )  # fmt: skip


def _party_name(facts: InvoiceFacts, customer: str) -> str:
    known = (*facts.parties, *filter(None, (facts.booked_party,)))
    named = next((p.label for p in known if p.id_on(Side.QUICKBOOKS) == customer), "")
    return f"“{named}” (id {customer})" if named else f"customer {customer}"


def _lines(
    draft: _Draft, link: LinkState, config: SyncConfig, facts: InvoiceFacts, *, is_frozen: bool
) -> None:
    assert link.hubspot is not None and link.quickbooks is not None  # noqa: S101, PT018
    ours, theirs = link.hubspot.values, link.quickbooks.values
    now = booked(theirs)
    known = draft.base.get(LINES_BASE)
    source: Value = tuple(line.as_json for line in billed(ours))
    was = booked({"Line": known.quickbooks}) if known is not None else now
    made = gate.outbound_lines(ours, facts, _kept(known, now))
    edited = _added_tax(ours, theirs)  # it goes with the lines that are sent without tax
    is_insisted = edited is not None and edited == link.answered
    if not is_insisted:
        sent = booked({"Line": made.sent}) if not isinstance(made, Status) else None
        if sent is not None and _substance(sent) == _substance(now):
            is_reworded = (
                known is not None
                and _texts(known.hubspot) != _texts(source)
                and _descriptions(sent) != _descriptions(now)
            )
            if is_reworded and is_frozen:
                draft.notes = (KEPT_WORDING,)
            if not is_reworded or is_frozen or not config.direction.allows(Side.QUICKBOOKS):
                draft.base[LINES_BASE] = BasePair(source, theirs.get("Line"))
                return
        else:
            edited = _edited(was, now)
            is_insisted = edited is not None and edited == link.answered
            if edited is not None and not is_insisted:
                draft.refuse(edited)
                return
            if not is_insisted and known is not None and _plain(known.hubspot) == _plain(source):
                return  # as it was agreed; what the items are called now does not matter
    if isinstance(made, Status):
        draft.refuse(made)
    elif not config.direction.allows(Side.QUICKBOOKS):
        return
    elif is_frozen:
        insisted = edited if is_insisted else None
        draft.refuse(insisted or because("inv_edited_after_payment", field="A line"))
    else:
        failed = gate.check(ours, config, facts)
        if failed is not None:
            draft.refuse(failed)
            return
        draft.writes.append(
            FieldChange("Line", theirs.get("Line"), made.sent, mapping=LINES_BASE, source=source)
        )


def _edited(was: tuple[BookedLine, ...], now: tuple[BookedLine, ...]) -> Status | None:
    """What somebody changed of the lines in QuickBooks."""
    if _substance(was) == _substance(now):
        return None
    before, after = differences(was, now)
    return because("inv_lines_edited_in_qbo", before=before, now=after)


def _substance(lines: tuple[BookedLine, ...]) -> list[tuple[str, ...]]:
    """The lines in the order they are booked, the discount last."""
    return sorted(
        (line.substance for line in lines if line.kind == SALE or line.amount),
        key=lambda told: told[0] != SALE,
    )


def _texts(lines: Value) -> list[tuple[Value, Value]]:
    """What HubSpot's line items are called, in the form in which they are kept."""
    rows = lines if isinstance(lines, list | tuple) else []
    return [(row.get("name"), row.get("description")) for row in rows if isinstance(row, Mapping)]


def _descriptions(lines: tuple[BookedLine, ...]) -> list[str]:
    return [line.description for line in lines if line.kind == SALE]


def _plain(lines: Value) -> object:
    if not isinstance(lines, list | tuple):
        return lines
    return [dict(line) if isinstance(line, dict) else line for line in lines]


def _kept(known: BasePair | None, now: tuple[BookedLine, ...]) -> dict[str, BookedLine]:
    """``{line item id: its line in QuickBooks}``: they were written in the same order."""
    if known is None or not isinstance(known.hubspot, list | tuple):
        return {}
    ids = [str(line.get("id")) for line in known.hubspot if isinstance(line, dict)]
    agreed = [line for line in booked({"Line": known.quickbooks}) if line.kind == SALE]
    present = {line.id: line for line in now if line.id}
    return {
        item: present[line.id]
        for item, line in zip(ids, agreed, strict=False)
        if line.id in present
    }


def _moves(inward: tuple[FieldChange, ...]) -> tuple[Note, ...]:
    """A date that was moved in QuickBooks is noted: a report may have changed."""
    notes = []
    for change in inward:
        if change.mapping == "hs_invoice_date:TxnDate":
            before, after = str(change.before or "")[:7], str(change.source or "")[:7]
            notes.append(
                Note(
                    f"moved:{change.source}",
                    f"The invoice date was moved in QuickBooks from {before} to {after}.",
                )
            )
    return tuple(notes)
