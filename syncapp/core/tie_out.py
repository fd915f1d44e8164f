"""The tie-out of one month (B3): what both sides hold per customer, and why they differ.

Takes what was read and what the sync knows of it; gives rows, totals and a finding for every
difference. Knows no field of a vendor, reads nothing, and never converts between currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from syncapp.core.money import ZERO, shown
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.tie_out_causes import Cause, cause_of


class Kind(StrEnum):
    """What is compared."""

    INVOICE = "invoice"
    PAYMENT = "payment"


class Standing(StrEnum):
    """How a document stands on its side. Only what counts is in the sums."""

    COUNTS = "counts"
    DRAFT = "draft"
    VOIDED = "voided"
    NOT_ARRIVED = "not_arrived"
    UNAPPLIED = "unapplied"
    CREDIT = "credit"


class Coverage(StrEnum):
    """Whether a sync looks after a kind of document."""

    ON = "on"
    OFF = "off"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice or payment as one side holds it.

    Attributes:
        day: Its date in the company's calendar, ``YYYY-MM-DD``; "" for none.
        amount: The total of an invoice, what a payment takes off its invoice.
        balance: What is open of an invoice; 0 for payments.
    """

    id: str
    label: str
    day: str
    currency: str
    amount: Decimal
    balance: Decimal = ZERO
    standing: Standing = Standing.COUNTS


@dataclass(frozen=True, slots=True)
class Known:
    """What the sync knows of a record.

    Attributes:
        link: Its key.
        reason: The sentence of its state; "" while in sync.
        seen: ``{side: what the sync last saw there}``, without sides it never saw.
        gone: The sides it is known to be gone from.
        unposted: By how much its payments that are not in sync make the open balance in
            QuickBooks greater.
        unposted_reason: The sentence of the first of these payments.
    """

    link: int
    state: State
    code: str = ""
    reason: str = ""
    remedy: str = ""
    seen: Mapping[Side, Document] = field(default_factory=dict)
    gone: frozenset[Side] = frozenset()
    unposted: Decimal = ZERO
    unposted_reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One record on both sides.

    Attributes:
        customer: What groups it, the same for all records of a customer.
        name: The customer's name.
        fresh: ``{side: what it holds now}``, without sides that do not have it.
        known: None while the sync knows nothing of it.
        is_new: Whether it was made after the last run began.
    """

    kind: Kind
    customer: str
    name: str
    fresh: Mapping[Side, Document]
    known: Known | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What one side holds, or the difference of the two (QuickBooks less HubSpot)."""

    count: int = 0
    total: Decimal = ZERO
    balance: Decimal = ZERO
    payments: int = 0
    paid: Decimal = ZERO

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.count + other.count,
            self.total + other.total,
            self.balance + other.balance,
            self.payments + other.payments,
            self.paid + other.paid,
        )

    def __sub__(self, other: Figures) -> Figures:
        return Figures(
            self.count - other.count,
            self.total - other.total,
            self.balance - other.balance,
            self.payments - other.payments,
            self.paid - other.paid,
        )


NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class Finding:
    """One record that differs, or a note about one."""

    kind: Kind
    label: str
    cause: Cause
    sides: Mapping[Side, Figures]
    documents: Mapping[Side, Document]
    link: int | None = None

    @property
    def difference(self) -> Figures:
        """QuickBooks less HubSpot."""
        return self.sides[Side.QUICKBOOKS] - self.sides[Side.HUBSPOT]


@dataclass(frozen=True, slots=True)
class Row:
    """One customer in one currency; in a total, all of them."""

    customer: str
    name: str
    currency: str
    sides: Mapping[Side, Figures]
    findings: tuple[Finding, ...] = ()

    @property
    def difference(self) -> Figures:
        """QuickBooks less HubSpot."""
        return self.sides[Side.QUICKBOOKS] - self.sides[Side.HUBSPOT]

    @property
    def explained(self) -> int:
        """How many differences have a reason."""
        return sum(one.cause.is_explained and not one.cause.is_note for one in self.findings)

    @property
    def unexplained(self) -> int:
        """How many differences have none."""
        return sum(not one.cause.is_explained for one in self.findings)


@dataclass(frozen=True, slots=True)
class TieOut:
    """The whole month: rows by name, and one total per currency."""

    rows: tuple[Row, ...]
    totals: tuple[Row, ...]

    @property
    def explained(self) -> int:
        """How many differences have a reason."""
        return sum(row.explained for row in self.rows)

    @property
    def unexplained(self) -> int:
        """How many differences have none; 0 means that the month ties out."""
        return sum(row.unexplained for row in self.rows)


#: What only QuickBooks has, and why HubSpot does not.
_EXTRAS = {Standing.UNAPPLIED: "unapplied", Standing.CREDIT: "credit_memo"}


def tie_out(
    cases: Iterable[Case], *, first: date, last: date, coverage: Mapping[Kind, Coverage]
) -> TieOut:
    """Compare the two sides, record by record.

    Args:
        cases: All records that are dated in the month on either side.
        first: The month's first day.
        last: Its last.
        coverage: Whether a sync looks after invoices and payments.
    """
    begins, ends = first.isoformat(), last.isoformat()
    rows: dict[tuple[str, str], Row] = {}
    for case in cases:
        for currency in sorted({one.currency for one in case.fresh.values()}):
            sides = {
                side: _counted(case.kind, case.fresh.get(side), currency, begins, ends)
                for side in Side
            }
            key = (case.customer, currency)
            row = rows.get(key) or Row(case.customer, case.name, currency, _none())
            found: tuple[Finding, ...] = ()
            differs = sides[Side.HUBSPOT] != sides[Side.QUICKBOOKS]
            covered = coverage.get(case.kind, Coverage.NONE)
            cause = _why(case, covered) if differs else _note(case, begins, ends)
            if cause is not None:
                found = (_finding(case, cause, sides),)
            summed = {side: row.sides[side] + sides[side] for side in Side}
            rows[key] = replace(row, sides=summed, findings=row.findings + found)
    shown = [_sorted(row) for row in rows.values() if row.findings or row.sides != _none()]
    shown.sort(key=lambda row: (row.name.casefold(), row.customer, row.currency))
    return TieOut(tuple(shown), _totals(shown))


