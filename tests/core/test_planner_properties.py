"""What must hold for every record and every setting (ENGINE 2.5, 5.3)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from syncapp.core.merge import BasePair
from syncapp.core.plan import ChangeOp, because
from syncapp.core.planner import Facts, LinkState, Observed, SyncConfig, plan_record
from syncapp.core.reasons import State
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, canonical, is_empty
from tests.proves import proves
from tests.strategies import (
    FLAG,
    KINDS,
    Edited,
    agreed_links,
    carry_out,
    changed_since_base,
    configs,
    directions,
    edited_links,
    field_of,
    for_all,
    half_links,
    key_of,
    open_configs,
    put,
    sides,
    swap_base,
    swap_config,
    swap_key,
    swap_link,
    values_of,
    written,
)

one_way = st.sampled_from([Direction.TO_HUBSPOT, Direction.TO_QUICKBOOKS])


def edit(link: LinkState, name: str, side: Side, value: Value) -> LinkState:
    seen = link.on(side)
    assert seen is not None
    after = replace(seen, values={**seen.values, field_of(name, side): value})
    if side is Side.HUBSPOT:
        return replace(link, hubspot=after)
    return replace(link, quickbooks=after)


def held(link: LinkState, name: str, side: Side) -> Value:
    seen = link.on(side)
    assert seen is not None
    return seen.values.get(field_of(name, side))


# -- it ends ------------------------------------------------------------------------------------


@for_all(edited=edited_links(), config=configs())
def test_carrying_out_a_plan_leaves_nothing_to_do(edited: Edited, config: SyncConfig):
    done = carry_out(edited.link, plan_record(edited.link, config))
    again = plan_record(done, config)
    assert again.changes == ()
    assert again.base == plan_record(carry_out(done, again), config).base


@for_all(link=half_links(), config=configs())
def test_a_created_record_is_in_sync_at_once(link: LinkState, config: SyncConfig):
    """The filter let it out, so the other side's filter cannot close both directions."""
    plan = plan_record(link, config)
    if plan.changes:
        again = plan_record(carry_out(link, plan), config)
        assert again.changes == ()
        assert again.status.state is State.IN_SYNC


@for_all(link=agreed_links(), config=configs())
def test_an_agreed_record_has_an_empty_plan(link: LinkState, config: SyncConfig):
    plan = plan_record(link, config)
    assert plan.changes == ()
    assert plan.emptied == ()
    assert set(plan.base) == set(link.base) | {m.key for m in config.merged}


@for_all(edited=edited_links(lossy=False), config=open_configs)
def test_s6_both_ways_both_sides_end_up_with_the_same(edited: Edited, config: SyncConfig):
    """I3; a field emptied on one side counts as agreement (S7)."""
    plan = plan_record(edited.link, config)
    done = carry_out(edited.link, plan)
    for name, kind in KINDS.items():
        mapping = next(m for m in config.mappings if m.label == name)
        if mapping not in config.merged or mapping.key in dict(plan.emptied):
            continue
        left, right = held(done, name, Side.HUBSPOT), held(done, name, Side.QUICKBOOKS)
        assert canonical(left, kind) == canonical(right, kind)


@for_all(edited=edited_links(), config=configs())
def test_a_write_that_landed_unrecorded_is_not_repeated(edited: Edited, config: SyncConfig):
    """The false conflict is the crash recovery: the answer was lost, the base is the old one."""
    plan = plan_record(edited.link, config)
    landed = replace(carry_out(edited.link, plan), base=edited.link.base)
    again = plan_record(landed, config)
    assert again.changes == ()
    recorded = carry_out(edited.link, plan).base
    for change in plan.changes:
        for field in change.fields:
            assert again.base[field.mapping] == recorded[field.mapping]


