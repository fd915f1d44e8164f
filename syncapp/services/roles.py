"""The ready groups and what each may do (B12): this table is the whole rule.

Each role includes the viewer's; the administrator's includes all. The groups are set to this
table after every migration; an installation that wants another cut makes groups of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group, Permission

VIEWER, OPERATOR, APPROVER = "viewer", "operator", "approver"
ADMINISTRATOR = "administrator"

_SEES = (
    "syncapp.view_accountpair",
    "syncapp.view_approval",
    "syncapp.view_connection",
    "syncapp.view_notification",
    "syncapp.view_pendingwrite",
    "syncapp.view_recordlink",
    "syncapp.view_recordlogentry",
    "syncapp.view_rehearsal",
    "syncapp.view_syncdefinition",
    "syncapp.view_syncrun",
)
#: Pausing is here: whoever watches the records must be able to stop the writing.
_OPERATES = (
    "syncapp.assign_recordlink",
    "syncapp.export_recordlink",
    "syncapp.link_recordlink",
    "syncapp.pause_accountpair",
    "syncapp.prepare_approval",
    "syncapp.retry_recordlink",
    "syncapp.run_accountpair",
)
#: Lets through what others prepared, calls months ready to close, and may look up who set the
#: rules; changes none of them.
_APPROVES = (
    "syncapp.close_monthmark",
    "syncapp.decide_approval",
    "syncapp.view_settingchange",
)
#: The schedule is shown but edited by superusers only: its rows can start any task.
_ADMINISTERS = (
    "auth.add_user",
    "auth.change_user",
    "auth.view_group",
    "auth.view_user",
    "axes.delete_accessattempt",
    "axes.view_accessattempt",
    "axes.view_accessfailurelog",
    "axes.view_accesslog",
    "django_celery_beat.view_crontabschedule",
    "django_celery_beat.view_intervalschedule",
    "django_celery_beat.view_periodictask",
    "syncapp.activate_syncdefinition",
    "syncapp.add_accountpair",
    "syncapp.add_connection",
    "syncapp.add_rehearsal",
    "syncapp.add_syncdefinition",
    "syncapp.change_accountpair",
    "syncapp.change_connection",
    "syncapp.change_mail",
    "syncapp.change_recordlink",
    "syncapp.change_syncdefinition",
    "syncapp.connect_connection",
    "syncapp.decide_recordlink",
    "syncapp.delete_accountpair",
    "syncapp.delete_connection",
    "syncapp.delete_syncdefinition",
    "syncapp.review_accountpair",
    "syncapp.view_mail",
)

ROLES: Mapping[str, tuple[str, ...]] = {
    VIEWER: _SEES,
    OPERATOR: _SEES + _OPERATES,
    APPROVER: _SEES + _APPROVES,
    ADMINISTRATOR: _SEES + _OPERATES + _APPROVES + _ADMINISTERS,
}


def ensure_groups(**signal: Any) -> None:
    """Make the ready groups hold what the table says; called after each migration.

    Permissions of an app that is not migrated yet are left out; they follow with its migration.
    """
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for name, permissions in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(known[one] for one in permissions if one in known)
