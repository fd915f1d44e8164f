"""A month's two simulators in one process, on a clock that stands still. Tests only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from simulators.common.clock import SimClock
from simulators.hubspot.app import HubSpot
from simulators.quickbooks.app import QuickBooks
from tests.month.doors import Books, Portal, in_process
from tests.month.entering import Entering
from tests.month.model import Month

TOKEN = "month"
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY = 86_400


@dataclass
class Simulated:
    """Both sides and their people."""

    clock: SimClock
    portal: Portal
    books: Books


def simulate(country: str = "US") -> Simulated:
    """Two empty accounts."""
    clock = SimClock.frozen(START)
    hubspot = HubSpot(seed=None, clock=clock, access_tokens=[TOKEN], search_lag=0.0)
    quickbooks = QuickBooks(seed=None, clock=clock, access_tokens=[TOKEN], country=country)
    return Simulated(
        clock,
        Portal(in_process(hubspot, TOKEN)),
        Books(in_process(quickbooks, TOKEN), f"/v3/company/{quickbooks.realm}"),
    )


def enter_all(month: Month, world: Simulated) -> None:
    """Everything in its order, as if a sync were switched on after the early ones."""
    entering = Entering(month, world.portal, world.books)
    entering.prepare()
    entering.enter_early()
    world.clock.advance(2 * DAY)
    entering.enter()
    entering.change_later()
