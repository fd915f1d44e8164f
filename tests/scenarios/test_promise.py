"""What a person is promised when a sync is switched on: all of it first, then ten minutes (S12).

Beat's own row wakes the real scheduler on a simulated clock; nobody asks for a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from config.celery import app as celery
from syncapp import tasks
from syncapp.models import RecordLink
from tests.proves import proves
from tests.scenarios.documents import line
from tests.scenarios.paying import Cashier
from tests.scenarios.test_invoices import start
from tests.world import World

pytestmark = pytest.mark.services
PROMISE = 600
#: How long HubSpot may take until its search knows of a change.
SEARCH_LAG = 30_000


class Beat:
    """Beat's tick, on the clock of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        (row,) = [one for one in settings.TANDEM_BEAT_ROWS if one.name == "tandem-tick"]
        self.task, self.every = celery.tasks[row.task], row.every_seconds

    def until(self, done: Callable[[], bool], *, at_most: float) -> float:
        """Tick until something holds; the simulated seconds that took."""
        began = self.world.clock.now()
        while not done():
            self.world.clock.advance(self.every)
            self.task.apply()
            passed = (self.world.clock.now() - began).total_seconds()
            assert passed <= at_most, f"not done after {passed} seconds"
        return (self.world.clock.now() - began).total_seconds()


@pytest.fixture
def beat(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beat]:
    monkeypatch.setattr(tasks, "real_env", lambda: world.env)
    world.hubspot_app.crm.search_lag_ms = SEARCH_LAG
    celery.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield Beat(world)
    celery.conf.update(task_always_eager=False, task_eager_propagates=False)


def is_quiet() -> bool:
    """Whether every record is where it belongs."""
    return RecordLink.objects.exists() and not RecordLink.objects.exclude(state="in_sync").exists()


@proves("S12")
def test_a_first_full_sync_then_each_change_within_ten_minutes(world: World, beat: Beat) -> None:
    cashier = Cashier(world)
    customers = [
        world.quickbooks.add(f"Customer {n}", f"customer{n}@example.com") for n in range(12)
    ]
    contacts = [
        world.hubspot.add(email=f"contact{n}@example.com", firstname="Con", lastname=str(n))
        for n in range(8)
    ]
    cashier.customer = customers[0]
    (booked,) = cashier.sold("100")
    bill = cashier.bill(contacts[0], line("Odd thing", "50"))
    world.clock.advance(3600)  # long before the syncs were switched on
    start(cashier)
    beat.until(is_quiet, at_most=PROMISE)
    assert len(world.hubspot.all()) == len(world.quickbooks.all()) == 20
    shown, posted = cashier.mirror_of(booked), cashier.booking_of(bill)
    assert cashier.standing(str(shown.hubspot_id)) == ("open", 100)
    assert cashier.booked(str(posted.quickbooks_id))["TotalAmt"] == 50

    twin = world.link(quickbooks_id=customers[5], definition__object_type="contacts")
    phone = {"PrimaryPhone": {"FreeFormNumber": "555-0105"}}
    world.quickbooks.edit(customers[5], **phone)
    beat.until(
        lambda: world.hubspot.get(str(twin.hubspot_id), "phone")["phone"] == "555-0105",
        at_most=PROMISE,
    )
    cashier.pay(cashier.customer, "30", (booked, "30"))
    beat.until(lambda: cashier.standing(str(shown.hubspot_id)) == ("open", 70), at_most=PROMISE)
    cashier.change("invoices", bill, hs_comments="Thank you")
    beat.until(
        lambda: (
            cashier.booked(str(posted.quickbooks_id)).get("CustomerMemo") == {"value": "Thank you"}
        ),
        at_most=PROMISE,
    )


@proves("S12")
@pytest.mark.parametrize("moment", [0, 1, 61, 119, 121, 241, 299])
def test_the_moment_of_a_change_does_not_matter(world: World, beat: Beat, moment: int) -> None:
    contact = world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="King")
    world.clock.advance(3600)
    world.sync("contacts")
    beat.until(is_quiet, at_most=PROMISE)
    (customer,) = [one["Id"] for one in world.quickbooks.all()]
    world.clock.advance(3600)  # asleep: every poll is due at once
    beat.task.apply()
    for _ in range(moment // beat.every):
        world.clock.advance(beat.every)
        beat.task.apply()
    world.clock.advance(moment % beat.every)
    world.hubspot.edit(contact, phone="1")
    beat.until(
        lambda: world.quickbooks.get(customer).get("PrimaryPhone") == {"FreeFormNumber": "1"},
        at_most=PROMISE,
    )
    world.quickbooks.edit(customer, PrimaryPhone={"FreeFormNumber": "2"})
    beat.until(lambda: world.hubspot.get(contact, "phone")["phone"] == "2", at_most=PROMISE)


@proves("S12")
def test_the_schedule_leaves_room_for_the_promise() -> None:
    """Nobody can set up a cadence in the default settings that breaks it."""
    (row,) = [one for one in settings.TANDEM_BEAT_ROWS if one.name == "tandem-tick"]
    slowest = max(settings.SYNC["HUBSPOT_POLL_SECONDS"], settings.SYNC["QUICKBOOKS_POLL_SECONDS"])
    # One poll, one tick, a slice that another pair's work delays, and the lag of the search.
    worst = slowest + row.every_seconds + settings.SYNC["SLICE_SECONDS"] + SEARCH_LAG / 1000
    assert worst < PROMISE
