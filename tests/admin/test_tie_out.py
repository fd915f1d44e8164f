"""The tie-out page: its states, who may read and download, its links and files (B3, B12)."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from syncapp import tasks
from syncapp.models import Connection, RecordLink, TieOut
from syncapp.services import tie_out
from tests.admin.conftest import signed_in
from tests.scenarios.documents import Seller, sale
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = "?month=2026-11"


def address(world: World, tail: str = "", *more: str) -> str:
    name = f"admin:syncapp_pair_tie_out{tail}"
    return reverse(name, args=[world.pair.pk, *more])


def content(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def book(world: World, name: str = "Ada King", *amounts: str) -> None:
    seller = Seller(world)
    item = seller.item(f"Design for {name}"[:90])
    customer = world.quickbooks.add(name)
    for n, amount in enumerate(amounts or ("10",)):
        seller.book(customer, sale(item, amount), DocNumber=f"A-{n}", TxnDate="2026-11-01")


def looked(world: World, client: Client, month: str = "2026-11") -> str:
    answer = client.post(address(world, "_read"), {"month": month})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{address(world)}?month={month}"
    assert TieOut.objects.latest("pk").state == "finished"
    return content(client, answer.headers["Location"])


def link_to(world: World, **values: Any) -> RecordLink:
    definition = world.sync("contacts", activate=False)
    definition.object_type, definition.enabled = "invoices", True
    definition.save()
    now = timezone.now()
    told = {"origin": "quickbooks", "created_at": now, "updated_at": now, **values}
    return RecordLink.objects.create(definition=definition, **told)


def test_before_the_first_reading_the_page_says_what_it_does(
    world: World, administrator: Client
) -> None:
    sent = len(world.http.sent)
    page = content(administrator, f"{address(world)}{NOVEMBER}")
    assert "November 2026 has not been read yet." in page
    assert "Read both sides" in page
    assert "td-table" not in page
    assert "CSV" not in page
    assert (len(world.http.sent), TieOut.objects.count()) == (sent, 0)


def test_b3_the_month_with_its_differences(world: World, administrator: Client) -> None:
    book(world, "Ada King", "1010.10", "20")
    page = looked(world, administrator)
    assert "Ties out" in page
    assert "2 explained" in page
    assert "Ada King" in page
    assert "There is no sync of invoices for these accounts." in page
    assert "Apart 1,030.10" in page
    assert "QuickBooks 1,010.10 (Nov 1, 2026)" in page
    kept = TieOut.objects.get()
    assert f"with {sum(kept.api_calls.values())} API calls" in page
    assert (kept.who, "Asked for by ada." in page) == ("ada", True)
    sent = len(world.http.sent)
    content(administrator, f"{address(world)}{NOVEMBER}")
    assert len(world.http.sent) == sent  # showing it again asks nobody


def test_an_unexplained_difference_stands_out_and_leads_to_its_record(
    world: World, administrator: Client
) -> None:
    book(world)
    (invoice,) = Seller(world).all("Invoice")
    link = link_to(world, quickbooks_id=invoice["Id"], state="in_sync", code="")
    page = looked(world, administrator)
    assert "1 unexplained" in page
    assert "Ties out" not in page
    assert "<details open>" in page
    assert reverse("admin:syncapp_recordlink_change", args=[link.pk]) in page
    link.delete()
    page = content(administrator, f"{address(world)}{NOVEMBER}")
    assert reverse("admin:syncapp_recordlink_change", args=[link.pk]) not in page


def test_a_customer_leads_to_what_the_record_view_has_of_them(
    world: World, administrator: Client
) -> None:
    book(world)
    link = link_to(
        world, quickbooks_id="77", label="A-9", party="Ada King", state="waiting", code="pending"
    )
    page = looked(world, administrator)
    url = f"{reverse('admin:syncapp_recordlink_changelist')}?q=Ada+King"
    assert url in page
    listed = content(administrator, url)
    assert reverse("admin:syncapp_recordlink_change", args=[link.pk]) in listed


def test_a_month_without_documents(world: World, administrator: Client) -> None:
    page = looked(world, administrator, "2024-02")
    assert "Neither side has an invoice or a payment dated in this month." in page
    assert "Ties out" in page
    assert "Other months" not in page
    assert "February 2024" in looked(world, administrator)  # listed among the other months


@pytest.mark.parametrize("month", ["2026-13", "x", "2026"])
def test_what_is_no_month_is_refused(world: World, administrator: Client, month: str) -> None:
    assert administrator.get(address(world), {"month": month}).status_code == 400
    assert administrator.post(address(world, "_read"), {"month": month}).status_code == 400
    assert TieOut.objects.count() == 0


def test_while_it_is_read_the_page_waits_and_shows_how_far_it_is(
    world: World, administrator: Client
) -> None:
    looked(world, administrator)
    TieOut.objects.create(
        pair=world.pair, month=tie_out.month_of("2026-11"), state="running",
        progress="Reading invoices in QuickBooks", requested_at=timezone.now(),
    )  # fmt: skip
    page = content(administrator, f"{address(world)}{NOVEMBER}")
    assert "Reading invoices in QuickBooks…" in page
    assert 'hx-trigger="every 2s"' in page
    assert 'id="td-read"' not in page
    administrator.post(address(world, "_read"), {"month": "2026-11"})
    assert TieOut.objects.count() == 2  # asked for once


def test_a_side_that_is_away_is_said_and_the_reading_before_is_shown(
    world: World, administrator: Client
) -> None:
    book(world)
    looked(world, administrator)
    Connection.objects.filter(side="quickbooks").update(status="reconnect")
    administrator.post(address(world, "_read"), {"month": "2026-11"})
    page = content(administrator, f"{address(world)}{NOVEMBER}")
    assert "The last reading failed." in page
    assert "QuickBooks is not connected" in page
    assert "What is shown is from the reading before." in page
    assert "Ada King" in page


@pytest.mark.parametrize(
    ("role", "may_read"), [("viewer", False), ("operator", True), ("administrator", True)]
)
def test_b12_buttons_follow_the_role(world: World, role: str, may_read: bool) -> None:
    looked(world, signed_in("chief"))
    client = signed_in(role, role)
    page = content(client, f"{address(world)}{NOVEMBER}")
    assert ('id="td-read"' in page) is may_read
    assert (">CSV<" in page) is may_read
    asked = client.post(address(world, "_read"), {"month": "2026-11"})
    assert asked.status_code == (302 if may_read else 403)
    file = client.get(address(world, "_file", "csv") + NOVEMBER)
    assert file.status_code == (200 if may_read else 403)
    assert TieOut.objects.count() == (2 if may_read else 1)


def test_the_file_has_every_line_as_numbers(world: World, administrator: Client) -> None:
    book(world, "=Ünïcode & Söhne", "10.10", "20")
    looked(world, administrator)
    answer = administrator.get(address(world, "_file", "csv") + NOVEMBER)
    assert 'filename="tandem-tie-out-2026-11.csv"' in answer.headers["Content-Disposition"]
    lines = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [one["Line"] for one in lines] == ["total", "customer", "difference", "difference"]
    assert (lines[0]["QuickBooks Total"], lines[0]["Difference Total"]) == ("30.10", "30.10")
    assert lines[1]["Customer"] == "'=Ünïcode & Söhne"  # no formula
    assert {one["QuickBooks Total"] for one in lines[2:]} == {"10.10", "20.00"}
    assert {one["Reason code"] for one in lines[2:]} == {"no_sync"}
    answer = administrator.get(address(world, "_file", "xlsx") + NOVEMBER)
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    told = [list(row) for row in sheet.iter_rows(values_only=True)]
    at = told[0].index("QuickBooks Total")
    assert [row[at] for row in told[1:]] in ([30.1, 30.1, 10.1, 20], [30.1, 30.1, 20, 10.1])
    assert Decimal(str(told[1][at])) == Decimal("30.1")


@pytest.mark.parametrize("tail", ["xlsx?month=2020-01", "pdf?month=2026-11"])
def test_a_file_that_there_is_not(world: World, administrator: Client, tail: str) -> None:
    looked(world, administrator)
    format, _, query = tail.partition("?")
    assert administrator.get(f"{address(world, '_file', format)}?{query}").status_code == 404


def test_one_whose_message_was_lost_is_done_by_the_next_tick(world: World) -> None:
    month = tie_out.month_of("2026-11")
    asked = tie_out.request(world.pair, month, user=None, now=timezone.now())
    tasks.tick()
    asked.refresh_from_db()
    assert asked.state == "finished"
    calls = len(world.http.sent)
    tasks.tie_out(asked.pk)  # delivered twice: done once
    assert len(world.http.sent) == calls


def test_long_names_and_many_customers(
    world: World, administrator: Client, django_assert_max_num_queries: Any
) -> None:
    book(world, "W" * 400)
    looked(world, administrator)
    kept = TieOut.objects.get()
    (row,) = kept.figures["customers"]
    equal = {**row, "findings": [], "explained": 0, "hubspot": row["quickbooks"]}
    kept.figures["customers"] = [row] + [{**equal, "customer": f"C{n}"} for n in range(250)]
    kept.save()
    with django_assert_max_num_queries(30):
        page = content(administrator, f"{address(world)}{NOVEMBER}")
    assert "W" * 400 in page
    assert "C199" in page
    assert "C200" not in page
    assert "50 more are in the file." in page


def test_the_pairs_page_leads_to_it(world: World, administrator: Client) -> None:
    page = content(administrator, reverse("admin:syncapp_accountpair_change", args=[world.pair.pk]))
    assert address(world) in page
