"""Switches of the simulator, where two behaviours of HubSpot are plausible, or a test needs one.

Knows names, defaults and allowed values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Settings:
    """Turned with ``POST /__sim__/settings``."""

    #: seconds until a write is seen by search
    search_lag: float = 3.0
    #: the first company of a contact or deal becomes its primary one (UNCONFIRMED)
    first_company_is_primary: bool = True
    #: a refresh answers with a new refresh token and ends the old one (UNCONFIRMED)
    rotate_refresh_tokens: bool = False
    #: seconds an authorization code lives (UNCONFIRMED; HubSpot says "short")
    code_lifetime: float = 600.0
    #: portal rules, applied on 2026-09 paths: object type -> properties
    required_on_create: dict[str, list[str]] = field(default_factory=dict)
    #: admin rules shown by property-validations: type id -> property -> rules
    validations: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """All switches."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Turn some.

        Raises:
            ValueError: unknown, or not of the right kind.
        """
        current = self.as_dict()
        unknown = sorted(set(wanted) - set(current))
        if unknown:
            raise ValueError(f"Unknown settings: {', '.join(unknown)}.")
        for name, value in wanted.items():
            expected = type(current[name])
            if expected is float and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)  # noqa: PLW2901
            if not isinstance(value, expected):
                raise ValueError(f"{name} must be {expected.__name__}.")  # noqa: TRY004
            setattr(self, name, value)