def _none() -> dict[Side, Figures]:
    return dict.fromkeys(Side, NOTHING)


def _counted(
    kind: Kind, document: Document | None, currency: str, begins: str, ends: str
) -> Figures:
    """What a document adds to the sums of a currency."""
    if (
        document is None
        or document.currency != currency
        or document.standing is not Standing.COUNTS
        or not begins <= document.day <= ends
    ):
        return NOTHING
    if kind is Kind.PAYMENT:
        return Figures(payments=1, paid=document.amount)
    return Figures(count=1, total=document.amount, balance=document.balance)


def _note(case: Case, begins: str, ends: str) -> Cause | None:
    """What is not counted, and would be missed."""
    for side, document in case.fresh.items():
        if not begins <= document.day <= ends:
            continue
        if document.standing is Standing.DRAFT:
            return cause_of("draft", side=side.label)
        if document.standing is Standing.NOT_ARRIVED:
            return cause_of("not_arrived")
        if document.standing in _EXTRAS:
            rest = shown(document.amount, document.currency)
            return cause_of(_EXTRAS[document.standing], amount=rest)
    return None


def _why(case: Case, coverage: Coverage) -> Cause:
    """Why the two sides of a case differ; the first that applies."""
    known, fresh = case.known, case.fresh
    only = next(iter(fresh)) if len(fresh) == 1 else None
    if coverage is Coverage.NONE:
        return cause_of("no_sync", kind=case.kind.value)
    if known is not None and known.state is not State.IN_SYNC:
        return Cause(known.code, known.reason, known.remedy)
    changed = _changed(known, fresh)
    if coverage is Coverage.OFF and (known is None or changed is not None):
        return cause_of("sync_off", kind=case.kind.value)
    if changed is not None:
        return changed
    if only is not None:
        is_new = known is None and case.is_new
        return cause_of("new_since" if is_new else "one_side", side=only.label)
    return _apart(fresh[Side.HUBSPOT], fresh[Side.QUICKBOOKS], known)


def _changed(known: Known | None, fresh: Mapping[Side, Document]) -> Cause | None:
    """Whether a side has moved on since the sync last saw it."""
    if known is None:
        return None
    for side in Side:
        seen, now = known.seen.get(side), fresh.get(side)
        if seen is None or side in known.gone:
            continue
        if now is None:
            return cause_of("removed_since", side=side.label)
        if _figures(seen) != _figures(now):
            return cause_of("changed_since", side=side.label)
    return None


def _figures(one: Document) -> tuple[object, ...]:
    """What is compared of a document."""
    return one.day, one.currency, one.amount, one.balance, one.standing


def _apart(hubspot: Document, quickbooks: Document, known: Known | None) -> Cause:
    """How two documents differ that count as in sync."""
    if hubspot.currency != quickbooks.currency:
        return cause_of(
            "currency_differs", hubspot=hubspot.currency, quickbooks=quickbooks.currency
        )
    voided = [
        side
        for side, one in ((Side.HUBSPOT, hubspot), (Side.QUICKBOOKS, quickbooks))
        if one.standing is Standing.VOIDED
    ]
    if len(voided) == 1:
        return cause_of("voided_once", side=voided[0].label)
    apart = quickbooks.balance - hubspot.balance
    equal = replace(hubspot, balance=quickbooks.balance)
    if known and known.unposted == apart != ZERO and _figures(equal) == _figures(quickbooks):
        return cause_of("payment_open", reason=known.unposted_reason.rstrip("."))
    same = (hubspot.amount, hubspot.balance) == (quickbooks.amount, quickbooks.balance)
    if same and hubspot.day != quickbooks.day:
        return cause_of("other_month", hubspot=hubspot.day, quickbooks=quickbooks.day)
    return cause_of("differs")


def _finding(case: Case, cause: Cause, sides: Mapping[Side, Figures]) -> Finding:
    return Finding(
        kind=case.kind,
        label=next((one.label for one in case.fresh.values() if one.label), ""),
        cause=cause,
        sides=sides,
        documents=case.fresh,
        link=case.known.link if case.known is not None else None,
    )


def _sorted(row: Row) -> Row:
    """The findings in the order of what a person must look at."""

    def rank(one: Finding) -> tuple[bool, bool, str, str, str]:
        ids = "/".join(one.documents[side].id for side in Side if side in one.documents)
        return one.cause.is_explained, one.cause.is_note, one.kind.value, one.label, ids

    return replace(row, findings=tuple(sorted(row.findings, key=rank)))


def _totals(rows: Sequence[Row]) -> tuple[Row, ...]:
    totals: dict[str, Row] = {}
    for row in rows:
        so_far = totals.get(row.currency) or Row("", "", row.currency, _none())
        totals[row.currency] = replace(
            so_far,
            sides={side: so_far.sides[side] + row.sides[side] for side in Side},
            findings=so_far.findings + row.findings,
        )
    return tuple(totals[currency] for currency in sorted(totals))
