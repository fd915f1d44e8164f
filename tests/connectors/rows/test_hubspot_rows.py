"""Each row of HubSpot's fault table over real HTTP, through ``run_sync`` (issue: a test per row).

The table drives the tests: a row without a case fails. ENGINE 2.6, 2.8.
"""

from __future__ import annotations

import pytest

from syncapp.connectors.hubspot.errors import FAULTS
from syncapp.core.sides import Side
from tests.connectors.rows.conftest import ServedWorld
from tests.connectors.rows.hubspot_cases import CASES
from tests.connectors.rows.story import Story

LABELS = [row.label for row in FAULTS]


def test_the_cases_are_the_rows() -> None:
    assert sorted(CASES) == sorted(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_what_a_row_leaves_behind_and_what_follows(served: ServedWorld, label: str) -> None:
    story = Story(served, Side.HUBSPOT, CASES[label])
    story.check(story.begin())
    story.go_on()
