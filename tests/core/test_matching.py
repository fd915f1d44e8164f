"""Which unlinked records belong together (ENGINE 2.2, S14)."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from syncapp.core.matching import Candidate, Matches, match
from syncapp.core.sides import Side
from tests.strategies import candidate_groups, for_all

H, Q = Side.HUBSPOT, Side.QUICKBOOKS


def h(number: int, **what: bool) -> Candidate:
    return Candidate(number, H, f"h{number}", label=f"Contact {number}", **what)


def q(number: int, **what: bool) -> Candidate:
    return Candidate(number, Q, f"q{number}", label=f"Customer {number}", **what)


# -- examples ------------------------------------------------------------------------------------


def test_s14_one_on_each_side_belong_together():
    assert match([[h(1), q(2)]]) == Matches(pairs=((h(1), q(2)),))


@pytest.mark.parametrize(
    "groups",
    [
        pytest.param([], id="nothing"),
        pytest.param([[]], id="a key nobody holds"),
        pytest.param([[h(1)]], id="only a contact"),
        pytest.param([[q(2)]], id="only a customer"),
        pytest.param([[h(1)], [q(2)]], id="different keys"),
        pytest.param([[h(1, linked=True), q(2, linked=True)]], id="linked already"),
        pytest.param([[h(1, gone=True), q(2)]], id="an archived contact is not taken"),
        pytest.param([[h(1, gone=True), q(2, gone=True)]], id="both gone"),
        pytest.param([[h(1, gone=True, linked=True), q(2)]], id="the holder is archived"),
    ],
)
def test_nothing_comes_of(groups):
    assert match(groups) == Matches()


def test_a_customer_that_belongs_to_another_is_told() -> None:
    """Whether that stands in the way depends on the records: SKUs are unique, addresses are not."""
    assert match([[h(1), q(2, linked=True)]]) == Matches(taken={1: q(2, linked=True)})


def test_two_customers_with_one_email_are_left_to_a_person():
    matches = match([[h(1), q(2), q(3)]])
    assert matches == Matches(ambiguous={1: (q(2), q(3)), 2: (h(1), q(3)), 3: (h(1), q(2))})


def test_two_contacts_with_one_key_are_left_to_a_person():
    matches = match([[h(1), h(2), q(3)]])
    assert matches == Matches(ambiguous={1: (h(2), q(3)), 2: (h(1), q(3)), 3: (h(1), h(2))})


@pytest.mark.parametrize("make", [h, q])
def test_two_on_one_side_and_none_on_the_other_are_left_to_a_person(make):
    assert match([[make(1), make(2)]]) == Matches(ambiguous={1: (make(2),), 2: (make(1),)})


def test_linked_and_gone_records_do_not_make_it_ambiguous():
    living = [h(1), q(2)]
    others = [h(3, linked=True), q(4, linked=True), q(5, gone=True), h(6, gone=True)]
    assert match([living + others]).pairs == ((h(1), q(2)),)


def test_an_inactive_customer_is_taken_when_no_active_one_exists():
    assert match([[h(1), q(2, gone=True)]]).pairs == ((h(1), q(2, gone=True)),)


def test_an_inactive_customer_is_not_taken_beside_an_active_one():
    assert match([[h(1), q(2), q(3, gone=True)]]).pairs == ((h(1), q(2)),)
    assert match([[h(1), q(2, linked=True), q(3, gone=True)]]).pairs == ()


def test_a_linked_inactive_customer_is_not_taken():
    assert match([[h(1), q(2, gone=True, linked=True)]]) == Matches()


def test_several_inactive_customers_are_left_to_a_person():
    first, second = q(2, gone=True), q(3, gone=True)
    assert match([[h(1), first, second]]) == Matches(ambiguous={1: (first, second)})


def test_a_key_that_a_linked_contact_holds_is_taken():
    matches = match([[h(9, linked=True), h(8, linked=True), q(2)]])
    assert matches == Matches(taken={2: h(8, linked=True)})


def test_of_several_who_hold_a_key_the_first_is_named_whatever_the_order():
    groups = [[q(5), h(6, linked=True)], [q(5), h(2, linked=True)]]
    assert match(groups).taken == match(groups[::-1]).taken == {5: h(2, linked=True)}


def test_a_key_is_not_called_taken_where_the_match_is_ambiguous():
    matches = match([[h(9, linked=True), q(2)], [q(2), q(3)]])
    assert matches == Matches(ambiguous={2: (q(3),), 3: (q(2),)})


def test_a_record_whose_counterpart_is_being_created_holds_up_its_group():
    matches = match([[h(1, busy=True), q(2), q(3, linked=True), q(4, gone=True)]])
    assert matches == Matches(held=frozenset({2, 4}))


def test_a_held_record_is_not_matched_under_another_key():
    """It is probably our own record, seen early: the open create decides first."""
    matches = match([[q(1, busy=True), h(2)], [h(2), q(3)]])
    assert matches == Matches(held=frozenset({2}))


def test_one_record_with_partners_under_two_keys_is_left_to_a_person():
    matches = match([[h(1), q(2)], [h(1), q(3)]])
    assert matches == Matches(ambiguous={1: (q(2), q(3)), 2: (h(1),), 3: (h(1),)})


def test_one_customer_claimed_under_two_keys_is_left_to_a_person():
    matches = match([[h(1), q(3)], [h(2), q(3)]])
    assert matches == Matches(ambiguous={1: (q(3),), 2: (q(3),), 3: (h(1), h(2))})


def test_a_partner_in_an_ambiguous_group_is_not_taken_under_another_key():
    matches = match([[h(1), q(2)], [h(1), h(3)]])
    assert matches == Matches(ambiguous={1: (q(2), h(3)), 2: (h(1),), 3: (h(1),)})


def test_an_ambiguous_customer_is_not_taken_under_another_key():
    matches = match([[q(2), q(3)], [h(1), q(2)]])
    assert matches.pairs == ()
    assert set(matches.ambiguous) == {1, 2, 3}


def test_two_keys_in_common_are_one_match():
    assert match([[h(1), q(2)], [q(2), h(1)]]).pairs == ((h(1), q(2)),)


def test_nothing_is_made_beside_a_record_that_a_person_left_out():
    """Found by the simulation (seed 517): its contact was made a second customer."""
    assert match([[h(1), q(2, out=True)]]) == Matches(ambiguous={1: (q(2, out=True),)})
    assert match([[h(1, out=True), q(2)]]) == Matches(ambiguous={2: (h(1, out=True),)})


def test_who_left_one_of_two_out_has_said_which_one_is_meant():
    assert match([[h(1), q(2, out=True), q(3)]]) == Matches(pairs=((h(1), q(3)),))


def test_a_record_left_out_does_not_stand_in_the_way_of_a_match_under_another_key():
    assert match([[h(1), q(2, out=True)], [h(1), q(3)]]) == Matches(pairs=((h(1), q(3)),))


def test_an_inactive_customer_is_not_taken_beside_one_left_out():
    groups = [[h(1), q(2, out=True), q(3, gone=True)]]
    assert match(groups) == Matches(ambiguous={1: (q(2, out=True),)})


def test_an_inactive_customer_that_was_left_out_is_not_taken():
    assert match([[h(1), q(2, out=True, gone=True)]]) == Matches()


def test_who_waits_for_an_open_create_is_not_called_ambiguous():
    groups = [[h(1), q(2, out=True)], [h(1), h(4, busy=True)]]
    assert match(groups) == Matches(held=frozenset({1}))


def test_a_candidate_is_printable():
    assert str(h(1)) == "Contact 1 (HubSpot h1)"
    assert str(Candidate(1, Q, "7")) == "without a name (QuickBooks 7)"


# -- properties ----------------------------------------------------------------------------------


@for_all(groups=candidate_groups())
def test_a_record_is_matched_at_most_once_and_only_with_the_other_side(groups):
    pairs = match(groups).pairs
    links = [c.link for pair in pairs for c in pair]
    assert len(links) == len(set(links))
    for hubspot, quickbooks in pairs:
        assert (hubspot.side, quickbooks.side) == (H, Q)
        assert any(hubspot in group and quickbooks in group for group in groups)


@for_all(groups=candidate_groups())
def test_what_is_linked_or_open_or_archived_is_never_matched(groups):
    for hubspot, quickbooks in match(groups).pairs:
        assert (hubspot.linked, hubspot.busy, hubspot.gone) == (False, False, False)
        assert (quickbooks.linked, quickbooks.busy) == (False, False)
        assert (hubspot.out, quickbooks.out) == (False, False)


@for_all(groups=candidate_groups())
def test_a_match_is_beyond_doubt(groups):
    """No living rival stands in any group of either record of a pair."""
    for hubspot, quickbooks in match(groups).pairs:
        for group in groups:
            rivals = [c for c in group if not (c.linked or c.gone or c.out)]
            if hubspot in group:
                assert {c for c in rivals if c.side is H} == {hubspot}
                assert {c for c in rivals if c.side is Q} <= {quickbooks}


@for_all(groups=candidate_groups())
def test_a_record_has_one_outcome(groups):
    matches = match(groups)
    paired = {c.link for pair in matches.pairs for c in pair}
    assert not paired & set(matches.ambiguous)
    assert not paired & matches.held
    assert not set(matches.taken) & set(matches.ambiguous)


@for_all(groups=candidate_groups())
def test_an_ambiguity_names_others_that_really_compete(groups):
    for link, others in match(groups).ambiguous.items():
        assert others
        for other in others:
            assert other.link != link
            assert not other.linked
            assert any(other in group and any(c.link == link for c in group) for group in groups)


@for_all(groups=candidate_groups(), seed=st.randoms(use_true_random=False))
def test_the_order_of_groups_and_of_records_does_not_matter(groups, seed):
    shuffled = [seed.sample(group, len(group)) for group in groups]
    seed.shuffle(shuffled)
    assert match(shuffled) == match(groups)
