"""The arithmetic of invoices."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.hubspot.rules.totals import Adjustment, Line, line_amount, rounded, shown, totals

D = Decimal
cents = st.integers(0, 10**9).map(lambda n: D(n) / 100)
lines = st.lists(st.builds(Line, cents, st.integers(0, 2500).map(lambda n: D(n) / 100)), max_size=8)
percents = st.builds(Adjustment, st.just(True), st.integers(0, 10000).map(lambda n: D(n) / 100))
fixed = st.builds(Adjustment, st.just(False), cents)
adjustments = st.lists(percents | fixed, max_size=4)


@pytest.mark.parametrize(
    ("values", "amount"),
    [
        ({"price": "63.5829", "quantity": "3.5"}, "222.54"),
        ({"price": "10", "quantity": "3", "discount": "1.50"}, "25.50"),
        ({"price": "19.99", "quantity": "2", "hs_discount_percentage": "15"}, "33.98"),
        ({"price": "10", "quantity": "1", "discount": "9", "hs_discount_percentage": "10"}, "9.00"),
        ({"price": "0.125"}, "0.13"),
        ({"price": "12.5", "quantity": "0"}, "0.00"),
        ({"price": "1e2", "quantity": "2"}, "200.00"),
    ],
)
def test_the_amount_of_a_line(values, amount):
    assert shown(line_amount(values)) == amount


def test_a_line_without_a_price_has_no_amount():
    assert line_amount({"quantity": "3"}) is None


def test_discounts_fees_and_taxes_come_in_their_order():
    found = totals(
        [Line(D("100.00"), D("8.25")), Line(D("50.00"))],
        discounts=[Adjustment(True, D(10)), Adjustment(False, D(5))],
        fees=[Adjustment(True, D("2.5"))],
        taxes=[Adjustment(True, D(20))],
    )
    assert found.subtotal == D("150.00")
    assert found.discounts == D("20.00")
    assert found.fees == D("3.25")
    assert found.taxes == rounded(D("133.25") * D("0.2")) + D("8.25")
    assert found.billed == D("130.00") + D("3.25") + D("34.90")


@given(lines, adjustments, adjustments, adjustments)
def test_every_part_has_two_decimals_and_discounts_never_exceed_the_lines(rows, less, more, tax):
    found = totals(rows, less, more, tax)
    parts = (found.subtotal, found.discounts, found.fees, found.taxes, found.billed)
    assert all(part == rounded(part) for part in parts)
    assert 0 <= found.discounts <= found.subtotal
    assert found.billed >= 0
    assert found.subtotal == sum((row.net for row in rows), D(0))


@given(lines, adjustments)
def test_without_adjustments_the_total_is_the_lines_and_fees_only_add(rows, more):
    plain = [Line(row.net) for row in rows]
    assert totals(plain).billed == sum((row.net for row in plain), D(0))
    assert totals(plain, fees=more).billed >= totals(plain).billed
