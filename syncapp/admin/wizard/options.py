"""The settings that only one object has, as form fields made from ``pair.options`` (S10).

Must not know any option by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from syncapp.admin.wizard.base import Mistake, Page
from syncapp.core.pairs.base import Option, OptionKind
from syncapp.models.spoken import spoken
from syncapp.services import accounts
from syncapp.services.config import SettingsError, parse_document
from syncapp.services.env import real_env
from syncapp.services.words import said, translated

#: Says that the form with the options was posted: a switch that is off posts nothing.
POSTED = "options"


def read(page: Page, posted: QueryDict) -> dict[str, Any]:
    """The options that were typed: ``{"options": ...}``, or nothing without any."""
    if POSTED not in posted:
        return {}
    known = _known(page)
    told = {one.name: _typed(one, posted, known, page) for one in page.object_pair.options}
    return {"options": told}


def mistakes(page: Page, parts: Mapping[str, Any]) -> list[Mistake]:
    """What is wrong with the options."""
    if "options" not in parts:
        return []
    try:
        parse_document({"object": page.draft.object_type, "options": parts["options"]})
    except SettingsError as error:
        return [Mistake("options", spoken(error.message))]
    return [
        Mistake(
            f"options.{option.name}",
            _("%(label)s: choose one of the accounts that are listed.")
            % {"label": said(option.label)},
        )
        for option in page.object_pair.options
        if not _are_listed(page, option, parts["options"].get(option.name))
    ]  # fmt: skip


def rows(page: Page) -> list[dict[str, Any]]:
    """What the template shows of each option."""
    known = _known(page)
    return [
        _row(page, translated(option), known.get(option.name))
        for option in page.object_pair.options
    ]


def _known(page: Page) -> dict[str, Any]:
    saved = page.document.get("options", {})
    return {one.name: saved.get(one.name, one.default) for one in page.object_pair.options}


def _typed(option: Option, posted: QueryDict, known: Mapping[str, Any], page: Page) -> Any:
    name = f"option-{option.name}"
    match option.kind:
        case OptionKind.SWITCH:
            return name in posted
        case OptionKind.CONFIRMATION:
            return (known[option.name] or str(page.user)) if name in posted else ""
        case OptionKind.ACCOUNTS:
            told = {choice: posted.get(f"{name}-{choice}", "") for choice, _l in option.choices}
            return {choice: account for choice, account in told.items() if account}
        case OptionKind.AMOUNT:
            return posted.get(name, known[option.name]).strip()
    return posted.get(name, known[option.name])


def _chosen(option: Option, value: Any) -> list[str]:
    if option.kind is OptionKind.ACCOUNTS:
        return [str(one) for one in (value or {}).values()]
    return [str(value)] if option.kind is OptionKind.ACCOUNT and value else []


def _are_listed(page: Page, option: Option, value: Any) -> bool:
    chosen = _chosen(option, value)
    if not chosen:
        return True
    found, problem = accounts.of_types(page.draft.pair, option.account_types, env=real_env())
    return bool(problem) or set(chosen) <= {one.id for one in found}


def _row(page: Page, option: Option, value: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": f"option-{option.name}",
        "label": option.label,
        "help": option.help,
        "kind": option.kind.value,
        "is_on": bool(value),
        "who": value if option.kind is OptionKind.CONFIRMATION else "",
        "problem": "",
        "selects": [],
    }
    if option.kind is OptionKind.AMOUNT:
        row["value"] = str(value)
    if option.kind is OptionKind.CHOICE:
        row["selects"] = [_select(option, "", option.choices, str(value))]
    if option.kind in {OptionKind.ACCOUNT, OptionKind.ACCOUNTS}:
        found, row["problem"] = accounts.of_types(
            page.draft.pair, option.account_types, env=real_env()
        )
        listed = (("", _("None")), *((one.id, one.name) for one in found))
        unlisted = _("Account %s") if row["problem"] else _("not usable any more: %s")
        if option.kind is OptionKind.ACCOUNT:
            row["selects"] = [_select(option, "", listed, str(value or ""), unlisted)]
        else:
            row["selects"] = [
                {
                    **_select(
                        option, f"-{choice}", listed, str((value or {}).get(choice, "")), unlisted
                    ),
                    "label": label,
                }
                for choice, label in option.choices
            ]
    return row


def _select(
    option: Option,
    suffix: str,
    choices: tuple[tuple[str, str], ...],
    value: str,
    unlisted: str = "%s",
) -> dict[str, Any]:
    """A drop-down; a chosen account that is not listed stays, told by the words of ``unlisted``."""
    if value and value not in {one for one, _label in choices}:
        choices = (*choices, (value, unlisted % value))
    return {
        "name": f"option-{option.name}{suffix}",
        "label": "",
        "choices": [
            {"value": one, "label": label, "is_chosen": one == value} for one, label in choices
        ],
    }
