"""Where a listing goes on: a few values in the opaque text of ``Page.next``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from syncapp.connectors import jsontext
from syncapp.connectors.jsontext import Json, mapping, text


def encode(**values: object) -> str:
    """The text for these values; empty ones are left out."""
    return jsontext.write({name: value for name, value in values.items() if value}).decode()


def decode(after: str | None) -> Mapping[str, Json]:
    """The values of a text; nothing for the first page.

    Raises:
        ValueError: It did not come from ``encode``.
    """
    if after is None:
        return {}
    return mapping(jsontext.parse(after.encode()))


def instant(value: Json) -> datetime | None:
    """The instant an ISO 8601 text names, in UTC; None when it names none."""
    try:
        moment = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
