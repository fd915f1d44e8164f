"""The three-way decision, row by row (ENGINE 2.4)."""

from __future__ import annotations

import pytest

from syncapp.core.mapping import FieldMapping
from syncapp.core.merge import Agree, BasePair, Copy, Keep, merge_field
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from tests.proves import proves

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
BOTH, TO_H, TO_Q = Direction.BOTH, Direction.TO_HUBSPOT, Direction.TO_QUICKBOOKS
OLD = BasePair("old", "old")


def decide(base, now, *, allowed=BOTH, winner=Q, direction=BOTH, kind=Kind.TEXT):
    mapping = FieldMapping("h", "q", kind=kind, direction=direction)
    pair = BasePair(*base) if isinstance(base, tuple) else base
    return merge_field(mapping, pair, BasePair(*now), allowed=allowed, winner=winner)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(("old", "old"), Agree(), id="no-no"),
        pytest.param(("new", "old"), Copy(Q, "new"), id="hubspot changed"),
        pytest.param(("old", "new"), Copy(H, "new"), id="quickbooks changed"),
        pytest.param(("new", "new"), Agree(), id="both made the same edit"),
        pytest.param(("new h", "new q"), Copy(H, "new q", conflict=True), id="conflict"),
        pytest.param((" new ", "new"), Agree(), id="the same edit but for blanks"),
        pytest.param(("", "old"), Keep(emptied=H), id="hubspot emptied"),
        pytest.param(("old", None), Keep(emptied=Q), id="quickbooks emptied"),
        pytest.param(("", None), Agree(), id="both emptied"),
        pytest.param(("", "new"), Copy(H, "new"), id="emptied here and edited there"),
        pytest.param(("new", ""), Copy(Q, "new"), id="edited here and emptied there"),
    ],
)
@proves(
    "S7",
    "E2.4-unchanged",
    "E2.4-hubspot-changed",
    "E2.4-quickbooks-changed",
    "E2.4-both-equal",
    "E2.4-conflict",
    "E2.4-empty",
)
def test_s7_the_table_with_both_ways_open(now, expected):
    assert decide(OLD, now) == expected


@pytest.mark.parametrize(
    ("winner", "expected"),
    [(H, Copy(Q, "h", conflict=True)), (Q, Copy(H, "q", conflict=True))],
)
@proves("S7", "E2.4-conflict")
def test_s7_the_winner_is_written_and_the_loser_named(winner, expected):
    assert decide(OLD, ("h", "q"), winner=winner) == expected


@pytest.mark.parametrize("winner", list(Side))
@pytest.mark.parametrize("now", [("new", "old"), ("old", "new")])
@proves("S7")
def test_s7_the_winner_decides_only_where_both_changed(winner, now):
    decision = decide(OLD, now, winner=winner)
    assert decision == Copy(Q if now[0] == "new" else H, "new")


@pytest.mark.parametrize("winner", list(Side))
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(("", "q"), Copy(H, "q"), id="an empty winner yields"),
        pytest.param(("h", ""), Copy(Q, "h"), id="an empty loser is filled"),
    ],
)
@proves("S7", "E2.4-empty")
def test_s7_an_empty_value_never_wins(winner, now, expected):
    assert decide(OLD, now, winner=winner) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(("same", "same"), Agree(), id="equal"),
        pytest.param((None, ""), Agree(), id="both empty"),
        pytest.param(("h", None), Copy(Q, "h"), id="only hubspot has a value"),
        pytest.param((None, "q"), Copy(H, "q"), id="only quickbooks has a value"),
        pytest.param(("h", "q"), Copy(H, "q", conflict=True), id="both differ: the winner, logged"),
    ],
)
@proves("E2.4-first-link")
def test_the_first_link_has_no_memory(now, expected):
    assert decide(None, now) == expected


