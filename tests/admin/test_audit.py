"""Changes of settings: every way a setting changes is kept, in words, and nobody edits it (B12)."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from syncapp.core.sides import Side
from syncapp.management.commands.bootstrap import first_administrator
from syncapp.models import SettingChange
from syncapp.services import (
    connections,
    definitions,
    setting_changes,
)
from tests.admin.conftest import signed_in
from tests.proves import proves
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "admin:syncapp_settingchange_changelist"
OSLO = [[{"field": "city", "operator": "is", "value": "Oslo", "label": "City"}]]


def kept(**where: Any) -> list[tuple[str, str, Any, Any]]:
    rows = SettingChange.objects.filter(**where).order_by("pk")
    return [(row.who, row.setting, row.before, row.after) for row in rows]


def seen(client: Client, query: str = "") -> str:
    answer = client.get(reverse(LIST) + query)
    assert answer.status_code == 200
    return answer.content.decode()


@proves("B12")
def test_each_changed_setting_of_a_sync_is_kept_by_itself(world: World) -> None:
    definition = world.sync("contacts")
    SettingChange.objects.all().delete()
    document = definitions.export_document(definition)
    document["direction"] = "to_hubspot"
    document["options"]["approval"] = "all"
    document["filters"]["hubspot"] = OSLO
    phone = next(one for one in document["mappings"] if one["hubspot"] == "phone")
    phone["enabled"] = False
    now = world.env.clock.now()
    definitions.save_document(definition, document, now=now, who="ann")
    told = {setting: (who, before, after) for who, setting, before, after in kept()}
    assert set(told) == {
        "direction", "options.approval", "filters.hubspot",
        "mappings.phone:PrimaryPhone.FreeFormNumber",
    }  # fmt: skip
    assert told["direction"] == ("ann", "both", "to_hubspot")
    page = seen(signed_in("ada"))
    for words in (
        "<strong>Direction:</strong> Both ways → Only to HubSpot",
        "Nothing waits for an approval → All customers wait",
        "<strong>Filter from HubSpot:</strong> all records → ",
        "<strong>Mapped field Phone:</strong> phone ⇄ PrimaryPhone.FreeFormNumber, on → "
        "phone ⇄ PrimaryPhone.FreeFormNumber, off",
    ):  # fmt: skip
        assert words in page, words
    definitions.save_document(definition, document, now=now, who="ann")
    assert len(kept()) == 4  # saved again without a change


def test_switching_pausing_and_deleting(world: World) -> None:
    ada = signed_in("ada")
    definition = world.sync("contacts")
    assert kept(setting="switch") == [("command line", "switch", "off", "on")]
    SettingChange.objects.all().delete()
    ada.post(reverse("admin:syncapp_turn_off", args=[definition.pk]))
    for name, told in (("rehearse", {}), ("switch_on", {"marker": "1"})):
        ada.post(reverse(f"admin:syncapp_wizard_{name}", args=[world.pair.pk, "contacts"]), told)
    for name in ("pause", "pause", "resume"):
        ada.post(reverse(f"admin:syncapp_pair_{name}", args=[world.pair.pk]))
    ada.post(reverse("admin:syncapp_delete_sync", args=[definition.pk]), {"name": "contacts"})
    assert kept() == [
        ("ada", "switch", "on", "off"), ("ada", "switch", "off", "on"),
        ("ada", "writes", "on", "paused"), ("ada", "writes", "paused", "on"),
        ("ada", "switch", "on", "deleted"),
    ]  # fmt: skip
    page = seen(ada)
    assert "<strong>All writes:</strong> on → paused" in page
    assert "<strong>Data sync:</strong> on → deleted" in page


def test_connections_and_never_their_secrets(world: World) -> None:
    settings = [row[1:] for row in kept()]
    assert settings == [
        ("connection", None, "connected"), ("connection", None, "connected"),
        ("joined", None, str(world.pair)),
    ]  # fmt: skip
    connections.disconnect(world.pair.connection(Side.HUBSPOT), env=world.env, who="ada")
    world.consent(world.pair.connection(Side.HUBSPOT))
    assert [row[1:] for row in kept()][3:] == [
        ("connection", "connected", "disconnected"), ("connection", "disconnected", "connected"),
    ]  # fmt: skip
    page = seen(signed_in("ada"))
    row = world.pair.connection(Side.HUBSPOT)
    row.refresh_from_db()
    for secret in (row.access_token, row.refresh_token, row.client_secret):
        assert secret
        assert secret not in page


def test_roles_of_users(world: World) -> None:
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    otto = User.objects.create_user("otto", is_staff=True)
    viewer, approver = (Group.objects.get(name=name) for name in ("viewer", "approver"))
    otto.groups.add(viewer)
    url = reverse("admin:auth_user_change", args=[otto.pk])
    form = {
        "username": "otto", "is_staff": "on", "is_active": "on", "groups": [approver.pk],
        "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
    }  # fmt: skip
    assert chief.post(url, form).status_code == 302
    assert kept(subject="User otto") == [("chief", "roles", ["viewer"], ["approver"])]
    assert chief.post(url, {**form, "is_active": ""}).status_code == 302
    chief.post(reverse("admin:auth_user_delete", args=[otto.pk]), {"post": "yes"})
    assert not User.objects.filter(username="otto").exists()
    assert kept(subject="User otto")[1:] == [
        ("chief", "sign_in", True, False), ("chief", "roles", ["approver"], []),
        ("chief", "account", "on", "deleted"),
    ]  # fmt: skip
    page = seen(chief)
    assert "<strong>Roles:</strong> viewer → approver" in page
    assert "<strong>May sign in:</strong> yes → no" in page


def test_permissions_of_users_one_by_one(world: World) -> None:
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    otto = User.objects.create_user("otto", is_staff=True)
    form = {
        "username": "otto", "is_staff": "on", "is_active": "on", "is_superuser": "on",
        "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
        "user_permissions": [Permission.objects.get(codename="retry_recordlink").pk],
    }  # fmt: skip
    url = reverse("admin:auth_user_change", args=[otto.pk])
    assert chief.post(url, form).status_code == 302
    assert kept(subject="User otto") == [
        ("chief", "permissions", [], ["syncapp.retry_recordlink"]),
        ("chief", "everything", False, True),
    ]
    page = seen(chief)
    assert "<strong>Single permissions:</strong> none → Can retry and exclude records" in page
    assert "<strong>May do everything:</strong> no → yes" in page


@proves("B12")
def test_roles_are_settings_too(world: World) -> None:
    """What a role lets people do: made, renamed, each permission, deleted; who, from, to."""
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    retry, see = (
        Permission.objects.get(codename=name).pk for name in ("retry_recordlink", "view_mail")
    )
    form = {"name": "clerk", "permissions": [retry]}
    assert chief.post(reverse("admin:auth_group_add"), form).status_code == 302
    clerk = Group.objects.get(name="clerk")
    assert kept(subject="Role clerk") == [
        ("chief", "role", None, "made"),
        ("chief", "permission.syncapp.retry_recordlink", False, True),
    ]
    url = reverse("admin:auth_group_change", args=[clerk.pk])
    assert chief.post(url, {"name": "auditor", "permissions": [see]}).status_code == 302
    assert kept(subject="Role auditor") == [
        ("chief", "name", "clerk", "auditor"),
        ("chief", "permission.syncapp.retry_recordlink", True, False),
        ("chief", "permission.syncapp.view_mail", False, True),
    ]
    assert chief.post(url, {"name": "auditor", "permissions": [see]}).status_code == 302
    assert len(kept(subject="Role auditor")) == 3, "saved again without a change"
    User.objects.get(username="chief").groups.add(clerk)
    chief.post(reverse("admin:auth_group_delete", args=[clerk.pk]), {"post": "yes"})
    assert kept(subject="Role auditor")[3:] == [
        ("chief", "members", ["chief"], []), ("chief", "role", "on", "deleted"),
    ]  # fmt: skip
    page = seen(chief)
    for words in (
        "<strong>Role:</strong> made", "<strong>Name:</strong> clerk → auditor",
        "<strong>Can retry and exclude records:</strong> yes → no",
        "<strong>Can see: mails:</strong> no → yes", "<strong>Members:</strong> chief → none",
        "<strong>Role:</strong> on → deleted",
    ):  # fmt: skip
        assert words in page, words


def test_several_roles_deleted_at_once_are_kept(world: World) -> None:
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    made = [Group.objects.create(name=name).pk for name in ("one", "two")]
    data = {"action": "delete_selected", "_selected_action": made, "post": "yes"}
    assert chief.post(reverse("admin:auth_group_changelist"), data).status_code == 302
    assert {row.subject for row in SettingChange.objects.filter(after="deleted")} == {
        "Role one", "Role two",
    }  # fmt: skip


def test_the_first_administrator_is_kept(transactional_db: None) -> None:
    assert first_administrator().password
    assert ("command line", "everything", None, True) in kept(subject="User admin")


@proves("B12")
def test_an_administrator_made_by_djangos_command_is_kept() -> None:
    call_command(
        "createsuperuser", interactive=False, username="root", email="root@example.com", verbosity=0
    )
    assert kept(subject="User root") == [
        ("command line", "account", None, "made"),
        ("command line", "sign_in", None, True),
        ("command line", "everything", None, True),
    ]


def test_each_cell_is_called_by_its_column(world: World) -> None:
    """On a phone the columns' names stand beside the cells (390 px)."""
    world.sync("contacts")
    page = seen(signed_in("ada"))
    labels = re.findall(r'<t[dh][^>]* data-label="([^"]+)"', page)
    assert [one.lower() for one in labels[:4]] == ["when", "person", "what it belongs to", "change"]
    assert "Select record" not in page


