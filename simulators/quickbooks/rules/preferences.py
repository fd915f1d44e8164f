"""Rules of Preferences: a limited update merges what is sent into what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.quickbooks import faults
from simulators.quickbooks.rules.base import Change, Rules


class PreferencesRules(Rules):
    """Sections are merged key by key, so that a part of them can be sent."""

    def complete(self, change: Change) -> None:
        """Merge; multicurrency cannot be switched off again."""
        if change.before is None:
            return
        held = change.before.values
        for name, section in list(change.values.items()):
            if isinstance(section, Mapping) and isinstance(held.get(name), Mapping):
                change.values[name] = merged(held[name], section)
        for name, section in held.items():
            change.values.setdefault(name, section)
        was = (held.get("CurrencyPrefs") or {}).get("MultiCurrencyEnabled")
        is_now = (change.values.get("CurrencyPrefs") or {}).get("MultiCurrencyEnabled")
        if was and not is_now:
            raise faults.business("Multicurrency cannot be turned off.")


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``old`` with the keys of ``new`` over it, nested objects likewise."""
    result = dict(old)
    for name, value in new.items():
        if isinstance(value, Mapping) and isinstance(result.get(name), Mapping):
            result[name] = merged(result[name], value)
        elif value is None or value == "":
            result.pop(name, None)
        else:
            result[name] = value
    return result
