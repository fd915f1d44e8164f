"""The home page's list of what needs a person: order, words, buttons, cost (issue 6 item 1)."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syncapp.models import (
    AccountPair,
    Connection,
    Cursor,
    KeptCounts,
    RecordLink,
    SyncDefinition,
    SyncRun,
)
from syncapp.services import attention, counts
from tests.admin.conftest import signed_in
from tests.admin.rows import connected, joined, known, syncing

pytestmark = pytest.mark.django_db
HOME = "/admin/"
MOST_QUERIES = 30
LARGEST_PAGE = 100 * 1024


@pytest.fixture
def chief() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return client


def invoices(pair: AccountPair) -> SyncDefinition:
    """An invoice sync that is on and up to date."""
    now = timezone.now()
    definition = SyncDefinition.objects.create(
        pair=pair, object_type="invoices", enabled=True, activated_at=now,
        hubspot_complete=True, quickbooks_complete=True,
    )  # fmt: skip
    for side, stream in (("hubspot", "invoices"), ("quickbooks", "Invoice")):
        Cursor.objects.create(pair=pair, side=side, stream=stream, position=now)
    return definition


def document(definition: SyncDefinition, number: str, amount: str, **values: Any) -> RecordLink:
    now = timezone.now()
    defaults: dict[str, Any] = {
        "origin": "hubspot", "hubspot_id": number, "number": number, "label": number,
        "party": "Acme Roofing", "amount": Decimal(amount), "currency": "USD",
        "home_amount": Decimal(amount), "document_date": date(2026, 3, 1), "state": "failing",
        "code": "inv_totals", "failing_since": now, "created_at": now, "updated_at": now,
    }  # fmt: skip
    return RecordLink.objects.create(definition=definition, **{**defaults, **values})


def listed(client: Client) -> list[str]:
    answer = client.get(HOME)
    return [
        row["name"]
        for group in answer.context_data["attention"]  # type: ignore[attr-defined]
        for row in group["rows"]
    ]


def page(client: Client) -> str:
    answer = client.get(HOME)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestTheOrder:
    def test_without_a_rate_first_then_by_worth_then_what_has_no_money(self, chief: Client) -> None:
        pair = joined()
        definition = invoices(pair)
        document(definition, "small", "10")
        document(definition, "large", "900")
        document(definition, "euro", "800", currency="EUR", home_amount=Decimal("870"))
        document(definition, "no-rate", "1", currency="CAD", home_amount=None)
        known(syncing(pair), 7, "failing", "name_in_use")
        assert listed(chief) == ["no-rate", "large", "euro", "small", "Person 7"]

    def test_of_two_with_the_same_worth_the_older_document_comes_first(self, chief: Client) -> None:
        definition = invoices(joined())
        document(definition, "young", "10", document_date=date(2026, 5, 1))
        document(definition, "old", "10", document_date=date(2026, 1, 1))
        assert listed(chief) == ["old", "young"]

    def test_what_waits_for_an_approval_stands_between_the_others(self, chief: Client) -> None:
        definition = invoices(joined())
        document(definition, "300", "300")
        document(definition, "200", "200", state="waiting", code="approval_posting")
        document(definition, "100", "100")
        document(definition, "50", "50", state="waiting", code="pending")
        assert listed(chief) == ["300", "200", "100"]

    def test_what_the_brake_holds_is_one_row_and_not_a_thousand(self, chief: Client) -> None:
        definition = invoices(joined())
        definition.held_at = timezone.now()
        definition.brake = {"sentence": "Invoices: the run would create 812 invoices."}
        definition.save()
        document(definition, "held", "300", code="brake")
        assert listed(chief) == []
        shown = page(chief)
        assert "the run would create 812 invoices." in shown
        assert reverse("admin:syncapp_brake", args=[definition.pk]) in shown

    def test_a_sync_that_is_off_asks_nothing(self, chief: Client) -> None:
        definition = invoices(joined())
        document(definition, "1", "300")
        SyncDefinition.objects.update(enabled=False)
        assert listed(chief) == []

    def test_several_pairs_are_told_apart(self, chief: Client) -> None:
        names = []
        for number in (1, 2):
            pair = AccountPair.objects.create(
                name=f"Pair {number}",
                hubspot=connected("hubspot", external_id=f"h{number}"),
                quickbooks=connected("quickbooks", external_id=f"q{number}"),
            )
            document(invoices(pair), f"N{number}", "5")
            names.append(pair.name)
        groups = chief.get(HOME).context_data["attention"]  # type: ignore[attr-defined]
        assert [(g["pair"].name, [r["name"] for r in g["rows"]]) for g in groups] == [
            ("Pair 1", ["N1"]), ("Pair 2", ["N2"]),
        ]  # fmt: skip


class TestTheWords:
    def test_a_row_says_what_whose_how_much_and_how_old(self, chief: Client) -> None:
        days = (timezone.localdate() - date(2026, 3, 1)).days
        link = document(
            invoices(joined()), "1043", "1234.5", currency="EUR", home_amount=Decimal("1342.03")
        )
        shown = page(chief)
        for words in (
            "Invoice 1043", "Acme Roofing", "1,234.50 EUR", "= 1,342.03 USD", f"{days} days old",
            "Totals do not add up", link.remedy,
        ):  # fmt: skip
            assert words in shown
        assert reverse("admin:syncapp_recordlink_change", args=[link.pk]) in shown

    def test_yen_have_no_cents_and_a_missing_rate_is_said(self, chief: Client) -> None:
        document(invoices(joined()), "1", "5000", currency="JPY", home_amount=None)
        shown = page(chief)
        assert "5,000 JPY" in shown
        assert "no exchange rate" in shown

    def test_nothing_to_do_is_said(self, chief: Client) -> None:
        syncing(joined())
        assert "Nothing. Every record that takes part is in sync or on its way." in page(chief)

    def test_the_first_visit_has_no_list(self, chief: Client) -> None:
        assert "Needs your attention" not in page(chief)

    def test_a_lapsed_connection_has_its_sentence_and_button(self, chief: Client) -> None:
        pair = joined()
        syncing(pair)
        pair.hubspot.status = Connection.Status.RECONNECT
        pair.hubspot.status_detail = "HubSpot no longer accepts the access."
        pair.hubspot.save()
        AccountPair.objects.update(state="broken")
        shown = page(chief)
        assert "must be connected again" in shown
        assert "HubSpot no longer accepts the access." in shown
        assert f'action="{reverse("oauth_start", args=[pair.hubspot_id])}"' in shown
        viewer = signed_in("vera", "viewer")
        assert "must be connected again" in page(viewer)
        assert reverse("oauth_start", args=[pair.hubspot_id]) not in page(viewer)

    def test_a_missing_scope_is_named(self, chief: Client) -> None:
        pair = joined()
        syncing(pair)
        pair.hubspot.scopes = "oauth"
        pair.hubspot.save()
        assert "lacks a permission" in page(chief)
        assert "crm.objects.contacts.write" in page(chief)

    def test_a_stalled_sync_says_since_when_and_why(self, chief: Client) -> None:
        pair = joined()
        syncing(pair)
        assert "last up to date" not in page(chief)
        Cursor.objects.update(position=timezone.now() - timedelta(minutes=40))
        SyncRun.objects.create(
            pair=pair, trigger="schedule", state="ended_early", started_at=timezone.now(),
            ended_at=timezone.now(), detail="QuickBooks cannot be reached.",
        )  # fmt: skip
        shown = page(chief)
        assert "Contacts: last up to date 40 min ago" in shown
        assert "The last run ended early: QuickBooks cannot be reached." in shown


class TestTheButtons:
    def button(self, client: Client) -> tuple[str, str]:
        (group,) = client.get(HOME).context_data["attention"]  # type: ignore[attr-defined]
        (row,) = group["rows"]
        return row["button"].text, row["button"].url

    def test_each_reason_has_the_step_that_helps(self, chief: Client) -> None:
        pair = joined()
        link = document(invoices(pair), "1", "5", code="inv_income_account")
        record = reverse("admin:syncapp_recordlink_change", args=[link.pk])
        retry = reverse("admin:syncapp_recordlink_retry", args=[link.pk])
        wizard = reverse("admin:syncapp_wizard", args=[pair.pk, "invoices"])
        for code, told in (
            ("inv_income_account", ("Change settings", wizard)),
            ("deleted_with_balance", ("Decide", record)),
            ("inv_lines_edited_in_qbo", ("See what to do", record)),
            ("inv_period_closed", ("Retry", retry)),
        ):
            RecordLink.objects.update(code=code)
            assert self.button(chief) == told, code

    def test_a_viewer_may_only_look(self) -> None:
        link = document(invoices(joined()), "1", "5", code="inv_period_closed")
        record = reverse("admin:syncapp_recordlink_change", args=[link.pk])
        viewer = signed_in("vera", "viewer")
        assert self.button(viewer) == ("See why", record)
        RecordLink.objects.update(code="inv_income_account")
        assert self.button(viewer) == ("See why", record)

    def test_the_retry_button_retries(self, chief: Client) -> None:
        link = document(invoices(joined()), "1", "5", code="inv_period_closed")
        chief.post(self.button(chief)[1], {"next": HOME})
        link.refresh_from_db()
        assert link.state == "waiting"


class TestWhatItCosts:
    def test_however_many_pairs_and_records(self, chief: Client) -> None:
        for number in range(5):
            pair = AccountPair.objects.create(
                hubspot=connected("hubspot", external_id=f"h{number}", name="Ä" * 200),
                quickbooks=connected("quickbooks", external_id=f"q{number}", name="Q" * 200),
            )
            definition = invoices(pair)
            for n in range(15):
                state, code = ("waiting", "approval_period") if n % 2 else ("failing", "totals")
                document(
                    definition, f"{number}-{n}", "5", party="P" * 500, state=state, code=code
                )  # fmt: skip
            known(syncing(pair), number, "failing", "name_in_use")
        for url in (HOME, reverse("admin:syncapp_home_status")):
            with CaptureQueriesContext(connection) as queries:
                answer = chief.get(url)
            assert len(queries) <= MOST_QUERIES
            assert len(gzip.compress(answer.content)) <= LARGEST_PAGE

    def test_a_large_sync_is_not_counted_for_a_page(
        self, chief: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(counts, "COUNTED_LIVE", 2)
        definition = syncing(joined())
        for number in range(4):
            known(definition, number, "in_sync")
        counts.keep([definition.pk], now=timezone.now())
        known(definition, 99, "failing", "name_in_use")
        with CaptureQueriesContext(connection) as queries:
            shown = page(chief)
        sent = [query["sql"] for query in queries.captured_queries]
        assert not [sql for sql in sent if "COUNT(" in sql and "recordlink" in sql]
        assert "Counted" in shown
        counts.refresh([definition.pk], now=timezone.now())
        assert KeptCounts.objects.get().total == 5

    def test_the_time_left_follows_from_how_it_went_so_far(self) -> None:
        definition = syncing(joined())
        began = timezone.now()
        for number in range(10):
            known(definition, number, "waiting", "pending")
        counts.keep([definition.pk], now=began)
        assert counts.of(definition.pk, now=began).seconds_left is None
        RecordLink.objects.filter(hubspot_id__in=["0", "1"]).update(state="in_sync", code="")
        later = began + timedelta(seconds=30)
        assert counts.of(definition.pk, now=later).seconds_left == 120
        RecordLink.objects.update(state="in_sync", code="")
        counts.keep([definition.pk], now=later)
        assert KeptCounts.objects.get().busy_since is None
        assert counts.of(definition.pk, now=later).seconds_left is None

    def test_the_page_asks_again_only_while_something_may_change(self, chief: Client) -> None:
        assert "hx-get" not in page(chief).split('id="td-home"')[1].split(">")[0]
        pair = joined()
        syncing(pair)
        assert 'hx-trigger="every 30s' in page(chief)
        AccountPair.objects.update(
            lease_owner="x", lease_until=timezone.now() + timedelta(minutes=1)
        )
        assert 'hx-trigger="every 2s' in page(chief)


def test_without_the_permission_no_record_is_named() -> None:
    document(invoices(joined()), "secret-1043", "5")
    user = User.objects.create_user("hanna", is_staff=True)
    group = Group.objects.create(name="home only")
    group.permissions.set(Permission.objects.filter(codename="view_accountpair"))
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    shown = page(client)
    assert "secret-1043" not in shown
    assert "1 record is failing." in shown


def test_the_records_of_one_tier_keep_their_order_across_queries() -> None:
    definition = invoices(joined())
    for number in range(12):
        document(definition, str(number), str(number), state="waiting", code="approval_posting")
    found = attention.records([definition.pk], limit=3)
    assert [link.number for link in found] == ["11", "10", "9"]
