"""A sync that is deleted and set up anew goes on with the links it had (S13, issue 6 item 7)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from syncapp.core.sides import Side
from syncapp.models import RecordLink, RecordLogEntry, SyncDefinition
from syncapp.services import definitions, failing_records, open_work, retention
from tests.proves import proves
from tests.world import World


def people(world: World) -> tuple[int, int]:
    return len(world.hubspot.all()), len(world.quickbooks.all())


@pytest.fixture
def deleted(world: World) -> SyncDefinition:
    """Two contacts in sync, of which one could not be matched any more; then deleted."""
    for name in ("ann", "bob"):
        world.hubspot.add(email=f"{name}@example.com", firstname=name.title())
    definition = world.sync()
    world.settle()
    assert definition.links.filter(state="in_sync").count() == 2
    bob = RecordLink.objects.get(label__startswith="Bob")
    world.hubspot.edit(bob.hubspot_id, email="robert@example.com")
    definitions.delete(definition, now=world.env.clock.now())
    definition.refresh_from_db()
    return definition


@proves("S13")
def test_a_new_sync_takes_the_links_over_and_writes_nobody_twice(
    world: World, deleted: SyncDefinition
) -> None:
    before = people(world)
    links = set(deleted.links.values_list("hubspot_id", "quickbooks_id"))
    logged = RecordLogEntry.objects.filter(definition=deleted).count()
    anew = world.sync()
    assert anew.pk != deleted.pk
    assert set(anew.links.values_list("hubspot_id", "quickbooks_id")) == links
    assert RecordLogEntry.objects.filter(definition=anew).count() == logged > 0
    world.settle()
    assert people(world) == before
    assert anew.links.filter(state="in_sync").count() == 2
    assert "robert@example.com" in str(world.quickbooks.all())


def test_what_a_person_excluded_stays_excluded(world: World) -> None:
    world.hubspot.add(email="ann@example.com", firstname="Ann")
    definition = world.sync()
    world.settle()
    failing_records.exclude(
        definition.links.all(), who="ada", note="test", now=world.env.clock.now()
    )
    definitions.delete(definition, now=world.env.clock.now())
    anew = world.sync()
    world.settle()
    assert [(link.state, link.code) for link in anew.links.all()] == [("excluded", "by_person")]


@proves("S13")
def test_after_thirty_days_the_links_are_gone(world: World, deleted: SyncDefinition) -> None:
    world.clock.advance(timedelta(days=29).total_seconds())
    assert retention.prune(env=world.env)["syncs"] == 0
    assert deleted.links.count() == 2
    world.clock.advance(timedelta(days=2).total_seconds())
    assert retention.prune(env=world.env)["syncs"] == 1
    assert not RecordLink.objects.exists()


def test_links_taken_over_outlive_the_deleted_sync(world: World, deleted: SyncDefinition) -> None:
    anew = world.sync()
    world.clock.advance(timedelta(days=31).total_seconds())
    assert retention.prune(env=world.env)["syncs"] == 1
    assert anew.links.count() == 2
    assert all(link.log.exists() for link in anew.links.all())


def test_a_living_sync_keeps_its_own_links(world: World, deleted: SyncDefinition) -> None:
    anew = world.sync()
    again = definitions.find_or_start(world.pair, "contacts")
    assert again.pk == anew.pk
    assert anew.links.count() == 2


def test_what_is_not_finished_is_told_before_it_is_stopped(world: World) -> None:
    world.hubspot.add(email="ann@example.com", firstname="Ann")
    definition = world.sync()
    world.settle()
    assert open_work.of(definition).waiting == 0
    definition.links.update(state="waiting", code="pending", amount="12.50", currency="EUR")
    definition.links.get().writes.update(state="unknown")
    work = open_work.of(definition)
    assert (work.waiting, work.waiting_money, work.total) == (1, {"EUR": Decimal("12.5")}, 1)
    assert work.write_count == len(work.writes) == 1
    assert work.writes[0].side == Side.QUICKBOOKS
