"""Keeps who changed which setting, when, from what to what (B12).

Compares settings and writes rows. Must not know how a change is put into words, and is never
handed a secret: keys and tokens are no settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from syncapp.models import AccountPair, SettingChange, SyncDefinition
from syncapp.services.setting_parts import Document

#: The person behind a change made by a command.
COMMAND_LINE = "command line"
NAME_LIMIT = 500


def note(
    *,
    who: str,
    setting: str,
    before: Any = None,
    after: Any = None,
    at: datetime | None = None,
    pair: AccountPair | None = None,
    definition: SyncDefinition | None = None,
    subject: str = "",
) -> None:
    """Keep one change; in the caller's transaction."""
    pair = definition.pair if definition is not None else pair
    SettingChange.objects.create(
        at=at or timezone.now(),
        who=who[:150],
        pair=pair,
        definition=definition,
        subject=(subject or str(definition or pair or ""))[:NAME_LIMIT],
        setting=setting[:NAME_LIMIT],
        before=before,
        after=after,
    )


def note_document(
    definition: SyncDefinition, before: Document, after: Document, *, who: str, at: datetime
) -> None:
    """Keep what differs between two settings documents of a sync."""
    for setting, old, new in differences(before, after):
        note(who=who, at=at, definition=definition, setting=setting, before=old, after=new)


def differences(before: Document, after: Document) -> Iterator[tuple[str, Any, Any]]:
    """``(path, before, after)`` of each setting that is another, in the order of the wizard."""
    for name in ("direction", "conflict", "start"):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)
    for part in ("options", "filters"):
        yield from _by_name(part, before.get(part) or {}, after.get(part) or {})
    yield from _by_name(
        "mappings", _by_fields(before.get("mappings")), _by_fields(after.get("mappings"))
    )


def _by_name(
    part: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{part}.{name}", before.get(name), after.get(name)


def _by_fields(mappings: Any) -> dict[str, Any]:
    return {f"{one['hubspot']}:{one['quickbooks']}": one for one in mappings or ()}


# -- what people may do


def access(user_id: int) -> dict[str, Any]:
    """What a person may do, by setting, as it is stored now."""
    user = User.objects.get(pk=user_id)
    single = user.user_permissions.select_related("content_type")
    return {
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "permissions": sorted(f"{p.content_type.app_label}.{p.codename}" for p in single),
        "sign_in": user.is_active and user.is_staff,
        "everything": user.is_superuser,
    }


def note_access(user: User, before: Mapping[str, Any] | None, *, who: str) -> None:
    """Keep what changed of what a person may do; None for a new account."""
    if before is None:
        note(who=who, subject=_named(user), setting="account", after="made")
    for setting, now in access(user.pk).items():
        was = before[setting] if before is not None else None
        if (was or None) != (now or None):
            note(who=who, subject=_named(user), setting=setting, before=was, after=now)


def note_deleted(user: User, *, who: str) -> None:
    """Keep that an account was deleted, and what it could do."""
    held = access(user.pk)["roles"]
    note(who=who, subject=_named(user), setting="roles", before=held, after=[])
    note(who=who, subject=_named(user), setting="account", before="on", after="deleted")


def role_access(group_id: int) -> dict[str, Any]:
    """What a role lets people do, as it is stored now: its name and its permissions."""
    group = Group.objects.get(pk=group_id)
    held = group.permissions.select_related("content_type")
    return {
        "name": group.name,
        "permissions": sorted(f"{p.content_type.app_label}.{p.codename}" for p in held),
    }


def note_role(group: Group, before: Mapping[str, Any] | None, *, who: str) -> None:
    """Keep what changed of a role, each permission by itself; None for a new one."""
    now = role_access(group.pk)
    told = _role(now["name"])
    if before is None:
        note(who=who, subject=told, setting="role", after="made")
    elif before["name"] != now["name"]:
        note(who=who, subject=told, setting="name", before=before["name"], after=now["name"])
    was, held = set(before["permissions"] if before else ()), set(now["permissions"])
    for permission in sorted(was ^ held):
        note(
            who=who, subject=told, setting=f"permission.{permission}",
            before=permission in was, after=permission in held,
        )  # fmt: skip


def note_role_deleted(group: Group, *, who: str) -> None:
    """Keep that a role was deleted, and whom it was taken from."""
    members = sorted(group.user_set.values_list("username", flat=True))
    told = _role(group.name)
    note(who=who, subject=told, setting="members", before=members, after=[])
    note(who=who, subject=told, setting="role", before="on", after="deleted")


def _role(name: str) -> str:
    return f"Role {name}"


def _named(user: User) -> str:
    return f"User {user.get_username()}"


def as_json(change: SettingChange) -> dict[str, Any]:
    """One change, for ``--json``."""
    return {
        "at": change.at.isoformat(),
        "who": change.who,
        "what": change.subject,
        "setting": change.setting,
        "before": change.before,
        "after": change.after,
    }
