"""Who may see and do what: a walk over every address, generated from the URL table (S2, B12)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import models
from django.test import Client
from django.urls import reverse

from syncapp.models import AccountPair, Connection
from tests.admin import rows
from tests.admin.walk import OPEN, STAFF, addresses
from tests.proves import proves

pytestmark = pytest.mark.django_db
Rows = dict[type[models.Model], models.Model]


@pytest.fixture
def present() -> Rows:
    return rows.one_of_each()


def staff(name: str = "clerk", *groups: str) -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_anonymous_visitor_is_sent_to_the_login_page(present: Rows, method: str) -> None:
    before = rows.fingerprints()
    wrong = []
    for one in addresses(present):
        if one.name in OPEN:
            continue
        answer = getattr(Client(), method)(one.url)
        target = answer.headers.get("Location", "")
        if answer.status_code != 302 or not target.startswith(reverse("admin:login")):
            wrong.append((one.name, answer.status_code, target))
    assert wrong == []
    assert rows.fingerprints() == before


def test_what_is_open_to_all_staff_shows_no_data(present: Rows) -> None:
    client = staff()
    for one in addresses(present):
        if one.name not in STAFF:
            continue
        answer = client.get(one.url, {"s": "zanzibar", "extended": "1"})
        assert answer.status_code in {200, 404}, one.name
        assert b"zanzibar" not in answer.content.lower(), one.name


def test_the_home_page_of_a_staff_user_without_permissions_says_whom_to_ask(present: Rows) -> None:
    page = staff().get(reverse("admin:index")).content.decode()
    assert "You have no role yet" in page
    assert "Zanzibar" not in page
    assert "Connect HubSpot" not in page
    assert reverse("admin:syncapp_home_status") not in page


def test_no_get_changes_any_table(present: Rows) -> None:
    chief = User.objects.create_superuser("chief")
    client = Client()
    client.force_login(chief)
    before = rows.fingerprints()
    for one in addresses(present):
        answer = client.get(one.url)
        # The tests' broker lives in memory and has no queue yet: unhealthy is the right answer.
        assert answer.status_code < 500 or one.name == "healthz", (one.name, answer.status_code)
        after = rows.fingerprints()
        changed = [table for table in before if before[table] != after[table]]
        assert changed == [], (one.name, changed)


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        ("viewer", "admin:syncapp_pair_run", 403),
        ("viewer", "admin:syncapp_pair_pause", 403),
        ("viewer", "admin:syncapp_connection_disconnect", 403),
        ("operator", "admin:syncapp_pair_run", 302),
        ("operator", "admin:syncapp_pair_pause", 302),
        ("operator", "admin:syncapp_connection_disconnect", 403),
        ("operator", "oauth_start", 403),
        ("approver", "admin:syncapp_pair_pause", 403),
        ("approver", "admin:syncapp_pair_review", 403),
        ("operator", "admin:syncapp_pair_review", 403),
        ("administrator", "admin:syncapp_pair_review", 302),
        ("operator", "admin:syncapp_pair_time_zone", 403),
        ("administrator", "admin:syncapp_pair_time_zone", 302),
        ("administrator", "admin:syncapp_pair_pause", 302),
        ("administrator", "oauth_start", 302),
    ],
)
@proves("S2")
def test_b12_buttons_follow_the_role(present: Rows, role: str, name: str, status: int) -> None:
    row = present[Connection if "connection" in name or "oauth" in name else AccountPair]
    # An address that refuses http at once keeps this test away from the network.
    Connection.objects.update(client_secret="")
    assert staff(role, role).post(reverse(name, args=[row.pk])).status_code == status


@pytest.mark.parametrize("role", ["viewer", "operator", "approver"])
@proves("S2")
def test_b12_the_connect_page_is_for_administrators(present: Rows, role: str) -> None:
    client = staff(role, role)
    assert client.get(reverse("admin:syncapp_connect", args=["hubspot"])).status_code == 403
    page = client.get(reverse("admin:syncapp_connection_change", args=[_connection(present).pk]))
    assert page.status_code == 200
    assert "Disconnect" not in page.content.decode()
    posted = client.post(
        reverse("admin:syncapp_connection_change", args=[_connection(present).pk]),
        {"action": "keys", "client_id": "stolen", "client_secret": "x"},
    )
    assert posted.status_code == 403


def test_an_administrator_cannot_make_themselves_a_superuser(present: Rows) -> None:
    client = staff("boss", "administrator")
    boss = User.objects.get(username="boss")
    url = reverse("admin:auth_user_change", args=[boss.pk])
    fields = client.get(url).context["adminform"].form.fields
    assert "is_superuser" not in fields
    assert "user_permissions" not in fields
    form: dict[str, Any] = {
        "username": "boss", "is_staff": "on", "is_active": "on", "is_superuser": "on",
        "groups": list(boss.groups.values_list("pk", flat=True)),
        "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
    }  # fmt: skip
    assert client.post(url, form).status_code == 302
    boss.refresh_from_db()
    assert not boss.is_superuser
    chief = User.objects.create_superuser("chief")
    other = reverse("admin:auth_user_change", args=[chief.pk])
    assert client.post(other, {"username": "mine"}).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[chief.pk])).status_code in {
        302, 403,
    }  # fmt: skip
    chief.refresh_from_db()
    assert chief.username == "chief"


def test_secrets_are_on_no_page(present: Rows) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    for one in addresses(present):
        answer: Any = client.get(one.url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"nobody-may-see" not in body, one.name


def test_notifications_are_ones_own(present: Rows) -> None:
    client = staff("viewer", "viewer")
    url = reverse("admin:syncapp_notification_changelist")
    assert "Zanzibar is ready" not in client.get(url).content.decode()
    owner = User.objects.get(username="somebody")
    owner.is_staff = True
    owner.save()
    owner.groups.add(Group.objects.get(name="viewer"))
    client.post(reverse("admin:syncapp_notifications_read"))
    assert owner.notifications.get().read_at is None
    own = Client()
    own.force_login(owner)
    page = own.get(url).content.decode()
    assert "Zanzibar is ready" in page
    own.post(reverse("admin:syncapp_notifications_read"))
    assert owner.notifications.get().read_at is not None


def _connection(present: Rows) -> models.Model:
    return present[Connection]
