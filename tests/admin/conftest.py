"""A world of both simulators, and the admin's pages looking into it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

from config.celery import app as celery
from tests.world import World

#: The modules whose doors lead into the world instead of outside.
DOORS = (
    "syncapp.admin.approvals",
    "syncapp.admin.brakes",
    "syncapp.admin.links",
    "syncapp.admin.object_panel",
    "syncapp.admin.object_view",
    "syncapp.admin.record_deeds",
    "syncapp.admin.record_list",
    "syncapp.admin.record_view",
    "syncapp.admin.rehearsals",
    "syncapp.admin.switching",
    "syncapp.admin.resources",
    "syncapp.admin.wizard.base",
    "syncapp.admin.wizard.filters",
    "syncapp.admin.wizard.matches",
    "syncapp.admin.wizard.options",
    "syncapp.admin.wizard.review",
    "syncapp.admin.rehearsal_records",
    "syncapp.admin.wizard.views",
    "syncapp.tasks",
)


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two connected accounts; pages and tasks use the world's clock and its simulators."""
    made = World()
    for name in DOORS:
        monkeypatch.setattr(importlib.import_module(name), "real_env", lambda: made.env)
    celery.conf.update(task_always_eager=True, task_eager_propagates=True)
    cache.clear()
    yield made
    celery.conf.update(task_always_eager=False, task_eager_propagates=False)
    cache.clear()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Single calls fill pages of output; failures are told by the assertions."""
    caplog.set_level("WARNING", logger="syncapp")


def signed_in(name: str, role: str = "administrator", **values: Any) -> Client:
    """A browser of a staff user with one of the ready roles ("" for none)."""
    user = User.objects.create_user(name, is_staff=True, **values)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def administrator(world: World) -> Client:
    """Somebody who may do everything with syncs."""
    return signed_in("ada")


@pytest.fixture
def operator(world: World) -> Client:
    """Somebody who may retry, run and export, but not set up."""
    return signed_in("oscar", "operator")
