"""A real mail server on loopback that keeps what it takes, and can refuse, hang up or go away."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from syncapp.core.ports import Env
from syncapp.services.env import real_env

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Postbox:
    """What the server took, and how it answers."""

    answer_rcpt: str = "250 OK"
    answer_data: str = "250 OK"
    #: Cut the connection instead of answering: "rcpt" before, "data" after the text came.
    cut: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    tries: int = 0
    port: int = 0
    controller: Controller | None = None

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.tries += 1
        if self.cut == "rcpt":
            server.transport.abort()
        if self.answer_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer_data.startswith("250"):
            told = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(told, EmailMessage)
            self.mails.append(told)
        if self.cut == "data":
            server.transport.abort()
        return self.answer_data

    def open(self) -> None:
        if not self.port:
            with socket.socket() as one:
                one.bind(("127.0.0.1", 0))
                self.port = one.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def settings(self) -> dict[str, Any]:
        return {
            "EMAIL_BACKEND": "config.mail.WatchedBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
            "EMAIL_TIMEOUT": 10,
            "PUBLIC_URL": "https://tandem.example.com",
        }


@dataclass
class Clock:
    """A clock that is set by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def lease_now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def doors(clock: Clock) -> Env:
    return replace(real_env(), clock=clock)


def part(mail: EmailMessage, kind: str) -> str:
    """The plain ("plain") or the HTML ("html") text of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())
