"""The pre-flight of an account pair (S3): checks as data, and what they find in given facts.

Reads nothing and writes nothing: ``services/preflight.py`` gathers the facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncapp.core.preflight.catalogue import CATALOGUE, Check
from syncapp.core.preflight.facts import (
    SEVERITIES,
    Facts,
    Finding,
    Severity,
    Tick,
)
from syncapp.core.sides import Direction

__all__ = [
    "CATALOGUE",
    "Check",
    "Facts",
    "Finding",
    "Severity",
    "Tick",
    "blocking",
    "findings",
]


def findings(facts: Facts, ticks: Mapping[str, Tick] | None = None) -> list[Finding]:
    """What the checks found, the worst first; a check that is fine has none.

    Args:
        facts: What was looked at.
        ticks: ``{code: who confirmed it, and when}``.
    """
    found = []
    for check in CATALOGUE.values():
        tick = (ticks or {}).get(check.code) if check.tick else None
        seen = check.look(facts, tick)
        if seen is None:
            continue
        severity = seen.severity or check.severity
        if not seen.is_known:
            severity = Severity.INFORMATION
        found.append(
            Finding(
                code=check.code,
                severity=severity,
                told=seen.told,
                objects=check.objects if seen.objects is None else seen.objects,
                only_to=check.only_to,
                # One that blocks again although it was confirmed: the confirmation is outdated.
                tick=None if severity is Severity.BLOCKING else tick,
                is_known=seen.is_known,
            )
        )
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


def blocking(
    found: Sequence[Finding], object_type: str, direction: Direction | None = None
) -> list[Finding]:
    """The findings that keep a sync from being switched on."""
    return [
        one
        for one in found
        if one.severity is Severity.BLOCKING and one.concerns(object_type, direction)
    ]
