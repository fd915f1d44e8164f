"""Remembered request ids: a call repeated under one gets the first outcome, and nothing happens.

Ids count per company. Batch items are remembered apart, under the batch's id joined with theirs.
How long ids are remembered is UNCONFIRMED and can be set, down to not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.common.state import State

LONGEST = 50
LONGEST_FOR_BATCH = 36
KIND = "requestid"


@dataclass(frozen=True)
class Outcome:
    """What the first call was answered: HTTP status and body without its ``time``."""

    status: int
    text: str
    at: int

    def to_json(self) -> dict[str, Any]:
        """Return what the state file keeps."""
        return {"status": self.status, "text": self.text, "at": self.at}


class RequestIds:
    """The outcomes by request id."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._known: dict[str, Outcome] = {}

    def load(self) -> None:
        """Read them from the state file."""
        self._known = {key: Outcome(**body) for key, body in self._state.load(KIND)}

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()

    def recall(self, key: str, *, now: int, memory: int) -> Outcome | None:
        """Return the outcome if it is remembered; ``memory`` in seconds, negative for ever."""
        found = self._known.get(key)
        if found is None or (0 <= memory <= now - found.at):
            return None
        return found

    def remember(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome."""
        self._known[key] = outcome
        self._state.put(KIND, key, outcome)
