"""Used-up days and months: what pauses, what goes on, what a person reads (ENGINE 2.12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.test import override_settings

from syncapp.models import AccountPair, DailyBudget, MonthlyReads, SyncRun
from syncapp.services import leases, runs
from syncapp.services.runs import Scope
from tests.world import HUBSPOT_URL, World


def used(world: World, percent: int) -> None:
    """HubSpot has told that this much of the day's calls is used."""
    DailyBudget.objects.update_or_create(
        connection=world.pair.hubspot,
        defaults={
            "limit": 250_000, "remaining": 2500 * (100 - percent), "seen_at": world.clock.now(),
        },
    )  # fmt: skip


def scheduled(world: World) -> SyncRun:
    """A run the scheduler began."""
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    try:
        return runs.run_pair(
            lease, env=world.env, trigger="schedule", scope=Scope(force=True, sliced=False)
        )
    finally:
        leases.release(lease)


def paths(world: World, since: int = 0) -> list[str]:
    return [request.url.split("?")[0] for request in world.http.sent[since:]]


def test_at_70_percent_a_first_listing_waits_and_goes_on_the_next_day(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    AccountPair.objects.update(urgent=False)
    used(world, 70)
    sent = len(world.http.sent)
    run = scheduled(world)
    assert run.state == "finished", run.detail
    assert not [p for p in paths(world, sent) if p.endswith(("/contacts", "/query"))]
    pair = AccountPair.objects.get()
    assert pair.next_due_at == world.clock.now() + timedelta(seconds=120)
    world.clock.advance(86_400)
    assert scheduled(world).state == "finished"
    assert world.quickbooks.names() == ["Ann"]


def test_at_70_percent_edits_and_new_records_flow_and_the_first_sync_waits(world: World) -> None:
    known = world.hubspot.add(email="a@example.com", firstname="Ann")
    definition = world.sync()
    world.run()
    # A first sync that is listed and not written yet: everything was listed anew while paused.
    definition.refresh_from_db()
    definition.hubspot_complete = False
    definition.save()
    world.hubspot.add(email="b@example.com", firstname="Bob")
    AccountPair.objects.update(state="paused")
    world.clock.advance(600)
    world.run()
    AccountPair.objects.update(state="active")
    assert world.states()["Bob"] == ("waiting", "pending")
    used(world, 89)
    world.clock.advance(600)
    world.hubspot.edit(known, firstname="Anna")
    world.hubspot.add(email="c@example.com", firstname="Cleo")
    run = scheduled(world)
    assert run.state == "finished", run.detail
    assert {one["GivenName"] for one in world.quickbooks.all()} == {"Anna", "Cleo"}
    used(world, 69)
    scheduled(world)
    assert {one["GivenName"] for one in world.quickbooks.all()} == {"Anna", "Bob", "Cleo"}


def test_at_90_percent_only_what_a_person_starts_is_run(world: World) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    AccountPair.objects.update(urgent=False)
    used(world, 90)
    sent = len(world.http.sent)
    run = scheduled(world)
    assert (run.state, run.detail) == (
        "ended_early",
        "90 % of HubSpot's 250,000 calls a day are used. Until midnight in the account's time zone "
        "only what a person starts is run.",
    )
    assert len(world.http.sent) == sent
    pair = AccountPair.objects.get()
    assert pair.next_due_at == world.clock.now() + timedelta(hours=1)
    pair.urgent = True  # somebody pressed “Sync now”
    pair.save()
    assert scheduled(world).state == "finished"
    assert world.quickbooks.names() == ["Ann"]
    assert any(request.url.startswith(HUBSPOT_URL) for request in world.http.sent[sent:])


def test_a_used_up_month_ends_the_run_with_a_sentence_and_goes_on_in_the_next(
    world: World,
) -> None:
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    counted = MonthlyReads.objects.get()
    assert counted.connection == world.pair.quickbooks
    assert counted.reads > 0
    with override_settings(SYNC={**settings.SYNC, "INTUIT_MONTHLY_READS": counted.reads + 1}):
        run = world.run()
        assert (run.state, run.detail) == (
            "ended_early",
            "The month's allowance of metered QuickBooks reads is used up. Syncing goes on by "
            "itself next month, or once a larger allowance is set.",
        )
        assert AccountPair.objects.get().next_due_at == world.clock.now() + timedelta(hours=1)
        assert not [link for link in world.states().values() if link[0] == "failing"]
        sent = len(paths(world))
        assert world.run().state == "ended_early"
        assert not [p for p in paths(world, sent) if not p.startswith(HUBSPOT_URL)]
        december = datetime(2026, 12, 1, tzinfo=UTC)
        world.clock.advance((december - world.clock.now()).total_seconds())
        MonthlyReads.objects.create(connection=world.pair.quickbooks, month=december, reads=0)
        with override_settings(SYNC={**settings.SYNC, "INTUIT_MONTHLY_READS": 500}):
            assert world.run().state == "finished"
    assert world.quickbooks.names() == ["Ann"]
    assert MonthlyReads.objects.get(month=december).reads > 0


def test_reads_are_counted_as_the_simulator_meters_them(world: World) -> None:
    """CorePlus: reads, queries and change data; not writes, not answers that failed."""
    world.hubspot.add(email="a@example.com", firstname="Ann")
    world.quickbooks.add("Quentin", "q@example.com")
    world.sync()
    world.run()
    world.settle()
    windows = world.http.apps["http://127.0.0.2:9"].get("/__sim__/stats").get_json()["windows"]
    metered = {
        name: window["used"]
        for name, window in windows.items()
        if name.startswith("core_plus_month:") and "test-token" not in name
    }
    assert sum(metered.values()) == MonthlyReads.objects.get().reads
