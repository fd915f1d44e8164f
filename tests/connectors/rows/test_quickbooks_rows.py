"""Each row of QuickBooks' fault table over real HTTP, through ``run_sync`` (issue: a test per row).

The table drives the tests: a row without a case fails. ENGINE 2.6, 2.8.
"""

from __future__ import annotations

import pytest

from syncapp.connectors.quickbooks.errors import FAULTS
from syncapp.core.sides import Side
from tests.connectors.rows.cases import Case
from tests.connectors.rows.conftest import ServedWorld
from tests.connectors.rows.quickbooks_account import ACCOUNT
from tests.connectors.rows.quickbooks_rules import RULES
from tests.connectors.rows.quickbooks_values import VALUES
from tests.connectors.rows.story import Story

CASES: dict[str, Case] = {**ACCOUNT, **VALUES, **RULES}
LABELS = [row.label for row in FAULTS]


def test_the_cases_are_the_rows() -> None:
    assert sorted(CASES) == sorted(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_what_a_row_leaves_behind_and_what_follows(served: ServedWorld, label: str) -> None:
    story = Story(served, Side.QUICKBOOKS, CASES[label])
    story.check(story.begin())
    story.go_on()
