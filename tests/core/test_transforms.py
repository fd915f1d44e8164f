"""What a mapping does to a value on the way, and that no value ever swings to and fro."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from syncapp.core.mapping import FieldMapping
from syncapp.core.merge import Agree, BasePair, Copy, Keep, merge_field
from syncapp.core.planner import LinkState, Observed, SyncConfig, plan_record
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.transforms import Transform, TransformOp
from tests.strategies import PAIR, carry_out, for_all, put, sides

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
PAIRS = (("red", "R"), ("blue", "B"), ("navy", "B"))
TWO_WAY = [op for op in TransformOp if not op.is_one_way]
TEXTS = {TransformOp.DEFAULT: "none given", TransformOp.CONSTANT: "Tandem", TransformOp.PHONE: "49"}


def made(op: TransformOp, to: Side = Q) -> Transform:
    pairs = PAIRS if op is TransformOp.OPTIONS else ()
    fields = ("last",) if op is TransformOp.JOIN else ()
    return Transform(op, to, TEXTS.get(op, ""), pairs, fields)


def mapped(*transforms: Transform, direction: Direction = Direction.BOTH, **more) -> FieldMapping:
    return FieldMapping("h", "q", direction=direction, transforms=transforms, **more)


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        (TransformOp.UPPER, "Ada b", "ADA B"),
        (TransformOp.LOWER, "Ada B", "ada b"),
        (TransformOp.TITLE, "ada LOVELACE", "Ada Lovelace"),
        (TransformOp.TITLE, "jean-luc McDonald", "Jean-Luc McDonald"),
        (TransformOp.TRIM, "a  b\n c", "a b c"),
        (TransformOp.PHONE, "+1 (555) 010-2030", "+15550102030"),
        (TransformOp.PHONE, "0049 30 1234", "+49301234"),
        (TransformOp.PHONE, "030 1234", "+49301234"),
        (TransformOp.PHONE, "030 1234 ext 5", "030 1234 ext 5"),
        (TransformOp.PHONE, "none", "none"),
        (TransformOp.DEFAULT, None, "none given"),
        (TransformOp.DEFAULT, "x", "x"),
        (TransformOp.OPTIONS, "red", "R"),
        (TransformOp.OPTIONS, "RED", "R"),
        (TransformOp.OPTIONS, "red;blue;navy", "R;B"),
        (TransformOp.OPTIONS, "green", "green"),
        (TransformOp.OPTIONS, None, None),
        (TransformOp.FIRST_NAME, "Ada King Lovelace", "Ada"),
        (TransformOp.LAST_NAME, "Ada King Lovelace", "King Lovelace"),
        (TransformOp.LAST_NAME, "Ada", ""),
        (TransformOp.UPPER, True, True),
        (TransformOp.UPPER, ["a"], ["a"]),
    ],
)
def test_a_value_on_its_way(op, value, expected):
    assert mapped(made(op)).convert(value, Q) == expected


def test_a_phone_number_without_a_country_code_stays_digits():
    assert Transform(TransformOp.PHONE, Q).apply("030-1", Q) == "0301"


def test_the_way_back_is_the_inverse():
    options = mapped(made(TransformOp.OPTIONS))
    assert options.convert("R", H) == "red"
    assert options.convert("B", H) == "blue"  # of two with the same partner the first
    assert options.convert("G", H) == "G"
    assert mapped(made(TransformOp.UPPER)).convert("Ada", H) == "Ada"
    assert mapped(made(TransformOp.UPPER, H)).convert("Ada", H) == "ADA"


def test_transforms_are_undone_in_the_opposite_order():
    both = mapped(made(TransformOp.OPTIONS), made(TransformOp.LOWER))
    assert both.convert("red", Q) == "r"
    assert both.convert("r", H) == "red"


def test_names_are_joined_from_the_fields_of_the_source():
    joined = mapped(made(TransformOp.JOIN), direction=Direction.TO_QUICKBOOKS)
    assert joined.reads(H) == ("h", "last")
    assert joined.reads(Q) == ("q",)
    assert joined.value(H, {"h": " Ada ", "last": "King"}) == "Ada King"
    assert joined.value(H, {"h": None, "last": "King"}) == "King"
    assert joined.value(H, {}) is None
    assert joined.value(Q, {"q": "x", "last": "y"}) == "x"


def test_a_constant_comes_from_nowhere():
    constant = replace(
        mapped(made(TransformOp.CONSTANT), direction=Direction.TO_QUICKBOOKS), hubspot=""
    )
    assert constant.reads(H) == ()
    assert constant.value(H, {"": "x"}) == "Tandem"
    assert constant.agree("Tandem", "Tandem")
    assert not constant.agree("Tandem", "other")


@pytest.mark.parametrize("op", list(TransformOp))
@pytest.mark.parametrize("length", [1, 30, 500])
def test_no_text_is_ever_cut_off(op, length):
    """What does not fit is refused and shown; only the name parts are parts by their meaning."""
    if op in {TransformOp.FIRST_NAME, TransformOp.LAST_NAME}:
        assert mapped(made(op)).convert(f"Ada {'x' * length}", Q) in {"Ada", "x" * length}
        return
    assert len(str(mapped(made(op)).convert("x" * length, Q))) >= length


# -- in the merge ----------------------------------------------------------------------------------


def decide(mapping: FieldMapping, base: BasePair | None, now: BasePair, winner: Side = Q):
    return merge_field(mapping, base, now, allowed=mapping.direction, winner=winner)


DEFAULT = mapped(made(TransformOp.DEFAULT))


@pytest.mark.parametrize(
    ("base", "now", "expected"),
    [
        (None, BasePair(None, None), Copy(Q, "none given")),
        (BasePair(None, "none given"), BasePair(None, ""), Copy(Q, "none given")),
        (None, BasePair(None, "none given"), Agree()),
        (None, BasePair(None, "own"), Copy(H, "own")),
        (BasePair(None, "none given"), BasePair("real", "none given"), Copy(Q, "real")),
        (BasePair("real", "real"), BasePair(None, "real"), Keep(emptied=H)),
    ],
)
def test_s7_a_default_fills_what_is_empty_and_overwrites_nothing(base, now, expected):
    assert decide(DEFAULT, base, now) == expected


def test_a_default_is_not_written_against_the_direction():
    one_way = mapped(made(TransformOp.DEFAULT), direction=Direction.TO_HUBSPOT)
    assert decide(one_way, None, BasePair(None, None)) == Agree()


def test_s7_what_conversion_leaves_nothing_of_empties_nothing():
    last = mapped(made(TransformOp.LAST_NAME), direction=Direction.TO_QUICKBOOKS)
    base = BasePair("Ada King", "King")
    assert decide(last, base, BasePair("Ada", "King")) == Keep()
    assert decide(last, base, BasePair("Ada", "Kong")) == Keep()


def test_a_new_constant_reaches_the_records_of_the_old_one():
    constant = replace(
        mapped(made(TransformOp.CONSTANT), direction=Direction.TO_QUICKBOOKS), hubspot=""
    )
    now = BasePair(constant.value(H, {}), "before")
    assert decide(constant, BasePair("before", "before"), now) == Copy(Q, "Tandem")


words = st.sampled_from(
    ["ada", "Ada", "ADA KING", " ada  king ", "red", "R", "navy", "B", "030 12", "+49 3012", "",
     None, "ß", "İ", "x;y", "none given"]
)  # fmt: skip


@for_all(
    op=st.sampled_from(list(TransformOp)),
    to=sides,
    values=st.tuples(words, words),
    edits=st.lists(st.tuples(sides, words), max_size=4),
    winner=sides,
    kind=st.sampled_from([Kind.TEXT, Kind.PHONE]),
)
def test_engine_decision_3_no_transform_swings_to_and_fro(op, to, values, edits, winner, kind):
    """After each edit one round of writes, and then the plan is empty for good."""
    to = Q if op is TransformOp.OPTIONS else to
    one_way = Direction.TO_QUICKBOOKS if to is Q else Direction.TO_HUBSPOT
    mapping = mapped(
        made(op, to), direction=one_way if op.is_one_way else Direction.BOTH, kind=kind
    )
    if op is TransformOp.CONSTANT:
        mapping = replace(mapping, **{to.other.value: ""})
    config = SyncConfig(PAIR, mapping.direction, winner, (mapping,))
    link = LinkState(Observed("1", {"h": values[0]}), Observed("2", {"q": values[1]}))
    for edit in [None, *edits]:
        if edit is not None:
            side, value = edit
            held = BasePair(link.hubspot.values.get("h"), link.quickbooks.values.get("q"))
            pair = put(held, side, value)
            link = LinkState(
                Observed("1", {**link.hubspot.values, "h": pair.hubspot}),
                Observed("2", {**link.quickbooks.values, "q": pair.quickbooks}),
                link.base,
            )
        link = carry_out(link, plan_record(link, config))
        again = plan_record(link, config)
        assert again.changes == ()
        assert plan_record(carry_out(link, again), config).changes == ()


@for_all(op=st.sampled_from(TWO_WAY), value=st.text(max_size=12))
def test_the_image_of_a_value_agrees_with_it(op, value):
    mapping = mapped(made(op))
    if op is TransformOp.DEFAULT and not value.strip():
        return
    assert mapping.agree(value, mapping.convert(value, Q))
