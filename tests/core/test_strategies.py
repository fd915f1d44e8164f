"""The random records are worth planning: a property that sees no case proves nothing."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from syncapp.core.matching import match
from syncapp.core.planner import SyncConfig, plan_record
from tests.strategies import (
    Edited,
    candidate_groups,
    configs,
    edited_links,
    half_links,
    open_configs,
)

RUNS = 200


def tally(count, **strategies: st.SearchStrategy) -> Counter[str]:
    """How often each thing happened in a fixed run of examples."""
    counted: Counter[str] = Counter()

    @seed(1)
    @settings(max_examples=RUNS, deadline=None, database=None)
    @given(**strategies)
    def run(**drawn):
        counted.update(set(count(**drawn)))

    run()
    return counted


def happened(edited: Edited, config: SyncConfig):
    plan = plan_record(edited.link, config)
    yield "a write" if plan.changes else "no write"
    yield "two writes" if len(plan.changes) > 1 else "at most one"
    yield f"status {plan.status.code}"
    if plan.emptied:
        yield "emptied"
    for change in plan.changes:
        for field in change.fields:
            yield "conflict" if field.conflict else "copy"
            if field.mapping not in edited.link.base:
                yield "first link"
            if field.before and not field.conflict:
                yield "overwritten"


def test_edited_records_meet_every_row_of_the_table():
    met = tally(happened, edited=edited_links(), config=configs())
    assert met["a write"] > RUNS // 4
    assert met["no write"] > RUNS // 10
    for event in ("emptied", "conflict", "copy", "first link", "overwritten", "status filter"):
        assert met[event] > RUNS // 20, (event, met)


def test_open_settings_often_write_to_both_sides():
    met = tally(happened, edited=edited_links(), config=open_configs)
    assert met["a write"] > RUNS // 2
    assert met["two writes"] > RUNS // 20


def test_half_links_are_created_and_left_alone():
    met = tally(
        lambda link, config: [plan_record(link, config).status.code or "created"],
        link=half_links(),
        config=configs(),
    )
    assert met["created"] > RUNS // 4
    assert met["direction"] > RUNS // 20
    assert met["filter"] > RUNS // 20


def test_candidates_meet_every_outcome():
    outcomes = ("pairs", "ambiguous", "taken", "held")
    met = tally(
        lambda groups: [name for name in outcomes if getattr(match(groups), name)],
        groups=candidate_groups(),
    )
    for outcome in outcomes:
        assert met[outcome] > RUNS // 40, (outcome, met)
