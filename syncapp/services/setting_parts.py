"""What the readers of a settings document share: its form, and how a mistake in it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]


class SettingsError(ValueError):
    """A settings document that cannot be used; says which part and what to do.

    Args:
        where: The part, as a path (``filters.hubspot[0][1].operator``).
        message: A sentence for a person.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.message = message


def choice(entry: Mapping[str, Any], name: str, allowed: Sequence[str], where: str = "") -> str:
    """One of some values.

    Raises:
        SettingsError: It is none of them.
    """
    value = entry.get(name)
    path = f"{where}.{name}" if where else name
    if value not in allowed:
        raise SettingsError(path, f"Must be one of: {', '.join(allowed)}; it is {value!r}.")
    return str(value)
