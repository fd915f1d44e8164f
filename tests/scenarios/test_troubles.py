"""Vendors that refuse, throttle or break: what is stored, what a person reads, what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection, RecordLink, RecordLogEntry
from syncapp.services import counts, failing_records
from tests.proves import proves
from tests.world import World


def test_a_refused_value_fails_alone_with_its_reason(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Fine")
    bad = world.hubspot.add(email="b@example.com", firstname="Co:lon")
    world.sync()
    world.run()
    assert world.quickbooks.names() == ["Fine"]
    link = world.link(hubspot_id=bad)
    assert (link.state, link.code) == ("failing", "invalid_name")
    assert "Co:lon" in link.explanation
    world.clock.advance(3600)
    world.hubspot.edit(bad, firstname="Colon")
    world.run()
    assert world.quickbooks.names() == ["Colon", "Fine"]


def test_a_value_quickbooks_refuses_is_not_sent_again_until_it_changes(world: World) -> None:
    bad = world.hubspot.add(email="a@example.com", firstname="Ann", phone="1" * 40)
    world.sync()
    world.run()
    link = world.link()
    assert (link.state, link.code) == ("failing", "too_long")
    assert "Phone" in link.explanation
    calls = len(world.http.sent)
    world.clock.advance(3600)
    world.run()
    assert not any(r.url.split("?")[0].endswith("/customer") for r in world.http.sent[calls:])
    world.hubspot.edit(bad, phone="555 0100")
    world.clock.advance(3600)
    world.run()
    assert world.link().state == "in_sync"


def test_while_one_side_refuses_the_other_still_gets_its_values(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    world.clock.advance(3600)
    world.hubspot.edit(contact, phone="1" * 40)
    world.quickbooks.edit(customer, GivenName="Anna")
    world.run()
    assert world.link().code == "too_long"
    assert world.hubspot.get(contact)["firstname"] == "Anna"


def test_retry_by_a_person_sends_it_again(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann", phone="1" * 40)
    world.sync()
    world.run()
    sent = len(world.http.sent)
    count = failing_records.retry(RecordLink.objects.all(), who="ann", now=world.env.clock.now())
    assert count == 1
    world.run()
    assert any("/customer" in r.url for r in world.http.sent[sent:])
    assert world.link().state == "failing"


@proves("E3.6-in-use")
def test_a_name_taken_by_a_vendor_is_explained(world: World) -> None:
    world.quickbooks.call("POST", "/vendor", {"DisplayName": "Ann Lee"})
    world.hubspot.add(email="a@example.com", firstname="Ann", lastname="Lee")
    world.sync()
    world.run()
    link = world.link()
    assert (link.state, link.code) == ("failing", "name_in_use")
    assert "vendor" in link.explanation
    assert link.next_at is not None
    assert link.next_at - world.env.clock.now() == timedelta(hours=6)


def test_an_excluded_record_is_left_alone_until_it_is_included_again(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    now = world.env.clock.now()
    failing_records.exclude(RecordLink.objects.all(), who="ann", note="test data", now=now)
    assert shown(world) == ("excluded", "by_person", "ann excluded it: test data")
    world.clock.advance(3600)
    world.hubspot.edit(contact, firstname="Anna")
    world.run()
    link = world.link()
    assert (link.state, link.code) == ("excluded", "by_person")
    assert "test data" in link.explanation
    assert world.quickbooks.get(customer)["GivenName"] == "Ann"
    failing_records.include(RecordLink.objects.all(), who="ann", now=world.env.clock.now())
    assert shown(world)[:2] == ("waiting", "pending")
    world.run()
    assert shown(world) == ("in_sync", "", "")
    assert world.quickbooks.get(customer)["GivenName"] == "Anna"


def shown(world: World) -> tuple[str, str, str]:
    """What every page says of the only record."""
    link = world.link()
    return link.state, link.code, link.explanation


def test_excluding_and_including_are_counted_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts that are kept follow the click, not the next run (S30)."""
    monkeypatch.setattr(counts, "COUNTED_LIVE", 0)
    world.hubspot.add(email="a@example.com", firstname="Ann")
    definition = world.sync()
    world.settle()

    def kept(state: State) -> int:
        return counts.of(definition.pk, now=world.env.clock.now()).of(state)

    assert (kept(State.IN_SYNC), kept(State.EXCLUDED)) == (1, 0)
    failing_records.exclude([world.link()], who="ann", note="x", now=world.env.clock.now())
    assert (kept(State.IN_SYNC), kept(State.EXCLUDED)) == (0, 1)
    failing_records.include([world.link()], who="ann", now=world.env.clock.now())
    assert (kept(State.WAITING), kept(State.EXCLUDED)) == (1, 0)


