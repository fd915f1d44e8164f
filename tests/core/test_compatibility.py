"""The type-compatibility matrix of PRODUCT 1.4, row by row."""

from __future__ import annotations

import itertools

import pytest

from syncapp.core.compatibility import compared_as, judge
from syncapp.core.schema import Field, Kind
from syncapp.core.sides import Direction, Side

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
BOTH, TO_H, TO_Q = Direction.BOTH, Direction.TO_HUBSPOT, Direction.TO_QUICKBOOKS


def field(kind: Kind, name: str = "f", **more) -> Field:
    return Field(name, name.upper(), kind, **more)


@pytest.mark.parametrize(
    ("hubspot", "quickbooks", "expected"),
    [
        # two-way rows
        (Kind.TEXT, Kind.TEXT, BOTH),
        (Kind.NUMBER, Kind.NUMBER, BOTH),
        (Kind.NUMBER, Kind.MONEY, BOTH),
        (Kind.DATE, Kind.DATE, BOTH),
        (Kind.DATETIME, Kind.DATETIME, BOTH),
        (Kind.DATE, Kind.DATETIME, BOTH),
        (Kind.DATETIME, Kind.DATE, BOTH),
        (Kind.BOOLEAN, Kind.BOOLEAN, BOTH),
        (Kind.CHOICE, Kind.CHOICE, BOTH),
        (Kind.EMAIL, Kind.EMAIL, BOTH),
        (Kind.TEXT, Kind.EMAIL, BOTH),
        (Kind.PHONE, Kind.TEXT, BOTH),
        # one way into a HubSpot text
        (Kind.TEXT, Kind.NUMBER, TO_H),
        (Kind.TEXT, Kind.DATE, TO_H),
        (Kind.TEXT, Kind.DATETIME, TO_H),
        (Kind.TEXT, Kind.BOOLEAN, TO_H),
        (Kind.TEXT, Kind.REFERENCE, TO_H),
        (Kind.TEXT, Kind.CHOICE, TO_H),
        # one way from HubSpot as text
        (Kind.NUMBER, Kind.TEXT, TO_Q),
        (Kind.DATE, Kind.TEXT, TO_Q),
        (Kind.DATETIME, Kind.TEXT, TO_Q),
        (Kind.BOOLEAN, Kind.TEXT, TO_Q),
        (Kind.CHOICE, Kind.TEXT, TO_Q),
        (Kind.REFERENCE, Kind.TEXT, TO_Q),
        # not at all
        (Kind.NUMBER, Kind.DATE, None),
        (Kind.CHOICE, Kind.NUMBER, None),
        (Kind.BOOLEAN, Kind.CHOICE, None),
        (Kind.EMAIL, Kind.NUMBER, None),
        (Kind.REFERENCE, Kind.REFERENCE, None),
        (Kind.STRUCTURE, Kind.TEXT, None),
        (Kind.TEXT, Kind.STRUCTURE, None),
    ],
)
def test_s8_the_matrix(hubspot, quickbooks, expected):
    verdict = judge(field(hubspot, "ours"), field(quickbooks, "theirs"))
    assert verdict.direction is expected
    for side in Side:
        assert (side in verdict.targets) is (side not in verdict.reasons)
    for sentence in verdict.reasons.values():
        assert sentence.endswith(".")
        assert "OURS" in sentence or "THEIRS" in sentence


@pytest.mark.parametrize("pair", list(itertools.product(Kind, Kind)), ids="-".join)
def test_s8_every_pair_of_kinds_has_an_answer(pair):
    verdict = judge(field(pair[0]), field(pair[1]))
    assert len(verdict.targets) + len(verdict.reasons) == 2
    assert all(verdict.allows(d) is all(s in verdict.targets for s in Side if d.allows(s))
               for d in Direction)  # fmt: skip


def test_s8_a_read_only_field_gets_a_one_way_arrow():
    verdict = judge(field(Kind.NUMBER, "score", read_only=True), field(Kind.NUMBER, "points"))
    assert verdict.direction is TO_Q
    assert verdict.reasons == {
        H: "HubSpot does not let anybody write “SCORE”: it works it out by itself."
    }
    both = judge(field(Kind.TEXT, read_only=True), field(Kind.TEXT, read_only=True))
    assert both.direction is None


def test_s9_a_field_that_is_not_offered_says_what_it_lacks():
    verdict = judge(field(Kind.TEXT), field(Kind.TEXT, "crew", lacks="it is not on for print"))
    assert verdict.direction is None
    assert "QuickBooks does not offer “CREW”: it is not on for print." in verdict.reasons.values()


@pytest.mark.parametrize(
    ("hubspot", "quickbooks", "words"),
    [
        (field(Kind.TEXT), field(Kind.TEXT, max_length=31), "at most 31 characters"),
        (field(Kind.TEXT, unique=True), field(Kind.TEXT), "unique in HubSpot"),
        (field(Kind.TEXT), field(Kind.TEXT, required=True), "needs “F”"),
        (field(Kind.TEXT), field(Kind.EMAIL), "takes an e-mail address"),
        (field(Kind.DATETIME), field(Kind.DATE), "company's time zone"),
        (
            field(Kind.CHOICE, options=(("a", "A"), ("b", "B"))),
            field(Kind.CHOICE, options=(("A", "A"), ("c", "C"))),
            "no option of the name “B”",
        ),
    ],
)
def test_s8_what_to_know_before_mapping(hubspot, quickbooks, words):
    assert any(words in warning for warning in judge(hubspot, quickbooks).warnings)


def test_a_field_that_is_not_written_is_not_warned_about():
    assert judge(field(Kind.NUMBER), field(Kind.TEXT)).warnings == ()
    length = judge(field(Kind.TEXT, max_length=10), field(Kind.TEXT, max_length=31)).warnings
    assert all("31" not in warning for warning in length)


@pytest.mark.parametrize(
    ("hubspot", "quickbooks", "expected"),
    [
        (Kind.TEXT, Kind.TEXT, Kind.TEXT),
        (Kind.PHONE, Kind.PHONE, Kind.PHONE),
        (Kind.PHONE, Kind.TEXT, Kind.TEXT),
        (Kind.TEXT, Kind.NUMBER, Kind.NUMBER),
        (Kind.MONEY, Kind.NUMBER, Kind.MONEY),
        (Kind.DATETIME, Kind.DATE, Kind.DATE),
        (Kind.DATETIME, Kind.DATETIME, Kind.DATETIME),
        (Kind.CHOICE, Kind.TEXT, Kind.CHOICE),
    ],
)
def test_values_are_compared_by_the_stricter_kind(hubspot, quickbooks, expected):
    assert compared_as(field(hubspot), field(quickbooks)) is expected
