"""The object view: sums, own columns, why records fail, filters and bulk retry (S30)."""

from __future__ import annotations

import gzip
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syncapp.admin import object_panel
from syncapp.admin.words import CATEGORY_HELP, CATEGORY_WORDS
from syncapp.core.reasons import Category
from syncapp.models import AccountPair, PendingWrite, Preference, RecordLink, SyncDefinition
from tests.admin.conftest import signed_in
from tests.admin.rows import connected, fingerprints, joined, known, syncing
from tests.admin.test_attention import document, invoices
from tests.proves import proves

pytestmark = pytest.mark.django_db
VIEW = "/admin/syncapp/syncdefinition/objects/"
CHOOSE = "/admin/syncapp/syncdefinition/objects/choose/"


@pytest.fixture
def ada(db: None) -> Client:
    return signed_in("ada")


def shown(client: Client, url: str = VIEW, **params: str) -> str:
    answer = client.get(url, params)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def heads(client: Client) -> list[str]:
    table = shown(client).split("<thead>")[1].split("</thead>")[0]
    return [re.sub(r"<[^>]+>", "", head).strip() for head in re.findall(r"<th .*?</th>", table)]


@proves("S30")
def test_the_four_numbers_add_up_to_the_records_known(ada: Client) -> None:
    definition = syncing(joined())
    states = ["in_sync"] * 5 + ["waiting"] * 2 + ["failing"] * 3 + ["excluded"] * 4
    for number, state in enumerate(states):
        code = {"failing": "ambiguous_match", "excluded": "no_email", "waiting": "pending"}
        known(definition, number, state, code.get(state, ""))
    (group,) = ada.get(VIEW).context_data["groups"]  # type: ignore[attr-defined]
    (row,) = group["syncs"]
    found = row["counts"]
    assert (found.in_sync, found.waiting, found.failing, found.excluded) == (5, 2, 3, 4)
    assert found.total == definition.links.count() == 14
    assert found.needs_decision == 3
    assert "Next run, the oldest for" in shown(ada)


@proves("S30")
def test_columns_and_object_are_each_persons_own(ada: Client) -> None:
    pair = joined()
    syncing(pair)
    invoices(pair)
    assert "Failing money" not in heads(ada)
    ada.post(CHOOSE, {"columns": "1", "column": ["in_sync", "failing", "money"]})
    assert heads(ada) == ["Sync", "In sync", "Failing", "Failing money", "Actions"]
    ada.post(CHOOSE, {"object": "invoices"})
    page = shown(ada)
    assert "<strong>Invoices</strong>" in page
    assert "<strong>Contacts</strong>" not in page
    assert heads(ada) == ["Sync", "In sync", "Failing", "Failing money", "Actions"]
    oscar = signed_in("oscar", "operator")
    assert "Excluded" in heads(oscar)
    assert "<strong>Contacts</strong>" in shown(oscar)
    assert Preference.objects.count() == 1


def test_choosing_nothing_or_nonsense_shows_the_usual_columns(ada: Client) -> None:
    syncing(joined())
    ada.post(CHOOSE, {"columns": "1"})
    assert "Excluded" in heads(ada)
    ada.post(CHOOSE, {"columns": "1", "column": ["x", "<script>"], "object": "y" * 5000})
    assert "Excluded" in heads(ada)
    Preference.objects.update(value=["odd"])
    assert "Excluded" in heads(ada)


def test_choosing_needs_a_post_and_the_permission(ada: Client) -> None:
    assert ada.get(CHOOSE).status_code == 405
    nobody = signed_in("nobody", "")
    before = fingerprints()
    assert nobody.post(CHOOSE, {"object": "invoices"}).status_code == 403
    assert fingerprints() == before
    assert signed_in("vera", "viewer").post(CHOOSE, {"object": ""}).status_code == 302


@proves("S30")
def test_failing_records_stand_by_category_with_words_remedy_and_money(ada: Client) -> None:
    definition = invoices(joined())
    document(definition, "1", "100", code="inv_totals")
    document(definition, "2", "50.5", code="inv_totals", currency="EUR")
    document(definition, "3", "1000", code="deleted_with_balance")
    (row,) = ada.get(VIEW).context_data["failing"]  # type: ignore[attr-defined]
    told = {one["name"]: (one["count"], one["money"]) for one in row["failing"]}
    assert told == {
        "refused value": (2, ["50.50 EUR", "100.00 USD"]),
        "needs a decision": (1, ["1,000.00 USD"]),
    }
    page = shown(ada)
    for words in (
        "Invoices: why records fail",
        "The other side does not accept a value of the record.",
        "Correct the value where it was entered",
        'aria-label="Refused value: 2"',
    ):
        assert words in page
    # A button takes the focus: its explanation is there on hover and on focus.
    help_id = re.search(
        r'<button type="button" class="tn-info"[^>]*aria-describedby="([^"]+)"', page
    )
    assert help_id is not None
    assert f'role="tooltip" id="{help_id[1]}"' in page


