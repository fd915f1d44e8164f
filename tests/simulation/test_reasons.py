"""What the checker knows of a contact that was archived without anybody being told (I5)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from syncapp.models import RecordLink
from tests.simulation.clicks import Settings
from tests.simulation.fields import PATHS, H, Q
from tests.simulation.journal import Journal
from tests.simulation.people import HubSpotPeople, QuickBooksPeople
from tests.simulation.reasons import is_true
from tests.world import World

SETTINGS = Settings("both", H, dict.fromkeys(PATHS, "both"), filtered=frozenset({H}))


class Watched:
    """An account in which a person works, and when the engine last read it."""

    def __init__(self, world: World) -> None:
        self.clock = world.clock
        self.hubspot_app = world.hubspot_app
        self.hubspot = HubSpotPeople(world.hubspot_app)
        self.quickbooks = QuickBooksPeople(world.quickbooks_app)
        self.journal = Journal(world.hubspot_app, world.quickbooks_app)
        self.clicks = SimpleNamespace(now=SETTINGS)
        self.readings: list[tuple[Any, Any]] = []

    def people(self, side: str) -> Any:
        return self.hubspot if side == H else self.quickbooks

    def read(self) -> None:
        """The engine has read all changes until now."""
        self.clock.advance(400)
        self.readings.append((self.clock.now(), self.clock.now()))

    def says(self, code: str, record: str, *, swept: bool = False) -> bool:
        """Whether a row that gives this reason for a contact is right."""
        self.journal.absorb()
        link = RecordLink(hubspot_id=record, code=code, state="excluded")
        return is_true(self, link, swept=swept)  # type: ignore[arg-type]


@pytest.fixture
def sim(world: World) -> Watched:
    return Watched(world)


OUT, IN = {"state": "NO"}, {"state": "CA", "email": "a@example.com"}


@pytest.mark.parametrize("code", ["filter", "no_email"])
def test_what_was_edited_since_the_last_reading_and_then_archived_may_be_unknown(
    sim: Watched, code: str
) -> None:
    """Seeds 1298, 1671 and 1911."""
    contact = sim.hubspot.add({"firstname": "Ann", **OUT})
    assert contact is not None
    sim.read()
    sim.hubspot.edit(contact, IN)
    sim.hubspot.archive(contact)
    sim.read()
    assert sim.says(code, contact)


@pytest.mark.parametrize("code", ["filter", "no_email"])
def test_what_was_read_before_it_was_archived_must_be_known(sim: Watched, code: str) -> None:
    contact = sim.hubspot.add({"firstname": "Ann", **OUT})
    assert contact is not None
    sim.read()
    sim.hubspot.edit(contact, IN)
    sim.read()
    sim.hubspot.archive(contact)
    sim.read()
    assert not sim.says(code, contact)


def test_what_a_contact_never_held_is_no_reason(sim: Watched) -> None:
    contact = sim.hubspot.add({"firstname": "Ann", **IN})
    assert contact is not None
    sim.hubspot.archive(contact)
    assert not sim.says("filter", contact)
    assert not sim.says("no_email", contact)


def test_of_a_contact_that_lives_or_after_a_sweep_only_what_is_true_now_counts(
    sim: Watched,
) -> None:
    contact = sim.hubspot.add({"firstname": "Ann"})
    assert contact is not None
    assert sim.says("no_email", contact)
    sim.hubspot.edit(contact, IN)
    assert not sim.says("no_email", contact)
    sim.hubspot.archive(contact)
    assert sim.says("no_email", contact)
    assert not sim.says("no_email", contact, swept=True)


def test_one_address_shared_until_the_end_is_ambiguous(sim: Watched) -> None:
    contact = sim.hubspot.add({"firstname": "Ann", **IN})
    assert contact is not None
    for name in ("Ann", "Anna"):
        sim.quickbooks.add(name, {"email": "a@example.com"})
    sim.read()
    sim.hubspot.edit(contact, {"email": "b@example.com"})
    sim.hubspot.archive(contact)
    assert sim.says("ambiguous_match", contact)
    for customer in sim.people(Q).living():
        sim.quickbooks.edit(customer, {"email": f"{customer}@example.com"})
    assert not sim.says("ambiguous_match", contact)