def test_the_list_is_narrowed_and_downloaded(world: World) -> None:
    definition = world.sync("contacts")
    setting_changes.note(
        who="=cmd()", definition=definition, setting="start", after="2026-01-01"
    )  # fmt: skip
    approver = signed_in("cara", "approver")
    page = seen(approver, "?who=%3Dcmd()")
    assert "<strong>Start date:</strong> none → Jan 1, 2026" in page
    assert "Accounts joined" not in page
    assert "Accounts joined" not in seen(approver, f"?sync={definition.pk}")
    assert "Accounts joined" in seen(approver, "?at_from=2026-01-01")
    assert "Start date" not in seen(approver, "?at_to=2020-01-01")
    url = reverse("admin:syncapp_settingchange_export", args=["csv"]) + "?who=%3Dcmd()"
    rows = list(csv.reader(StringIO(approver.get(url).content.decode("utf-8-sig"))))
    assert rows[0] == ["at_utc", "person", "what", "setting", "before", "after"]
    assert [row[1:] for row in rows[1:]] == [
        ["'=cmd()", str(definition), "Start date", "none", "2026-01-01"]
    ]
    book = load_workbook(BytesIO(approver.get(url.replace("csv", "xlsx")).content))
    assert book.active["D2"].value == "Start date"
    wrong = reverse("admin:syncapp_settingchange_export", args=["exe"])
    assert approver.get(wrong).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("viewer", 403), ("operator", 403), ("approver", 200), ("administrator", 200)],
)
def test_who_may_look(world: World, role: str, status: int) -> None:
    client = signed_in(role, role)
    row = SettingChange.objects.latest("pk")
    assert client.get(reverse(LIST)).status_code == status
    own = reverse("admin:syncapp_settingchange_change", args=[row.pk])
    assert client.get(own).status_code == status
    assert client.post(own, {"who": "me"}).status_code == 403
    for name in ("add", "delete"):
        args = [row.pk] if name == "delete" else []
        url = reverse(f"admin:syncapp_settingchange_{name}", args=args)
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert SettingChange.objects.filter(pk=row.pk).exists()


def test_a_change_of_the_winner_is_told_in_the_words_of_the_wizard(world: World) -> None:
    definition = world.sync("contacts")
    document = {**definitions.export_document(definition), "conflict": "hubspot"}
    definitions.save_document(definition, document, now=world.env.clock.now(), who="wanda")
    assert kept(who="wanda") == [("wanda", "conflict", "quickbooks", "hubspot")]
    assert "Use QuickBooks data → Use HubSpot data" in seen(signed_in("ada"))
