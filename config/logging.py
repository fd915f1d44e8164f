"""How log lines look, and that no secret gets into one.

Knows the shapes of secrets: headers, form fields, JSON members, vendors' token prefixes. Must not
know who logs. The formatter is the last gate: it sees message, arguments, extras and traceback.
"""

from __future__ import annotations

import logging
import re
from typing import Any

HIDDEN = "[hidden]"

_HIDDEN_NAMES = (
    r"access_token|refresh_token|id_token|client_secret|code_verifier|private_app_token|"
    r"service_key|api_?key|hapikey|password|passwd|secret_key|secret|token|authorization|"
    r"set-cookie|cookie|sessionid|tandem_session|csrfmiddlewaretoken|intuit-signature|"
    r"x-hubspot-signature(?:-v3)?"
)
# The order matters: whole header values first, then named members, then bare tokens.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            rf"""(?P<name>["']?\b(?:[\w-]*_)?(?:{_HIDDEN_NAMES})["']?\s*[:=]\s*)"""
            rf"""(?P<value>b?"[^"]*"|b?'[^']*'|(?!(?:Bearer|Basic)\b)[^\s,;&}}"']+)""",
            re.IGNORECASE,
        ),
        rf"\g<name>{HIDDEN}",
    ),
    (re.compile(r"(?<=[?&])(code|state)=[^&\s\"']+"), rf"\1={HIDDEN}"),
    (re.compile(r"\bpat-[a-z]{2,4}\d?-[A-Za-z0-9-]{8,}"), HIDDEN),  # HubSpot plain access token
    (re.compile(r"\b(?:RT1-|AB11)[A-Za-z0-9_-]{16,}"), HIDDEN),  # Intuit refresh token
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}"), HIDDEN),  # JWT, JWE
    (re.compile(r"\bgAAAA[A-Za-z0-9_=-]{20,}"), HIDDEN),  # Fernet
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), HIDDEN),  # user:password@host
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redact(text: str) -> str:
    """Return `text` with everything that looks like a secret replaced by `[hidden]`."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats a record with its `extra` fields as key=value, and hides secrets in all of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line (or lines, with a traceback), redacted."""
        line = super().format(record)
        extras = " ".join(
            f"{name}={value}"
            for name, value in sorted(vars(record).items())
            if name not in _STANDARD and isinstance(value, str | int | bool | None)
        )
        return redact(f"{line} {extras}" if extras else line)


def logging_config(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: one stream, one format, one level."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "config.logging.RedactingFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would print a second, unredacted copy.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # One line per message is too much at one tick every five seconds.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "django_celery_beat.schedulers": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
        },
    }
