"""The process dies at a named point, or an answer is lost: the final state is the same (I8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncapp.core.sides import Side
from syncapp.models import Cursor, PendingWrite, RecordLink, SyncRun
from syncapp.services import leases, runs
from syncapp.services.env import CRASH_POINTS
from syncapp.services.runs import Scope
from tests.world import World


def populate(world: World) -> None:
    """Forty people on each side, ten of them the same."""
    for number in range(40):
        world.hubspot.add(email=f"h{number}@example.com", firstname=f"H{number}", city="Oslo")
        shared = f"h{number}@example.com" if number < 10 else f"q{number}@example.com"
        world.quickbooks.add(f"Customer {number}", shared, GivenName=f"Q{number}")


def dump(world: World) -> dict[str, Any]:
    """Both sides and our states, less ids and times."""
    return {
        "hubspot": sorted(
            (c["email"] or "", c["firstname"] or "", c["city"] or "") for c in world.hubspot.all()
        ),
        "quickbooks": sorted(
            (c["DisplayName"], c.get("GivenName", ""), c["PrimaryEmailAddr"]["Address"])
            for c in world.quickbooks.all()
        ),
        "links": sorted(
            RecordLink.objects.values_list("label", "state", "code", "origin"), key=str
        ),
    }


@pytest.fixture
def undisturbed(world: World) -> Callable[[], dict[str, Any]]:
    def expected() -> dict[str, Any]:
        return {
            "hubspot": sorted(
                [(f"h{n}@example.com", f"Q{n}", "Oslo") for n in range(10)]
                + [(f"h{n}@example.com", f"H{n}", "Oslo") for n in range(10, 40)]
                + [(f"q{n}@example.com", f"Q{n}", "") for n in range(10, 40)]
            ),
            "quickbooks": sorted(
                [(f"Customer {n}", f"Q{n}", f"h{n}@example.com") for n in range(10)]
                + [(f"Customer {n}", f"Q{n}", f"q{n}@example.com") for n in range(10, 40)]
                + [(f"H{n}", f"H{n}", f"h{n}@example.com") for n in range(10, 40)]
            ),
            "links": sorted(
                [(f"Customer {n}", "in_sync", "", "both") for n in range(10)]
                + [(f"Customer {n}", "in_sync", "", "quickbooks") for n in range(10, 40)]
                + [(f"H{n}", "in_sync", "", "hubspot") for n in range(10, 40)],
                key=str,
            ),
        }

    return expected


def test_an_undisturbed_run_ends_as_expected(world: World, undisturbed: Any) -> None:
    populate(world)
    world.sync()
    world.settle()
    assert dump(world) == undisturbed()


#: How often one run of this scenario passes each point; the other two have tests of their own.
PASSES = {
    "lease_taken": 1,
    "page_fetched": 2,
    "page_saved": 2,
    "intents_saved": 3,
    "answer_received": 3,
    "answer_saved": 3,
}


def test_every_crash_point_is_tried() -> None:
    assert set(CRASH_POINTS) == set(PASSES) | {"token_received", "looked_up"}


@pytest.mark.parametrize(
    ("point", "nth"), [(point, n + 1) for point, times in PASSES.items() for n in range(times)]
)
def test_i8_a_crash_changes_nothing_in_the_end(
    world: World, undisturbed: Any, point: str, nth: int
) -> None:
    populate(world)
    world.sync()
    world.run_until_crash(point, nth)
    world.settle()
    assert dump(world) == undisturbed()
    assert not PendingWrite.objects.filter(state__in=PendingWrite.OPEN).exists()


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("kind", ["lost_answer", "cut", "late_commit", "truncated"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_lost_answer_doubles_nothing(
    world: World, undisturbed: Any, side: Side, kind: str, nth: int
) -> None:
    populate(world)
    world.sync()
    path = "batch/(create|update)" if side is Side.HUBSPOT else "/batch"
    extra = {"delay": 50 if side is Side.HUBSPOT else 110} if kind == "late_commit" else {}
    world.arm(side, kind, match={"method": "POST", "path": path, "nth": nth}, **extra)
    run = world.run()
    assert run.state == "finished", run.detail
    assert PendingWrite.objects.filter(state="unknown").exists()
    assert RecordLink.objects.filter(code="outcome_unknown").exists()
    world.settle()
    assert dump(world) == undisturbed()


def test_an_unknown_write_is_looked_up_only_after_its_quiet_time(world: World) -> None:
    world.hubspot.add(email="h@example.com", firstname="Hana")
    world.sync()
    world.arm(Side.QUICKBOOKS, "lost_answer", match={"method": "POST", "path": "/customer"})
    world.run()
    assert [w.state for w in PendingWrite.objects.all()] == ["unknown"]
    world.clock.advance(129)
    world.run()
    assert [w.state for w in PendingWrite.objects.all()] == ["unknown"]
    world.clock.advance(2)
    world.run()
    assert [w.state for w in PendingWrite.objects.all()] == ["done"]
    assert world.quickbooks.names() == ["Hana"]


def test_a_crash_while_looking_up_is_looked_up_again(world: World) -> None:
    world.hubspot.add(email="h@example.com", firstname="Hana")
    world.sync()
    world.arm(Side.QUICKBOOKS, "lost_answer", match={"method": "POST", "path": "/customer"})
    world.run()
    world.clock.advance(400)
    world.run_until_crash("looked_up")
    world.settle()
    assert world.quickbooks.names() == ["Hana"]
    assert world.link().state == "in_sync"


def test_an_edit_made_while_a_write_was_unknown_is_not_lost(world: World) -> None:
    contact = world.hubspot.add(email="a@example.com", firstname="Ann")
    world.sync()
    world.run()
    customer = world.link().quickbooks_id
    world.clock.advance(3600)
    world.quickbooks.edit(customer, GivenName="Anna")
    world.arm(Side.HUBSPOT, "lost_answer", match={"method": "POST", "path": "batch/update"})
    world.run()
    world.hubspot.edit(contact, firstname="Annika")
    world.settle()
    assert world.quickbooks.get(customer)["GivenName"] == "Annika"
    assert world.hubspot.get(contact)["firstname"] == "Annika"


def test_a_lost_lease_cannot_commit(world: World) -> None:
    world.hubspot.add(email="h@example.com", firstname="Hana")
    world.sync()
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    world.clock.advance(301)
    assert leases.take(world.pair.pk, env=world.env) is not None
    run = runs.run_pair(
        lease, env=world.env, trigger="command", scope=Scope(force=True, sliced=False)
    )
    assert run.state == "ended_early"
    assert RecordLink.objects.count() == 0


def test_a_crash_right_after_a_token_refresh_is_survived(world: World) -> None:
    world.hubspot.add(email="h@example.com", firstname="Hana")
    world.sync()
    world.clock.advance(2 * 86400)
    world.run_until_crash("token_received")
    world.settle()
    assert world.quickbooks.names() == ["Hana"]


def test_a_run_whose_process_died_does_not_stay_running(world: World) -> None:
    """Found by ``make chaos``: each killed worker left a run that ran for ever in the list."""
    world.hubspot.add(email="h@example.com", firstname="Hana")
    world.sync()
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    dead = SyncRun.objects.create(
        pair=world.pair,
        trigger="schedule",
        started_at=world.clock.now(),
        lease_epoch=lease.epoch,
    )
    world.clock.advance(301)
    taken_over_at = world.clock.now()
    assert world.run().state == "finished"
    dead.refresh_from_db()
    assert (dead.state, dead.detail) == ("ended_early", runs.CUT_SHORT)
    assert dead.ended_at is not None
    assert dead.ended_at >= taken_over_at


def test_a_lost_lease_moves_no_cursor(world: World) -> None:
    """Found by ``make chaos``: a woken worker noted when the next sweep is due (I9)."""
    world.hubspot.add(email="h@example.com", firstname="Hana")
    world.sync()
    world.run()
    Cursor.objects.filter(stream__startswith="sweep:").delete()
    before = list(Cursor.objects.order_by("pk").values())
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    world.clock.advance(301)
    assert leases.take(world.pair.pk, env=world.env) is not None
    run = runs.run_pair(
        lease, env=world.env, trigger="command", scope=Scope(force=True, sliced=False)
    )
    assert run.state == "ended_early"
    assert list(Cursor.objects.order_by("pk").values()) == before
