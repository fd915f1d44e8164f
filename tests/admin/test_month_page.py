"""The month page: its lists and links, who marks a month, the file, and its price (B12, B19)."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from syncapp.models import (
    AccountPair,
    MonthMark,
    RecordLink,
    RecordLogEntry,
    SettingChange,
    SyncDefinition,
)
from tests.admin import rows
from tests.admin.conftest import signed_in
from tests.proves import proves

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
DAY = date(2026, 10, 12)


@pytest.fixture
def pair() -> AccountPair:
    return rows.joined(name="Zanzibar")


def sync(pair: AccountPair, name: str = "invoices") -> SyncDefinition:
    found, _ = SyncDefinition.objects.get_or_create(pair=pair, object_type=name)
    return found


def planted(pair: AccountPair, number: int, name: str = "invoices", **values: Any) -> RecordLink:
    now = timezone.now()
    told = {
        "origin": "hubspot", "hubspot_id": str(number), "label": f"INV-{number}",
        "state": "failing", "code": "inv_no_customer", "document_date": DAY, "currency": "USD",
        "amount": Decimal("1250.50"), "created_at": now, "updated_at": now, **values,
    }  # fmt: skip
    return RecordLink.objects.create(definition=sync(pair, name), **told)


def address(pair: AccountPair, month: str = "2026-10") -> str:
    return f"{reverse('admin:syncapp_month')}?pair={pair.pk}&month={month}"


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(client: Client, pair: AccountPair, what: str, **values: str) -> str:
    """A button of the page; the page after it."""
    url = reverse(f"admin:syncapp_pair_month_{what}", args=[pair.pk])
    answer = client.post(url, {"month": "2026-10", **values}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def seen(client: Client, pair: AccountPair) -> str:
    told = client.get(address(pair)).context["seen"]
    assert told
    return str(told)


@proves("B19")
def test_b19_each_tile_leads_to_its_records(pair: AccountPair) -> None:
    planted(pair, 1)
    planted(pair, 2, currency="EUR", amount=Decimal(80))
    planted(pair, 3, state="excluded", code="inv_draft")
    planted(pair, 4, document_date=date(2026, 9, 30))
    planted(pair, 5, state="in_sync", code="", quickbooks_id="5")
    planted(pair, 6, "payments", code="pay_refunded", quickbooks_id="6", amount=Decimal(9))
    client = signed_in("vera", "viewer")
    answer = client.get(address(pair))
    page = answer.content.decode()
    for told in ("1,250.50 USD", "80.00 EUR", "October 2026", "Nothing waits."):
        assert told in page, told
    counts = {tile["name"]: tile["count"] for tile in answer.context["tiles"]}
    assert counts == {
        "not_in_quickbooks": "2", "payments_not_posted": "0", "failing": "3",
        "closed_period": "0", "waiting": "0", "excluded": "1", "to_book": "1", "fees": "0",
        "edited": "0",
    }  # fmt: skip
    for tile in answer.context["tiles"]:
        if tile["name"] == "fees":
            assert "from=2026-10-01&to=2026-10-31" in tile["url"]
            continue
        listed = client.get(tile["url"])
        assert listed.context["total"] == int(tile["count"]), tile["name"]
        query = parse_qs(urlsplit(tile["url"]).query)
        assert query["dated_from"] == ["2026-10-01"]
        assert query["dated_to"] == ["2026-10-31"]
        assert "Document date from: Oct 1, 2026" in listed.content.decode()
    chips = shown(client, next(t["url"] for t in answer.context["tiles"] if t["name"] == "to_book"))
    assert "List of the month: Refunds, voids and disputes to book" in chips


def test_without_a_month_it_is_the_last_one_in_the_companys_zone(pair: AccountPair) -> None:
    client = signed_in("vera", "viewer")
    now = timezone.now()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        AccountPair.objects.update(time_zone=zone)
        pair.refresh_from_db()
        with timezone.override(zone):
            first = timezone.localdate(now).replace(day=1)
        last = (first - timedelta(days=1)).replace(day=1)
        answer = client.get(reverse("admin:syncapp_month"))
        assert answer.context["month"] == f"{last:%Y-%m}"


def test_there_is_a_way_to_the_months_around_and_to_the_other_pages(pair: AccountPair) -> None:
    page = shown(signed_in("ada"), address(pair))
    for month in ("2026-09", "2026-11"):
        assert f"pair={pair.pk}&amp;month={month}" in page
    tie_out = reverse("admin:syncapp_pair_tie_out", args=[pair.pk])
    assert f'href="{tie_out}?month=2026-10"' in page
    assert reverse("admin:syncapp_pair_fees", args=[pair.pk]) in page
    assert "Set Reviewed through to Oct 31, 2026" in page


@pytest.mark.parametrize("told", ["2026-13", "x", "0001-01", "9999-12", "2026-1"])
def test_what_is_no_month_is_refused(pair: AccountPair, told: str) -> None:
    assert signed_in("vera", "viewer").get(address(pair, told)).status_code == 400


def test_a_pair_that_is_not_there(pair: AccountPair) -> None:
    url = f"{reverse('admin:syncapp_month')}?pair=99999"
    assert signed_in("vera", "viewer").get(url).status_code == 404


def test_an_empty_list_of_unknown_invoices_is_no_proof(pair: AccountPair) -> None:
    client = signed_in("vera", "viewer")
    assert "There is no sync of invoices for these accounts" in shown(client, address(pair))
    definition = sync(pair)
    for words, values in (
        ("The invoice sync is switched off.", {"enabled": False}),
        ("still being read for the first time", {"enabled": True}),
        ("", {"hubspot_complete": True, "quickbooks_complete": True}),
    ):
        SyncDefinition.objects.filter(pk=definition.pk).update(**values)
        assert str(client.get(address(pair)).context["coverage"]).count(words) >= 1
    assert client.get(address(pair)).context["coverage"] == ""


def test_without_accounts_the_page_says_where_to_begin() -> None:
    page = shown(signed_in("vera", "viewer"), reverse("admin:syncapp_month"))
    assert "There are no accounts to close a month for yet" in page


@proves("B19")
def test_b19_an_approver_marks_a_month_and_takes_it_back(pair: AccountPair) -> None:
    record = planted(pair, 1)
    client = signed_in("cara", "approver")
    page = shown(client, address(pair))
    assert "Still open:" in page
    assert "Finalized in HubSpot, not in QuickBooks: 1" in page
    page = post(client, pair, "mark", seen=seen(client, pair))
    assert ", cara marked October 2026 as ready to close" in page
    assert "Something was open then on 2 lists." in page
    assert "No record of this month was changed since." in page

    RecordLogEntry.objects.create(
        definition=record.definition, link=record, at=timezone.now(), kind="updated",
        side="quickbooks", who="oscar",
        changes=[{"field": "TxnDate", "label": "Invoice date", "before": "2026-10-12",
                  "after": "2026-10-13"}],
    )  # fmt: skip
    page = shown(client, address(pair))
    for told in ("oscar", "Updated in QuickBooks", "Invoice date:", "Oct 12, 2026 → Oct 13, 2026"):
        assert told in page, told

    assert "Say why the month is not ready" in post(client, pair, "unmark", note="  ")
    assert MonthMark.objects.get().withdrawn_at is None
    page = post(client, pair, "unmark", note="A late bill")
    assert "October 2026 is not marked any more." in page
    assert "A late bill" in page
    told = [(one.setting, one.before, one.after) for one in SettingChange.objects.order_by("pk")]
    assert told == [
        ("month.2026-10", None, "ready"), ("month.2026-10", "ready", "A late bill")
    ]  # fmt: skip
    audit = shown(client, reverse("admin:syncapp_settingchange_changelist"))
    for words in ("Month 2026-10", "ready to close", "mark taken back: A late bill"):
        assert words in audit, words


@proves("B19")
def test_b19_a_mark_needs_what_was_seen_and_a_month_that_is_over(pair: AccountPair) -> None:
    planted(pair, 1)
    client = signed_in("cara", "approver")
    told = seen(client, pair)
    planted(pair, 2)
    assert "Nothing was marked" in post(client, pair, "mark", seen=told)
    assert "Nothing was marked" in post(client, pair, "mark")
    page = post(client, pair, "mark", month="2999-01", seen="0")
    assert "January 2999 is not over yet." in page
    assert not MonthMark.objects.exists()
    assert "Mark as ready to close" not in shown(client, address(pair, "2999-01"))


@proves("B12", "B19")
@pytest.mark.parametrize(
    ("role", "marks", "reviews", "exports"),
    [
        ("viewer", False, False, False),
        ("operator", False, False, True),
        ("approver", True, False, False),
        ("administrator", True, True, True),
    ],
)
def test_b12_buttons_follow_the_role(
    pair: AccountPair, role: str, marks: bool, reviews: bool, exports: bool
) -> None:
    client = signed_in("somebody", role)
    page = shown(client, address(pair))
    assert ('id="td-mark"' in page) is marks
    assert ("Set Reviewed through" in page) is reviews
    assert (">XLSX<" in page) is exports
    for what in ("mark", "unmark"):
        answer = client.post(reverse(f"admin:syncapp_pair_month_{what}", args=[pair.pk]))
        assert answer.status_code == (302 if marks else 403), what
    file = reverse("admin:syncapp_pair_month_file", args=[pair.pk, "csv"])
    assert client.get(file).status_code == (200 if exports else 403)
    assert not MonthMark.objects.exists()


def test_reviewed_through_is_set_from_here(pair: AccountPair) -> None:
    client = signed_in("ada")
    here = address(pair)
    answer = client.post(
        reverse("admin:syncapp_pair_review", args=[pair.pk]),
        {"reviewed_through": "2026-10-31", "next": here},
    )
    assert answer.headers["Location"] == here
    pair.refresh_from_db()
    assert pair.reviewed_through == date(2026, 10, 31)
    assert "Set Reviewed through" not in shown(client, here)


@proves("B19")
def test_b19_the_month_as_a_file(pair: AccountPair) -> None:
    planted(pair, 1, label="=1+1", amount=Decimal("-5"))
    client = signed_in("ada")
    post(client, pair, "mark", seen=seen(client, pair))
    record = RecordLink.objects.get()
    RecordLogEntry.objects.create(
        definition=record.definition, link=record, at=timezone.now(), kind="updated",
        changes=[{"field": "DocNumber", "label": "", "before": "1", "after": "=2"}],
    )  # fmt: skip
    url = reverse("admin:syncapp_pair_month_file", args=[pair.pk, "csv"])
    answer = client.get(f"{url}?month=2026-10")
    assert answer.headers["Content-Disposition"].endswith('"tandem-month-2026-10.csv"')
    told = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert (told[0]["What"], told[0]["Person"]) == ("Zanzibar, 2026-10", "ada")
    sums = [row for row in told if row["Line"] == "sum" and row["What"] == "Failing"]
    assert [(row["Count"], row["Amount"], row["Currency"]) for row in sums] == [
        ("1", "-5.00", "USD")
    ]
    (later,) = [row for row in told if row["Line"] == "later change"]
    assert (later["Record"], later["Before"], later["After"]) == ("'=1+1", "1", "'=2")
    (ready,) = [row for row in told if row["Line"] == "ready to close"]
    assert ready["Person"] == "ada"
    url = reverse("admin:syncapp_pair_month_file", args=[pair.pk, "xlsx"])
    book = load_workbook(BytesIO(client.get(f"{url}?month=2026-10").content))
    cells = [row for row in book.active.iter_rows(values_only=True) if row[0] == "sum"]
    assert cells[0][5] == -5


@proves("B19")
def test_b19_the_price_of_the_page_does_not_grow(pair: AccountPair) -> None:
    client = signed_in("cara", "approver")
    planted(pair, 0)
    post(client, pair, "mark", seen=seen(client, pair))

    def price() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as asked:
            body = client.get(address(pair)).content
        return len(asked), len(gzip.compress(body))

    few, _ = price()
    now = timezone.now()
    RecordLink.objects.bulk_create(
        RecordLink(
            definition=sync(pair, ("invoices", "payments")[n % 2]), origin="hubspot",
            hubspot_id=f"x{n}", label="Donaudampfschiff " * 9, state=("failing", "waiting")[n % 2],
            code=("inv_no_customer", "approval_period")[n % 2], document_date=DAY,
            currency=f"C{n % 30}", amount=n, created_at=now, updated_at=now,
        )
        for n in range(1500)
    )  # fmt: skip
    RecordLogEntry.objects.bulk_create(
        RecordLogEntry(
            definition_id=link.definition_id, link=link, at=now, kind="updated",
            changes=[{"field": f"f{n}", "before": "x" * 300, "after": "y" * 300} for n in range(9)],
        )
        for link in RecordLink.objects.exclude(hubspot_id="0")
    )  # fmt: skip
    many, size = price()
    assert many <= 30
    assert few <= many
    assert size < 100_000