@pytest.mark.parametrize(
    ("allowed", "direction"), [(TO_H, BOTH), (BOTH, TO_H), (TO_H, TO_H)], ids=str
)
@pytest.mark.parametrize(
    ("base", "now", "expected"),
    [
        pytest.param(OLD, ("new", "old"), Keep(), id="an edit of the target is left alone"),
        pytest.param(OLD, ("old", "new"), Copy(H, "new"), id="an edit of the source travels"),
        pytest.param(OLD, ("h", "q"), Copy(H, "q", conflict=True), id="the source wins"),
        pytest.param(None, ("h", "q"), Copy(H, "q", conflict=True), id="the source wins at first"),
        pytest.param(None, ("h", ""), Keep(), id="an empty source is not filled"),
        pytest.param(OLD, ("h", ""), Keep(), id="an emptied source is not filled"),
        pytest.param(OLD, ("old", ""), Keep(emptied=Q), id="an emptied source is not sent"),
    ],
)
@proves("S6", "E2.4-hubspot-changed")
def test_s6_one_way_toward_hubspot(allowed, direction, base, now, expected):
    for winner in Side:
        decision = decide(base, now, allowed=allowed, direction=direction, winner=winner)
        assert decision == expected


@pytest.mark.parametrize(
    ("base", "now", "expected"),
    [
        pytest.param(OLD, ("old", "new"), Keep(), id="an edit of the target is left alone"),
        pytest.param(OLD, ("new", "old"), Copy(Q, "new"), id="an edit of the source travels"),
        pytest.param(OLD, ("h", "q"), Copy(Q, "h", conflict=True), id="the source wins"),
    ],
)
@proves("S6", "E2.4-quickbooks-changed")
def test_s6_one_way_toward_quickbooks(base, now, expected):
    assert decide(base, now, allowed=TO_Q, winner=Q) == expected


@pytest.mark.parametrize("now", [("new", "old"), ("old", "new"), ("h", "q")])
@pytest.mark.parametrize(
    ("allowed", "direction"),
    [
        pytest.param(None, BOTH, id="the record is filtered out"),
        pytest.param(TO_H, TO_Q, id="the record's direction and the field's exclude each other"),
    ],
)
def test_nothing_is_written_where_no_way_is_open(allowed, direction, now):
    assert decide(OLD, now, allowed=allowed, direction=direction) == Keep()


@pytest.mark.parametrize("allowed", [*Direction, None])
def test_agreement_is_noted_even_where_no_way_is_open(allowed):
    assert decide(OLD, ("new", "new"), allowed=allowed) == Agree()


def test_a_side_that_stores_less_is_measured_against_what_it_stored():
    assert decide(("long name", "long"), ("long name", "long")) == Keep()
    assert decide(("long name", "long"), ("longer name", "long")) == Copy(Q, "longer name")
    assert decide(("long name", "long"), ("long name", "short")) == Copy(H, "short")


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (Kind.EMAIL, "ada@x.com", "ADA@x.com"),
        (Kind.PHONE, "+1 (555) 0100", "1-555-0100"),
        (Kind.URL, "https://x.com/", "http://x.com"),
        (Kind.MONEY, "10.00", "10"),
        (Kind.TEXT, "Caf\u00e9", "Cafe\u0301"),
    ],
)
@proves("E2.4-canonical")
def test_another_spelling_is_not_an_edit(kind, before, after):
    assert decide((before, "other"), (after, "other"), kind=kind) == Keep()
    assert decide((before, before), (after, before), kind=kind) == Agree()


def test_what_is_sent_is_composed():
    """ENGINE 2.4: a US company takes "é", but not "e" with an accent after it."""
    assert decide(OLD, ("Jose\u0301", "old")) == Copy(Q, "Jos\u00e9")
    assert decide(("Jose\u0301", "Jos\u00e9"), ("Jose\u0301", "Jos\u00e9")) == Agree()


def test_what_is_sent_has_no_blanks_around_it():
    assert decide(OLD, (" new\n", "old")) == Copy(Q, "new")
    assert decide(OLD, (" h ", " q "), winner=H) == Copy(Q, "h", conflict=True)


def test_other_values_than_text_are_sent_as_they_are():
    assert decide((False, "false"), (True, "false"), kind=Kind.BOOLEAN) == Copy(Q, True)
    mapping = FieldMapping("h", "q", kind=Kind.EMAIL)
    assert mapping.convert(" a@x.com ", Q) == "a@x.com"
    assert mapping.convert(None, Q) is None
    assert mapping.convert(["a"], H) == ["a"]
