"""Home, object view and record view over 1,000,000 records, by clicking (issue 6; minutes).

TANDEM_MILLION=<file> gets the table of how long each click took until its answer was on screen
(docs/performance.md). The times are told, never held to a limit: that depends on the machine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from benchmarks.record_view import fill
from syncapp.models import RecordLink, SyncDefinition
from syncapp.services import counts
from tests.browser.conftest import PASSWORD, Visit, digits

pytestmark = [pytest.mark.browser, pytest.mark.long]
RECORDS = int(os.environ.get("TANDEM_MILLION_RECORDS", "1000000"))


class Watch:
    """How long each step took."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.told.append((name, time.perf_counter() - began))

    def write(self) -> None:
        lines = [f"| {name} | {took * 1000:,.0f} |" for name, took in self.told]
        print("\n" + "\n".join(lines))
        if asked := os.environ.get("TANDEM_MILLION"):
            Path(asked).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def million(transactional_db: None) -> None:
    """The benchmark's records, counted as a run would; its operator may sign in."""
    fill(RECORDS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    counts.keep(SyncDefinition.objects.values_list("pk", flat=True), now=timezone.now())
    olga = User.objects.get(username="olga")
    olga.set_password(PASSWORD)
    olga.save()


def test_an_operator_works_with_a_million_records(million: None, visit: Visit) -> None:
    page, watch = visit.page, Watch()
    page.context.set_default_timeout(120_000)
    total = RecordLink.objects.count()
    assert total == RECORDS
    one = f"INV-{total * 7 // 10 + 1:07d}"
    some = f"INV-{total * 7 // 10:07d}"[:8]
    with watch.step("signing in, home"):
        visit.sign_in("olga")
        expect(page.locator(".td-todo-row").first).to_be_visible()
    figures = page.locator(".td-figure b").all_inner_texts()
    assert sum(digits(one) for one in figures) == total
    visit.keep("million-home")

    with watch.step("object view"):
        page.get_by_role("link", name="Object view").first.click()
        expect(page.locator("[id^=count-][id$=-failing]").first).to_be_visible()
    visit.keep("million-object-view")
    drawer = page.locator("#drawer")
    with watch.step("side panel of the failing ones"):
        page.locator("[id^=count-][id$=-failing]").first.click()
        expect(drawer.locator(".tn-record-item")).to_have_count(25)
    visit.keep("million-panel")
    with watch.step("side panel, next page"):
        drawer.get_by_role("button", name="Next page").click()
        expect(drawer.get_by_role("button", name="First page")).to_be_visible()
    with watch.step("side panel, search"):
        drawer.locator("#drawer-q").fill(some)
        page.keyboard.press("Enter")
        expect(drawer.locator(".tn-record-item").first).to_contain_text(some)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    rows = page.locator("#records tbody tr")
    with watch.step("record view"):
        page.get_by_role("link", name="Record view").first.click()
        expect(rows).to_have_count(50)
    visit.keep("million-records")
    for _ in range(3):
        first = page.locator("#records .tn-record").first.inner_text()
        with watch.step("record view, next page"):
            page.get_by_role("link", name="Next page").click()
            expect(page.locator("#records .tn-record").first).not_to_have_text(first)
    with watch.step("record view, failing"):
        page.locator(".rv-tabs a", has_text="Failing").click()
        expect(page.locator(".rv-chip", has_text="Failing")).to_be_visible()
    page.get_by_text("More filters").click()
    page.get_by_label("Document date from").fill("2026-03-01")
    page.get_by_label("Document date to").fill("2026-03-31")
    with watch.step("record view, failing of a month"):
        page.get_by_role("button", name="Apply filters").click()
        expect(page.locator(".rv-chip")).to_have_count(3)
    with watch.step("record view, failing of a month, a customer"):
        page.get_by_role("searchbox").fill("customer")
        page.keyboard.press("Enter")
        expect(page.locator(".rv-chip")).to_have_count(4)
    visit.keep("million-filtered")
    with watch.step("record view, filters cleared"):
        page.get_by_role("link", name="Clear filters").click()
        expect(page.locator(".rv-chip")).to_have_count(0)
    with watch.step("record view, an invoice by its number"):
        page.get_by_role("searchbox").fill(one)
        page.keyboard.press("Enter")
        expect(rows).to_have_count(1)
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Due date", exact=True).uncheck()
    page.get_by_label("E-mail", exact=True).check()
    with watch.step("record view, other columns"):
        page.get_by_role("button", name="Save columns").click()
        expect(page.locator("#records th", has_text="Due date")).to_have_count(0)
    with watch.step("one record"):
        page.locator("#records .tn-record").first.click()
        expect(page.get_by_text("Sync activity")).to_be_visible()
    visit.keep("million-record")
    watch.write()
