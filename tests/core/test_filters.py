"""A user's filter: groups OR-ed, conditions AND-ed (S11)."""

from __future__ import annotations

import pytest

from syncapp.core.filters import Condition, Filter, Operator

RED = Condition("colour", Operator.IS, "red", label="Colour")
BIG = Condition("size", Operator.GREATER, "10")


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "expected"),
    [
        (Operator.IS, "red", "red", True),
        (Operator.IS, " Red ", "rED", True),
        (Operator.IS, "red", "blue", False),
        (Operator.IS, None, "red", False),
        (Operator.IS, True, "true", True),
        (Operator.IS, False, "false", True),
        (Operator.IS, 5, "5", True),
        (Operator.IS, "Jose\u0301", "jos\u00e9", True),
        (Operator.IS_NOT, "red", "blue", True),
        (Operator.IS_NOT, "red", "Red", False),
        (Operator.IS_NOT, None, "red", True),
        (Operator.IN, "red", "blue, Red", True),
        (Operator.IN, "red", "blue, green", False),
        (Operator.IN, "a;red;b", "blue, red", True),
        (Operator.IN, "reddish", "red", False),
        (Operator.IN, "Jose\u0301", "ada, Jos\u00e9", True),
        (Operator.IN, "Jos\u00e9", "ada, Jose\u0301", True),
        (Operator.IN, "", "", False),
        (Operator.IN, None, "red,", False),
        (Operator.NOT_IN, "red", "blue, green", True),
        (Operator.NOT_IN, "red", "blue, red", False),
        (Operator.NOT_IN, "a;red", "red", False),
        (Operator.NOT_IN, None, "red", True),
        (Operator.CONTAINS, "dark red", "RED", True),
        (Operator.CONTAINS, "blue", "red", False),
        (Operator.CONTAINS, None, "red", False),
        (Operator.NOT_CONTAINS, "blue", "red", True),
        (Operator.NOT_CONTAINS, "dark red", "red", False),
        (Operator.NOT_CONTAINS, "", "red", True),
        (Operator.STARTS_WITH, "Redwood", "red", True),
        (Operator.STARTS_WITH, "dark red", "red", False),
        (Operator.STARTS_WITH, None, "red", False),
        (Operator.HAS_VALUE, "x", "", True),
        (Operator.HAS_VALUE, False, "", True),
        (Operator.HAS_VALUE, "  ", "", False),
        (Operator.HAS_VALUE, [], "", False),
        (Operator.HAS_VALUE, None, "", False),
        (Operator.NO_VALUE, None, "", True),
        (Operator.NO_VALUE, "", "", True),
        (Operator.NO_VALUE, "x", "", False),
        (Operator.GREATER, "10.01", "10", True),
        (Operator.GREATER, "10", "10", False),
        (Operator.GREATER, "9", "10", False),
        (Operator.GREATER, 11, " 10 ", True),
        (Operator.GREATER, "many", "10", False),
        (Operator.GREATER, "NaN", "10", False),
        (Operator.GREATER, None, "10", False),
        (Operator.LESS, "9.99", "10", True),
        (Operator.LESS, "10", "10", False),
        (Operator.LESS, "-1", "0", True),
        (Operator.LESS, "", "10", False),
        (Operator.LESS, "9", "ten", False),
        (Operator.AFTER, "2026-03-02", "2026-03-01", True),
        (Operator.AFTER, "2026-03-01", "2026-03-01", False),
        (Operator.AFTER, "2026-03-01T00:00:00.001Z", "2026-03-01", True),
        (Operator.AFTER, "2026-03-01T01:00:00+02:00", "2026-03-01", False),
        (Operator.AFTER, "2026-03-01T00:00:00Z", "2026-02-28T22:00:00-03:00", False),
        (Operator.AFTER, "2026-03-02 and a half", "2026-03-01", True),
        (Operator.AFTER, "soon", "2026-03-01", False),
        (Operator.AFTER, "2026-03-02", "soon", False),
        (Operator.AFTER, None, "2026-03-01", False),
        (Operator.BEFORE, "2026-02-28", "2026-03-01", True),
        (Operator.BEFORE, "2026-03-01", "2026-03-01", False),
        (Operator.BEFORE, None, "2026-03-01", False),
        (Operator.BEFORE, "0001-01-01T00:00:00+14:00", "2026-03-01", True),
    ],
)
def test_s11_operators(operator, value, wanted, expected):
    assert Condition("f", operator, wanted).holds({"f": value}) is expected


@pytest.mark.parametrize("operator", list(Operator))
def test_s11_a_missing_field_is_an_empty_one(operator):
    condition = Condition("f", operator, "1")
    assert condition.holds({}) is condition.holds({"f": None}) is condition.holds({"f": ""})
    negations = {Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_CONTAINS, Operator.NO_VALUE}
    assert condition.holds({}) is (operator in negations)


@pytest.mark.parametrize(
    ("values", "passes"),
    [
        ({"colour": "red", "size": "11", "city": ""}, True),
        ({"colour": "red", "size": "9", "city": ""}, False),
        ({"colour": "blue", "size": "11", "city": ""}, False),
        ({"colour": "blue", "size": "9", "city": "Rome"}, True),
        ({"colour": "red", "size": "11", "city": "Rome"}, True),
        ({}, False),
    ],
)
def test_s11_one_whole_group_must_hold(values, passes):
    chosen = Filter(((RED, BIG), (Condition("city", Operator.IS, "Rome"),)))
    assert (chosen.failing(values) is None) is passes


def test_s11_a_filter_without_groups_admits_everything():
    assert Filter().failing({}) is None
    assert Filter(((),)).failing({}) is None


def test_what_fails_is_said_in_words():
    assert Filter(((RED, BIG),)).failing({"colour": "red"}) == (
        "it is required that size is greater than “10”"
    )
    both = Filter(((RED,), (BIG, Condition("city", Operator.HAS_VALUE))))
    assert both.failing({"size": "11"}) == (
        "it is required that Colour is “red” or it is required that city has a value"
    )


@pytest.mark.parametrize("operator", list(Operator))
def test_every_operator_can_be_read(operator):
    shown = str(Condition("f", operator, "x", label="Field"))
    assert shown == f"Field {operator.words}" + (" “x”" if operator.takes_value else "")
    assert operator.words == operator.words.strip() != ""


def test_only_presence_takes_no_value():
    assert {o for o in Operator if not o.takes_value} == {Operator.HAS_VALUE, Operator.NO_VALUE}


def test_the_fields_it_reads_are_each_named_once():
    assert Filter(((RED, BIG), (RED,))).fields == ("colour", "size")
    assert Filter().fields == ()
