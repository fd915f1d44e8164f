"""The month through the product: actual is expected, record by record (S19, S24, S27; ENGINE 4)."""

from __future__ import annotations

import pytest

from syncapp.core.sides import Side
from tests.month.invent import invent
from tests.month.model import Way
from tests.month.zones import ZONES, month_in
from tests.scenarios.month import MonthRun
from tests.world import World

pytestmark = pytest.mark.slow


def expect_tied_out(run: MonthRun, *, later: bool = False) -> None:
    """Every record as expected, and no cent between the two sides in any currency."""
    run.settle()
    report = run.report(later=later)
    assert [str(one) for one in report.differences] == []
    assert {sums.total_difference for sums in report.sums.values()} <= {0}


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("size", [30, pytest.param(2000, marks=pytest.mark.long)])
@pytest.mark.parametrize("country", ["US", "GB", "CA"])
@pytest.mark.parametrize("way", list(Way))
def test_s19_a_month_and_what_is_done_to_its_payments_later(
    way: Way, country: str, size: int
) -> None:
    world = World(country=country)
    run = MonthRun(world, invent(2, size=size, way=way, country=country))
    run.enter()
    expect_tied_out(run)
    run.entering.change_later()
    world.clock.advance(3600)
    expect_tied_out(run, later=True)


def expect_quiet(run: MonthRun) -> None:
    """Quiescence: a further run plans nothing and writes nothing (ENGINE 5.1, I3)."""
    before = [len(run.world.app_writes(side)) for side in Side]
    run.world.clock.advance(3600)
    run.world.run(full=True)
    assert [len(run.world.app_writes(side)) for side in Side] == before


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("size", [40, pytest.param(2000, marks=pytest.mark.long)])
@pytest.mark.parametrize("way", list(Way))
def test_s19_a_month_that_people_edit_on_both_sides_while_it_runs(way: Way, size: int) -> None:
    world = World()
    run = MonthRun(world, invent(5, size=size, way=way, country="US"))
    run.enter()
    run.settle_amid_edits(calls=3 if size < 100 else 20)
    expect_tied_out(run)
    expect_quiet(run)


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("way", list(Way))
def test_a_document_keeps_its_calendar_date(way: Way, zone: str) -> None:
    """ENGINE 4: at 23:59 and at 00:01 in Auckland, Los Angeles and Sao Paulo."""
    world = World()
    world.pair.time_zone = zone
    world.pair.save(update_fields=["time_zone"])
    run = MonthRun(world, month_in(zone, way))
    run.enter()
    expect_tied_out(run)
