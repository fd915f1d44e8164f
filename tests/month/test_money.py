"""The arithmetic the expectation is made of, against figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.month.money import Explained, cents, explain, line_amount, plain, tax_on

D = Decimal


@pytest.mark.parametrize(
    ("quantity", "price", "off", "amount"),
    [
        ("3.5", "63.5829", "0", "222.54"),  # 222.54015
        ("0.33333", "100", "0", "33.33"),
        ("3", "33.335", "0", "100.01"),  # 100.005 up
        ("1", "0.005", "0", "0.01"),
        ("-1", "0.005", "0", "-0.01"),  # away from zero
        ("2", "19.99", "12.5", "34.98"),  # 34.9825
        ("0", "5", "0", "0.00"),
    ],
)
def test_a_line_is_rounded_half_up(quantity, price, off, amount) -> None:
    assert line_amount(D(quantity), D(price), D(off)) == D(amount)


@pytest.mark.parametrize(
    ("quantity", "price", "off", "expected"),
    [
        # 1: the price as it is
        ("3.5", "63.5829", "0", Explained(D("3.5"), D("63.5829"))),
        ("12", "19.99", "50", Explained(D(12), D("9.995"))),
        # 1b: 33.33 % off 19.99 has six decimals; 26.65 / 2 has three
        ("2", "19.99", "33.33", Explained(D(2), D("13.325"))),
        # 1b with rounding: 10 % off 17.77777 has seven decimals, 373.33 / 23.333 at five fits
        ("23.333", "17.77777", "10", Explained(D("23.333"), D("16.00009"))),
        # 2: a price so small times so many that five decimals cannot carry it
        ("100000", "0.0000333", "0", Explained(D(1), D("3.33"), "100000 x 0.0000333")),
    ],
)
def test_the_ladder(quantity, price, off, expected) -> None:
    q, p, o = D(quantity), D(price), D(off)
    amount = line_amount(q, p, o)
    found = explain(q, p, amount, o)
    assert found == expected
    assert cents(found.quantity * found.price) == amount


def test_each_rate_is_rounded_for_itself() -> None:
    rates = {"2": (D(8),), "5": (D(5), D(7)), "7": ()}
    assert tax_on({"2": D("0.07"), "5": D("10.10"), "7": D(99)}, rates) == D("1.23")  # .01+.51+.71


def test_numbers_are_written_without_exponent_and_zeros() -> None:
    assert [plain(D(x)) for x in ("100", "1.50", "1E+2", "0.00", "-3.5")] == [
        "100", "1.5", "100", "0", "-3.5",
    ]  # fmt: skip
