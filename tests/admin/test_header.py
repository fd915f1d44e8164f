"""The header of every page: the bell, "Pause all writes", the banner, languages (B17)."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from syncapp.models import AccountPair, Connection, Notification
from syncapp.services import definitions, preferences
from tests.admin import rows
from tests.admin.rows import connected, joined, syncing
from tests.admin.walk import OPEN, addresses

pytestmark = pytest.mark.django_db
LIST = reverse("admin:syncapp_notification_changelist")
BELL = reverse("admin:syncapp_notifications_bell")
LATEST = reverse("admin:syncapp_notifications_latest")


def signed_in(role: str) -> Client:
    user = User.objects.create_user(role or "nobody", f"{role}@example.com", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, url: str = LIST) -> str:
    return client.get(url).content.decode()


def test_every_page_has_the_bell_and_the_brake() -> None:
    present = rows.one_of_each()
    chief = Client()
    chief.force_login(User.objects.create_superuser("chief"))
    framed = 0
    for one in addresses(present):
        if one.name in OPEN:
            continue
        answer = chief.get(one.url)
        html = answer.content.decode() if not answer.streaming else ""
        if answer.status_code != 200 or '<div id="page"' not in html or "_popup" in one.url:
            continue
        framed += 1
        assert html.count('id="td-header-pause"') == 1, one.name
        assert html.count('id="td-bell"') == 1, one.name
        assert html.count('id="td-person"') == 1, one.name
    assert framed > 25


def test_one_click_pauses_and_every_page_says_who_and_how_long_ago() -> None:
    pair = syncing(joined()).pair
    client = signed_in("operator")
    html = page(client)
    action = re.search(r'<form method="post" action="([^"]+/pause/)"', html)
    assert action
    assert "All writes of" not in html
    answer = client.post(action[1], {"next": LIST})
    assert answer.headers["Location"] == LIST
    pair.refresh_from_db()
    assert (pair.state, pair.paused_by) == (AccountPair.State.PAUSED, "operator")
    html = page(client)
    assert "were paused by operator just now." in html
    assert "td-banner-resume" in html
    assert "td-header-pause" not in html
    client.post(reverse("admin:syncapp_pair_resume", args=[pair.pk]), {"next": LIST})
    pair.refresh_from_db()
    assert (pair.state, pair.paused_by, pair.paused_at) == (AccountPair.State.ACTIVE, "", None)
    assert "All writes of" not in page(client)


def test_who_paused_first_stays_known() -> None:
    pair = syncing(joined()).pair
    definitions.pause(pair, who="ann")
    first = AccountPair.objects.get().paused_at
    definitions.pause(pair, who="bob")
    pair.refresh_from_db()
    assert (pair.paused_by, pair.paused_at) == ("ann", first)


def test_a_viewer_sees_the_banner_without_buttons_and_a_stranger_nothing() -> None:
    pair = syncing(joined()).pair
    viewer, stranger = signed_in("viewer"), signed_in("")
    assert "td-header-pause" not in page(viewer)
    definitions.pause(pair, who="ann")
    html = page(viewer)
    assert "were paused by ann" in html
    assert "td-banner-resume" not in html
    html = page(stranger, reverse("admin:index"))
    assert 'id="td-person"' in html
    for word in ("ann", "td-bell", "Zanzibar"):
        assert word not in html


def test_each_of_several_pairs_has_its_own_button() -> None:
    syncing(joined())
    second = AccountPair.objects.create(
        hubspot=connected("hubspot", external_id="h2"),
        quickbooks=connected("quickbooks", external_id="q2"),
        name="The other one",
    )
    client = signed_in("operator")
    assert "td-pause-menu" not in page(client)  # nothing is switched on there yet
    syncing(second)
    html = page(client)
    assert "td-pause-menu" in html
    for pair in AccountPair.objects.all():
        assert reverse("admin:syncapp_pair_pause", args=[pair.pk]) in html


def test_a_pair_that_waits_for_a_reconnect_can_be_paused() -> None:
    pair = syncing(joined()).pair
    AccountPair.objects.update(state=AccountPair.State.BROKEN)
    Connection.objects.update(status=Connection.Status.RECONNECT)
    assert reverse("admin:syncapp_pair_pause", args=[pair.pk]) in page(signed_in("operator"))


class TestTheBell:
    def test_it_counts_and_lists_ones_own(self) -> None:
        client = signed_in("viewer")
        user = User.objects.get()
        stranger = User.objects.create_user("other")
        Notification.objects.create(user=stranger, text="Not for you")
        Notification.objects.create(user=user, text="Old", read_at=timezone.now())
        assert 'aria-label="Notifications, none new"' in page(client)
        for number in range(10):
            Notification.objects.create(user=user, text=f"Message {number}")
        assert 'aria-label="Notifications, 10 new"' in page(client)
        shown = page(client, LATEST)
        assert re.findall(r"Message (\d)", shown) == list("98765432")
        assert "Not for you" not in shown

    def test_opening_one_marks_it_as_read_and_leads_there(self) -> None:
        client = signed_in("viewer")
        row = Notification.objects.create(
            user=User.objects.get(), text="Ready", url="/admin/syncapp/syncrun/"
        )
        url = reverse("admin:syncapp_notification_open", args=[row.pk])
        assert client.get(url).status_code == 405
        assert Notification.objects.get().read_at is None
        assert client.post(url).headers["Location"] == "/admin/syncapp/syncrun/"
        assert Notification.objects.get().read_at is not None

    def test_the_list_opens_them_the_same_way(self) -> None:
        """A click posts; looking at the list marks nothing."""
        client = signed_in("viewer")
        mine = User.objects.get()
        row = Notification.objects.create(user=mine, text="Ready", url="/admin/syncapp/syncrun/")
        Notification.objects.create(user=mine, text="Just so")
        html = page(client)
        url = reverse("admin:syncapp_notification_open", args=[row.pk])
        assert re.findall(r'formaction="([^"]+)"', html) == [url]
        assert '<form id="changelist-form"' in html
        assert f'href="{row.url}"' not in re.sub(r"(?s)<nav.*?</nav>", "", html)
        assert 'data-label="Message"' in html
        assert "Select record" not in html
        assert Notification.objects.filter(read_at=None).count() == 2

    @pytest.mark.parametrize(
        "url", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:1"]
    )
    def test_it_never_leads_to_another_site(self, url: str) -> None:
        client = signed_in("viewer")
        row = Notification.objects.create(user=User.objects.get(), text="Ready", url=url)
        answer = client.post(reverse("admin:syncapp_notification_open", args=[row.pk]))
        assert answer.headers["Location"] == LIST

    def test_others_messages_cannot_be_opened(self) -> None:
        row = Notification.objects.create(user=User.objects.create_user("x"), text="Theirs")
        client = signed_in("viewer")
        url = reverse("admin:syncapp_notification_open", args=[row.pk])
        assert client.post(url).status_code == 404
        assert Notification.objects.get().read_at is None

    def test_a_lost_session_leaves_the_page_as_it_is(self) -> None:
        """Typed text is not lost: the poll is not answered with the login page."""
        assert Client().get(BELL, headers={"HX-Request": "true"}).status_code == 204
        answer = Client().get(LATEST, headers={"HX-Request": "true"})
        assert "You were signed out." in answer.content.decode()


class TestTheLanguage:
    def test_a_switch_is_kept_for_the_person_in_every_browser(self) -> None:
        client = signed_in("viewer")
        user = User.objects.get()
        url = reverse("set_language")
        assert client.post(url, {"language": "pt-br", "next": LIST}).headers["Location"] == LIST
        assert preferences.get(user=user, name="language") == "pt-br"
        other = Client(headers={"Accept-Language": "en"})
        other.force_login(user)
        assert '<html lang="pt-br"' in page(other)
        assert (
            '<html lang="en"'
            in Client(headers={"Accept-Language": "en"})
            .get(reverse("admin:login"))
            .content.decode()
        )

    def test_without_a_choice_the_browser_decides(self) -> None:
        client = signed_in("viewer")
        html = client.get(LIST, headers={"Accept-Language": "pt-BR"}).content.decode()
        assert '<html lang="pt-br"' in html
        assert '<html lang="en"' in client.get(LIST).content.decode()

    def test_an_unknown_language_is_not_kept(self) -> None:
        client = signed_in("viewer")
        client.post(reverse("set_language"), {"language": "tlh", "next": LIST})
        assert preferences.get(user=User.objects.get(), name="language") is None

    def test_one_persons_language_does_not_stick_to_the_thread(self) -> None:
        client = signed_in("viewer")
        preferences.save(user=User.objects.get(), name="language", value="pt-br")
        assert '<html lang="pt-br"' in page(client)
        Client().get(reverse("admin:login"))
        assert translation.get_language() == "en"
