"""The record view's list: filters, columns, pages, what a row shows, who looks after it (S31)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from syncapp.admin import record_list
from syncapp.models import RecordLink, SyncDefinition
from syncapp.services import assignments, preferences, record_pages
from tests.admin.conftest import signed_in
from tests.proves import proves
from tests.world import World

LIST = "admin:syncapp_recordlink_changelist"
COLUMNS = "admin:syncapp_recordlink_columns"
ASSIGN = "admin:syncapp_recordlink_assign"
LONG = "Donaudampfschifffahrtsgesellschaft" * 5


def invoice(definition: SyncDefinition, number: int, **values: Any) -> RecordLink:
    now = values.pop("now")
    moment = now - timedelta(minutes=number)
    return RecordLink.objects.create(**{
        "definition": definition, "origin": "hubspot", "hubspot_id": str(7000 + number),
        "label": f"Invoice {number}", "number": str(number), "party": "Acme", "currency": "USD",
        "amount": Decimal(number), "document_date": date(2026, 10, 1 + (number - 1) % 28),
        "due_date": date(2026, 11, 1 + (number - 1) % 28), "state": "failing",
        "code": "inv_no_customer", "params": {"detail": "It has none."},
        "failing_since": moment, "created_at": moment,
        "updated_at": moment, **values,
    })  # fmt: skip


@pytest.fixture
def books(world: World) -> list[RecordLink]:
    """Five invoices that differ in what the filters look at."""
    world.sync()
    pair = world.pair
    definition = SyncDefinition.objects.create(pair=pair, object_type="invoices")
    now = world.env.clock.now()
    return [
        invoice(definition, 1, now=now, currency="EUR"),
        invoice(definition, 2, now=now, party=LONG, origin="quickbooks"),
        invoice(definition, 3, now=now, state="in_sync", code="", failing_since=None),
        invoice(definition, 4, now=now, code="inv_service_date"),
        invoice(definition, 5, now=now, document_date=None, due_date=None, amount=None),
    ]


def numbers(client: Client, **params: Any) -> list[str]:
    answer = client.get(reverse(LIST), params)
    assert answer.status_code == 200
    return [row.link.number for row in answer.context_data["rows"]]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"object": "invoices"}, "12345"),
        ({"object": "contacts"}, ""),
        ({"dated_from": "2026-10-02", "dated_to": "2026-10-03"}, "23"),
        ({"amount_from": "2", "amount_to": "3.00"}, "23"),
        ({"currency": "EUR"}, "1"),
        ({"direction": "quickbooks"}, "2"),
        ({"fixer": "hubspot", "currency": "USD", "amount_to": "4"}, "2"),
        ({"assignee": "none", "state": "in_sync"}, "3"),
        ({"q": "donau"}, "2"),
        ({"q": "7004"}, "4"),
        ({"q": "Invoice 3"}, "3"),
        # What means nothing chooses nothing away, and breaks nothing.
        ({"dated_from": "2026-13-99", "amount_to": "much", "state": "asleep", "assignee": "x",
          "direction": "up", "fixer": "you", "sync": "9x", "page": "after:x", "sort": "magic"},
         "12345"),
    ],
)  # fmt: skip
@proves("S31")
def test_filters_narrow_the_list(
    books: list[RecordLink], administrator: Client, params: dict[str, str], found: str
) -> None:
    assert numbers(administrator, **params) == list(found)


def test_the_address_holds_the_view_and_chips_take_filters_out_one_by_one(
    books: list[RecordLink], administrator: Client
) -> None:
    params = {"state": "failing", "currency": "USD", "q": "Invoice", "sort": "amount"}
    answer = administrator.get(reverse(LIST), params)
    chips = {chip.text: chip.without for chip in answer.context_data["chips"]}
    assert chips == {
        "State: Failing": "?currency=USD&q=Invoice",
        "Currency: USD": "?state=failing&q=Invoice",
        "Search: “Invoice”": "?state=failing&currency=USD",
    }
    colleague = signed_in("olga", "viewer")
    assert numbers(colleague, **params) == ["2", "4", "5"]
    shown = answer.content.decode()
    assert "Clear filters" in shown
    tabs = {tab["words"]: tab["count"] for tab in answer.context_data["tabs"]}
    assert {str(words): count for words, count in tabs.items()} == {
        "All": "4", "In sync": "1", "Waiting": "0", "Failing": "3", "Excluded": "0",
    }  # fmt: skip


@proves("S31")
def test_a_failing_row_shows_what_a_bookkeeper_asks(
    books: list[RecordLink], world: World, administrator: Client
) -> None:
    olga = User.objects.create_user("olga", is_staff=True, first_name="Olga", last_name="Ost")
    world.clock.advance(3 * 86400)
    RecordLink.objects.filter(number="2").update(assignee=olga, note="Waits for the new contact")
    shown = administrator.get(reverse(LIST), {"q": "7002"}).content.decode()
    for text in (
        "Invoice 2", LONG, "Oct 2, 2026", "Nov 2, 2026", "2.00\N{NO-BREAK SPACE}USD", "3 days",
        "A HubSpot user", "Olga Ost", "Waits for the new contact", "Billing contact",
        "An invoice needs exactly one billing contact",
    ):  # fmt: skip
        assert text in shown, text
    assert f'title="{LONG}"' in shown
    url = reverse("admin:syncapp_recordlink_change", args=[books[1].pk])
    told = record_list.told(books[1], administrator.get(reverse(LIST)).wsgi_request)
    assert told.splitlines()[0] == (
        f"Invoices: Invoice 2, {LONG}, 2.00 USD, dated Oct 2, 2026, due Nov 2, 2026, Failing"
    )
    assert told.splitlines()[-1] == f"http://testserver{url}"
    assert f"http://testserver{url}" in shown


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "12345"), ("updated", "54321"), ("amount", "12345"), ("-amount", "43215"),
        ("document_date", "12345"), ("-document_date", "43215"), ("-record", "54321"),
        ("-due_date", "43215"), ("age", "54213"), ("-age", "12453"), ("party", "13452"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [2, 3])
def test_pages_go_forth_and_back_in_every_order(
    books: list[RecordLink],
    administrator: Client,
    monkeypatch: pytest.MonkeyPatch,
    sort: str,
    order: str,
    size: int,
) -> None:
    monkeypatch.setattr(record_list, "ROWS", size)
    pages, address = [], f"?sort={sort}"
    while address:
        answer = administrator.get(reverse(LIST) + address)
        pages.append([row.link.number for row in answer.context_data["rows"]])
        previous, address = answer.context_data["previous"], answer.context_data["next"]
    assert "".join("".join(page) for page in pages) == order
    back = [pages[-1]]
    while previous:
        answer = administrator.get(reverse(LIST) + previous)
        back.insert(0, [row.link.number for row in answer.context_data["rows"]])
        previous = answer.context_data["previous"]
    assert back == pages
    assert all(len(page) == size for page in pages[:-1])


def test_a_long_list_is_sorted_by_what_an_index_serves_only(
    books: list[RecordLink], administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_pages, "COUNTED", 3)
    answer = administrator.get(reverse(LIST), {"sort": "party"})
    assert [row.link.number for row in answer.context_data["rows"]] == list("12345")
    heads = {head.column.name: head for head in answer.context_data["heads"]}
    assert (heads["party"].url, bool(heads["party"].hint)) == ("", True)
    assert heads["amount"].url == "?sort=amount"
    assert numbers(administrator, sort="-amount") == list("43215")


def test_each_person_has_their_own_columns_in_their_own_order(
    books: list[RecordLink], administrator: Client, operator: Client
) -> None:
    def names(client: Client) -> list[str]:
        heads = client.get(reverse(LIST)).context_data["heads"]
        return [head.column.name for head in heads]

    usual = names(operator)
    assert administrator.get(reverse(COLUMNS)).status_code == 405
    administrator.post(reverse(COLUMNS), {"column": ["amount", "record", "nonsense", "amount"]})
    assert names(administrator) == ["amount", "record"]
    assert names(operator) == usual
    answer = administrator.post(
        reverse(COLUMNS),
        {"column": ["amount", "record", "note"], "move": "up:note", "next": "/x/?state=failing"},
    )
    assert answer.headers["Location"] == f"{reverse(LIST)}?state=failing&columns=open"
    assert names(administrator) == ["amount", "note", "record"]
    user = User.objects.get(username="ada")
    assert preferences.get(user=user, name="columns:records") == ["amount", "note", "record"]
    administrator.post(reverse(COLUMNS), {"column": ["amount"], "reset": "1"})
    assert names(administrator) == usual


def test_assignee_and_note_are_kept_and_told_in_the_log(
    books: list[RecordLink], operator: Client
) -> None:
    olga = User.objects.create_user("olga", is_staff=True, is_superuser=True)
    address = reverse(ASSIGN, args=[books[0].pk])
    there = f"{reverse(LIST)}?state=failing"
    answer = operator.post(
        address, {"assignee": str(olga.pk), "note": " Called  them ", "next": there}
    )
    assert answer.headers["Location"] == there
    link = RecordLink.objects.get(pk=books[0].pk)
    assert (link.assignee, link.note) == (olga, "Called them")
    assert link.updated_at == books[0].updated_at
    log = list(link.log.order_by("pk").values_list("kind", "text", "who"))
    assert log == [
        ("person", "Assigned to olga.", "oscar"), ("person", "Note: Called them", "oscar"),
    ]  # fmt: skip
    operator.post(address, {"assignee": str(olga.pk), "note": "Called them"})
    assert link.log.count() == 2
    olga.is_active = False
    olga.save()
    operator.post(address, {"assignee": str(olga.pk), "note": ""})
    link.refresh_from_db()
    assert (link.assignee, link.note) == (olga, "")
    operator.post(address, {"assignee": "none", "note": ""})
    link.refresh_from_db()
    assert link.assignee is None


def test_a_row_becomes_a_form_without_scripts(books: list[RecordLink], operator: Client) -> None:
    shown = operator.get(reverse(LIST), {"edit": books[0].pk}).content.decode()
    assert f'action="{reverse(ASSIGN, args=[books[0].pk])}"' in shown
    viewer = signed_in("vera", "viewer")
    shown = viewer.get(reverse(LIST), {"edit": books[0].pk}).content.decode()
    assert "/assign/" not in shown
    assert "_selected_action" not in shown


def test_records_are_assigned_in_bulk(books: list[RecordLink], operator: Client) -> None:
    vera = signed_in("vera", "viewer")
    user = User.objects.get(username="vera")
    outsider = User.objects.create_user("outsider", is_staff=True)
    chosen = [link.pk for link in books[:2]]
    posted: dict[str, Any] = {"action": "assign_records", "_selected_action": chosen}
    shown = operator.post(reverse(LIST), posted, follow=True).content.decode()
    assert "Choose whom the records are assigned to." in shown
    operator.post(reverse(LIST), posted | {"assignee": str(outsider.pk)})
    assert not RecordLink.objects.exclude(assignee=None).exists()
    shown = operator.post(
        reverse(LIST), posted | {"assignee": str(user.pk)}, follow=True
    ).content.decode()
    assert "2 records are assigned to vera now." in shown
    assert numbers(vera, assignee=str(user.pk)) == ["1", "2"]
    every = {"action": "assign_records", "select_across": "1", "assignee": "none"}
    shown = operator.post(f"{reverse(LIST)}?currency=EUR", every, follow=True).content.decode()
    assert "1 record is assigned to nobody now." in shown
    assert numbers(vera, assignee=str(user.pk)) == ["2"]


def test_without_a_tick_nothing_happens(books: list[RecordLink], operator: Client) -> None:
    shown = operator.post(reverse(LIST), {"action": "retry_records"}, follow=True).content.decode()
    assert "Tick the records first." in shown
    assert operator.post(reverse(LIST), {"action": "delete_selected"}).status_code == 403


def test_bulk_actions_stop_at_what_can_be_overlooked(
    books: list[RecordLink], operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_pages, "COUNTED", 3)
    posted = {"action": "retry_records", "select_across": "1"}
    shown = operator.post(reverse(LIST), posted, follow=True).content.decode()
    assert "Narrow the list first." in shown
    assert not RecordLink.objects.exclude(retried_at=None).exists()


def test_a_bulk_action_reaches_all_records_although_it_empties_its_own_filter(
    books: list[RecordLink], operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncapp.admin.links.CHUNK", 1)
    posted = {"action": "retry_records", "select_across": "1"}
    operator.post(f"{reverse(LIST)}?state=failing", posted)
    assert numbers(operator, state="failing") == []
    assert sorted(numbers(operator, state="waiting")) == ["1", "2", "4", "5"]


def test_empty_lists_say_what_to_do(world: World, administrator: Client) -> None:
    shown = administrator.get(reverse(LIST)).content.decode()
    assert "No records yet" in shown
    shown = administrator.get(reverse(LIST), {"q": "nobody"}).content.decode()
    assert "No record matches" in shown
    assert "Clear filters" in shown


def test_the_list_makes_as_many_queries_for_many_records_as_for_few(
    books: list[RecordLink], administrator: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert administrator.get(reverse(LIST), {"q": "Invoice", "sort": "-amount"}).content
        return len(made)

    queries()  # what a process asks once
    few = queries()
    now = books[0].updated_at
    for number in range(200, 260):
        invoice(books[0].definition, number, now=now)
    assert queries() <= few <= 30  # few records: their last page looks for those without a value


@pytest.mark.django_db
def test_only_who_may_see_records_is_offered_as_assignee() -> None:
    signed_in("vera", "viewer")
    User.objects.create_user("outsider", is_staff=True)
    User.objects.create_user("gone", is_staff=True, is_superuser=True, is_active=False)
    assert [user.username for user in assignments.colleagues()] == ["vera"]
