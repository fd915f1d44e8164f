"""The ready groups: what the table says is what the groups hold (B12)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from syncapp.services.roles import ADMINISTRATOR, APPROVER, OPERATOR, ROLES, VIEWER, ensure_groups
from tests.proves import proves

pytestmark = pytest.mark.django_db


def held(name: str) -> set[str]:
    found = Group.objects.get(name=name).permissions.select_related("content_type")
    return {f"{one.content_type.app_label}.{one.codename}" for one in found}


@pytest.mark.parametrize("name", ROLES)
def test_a_migration_leaves_each_group_as_the_table_says(name: str) -> None:
    assert held(name) == set(ROLES[name])
    assert len(ROLES[name]) == len(set(ROLES[name]))


def test_each_role_holds_more_than_the_one_before() -> None:
    assert held(VIEWER) < held(OPERATOR) < held(ADMINISTRATOR)


def test_b12_an_approver_sees_and_approves_and_sets_nothing() -> None:
    assert held(APPROVER) - held(VIEWER) == {
        "syncapp.close_monthmark", "syncapp.decide_approval", "syncapp.view_settingchange",
    }  # fmt: skip
    assert "syncapp.prepare_approval" in held(OPERATOR) - held(VIEWER)
    assert "syncapp.decide_approval" not in held(OPERATOR)
    assert held(APPROVER) < held(ADMINISTRATOR)


def test_a_viewer_only_views() -> None:
    assert {one.partition(".")[2].partition("_")[0] for one in held(VIEWER)} == {"view"}


@proves("S2")
def test_only_an_administrator_connects_sets_up_and_deletes() -> None:
    for permission in (
        "syncapp.connect_connection",
        "syncapp.change_syncdefinition",
        "syncapp.activate_syncdefinition",
        "syncapp.delete_syncdefinition",
    ):
        assert permission not in held(OPERATOR)
        assert permission in held(ADMINISTRATOR)


def test_what_somebody_added_to_a_ready_group_is_taken_out_again() -> None:
    extra = Permission.objects.get(codename="delete_connection")
    Group.objects.get(name=VIEWER).permissions.add(extra)
    own = Group.objects.create(name="our auditors")
    own.permissions.add(extra)
    ensure_groups()
    assert held(VIEWER) == set(ROLES[VIEWER])
    assert held("our auditors") == {"syncapp.delete_connection"}