@for_all(
    edited=edited_links(),
    config=configs(),
    rounds=st.lists(
        st.tuples(
            st.sampled_from(list(KINDS)).flatmap(
                lambda name: st.tuples(st.just(name), values_of(KINDS[name]))
            ),
            sides,
        ),
        max_size=5,
    ),
    letters=st.integers(0, 3),
    lossy_side=sides,
)
def test_a_lossy_side_starts_no_ping_pong(edited, config, rounds, letters, lossy_side):
    """It lower-cases and cuts what it stores; the base remembers it as that side holds it."""

    def store(side: Side, field: str, value: Value) -> Value:
        lossy = side is lossy_side and isinstance(value, str)
        return value.casefold()[:letters] if lossy else value

    link = edited.link
    for (name, value), side in [*rounds, (("name", "a"), lossy_side.other)]:
        link = edit(link, name, side, value)
        link = carry_out(link, plan_record(link, config), store)
        assert plan_record(link, config).changes == ()


@for_all(edited=edited_links(), config=open_configs, letters=st.integers(1, 3))
def test_two_lossy_sides_start_no_ping_pong(edited, config, letters):
    link = edited.link
    shrink = {Side.HUBSPOT: lambda v: v.upper(), Side.QUICKBOOKS: lambda v: v[:letters]}
    link = carry_out(
        link,
        plan_record(link, config),
        lambda side, field, value: shrink[side](value) if isinstance(value, str) else value,
    )
    assert plan_record(link, config).changes == ()


# -- it is fair ---------------------------------------------------------------------------------


@for_all(edited=edited_links(), config=configs())
def test_neither_side_is_privileged(edited: Edited, config: SyncConfig):
    plan = plan_record(edited.link, config)
    mirrored = plan_record(swap_link(edited.link), swap_config(config))
    assert written(mirrored.changes, swap=True) == written(plan.changes)
    assert swap_base(mirrored.base) == plan.base
    assert mirrored.status.code == plan.status.code
    assert {(swap_key(k), s.other) for k, s in mirrored.emptied} == set(plan.emptied)


@for_all(link=half_links(), config=configs())
def test_neither_side_is_privileged_when_creating(link: LinkState, config: SyncConfig):
    plan = plan_record(link, config)
    mirrored = plan_record(swap_link(link), swap_config(config))
    assert written(mirrored.changes, swap=True) == written(plan.changes)
    assert mirrored.status.code == plan.status.code


@for_all(edited=edited_links(), config=configs(), order=st.permutations(range(len(KINDS))))
def test_the_order_of_mappings_does_not_matter(edited, config, order):
    shuffled = replace(config, mappings=tuple(config.mappings[i] for i in order))
    one, other = plan_record(edited.link, config), plan_record(edited.link, shuffled)
    assert written(one.changes) == written(other.changes)
    assert [c.side for c in one.changes] == [c.side for c in other.changes]
    assert one.base == other.base
    assert set(one.emptied) == set(other.emptied)
    assert one.status == other.status


@for_all(edited=edited_links(), config=configs())
def test_the_same_input_gives_the_same_plan_and_leaves_the_input_alone(edited, config):
    before = dict(edited.link.base)
    assert plan_record(edited.link, config) == plan_record(edited.link, config)
    assert edited.link.base == before


@for_all(edited=edited_links(), config=configs())
@proves("E2.4-order")
def test_quickbooks_comes_first_for_it_can_refuse(edited: Edited, config: SyncConfig):
    order = [change.side for change in plan_record(edited.link, config).changes]
    assert order == sorted(order, key=[Side.QUICKBOOKS, Side.HUBSPOT].index)
    assert len(order) == len(set(order))


# -- it writes only what it may -------------------------------------------------------------------


@for_all(edited=edited_links(), config=configs(direction=one_way))
@proves("S6")
def test_s6_one_way_never_writes_back(edited: Edited, config: SyncConfig):
    plan = plan_record(edited.link, config)
    assert all(change.side is not config.direction.source for change in plan.changes)


@for_all(link=half_links(), config=configs(direction=one_way))
@proves("S6")
def test_s6_one_way_never_creates_back(link: LinkState, config: SyncConfig):
    plan = plan_record(link, config)
    assert all(change.side is not config.direction.source for change in plan.changes)


