"""The tie-out: sums per customer and currency, and a reason for every difference (S19, B3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.tie_out import (
    Case,
    Coverage,
    Document,
    Figures,
    Finding,
    Kind,
    Known,
    Standing,
    TieOut,
    tie_out,
)
from syncapp.core.tie_out_causes import CAUSES

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
ON = dict.fromkeys(Kind, Coverage.ON)


def document(amount: str = "100", **fields: Any) -> Document:
    told: dict[str, Any] = {
        "id": "7", "label": "1001", "day": "2026-10-15", "currency": "USD",
        "balance": Decimal(fields.pop("balance", amount)),
    }  # fmt: skip
    return Document(amount=Decimal(amount), **{**told, **fields})


def in_sync(hubspot: Document | None, quickbooks: Document | None, **fields: Any) -> Known:
    seen = {side: one for side, one in ((H, hubspot), (Q, quickbooks)) if one is not None}
    return Known(5, State.IN_SYNC, seen=seen, **fields)


def case(hubspot: Document | None, quickbooks: Document | None, **fields: Any) -> Case:
    fresh = {side: one for side, one in ((H, hubspot), (Q, quickbooks)) if one is not None}
    told: dict[str, Any] = {"kind": Kind.INVOICE, "customer": "c1", "name": "Ada King"}
    return Case(fresh=fresh, **{**told, "known": in_sync(hubspot, quickbooks), **fields})


def october(*cases: Case, coverage: dict[Kind, Coverage] | None = None) -> TieOut:
    return tie_out(cases, first=date(2026, 10, 1), last=date(2026, 10, 31), coverage=coverage or ON)


def only(made: TieOut) -> Finding:
    (finding,) = [finding for row in made.rows for finding in row.findings]
    return finding


def test_what_is_equal_ties_out_to_the_cent() -> None:
    made = october(
        case(document("100.10", balance="40.05"), document("100.1", balance="40.05")),
        case(document("19.9"), document("19.9"), kind=Kind.PAYMENT),
    )
    (row,) = made.rows
    expected = Figures(1, Decimal("100.10"), Decimal("40.05"), 1, Decimal("19.9"))
    assert dict(row.sides) == {H: expected, Q: expected}
    assert row.difference == Figures()
    assert (made.explained, made.unexplained, row.findings) == (0, 0, ())


@pytest.mark.parametrize("state", [State.FAILING, State.WAITING, State.EXCLUDED])
def test_a_difference_has_the_reason_its_record_shows(state: State) -> None:
    known = Known(9, state, "before_start", "It is older than the sync.", "Include it.")
    made = october(case(None, document("100"), known=known))
    found = only(made)
    assert (found.link, found.cause.code) == (9, "before_start")
    assert (found.cause.says, found.cause.remedy) == ("It is older than the sync.", "Include it.")
    assert found.difference == Figures(1, Decimal(100), Decimal(100))
    assert (made.explained, made.unexplained) == (1, 0)


def test_a_difference_of_records_in_sync_is_unexplained() -> None:
    made = october(case(document("100"), document("100.01")))
    assert only(made).cause.code == "differs"
    assert (made.explained, made.unexplained) == (0, 1)
    assert made.totals[0].difference == Figures(0, Decimal("0.01"), Decimal("0.01"))


@pytest.mark.parametrize(("side", "name"), [(H, "HubSpot"), (Q, "QuickBooks")])
def test_an_edit_after_the_last_run_is_told_with_its_side(side: Side, name: str) -> None:
    old, new = document("100"), document("120")
    made = october(
        case(new if side is H else old, new if side is Q else old, known=in_sync(old, old))
    )
    assert only(made).cause.code == "changed_since"
    assert f"changed in {name} after" in only(made).cause.says
    assert made.unexplained == 0


def test_what_was_removed_after_the_last_run_is_told() -> None:
    made = october(case(None, document(), known=in_sync(document(), document())))
    assert only(made).cause.code == "removed_since"
    assert "no longer in HubSpot" in only(made).cause.says
    # Known to be gone, and yet in sync: that is nobody's reason.
    known = in_sync(document(), document(), gone=frozenset({H}))
    assert only(october(case(None, document(), known=known))).cause.code == "one_side"


def test_a_record_the_sync_does_not_know() -> None:
    assert only(october(case(None, document(), known=None, is_new=True))).cause.code == "new_since"
    made = october(case(document(), None, known=None))
    assert (only(made).cause.code, made.unexplained) == ("one_side", 1)
    assert "only in HubSpot" in only(made).cause.says
    for coverage, code in ((Coverage.OFF, "sync_off"), (Coverage.NONE, "no_sync")):
        made = october(case(document(), None, known=None), coverage={Kind.INVOICE: coverage})
        assert (only(made).cause.code, made.unexplained) == (code, 0)


def test_a_sync_that_is_off_does_not_excuse_what_it_left_unequal() -> None:
    made = october(case(document("1"), document("2")), coverage={Kind.INVOICE: Coverage.OFF})
    assert (only(made).cause.code, made.unexplained) == ("differs", 1)


def test_drafts_and_voided_ones_are_not_counted() -> None:
    made = october(
        case(document(standing=Standing.DRAFT), None, known=Known(1, State.EXCLUDED, "inv_draft")),
        case(document(standing=Standing.VOIDED), document("0", standing=Standing.VOIDED)),
        case(document(standing=Standing.NOT_ARRIVED), None, kind=Kind.PAYMENT),
    )
    assert made.totals[0].difference == Figures()
    assert [one.cause.code for one in made.rows[0].findings] == ["draft", "not_arrived"]
    assert (made.explained, made.unexplained) == (0, 0)


def test_voided_on_one_side_only() -> None:
    voided = document("0", standing=Standing.VOIDED)
    made = october(case(document(), voided))
    assert (only(made).cause.code, made.unexplained) == ("voided_once", 1)
    assert "voided in QuickBooks only" in only(made).cause.says
    assert made.totals[0].difference == Figures(-1, Decimal(-100), Decimal(-100))


@pytest.mark.parametrize(("unposted", "code"), [("40", "payment_open"), ("39.99", "differs")])
def test_a_payment_on_one_side_explains_its_invoices_balance_to_the_cent(
    unposted: str, code: str
) -> None:
    hubspot, quickbooks = document("100", balance="60"), document("100", balance="100")
    known = in_sync(
        hubspot, quickbooks, unposted=Decimal(unposted), unposted_reason="No account was chosen."
    )
    found = only(october(case(hubspot, quickbooks, known=known)))
    assert found.cause.code == code
    assert ("(No account was chosen)." in found.cause.says) is (code == "payment_open")
    # It does not explain another total.
    other = document("101", balance="100")
    known = in_sync(hubspot, other, unposted=Decimal(40), unposted_reason="x")
    assert only(october(case(hubspot, other, known=known))).cause.code == "differs"


def test_another_month_on_the_other_side() -> None:
    made = october(case(document(day="2026-10-31"), document(day="2026-11-01")))
    assert only(made).cause.says == "HubSpot dates it 2026-10-31, QuickBooks 2026-11-01."
    assert made.unexplained == 0
    # The same invoice with another amount is no mere matter of dates.
    made = october(case(document("1", day="2026-10-31"), document("2", day="2026-11-01")))
    assert (only(made).cause.code, made.unexplained) == ("differs", 1)


def test_currencies_are_never_summed_together() -> None:
    made = october(
        case(document("10", currency="EUR"), document("10", currency="EUR")),
        case(document("100"), document("100")),
        case(
            document("5", currency="EUR"), document("5", currency="USD"), customer="c2", name="Bo"
        ),
    )
    assert [(row.name, row.currency) for row in made.rows] == [
        ("Ada King", "EUR"), ("Ada King", "USD"), ("Bo", "EUR"), ("Bo", "USD"),
    ]  # fmt: skip
    assert [(row.currency, row.difference.total) for row in made.totals] == [
        ("EUR", Decimal(-5)), ("USD", Decimal(5)),
    ]  # fmt: skip
    assert {one.cause.code for row in made.rows for one in row.findings} == {"currency_differs"}


def test_a_draft_in_one_currency_is_no_note_about_the_other() -> None:
    made = october(
        case(document(currency="USD"), document(currency="EUR", standing=Standing.DRAFT))
    )
    assert [(row.currency, row.findings[0].cause.code) for row in made.rows] == [
        ("EUR", "draft"), ("USD", "currency_differs"),
    ]  # fmt: skip


def test_unexplained_ones_stand_first_and_notes_last() -> None:
    made = october(
        case(document(label="3", standing=Standing.DRAFT), None),
        case(document(label="2"), None, known=Known(1, State.FAILING, "inv_no_customer", "x")),
        case(document("1", label="1"), document("2")),
    )
    codes = [one.cause.code for one in made.rows[0].findings]
    assert codes == ["differs", "inv_no_customer", "draft"]


def test_every_cause_can_be_said() -> None:
    for says, _ in CAUSES.values():
        assert says[0].isupper() or says.startswith("{amount}")
        assert says.endswith(".")


_documents = st.builds(
    document,
    amount=st.sampled_from(["0", "1", "1.01"]),
    balance=st.sampled_from(["0", "1"]),
    day=st.sampled_from(["2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01", ""]),
    currency=st.sampled_from(["USD", "EUR"]),
    standing=st.sampled_from(Standing),
)
_known = st.none() | st.builds(
    Known,
    link=st.integers(1, 9),
    state=st.sampled_from(State),
    code=st.just("x"),
    reason=st.just("Because."),
    seen=st.dictionaries(st.sampled_from(Side), _documents),
    gone=st.frozensets(st.sampled_from(Side)),
)
_cases = st.builds(
    Case,
    kind=st.sampled_from(Kind),
    customer=st.sampled_from(["a", "b"]),
    name=st.just("N"),
    fresh=st.dictionaries(st.sampled_from(Side), _documents, min_size=1),
    known=_known,
    is_new=st.booleans(),
)
_coverage = st.fixed_dictionaries({kind: st.sampled_from(Coverage) for kind in Kind})


@given(st.lists(_cases, max_size=8), _coverage)
def test_the_findings_sum_to_the_difference(
    cases: list[Case], coverage: dict[Kind, Coverage]
) -> None:
    """No difference without a finding: exactly 0.00, or accounted for record by record."""
    made = october(*cases, coverage=coverage)
    for row in (*made.rows, *made.totals):
        assert sum((one.difference for one in row.findings), Figures()) == row.difference
        assert all(one.cause.says for one in row.findings)
        assert all(one.difference == Figures() for one in row.findings if one.cause.is_note)
    assert [row.sides for row in october(*reversed(cases), coverage=coverage).rows] == [
        row.sides for row in made.rows
    ]