def test_retry_does_not_touch_what_a_person_excluded(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.settle()
    now = world.env.clock.now()
    failing_records.exclude([world.link()], who="ann", note="x", now=now)
    assert failing_records.retry([world.link()], who="bob", now=now) == 0
    assert shown(world)[:2] == ("excluded", "by_person")


def test_what_waited_for_an_excluded_record_is_told_in_the_next_run(world: World) -> None:
    """The exclusion shows at once, so the run that plans it finds nothing turned any more."""
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.hubspot.add(email="b@example.com", firstname="Bob")
    definition = world.sync()
    world.settle()
    ann, bob = definition.links.order_by("id")
    definition.links.filter(pk=bob.pk).update(blocked_on=ann, state="waiting", code="waits_for")
    failing_records.exclude([ann], who="ann", note="x", now=world.env.clock.now())
    world.run()
    bob.refresh_from_db()
    assert (bob.blocked_on, bob.state) == (None, "in_sync")


def test_a_record_that_could_not_be_read_is_read_again_when_it_is_included(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.settle()
    world.link()
    RecordLink.objects.update(
        state="failing", code="bad_data", next_at=None,
        params={"side": "HubSpot", "detail": "no number"}, hubspot_seen={},
    )  # fmt: skip
    now = world.env.clock.now()
    failing_records.exclude([world.link()], who="ann", note="x", now=now)
    assert shown(world) == ("excluded", "by_person", "ann excluded it: x")
    world.run()
    assert shown(world) == ("excluded", "by_person", "ann excluded it: x")
    failing_records.include([world.link()], who="ann", now=world.env.clock.now())
    assert shown(world)[:2] == ("failing", "bad_data")
    world.run()
    assert shown(world)[:2] == ("in_sync", "")
    assert world.link().hubspot_seen["email"] == world.hubspot.get(contact)["email"]


@pytest.mark.parametrize("side", list(Side))
@proves("S1")
def test_s1_a_revoked_connection_asks_for_a_reconnect_and_keeps_everything(
    world: World, side: Side
) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    kind = "revoked_refresh" if side is Side.HUBSPOT else "disconnected"
    world.arm(side, kind, match={})
    world.clock.advance(7200)
    run = world.run()
    assert run.state == "ended_early"
    row = Connection.objects.get(side=side.value)
    assert row.status == Connection.Status.RECONNECT
    assert AccountPair.objects.get().state == AccountPair.State.BROKEN
    assert Connection.objects.exclude(pk=row.pk).get().status == Connection.Status.CONNECTED
    world.consent(row)
    assert AccountPair.objects.get().state == AccountPair.State.ACTIVE
    world.hubspot.edit(contact, firstname="Anna")
    world.run()
    assert world.link().state == "in_sync"
    assert world.quickbooks.names() == ["Ann"]


def test_a_lost_encryption_key_means_reconnect_never_a_crash(world: World) -> None:
    world.sync()
    other = "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q="
    with override_settings(TANDEM_ENCRYPTION_KEYS=[other]):
        run = world.run()
        assert run.state == "ended_early"
        assert "encryption key" in run.detail
        rows = list(Connection.objects.all())
        assert "reconnect" in {row.status for row in rows}


@proves("S1")
def test_expired_access_tokens_are_refreshed_on_the_way(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.clock.advance(2 * 86400)
    run = world.run()
    assert run.state == "finished", run.detail
    assert {row.token_version for row in Connection.objects.all()} == {2}


@pytest.mark.parametrize("side", list(Side))
def test_a_throttled_account_is_not_a_records_failure(world: World, side: Side) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.quickbooks.add("Quentin", "q@example.com")
    world.sync()
    world.arm(side, "status", match={"method": "POST", "path": "create|/customer"}, status=429)
    world.run()
    assert not RecordLink.objects.filter(state="failing").exists()
    world.settle()
    assert {link.state for link in RecordLink.objects.all()} == {"in_sync"}


@pytest.mark.parametrize("side", list(Side))
def test_an_unreachable_vendor_ends_the_run_with_a_sentence(world: World, side: Side) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.arm(side, "status", match={}, status=503, times=None)
    run = world.run()
    assert run.state == "ended_early"
    assert side.label in run.detail
    assert AccountPair.objects.get().state == AccountPair.State.ACTIVE
    assert not RecordLink.objects.filter(state="failing").exists()


def test_a_stale_token_is_read_and_planned_again(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    world.clock.advance(3600)
    world.hubspot.edit(contact, firstname="Anna")
    fetched = world.http.send

    def edit_in_between(request):
        if request.method == "POST" and request.url.split("?")[0].endswith("/customer"):
            world.http.send = fetched
            world.quickbooks.edit(customer, FamilyName="Lee")
        return fetched(request)

    world.http.send = edit_in_between
    run = world.run()
    assert run.state == "finished", run.detail
    found = world.quickbooks.get(customer)
    assert (found["GivenName"], found["FamilyName"]) == ("Anna", "Lee")
    assert world.hubspot.get(contact)["lastname"] == "Lee"


def test_s14_a_contact_hubspot_knows_but_we_do_not_is_adopted_not_doubled(world: World) -> None:
    """Search shows new records late: the create is refused, the record found is linked."""
    world.sync()
    world.run()
    world.clock.advance(3600)
    world.arm(Side.HUBSPOT, "search_lag", match={}, seconds=300)
    world.quickbooks.add("Ann", "a@example.com", GivenName="Ann")
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.run()
    link = world.link()
    assert (link.hubspot_id, link.state) == (contact, "in_sync")
    assert len(world.hubspot.all()) == 1


def test_a_filter_on_a_property_that_no_longer_exists_stops_the_run(world: World) -> None:
    world.hubspot.call(
        "POST",
        "/crm/v3/properties/contacts",
        {
            "name": "segment",
            "label": "Segment",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
        },
    )
    world.hubspot.add(email="a@example.com", segment="gold")
    world.sync(filters={"hubspot": [[{"field": "segment", "operator": "is", "value": "gold"}]]})
    world.run()
    assert world.link().state == "in_sync"
    world.hubspot.call("DELETE", "/crm/v3/properties/contacts/segment")
    world.clock.advance(7200)
    run = world.run()
    assert run.state == "ended_early"
    assert "segment" in run.detail
    assert "Edit the sync" in run.detail
    assert world.link().state == "in_sync"


def test_switching_on_with_an_unknown_property_is_refused(world: World) -> None:
    with pytest.raises(ConfigurationInvalid, match="colour"):
        world.sync(filters={"hubspot": [[{"field": "colour", "operator": "has_value"}]]})


@proves("E2.4-flapping")
def test_a_record_edited_back_and_forth_by_something_else_is_stopped(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    for number in range(8):
        world.clock.advance(600)
        if number % 2:
            world.hubspot.edit(contact, firstname=f"H{number}")
        else:
            world.quickbooks.edit(customer, GivenName=f"Q{number}")
        world.run()
    link = world.link()
    assert (link.state, link.code) == ("failing", "flapping")
    assert "First name" in link.explanation


def test_settings_saved_later_evaluate_every_record_again(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann", jobtitle="CFO")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    assert "Notes" not in world.quickbooks.get(customer)
    world.clock.advance(600)
    world.sync(
        mappings=[{"hubspot": "jobtitle", "quickbooks": "Notes", "direction": "to_quickbooks"}]
    )
    world.run()
    assert world.quickbooks.get(customer)["Notes"] == "CFO"


def test_after_a_restore_both_sides_are_listed_before_anything_is_created(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    definition = world.sync()
    world.run()
    # What restoring an old backup leaves: links, base and cursors of the past are gone.
    RecordLink.objects.all().delete()
    definition.hubspot_complete = definition.quickbooks_complete = False
    definition.save()
    world.pair.cursors.all().delete()
    world.clock.advance(3600)
    world.run()
    assert world.link().state == "in_sync"
    assert len(world.quickbooks.all()) == len(world.hubspot.all()) == 1


def save_in_the_moment_of_our_write(world: World) -> str:
    """Somebody saves a first name between our look at a contact and our update; its id."""
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    world.clock.advance(3600)
    world.quickbooks.edit(customer, GivenName="Anna")
    send = world.http.send

    def edit_in_between(request):
        if request.url.endswith("/batch/update"):
            world.http.send = send
            world.hubspot.edit(contact, firstname="Annika")
            world.clock.advance(1)
        return send(request)

    world.http.send = edit_in_between
    return contact


def test_a_value_saved_in_hubspot_in_the_moment_of_our_write_is_named(world: World) -> None:
    """HubSpot has no conditional write; its history shows what stood there for a moment."""
    contact = save_in_the_moment_of_our_write(world)
    world.run()
    assert world.hubspot.get(contact)["firstname"] == "Anna"
    entry = RecordLogEntry.objects.get(kind="conflict")
    assert [change["before"] for change in entry.changes] == ["Annika"]


@pytest.mark.parametrize("trouble", ["answer_received", "answer_saved", "unreachable"])
def test_i2_such_a_value_is_named_although_the_run_ends_right_there(
    world: World, trouble: str
) -> None:
    """The process dies, or HubSpot does not answer, between our write and the look back."""
    contact = save_in_the_moment_of_our_write(world)
    if trouble == "unreachable":
        match = {"method": "POST", "path": "/contacts/batch/read", "nth": 2}
        world.arm(Side.HUBSPOT, "status", match=match, status=503, times=3)
        world.run()
        assert not RecordLogEntry.objects.filter(kind="conflict").exists()
    else:
        world.run_until_crash(trouble)
    world.settle()
    assert world.hubspot.get(contact)["firstname"] == "Anna"
    entry = RecordLogEntry.objects.get(kind="conflict")
    assert [change["before"] for change in entry.changes] == ["Annika"]
