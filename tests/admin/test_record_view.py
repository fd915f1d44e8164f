"""The record view and a record's page: why, and what a person may do about it (S31, B5)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.models import RecordLink, SyncDefinition
from syncapp.services import record_pages
from tests.admin.conftest import signed_in
from tests.admin.rows import fingerprints
from tests.world import World

LIST = "admin:syncapp_recordlink_changelist"


@pytest.fixture
def ada(world: World) -> RecordLink:
    """A linked record with a history: created, then a conflict that QuickBooks won."""
    contact = world.hubspot.add(email="ada@example.com", firstname="Ada", city="London")
    world.sync()
    world.settle()
    link = RecordLink.objects.get()
    assert link.quickbooks_id is not None
    world.clock.advance(60)
    world.hubspot.edit(contact, city="Paris")
    world.quickbooks.edit(link.quickbooks_id, BillAddr={"City": "Rome"})
    world.settle()
    link.refresh_from_db()
    return link


def labels(client: Client, **params: Any) -> list[str]:
    answer = client.get(reverse(LIST), params)
    assert answer.status_code == 200
    return [str(row.link) for row in answer.context_data["rows"]]


def people(definition: SyncDefinition, world: World) -> None:
    now = world.env.clock.now()
    for number, (label, state, code) in enumerate(
        [
            ("Ann Archer", "in_sync", ""),
            ("Bob Baker", "failing", "name_in_use"),
            ("Cid Cooper", "failing", "ambiguous_match"),
            ("Dot Dyer", "excluded", "no_email"),
            ("1234 Fifth Street", "waiting", "pending"),
        ]
    ):
        link = RecordLink.objects.create(
            definition=definition, origin="hubspot", hubspot_id=str(1230 + number), label=label,
            state=state, code=code, created_at=now, updated_at=now,
        )  # fmt: skip
        link.keys.create(
            definition=definition, side="hubspot", purpose="match",
            value=f"{label.split()[0].lower()}@example.com",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"state": "failing"}, ["Bob Baker", "Cid Cooper"]),
        ({"category": "needs_decision"}, ["Cid Cooper"]),
        ({"category": "missing data"}, ["Dot Dyer"]),
        ({"code": "name_in_use"}, ["Bob Baker"]),
        ({"q": "bake"}, ["Bob Baker"]),
        ({"q": "BAKER bob"}, ["Bob Baker"]),
        ({"q": "dot@example.com"}, ["Dot Dyer"]),
        ({"q": "dot@"}, ["Dot Dyer"]),
        ({"q": "1234"}, ["1234 Fifth Street"]),
        ({"q": "123"}, ["1234 Fifth Street"]),  # part of a name, of an id never
        ({"q": "1231"}, ["Bob Baker"]),
        ({"updated_at_from": "2026-11-02", "updated_at_to": "2026-11-02", "state": "waiting"},
         ["1234 Fifth Street"]),
        ({"updated_at_from": "2026-11-03"}, []),
        ({"updated_at_to": "2026-11-01"}, []),
    ],
)  # fmt: skip
def test_records_are_found(
    world: World, administrator: Client, params: dict[str, str], found: list[str]
) -> None:
    people(world.sync(), world)
    assert sorted(labels(administrator, **params)) == sorted(found)


def test_the_list_says_why_in_words(world: World, administrator: Client) -> None:
    people(world.sync(), world)
    shown = administrator.get(reverse(LIST)).content.decode()
    assert "Without an e-mail address nothing would tell two people apart" in shown
    assert "Needs a decision" in shown
    assert "Duplicate" in shown


def test_records_of_a_deleted_sync_are_not_shown(world: World, administrator: Client) -> None:
    definition = world.sync()
    people(definition, world)
    definition.deleted_at = world.env.clock.now()
    definition.save()
    assert labels(administrator) == []


def test_a_list_is_counted_no_further_than_it_must(
    world: World, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_pages, "COUNTED", 3)
    people(world.sync(), world)
    answer = administrator.get(reverse(LIST), {"updated_at_from": "2026-11-01"})
    assert answer.context_data["total_words"] == "3+"
    shown = answer.content.decode()
    assert "More than 3+ records" not in shown
    assert "More than 3 records" in shown
    assert "select_across" not in shown


def test_the_list_makes_the_same_queries_for_few_and_many(
    world: World, administrator: Client, django_assert_max_num_queries: Any
) -> None:
    definition = world.sync()
    for _ in range(8):
        RecordLink.objects.all().delete()
        people(definition, world)
    with django_assert_max_num_queries(30):
        administrator.get(reverse(LIST))


def test_the_page_shows_both_sides_and_the_whole_story(
    ada: RecordLink, administrator: Client
) -> None:
    address = reverse("admin:syncapp_recordlink_change", args=[ada.pk])
    shown = " ".join(administrator.get(address).content.decode().split())
    assert "Sync activity" in shown
    assert '<span class="tn-before">Paris</span></td><td>Rome</td>' in shown
    assert "Both sides had changed. QuickBooks&#x27;s value was kept" in shown
    assert f"/record/0-1/{ada.hubspot_id}" in shown
    assert f"nameId={ada.quickbooks_id}" in shown
    entry = ada.log.get(kind="created")
    assert entry.request_id
    assert entry.request_id in shown


def test_excluding_asks_for_a_reason(ada: RecordLink, operator: Client) -> None:
    address = reverse("admin:syncapp_recordlink_exclude", args=[ada.pk])
    shown = operator.post(address, {"note": "  "}, follow=True).content.decode()
    assert "Say why the record is left out" in shown
    ada.refresh_from_db()
    assert ada.excluded_by == ""


def test_an_excluded_record_is_left_alone_until_it_is_included(
    world: World, ada: RecordLink, operator: Client
) -> None:
    address = reverse("admin:syncapp_recordlink_exclude", args=[ada.pk])
    operator.post(address, {"note": "pays in cash"})
    ada.refresh_from_db()
    assert (ada.state, ada.code, ada.excluded_by) == ("excluded", "by_person", "oscar")
    assert ada.quickbooks_id is not None
    assert ada.hubspot_id is not None
    world.clock.advance(60)
    world.hubspot.edit(ada.hubspot_id, city="Oslo")
    world.run()
    assert world.quickbooks.get(ada.quickbooks_id)["BillAddr"]["City"] == "Rome"
    operator.post(reverse("admin:syncapp_recordlink_include", args=[ada.pk]))
    world.settle()
    assert world.quickbooks.get(ada.quickbooks_id)["BillAddr"]["City"] == "Oslo"


def test_retrying_makes_a_record_due(world: World, operator: Client) -> None:
    definition = world.sync()
    people(definition, world)
    link = RecordLink.objects.get(code="ambiguous_match")
    address = reverse("admin:syncapp_recordlink_retry", args=[link.pk])
    assert operator.get(address).status_code == 405
    shown = operator.post(address, follow=True).content.decode()
    assert "1 record will be tried again in the next run." in shown
    assert link.log.filter(kind="person", text="Will be tried again.").exists()


def test_records_are_retried_in_bulk(world: World, operator: Client) -> None:
    people(world.sync(), world)
    chosen = list(RecordLink.objects.values_list("pk", flat=True))
    posted = {"action": "retry_records", "_selected_action": chosen, "index": "0"}
    shown = operator.post(reverse(LIST), posted, follow=True).content.decode()
    assert "3 records will be tried again in the next run." in shown
    assert RecordLink.objects.filter(retried_at__isnull=False).count() == 3


def test_all_records_of_a_filter_are_retried_across_pages(world: World, operator: Client) -> None:
    people(world.sync(), world)
    one = RecordLink.objects.filter(state="failing")[0]
    posted = {
        "action": "retry_records", "_selected_action": [one.pk], "select_across": "1", "index": "0",
    }  # fmt: skip
    operator.post(f"{reverse(LIST)}?state=failing", posted)
    assert sorted(
        RecordLink.objects.filter(retried_at__isnull=False).values_list("label", flat=True)
    ) == ["Bob Baker", "Cid Cooper"]


def test_records_are_excluded_in_bulk_with_a_reason(world: World, operator: Client) -> None:
    people(world.sync(), world)
    chosen = list(RecordLink.objects.filter(state="failing").values_list("pk", flat=True))
    posted: dict[str, Any] = {
        "action": "exclude_records", "_selected_action": chosen, "index": "0",
    }  # fmt: skip
    shown = operator.post(reverse(LIST), posted).content.decode()
    assert "Leave 2 records out of the sync?" in shown
    shown = operator.post(reverse(LIST), posted | {"confirmed": "1", "note": ""}).content.decode()
    assert "Say why the records are left out" in shown
    assert not RecordLink.objects.exclude(excluded_by="").exists()
    operator.post(reverse(LIST), posted | {"confirmed": "1", "note": "suppliers"})
    assert RecordLink.objects.filter(excluded_by="oscar", excluded_note="suppliers").count() == 2


def test_a_viewer_reads_and_may_do_nothing(world: World) -> None:
    people(world.sync(), world)
    viewer = signed_in("vera", "viewer")
    link = RecordLink.objects.get(code="ambiguous_match")
    shown = viewer.get(reverse("admin:syncapp_recordlink_change", args=[link.pk])).content.decode()
    assert "It is not clear which belong together." in shown
    assert "Retry" not in shown
    assert "Exclude" not in shown
    before = fingerprints()
    for deed in ("retry", "exclude", "include"):
        address = reverse(f"admin:syncapp_recordlink_{deed}", args=[link.pk])
        assert viewer.post(address, {"note": "x"}).status_code == 403
    assert (
        viewer.post(reverse("admin:syncapp_recordlink_assign", args=[link.pk])).status_code == 403
    )
    for action in ("retry_records", "exclude_records", "assign_records", "export_records"):
        posted = {"action": action, "_selected_action": [link.pk], "index": "0"}
        answer = viewer.post(reverse(LIST), posted | {"confirmed": "1", "note": "x"})
        assert answer.status_code == 403
    assert viewer.get(reverse("admin:syncapp_recordlink_export")).status_code == 403
    assert {**fingerprints(), "django_session": ""} == {**before, "django_session": ""}
