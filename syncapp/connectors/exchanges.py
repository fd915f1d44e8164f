"""A failed call as it is kept for a person: request and answer, readable, short, without secrets.

Knows what looks like a secret and how much a person reads. Headers are never part of it, so no
bearer token is; must not know what is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from syncapp.connectors.jsontext import number_text

MOST_CHARACTERS = 4000
REMOVED = "[removed]"

# Token shapes of both vendors. Intuit's 401 quotes the token it refused.
_SECRETS = re.compile(
    r"eyJ[\w-]{10,}[\w.-]*|\bpat-[\w-]{10,}|\bAB\d[0-9A-Za-z]{16,}|\bC[A-Za-z0-9_-]{60,}"
    r"|(?i:bearer\s+)\S+"
)
# Names whose values are secrets whatever they look like. QuickBooks' SyncToken is none.
_SECRET_NAMES = frozenset(
    {
        "accesstoken", "apikey", "authorization", "clientsecret", "idtoken", "password",
        "refreshtoken", "secret", "token",
    }
)  # fmt: skip


def redact(words: str) -> str:
    """A vendor's words without anything that looks like a token, cut to a readable length."""
    return _SECRETS.sub(REMOVED, _storable(words))[:2000]


def shown(body: object) -> str:
    """A body as a person reads it, indented; "" for none."""
    if body is None or body == "":
        return ""
    words = body if isinstance(body, str) else "\n".join(_lines(body, ""))
    clean = _SECRETS.sub(
        REMOVED, _storable(words)
    )  # before it is cut: no half of a token at the edge
    if len(clean) <= MOST_CHARACTERS:
        return clean
    return f"{clean[:MOST_CHARACTERS]}\n… ({len(clean) - MOST_CHARACTERS:,} more characters)"


def _storable(words: str) -> str:
    """The words with what no database holds (half a character, NUL) spelt out."""
    return words.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def is_shared(body: object) -> bool:
    """Whether a request's body carries several records: then it is not one record's to show."""
    return isinstance(body, Mapping) and any(
        isinstance(value, list | tuple) and len(value) > 1 for value in body.values()
    )


def _lines(value: object, indent: str) -> Iterator[str]:
    """The lines of a JSON value. Written by hand: amounts keep their digits (100.00)."""
    match value:
        case Mapping() if value:
            yield from _members(
                [(f"{json.dumps(str(n), ensure_ascii=False)}: ", _clean(str(n), v))
                 for n, v in value.items()], "{}", indent,
            )  # fmt: skip
        case list() | tuple() if value:
            yield from _members([("", member) for member in value], "[]", indent)
        case Mapping():
            yield "{}"
        case list() | tuple():
            yield "[]"
        case int() | Decimal() if not isinstance(value, bool):
            yield _digits(value)
        case None | bool() | str():
            yield json.dumps(value, ensure_ascii=False)
        case _:
            yield json.dumps(str(value), ensure_ascii=False)


def _members(members: list[tuple[str, object]], brackets: str, indent: str) -> Iterator[str]:
    inner = f"{indent}  "
    yield brackets[0]
    for position, (name, member) in enumerate(members):
        lines = list(_lines(member, inner))
        lines[-1] += "," if position < len(members) - 1 else ""
        yield f"{inner}{name}{lines[0]}"
        yield from lines[1:]
    yield f"{indent}{brackets[1]}"


def _clean(name: str, value: object) -> object:
    is_secret = name.replace("_", "").replace("-", "").casefold() in _SECRET_NAMES
    return REMOVED if is_secret and value else value


def _digits(value: int | Decimal) -> str:
    try:
        return number_text(value)
    except ValueError:
        return '"(a number with too many digits)"'
