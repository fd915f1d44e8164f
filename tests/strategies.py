"""Random records, bases and settings for the pure core; no Django, no network.

Few distinct values, so that edits collide often. A record is made by editing one start state in
which both sides agree (or hold what a lossy side made of it), as CanopyCheck does: wholly random
triples would hardly ever share anything. ``test_strategies.py`` checks that the interesting cases
are met often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.core.filters import Condition, Filter, Operator
from syncapp.core.mapping import FieldMapping
from syncapp.core.matching import Candidate
from syncapp.core.merge import BasePair
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.plan import Change, RecordPlan
from syncapp.core.planner import LinkState, Observed, SyncConfig
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values, canonical, is_empty

KINDS = {"name": Kind.TEXT, "mail": Kind.EMAIL, "phone": Kind.PHONE, "once": Kind.TEXT}
VALUES: dict[Kind, tuple[Value, ...]] = {
    Kind.TEXT: ("ab", "", "b", "Ab", " ab ", "  ", "cafe\u0301", "caf\u00e9", None),
    Kind.EMAIL: ("a@x.com", "", "A@X.com", "b@x.com", " b@x.com", None),
    Kind.PHONE: ("+1 555 1", "", "15551", "2", "call me", None),
}
FLAG = "flag"
EXAMPLES = 80

PAIR = ObjectPair(
    name="things",
    title="Things",
    types={Side.HUBSPOT: "things", Side.QUICKBOOKS: "Thing"},
    nouns={Side.HUBSPOT: "thing", Side.QUICKBOOKS: "thing"},
    mappings=(),
    match_keys=lambda side, values: (),
    match_key_label="nothing",
    label=lambda side, values: "a thing",
    completes=lambda to, values, mappings: {},
)

sides = st.sampled_from(list(Side))
# What is open stands twice or more: a closed door leaves most properties nothing to look at.
directions = st.sampled_from([Direction.BOTH] * 4 + [Direction.TO_HUBSPOT, Direction.TO_QUICKBOOKS])
filters = st.sampled_from(
    [
        *[Filter()] * 4,
        Filter(((Condition(FLAG, Operator.IS, "yes"),),)),
        Filter(((Condition(FLAG, Operator.IS, "never"),),)),
    ]
)

flag_values = st.sampled_from(["yes", "yes", "no"])


def for_all(**strategies: st.SearchStrategy[Any]) -> Callable[..., Any]:
    """Run a test over random examples: no deadline (shared machines), nothing left on disk."""
    once = settings(max_examples=EXAMPLES, deadline=None, database=None, print_blob=True)
    return lambda test: once(given(**strategies)(test))


def field_of(name: str, side: Side) -> str:
    """The two sides call one field differently, so that mixing them up shows."""
    return f"{name}_{side.value}"


def values_of(kind: Kind) -> st.SearchStrategy[Value]:
    return st.sampled_from(VALUES[kind])


@st.composite
def mappings(draw: st.DrawFn, direction: st.SearchStrategy[Direction] = directions):
    """One mapping per field, each with its own direction; at most one is switched off."""
    off = draw(st.sampled_from([None] * 6 + [*KINDS]))
    return tuple(
        FieldMapping(
            field_of(name, Side.HUBSPOT),
            field_of(name, Side.QUICKBOOKS),
            kind=kind,
            direction=draw(direction),
            label=name,
            enabled=name != off,
            creation_only=name == "once",
        )
        for name, kind in KINDS.items()
    )


@st.composite
def configs(
    draw: st.DrawFn,
    direction: st.SearchStrategy[Direction] = directions,
    mapped: st.SearchStrategy[Direction] = directions,
    admits: st.SearchStrategy[Filter] = filters,
):
    """A sync as a user might set it up."""
    return SyncConfig(
        pair=PAIR,
        direction=draw(direction),
        winner=draw(sides),
        mappings=draw(mappings(mapped)),
        filters={side: draw(admits) for side in Side},
    )


open_configs = configs(
    direction=st.just(Direction.BOTH), mapped=st.just(Direction.BOTH), admits=st.just(Filter())
)


AGREED = {
    kind: [
        BasePair(left, right)
        for left in values
        for right in values
        if canonical(left, kind) == canonical(right, kind)
    ]
    for kind, values in VALUES.items()
}


def agreed_pairs(kind: Kind) -> st.SearchStrategy[BasePair]:
    """Two spellings of one value."""
    return st.sampled_from(AGREED[kind])


few_names = st.sampled_from([(), (), ("name",), ("mail",), ("phone",), tuple(KINDS)])


def link_of(now: dict[str, BasePair], base: dict[str, BasePair], flags=("yes", "yes")) -> LinkState:
    """A linked record from ``{field: what each side holds}``."""
    seen = {
        side: Observed(
            f"{side.value}-1",
            {field_of(name, side): pair.on(side) for name, pair in now.items()} | {FLAG: flag},
        )
        for side, flag in zip(Side, flags, strict=True)
    }
    return LinkState(seen[Side.HUBSPOT], seen[Side.QUICKBOOKS], base)


def key_of(name: str) -> str:
    return f"{field_of(name, Side.HUBSPOT)}:{field_of(name, Side.QUICKBOOKS)}"


@st.composite
def agreed_links(draw: st.DrawFn) -> LinkState:
    """A linked record in sync: both sides hold the same, with or without memory of it."""
    now = {name: draw(agreed_pairs(kind)) for name, kind in KINDS.items()}
    forgotten, elsewhere = draw(few_names), draw(few_names)
    base = {
        key_of(name): draw(agreed_pairs(KINDS[name])) if name in elsewhere else pair
        for name, pair in now.items()
        if name not in forgotten
    }
    return link_of(now, base)


@dataclass(frozen=True)
class Edited:
    """A record and the state it was made from.

    Attributes:
        edits: ``{(field name, side)}`` that a user saved a value into.
    """

    link: LinkState
    edits: frozenset[tuple[str, Side]]


@st.composite
def edited_links(draw: st.DrawFn, *, lossy: bool = True) -> Edited:
    """A linked record: one start state, some of it without memory, then a few edits.

    Args:
        lossy: A side may hold less than it was sent, and the base remembers that.
    """
    start = {name: draw(agreed_pairs(kind)) for name, kind in KINDS.items()}
    if lossy:
        for name in draw(few_names):
            sent = start[name].hubspot
            if isinstance(sent, str):
                start[name] = BasePair(sent, sent[:1])
    forgotten = draw(few_names)
    base = {key_of(name): pair for name, pair in start.items() if name not in forgotten}
    now = dict(start)
    touched = set()
    edit = st.tuples(st.sampled_from([*KINDS, "name", "mail", "phone"]), sides)
    for name, side in draw(st.lists(edit, min_size=1, max_size=8)):
        now[name] = put(now[name], side, draw(values_of(KINDS[name])))
        touched.add((name, side))
    flags = (draw(flag_values), draw(flag_values))
    return Edited(link_of(now, base, flags), frozenset(touched))


def put(pair: BasePair, side: Side, value: Value) -> BasePair:
    if side is Side.HUBSPOT:
        return replace(pair, hubspot=value)
    return replace(pair, quickbooks=value)


@st.composite
def half_links(draw: st.DrawFn) -> LinkState:
    """A record known on one side only."""
    side = draw(sides)
    values: dict[str, Value] = {
        field_of(name, side): draw(values_of(kind)) for name, kind in KINDS.items()
    }
    seen = Observed(f"{side.value}-1", values | {FLAG: draw(flag_values)})
    return LinkState(seen, None) if side is Side.HUBSPOT else LinkState(None, seen)


def exactly(side: Side, field: str, value: Value) -> Value:
    """A side that stores what it is sent."""
    del side, field
    return value


def carry_out(link: LinkState, plan: RecordPlan, store=exactly) -> LinkState:
    """A perfect executor: each write arrives, and the base takes (source, answer)."""
    base = dict(plan.base)
    held = {side: link.on(side) for side in Side}
    for change in plan.changes:
        answer = {f: store(change.side, f, v) for f, v in change.values.items()}
        seen = held[change.side]
        before: Values = seen.values if seen is not None else {}
        held[change.side] = Observed("made", {**before, **answer})
        for field in change.fields:
            if not field.mapping:
                continue
            pair = BasePair(field.source, field.source)
            base[field.mapping] = put(pair, change.side, answer[field.field])
    return LinkState(held[Side.HUBSPOT], held[Side.QUICKBOOKS], base)


def swap_config(config: SyncConfig) -> SyncConfig:
    """The same settings with the two sides exchanged."""
    return replace(
        config,
        direction=swap_direction(config.direction),
        winner=config.winner.other,
        mappings=tuple(
            replace(
                m,
                hubspot=m.quickbooks,
                quickbooks=m.hubspot,
                direction=swap_direction(m.direction),
            )
            for m in config.mappings
        ),
        filters={side.other: chosen for side, chosen in config.filters.items()},
    )


def swap_direction(direction: Direction) -> Direction:
    return {
        Direction.BOTH: Direction.BOTH,
        Direction.TO_HUBSPOT: Direction.TO_QUICKBOOKS,
        Direction.TO_QUICKBOOKS: Direction.TO_HUBSPOT,
    }[direction]


def swap_link(link: LinkState) -> LinkState:
    """The same record with the two sides exchanged."""
    return LinkState(link.quickbooks, link.hubspot, swap_base(link.base))


def swap_base(base) -> dict[str, BasePair]:
    return {swap_key(key): BasePair(pair.quickbooks, pair.hubspot) for key, pair in base.items()}


def swap_key(key: str) -> str:
    return ":".join(reversed(key.split(":")))


def written(changes: tuple[Change, ...], *, swap: bool = False) -> set[tuple[object, ...]]:
    """What is written, field by field, in no order."""
    return {
        (
            change.side.other if swap else change.side,
            change.op,
            field.field,
            field.before,
            field.after,
            swap_key(field.mapping) if swap else field.mapping,
            field.source,
            field.conflict,
        )
        for change in changes
        for field in change.fields
    }


def changed_since_base(link: LinkState, name: str, side: Side) -> bool:
    """Whether a side holds a value of its own making; without memory any value counts."""
    seen, base = link.on(side), link.base.get(key_of(name))
    assert seen is not None
    value = seen.values.get(field_of(name, side))
    if is_empty(value):
        return False
    kind = KINDS[name]
    return base is None or canonical(base.on(side), kind) != canonical(value, kind)


@st.composite
def candidate_groups(draw: st.DrawFn) -> list[list[Candidate]]:
    """A few records of both sides, spread over a few match keys."""
    states = st.sampled_from(["free"] * 6 + ["gone", "linked", "linked", "busy", "out"])
    known = []
    for number in range(2, 2 + draw(st.integers(2, 6))):
        state = draw(states)
        known.append(
            Candidate(
                number,
                list(Side)[number % 2],
                f"id{number}",
                gone=state == "gone",
                linked=state == "linked",
                busy=state == "busy",
                out=state == "out",
            )
        )
    group = st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True)
    return draw(st.lists(group, min_size=1, max_size=4))
