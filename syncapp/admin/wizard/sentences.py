"""Settings in plain words: what the review says, and what a confirmation repeats.

Reads a configuration only; must not know drafts, pages or accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.core.filters import Condition, Filter, phrases
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Direction, Side


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the review.

    Attributes:
        step: The step where it is changed.
    """

    title: str
    text: str
    step: str


def describe_settings(config: SyncConfig) -> list[Sentence]:
    """Everything a sync will do, in the order of the wizard's steps."""
    return [
        Sentence(_("Data and direction"), _direction(config), "direction"),
        Sentence(_("Data conflicts"), _conflict(config), "mapping"),
        Sentence(_("Mapped fields"), _mappings(config), "mapping"),
        *(
            Sentence(
                _("Filter from %(side)s") % {"side": side.label}, _filter(config, side), "filters"
            )
            for side in (Side.QUICKBOOKS, Side.HUBSPOT)
            if config.direction.allows(side.other)
        ),
    ]


def _nouns(config: SyncConfig) -> dict[str, str]:
    return {side.value: f"{config.pair.nouns[side]}s" for side in Side}


def _direction(config: SyncConfig) -> str:
    return {
        Direction.BOTH: _(
            "HubSpot %(hubspot)s and QuickBooks %(quickbooks)s are kept in step, both ways."
        ),
        Direction.TO_HUBSPOT: _(
            "QuickBooks %(quickbooks)s are sent to HubSpot as %(hubspot)s. Nothing is written in "
            "QuickBooks."
        ),
        Direction.TO_QUICKBOOKS: _(
            "HubSpot %(hubspot)s are sent to QuickBooks as %(quickbooks)s. Nothing is written in "
            "HubSpot."
        ),
    }[config.direction] % _nouns(config)


def _conflict(config: SyncConfig) -> str:
    if config.direction.source is not None:
        return _("%(side)s is the source, so its data is always used.") % {
            "side": config.direction.source.label
        }
    return _(
        "Where a field was changed on both sides, the %(side)s value is used. An empty value never "
        "erases the other side's."
    ) % {"side": config.winner.label}


def _mappings(config: SyncConfig) -> str:
    on = [mapping.label or mapping.hubspot for mapping in config.mappings if mapping.enabled]
    off = [mapping.label or mapping.hubspot for mapping in config.mappings if not mapping.enabled]
    if not on:
        return _("No field is mapped: records are matched, and no value is sent.")
    text = ngettext("%(count)d field: %(names)s.", "%(count)d fields: %(names)s.", len(on)) % {
        "count": len(on),
        "names": ", ".join(on),
    }
    return text + (" " + _("Switched off: %s.") % ", ".join(off) if off else "")


def _filter(config: SyncConfig, side: Side) -> str:
    groups = config.filters.get(side, Filter()).groups
    nouns = _nouns(config)[side.value]
    if not groups:
        if not config.pair.requires:
            return _("All %(nouns)s.") % {"nouns": nouns}
        return _("All %(nouns)s with %(required)s.") % {
            "nouns": nouns, "required": config.pair.requires,
        }  # fmt: skip
    told = _("; or ").join(_group(group) for group in groups)
    return _("Only %(nouns)s of which %(conditions)s.") % {"nouns": nouns, "conditions": told}


def _group(group: tuple[Condition, ...]) -> str:
    return _(" and ").join(phrases(group))
