"""The rows that beat needs: which task, how often.

Knows task names and intervals only. Must not import the tasks: names are the interface, and a row
may be edited in the admin afterwards (bootstrap only adds what is missing).
"""

from __future__ import annotations

from dataclasses import dataclass

WATCH_SECONDS = 120


@dataclass(frozen=True)
class BeatRow:
    """One periodic task; `every_seconds` 0 means daily at `daily_at` (hour, minute), UTC."""

    name: str
    task: str
    every_seconds: int = 0
    daily_at: tuple[int, int] = (3, 17)
    expires_seconds: int | None = None


def beat_rows(tick_seconds: int) -> tuple[BeatRow, ...]:
    """Return the rows of an installation that looks for due work every `tick_seconds`."""
    # Ticks are wake-ups: one that waited half a minute is stale, the next is already there.
    tick = max(1, tick_seconds)
    return (
        BeatRow("tandem-tick", "syncapp.tasks.tick", every_seconds=tick, expires_seconds=6 * tick),
        # Lapsed connections, stalled syncs, failing rates; and the digests of the hour.
        BeatRow(
            "tandem-watch",
            "syncapp.tasks.watch",
            every_seconds=WATCH_SECONDS,
            expires_seconds=WATCH_SECONDS,
        ),
        BeatRow("tandem-housekeeping", "syncapp.tasks.housekeeping"),
        BeatRow(
            "tandem-prune-broker", "tandem.prune_broker", every_seconds=600, expires_seconds=600
        ),
    )
