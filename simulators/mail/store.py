"""The mails that were caught: one file each, the latest first.

Knows files and how a mail is parsed. Must not know how it came or how it is shown.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

KEPT = 500
_NAME = re.compile(r"^\d{8}-\d{12}-\d+\.eml$")


@dataclass(frozen=True)
class Caught:
    """One mail."""

    name: str
    message: EmailMessage

    def header(self, name: str) -> str:
        """A header's text; "" without one."""
        return str(self.message.get(name, ""))

    def text(self, kind: str) -> str:
        """The plain ("plain") or the HTML ("html") text; "" without one."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""


class Store:
    """A folder of mails; safe to use from several threads, each file is written once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, raw: bytes) -> str:
        """Keep a mail as it came; returns its name. The oldest go when there are too many."""
        at = datetime.now(UTC)  # noqa: TID251 - this program has its own clock
        name = f"{at:%Y%m%d-%H%M%S%f}-{next(self._numbers)}.eml"
        (self._folder / name).write_bytes(raw)
        for old in self.names()[KEPT:]:
            (self._folder / old).unlink(missing_ok=True)
        return name

    def names(self) -> list[str]:
        """The names of all mails, the latest first."""
        return sorted(p.name for p in self._folder.glob("*.eml") if _NAME.match(p.name))[::-1]

    def get(self, name: str) -> Caught | None:
        """One mail; None for a name that is none."""
        path = self._folder / name
        if not _NAME.match(name) or not path.is_file():
            return None
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)  # noqa: S101 - the default policy makes these
        return Caught(name, message)

    def clear(self) -> None:
        """Throw all of them away."""
        for name in self.names():
            (self._folder / name).unlink(missing_ok=True)
