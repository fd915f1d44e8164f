"""Who has business where: for each address the roles that may open it, reading and writing.

An address that is missing here fails the walk: whoever adds a page says for whom it is.
"""

from __future__ import annotations

from syncapp.services.roles import ADMINISTRATOR, APPROVER, OPERATOR, VIEWER
from tests.admin.walk import Address

ALL = frozenset({VIEWER, OPERATOR, APPROVER, ADMINISTRATOR})
OPERATES = frozenset({OPERATOR, ADMINISTRATOR})
APPROVES = frozenset({APPROVER, ADMINISTRATOR})
ADMINISTERS = frozenset({ADMINISTRATOR})
NOBODY: frozenset[str] = frozenset()

#: Pages of our own, whatever the method.
OWN = {
    "syncapp_approval_approve": APPROVES,
    "syncapp_approval_prepare": OPERATES,
    "syncapp_approval_send_back": APPROVES,
    "syncapp_brake": ADMINISTERS,
    "syncapp_connect": ADMINISTERS,
    "syncapp_connection_disconnect": ADMINISTERS,
    "syncapp_connection_test": ADMINISTERS,
    "syncapp_delete_sync": ADMINISTERS,
    "syncapp_home_status": ALL,
    "syncapp_join": ADMINISTERS,
    "syncapp_month": ALL,
    "syncapp_pair_month_file": OPERATES,
    "syncapp_pair_month_mark": APPROVES,
    "syncapp_pair_month_unmark": APPROVES,
    "syncapp_notification_open": ALL,
    "syncapp_notifications_bell": ALL,
    "syncapp_notifications_latest": ALL,
    "syncapp_notifications_read": ALL,
    "syncapp_object_choose": ALL,
    "syncapp_object_panel": ALL,
    "syncapp_object_retry": OPERATES,
    "syncapp_object_view": ALL,
    "syncapp_pair_fees": ALL,
    "syncapp_pair_pause": OPERATES,
    "syncapp_pair_preflight": ALL,
    "syncapp_pair_preflight_check": OPERATES,
    "syncapp_pair_preflight_confirm": ADMINISTERS,
    "syncapp_pair_resume": OPERATES,
    "syncapp_pair_review": ADMINISTERS,
    "syncapp_pair_run": OPERATES,
    "syncapp_pair_tie_out": ALL,
    "syncapp_pair_tie_out_file": OPERATES,
    "syncapp_pair_tie_out_read": OPERATES,
    "syncapp_pair_time_zone": ADMINISTERS,
    "syncapp_recordlink_assign": OPERATES,
    "syncapp_recordlink_columns": ALL,
    "syncapp_recordlink_create": OPERATES,
    "syncapp_recordlink_decide": ADMINISTERS,
    "syncapp_recordlink_exclude": OPERATES,
    "syncapp_recordlink_export": OPERATES,
    "syncapp_recordlink_exports": OPERATES,
    "syncapp_recordlink_file": OPERATES,
    "syncapp_recordlink_include": OPERATES,
    "syncapp_recordlink_link": OPERATES,
    "syncapp_recordlink_made": OPERATES,
    "syncapp_recordlink_match": OPERATES,
    "syncapp_recordlink_retry": OPERATES,
    "syncapp_recordlink_unlink": OPERATES,
    "syncapp_rehearsal_approve": ADMINISTERS,
    "syncapp_rehearsal_export": ADMINISTERS,
    "syncapp_rehearsal_progress": ADMINISTERS,
    "syncapp_rehearsal_records": ADMINISTERS,
    "syncapp_settingchange_export": APPROVES,
    "syncapp_sync_now": OPERATES,
    "syncapp_turn_off": ADMINISTERS,
    "syncapp_wizard": ADMINISTERS,
    "syncapp_wizard_discard": ADMINISTERS,
    "syncapp_wizard_matches": ADMINISTERS,
    "syncapp_wizard_presence": ADMINISTERS,
    "syncapp_wizard_rehearse": ADMINISTERS,
    "syncapp_wizard_step": ADMINISTERS,
    "syncapp_wizard_switch_on": ADMINISTERS,
    "oauth_callback": ADMINISTERS,
    "oauth_start": ADMINISTERS,
    "auth_user_password_change": ADMINISTERS,
    # The drop-downs' look-up: no form of ours has one, so nobody may look anything up.
    "autocomplete": NOBODY,
}
#: Who sees a model's list, its rows and their history.
SEEN = {
    "syncapp_accountpair": ALL,
    "syncapp_approval": ALL,
    "syncapp_connection": ALL,
    "syncapp_mail": ADMINISTERS,
    "syncapp_notification": ALL,
    "syncapp_recordlink": ALL,
    "syncapp_settingchange": APPROVES,
    "syncapp_syncdefinition": ALL,
    "syncapp_syncrun": ALL,
    "auth_group": ADMINISTERS,
    "auth_user": ADMINISTERS,
    "axes_accessattempt": ADMINISTERS,
    "axes_accessfailurelog": ADMINISTERS,
    "axes_accesslog": ADMINISTERS,
    "django_celery_beat_crontabschedule": ADMINISTERS,
    "django_celery_beat_intervalschedule": ADMINISTERS,
    "django_celery_beat_periodictask": ADMINISTERS,
    # No schedule of these kinds is used: superusers only.
    "django_celery_beat_clockedschedule": NOBODY,
    "django_celery_beat_solarschedule": NOBODY,
}
#: Who saves a row through its page, adds one, deletes one; nobody where nothing is said.
SAVED = {
    "syncapp_accountpair": ADMINISTERS,
    "syncapp_connection": ADMINISTERS,
    "syncapp_syncdefinition": ADMINISTERS,
    "auth_user": ADMINISTERS,
    # Only shown, whatever is posted; a post is answered with the page or with its address.
    "syncapp_approval": ALL,
    "syncapp_recordlink": ALL,
    "syncapp_syncrun": ALL,
}
ADDED = {"auth_user": ADMINISTERS}
DELETED = {
    "axes_accessattempt": ADMINISTERS,
    "syncapp_accountpair": ADMINISTERS,
    "syncapp_connection": ADMINISTERS,
}


def who(one: Address, method: str) -> frozenset[str]:
    """The roles that have business at an address."""
    name = one.name.removeprefix("admin:")
    if name in OWN:
        return OWN[name]
    model, _, page = name.rpartition("_")
    if page == "change" and method == "post":
        return SAVED.get(model, NOBODY)
    if page in {"add", "delete"}:
        return {"add": ADDED, "delete": DELETED}[page].get(model, NOBODY)
    assert page in {"changelist", "change", "history"}, f"say in {__name__} who may open {one.name}"
    return SEEN[model]
