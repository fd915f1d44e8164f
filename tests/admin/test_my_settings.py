"""My settings: what a person chooses for themselves, and that it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from syncapp.models import Notification, RecordLink
from syncapp.services import people, preferences
from tests.admin.rows import joined, known, syncing
from tests.proves import proves

pytestmark = pytest.mark.django_db
URL = reverse("admin:syncapp_my_settings")


def signed_in(name: str, role: str) -> tuple[User, Client]:
    user = User.objects.create_user(name, f"{name}@example.com", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return user, client


def form(**values: Any) -> dict[str, Any]:
    return {"language": "", "time_zone": "", "digest_hour": "8", **values}


def test_what_is_saved_is_what_holds() -> None:
    user, client = signed_in("vera", "viewer")
    posted = form(
        language="pt-br", time_zone="America/Sao_Paulo", digest_hour="17",
        **{"connection-mail": "on", "failing-app": "on", "digest-mail": "on"},
    )  # fmt: skip
    assert client.post(URL, posted).status_code == 302
    found = people.choices(user)
    assert (found.language, found.time_zone, found.digest_hour) == (
        "pt-br", "America/Sao_Paulo", 17,
    )  # fmt: skip
    assert found.ways("connection", ()) == ("mail",)
    assert found.ways("failing", ()) == ("app",)
    assert found.ways("stalled", ("app", "mail")) == ()
    assert found.ways("export", ("app",)) == ("app",), "not offered to a viewer: left as it was"
    html = client.get(URL).content.decode()
    assert '<html lang="pt-br"' in html
    assert '<option value="America/Sao_Paulo" selected' in html
    assert '<option value="17" selected' in html


@pytest.mark.parametrize(
    "wrong",
    [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}, {"digest_hour": "24"},
     {"digest_hour": "-1"}, {"digest_hour": ""}],
)  # fmt: skip
def test_what_is_not_offered_is_refused_and_nothing_kept(wrong: dict[str, str]) -> None:
    user, client = signed_in("vera", "viewer")
    assert client.post(URL, form(language="pt-br") | wrong).status_code == 400
    assert people.choices(user) == people.Choices()


def test_only_what_can_reach_a_person_is_offered() -> None:
    _, viewer = signed_in("vera", "viewer")
    _, boss = signed_in("boss", "administrator")
    _, nobody = signed_in("new", "")
    assert "export-mail" not in viewer.get(URL).content.decode()
    assert "reads-mail" not in viewer.get(URL).content.decode()
    shown = boss.get(URL).content.decode()
    assert "export-mail" in shown
    assert "reads-mail" in shown
    page = nobody.get(URL)
    assert page.status_code == 200
    assert "has no role yet" in page.content.decode()
    assert nobody.post(URL, form(language="en")).status_code == 302


def test_choices_are_ones_own() -> None:
    vera, client = signed_in("vera", "viewer")
    oscar, _ = signed_in("oscar", "operator")
    client.post(URL, form(language="pt-br"))
    assert people.choices(vera).language == "pt-br"
    assert people.choices(oscar).language == ""


class TestTimeZones:
    """Moments are shifted to the person's zone, the days of documents never."""

    MOMENT = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("zone", "shown"),
        [("Pacific/Kiritimati", "Mar 1, 2026, 4:30 PM"), ("Pacific/Pago_Pago",
         "Feb 28, 2026, 3:30 PM")],
    )  # fmt: skip
    @proves("B17")
    def test_a_moment_moves_a_document_date_does_not(self, zone: str, shown: str) -> None:
        user, client = signed_in("vera", "viewer")
        preferences.save(user=user, name="time_zone", value=zone)
        row = Notification.objects.create(user=user, text="Ready")
        Notification.objects.update(created_at=self.MOMENT)
        url = reverse("admin:syncapp_notification_change", args=[row.pk])
        assert shown in client.get(url).content.decode()
        link = known(syncing(joined()), 1, "failing", "ambiguous_match")
        RecordLink.objects.update(document_date=date(2026, 3, 1))
        link.refresh_from_db()
        assert link.document_date == date(2026, 3, 1)

    def test_the_browsers_zone_holds_until_one_is_chosen(self) -> None:
        user, client = signed_in("vera", "viewer")
        row = Notification.objects.create(user=user, text="Ready")
        Notification.objects.update(created_at=self.MOMENT)
        url = reverse("admin:syncapp_notification_change", args=[row.pk])
        client.cookies[people.ZONE_COOKIE] = "America/New_York"
        assert "Feb 28, 2026, 9:30 PM" in client.get(url).content.decode()
        client.cookies[people.ZONE_COOKIE] = "../../etc/passwd"
        assert "Mar 1, 2026, 2:30 AM" in client.get(url).content.decode()
        preferences.save(user=user, name="time_zone", value="Asia/Tokyo")
        assert "Mar 1, 2026, 11:30 AM" in client.get(url).content.decode()

    def test_a_choice_that_means_nothing_any_more_is_left_out(self) -> None:
        user, client = signed_in("vera", "viewer")
        for name in ("language", "time_zone", "messages", "digest_hour"):
            preferences.save(user=user, name=name, value={"nonsense": 1})
        preferences.save(user=user, name="messages", value="nonsense")
        assert client.get(URL).status_code == 200
        assert people.choices(user) == people.Choices()
