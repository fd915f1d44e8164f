"""Sides, directions and the names of records (S6)."""

from __future__ import annotations

import pytest

from syncapp.core.records import Record, RecordRef
from syncapp.core.sides import Direction, Side

H, Q = Side.HUBSPOT, Side.QUICKBOOKS


@pytest.mark.parametrize(
    ("direction", "to_hubspot", "to_quickbooks", "source"),
    [
        (Direction.BOTH, True, True, None),
        (Direction.TO_HUBSPOT, True, False, Q),
        (Direction.TO_QUICKBOOKS, False, True, H),
    ],
)
def test_s6_directions(direction, to_hubspot, to_quickbooks, source):
    assert direction.allows(H) is to_hubspot
    assert direction.allows(Q) is to_quickbooks
    assert direction.source is source


def test_each_side_is_the_other_of_the_other():
    assert (H.other, Q.other) == (Q, H)
    assert (H.label, Q.label) == ("HubSpot", "QuickBooks")


def test_a_record_is_named_by_side_type_and_id():
    record = Record(RecordRef(Q, "Customer", "0"), {"DisplayName": "Ada"})
    assert str(record.ref) == "QuickBooks Customer 0"
    assert record.get("DisplayName") == "Ada"
    assert record.get("GivenName") is None
