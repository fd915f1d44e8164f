"""Switches where the vendor's behaviour is UNCONFIRMED and two answers are plausible.

One frozen record of choices; each default is the choice that is harder on a client, or the one
seen most. Changed by ``--behaviour name=value`` or ``POST /__sim__/behaviour``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "refresh_rotation": ("use", "daily", "never"),
    "outside_latin1": ("reject", "replace", "keep"),
    "oversized_page": ("clip", "refuse"),
    "cdc_cap": ("answer", "entity"),
    "cdc_too_old": ("serve", "refuse"),
    "unchanged_write": ("keep", "raise"),
    "nested_update": ("replace", "merge"),
    "requestid_faults": ("remember", "forget"),
    "batch_items": ("one", "each"),
    "merged_loser": ("deleted", "inactive"),
}


class BehaviourInvalid(ValueError):
    """A switch or its value does not exist; the text says which."""


@dataclass(frozen=True)
class Behaviour:
    """The choices. Every field is UNCONFIRMED unless its comment says otherwise."""

    # When a refresh gives a new refresh token: every use, after 24 hours (documented), never.
    refresh_rotation: str = "daily"
    # How long a superseded refresh token still works (about 24 h is reported).
    refresh_grace_seconds: int = 0
    # Seconds an authorization code lives (minutes, exact life unknown).
    code_seconds: int = 600
    # Text outside ISO-8859-1 in a US company.
    outside_latin1: str = "reject"
    # MAXRESULTS above 1000.
    oversized_page: str = "clip"
    # Whether the cap of 1000 counts per answer or per entity.
    cdc_cap: str = "answer"
    # changedSince more than 30 days back; a recording of 2020 was served.
    cdc_too_old: str = "serve"
    # A write that changes nothing keeps SyncToken and LastUpdatedTime (seen for an inactivation).
    unchanged_write: str = "keep"
    # Sparse update of an address, an e-mail and other nested objects.
    nested_update: str = "replace"
    # Whether null in a sparse update clears the field ("" does, by practice).
    null_clears: bool = False
    # Reactivation by API takes the suffix " (deleted)" off by itself.
    reactivation_strips_suffix: bool = False
    # The check for a taken name ignores case.
    names_ignore_case: bool = True
    # Doubled blanks inside names are collapsed.
    names_collapse_blanks: bool = False
    # Text comparisons in queries ignore case.
    query_ignores_case: bool = True
    # How long an executed requestid is remembered; 0 forgets at once, -1 never.
    requestid_seconds: int = -1
    # Whether a fault is remembered under its requestid.
    requestid_faults: str = "remember"
    # A batch counts as one request against 500 a minute, or each item counts.
    batch_items: str = "one"
    # What becomes of the customer that was merged into another.
    merged_loser: str = "deleted"
    # Seconds in Retry-After of a 429; 0 leaves the header out.
    retry_after_seconds: int = 0

    def changed(self, wanted: Mapping[str, Any]) -> Behaviour:
        """Return a copy with the given switches set; texts are converted to the field's type.

        Raises:
            BehaviourInvalid: unknown switch or value.
        """
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        cleaned: dict[str, Any] = {}
        for name, value in wanted.items():
            if name not in known:
                raise BehaviourInvalid(f"Unknown switch {name!r}; known: {', '.join(known)}.")
            cleaned[name] = _converted(name, value, known[name])
        return replace(self, **cleaned)


def _converted(name: str, value: Any, now: Any) -> Any:
    text = str(value).lower()
    if isinstance(now, bool):
        if text not in ("true", "false"):
            raise BehaviourInvalid(f"{name} is true or false, not {value!r}.")
        return text == "true"
    if isinstance(now, int):
        try:
            return int(text)
        except ValueError as error:
            raise BehaviourInvalid(f"{name} is a whole number, not {value!r}.") from error
    if text not in CHOICES[name]:
        raise BehaviourInvalid(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}.")
    return text
