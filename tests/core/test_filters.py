"""A user's filter: groups OR-ed, conditions AND-ed (S11)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from syncapp.core.filters import OPERATORS, Condition, Filter, Operator, mistake_in, stored_as
from syncapp.core.operators import NEGATIONS, Calendar
from syncapp.core.schema import Kind

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
    assert condition.holds({}) is (operator in NEGATIONS)


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
        "it is required that Colour is “red” or it is required that city is known"
    )


@pytest.mark.parametrize("operator", list(Operator))
def test_every_operator_can_be_read(operator):
    shown = str(Condition("f", operator, "3,4", label="Field"))
    assert shown.startswith("Field ")
    assert not set("{}") & set(shown)
    assert ("3" in shown) is operator.takes_value
    assert operator.words == operator.words.strip() != ""


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("n", Operator.BETWEEN, "3, 4"), "n is between “3” and “4”"),
        (Condition("d", Operator.LESS_DAYS_AGO, "30"), "d is less than 30 days ago"),
        (Condition("d", Operator.IS_TODAY), "d is today"),
        (
            Condition("d", Operator.AFTER, "2026-03-01", kind=Kind.DATETIME),
            "d is after the start of “2026-03-01”",
        ),
        (Condition("d", Operator.AFTER, "2026-03-01", kind=Kind.DATE), "d is after “2026-03-01”"),
    ],
)
def test_sentences_say_what_is_compared(condition, words):
    assert str(condition) == words


def test_only_presence_and_today_take_no_value():
    assert {o for o in Operator if not o.takes_value} == {
        Operator.HAS_VALUE,
        Operator.NO_VALUE,
        Operator.IS_TODAY,
    }


@pytest.mark.parametrize(
    ("kind", "operator", "value", "wanted", "expected"),
    [
        (Kind.NUMBER, Operator.IS, "1.50", "1.5", True),
        (Kind.NUMBER, Operator.IS, "1.50", "1.51", False),
        (Kind.NUMBER, Operator.IN, "2.0", "1,2", True),
        (Kind.TEXT, Operator.IS, "1.50", "1.5", False),
        (Kind.MONEY, Operator.BETWEEN, "10.00", "10,20", True),
        (Kind.MONEY, Operator.BETWEEN, "20", "10,20", True),
        (Kind.MONEY, Operator.BETWEEN, "20.01", "10,20", False),
        (Kind.MONEY, Operator.BETWEEN, "15", "10", False),
        (Kind.MONEY, Operator.NOT_BETWEEN, "20.01", "10,20", True),
        (Kind.MONEY, Operator.GREATER_OR_EQUAL, "10", "10.00", True),
        (Kind.MONEY, Operator.GREATER_OR_EQUAL, "9.99", "10.00", False),
        (Kind.MONEY, Operator.LESS_OR_EQUAL, "10", "10.00", True),
        (Kind.MONEY, Operator.LESS_OR_EQUAL, "10.01", "10.00", False),
        (Kind.PHONE, Operator.IS, "+1 (555) 01", "1 555 01", True),
        (Kind.EMAIL, Operator.IS, "A@x.com", "a@X.com", True),
        (Kind.URL, Operator.IS, "https://x.com/", "x.com", True),
        (Kind.BOOLEAN, Operator.IS, True, "true", True),
        (Kind.BOOLEAN, Operator.IS_NOT, False, "true", True),
        (Kind.CHOICE, Operator.IN, "red", "red,blue", True),
        (Kind.CHOICE, Operator.NOT_IN, "green;red", "red,blue", False),
        (Kind.CHOICE, Operator.IS, "green;red", "red", False),
        (Kind.TEXT, Operator.ENDS_WITH, "Blue Sky Ltd", "LTD", True),
        (Kind.TEXT, Operator.ENDS_WITH, "Ltd Blue", "ltd", False),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "Blue Sky Ltd", "sky", True),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "Blue Skyline", "sky", False),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "a. blue-sky, b", "Blue Sky", True),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "sky blue", "blue sky", False),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "sky", " . ", False),
        (Kind.EMAIL, Operator.CONTAINS_TOKEN, "ann@hubspot.com", "*@hubspot.com", True),
        (Kind.EMAIL, Operator.CONTAINS_TOKEN, "ann@hubspot.comet", "*@hubspot.com", False),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "one two", "t*o", True),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "one to", "tw*", False),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "banana", "b*n*na", True),
        (Kind.TEXT, Operator.CONTAINS_TOKEN, "bana", "b*n*na", False),
        (Kind.TEXT, Operator.NOT_CONTAINS_TOKEN, "Skyline", "sky", True),
        (Kind.DATE, Operator.IS, "2026-03-01", "2026-03-01", True),
        (Kind.DATE, Operator.IS, "2026-03-02", "2026-03-01", False),
        (Kind.DATE, Operator.IS_NOT, "2026-03-02", "2026-03-01", True),
        (Kind.DATE, Operator.AFTER, "2026-03-01", "2026-03-01", False),
        (Kind.DATE, Operator.ON_OR_AFTER, "2026-03-01", "2026-03-01", True),
        (Kind.DATE, Operator.ON_OR_AFTER, "2026-02-28", "2026-03-01", False),
        (Kind.DATE, Operator.ON_OR_BEFORE, "2026-03-01", "2026-03-01", True),
        (Kind.DATE, Operator.ON_OR_BEFORE, "2026-03-02", "2026-03-01", False),
        (Kind.DATE, Operator.BETWEEN, "2026-03-31", "2026-03-01,2026-03-31", True),
        (Kind.DATE, Operator.BETWEEN, "2026-04-01", "2026-03-01,2026-03-31", False),
        (Kind.DATE, Operator.BETWEEN, "2026-03-15", "2026-03-01", False),
        (Kind.DATE, Operator.NOT_BETWEEN, "2026-04-01", "2026-03-01,2026-03-31", True),
        (Kind.DATETIME, Operator.ON_OR_BEFORE, "2026-03-01T23:59:59Z", "2026-03-01", True),
        (Kind.DATETIME, Operator.ON_OR_BEFORE, "2026-03-02T00:00:00Z", "2026-03-01", False),
    ],
)
def test_s11_operators_compare_by_the_kind_of_the_field(kind, operator, value, wanted, expected):
    assert Condition("f", operator, wanted, kind=kind).holds({"f": value}) is expected


NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
AUCKLAND = Calendar(ZoneInfo("Pacific/Auckland"), NOON)  # 3 November, 01:00
ANGELES = Calendar(ZoneInfo("America/Los_Angeles"), NOON)  # 2 November, 04:00


@pytest.mark.parametrize(
    ("calendar", "operator", "value", "wanted", "expected"),
    [
        # 23:59 and 00:01 at either end of the world (MISSION S11: the company's zone)
        (AUCKLAND, Operator.AFTER, "2026-11-02T11:01:00Z", "2026-11-03", True),
        (AUCKLAND, Operator.AFTER, "2026-11-02T10:59:00Z", "2026-11-03", False),
        (ANGELES, Operator.AFTER, "2026-11-02T08:01:00Z", "2026-11-02", True),
        (ANGELES, Operator.AFTER, "2026-11-02T07:59:00Z", "2026-11-02", False),
        (AUCKLAND, Operator.IS, "2026-11-02T11:01:00Z", "2026-11-03", True),
        (ANGELES, Operator.IS, "2026-11-02T07:59:00Z", "2026-11-01", True),
        (AUCKLAND, Operator.IS_TODAY, "2026-11-03", "", True),
        (AUCKLAND, Operator.IS_TODAY, "2026-11-02T10:59:00Z", "", False),
        (ANGELES, Operator.IS_TODAY, "2026-11-02T08:01:00Z", "", True),
        (ANGELES, Operator.IS_TODAY, "2026-11-03", "", False),
        (ANGELES, Operator.LESS_DAYS_AGO, "2026-11-01", "2", True),
        (ANGELES, Operator.LESS_DAYS_AGO, "2026-10-31", "2", False),
        (ANGELES, Operator.LESS_DAYS_AGO, "2026-11-03", "2", False),
        (ANGELES, Operator.MORE_DAYS_AGO, "2026-10-30", "2", True),
        (ANGELES, Operator.MORE_DAYS_AGO, "2026-10-31", "2", False),
        (ANGELES, Operator.LESS_DAYS_AHEAD, "2026-11-03", "2", True),
        (ANGELES, Operator.LESS_DAYS_AHEAD, "2026-11-04", "2", False),
        (ANGELES, Operator.LESS_DAYS_AHEAD, "2026-11-01", "2", False),
        (ANGELES, Operator.MORE_DAYS_AHEAD, "2026-11-05", "2", True),
        (ANGELES, Operator.MORE_DAYS_AHEAD, "2026-11-04", "2", False),
        (ANGELES, Operator.LESS_DAYS_AGO, "2026-11-01", "soon", False),
        (ANGELES, Operator.LESS_DAYS_AGO, "soon", "2", False),
        (Calendar(), Operator.IS_TODAY, "2026-11-02", "", False),
    ],
)
def test_s11_days_are_those_of_the_companys_time_zone(calendar, operator, value, wanted, expected):
    condition = Condition("f", operator, wanted, kind=Kind.DATETIME)
    assert condition.holds({"f": value}, calendar) is expected
    if operator in NEGATIONS:
        return
    assert condition.holds({"f": None}, calendar) is False


OPEN = Condition("status", Operator.NOT_IN, "draft", label="Status", related="invoices")
OURS = Condition("source", Operator.IS, "hubspot", label="Source", related="invoices")
INVOICES = stored_as("invoices")


@pytest.mark.parametrize(
    ("invoices", "passes"),
    [
        ([{"status": "open", "source": "hubspot"}], True),
        (
            [{"status": "open", "source": "data_sync"}, {"status": "draft", "source": "hubspot"}],
            False,
        ),
        ([{"status": "draft", "source": "hubspot"}, {"status": "paid", "source": "hubspot"}], True),
        ([], False),
        (None, False),
        ("open", False),
    ],
)
def test_s11_one_associated_record_must_meet_all_conditions_about_it(invoices, passes):
    chosen = Filter(((RED, OPEN, OURS),))
    values = {"colour": "red", INVOICES: invoices}
    assert (chosen.failing(values) is None) is passes
    assert chosen.failing({**values, "colour": "blue"}) == "it is required that Colour is “red”"
    assert chosen.fields == ("colour",)
    assert chosen.associated == {"invoices": ("source", "status")}


def test_what_an_associated_record_lacks_is_said_in_words():
    assert Filter(((OPEN, OURS),)).failing({}) == (
        "it is required that it has an invoice of which Status is none of “draft” and Source is "
        "“hubspot”"
    )
    assert "one of its line items of which" in str(
        Filter(((Condition("sku", Operator.HAS_VALUE, related="line_items"),),)).failing({})
    )


def test_only_relative_days_change_a_filters_answer_by_themselves():
    assert Filter(((RED,), (Condition("d", Operator.MORE_DAYS_AGO, "3"),))).is_relative
    assert not Filter(((RED, Condition("d", Operator.AFTER, "2026-01-01")),)).is_relative


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_of_field_can_be_asked_something(kind):
    assert {Operator.HAS_VALUE, Operator.NO_VALUE} <= set(OPERATORS[kind])


def test_every_operator_belongs_to_some_kind_of_field():
    assert {operator for allowed in OPERATORS.values() for operator in allowed} == set(Operator)


@pytest.mark.parametrize(
    ("operator", "value", "kind", "is_good"),
    [
        (Operator.GREATER, "12.50", Kind.MONEY, True),
        (Operator.GREATER, "much", Kind.MONEY, False),
        (Operator.IS, "much", Kind.NUMBER, False),
        (Operator.IN, "1,2", Kind.NUMBER, True),
        (Operator.BETWEEN, "1,2", Kind.NUMBER, True),
        (Operator.BETWEEN, "1", Kind.NUMBER, False),
        (Operator.BETWEEN, "2026-01-01,2026-02-01", Kind.DATE, True),
        (Operator.BETWEEN, "2026-01-01,later", Kind.DATE, False),
        (Operator.AFTER, "2026-01-01", Kind.TEXT, True),
        (Operator.AFTER, "soon", Kind.DATE, False),
        (Operator.LESS_DAYS_AGO, "7", Kind.DATE, True),
        (Operator.LESS_DAYS_AGO, "-7", Kind.DATE, False),
        (Operator.IS_TODAY, "", Kind.DATE, True),
        (Operator.IS, "anything", Kind.TEXT, True),
    ],
)
def test_what_cannot_be_compared_is_noticed_before_it_is_saved(operator, value, kind, is_good):
    assert (mistake_in(operator, value, kind) == "") is is_good


def test_the_fields_it_reads_are_each_named_once():
    assert Filter(((RED, BIG), (RED,))).fields == ("colour", "size")
    assert Filter().fields == ()
