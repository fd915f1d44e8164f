"""The walk over every address and action as each role: refusals change nothing, anywhere.

Issue 6: anonymous -> 302 to the login; who has no business there -> 403; each action also posted
with a valid row selected; all tables and both simulators' ledgers are the same before and after.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from config.celery import app as celery
from syncapp.models import Cursor, SyncDefinition
from syncapp.services.roles import ROLES
from tests.admin import business, rows
from tests.admin.walk import OPEN, STAFF, Address, addresses
from tests.proves import proves
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
Rows = dict[type[models.Model], models.Model]
METHODS = ("get", "post")
#: "" is a staff user without any permission.
PEOPLE = ("", *ROLES)


class Scene:
    """Rows of every model, two simulators that would take any write, and what all of it holds."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.hubspot.add(email="zoe@example.com", firstname="Zoe")
        self.present: Rows = rows.one_of_each(world.pair)
        self.all = [one for one in addresses(self.present) if one.name not in OPEN | STAFF]

    def held(self) -> dict[str, str]:
        """All tables and both ledgers."""
        apps = {"hubspot": self.world.hubspot_app, "quickbooks": self.world.quickbooks_app}
        ledgers = {
            f"ledger of {name}": json.dumps(app.ledger.entries, default=str)
            for name, app in apps.items()
        }
        return {**rows.fingerprints(), **ledgers}

    def changed(self, before: dict[str, str]) -> list[str]:
        """The tables and ledgers that are not what they were."""
        after = self.held()
        return [name for name in before if before[name] != after[name]]


@pytest.fixture
def scene(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    world = World()
    for name, module in list(sys.modules.items()):
        if name.startswith("syncapp.") and hasattr(module, "real_env"):
            monkeypatch.setattr(module, "real_env", lambda: world.env)
    celery.conf.update(task_always_eager=True, task_eager_propagates=True)
    cache.clear()
    yield Scene(world)
    celery.conf.update(task_always_eager=False, task_eager_propagates=False)
    cache.clear()


def staff(role: str) -> Client:
    user = User.objects.create_user(role or "nobody", is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def list_url(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def actions(user: User) -> dict[type[models.Model], set[str]]:
    """The actions of each list for a person; a superuser's are all there are."""
    request: Any = RequestFactory().get("/")
    request.user = user
    return {
        model: set(model_admin.get_actions(request))
        if model_admin.has_view_or_change_permission(request)
        else set()
        for model, model_admin in admin.site._registry.items()
    }


@proves("S2")
@pytest.mark.parametrize("role", PEOPLE)
def test_who_has_no_business_at_an_address_gets_403_and_changes_nothing(
    scene: Scene, role: str
) -> None:
    client = staff(role)
    before = scene.held()
    wrong: list[tuple[Any, ...]] = []
    refused = 0
    for one in scene.all:
        for method in METHODS:
            if role in business.who(one, method):
                continue
            answer = getattr(client, method)(one.url)
            refused += 1
            # Django's look-up for drop-downs knows no POST, and says so before anything else.
            if answer.status_code != (405 if (one.name, method) == AUTOCOMPLETE else 403):
                wrong.append((one.name, method, answer.status_code))
    assert wrong == []
    assert scene.changed(before) == []
    assert refused > 50


AUTOCOMPLETE = ("admin:autocomplete", "post")


@proves("S2")
@pytest.mark.parametrize("role", list(ROLES))
def test_who_has_business_there_is_let_in_and_reading_changes_nothing(
    scene: Scene, role: str
) -> None:
    client = staff(role)
    before = scene.held()
    for one in scene.all:
        if role in business.who(one, "get"):
            answer = client.get(one.url)
            assert answer.status_code not in {401, 403}, (one.name, answer.status_code)
            assert answer.status_code < 500, one.name
    assert scene.changed(before) == []


def test_anonymous_posts_lead_to_the_login_and_change_nothing(scene: Scene) -> None:
    before = scene.held()
    for one in scene.all:
        for method in METHODS:
            answer = getattr(Client(), method)(one.url, {"next": "/admin/"})
            assert answer.status_code == 302, (one.name, method)
            assert answer.headers["Location"].startswith(reverse("admin:login")), one.name
    everything = actions(User.objects.create_superuser("chief"))
    before = scene.held()
    for model, names in everything.items():
        for name in names:
            chosen = {"action": name, "_selected_action": [scene.present[model].pk]}
            answer = Client().post(list_url(model), chosen)
            assert answer.headers["Location"].startswith(reverse("admin:login")), (model, name)
    assert scene.changed(before) == []


@proves("S2")
@pytest.mark.parametrize("role", PEOPLE)
def test_an_action_posted_without_its_permission_changes_nothing(scene: Scene, role: str) -> None:
    everything = actions(User.objects.create_superuser("chief"))
    client = staff(role)
    allowed = actions(User.objects.get(username=role or "nobody"))
    before = scene.held()
    tried = 0
    for model, names in everything.items():
        for name in names - allowed[model]:
            chosen = {"action": name, "_selected_action": [scene.present[model].pk]}
            # With the second page's "yes" as well: the question is no guard.
            for body in (chosen, {**chosen, "post": "yes", "note": "x", "assignee": "none"}):
                answer = client.post(list_url(model), body)
                assert answer.status_code in {200, 302, 403}, (model, name, answer.status_code)
                tried += 1
    # What the person is told ("no action selected") is kept in their session.
    assert set(scene.changed(before)) <= {"django_session"}
    assert tried > (10 if role != "administrator" else 2)


def test_the_walk_would_notice_a_write(scene: Scene) -> None:
    """The control: what an operator may do is seen in the tables and in a ledger."""
    client = staff("operator")
    Cursor.objects.all().delete()  # both sides are listed anew
    SyncDefinition.objects.update(hubspot_complete=False, quickbooks_complete=False)
    before = scene.held()
    run = next(one for one in scene.all if one.name == "admin:syncapp_pair_run")
    assert client.post(run.url).status_code == 302
    changed = scene.changed(before)
    assert "syncapp_syncrun" in changed
    assert "ledger of quickbooks" in changed


def test_every_address_says_for_whom_it_is(scene: Scene) -> None:
    for one in scene.all:
        assert isinstance(one, Address)
        for method in METHODS:
            business.who(one, method)
    names = {one.name.removeprefix("admin:") for one in scene.all}
    assert set(business.OWN) <= names, "an address is gone"
