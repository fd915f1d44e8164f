"""Compares what a month has become with what must have become of it, record by record.

Reads nothing itself: it is given the expectation, both sides as ``reading`` found them, and what
``sync_status --json`` says. Mirrors are found by number, not by the links the product claims; the
claims are then checked against them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.month.model import Trouble, Way
from tests.month.money import ZERO, total
from tests.month.outcome import (
    Document,
    DocumentLine,
    DocumentPayment,
    Expectation,
    Expected,
    by_object,
)
from tests.month.reading import Holding
from tests.month.reasons import OUTCOMES, Shown

PLAIN_FIELDS = (
    "number", "currency", "total", "balance", "day", "due", "status", "email", "discount", "tax",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it must be."""

    object: str
    key: str
    what: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.object} {self.key}: {self.what}: expected {self.expected}, is {self.actual}"


@dataclass
class Sums:
    """Invoices of one currency, where they were born and where they were mirrored."""

    count: int = 0
    born_total: Decimal = ZERO
    mirror_total: Decimal = ZERO
    born_balance: Decimal = ZERO
    mirror_balance: Decimal = ZERO

    @property
    def total_difference(self) -> Decimal:
        return self.born_total - self.mirror_total

    @property
    def balance_difference(self) -> Decimal:
        return self.born_balance - self.mirror_balance


@dataclass
class Report:
    """All differences, the money per currency, and how many records are in sync."""

    differences: list[Difference] = field(default_factory=list)
    sums: dict[str, Sums] = field(default_factory=dict)
    states: dict[str, Counter[str]] = field(default_factory=dict)

    def share_in_sync(self, name: str = "invoices") -> Decimal:
        """In sync of all records of an object, excluded ones counted as not in sync."""
        counted = self.states[name]
        return Decimal(counted["in_sync"]) / Decimal(max(counted.total(), 1))

    def text(self, most: int = 50) -> str:
        """For a person: the first differences, the sums, the shares."""
        lines = [str(one) for one in self.differences[:most]]
        if len(self.differences) > most:
            lines.append(f"... and {len(self.differences) - most} more")
        lines.append(f"{len(self.differences)} differences")
        for currency, sums in sorted(self.sums.items()):
            lines.append(
                f"{currency}: {sums.count} invoices, total {sums.born_total} and "
                f"{sums.mirror_total} (difference {sums.total_difference}), balance "
                f"{sums.born_balance} and {sums.mirror_balance} "
                f"(difference {sums.balance_difference})"
            )
        for name, counted in self.states.items():
            parts = ", ".join(f"{count} {state}" for state, count in sorted(counted.items()))
            lines.append(f"{name}: {parts}; in sync {self.share_in_sync(name):.2%}")
        return "\n".join(lines)

    def add(self, one: Expected | tuple[str, str], what: str, expected: Any, actual: Any) -> None:
        name, key = (one.object, one.key) if isinstance(one, Expected) else one
        self.differences.append(Difference(name, key, what, str(expected), str(actual)))


def compare(
    expectation: Expectation,
    hubspot: Holding,
    quickbooks: Holding,
    status: Mapping[str, Any],
) -> Report:
    """Compare a month.

    Args:
        expectation: what must be.
        hubspot: what HubSpot holds.
        quickbooks: what QuickBooks holds.
        status: what ``sync_status --json`` printed.
    """
    to_hubspot = expectation.way == Way.TO_HUBSPOT
    born, mirror = (quickbooks, hubspot) if to_hubspot else (hubspot, quickbooks)
    report = Report()
    for oddity in mirror.oddities:
        report.add(("invoices", "-"), "oddity", "nothing", oddity)
    for name in ("contacts", "products", "invoices"):
        expected = by_object(expectation.records, name)
        if not expected:
            continue
        claims = Claims(status, name, to_hubspot=to_hubspot)
        report.states[name] = Counter(claims.state_of(one) for one in expected)
        for one in expected:
            _compare_state(report, one, claims)
        if name == "invoices":
            _compare_invoices(report, expectation, expected, born, mirror, claims)
        else:
            held = mirror.contacts if name == "contacts" else mirror.products
            _compare_list(report, name, expected, held)
    return report


