"""How a simulator is told to stop. Must not know what it does until then."""

from __future__ import annotations

import signal


def noted() -> list[int]:
    """Note SIGTERM and SIGINT from now on; the list holds those that came.

    The handler takes no lock. One that sets an Event which the same thread waits for stands still
    for ever when it strikes in the middle of the event's own steps.
    """
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda came, _frame: asked.append(came))
    return asked
