"""The zone cases say what a wall calendar says, and a shifted date would be found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.month import reading, rules, scribe, zones
from tests.month.compare import compare
from tests.month.entering import Entering
from tests.month.model import Way
from tests.month.worlds import simulate
from tests.month.zones import EARLY, LATE, Moment


@pytest.mark.parametrize(
    ("zone", "day", "clock", "moment"),
    [
        # +13 in summer, +12 before 2026-09-27, when it begins
        ("Pacific/Auckland", date(2026, 11, 1), EARLY, "2026-10-31T11:01:00.000Z"),
        ("Pacific/Auckland", date(2026, 9, 26), LATE, "2026-09-26T11:59:00.000Z"),
        # -7 until 2026-11-01, then -8
        ("America/Los_Angeles", date(2026, 10, 31), LATE, "2026-11-01T06:59:00.000Z"),
        ("America/Los_Angeles", date(2026, 11, 1), LATE, "2026-11-02T07:59:00.000Z"),
        # -3 all year
        ("America/Sao_Paulo", date(2026, 12, 31), LATE, "2027-01-01T02:59:00.000Z"),
    ],
)
def test_moments_worked_out_by_hand(zone: str, day: date, clock: time, moment: str) -> None:
    assert Moment(zone, day, clock).typed == moment


@pytest.mark.parametrize("zone", zones.ZONES)
@pytest.mark.parametrize("way", list(Way))
def test_a_perfect_mirror_keeps_the_dates_and_a_day_more_or_less_is_found(
    zone: str, way: Way
) -> None:
    world = simulate()
    month = zones.month_in(zone, way)
    entering = Entering(month, world.portal, world.books)
    entering.prepare()
    entering.enter()
    expectation = rules.expect(month)
    status = scribe.mirror(expectation, world.portal, world.books)
    hubspot = reading.read_hubspot(world.portal)
    quickbooks = reading.read_quickbooks(world.books)
    assert compare(expectation, hubspot, quickbooks, status).differences == []
    assert len(month.invoices) == 10 * (2 if way is Way.TO_QUICKBOOKS else 1)
    far = hubspot if way is Way.TO_HUBSPOT else quickbooks
    others = set(expectation.others)
    for one_id, held in far.invoices.items():
        if one_id not in others:
            far.invoices[one_id] = replace(held, day=held.day + timedelta(days=1))
    found = compare(expectation, hubspot, quickbooks, status).differences
    assert [one.what for one in found] == ["day"] * len(month.invoices)


def test_a_moment_taken_for_a_utc_date_would_be_another_day() -> None:
    """The cases can tell: in each zone some moment lies on another day in UTC."""
    for zone in zones.ZONES:
        assert any(one.in_utc.date() != one.day for one in zones.moments(zone))


def test_today_begins_at_midnight_on_the_wall() -> None:
    for case in zones.start_cases():
        found = zones.is_after_start(case.created, case.set_up, case.zone)
        assert found is case.is_synced, case
    # By hand: set up on 1 November at noon in Auckland, which is 31 October 23:00 UTC.
    set_up = datetime(2026, 10, 31, 23, tzinfo=UTC)
    made = datetime(2026, 10, 31, 11, 1, tzinfo=UTC)
    assert zones.is_after_start(made, set_up, "Pacific/Auckland")
    assert not zones.is_after_start(made - timedelta(minutes=2), set_up, "Pacific/Auckland")