class Claims:
    """What ``sync_status --json`` says of one object, by the id of the side it was born on."""

    def __init__(self, status: Mapping[str, Any], name: str, *, to_hubspot: bool) -> None:
        self.own, self.other = (
            ("quickbooks_id", "hubspot_id") if to_hubspot else ("hubspot_id", "quickbooks_id")
        )
        self.by_id: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for found in status["objects"]:
            if found["object"] == name:
                for record in found["records"]:
                    if record[self.own]:
                        self.by_id[record[self.own]].append(record)

    def of(self, one: Expected) -> Mapping[str, Any] | None:
        found = self.by_id.get(one.born_id)
        return found[0] if found else None

    def state_of(self, one: Expected) -> str:
        record = self.of(one)
        return str(record["state"]) if record else "unknown"

    def mirror_of(self, one: Expected) -> str | None:
        record = self.of(one)
        return record[self.other] if record else None


def _compare_state(report: Report, one: Expected, claims: Claims) -> None:
    allowed = OUTCOMES[one.trouble]
    record = claims.of(one)
    wanted = f"{_shown(allowed)} ({one.trouble.value or 'nothing is wrong'})"
    if record is None:
        report.add(one, "state", wanted, "not known to the product")
        return
    if len(claims.by_id[one.born_id]) > 1:
        report.add(one, "records", "one", len(claims.by_id[one.born_id]))
    state, code = record["state"], record.get("code")
    if not any(shown.fits(state, code) for shown in allowed):
        why = record.get("explanation") or ""
        report.add(one, "state", wanted, f"{state} {code or ''} {why}".strip())
    elif state != "in_sync" and not (record.get("explanation") and record.get("remedy")):
        report.add(one, "reason", "an explanation and a remedy", record.get("explanation"))


def _shown(allowed: Sequence[Shown]) -> str:
    return " or ".join(f"{one.state} {'/'.join(one.codes)}".strip() for one in allowed)


def _compare_invoices(
    report: Report,
    expectation: Expectation,
    expected: Sequence[Expected],
    born: Holding,
    mirror: Holding,
    claims: Claims,
) -> None:
    left = {k: d for k, d in mirror.invoices.items() if k not in expectation.others}
    by_number: dict[str, list[str]] = defaultdict(list)
    for one_id, document in left.items():
        by_number[document.number].append(one_id)
    for one in expected:
        source = born.invoices.get(one.born_id)
        if source is None:
            report.add(one, "source", "still there", "gone")
            continue
        for what, wanted, actual in compare_documents(one.source, source) if one.source else ():
            report.add(one, f"source: {what}", wanted, actual)
        number = one.mirror.number if one.mirror else source.number
        found = by_number.get(number, []) if number else []
        if one.left_alone:
            if found != [claims.mirror_of(one)]:
                report.add(one, "mirror", f"left as {claims.mirror_of(one)}", ", ".join(found))
        elif one.mirror is None:
            claimed = claims.mirror_of(one) or ""
            found = found or [claimed] * (claimed in left)
            if found:
                report.add(one, "mirror", f"none, for {one.trouble.value}", ", ".join(found))
        elif len(found) != 1:
            report.add(one, "mirror", "one", f"{len(found)} with number {number}")
        else:
            _compare_mirror(report, one, one.mirror, source, mirror, found[0], claims)
        for one_id in found:
            left.pop(one_id, None)
    for one_id, document in left.items():
        report.add(("invoices", one_id), "unexpected", "nothing", f"number {document.number}")
    for currency, sums in report.sums.items():
        if sums.total_difference or sums.balance_difference:
            wanted = "0.00 between the two sides"
            found_sum = f"total {sums.total_difference}, balance {sums.balance_difference}"
            report.add(("invoices", currency), "sum", wanted, found_sum)


