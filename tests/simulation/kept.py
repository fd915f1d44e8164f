"""Keeps the outcomes of a long run in a file, so that it may be stopped and taken up again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

from tests.simulation.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]


class Kept:
    """The outcomes of a long run, kept line by line: it may be stopped and taken up again.

    Args:
        file: Where; "" for nowhere.
        mutant: What is switched off.
        objects: What the scenarios are about.

    Raises:
        ValueError: The file holds outcomes of other code.
    """

    def __init__(self, file: str, mutant: str, objects: str = "contacts") -> None:
        self._path = Path(file) if file else None
        self.seconds = 0.0
        self.outcomes: list[Outcome] = []
        if self._path is None:
            return
        code = sources_digest() + mutant + objects.removeprefix("contacts")
        if not self._path.exists():
            self._path.write_text(json.dumps({"code": code}) + "\n", encoding="utf-8")
        first, *rest = map(json.loads, self._path.read_text(encoding="utf-8").splitlines())
        if first["code"] != code:
            raise ValueError(f"{file} was written by other code: begin another file")
        for row in rest:
            self.seconds += row.pop("seconds")
            counted = {name: Counter(row[name]) for name in ("faults", "crashed_at")}
            self.outcomes.append(Outcome(**{**row, **counted}))

    def add(self, outcome: Outcome, seconds: float) -> None:
        """Keep one more, and the time it took."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({**vars(outcome), "seconds": seconds}) + "\n")


def sources_digest() -> str:
    """A short name for the text of the engine, of the simulators and of the simulation."""
    found = hashlib.sha256()
    for folder in ("syncapp", "simulators", "tests/simulation"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]
