"""What is unusual, and what an approval covers (ENGINE 2.5)."""

from __future__ import annotations

import pytest

from syncapp.core.brakes import FEWEST, Volume, unusual


def creates(hubspot: int = 0, quickbooks: int = 0) -> Volume:
    return Volume(created={"hubspot": hubspot, "quickbooks": quickbooks})


@pytest.mark.parametrize(
    ("volume", "known", "is_unusual"),
    [
        (creates(200), 200, False),
        (creates(201), 201, True),
        (creates(101, 100), 300, True),
        (creates(201), 1005, False),
        (creates(201), 1004, True),
        (creates(2000), 10_000, False),
        (Volume(removed={"quickbooks": 20}), 10_000, False),
        (Volume(removed={"quickbooks": 21}), 10_000, True),
        (Volume(removed={"hubspot": 11, "quickbooks": 10}), 10_000, True),
        (Volume(emptied={"hubspot:phone": 100, "hubspot:city": 100}), 10_000, False),
        (Volume(emptied={"hubspot:phone": 101}), 10_000, True),
        (Volume(), 0, False),
    ],
)
def test_the_limits(volume, known, is_unusual):
    assert bool(unusual(volume, known=known, noun="contact")) is is_unusual


def test_fewer_writes_than_the_smallest_limit_are_never_unusual():
    for volume in (
        creates(FEWEST),
        Volume(removed={"hubspot": FEWEST}),
        Volume(emptied={"hubspot:phone": FEWEST}),
    ):
        assert unusual(volume, known=0, noun="contact") == ()


def test_it_is_said_in_words():
    volume = Volume({"hubspot": 3000, "quickbooks": 1}, {"quickbooks": 30}, {"hubspot:phone": 200})
    assert unusual(volume, known=4000, noun="product") == (
        "create 3,000 products in HubSpot and 1 products in QuickBooks, with 4,000 records known "
        "so far",
        "void or remove 30 products in QuickBooks",
        "empty the field phone of 200 products in HubSpot",
    )


@pytest.mark.parametrize(
    ("volume", "covered"),
    [
        (creates(300, 0), True),
        (creates(301, 0), False),
        (creates(0, 1), False),
        (Volume(removed={"hubspot": 1}), False),
        (Volume(emptied={"hubspot:phone": 5}), True),
        (Volume(emptied={"hubspot:city": 1}), False),
    ],
)
def test_an_approval_covers_as_much_and_not_more(volume, covered):
    ceiling = Volume({"hubspot": 300}, {}, {"hubspot:phone": 5})
    assert volume.is_within(ceiling) is covered
    stored = Volume.from_json(ceiling.as_json())
    assert stored == ceiling


def test_volumes_add_up():
    total = creates(1, 2) + Volume(created={"hubspot": 3}, removed={"hubspot": 4})
    assert (total.created, total.removed) == ({"hubspot": 4, "quickbooks": 2}, {"hubspot": 4})
    assert total.total == 10
