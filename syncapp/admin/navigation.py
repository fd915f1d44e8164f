"""The sidebar: which pages there are and who sees the way to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from syncapp.admin import approvals, header
from syncapp.admin.base import link

Item = dict[str, Any]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar; unfold leaves out what the person may not see."""
    return [
        {"title": None, "items": _daily(request)},
        {"title": _("Accounts"), "items": _accounts()},
        {"title": _("Settings"), "collapsible": True, "items": _settings()},
    ]


def _daily(request: HttpRequest) -> list[Item]:
    items: list[Item] = [
        {
            "title": _("Home"),
            "icon": "home",
            "link": reverse_lazy("admin:index"),
            "active": lambda request: request.path == str(reverse_lazy("admin:index")),
        },
        _item(_("Object view"), "dashboard", "syncapp_object_view", "syncapp.view_recordlink"),
        _item(
            _("Record view"), "list_alt", "syncapp_recordlink_changelist", "syncapp.view_recordlink"
        ),
        _approvals(request),
        _item(_("Month"), "calendar_month", "syncapp_month", "syncapp.view_recordlink"),
        _item(_("Runs"), "history", "syncapp_syncrun_changelist", "syncapp.view_syncrun"),
        {
            **_item(
                _("Notifications"),
                "notifications",
                "syncapp_notification_changelist",
                "syncapp.view_notification",
            ),
        },
    ]
    count = header.unread(request).badge
    if count:
        items[-1]["badge"] = count
    return [item for item in items if item["link"]]


def _approvals(request: HttpRequest) -> Item:
    item = _item(_("Approvals"), "approval", "syncapp_approval_changelist", approvals.SEES)
    count = approvals.badge(request)
    if count:
        item["badge"] = count
    return item


def _accounts() -> list[Item]:
    return [
        _item(
            _("Connections"), "cable", "syncapp_connection_changelist", "syncapp.view_connection"
        ),
        {
            **_item(
                _("Account pairs"), "sync_alt", "syncapp_accountpair_changelist",
                "syncapp.view_accountpair",
            ),
            "active": _is_on_a_pair,
        },
    ]  # fmt: skip


def _is_on_a_pair(request: HttpRequest) -> bool:
    """Whether the page belongs to account pairs; the month has a place of its own."""
    below = request.path.startswith(link("admin:syncapp_accountpair_changelist"))
    return below and request.path != link("admin:syncapp_month")


def _settings() -> list[Item]:
    return [
        _item(
            _("Schedule"),
            "schedule",
            "django_celery_beat_periodictask_changelist",
            "django_celery_beat.view_periodictask",
        ),
        _item(_("Mails"), "mail", "syncapp_mail_changelist", "syncapp.view_mail"),
        _item(
            _("Changes of settings"), "manage_history", "syncapp_settingchange_changelist",
            "syncapp.view_settingchange",
        ),
        _item(_("Users"), "person", "auth_user_changelist", "auth.view_user"),
        _item(_("Groups"), "group", "auth_group_changelist", "auth.view_group"),
        _item(_("Sign-in attempts"), "lock", "axes_accessattempt_changelist",
              "axes.view_accessattempt"),
    ]  # fmt: skip


def _item(title: object, icon: str, name: str, permission: str) -> Item:
    return {
        "title": title,
        "icon": icon,
        "link": link(f"admin:{name}"),
        "permission": _allowed(permission),
    }


def account_links(request: HttpRequest) -> list[Item]:
    """The person's menu at the foot of the sidebar."""
    links: list[Item] = [{"title": _("My settings"), "link": link("admin:syncapp_my_settings")}]
    if isinstance(request.user, User) and request.user.has_usable_password():
        links.append({"title": _("Change password"), "link": link("admin:password_change")})
    return links


def _allowed(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)
