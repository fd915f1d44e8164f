"""What a scenario came to: plain values that travel between processes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """Figures and violations of one scenario; ``trace`` is the hash of all that happened."""

    seed: int
    violations: list[str] = field(default_factory=list)
    edits: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    crashed_at: Counter[str] = field(default_factory=Counter)
    hours: float = 0.0
    calls: int = 0
    trace: str = ""
