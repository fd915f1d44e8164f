"""The sample people both simulators are filled with."""

from __future__ import annotations

from collections import Counter

import pytest

from simulators.common.people import companies, hubspot_people, people, quickbooks_people


@pytest.mark.parametrize("seed", [1, 7, 2024])
def test_the_same_seed_gives_the_same_people_and_two_sides_share_thirty(seed):
    everybody = people(seed)
    assert everybody == people(seed)
    contacts, customers = hubspot_people(everybody), quickbooks_people(everybody)
    assert (len(contacts), len(customers), len(companies(seed))) == (60, 50, 25)
    addresses = {p.email for p in contacts if p.email}
    shared = [c for c in customers if c.email.lower() in addresses]
    assert len(shared) == 30
    assert sum(1 for c in customers if c.email != c.email.lower()) == 1


@pytest.mark.parametrize("seed", [1, 7, 2024])
def test_the_known_troubles_are_in_every_seed(seed):
    everybody = people(seed)
    contacts, customers = hubspot_people(everybody), quickbooks_people(everybody)
    assert sum(1 for p in contacts if not p.email) == 3
    assert sum(1 for p in customers if not p.email) == 3
    twice = [m for m, n in Counter(p.email for p in customers if p.email).items() if n == 2]
    assert len(twice) == 1
    assert len({p.email for p in contacts if p.email}) == 57
    assert len({p.display_name for p in customers}) == 50
    firms = {p.company.name for p in customers if p.company}
    second = [p for p in contacts if p.company and not p.in_quickbooks and p.company.name in firms]
    assert len(second) >= 2
    by_number = {p.number: p for p in contacts}
    differing = [c for c in customers if c.in_hubspot and c.phone != by_number[c.number].phone]
    assert len(differing) == 7


def test_different_seeds_differ():
    assert people(1) != people(2)


def test_many_people_have_distinct_addresses_and_names():
    everybody = people(3, shared=2000, hubspot_only=500, quickbooks_only=0, company_count=25)
    with_mail = [p.email for p in everybody if p.email]
    assert len(set(with_mail)) == len(with_mail)
    customers = quickbooks_people(everybody)
    assert len({p.display_name for p in customers}) == len(customers)
