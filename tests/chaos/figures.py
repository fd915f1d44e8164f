"""What a run came to: plain values that are added up, printed and kept as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Figures:
    """The figures of one database."""

    database: str
    rounds: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    crashed_at: Counter[str] = field(default_factory=Counter)
    violations: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    def lines(self, points: int) -> list[str]:
        """The figures in words."""
        count = self.counts
        shown = [
            f"database: {self.database}",
            "rounds: " + (", ".join(f"{n} {kind}" for kind, n in self.rounds.items()) or "none"),
            f"kills: {count['kill']} (SIGKILL), {sum(self.crashed_at.values())} (hard exit), "
            f"{count['cut short']} runs cut short",
            f"crash points reached: {len(self.crashed_at)} / {points}"
            f" ({', '.join(f'{p} {n}' for p, n in sorted(self.crashed_at.items())) or '-'})",
            f"restarts: {count['restart']} workers, {count['redis']} Redis",
            f"frozen: {count['frozen']} workers past their lease, {count['fenced']} of them fenced "
            f"({count['frozen mid-write']} with an open write), "
            f"{count['in a transaction']} let go inside a transaction",
            f"connections cut: {count['cut']}; write lock held: {count['locked']}",
            f"deeds of people: {count['deed']}; writes of ours: {count['write']}",
            f"seconds: {self.seconds:.0f}",
            f"violations: {sum(map(len, self.violations.values()))}",
        ]
        for name, texts in self.violations.items():
            shown += [f"  {name}: {text}" for text in texts[:6]]
        return shown
