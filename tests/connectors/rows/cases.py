"""What a fault of a vendor must come to, in the terms a person sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One row's body and its outcome, for a write of a contact.

    Attributes:
        body: The vendor's answer.
        status: Its HTTP status.
        op: "create" or "update": which write it answers.
        outcome: "refused" (the record fails), "ended" (the run does), "unknown" (it is looked up
            before anything is repeated) or "again" (read, planned and written in the same run).
        code: The reason the record then has.
        sentence: What a person reads: on the record, or of a run that ended.
        hours: When it is tried again by itself; None for not before something changes.
        reconnect: Whether the connection asks for a person.
        pause: Seconds until the next run, of a run that ended.
        lasts: Seconds until the vendor does it again; 0 for the pause.
        times: How many answers in a row say it.
        headers: Of the vendor's answer.
    """

    body: Any
    status: int
    op: str
    outcome: str
    code: str = ""
    sentence: str = ""
    hours: int | None = None
    reconnect: bool = False
    pause: int = 60
    lasts: int = 0
    times: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """The state the record then is in."""
        return {"refused": "failing", "again": "in_sync"}.get(self.outcome, "waiting")


def refused(
    body: Any, code: str, sentence: str, *, hours: int | None = None, status: int = 400,
    op: str = "create",
) -> Case:  # fmt: skip
    """The record fails with a reason; nothing was written and nothing is sent again."""
    return Case(body, status, op, "refused", code, sentence, hours)


def ended(
    body: Any, sentence: str, *, reconnect: bool = False, status: int = 400, pause: int = 60,
    lasts: int = 0, headers: Mapping[str, str] | None = None,
) -> Case:  # fmt: skip
    """The run ends early with a sentence; the record waits as it did before."""
    # A token that is refused is renewed once: the vendor must say it again.
    return Case(
        body, status, "create", "ended", "pending", sentence, reconnect=reconnect, pause=pause,
        times=2 if status == 401 else 1, lasts=lasts, headers=headers or {},
    )  # fmt: skip


def unknown(body: Any, *, status: int = 400) -> Case:
    """Nobody knows whether it was written."""
    return Case(body, status, "create", "unknown", "outcome_unknown")


def again(body: Any, *, status: int = 400, op: str = "update") -> Case:
    """The record is read and planned again at once, and written."""
    return Case(body, status, op, "again")
