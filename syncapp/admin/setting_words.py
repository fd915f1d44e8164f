"""A changed setting in plain words: "Direction: both ways → only to HubSpot".

Knows the form of settings documents. Must not know where the words are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.words import DIRECTION_WORDS, arrow
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.pairs.base import Option, OptionKind
from syncapp.core.sides import Direction, Side
from syncapp.models import SettingChange
from syncapp.services import filter_settings
from syncapp.services.setting_parts import SettingsError
from syncapp.services.words import conditions_of, said, translated

TITLES = {
    "direction": gettext_lazy("Direction"),
    "conflict": gettext_lazy("Data conflicts"),
    "start": gettext_lazy("Start date"),
    "switch": gettext_lazy("Data sync"),
    "writes": gettext_lazy("All writes"),
    "connection": gettext_lazy("Connection"),
    "joined": gettext_lazy("Accounts joined"),
    "time_zone": gettext_lazy("Time zone of the company"),
    "reviewed_through": gettext_lazy("Reviewed through"),
    "roles": gettext_lazy("Roles"),
    "permissions": gettext_lazy("Single permissions"),
    "sign_in": gettext_lazy("May sign in"),
    "everything": gettext_lazy("May do everything"),
    "account": gettext_lazy("User account"),
    "role": gettext_lazy("Role"),
    "members": gettext_lazy("Members"),
    "name": gettext_lazy("Name"),
}
WORDS = {
    "on": gettext_lazy("on"),
    "off": gettext_lazy("off"),
    "deleted": gettext_lazy("deleted"),
    "paused": gettext_lazy("paused"),
    "connected": gettext_lazy("connected"),
    "disconnected": gettext_lazy("disconnected"),
    "made": gettext_lazy("made"),
}

#: Django's own permissions of each model.
ACTIONS = {
    "add": gettext_lazy("Can add: %(what)s"),
    "change": gettext_lazy("Can change: %(what)s"),
    "delete": gettext_lazy("Can delete: %(what)s"),
    "view": gettext_lazy("Can see: %(what)s"),
}


def title(change: SettingChange) -> str:
    """What was changed."""
    part, _dot, name = change.setting.partition(".")
    if part == "options":
        option = _option(change, name)
        return said(option.label) if option is not None else name
    if part == "filters":
        return _("Filter from %(side)s") % {"side": Side(name).label}
    if part == "month":
        return _("Month %(month)s") % {"month": name}
    if part == "permission":
        return permission_words(name)
    if part == "mappings":
        told = change.after or change.before or {}
        return _("Mapped field %(name)s") % {"name": told.get("label") or name}
    return str(TITLES.get(part, part))


def before(change: SettingChange) -> str:
    """What it was."""
    return _value(change, change.before)


def after(change: SettingChange) -> str:
    """What it is since then."""
    return _value(change, change.after)


def has_before(change: SettingChange) -> bool:
    """Whether there was something before: what is made or joined has none."""
    return change.before is not None or change.setting not in {
        "joined", "connection", "account", "role",
    }  # fmt: skip


def _value(change: SettingChange, value: Any) -> str:
    part, _dot, name = change.setting.partition(".")
    if part == "options":
        return _option_value(_option(change, name), value)
    if part == "filters":
        return _filter(change, name, value)
    if part == "mappings":
        return _mapping(value)
    if part == "direction":
        return str(DIRECTION_WORDS[Direction(value)])
    if part == "conflict":
        return _("Use %(side)s data") % {"side": Side(value).label}
    if part == "month":
        return _month(value)
    if part == "permissions":
        return ", ".join(permission_words(one) for one in value or ()) or _("none")
    return _plain(value)


def permission_words(permission: str) -> str:
    """A permission ("syncapp.retry_recordlink") as people read it; its code when it is gone."""
    label, _dot, codename = permission.partition(".")
    for model in apps.get_app_config(label).get_models() if label in apps.app_configs else ():
        own = {code: str(name) for code, name in model._meta.permissions}
        if codename in own:
            return own[codename]
        action, _line, name = codename.partition("_")
        if name == model._meta.model_name and action in ACTIONS:
            return str(ACTIONS[action]) % {"what": model._meta.verbose_name_plural}
    return permission


def _month(value: Any) -> str:
    """Whether a month was called ready to close; a reason says why not any more."""
    if value is None:
        return _("not marked")
    if value == "ready":
        return _("ready to close")
    return _("mark taken back: %(why)s") % {"why": value}


def _plain(value: Any) -> str:
    if value is None or value == []:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(WORDS.get(str(value), value))


def _object_type(change: SettingChange) -> str:
    return change.definition.object_type if change.definition is not None else ""


def _option(change: SettingChange, name: str) -> Option | None:
    """The option a change is about; of a sync that is gone, any that has this name."""
    own = OBJECT_PAIRS.get(_object_type(change))
    for pair in [own] if own is not None else OBJECT_PAIRS.values():
        for option in pair.options:
            if option.name == name:
                return option
    return None


def _option_value(option: Option | None, value: Any) -> str:
    kind = option.kind if option is not None else None
    labels = dict(translated(option).choices) if option is not None else {}
    if kind is OptionKind.SWITCH:
        return _("yes") if value else _("no")
    if kind is OptionKind.CONFIRMATION:
        return _("confirmed by %(who)s") % {"who": value} if value else _("not confirmed")
    if isinstance(value, Mapping):
        told = [f"{labels.get(name, name)}: {_account(one)}" for name, one in value.items()]
        return "; ".join(told) or _("none")
    if kind is OptionKind.ACCOUNT:
        return _account(value)
    return labels.get(value) or str(value if value not in (None, "") else _("none"))


def _account(value: Any) -> str:
    """QuickBooks' id of an account: its name may have changed since."""
    return _("account %(id)s") % {"id": value} if value else _("none")


def _filter(change: SettingChange, side: str, value: Any) -> str:
    pair = OBJECT_PAIRS.get(_object_type(change), OBJECT_PAIRS["contacts"])
    if not value:
        return _("all records")
    try:
        groups = filter_settings.parse({side: value}, pair)[Side(side)].groups
    except SettingsError:
        return str(value)  # written by a version that knew other conditions
    return _("; or ").join(_(" and ").join(conditions_of(group)) for group in groups)


def _mapping(value: Any) -> str:
    if not value:
        return _("not mapped")
    way = arrow(Direction(value.get("direction", "both")))
    parts = [f"{value['hubspot']} {way} {value['quickbooks']}"]
    parts.append(_("on") if value.get("enabled", True) else _("off"))
    if value.get("transforms"):
        parts.append(
            _("converted: %(how)s") % {
                "how": ", ".join(str(one.get("op", one)) for one in value["transforms"])
            }
        )  # fmt: skip
    return ", ".join(parts)
