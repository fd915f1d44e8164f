"""Settings in plain words: what the review says, and what a confirmation repeats.

Reads a configuration only; must not know drafts, pages or accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.core.approvals import Posting
from syncapp.core.filters import Condition, Filter
from syncapp.core.money import amount
from syncapp.core.pairs.base import Option, OptionKind
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Direction, Side
from syncapp.services.words import conditions_of, nouns_of, said, translated


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the review.

    Attributes:
        step: The step where it is changed.
    """

    title: str
    text: str
    step: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the review that says something else than what is in force."""

    title: str
    before: str
    after: str
    step: str


def differences(before: list[Sentence], after: list[Sentence]) -> list[Difference]:
    """What saving would change, in the order of the wizard's steps."""
    old = {one.title: one for one in before}
    new = {one.title: one for one in after}
    return [
        Difference(
            title,
            old[title].text if title in old else "",
            new[title].text if title in new else "",
            (new.get(title) or old[title]).step,
        )
        for title in dict.fromkeys([*new, *old])
        if (old[title].text if title in old else "") != (new[title].text if title in new else "")
    ]


def describe_settings(
    config: SyncConfig, accounts: Mapping[str, str] | None = None
) -> list[Sentence]:
    """Everything a sync will do, in the order of the wizard's steps.

    Args:
        config: The settings.
        accounts: ``{id: name}`` of QuickBooks accounts, as far as they are known.
    """
    return [
        Sentence(_("Data and direction"), _direction(config), "direction"),
        Sentence(_("Data conflicts"), _conflict(config), "mapping"),
        Sentence(_("Mapped fields"), _mappings(config), "mapping"),
        *(
            Sentence(str(option.label), _option(option, config, accounts or {}), "mapping")
            for option in map(translated, config.pair.options)
            if _matters(option, config)
        ),
        *(
            Sentence(
                _("Filter from %(side)s") % {"side": side.label}, _filter(config, side), "filters"
            )
            for side in (Side.QUICKBOOKS, Side.HUBSPOT)
            if config.direction.allows(side.other)
        ),
        *([Sentence(_("Start date"), _start(config), "filters")] if config.pair.dated_by else []),
    ]


def _matters(option: Option, config: SyncConfig) -> bool:
    """Whether a setting has a say: an amount only where something waits above one."""
    if option.kind is not OptionKind.AMOUNT:
        return True
    return config.options.get(option.name.removesuffix("_above")) == Posting.ABOVE


def _option(option: Option, config: SyncConfig, accounts: Mapping[str, str]) -> str:
    """The value of a setting that only this object has."""
    value = config.options.get(option.name, option.default)
    labels = dict(option.choices)
    match option.kind:
        case OptionKind.SWITCH:
            return _("Yes.") if value else _("No.")
        case OptionKind.CHOICE:
            return str(labels.get(str(value), value))
        case OptionKind.CONFIRMATION:
            return _("Confirmed by %s.") % value if value else _("Not confirmed.")
        case OptionKind.AMOUNT:
            told = number_format(amount(value), force_grouping=True)
            return _("%(amount)s in the company's home currency.") % {"amount": told}
        case OptionKind.ACCOUNT:
            return accounts.get(str(value), str(value)) if value else _("None chosen.")
    by_name = value if isinstance(value, Mapping) else {}
    chosen = [
        f"{labels.get(name, name)}: {accounts.get(str(account), str(account))}"
        for name, account in by_name.items()
    ]
    return "; ".join(chosen) or _("None chosen.")


def _start(config: SyncConfig) -> str:
    nouns = _nouns(config)["hubspot"]
    if config.start is None:
        return _("No start date: %(nouns)s of any age take part.") % {"nouns": nouns}
    return _("%(nouns)s made before %(day)s are left out.") % {
        "nouns": nouns.capitalize(), "day": date_format(config.start),
    }  # fmt: skip


def _nouns(config: SyncConfig) -> dict[str, str]:
    return {side.value: nouns_of(config.pair, side) for side in Side}


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
    on = [said(mapping.label) or mapping.hubspot for mapping in config.mappings if mapping.enabled]
    off = [
        said(mapping.label) or mapping.hubspot for mapping in config.mappings if not mapping.enabled
    ]
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
            "nouns": nouns, "required": said(config.pair.requires),
        }  # fmt: skip
    told = _("; or ").join(_group(group) for group in groups)
    return _("Only %(nouns)s of which %(conditions)s.") % {"nouns": nouns, "conditions": told}


def _group(group: tuple[Condition, ...]) -> str:
    return _(" and ").join(conditions_of(group))
