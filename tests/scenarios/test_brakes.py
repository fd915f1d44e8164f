"""The brake (ENGINE 2.5): unusual volume stops before the first write and waits for a person."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from syncapp.core.sides import Side
from syncapp.management.commands import run_sync
from syncapp.models import RecordLogEntry, Rehearsal, SyncDefinition, Trigger
from syncapp.services import brakes, definitions, leases, rehearsal, runs
from syncapp.services.runs import Scope
from tests.goods import Items, Products
from tests.proves import proves
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def items(world: World) -> Items:
    return Items(world)


def stock(world: World, items: Items, count: int, *, start: int = 0) -> None:
    """Items as somebody imported them, past the API's limits."""
    for number in range(start, start + count):
        items.add(f"Item {number}", f"S-{number}", UnitPrice=number)
        world.clock.advance(0.2)


def rehearse(world: World, definition: SyncDefinition) -> Rehearsal:
    document = definitions.export_document(definition)
    found = rehearsal.request(definition, document, user=None, env=world.env)
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    try:
        rehearsal.carry_out(found, lease, env=world.env)
    finally:
        leases.release(lease)
    return found


def test_a_first_run_of_201_creates_stops_before_the_first_of_them(
    world: World, items: Items
) -> None:
    stock(world, items, 201)
    definition = world.sync("products")
    run = world.run()
    assert run.state == "finished", run.detail
    assert Products(world).all() == {}
    definition.refresh_from_db()
    assert definition.held_at is not None
    assert definition.brake["create"]["hubspot"] == 201
    assert "create 201 products in HubSpot" in definition.brake["sentence"]
    held = definition.links.filter(code="brake")
    assert held.count() == 201
    link = held[0]
    assert (link.state, link.needs_decision) == ("failing", True)
    assert "Approve and go on" in link.remedy
    assert RecordLogEntry.objects.filter(link=link, code="brake").count() == 1
    # It stays so: a second run asks again and writes nothing.
    world.clock.advance(400)
    assert world.writes_of(world.run()) == 0
    assert RecordLogEntry.objects.filter(link=link, code="brake").count() == 1
    # A person approves: it goes on.
    assert brakes.approve(definition, who="ada", now=world.env.clock.now())
    run = world.run()
    assert run.counters["created"]["hubspot"] == 201
    assert definition.links.filter(state="in_sync").count() == 201
    definition.refresh_from_db()
    assert (definition.held_at, definition.approval["who"]) == (None, "ada")


def test_200_creates_need_no_confirmation(world: World, items: Items) -> None:
    stock(world, items, 200)
    world.sync("products")
    assert world.run().counters["created"]["hubspot"] == 200


@proves("B1")
def test_an_approved_rehearsal_is_the_ceiling(world: World, items: Items) -> None:
    stock(world, items, 205)
    definition = world.sync("products")
    found = rehearse(world, definition)
    assert found.result["create"] == {"hubspot": 205, "quickbooks": 0}
    assert brakes.approve_rehearsal(found, who="ada", now=world.env.clock.now())
    # One more than approved: that is not what the person looked at.
    stock(world, items, 1, start=500)
    assert world.writes_of(world.run()) == 0
    definition.refresh_from_db()
    assert definition.brake["create"]["hubspot"] == 206
    again = rehearse(world, definition)
    assert brakes.approve_rehearsal(again, who="ada", now=world.env.clock.now())
    assert world.run().counters["created"]["hubspot"] == 206
    # What was approved is spent.
    world.clock.advance(3600)
    stock(world, items, 201, start=1000)
    assert world.writes_of(world.run()) == 0


def test_an_approval_ends_after_a_day_and_with_other_settings(world: World, items: Items) -> None:
    stock(world, items, 201)
    definition = world.sync("products")
    found = rehearse(world, definition)
    now = world.env.clock.now()
    assert brakes.approve_rehearsal(found, who="ada", now=now)
    document = definitions.export_document(definition)
    document["mappings"][2]["enabled"] = False
    definitions.save_document(definition, document, now=now)
    assert world.writes_of(world.run()) == 0
    document["mappings"][2]["enabled"] = True
    definitions.save_document(definition, document, now=now)
    world.clock.advance(timedelta(hours=25).total_seconds())
    assert world.writes_of(world.run()) == 0
    assert not brakes.approve_rehearsal(found, who="ada", now=world.env.clock.now())
    definition.refresh_from_db()
    assert definition.held_at is not None


def test_it_lets_go_by_itself_when_the_cause_is_gone(world: World, items: Items) -> None:
    stock(world, items, 201)
    definition = world.sync("products")
    world.run()
    condition = [[{"field": "Sku", "operator": "is", "value": "S-7"}]]
    document = definitions.export_document(definition)
    document["filters"]["quickbooks"] = condition
    definitions.save_document(definition, document, now=world.env.clock.now())
    run = world.run()
    assert run.counters["created"]["hubspot"] == 1
    definition.refresh_from_db()
    assert (definition.held_at, definition.brake) == (None, {})
    assert not definition.links.filter(code="brake").exists()


def test_a_held_sync_is_left_alone_by_the_schedule_and_does_not_spin(
    world: World, items: Items
) -> None:
    stock(world, items, 201)
    definition = world.sync("products")
    world.run()
    world.clock.advance(60)
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    sent = len(world.http.sent)
    runs.run_pair(lease, env=world.env, trigger=Trigger.SCHEDULE, scope=Scope(sliced=True))
    leases.release(lease)
    assert len(world.http.sent) == sent
    world.pair.refresh_from_db()
    assert world.pair.next_due_at > world.env.clock.now()
    definition.refresh_from_db()
    assert definition.held_at is not None


def test_one_sync_that_waits_does_not_stop_the_others(world: World, items: Items) -> None:
    stock(world, items, 201)
    world.quickbooks.add("Ada", "ada@example.com")
    world.sync("products")
    world.sync("contacts")
    run = world.run()
    assert run.counters["created"] == {"hubspot": 1, "quickbooks": 0}
    assert [one.object_type for one in brakes.held_in(world.pair)] == ["products"]
    assert len(world.hubspot.all()) == 1
    assert len(world.app_writes(Side.HUBSPOT)) == 1


def test_the_command_says_what_is_held_and_goes_on_with_approve(
    world: World, items: Items, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_sync, "real_env", lambda: world.env)
    stock(world, items, 201)
    definition = world.sync("products")
    with pytest.raises(SystemExit) as ended:
        call_command("run_sync", "--json")
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert "--approve" in told.err
    held = json.loads(told.out)["held"]
    assert [(one["object"], one["create"]) for one in held] == [("products", {"hubspot": 201})]
    assert "201 products in HubSpot" in held[0]["sentence"]
    world.clock.advance(400)
    call_command("run_sync", "--object", "products", "--approve", "--json")
    said = json.loads(capsys.readouterr().out)
    assert "held" not in said
    assert said["created"] == {"hubspot": 201, "quickbooks": 0}
    definition.refresh_from_db()
    assert definition.approval["who"] == "the command line"