def test_every_category_has_an_explanation_and_a_remedy() -> None:
    assert set(CATEGORY_HELP) == set(CATEGORY_WORDS) == {category.value for category in Category}


@proves("S30")
def test_the_panel_is_filtered_by_category_and_by_reason(ada: Client) -> None:
    definition = invoices(joined())
    document(definition, "one", "100", code="inv_totals")
    document(definition, "two", "50", code="inv_qty_price")
    document(definition, "three", "9", code="deleted_with_balance")
    url = reverse("admin:syncapp_object_panel", args=[definition.pk, "failing"])

    def names(**params: str) -> list[str]:
        rows = ada.get(url, params).context_data["links"]  # type: ignore[attr-defined]
        return sorted(str(row["link"]) for row in rows)

    assert names() == ["one", "three", "two"]
    assert names(why="category:refused value") == ["one", "two"]
    assert names(why="code:inv_qty_price") == ["two"]
    assert names(why="category:needs a decision", q="one") == []
    page = shown(ada, url, why="category:refused value")
    assert "· 2 records" in page
    assert "Acme Roofing" in page
    assert "100.00 USD" in page
    assert '<option value="category:refused value" selected>' in page


def test_all_that_match_are_retried_in_one_click(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_panel, "CHUNK", 2)
    definition = syncing(joined())
    for number in range(5):
        known(definition, number, "failing", "name_in_use")
    other = known(definition, 9, "failing", "ambiguous_match")
    url = reverse("admin:syncapp_object_retry", args=[definition.pk, "failing"])
    answer = ada.post(url, {"all": "1", "why": "code:name_in_use"}, headers={"HX-Request": "true"})
    assert "5 records will be tried again in the next run." in answer.content.decode()
    other.refresh_from_db()
    assert other.state == "failing"
    assert RecordLink.objects.filter(state="waiting").count() == 5


def test_one_click_retries_a_bounded_number_and_says_so(
    ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_panel, "CHUNK", 2)
    monkeypatch.setattr(object_panel, "RETRIED_AT_ONCE", 4)
    definition = syncing(joined())
    for number in range(5):
        known(definition, number, "failing", "name_in_use")
    url = reverse("admin:syncapp_object_retry", args=[definition.pk, "failing"])
    answer = ada.post(url, {"all": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "4 records will be tried again" in answer
    assert "There are more: choose Retry all once again." in answer
    assert RecordLink.objects.filter(state="failing").count() == 1


def test_what_is_not_finished_stands_on_the_confirmations(ada: Client) -> None:
    pair = joined()
    definition = invoices(pair)
    link = document(definition, "1043", "12.5", state="waiting", code="outcome_unknown")
    document(definition, "1044", "7", state="waiting", code="pending", currency="EUR")
    now = timezone.now()
    PendingWrite.objects.create(
        pair=pair, link=link, side="quickbooks", record_type="Invoice", op="create", payload={},
        changes=[], batch_id="b", batch_key="k", lease_epoch=1, state="unknown",
        first_sent_at=now, sent_at=now,
    )  # fmt: skip
    for deed in ("turn_off", "delete_sync"):
        page = shown(ada, reverse(f"admin:syncapp_{deed}", args=[definition.pk]))
        assert "Nothing in HubSpot or QuickBooks is deleted." in page
        assert "2 records are on their way" in page
        assert "What is waiting comes to 7.00 EUR, 12.50 USD." in page
        assert "1 write was sent and not confirmed yet." in page
        assert "1043, to QuickBooks" in page
    assert "kept for 30 days: a new sync of the same object takes them over" in page


def test_it_costs_little_however_many_syncs_and_records(ada: Client) -> None:
    for number in range(5):
        pair = AccountPair.objects.create(
            hubspot=connected("hubspot", external_id=f"h{number}", name="Ä" * 200),
            quickbooks=connected("quickbooks", external_id=f"q{number}", name="Q" * 200),
        )
        definition = invoices(pair)
        syncing(pair)
        codes = ("inv_totals", "totals", "inv_currency", "pay_lost", "name_in_use", "no_permission")
        for n in range(30):
            document(definition, f"{n}", "5", party="P" * 500, code=codes[n % len(codes)])
    last = SyncDefinition.objects.get(pk=definition.pk)
    panel = reverse("admin:syncapp_object_panel", args=[last.pk, "failing"])
    for url in (VIEW, f"{VIEW}?part=table", panel):
        with CaptureQueriesContext(connection) as queries:
            answer = ada.get(url)
        assert len(queries) <= 30, url
        assert len(gzip.compress(answer.content)) <= 100 * 1024, url
