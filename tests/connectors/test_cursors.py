"""Cursors: an instant and a place survive being written down and read back."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.connectors import cursors

zones = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
moments = st.datetimes(datetime(1975, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - see below


@settings(max_examples=500, deadline=None)
@given(moment=moments, where=zones)
def test_an_instant_comes_back_to_the_microsecond_from_any_zone(
    moment: datetime, where: ZoneInfo
) -> None:
    """Both hours of the night the clocks go back, too: the offset tells them apart (``fold``)."""
    for fold in (0, 1):
        one = moment.replace(tzinfo=where, fold=fold)
        assert cursors.instant(one.isoformat()) == one.astimezone(UTC)
        assert cursors.instant(one.astimezone(UTC).isoformat()) == one.astimezone(UTC)
        whole = one.replace(microsecond=0).astimezone(UTC)
        zulu = whole.isoformat().replace("+00:00", "Z")
        assert cursors.instant(zulu) == whole


@pytest.mark.parametrize("value", ["", None, "soon", "2026-11-22T04:00:00", "2026-13-01", 7, {}])
def test_what_names_no_instant_is_none(value: object) -> None:
    """A time without a zone names none: guessing one would skip changes."""
    assert cursors.instant(value) is None  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(
    place=st.dictionaries(
        st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1),
        st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_a_place_comes_back_without_what_is_empty(place: dict[str, object]) -> None:
    kept = {name: value for name, value in place.items() if value}
    assert cursors.decode(cursors.encode(**place)) == kept
