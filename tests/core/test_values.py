"""Canonical values: when two sides hold the same (ENGINE 2.4)."""

from __future__ import annotations

import pytest

from syncapp.core.schema import Kind
from syncapp.core.values import canonical, is_empty, name_key, same


@pytest.mark.parametrize("value", [None, "", " ", "\t\r\n", "\u00a0", [], {}, ()])
def test_s7_nothing_is_nothing_in_every_form(value):
    assert is_empty(value)
    assert all(canonical(value, kind) is None for kind in Kind)
    assert same(value, None)


@pytest.mark.parametrize("value", ["x", "0", 0, False, True, [None], {"a": None}])
def test_zero_and_false_are_values(value):
    assert not is_empty(value)
    assert all(canonical(value, kind) is not None for kind in Kind)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.TEXT, " a b ", "a b"),
        (Kind.TEXT, "Cafe\u0301", "Caf\u00e9"),
        (Kind.TEXT, "a\r\nb\rc", "a\nb\nc"),
        (Kind.TEXT, "Ada", "Ada"),
        (Kind.TEXT, True, "true"),
        (Kind.TEXT, 7, "7"),
        (Kind.CHOICE, " Lead ", "Lead"),
        (Kind.REFERENCE, 12, "12"),
        (Kind.EMAIL, " Ada@X.com\n", "ada@x.com"),
        (Kind.EMAIL, "STRASSE@x.com", "strasse@x.com"),
        (Kind.PHONE, "+1 (555) 010-0000", "15550100000"),
        (Kind.PHONE, "\u0661\u0662", "12"),
        (Kind.PHONE, "call me", "call me"),
        (Kind.URL, "HTTPS://X.com/a/", "x.com/a"),
        (Kind.URL, "http://x.com", "x.com"),
        (Kind.URL, "x.com", "x.com"),
        (Kind.NUMBER, "10.50", "10.5"),
        (Kind.NUMBER, "10.00", "10"),
        (Kind.NUMBER, "100", "100"),
        (Kind.NUMBER, "-0.00", "0"),
        (Kind.NUMBER, "0.0", "0"),
        (Kind.NUMBER, "1e3", "1000"),
        (Kind.NUMBER, "1E-2", "0.01"),
        (Kind.NUMBER, "+007", "7"),
        (Kind.NUMBER, 7, "7"),
        (Kind.NUMBER, "seven", "seven"),
        (Kind.NUMBER, "NaN", "NaN"),
        (Kind.NUMBER, "Infinity", "Infinity"),
        (Kind.MONEY, "0.10", "0.1"),
        (Kind.MONEY, "12345678901234567890.12", "12345678901234567890.12"),
        (Kind.MONEY, "1e30", "1" + "0" * 30),
        (Kind.DATE, "2026-02-28", "2026-02-28"),
        (Kind.DATE, "2026-02-28T23:59:59Z", "2026-02-28"),
        (Kind.DATE, "2024-02-29", "2024-02-29"),
        (Kind.DATE, "2026-02-30", "2026-02-30"),
        (Kind.DATE, "28/02/2026", "28/02/2026"),
        (Kind.DATETIME, "2026-01-01T12:00:00Z", "2026-01-01T12:00:00.000+00:00"),
        (Kind.DATETIME, "2026-01-01T09:00:00.000-03:00", "2026-01-01T12:00:00.000+00:00"),
        (Kind.DATETIME, "2026-01-01T12:00:00", "2026-01-01T12:00:00.000+00:00"),
        (Kind.DATETIME, "noon", "noon"),
        (Kind.BOOLEAN, True, "true"),
        (Kind.BOOLEAN, False, "false"),
        (Kind.BOOLEAN, "TRUE", "true"),
        (Kind.STRUCTURE, {"a": ["b"]}, {"a": ["b"]}),
    ],
)
def test_canonical_forms(kind, value, expected):
    assert canonical(value, kind) == expected


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        (Kind.TEXT, "a", "A"),
        (Kind.CHOICE, "lead", "Lead"),
        (Kind.EMAIL, "a@x.com", "a@y.com"),
        (Kind.PHONE, "+1 555", "555"),
        (Kind.NUMBER, "10", "1"),
        (Kind.NUMBER, "100", "1"),
        (Kind.MONEY, "0.001", "0"),
        (Kind.DATE, "2026-01-01", "2026-01-02"),
        (Kind.DATETIME, "2026-01-01T12:00:00Z", "2026-01-01T12:00:00.001Z"),
        (Kind.BOOLEAN, "true", "false"),
        (Kind.URL, "x.com/A/b", "x.com/a"),
        (Kind.TEXT, "0", None),
    ],
)
def test_what_differs_stays_different(kind, left, right):
    assert not same(left, right, kind)


@pytest.mark.parametrize("value", ["1e999999999", "-1e999999999", "1e-999999999"])
def test_a_poisonous_number_is_compared_as_text(value):
    """ENGINE 5.2: written out it would take a gigabyte."""
    assert canonical(value, Kind.NUMBER) == value


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_beyond_the_calendar_is_compared_as_text(value):
    assert canonical(value, Kind.DATETIME) == value


@pytest.mark.parametrize(
    ("left", "right"),
    [("Ada  Lovelace", "ada lovelace"), (" ADA\u00a0", "ada"), ("Stra\u00dfe", "STRASSE")],
)
def test_s16_names_are_compared_without_case_and_blanks(left, right):
    assert name_key(left) == name_key(right) != ""


def test_s16_an_empty_name_has_no_key():
    assert name_key(None) == name_key("  ") == ""
    assert name_key("Ada") != name_key("Eva")
