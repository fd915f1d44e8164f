"""A record's own page: the whole story, and each deed with what it says and does (S31, B5, B15)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from syncapp.core.sides import Side
from syncapp.models import PendingWrite, RecordLink, RecordLogEntry
from syncapp.services import decisions
from tests.admin.conftest import signed_in
from tests.admin.rows import fingerprints
from tests.proves import proves
from tests.scenarios.documents import Seller, line
from tests.scenarios.test_invoice_edits import change_a_price
from tests.scenarios.test_manual_links import crowd
from tests.scenarios.trade import Trade, sales
from tests.world import World


def address(link: RecordLink, deed: str = "change") -> str:
    return reverse(f"admin:syncapp_recordlink_{deed}", args=[link.pk])


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(Seller(world))


@pytest.fixture
def edited(trade: Trade) -> RecordLink:
    """An invoice of HubSpot, one of whose prices was changed in QuickBooks."""
    link = trade.sold(line("Design", "50", "2"), line("Print", "7"))
    change_a_price(trade, link)
    trade.run()
    assert trade.invoice.code == "inv_lines_edited_in_qbo"
    return trade.invoice


@proves("S31")
def test_the_page_answers_what_a_finance_person_asks(
    trade: Trade, edited: RecordLink, administrator: Client
) -> None:
    edited.assignee = User.objects.create_user("olga", first_name="Olga", last_name="Ott")
    edited.note = "Called Bea, she reverts it"
    edited.save()
    page = shown(administrator, address(edited))
    for words in (
        "Bea Bly", "INV-1001", "97.00 USD", "Refused edit", "A QuickBooks user",
        "Olga Ott", "Called Bea, she reverts it", "Open in HubSpot", "Open in QuickBooks",
        "2 x 50 = 100.00 USD", "2 x 45 = 90.00 USD", "Copy for a colleague",
        f"http://testserver{address(edited)}",
    ):  # fmt: skip
        assert words in page, words
    assert page.index("Send HubSpot&#x27;s version") < page.index("Retry this record?")
    assert "107.00 USD" in page
    assert "QuickBooks' total of 97.00 USD becomes" in page.replace("&#x27;", "'")


@proves("B5")
def test_the_time_line_shows_both_values_who_won_and_why(
    world: World, administrator: Client
) -> None:
    contact = world.hubspot.add(email="ada@example.com", firstname="Ada", city="London")
    world.sync()
    world.settle()
    link = world.link()
    world.hubspot.edit(contact, city="Paris")
    world.quickbooks.edit(str(link.quickbooks_id), BillAddr={"City": "Rome"})
    world.settle()
    page = shown(administrator, address(link))
    assert '<span class="tn-before">Paris</span></td><td>Rome</td>' in page
    assert "The sync is set to “Use QuickBooks data” on conflicts." in page
    made = link.log.get(kind="created")
    assert f'data-value="{made.request_id}"' in page
    assert "+00:00" in page or "T09:" in page  # a machine-readable moment


def test_a_long_history_is_paged_and_the_page_stays_small(
    world: World, administrator: Client, django_assert_max_num_queries: Any
) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada", lastname="K" * 300)
    definition = world.sync()
    world.settle()
    link = world.link()
    now = world.env.clock.now()
    RecordLogEntry.objects.bulk_create(
        RecordLogEntry(
            definition=definition, link=link, at=now, kind="updated", side="hubspot",
            text=f"Entry {number}",
            changes=[{"field": "city", "label": "City", "before": "A", "after": "B"}],
            request_id=f"r{number}",
        )
        for number in range(200)
    )  # fmt: skip
    with django_assert_max_num_queries(30):
        answer = administrator.get(address(link))
    found = [entry["entry"].text for entry in answer.context_data["entries"]]
    assert found == [f"Entry {number}" for number in range(199, 169, -1)]
    seen, url = list(found), address(link)
    while answer.context_data["older"]:
        answer = administrator.get(f"{url}?before={answer.context_data['older']}")
        seen += [entry["entry"].text for entry in answer.context_data["entries"]]
    assert [text for text in seen if text.startswith("Entry")] == [
        f"Entry {number}" for number in range(199, -1, -1)
    ]


def test_what_a_person_may_do_follows_the_role(edited: RecordLink, world: World) -> None:
    by_role = {
        role: [
            deed.name
            for deed in signed_in(f"user-{role}", role).get(address(edited)).context_data["deeds"]
        ]
        for role in ("viewer", "operator", "administrator")
    }
    assert by_role == {
        "viewer": [],
        "operator": ["retry", "exclude", "unlink"],
        "administrator": ["decide", "retry", "exclude", "unlink"],
    }


def test_nothing_is_done_without_the_permission(edited: RecordLink, operator: Client) -> None:
    viewer = signed_in("vera", "viewer")
    before = {**fingerprints(), "django_session": ""}
    posted = {"note": "x", "seal": decisions.seal(edited), "other": "1"}
    for deed in ("unlink", "create", "decide", "link", "retry", "exclude", "include"):
        assert viewer.post(address(edited, deed), posted).status_code == 403, deed
        assert viewer.get(address(edited, deed)).status_code == 403, deed
    assert viewer.get(address(edited, "match")).status_code == 403
    assert operator.post(address(edited, "decide"), posted).status_code == 403
    assert operator.get(address(edited, "unlink")).status_code == 405
    assert {**fingerprints(), "django_session": ""} == before


@proves("S22")
def test_an_administrator_sends_hubspots_version(
    trade: Trade, edited: RecordLink, administrator: Client
) -> None:
    posted = {"seal": decisions.seal(edited)}
    page = administrator.post(address(edited, "decide"), posted, follow=True).content.decode()
    assert "The next run sends HubSpot" in page
    trade.run()
    assert trade.invoice.state == "in_sync", trade.invoice.explanation
    booked = trade.seller.booked(str(edited.quickbooks_id))
    assert [one["Amount"] for one in sales(booked)] == [100, 7]
    entry = trade.invoice.log.filter(kind="person", who="ada").get()
    assert "over QuickBooks'" in entry.text


def test_a_page_that_is_out_of_date_does_nothing(edited: RecordLink, administrator: Client) -> None:
    answer = administrator.post(address(edited, "decide"), {"seal": "old"}, follow=True)
    assert "The record has changed since the page was shown" in answer.content.decode()
    edited.refresh_from_db()
    assert edited.answered == {}


@proves("B15")
def test_a_match_is_picked_by_the_facts_that_tell_them_apart(
    world: World, operator: Client
) -> None:
    contact, first, second = crowd(world)
    world.quickbooks.edit(second, BillAddr={"City": "Rome"})
    world.settle()
    link = RecordLink.objects.get(hubspot_id=contact)
    page = shown(operator, address(link))
    assert page.index("Pick a match…") < page.index("Retry this record?")
    page = shown(operator, address(link, "match"))
    for words in ("Kings of Rome", "Open balance", "Rome", f"QuickBooks {first}", "None of them?"):
        assert words in page, words
    chosen = RecordLink.objects.get(quickbooks_id=second)
    answer = operator.post(address(link, "link"), {"other": chosen.pk}, follow=True)
    assert answer.status_code == 200
    world.settle()
    link = RecordLink.objects.get(hubspot_id=contact)
    assert (link.quickbooks_id, link.state) == (second, "in_sync")


def test_a_search_says_why_a_record_cannot_be_linked(world: World, operator: Client) -> None:
    contact, _, _ = crowd(world)
    world.hubspot.add(email="bob@example.com", firstname="Bob", lastname="Baker")
    world.settle()
    link = RecordLink.objects.get(hubspot_id=contact)
    page = shown(operator, f"{address(link, 'match')}?q=Baker")
    assert "It is linked with another record already." in page
    assert "Link the two" not in page
    assert "No record matches the search" in shown(operator, f"{address(link, 'match')}?q=zzz")


def test_unlinking_asks_for_a_reason_and_waits_for_an_open_write(
    world: World, operator: Client
) -> None:
    world.hubspot.add(email="ada@example.com", firstname="Ada")
    world.sync()
    world.settle()
    link = world.link()
    page = operator.post(address(link, "unlink"), {"note": " "}, follow=True).content.decode()
    assert "Say why they do not belong together." in page
    now = world.env.clock.now()
    write = PendingWrite.objects.create(
        pair=world.pair, link=link, side="hubspot", record_type="contacts", op="update",
        payload={}, changes=[], batch_id="b", batch_key="0", lease_epoch=1, state="unknown",
        first_sent_at=now, sent_at=now, due_at=None,
    )  # fmt: skip
    page = operator.post(address(link, "unlink"), {"note": "Two"}, follow=True).content.decode()
    assert "A write of this record is under way" in page
    assert world.link().is_linked
    write.delete()
    operator.post(address(link, "unlink"), {"note": "Two people"})
    assert RecordLink.objects.count() == 2
    half = RecordLink.objects.get(pk=link.pk)
    page = shown(operator, address(half))
    assert "Unlinked from" in page
    assert "Two people" in page
    assert (
        next(deed.name for deed in operator.get(address(half)).context_data["deeds"]) == "include"
    )
    assert half.id_on(Side.QUICKBOOKS) is None or half.id_on(Side.HUBSPOT) is None


def test_a_link_cannot_be_made_to_nothing(world: World, operator: Client) -> None:
    contact, _, _ = crowd(world)
    link = RecordLink.objects.get(hubspot_id=contact)
    for other in ("", "abc", "999999", str(link.pk)):
        answer = operator.post(address(link, "link"), {"other": other}, follow=True)
        assert answer.status_code == 200
    link.refresh_from_db()
    assert link.link_with is None


def test_a_side_without_the_record_shows_no_computed_value(
    trade: Trade, administrator: Client
) -> None:
    """An invoice that is not in QuickBooks has no total of 0.00 there, and is not "paid"."""
    trade.start(filters={"hubspot": [], "quickbooks": []})
    trade.seller.bill(trade.client(email=""), line("Design", "50", "2"))
    assert trade.run().quickbooks_id is None
    fields = administrator.get(address(trade.invoice)).context["more"]
    fields += administrator.get(address(trade.invoice)).context["agreeing"]
    told = {field["label"]: (field["hubspot"], field["quickbooks"]) for field in fields}
    assert told["Total"] == ("100.00 USD", "")
    assert told["Status"][1] == ""
