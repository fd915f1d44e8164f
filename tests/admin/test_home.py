"""The home page: the first visit, the cards, the words, and what it may cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syncapp.models import (
    AccountPair,
    ApiUsage,
    Connection,
    Cursor,
    Notification,
    RecordLink,
    Rehearsal,
    SyncRun,
)
from tests.admin.rows import connected, joined, known, syncing

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30


@pytest.fixture
def chief() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return client


def home(client: Client) -> str:
    answer = client.get(reverse("admin:index"))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def context(client: Client) -> dict[str, Any]:
    return client.get(reverse("admin:index")).context_data  # type: ignore[attr-defined,no-any-return]


def next_step(client: Client) -> tuple[str, str]:
    step = next(step for step in context(client)["steps"] if step.is_next)
    return step.title, step.url


def figures(client: Client) -> dict[str, int]:
    (pair,) = context(client)["pairs"]
    (card,) = pair["cards"]
    return {figure["label"]: figure["count"] for figure in card.figures}


def only_card(client: Client) -> Any:
    (pair,) = context(client)["pairs"]
    (card,) = pair["cards"]
    return card


class TestTheFirstVisit:
    def test_it_begins_with_hubspot(self, chief: Client) -> None:
        assert next_step(chief) == (
            "Connect HubSpot", reverse("admin:syncapp_connect", args=["hubspot"])
        )  # fmt: skip
        titles = [step.title for step in context(chief)["steps"]]
        assert titles == ["Connect HubSpot", "Connect QuickBooks", "Set up the contact sync"]

    def test_then_comes_quickbooks(self, chief: Client) -> None:
        connected("hubspot")
        assert next_step(chief)[0] == "Connect QuickBooks"
        assert [step.is_done for step in context(chief)["steps"]] == [True, False, False]

    def test_an_unfinished_connection_is_not_done(self, chief: Client) -> None:
        Connection.objects.create(side="hubspot", client_id="x")
        assert next_step(chief)[0] == "Connect HubSpot"

    def test_two_accounts_that_were_not_joined_are_asked_about(self, chief: Client) -> None:
        connected("hubspot", environment="production", base_url="")
        connected("quickbooks", environment="sandbox", base_url="")
        assert next_step(chief) == ("Join the two accounts", reverse("admin:syncapp_join"))

    def test_a_pair_leads_to_the_contact_sync(self, chief: Client) -> None:
        pair = joined()
        title, url = next_step(chief)
        assert title == "Set up the contact sync"
        assert url == reverse("admin:syncapp_wizard", args=[pair.pk, "contacts"])

    def test_a_viewer_sees_who_does_it(self) -> None:
        user = User.objects.create_user("viewer", is_staff=True)
        user.groups.add(Group.objects.get(name="viewer"))
        client = Client()
        client.force_login(user)
        assert "An administrator does this." in home(client)
        assert reverse("admin:syncapp_connect", args=["hubspot"]) not in home(client)

    def test_once_a_sync_was_switched_on_it_is_over(self, chief: Client) -> None:
        syncing(joined())
        assert context(chief)["steps"] == []


class TestACard:
    def test_its_counts_lead_to_the_records(self, chief: Client) -> None:
        definition = syncing(joined())
        for number, (state, code) in enumerate(
            [("in_sync", "")] * 3
            + [("failing", "name_in_use"), ("failing", "ambiguous_match")]
            + [("excluded", "no_email")]
        ):
            known(definition, number, state, code)
        assert figures(chief) == {"In sync": 3, "Waiting": 0, "Failing": 2, "Excluded": 1}
        page = home(chief)
        assert "1 needs a decision" in page
        records = reverse("admin:syncapp_recordlink_changelist")
        assert f"{records}?sync={definition.pk}&amp;state=failing" in page
        assert "state=waiting" not in page  # nothing there: no way to it
        answer = chief.get(f"{records}?sync={definition.pk}&state=failing")
        told = answer.content.decode()
        assert [f"Person {n}" in told for n in range(6)] == [False] * 3 + [True, True, False]

    def test_it_says_how_fresh_it_is(self, chief: Client) -> None:
        syncing(joined())
        assert only_card(chief).sentence.startswith("Up to date 4")
        assert only_card(chief).sentence.endswith(" s ago.")
        assert only_card(chief).progress is None

    def test_it_is_as_fresh_as_its_slower_side(self, chief: Client) -> None:
        definition = syncing(joined())
        Cursor.objects.filter(pair=definition.pair, side="quickbooks").update(
            position=timezone.now() - timezone.timedelta(minutes=7)
        )
        assert only_card(chief).sentence == "Up to date 7 min ago."

    def test_the_first_listing_shows_how_much_was_read(self, chief: Client) -> None:
        definition = syncing(joined(), is_listed=False)
        Cursor.objects.filter(pair=definition.pair, side="hubspot").update(
            window={"mode": "list", "count": 1200}
        )
        assert only_card(chief).progress.text == (
            "HubSpot: 1,200 read so far · QuickBooks: waiting to be read"
        )
        assert only_card(chief).progress.percent is None

    def test_while_records_wait_a_bar_shows_how_many_are_handled(self, chief: Client) -> None:
        definition = syncing(joined())
        for number in range(8):
            known(definition, number, "waiting" if number < 6 else "in_sync", "pending")
        assert only_card(chief).progress.percent == 25
        assert only_card(chief).sentence == "6 records on their way."
        assert 'aria-valuenow="25"' in home(chief)

    def test_what_waits_for_a_person_is_not_on_its_way(self, chief: Client) -> None:
        definition = syncing(joined())
        for number in range(8):
            known(definition, number, "waiting" if number < 2 else "in_sync", "approval_period")
        card = only_card(chief)
        assert (card.badge, card.progress) == ("On", None)
        assert card.sentence.startswith("Up to date")
        assert "2 wait for a person" in home(chief)

    def test_turned_off_it_says_what_is_kept(self, chief: Client) -> None:
        definition = syncing(joined(), is_on=False)
        assert only_card(chief).badge == "Turned off"
        assert only_card(chief).progress is None
        names = [definition.pair_id, definition.object_type, "review"]
        assert reverse("admin:syncapp_wizard_step", args=names) in home(chief)

    def test_a_rehearsal_is_seen_at_work(self, chief: Client) -> None:
        definition = syncing(joined(), is_on=False)
        definition.activated_at = None
        definition.save()
        Rehearsal.objects.create(
            definition=definition, requested_at=timezone.now(), state="running",
            progress={"planned": 500},
        )  # fmt: skip
        assert only_card(chief).progress.text == "Rehearsal: 500 records planned"
        assert only_card(chief).badge == "Being set up"

    def test_a_name_is_escaped(self, chief: Client) -> None:
        pair = joined(name="<script>alert(1)</script>")
        syncing(pair)
        assert "<script>alert" not in home(chief)


class TestTheRest:
    def test_the_last_problem_stands_with_the_last_run(self, chief: Client) -> None:
        pair = joined()
        syncing(pair)
        SyncRun.objects.create(
            pair=pair, trigger="schedule", state="ended_early", started_at=timezone.now(),
            ended_at=timezone.now(), detail="QuickBooks did not answer.",
        )  # fmt: skip
        assert "QuickBooks did not answer." in home(chief)
        assert "Ended early" in home(chief)

    def test_a_lapsed_connection_asks_for_a_reconnect(self, chief: Client) -> None:
        pair = joined(state=AccountPair.State.BROKEN, state_detail="HubSpot was revoked.")
        syncing(pair)
        Connection.objects.filter(pk=pair.hubspot_id).update(
            status="reconnect", status_detail="HubSpot was revoked."
        )
        page = home(chief)
        assert "HubSpot was revoked." in page
        assert reverse("oauth_start", args=[pair.hubspot_id]) in page
        assert reverse("admin:syncapp_pair_run", args=[pair.pk]) not in page

    def test_health_shows_environment_and_calls(self, chief: Client) -> None:
        pair = joined()
        ApiUsage.objects.create(
            connection=pair.hubspot, day=timezone.now().date(), calls=1234
        )  # fmt: skip
        page = home(chief)
        assert "1,234 API calls today" in page
        assert "Simulator" in page

    def test_pause_and_resume(self, chief: Client) -> None:
        pair = joined()
        syncing(pair)
        pause = reverse("admin:syncapp_pair_pause", args=[pair.pk])
        assert home(chief).count(f'action="{pause}"') == 1, "the header's alone"
        chief.post(pause)
        pair.refresh_from_db()
        assert pair.state == AccountPair.State.PAUSED
        page = home(chief)
        assert "All writes paused" in page.split('id="td-home"')[1]
        assert "were paused by chief" in page.split('id="td-home"')[0]
        chief.post(reverse("admin:syncapp_pair_resume", args=[pair.pk]))
        pair.refresh_from_db()
        assert pair.state == AccountPair.State.ACTIVE

    def test_sync_now_makes_the_pair_due(self, chief: Client) -> None:
        pair = joined()
        syncing(pair)
        url = reverse("admin:syncapp_pair_run", args=[pair.pk])
        answer = chief.post(
            url, {"next": reverse("admin:syncapp_accountpair_change", args=[pair.pk])}
        )
        assert answer.headers["Location"].endswith(f"/{pair.pk}/change/")
        pair.refresh_from_db()
        assert pair.urgent
        assert pair.next_due_at is not None

    def test_a_button_never_leads_to_another_site(self, chief: Client) -> None:
        pair = joined()
        url = reverse("admin:syncapp_pair_pause", args=[pair.pk])
        answer = chief.post(url, {"next": "https://evil.example/"})
        assert answer.headers["Location"] == reverse("admin:index")

    def test_the_bell_counts_what_is_unread(self, chief: Client) -> None:
        user = User.objects.get(username="chief")
        for _ in range(3):
            Notification.objects.create(user=user, text="Ready")
        Notification.objects.create(user=User.objects.create_user("other"), text="Ready")
        items = context(chief)["sidebar_navigation"][0]["items"]
        assert items[-1]["badge"] == "3"

    def test_two_accounts_that_are_alone_can_be_joined(self, chief: Client) -> None:
        syncing(joined())
        connected("hubspot", external_id="h2")
        assert reverse("admin:syncapp_join") not in home(chief)
        connected("quickbooks", external_id="q2")
        assert reverse("admin:syncapp_join") in home(chief)


class TestTheFragment:
    url = "/admin/syncapp/accountpair/home/"

    def test_it_holds_what_the_page_holds(self, chief: Client) -> None:
        syncing(joined())
        part = chief.get(self.url, headers={"HX-Request": "true"}).content.decode()
        assert "Up to date" in part
        assert "<html" not in part

    def test_after_the_session_it_reloads_the_page(self) -> None:
        answer = Client().get(self.url, headers={"HX-Request": "true"})
        assert answer.headers["HX-Refresh"] == "true"
        assert answer.content == b""


@pytest.mark.parametrize("pairs", [1, 5])
def test_the_number_of_queries_does_not_grow(chief: Client, pairs: int) -> None:
    for number in range(pairs):
        pair = AccountPair.objects.create(
            hubspot=connected("hubspot", external_id=f"h{number}"),
            quickbooks=connected("quickbooks", external_id=f"q{number}"),
        )
        definition = syncing(pair)
        RecordLink.objects.bulk_create(
            RecordLink(
                definition=definition, origin="hubspot", hubspot_id=str(n), state="failing",
                code="name_in_use", created_at=timezone.now(), updated_at=timezone.now(),
            )
            for n in range(200)
        )  # fmt: skip
        SyncRun.objects.create(
            pair=pair, trigger="schedule", state="finished", started_at=timezone.now()
        )
    for url in (reverse("admin:index"), TestTheFragment.url):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert chief.get(url).status_code == 200
        assert len(queries) <= MOST_QUERIES, [q["sql"] for q in queries.captured_queries]
