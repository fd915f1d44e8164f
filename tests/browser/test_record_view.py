"""The record view by clicking only: filters, columns, assignments, exclusion, export (S31, S32)."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from syncapp.models import RecordLink, SyncDefinition
from tests.admin import rows
from tests.browser.conftest import Visit, person
from tests.proves import proves

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = "Donaudampfschifffahrtsgesellschaft" * 8


def invoices(count: int) -> None:
    """Invoices of a sync: every third fails, the first customer has the longest name there is."""
    pair = rows.joined()
    definition = SyncDefinition.objects.create(
        pair=pair, object_type="invoices", enabled=False, activated_at=timezone.now()
    )
    now = timezone.now()
    for number in range(count):
        fails, moment = number % 3 == 0, now - timedelta(hours=number)
        RecordLink.objects.create(
            definition=definition, origin="hubspot", hubspot_id=str(90_000 + number),
            label=f"INV-{1000 + number}", number=f"INV-{1000 + number}",
            party=LONG if number == 0 else f"Customer {number % 4}", currency="USD",
            amount=Decimal(f"{number + 1}234.5"), document_date=date(2026, 3, 1 + number % 28),
            due_date=date(2026, 4, 1 + number % 28), created_at=moment, updated_at=moment,
            state="failing" if fails else "in_sync", code="inv_service_date" if fails else "",
            failing_since=moment if fails else None,
        )  # fmt: skip


def open_records(page: Page) -> None:
    page.get_by_role("link", name="Record view").first.click()
    expect(page.get_by_role("search")).to_be_visible()


def shown(page: Page) -> list[str]:
    return page.locator("#records .tn-record").all_inner_texts()


@proves("S31")
def test_a_bookkeeper_works_through_the_failures(visit: Visit) -> None:
    person("oscar", "operator")
    person("vera", "viewer")
    User.objects.filter(username="vera").update(first_name="Vera", last_name="Vogel")
    invoices(120)
    page = visit.page
    visit.sign_in("oscar")
    open_records(page)
    expect(page.locator("#records tbody tr")).to_have_count(50)
    visit.keep("record-list")

    # Pages, forth and back.
    first = shown(page)
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="INV-1050", exact=True)).to_be_visible()
    page.get_by_role("link", name="Previous page").click()
    expect(page.get_by_role("link", name="INV-1000", exact=True)).to_be_visible()
    assert shown(page) == first

    # Filters; the address is the view.
    page.locator(".rv-tabs a", has_text="Failing").click()
    page.get_by_text("More filters").click()
    page.get_by_label("Document date to").fill("2026-03-02")
    page.get_by_role("searchbox").fill("1084")
    page.keyboard.press("Enter")
    expect(page.locator(".rv-chip")).to_have_count(3)
    assert shown(page) == ["INV-1084"]
    visit.keep("record-list-filtered")
    page.get_by_role("searchbox").fill("nobody at all")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_text("No record matches")).to_be_visible()
    visit.keep("record-list-nothing")
    page.get_by_role("link", name="Remove the filter Search: “nobody at all”").click()
    expect(page.locator(".rv-chip")).to_have_count(2)
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator(".rv-chip")).to_have_count(0)

    # Columns: one less, one more, another order.
    page.locator("summary", has_text="Columns").click()
    visit.keep("record-list-columns")
    page.get_by_label("Due date", exact=True).uncheck()
    page.get_by_label("E-mail", exact=True).check()
    for _ in range(2):
        page.get_by_role("button", name="Move Amount up").click()
    page.get_by_role("button", name="Save columns").click()
    expect(page.locator("#records th", has_text="Due date")).to_have_count(0)
    heads = page.locator("#records thead th").all_inner_texts()
    assert heads.index("Amount") < heads.index("Document date") < heads.index("E-mail")

    # One record's note; then some to a colleague, in bulk.
    page.locator(".rv-tabs a", has_text="Failing").click()
    page.get_by_role("link", name="Assignee and note of INV-1003").click()
    row = page.locator("#records tr", has_text="INV-1003")
    row.locator("select[name=assignee]").select_option(label="Vera Vogel")
    row.locator("textarea").fill("Asked for the service dates")
    visit.keep("record-list-note")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_text("Asked for the service dates")).to_be_visible()
    page.get_by_label("Tick INV-1006").check()
    page.get_by_label("Tick INV-1009").check()
    expect(page.get_by_text("2 ticked")).to_be_visible()
    page.locator("#bulk select[name=assignee]").select_option(label="Vera Vogel")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("2 records are assigned to Vera Vogel now.")).to_be_visible()
    assert RecordLink.objects.filter(assignee__username="vera").count() == 3

    # Excluding asks why.
    page.get_by_label("Tick INV-1012").check()
    page.get_by_role("button", name="Exclude…").click()
    expect(page.get_by_role("heading", name="Leave 1 record out of the sync?")).to_be_visible()
    page.get_by_label("Why are they left out?").fill("A test invoice")
    page.get_by_role("button", name="Exclude", exact=True).click()
    expect(page.get_by_text("1 record is left out of the sync from now on.")).to_be_visible()
    expect(page.locator(".rv-chip", has_text="State: Failing")).to_be_visible()
    assert RecordLink.objects.get(excluded_note="A test invoice").number == "INV-1012"

    # The colleague sees their own, and nothing to change them with.
    page.context.clear_cookies()
    visit.sign_in("vera")
    open_records(page)
    page.locator("#filter-assignee").select_option(label="Vera Vogel")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("#records tbody tr")).to_have_count(3)
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)
    expect(page.locator("#records input[type=checkbox]")).to_have_count(0)
    expect(page.get_by_role("link", name="Export")).to_have_count(0)
    visit.keep("record-list-viewer")


@proves("S32")
def test_failures_are_exported(visit: Visit) -> None:
    person("oscar", "operator")
    invoices(12)
    page = visit.page
    visit.sign_in("oscar")
    open_records(page)
    page.locator(".rv-tabs a", has_text="Failing").click()
    page.get_by_role("link", name="Export").click()
    page.get_by_role("button", name="Tick all").click()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("4 records are in the file.")).to_be_visible()
    visit.keep("exported")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    assert started.value.suggested_filename.endswith(".csv")
    told = list(csv.reader(started.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert told[1] == ["Filter", "State: Failing"]
    assert told[3] == ["Made by", "oscar"]
    found = [dict(zip(told[5], row, strict=True)) for row in told[6:]]
    assert [(row["Number"], row["Amount"], row["Currency"]) for row in found] == [
        ("INV-1000", "1234.50", "USD"), ("INV-1003", "4234.50", "USD"),
        ("INV-1006", "7234.50", "USD"), ("INV-1009", "10234.50", "USD"),
    ]  # fmt: skip
    page.get_by_role("link", name="Your exports").click()
    expect(page.get_by_role("cell", name="State: Failing")).to_be_visible()
    visit.keep("exports")