def _compare_mirror(
    report: Report,
    one: Expected,
    wanted: Document,
    source: Document,
    mirror: Holding,
    mirror_id: str,
    claims: Claims,
) -> None:
    if claims.mirror_of(one) != mirror_id:
        report.add(one, "link", mirror_id, claims.mirror_of(one))
    document = mirror.invoices[mirror_id]
    for what, expected, actual in compare_documents(wanted, document):
        report.add(one, what, expected, actual)
    if wanted.balance is not None:  # else a person has to decide on its payments
        _count(report, source, document)


def _count(report: Report, source: Document, document: Document) -> None:
    sums = report.sums.setdefault(source.currency, Sums())
    sums.count += 1
    sums.born_total += source.total
    sums.mirror_total += document.total
    sums.born_balance += source.balance or ZERO
    sums.mirror_balance += document.balance or ZERO


def compare_documents(expected: Document, actual: Document) -> Iterator[tuple[str, Any, Any]]:
    """``(what, expected, actual)`` of everything that differs."""
    for name in PLAIN_FIELDS:
        wanted = getattr(expected, name)
        if wanted is not None and wanted != getattr(actual, name):
            yield name, wanted, getattr(actual, name)
    if expected.lines is not None:
        yield from _compare_lines(expected.lines, actual.lines or ())
        added = total(line.amount for line in actual.lines or ())
        added += (actual.tax or ZERO) - (actual.discount or ZERO)
        if added != actual.total:
            yield "lines, discount and tax add up", actual.total, added
    if expected.payments is not None:
        yield from _compare_payments(expected.payments, actual.payments or ())


def _compare_lines(
    expected: Sequence[DocumentLine], actual: Sequence[DocumentLine]
) -> Iterator[tuple[str, Any, Any]]:
    if len(expected) != len(actual):
        yield "number of lines", len(expected), len(actual)
        return
    for at, (wanted, found) in enumerate(zip(expected, actual, strict=True), start=1):
        for name in ("product", "amount", "quantity", "price"):
            value = getattr(wanted, name)
            if value is not None and value != getattr(found, name):
                yield f"line {at} {name}", value or "none", getattr(found, name)
        everything = " ".join(found.says)
        for words in wanted.says:
            if words not in everything:
                yield f"line {at} says", words, everything


def _compare_payments(
    expected: Iterable[DocumentPayment], actual: Iterable[DocumentPayment]
) -> Iterator[tuple[str, Any, Any]]:
    """As bags: an expected payment takes the first that fits, those judged most go first."""
    left = list(actual)
    missing = []
    for wanted in sorted(expected, key=lambda one: one.day is None):
        fitting = next((one for one in left if _fits(wanted, one)), None)
        if fitting is None:
            missing.append(wanted)
        else:
            left.remove(fitting)
    if missing or left:
        yield "payments", _listed(missing) or "no other", _listed(left) or "missing"


def _fits(wanted: DocumentPayment, found: DocumentPayment) -> bool:
    return (
        wanted.amount == found.amount
        and wanted.day in (None, found.day)
        and wanted.account in (None, found.account)
    )


def _listed(payments: Iterable[DocumentPayment]) -> str:
    return ", ".join(f"{p.amount} on {p.day} ({p.account or 'no account'})" for p in payments)


def _compare_list(
    report: Report,
    name: str,
    expected: Sequence[Expected],
    held: Mapping[str, Sequence[Mapping[str, str]]],
) -> None:
    """Contacts by e-mail, products by SKU; nothing besides them has come over."""
    match_key = "email" if name == "contacts" else "hs_sku"
    wanted_keys = set()
    for one in expected:
        if one.fields is None:
            continue
        wanted_keys.add(one.fields[match_key])
        found = held.get(one.fields[match_key], ())
        if len(found) != 1:
            report.add(one, "mirror", "one", len(found))
            continue
        for field_name, value in one.fields.items():
            actual = found[0].get(field_name) or ""
            same = (
                Decimal(actual or 0) == Decimal(value) if field_name == "price" else actual == value
            )
            if not same:
                report.add(one, field_name, value, actual)
    for surplus in sorted(set(held) - wanted_keys):
        report.add((name, surplus), "unexpected", "nothing", f"{len(held[surplus])} with this key")


__all__ = ["Difference", "Report", "Trouble", "compare", "compare_documents"]
