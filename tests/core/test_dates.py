"""ENGINE 4: a document's date never changes its day on the way, in any zone, on any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncapp.core.dates import date_in, instant_of

ZONES = sorted(available_timezones() - {"localtime"})
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(1, 1, 2), date(9999, 12, 30))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them naive


def shifts(where: ZoneInfo) -> list[date]:
    """The days of 2026 on which the clocks of a zone were changed since the day before."""
    noons = [datetime(2026, 1, 1, 12, tzinfo=where) + timedelta(days=n) for n in range(366)]
    pairs = pairwise(noons)
    return [after.date() for before, after in pairs if before.utcoffset() != after.utcoffset()]


def test_a_date_comes_back_from_every_zone_on_the_days_its_clocks_change() -> None:
    changes = 0
    for where in map(ZoneInfo, ZONES):
        changed = shifts(where)
        changes += len(changed)
        for day in (date(2026, 1, 31), date(2026, 7, 1), *changed):
            assert date_in(instant_of(day.isoformat(), where), where) == day.isoformat(), where
    assert changes > 200


@settings(max_examples=500, deadline=None)
@given(day=days, where=zones)
@example(day=date(2011, 12, 30), where=ZoneInfo("Pacific/Apia"))  # a day Samoa left out
@example(day=date(2026, 3, 8), where=ZoneInfo("America/New_York"))
@example(day=date(2026, 11, 22), where=ZoneInfo("Etc/GMT+12"))  # noon there is midnight in UTC
@example(day=date(2026, 11, 22), where=ZoneInfo("Pacific/Kiritimati"))
def test_a_date_comes_back_from_its_instant(day: date, where: ZoneInfo) -> None:
    told = instant_of(day.isoformat(), where)
    assert isinstance(told, str)
    assert told.endswith("Z")
    if (day, where.key) == (date(2011, 12, 30), "Pacific/Apia"):
        # The day never was there: its noon is the next day's, which is what HubSpot shows.
        assert date_in(told, where) == "2011-12-31"
        return
    assert date_in(told, where) == day.isoformat()


@settings(max_examples=300, deadline=None)
@given(moment=moments, where=zones)
@example(datetime(1970, 2, 1, tzinfo=UTC), ZoneInfo("UTC"))  # ten digits, as a date has signs
def test_an_instant_has_the_date_its_zone_shows_however_it_is_spelled(
    moment: datetime, where: ZoneInfo
) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    day = moment.date() if moment.time() == time(0) else moment.astimezone(where).date()
    milliseconds = round(moment.timestamp() * 1000)
    spelled = (
        moment.isoformat(),
        moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        moment.astimezone(where).isoformat(),
        str(milliseconds),
        milliseconds,
    )
    assert {date_in(one, where) for one in spelled} == {day.isoformat()}


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Etc/GMT+12", "UTC"])
def test_the_ends_of_the_calendar_break_nothing(value: str, name: str) -> None:
    where = ZoneInfo(name)
    assert date_in(instant_of(value, where), where) == value