@for_all(link=st.one_of(edited_links().map(lambda e: e.link), half_links()), config=configs())
def test_nothing_is_written_that_a_setting_excludes(link: LinkState, config: SyncConfig):
    """I6: filter, direction, mapping switch."""
    by_key = {m.key: m for m in config.mappings}
    for change in plan_record(link, config).changes:
        source = link.on(change.side.other)
        assert source is not None
        assert config.direction.allows(change.side)
        assert config.filters[change.side.other].failing(source.values) is None
        for field in change.fields:
            mapping = by_key[field.mapping]
            assert mapping.enabled
            assert not mapping.creation_only
            assert mapping.direction.allows(change.side)
            assert field.field == mapping.field(change.side)


@for_all(
    link=st.one_of(edited_links().map(lambda e: e.link), half_links()),
    config=configs(),
    gone=st.sampled_from(["archived", "deleted", "inactive", "merged"]),
    side=sides,
)
def test_b10_what_is_gone_is_never_written_or_created(link, config, gone, side):
    """I11."""
    seen = link.on(side) or Observed("x", {})
    dead = replace(seen, gone=gone)
    link = replace(link, hubspot=dead) if side is Side.HUBSPOT else replace(link, quickbooks=dead)
    plan = plan_record(link, config)
    assert plan.changes == ()
    assert plan.status.code in {"gone", "merged_elsewhere"}
    assert plan.base == link.base


@for_all(
    link=st.one_of(edited_links().map(lambda e: e.link), half_links()),
    config=configs(),
    facts=st.sampled_from(
        [
            Facts(excluded_by=("ada", "a test")),
            Facts(stopped=because("flapping", field="name", times="4")),
        ]
    ),
)
def test_what_a_person_or_the_breaker_stops_is_never_written(link, config, facts):
    assert plan_record(link, config, facts).changes == ()


@for_all(link=half_links(), config=configs(), listed=st.sets(sides, max_size=1))
def test_nothing_is_created_before_both_listings_are_complete(link, config, listed):
    plan = plan_record(link, config, Facts(listed=frozenset(listed)))
    assert plan.changes == ()
    assert plan.status.code == "listing"


@for_all(link=half_links(), config=configs())
def test_every_record_that_is_not_written_has_a_reason(link: LinkState, config: SyncConfig):
    plan = plan_record(link, config)
    if plan.changes:
        assert [c.op for c in plan.changes] == [ChangeOp.CREATE]
        assert plan.status.state is State.IN_SYNC
    else:
        assert plan.status.code
        assert "…" not in str(plan.status)


# -- it loses nothing -----------------------------------------------------------------------------


@for_all(link=st.one_of(edited_links().map(lambda e: e.link), half_links()), config=configs())
@proves("S7", "E2.4-empty")
def test_s7_an_empty_value_never_overwrites(link: LinkState, config: SyncConfig):
    for change in plan_record(link, config).changes:
        assert all(not is_empty(field.after) for field in change.fields)


@for_all(edited=edited_links(), config=configs())
def test_s7_emptied_names_exactly_the_side_that_was_emptied(edited: Edited, config: SyncConfig):
    names = {key_of(name): name for name in KINDS}
    for key, side in plan_record(edited.link, config).emptied:
        name, base = names[key], edited.link.base.get(key)
        assert is_empty(held(edited.link, name, side))
        assert not is_empty(held(edited.link, name, side.other))
        assert base is not None
        assert not is_empty(base.on(side))
        assert not changed_since_base(edited.link, name, side.other)


@for_all(edited=edited_links(), config=configs())
def test_nothing_is_overwritten_that_was_not_read(edited: Edited, config: SyncConfig):
    for change in plan_record(edited.link, config).changes:
        seen, source = edited.link.on(change.side), edited.link.on(change.side.other)
        mapped = {m.key: m for m in config.mappings}
        for field in change.fields:
            assert field.before == seen.values.get(field.field)
            assert field.source == source.values[mapped[field.mapping].field(change.side.other)]
            assert canonical(field.after) == canonical(field.source)


@for_all(edited=edited_links(), config=configs())
def test_nothing_is_sent_that_was_not_edited(edited: Edited, config: SyncConfig):
    """Another spelling is no edit, nor is reading back what a lossy side stored."""
    names = {key_of(name): name for name in KINDS}
    for change in plan_record(edited.link, config).changes:
        for field in change.fields:
            assert changed_since_base(edited.link, names[field.mapping], change.side.other)


