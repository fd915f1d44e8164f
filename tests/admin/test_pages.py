"""Pages of connections, account pairs and runs: what they say, and what their forms keep."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import AccountPair, Connection, Notification, RecordLogEntry, SyncRun
from tests.admin.rows import HUBSPOT_NAME, connected, joined, known, syncing

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("chief"))
    return client


def text(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_run_shows_its_counters_per_side_and_what_it_touched(chief: Client) -> None:
    definition = syncing(joined())
    link = known(definition, 5, "in_sync")
    now = timezone.now()
    run = SyncRun.objects.create(
        pair=definition.pair, trigger="manual", state="finished", ended_at=now,
        started_at=now - timezone.timedelta(seconds=90),
        counters={"created": {"hubspot": 3, "quickbooks": 4}, "linked": 2},
    )  # fmt: skip
    RecordLogEntry.objects.create(
        definition=definition, link=link, run=run, at=now, kind="updated", side="hubspot",
        changes=[{"field": "phone", "label": "Phone", "before": "1", "after": "2"}],
    )  # fmt: skip
    page = text(chief, "admin:syncapp_syncrun_change", run.pk)
    assert (
        '<td>Created</td><td class="td-num">3</td><td class="td-num">4</td>'
        '<td class="td-num td-strong">7</td>'
    ) in page
    assert "Person 5" in page
    assert "Phone" in page
    listed = text(chief, "admin:syncapp_syncrun_changelist")
    assert "2 linked, 7 created" in listed
    assert "1 min" in listed


def test_the_list_of_runs_can_leave_out_those_that_found_nothing(chief: Client) -> None:
    definition = syncing(joined())
    for detail in ("", "HubSpot did not answer."):
        SyncRun.objects.create(
            pair=definition.pair, trigger="schedule", state="finished", detail=detail,
            started_at=timezone.now(),
        )  # fmt: skip
    url = reverse("admin:syncapp_syncrun_changelist")
    assert chief.get(url, {"did": "problems"}).context["cl"].result_count == 1
    assert chief.get(url, {"did": "changes"}).context["cl"].result_count == 0


def test_a_pair_can_be_renamed(chief: Client) -> None:
    pair = joined()
    url = reverse("admin:syncapp_accountpair_change", args=[pair.pk])
    assert chief.post(url, {"name": " Main books "}).status_code == 302
    assert AccountPair.objects.get().name == "Main books"
    assert "Main books" in text(chief, "admin:syncapp_accountpair_change", pair.pk)


def test_a_pair_with_syncs_is_not_offered_for_parting(chief: Client) -> None:
    pair = joined()
    delete = reverse("admin:syncapp_accountpair_delete", args=[pair.pk])
    assert delete in text(chief, "admin:syncapp_accountpair_change", pair.pk)
    syncing(pair)
    assert delete not in text(chief, "admin:syncapp_accountpair_change", pair.pk)
    chief.post(delete, {"post": "yes"})
    assert AccountPair.objects.exists()


def test_a_connection_shows_its_account_and_a_lapse_with_its_remedy(chief: Client) -> None:
    row = connected("hubspot", status="reconnect", status_detail="HubSpot was revoked. Reconnect.")
    page = text(chief, "admin:syncapp_connection_change", row.pk)
    assert HUBSPOT_NAME in page
    assert "HubSpot was revoked. Reconnect." in page
    assert reverse("oauth_start", args=[row.pk]) in page
    assert "Test the connection" not in page


def test_scopes_that_were_not_granted_are_named(chief: Client) -> None:
    row = connected("hubspot", scopes="oauth crm.objects.contacts.read")
    page = text(chief, "admin:syncapp_connection_change", row.pk)
    assert "The consent did not grant:" in page
    assert "crm.objects.contacts.write" in page
    Connection.objects.update(scopes="")
    assert "did not grant" not in text(chief, "admin:syncapp_connection_change", row.pk)


def test_empty_lists_say_how_to_begin(chief: Client) -> None:
    assert "No account is connected yet" in text(chief, "admin:syncapp_connection_changelist")
    assert "No account pair yet" in text(chief, "admin:syncapp_accountpair_changelist")
    assert "No notifications" in text(chief, "admin:syncapp_notification_changelist")
    assert "There is nothing to join" in text(chief, "admin:syncapp_join")
    assert "No run yet" in text(chief, "admin:syncapp_syncrun_changelist")
    found = chief.get(reverse("admin:syncapp_mail_changelist"), {"q": "nobody"}).content.decode()
    assert "Nothing matches" in found
    assert "Reset filters" in found
    assert "No mail yet" not in found


def test_a_notification_leads_only_to_our_own_pages(chief: Client) -> None:
    urls = {
        "Mine": "/admin/auth/user/",
        "Theirs": "javascript:alert(1)",
        "Elsewhere": "//evil.example/",
        "Backwards": "/\\evil.example/",
    }
    user = User.objects.get()
    rows = {
        words: Notification.objects.create(user=user, text=words, url=url)
        for words, url in urls.items()
    }
    page = text(chief, "admin:syncapp_notification_changelist")
    home = reverse("admin:syncapp_notification_changelist")
    for words, row in rows.items():
        address = reverse("admin:syncapp_notification_open", args=[row.pk])
        is_ours = words == "Mine"
        assert (f'formaction="{address}">{words}</button>' in page) is is_ours
        assert chief.post(address).headers["Location"] == (urls[words] if is_ours else home)
    assert "javascript:alert" not in page
    assert "evil.example" not in page


def test_the_login_page_opened_by_itself_leads_home() -> None:
    User.objects.create_superuser("chief", password="a-long-password-1")
    client = Client()
    page = client.get(reverse("admin:login")).content.decode()
    assert f'name="next" value="{reverse("admin:index")}" form="login-form"' in page
    answer = client.post(
        reverse("admin:login"),
        {"username": "chief", "password": "a-long-password-1", "next": reverse("admin:index")},
    )
    assert answer.headers["Location"] == reverse("admin:index")
