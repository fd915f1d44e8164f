"""The month through the product: actual is expected, record by record (S19)."""

from __future__ import annotations

import pytest

from tests.month.invent import invent
from tests.month.model import Way
from tests.scenarios.month import MonthRun
from tests.world import World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("way", list(Way))
def test_s19_a_small_month(world: World, way: Way) -> None:
    run = MonthRun(world, invent(2, size=40, way=way))
    run.enter()
    run.settle()
    report = run.report()
    assert [str(one) for one in report.differences] == []
    assert {sums.total_difference for sums in report.sums.values()} == {0}
    assert report.share_in_sync() == 1
