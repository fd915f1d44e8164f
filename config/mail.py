"""Django's SMTP backend, which also tells how far a mail got before it failed.

Knows one thing more than Django's: whether the text itself was on its way. Until then nothing can
have arrived, and trying again is safe. Must not know what is sent.
"""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class WatchedBackend(EmailBackend):
    """One connection whose ``has_begun_text`` says whether a text began to be handed over."""

    has_begun_text = False

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Smtplib's class, with an eye on the DATA command."""
        backend = self

        class Watched(super().connection_class):  # type: ignore[misc] # chosen at run time
            def data(self, msg: Any) -> tuple[int, bytes]:
                backend.has_begun_text = True
                answer: tuple[int, bytes] = super().data(msg)
                return answer

        return Watched
