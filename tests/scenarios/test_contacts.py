"""Contacts and customers, from the first run on: what each side holds afterwards."""

from __future__ import annotations

import pytest

from syncapp.core.sides import Side
from syncapp.models import RecordLink, RecordLogEntry
from tests.proves import proves
from tests.world import World

pytestmark = pytest.mark.services


@proves("S14")
def test_s14_the_same_person_on_both_sides_is_linked_and_nobody_is_doubled(world: World) -> None:
    contact = world.hubspot.add(email="Ada@Example.com ", firstname="Ada", lastname="King")
    customer = world.quickbooks.add(
        "Ada King", "ada@example.COM", GivenName="Ada", FamilyName="King"
    )
    world.sync()
    run = world.run()
    assert run.state == "finished", run.detail
    assert run.counters["linked"] == 1
    link = world.link()
    assert (link.hubspot_id, link.quickbooks_id, link.state) == (contact, customer, "in_sync")
    assert len(world.hubspot.all()) == len(world.quickbooks.all()) == 1


def test_records_of_one_side_are_created_on_the_other(world: World) -> None:
    world.hubspot.add(email="h@example.com", firstname="Hana", lastname="Horák", city="Brno")
    world.quickbooks.add("Quentin Ltd", "q@example.com", GivenName="Quentin", CompanyName="Q Ltd")
    world.sync()
    run = world.run()
    assert run.counters["created"] == {"hubspot": 1, "quickbooks": 1}
    assert world.quickbooks.names() == ["Hana Horák", "Quentin Ltd"]
    made = next(c for c in world.hubspot.all() if c["email"] == "q@example.com")
    assert made["firstname"] == "Quentin"
    assert {link.state for link in RecordLink.objects.all()} == {"in_sync"}


@proves("E2.4-unchanged")
def test_a_second_run_makes_no_write(world: World) -> None:
    world.hubspot.add(email="h@example.com", firstname="Hana")
    world.quickbooks.add("Quentin", "q@example.com", GivenName="Quentin")
    world.sync()
    world.run()
    before = (len(world.app_writes(Side.HUBSPOT)), len(world.app_writes(Side.QUICKBOOKS)))
    assert before == (1, 1)
    world.clock.advance(400)
    run = world.run()
    assert world.writes_of(run) == 0
    assert (len(world.app_writes(Side.HUBSPOT)), len(world.app_writes(Side.QUICKBOOKS))) == before