@for_all(edited=edited_links(), config=configs())
@proves("E2.4-conflict")
def test_s7_no_edit_vanishes(edited: Edited, config: SyncConfig):
    """I2: it stays where it is, stands on the other side too, or is the logged loser."""
    plan = plan_record(edited.link, config)
    done = carry_out(edited.link, plan)
    losers = {
        (field.mapping, change.side, canonical(field.before))
        for change in plan.changes
        for field in change.fields
        if field.conflict
    }
    for name, kind in KINDS.items():
        for side in Side:
            if not changed_since_base(edited.link, name, side):
                continue
            value = held(edited.link, name, side)
            stays = canonical(held(done, name, side), kind) == canonical(value, kind)
            assert stays or (key_of(name), side, canonical(value)) in losers


@for_all(edited=edited_links(), config=open_configs)
def test_s7_an_edit_of_one_side_only_travels_whoever_wins(edited: Edited, config: SyncConfig):
    done = carry_out(edited.link, plan_record(edited.link, config))
    for mapping in config.merged:
        name, kind = mapping.label, mapping.kind
        for side in Side:
            now = held(edited.link, name, side)
            alone = changed_since_base(edited.link, name, side) and is_empty(
                held(edited.link, name, side.other)
            )
            if alone:
                assert canonical(held(done, name, side.other), kind) == canonical(now, kind)


@for_all(edited=edited_links(), config=configs())
def test_s7_a_conflict_is_marked_only_where_both_sides_changed(edited: Edited, config: SyncConfig):
    names = {key_of(name): name for name in KINDS}
    for change in plan_record(edited.link, config).changes:
        for field in change.fields:
            both = all(changed_since_base(edited.link, names[field.mapping], s) for s in Side)
            assert field.conflict is both


@for_all(edited=edited_links(), direction=directions, config=open_configs, winner=sides)
@proves("S7")
def test_s7_the_winner_never_overrides_the_direction(edited, direction, config, winner):
    config = replace(config, direction=direction, winner=winner)
    for change in plan_record(edited.link, config).changes:
        for field in change.fields:
            if field.conflict:
                expected = winner if direction is Direction.BOTH else direction.source
                assert change.side.other is expected


@for_all(edited=edited_links(), config=configs(), side=sides)
@proves("E2.4-base-per-field")
def test_the_base_advances_field_by_field_even_when_writing_is_stopped(edited, config, side):
    free = plan_record(edited.link, config)
    stopped = plan_record(edited.link, config, Facts(stopped=because("temporary", side="x")))
    assert stopped.base == free.base
    assert stopped.emptied == free.emptied
    for mapping in config.merged:
        now = BasePair(
            edited.link.hubspot.values.get(mapping.hubspot),
            edited.link.quickbooks.values.get(mapping.quickbooks),
        )
        agrees = mapping.agree(now.hubspot, now.quickbooks)
        expected = now if agrees else edited.link.base.get(mapping.key)
        assert free.base.get(mapping.key) == expected


@for_all(edited=edited_links(), config=configs())
def test_a_record_outside_the_filters_keeps_its_values_and_its_link(edited, config):
    closed = replace(
        edited.link,
        hubspot=replace(edited.link.hubspot, values={**edited.link.hubspot.values, FLAG: "no"}),
        quickbooks=replace(
            edited.link.quickbooks, values={**edited.link.quickbooks.values, FLAG: "no"}
        ),
    )
    plan = plan_record(closed, config)
    if any(config.filters[to.other].groups == () and config.direction.allows(to) for to in Side):
        assert plan.status.state is State.IN_SYNC
    else:
        assert plan.changes == ()
        assert plan.status.code == "filter"


def test_the_helpers_swap_back():
    pair = BasePair("h", "q")
    assert put(pair, Side.HUBSPOT, "x") == BasePair("x", "q")
    assert swap_base(swap_base({"a:b": pair})) == {"a:b": pair}