@proves("E2.4-hubspot-changed")
def test_an_edit_arrives_on_the_other_side_with_one_write(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann", phone="+1 555 0100")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    world.clock.advance(3600)
    world.hubspot.edit(contact, phone="+1 555 0199")
    run = world.run()
    assert run.counters["updated"] == {"hubspot": 0, "quickbooks": 1}
    assert world.quickbooks.get(customer)["PrimaryPhone"]["FreeFormNumber"] == "+1 555 0199"
    world.clock.advance(3600)
    world.quickbooks.edit(customer, GivenName="Anna")
    run = world.run()
    assert run.counters["updated"] == {"hubspot": 1, "quickbooks": 0}
    assert world.hubspot.get(contact)["firstname"] == "Anna"


def test_one_edit_costs_one_search_one_cdc_call_and_one_write(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    world.clock.advance(3600)
    world.hubspot.edit(contact, firstname="Anna")
    world.http.sent.clear()
    world.run()
    paths = [(r.method, r.url.split("?")[0]) for r in world.http.sent]
    assert sum("/search" in url for _, url in paths) == 1
    assert sum("/cdc" in url for _, url in paths) == 1
    assert sum(m == "POST" and url.endswith("/customer") for m, url in paths) == 1


@proves("S7", "E2.4-conflict")
def test_s7_in_a_conflict_the_winner_stands_and_the_loser_is_in_the_record_log(
    world: World,
) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync(conflict="quickbooks")
    world.run()
    customer = world.link().quickbooks_id
    world.clock.advance(3600)
    world.hubspot.edit(contact, firstname="Annie")
    world.quickbooks.edit(customer, GivenName="Annette")
    world.run()
    assert world.hubspot.get(contact)["firstname"] == "Annette"
    assert world.quickbooks.get(customer)["GivenName"] == "Annette"
    entry = RecordLogEntry.objects.get(kind="conflict")
    assert [c["before"] for c in entry.changes] == ["Annie"]


@proves("S7", "E2.4-empty")
def test_s7_an_emptied_field_blanks_nothing_and_is_logged_once(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann", phone="555 0100")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    for _ in range(2):
        world.clock.advance(3600)
        world.hubspot.edit(contact, phone="")
        world.run()
    assert world.quickbooks.get(customer)["PrimaryPhone"]["FreeFormNumber"] == "555 0100"
    assert world.link().state == "in_sync"
    assert RecordLogEntry.objects.filter(kind="emptied_not_sent").count() == 1


@proves("S15", "S16", "E3.6-name", "E3.6-in-use")
def test_s15_s16_the_company_names_the_first_customer_and_the_second_contact_fails(
    world: World,
) -> None:
    first = world.hubspot.add(email="a@acme.com", firstname="Ann")
    second = world.hubspot.add(email="b@acme.com", firstname="Bob")
    world.hubspot.company("Acme", first, second)
    world.sync()
    world.run()
    assert world.quickbooks.names() == ["Acme"]
    failing = world.link(hubspot_id=second)
    assert (failing.state, failing.code) == ("failing", "name_in_use")
    assert "Acme" in failing.explanation
    assert "one billing contact per company" in failing.remedy
    told = RecordLogEntry.objects.get(link=failing)
    assert (told.kind, told.code, told.text) == ("decided", "name_in_use", failing.explanation)
    # Given a company of its own, the contact is tried again by itself.
    world.clock.advance(3600)
    world.hubspot.company("Bob's Bikes", second)
    world.hubspot.edit(second, city="Oslo")
    world.run()
    assert "Bob's Bikes" in world.quickbooks.names()


@proves("S15", "E3.6-name")
def test_s15_without_the_mapping_the_persons_name_is_used(world: World) -> None:
    contact = world.hubspot.add(email="a@acme.com", firstname="Ann", lastname="Lee")
    world.hubspot.company("Acme", contact)
    world.sync(
        mappings=[
            {"hubspot": "associatedcompany.name", "quickbooks": "DisplayName", "enabled": False}
        ]
    )
    world.run()
    assert world.quickbooks.names() == ["Ann Lee"]


def test_records_without_email_are_excluded_with_that_reason(world: World) -> None:
    world.quickbooks.add("Walk-in")
    world.hubspot.add(firstname="Nobody")
    world.sync()
    world.run()
    assert world.states() == {
        "Walk-in": ("excluded", "no_email"),
        "Nobody": ("excluded", "no_email"),
    }


def test_two_customers_with_one_email_wait_for_a_person(world: World) -> None:
    world.quickbooks.add("Twin One", "twin@example.com")
    world.quickbooks.add("Twin Two", "TWIN@example.com")
    world.sync()
    world.run()
    assert world.hubspot.all() == []
    assert set(world.states().values()) == {("failing", "ambiguous_match")}
    other = next(c["Id"] for c in world.quickbooks.all() if c["DisplayName"] == "Twin Two")
    world.clock.advance(3600)
    world.quickbooks.edit(other, PrimaryEmailAddr={"Address": "two@example.com"})
    world.run()
    assert {c["email"] for c in world.hubspot.all()} == {"twin@example.com", "two@example.com"}


@proves("S6")
def test_s6_one_way_never_writes_back(world: World) -> None:
    contact = world.hubspot.add(email="h@example.com", firstname="Hana")
    customer = world.quickbooks.add("Quentin", "q@example.com", GivenName="Quentin")
    world.sync(direction="to_hubspot")
    world.run()
    assert world.app_writes(Side.QUICKBOOKS) == []
    assert world.link(hubspot_id=contact).code == "direction"
    world.clock.advance(3600)
    made = world.link(quickbooks_id=customer).hubspot_id
    world.hubspot.edit(made, firstname="Q.")
    world.run()
    assert world.app_writes(Side.QUICKBOOKS) == []
    assert world.quickbooks.get(customer)["GivenName"] == "Quentin"


def test_s11_a_filter_keeps_records_out_and_names_the_condition(world: World) -> None:
    world.hubspot.add(email="in@example.com", city="Oslo")
    world.hubspot.add(email="out@example.com", city="Rome")
    world.sync(filters={"hubspot": [[{"field": "city", "operator": "is", "value": "Oslo"}]]})
    world.run()
    assert len(world.quickbooks.all()) == 1
    left_out = world.link(label="out@example.com")
    assert left_out.code == "filter"
    assert "Oslo" in left_out.explanation
    left_out_id = left_out.hubspot_id
    world.clock.advance(3600)
    world.hubspot.edit(left_out_id, city="Oslo")
    world.run()
    assert len(world.quickbooks.all()) == 2


def test_a_record_archived_in_hubspot_is_never_created_anew(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    world.clock.advance(3600)
    world.hubspot.archive(contact)
    world.run(full=True)
    link = world.link()
    assert (link.state, link.code) == ("excluded", "gone")
    world.clock.advance(3600)
    world.quickbooks.edit(link.quickbooks_id, GivenName="Anna")
    world.run(full=True)
    assert world.hubspot.all() == []


def test_an_inactive_customer_stops_and_comes_back(world: World) -> None:
    customer = world.quickbooks.add("Quentin", "q@example.com", GivenName="Quentin")
    world.sync()
    world.run()
    world.clock.advance(3600)
    world.quickbooks.edit(customer, Active=False)
    world.run()
    assert world.link().code == "gone"
    world.clock.advance(3600)
    world.quickbooks.edit(customer, Active=True, DisplayName="Quentin", GivenName="Quinn")
    world.run()
    link = world.link()
    assert link.state == "in_sync"
    assert world.hubspot.get(link.hubspot_id)["firstname"] == "Quinn"


def test_contacts_merged_in_hubspot_leave_one_link_and_one_decision(world: World) -> None:
    one = world.hubspot.add(email="one@example.com", firstname="One")
    two = world.hubspot.add(email="two@example.com", firstname="Two")
    world.sync()
    world.run()
    world.clock.advance(3600)
    new = world.hubspot.merge(one, two)
    world.run()
    assert len(world.hubspot.all()) == 1
    assert len(world.quickbooks.all()) == 2
    assert world.link(hubspot_id=new).state == "in_sync"
    assert [link.code for link in RecordLink.objects.filter(state="failing")] == [
        "merged_elsewhere"
    ]


@proves("S13")
def test_switching_off_stops_all_writes(world: World) -> None:
    from syncapp.services import definitions

    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    definition = world.sync()
    world.run()
    definitions.turn_off(definition)
    world.clock.advance(3600)
    world.hubspot.edit(contact, firstname="Anna")
    world.run()
    assert len(world.app_writes(Side.QUICKBOOKS)) == 1
    world.sync()
    world.run()
    assert len(world.app_writes(Side.QUICKBOOKS)) == 2


def test_a_paused_pair_reads_but_writes_nothing_until_resumed(world: World) -> None:
    from syncapp.services import definitions

    world.sync()
    definitions.pause(world.pair, who="ann")
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.run()
    assert world.app_writes(Side.QUICKBOOKS) == []
    assert RecordLink.objects.count() == 1
    definitions.resume(world.pair, now=world.env.clock.now())
    world.run()
    assert len(world.app_writes(Side.QUICKBOOKS)) == 1
