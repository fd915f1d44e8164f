"""The month page by clicking only, as administrator, operator, approver and viewer (B19)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from syncapp.models import AccountPair, MonthMark, RecordLink, RecordLogEntry, SyncDefinition
from tests.admin.rows import joined
from tests.browser.conftest import Visit, person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft mbH & Co."


def plant(pair: AccountPair) -> RecordLink:
    """Records of last month on most lists, in three currencies."""
    now = timezone.now()
    day = now.date().replace(day=1) - timedelta(days=9)
    told = [
        ("invoices", "failing", "inv_no_customer", "48300", "USD"),
        ("invoices", "failing", "inv_period_closed", "1250.5", "EUR"),
        ("invoices", "waiting", "pending", "90000000", "JPY"),
        ("invoices", "excluded", "inv_draft", "12", "USD"),
        ("payments", "failing", "pay_no_account", "310.25", "USD"),
        ("payments", "failing", "pay_refunded", "99", "USD"),
    ]
    for number, (name, state, code, amount, currency) in enumerate(told):
        definition, _ = SyncDefinition.objects.get_or_create(
            pair=pair, object_type=name, defaults={"enabled": True, "activated_at": now}
        )
        link = RecordLink.objects.create(
            definition=definition, origin="hubspot", hubspot_id=str(number),
            label=f"{LONG} {number}",
            party=LONG, number=f"INV-{number}", state=state, code=code, document_date=day,
            amount=Decimal(amount), currency=currency, created_at=now, updated_at=now,
        )  # fmt: skip
    return link


def change(link: RecordLink) -> None:
    RecordLogEntry.objects.create(
        definition=link.definition, link=link, at=timezone.now(), kind="updated",
        side="quickbooks",
        changes=[
            {"field": "CustomerMemo.value", "label": "Message on the invoice", "before": None,
             "after": f"{LONG} " * 4},
            {"field": "TxnDate", "label": "Invoice date", "before": "2026-10-01",
             "after": "2026-10-02"},
        ],
    )  # fmt: skip


def test_b19_a_month_is_looked_at_marked_and_taken_back(visit: Visit, tmp_path: Path) -> None:
    for name, role in (("oscar", "operator"), ("vera", "viewer"), ("cara", "approver")):
        person(name, role)
    person("ada", "administrator")
    page = visit.page

    def open_month() -> None:
        page.locator("#nav-sidebar, aside, nav").get_by_role(
            "link", name="Month", exact=False
        ).first.click()
        page.wait_for_load_state()

    visit.sign_in("vera")
    open_month()
    expect(page.get_by_text("There are no accounts to close a month for yet")).to_be_visible()
    visit.keep("month-no-accounts")
    pair = joined(name=f"{LONG} ↔ Books")
    open_month()
    expect(page.get_by_text("Nothing fails.")).to_be_visible()
    visit.keep("month-empty")
    link = plant(pair)
    page.reload()
    expect(page.locator("#td-tile-failing .td-tile-count")).to_have_text("4")
    expect(page.locator("#td-tile-not_in_quickbooks")).to_contain_text("90,000,000 JPY")
    expect(page.locator("#td-mark")).to_have_count(0)
    visit.keep("month-viewer")
    page.get_by_role("link", name="Refunds, voids and disputes to book").click()
    expect(
        page.get_by_text("List of the month: Refunds, voids and disputes to book")
    ).to_be_visible()
    expect(page.get_by_text("INV-5").first).to_be_visible()
    visit.keep("month-list")
    page.go_back()
    page.get_by_role("link", name="Previous month").click()
    expect(page.get_by_text("No invoice, payment or refund is dated in this month")).to_be_visible()

    page.context.clear_cookies()
    visit.sign_in("cara")
    open_month()
    page.get_by_role("button", name="Mark as ready to close").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Failing: 4")
    visit.keep("month-question")
    question.get_by_role("button", name="Mark as ready").click()
    expect(page.locator(".td-note.td-good")).to_be_visible()
    expect(page.get_by_text("No record of this month was changed since.")).to_be_visible()
    change(link)
    page.reload()
    expect(page.locator("#later")).to_contain_text("Oct 1, 2026 → Oct 2, 2026")
    visit.keep("month-marked")

    page.context.clear_cookies()
    visit.sign_in("oscar")
    open_month()
    expect(page.get_by_role("button", name="Take the mark back")).to_have_count(0)
    with page.expect_download() as started:
        page.get_by_role("link", name="XLSX").click()
    assert started.value.suggested_filename.endswith(".xlsx")
    visit.keep("month-operator")

    page.context.clear_cookies()
    visit.sign_in("ada")
    open_month()
    page.get_by_role("button", name="Set Reviewed through to").click()
    expect(page.get_by_text("The books are reviewed through")).to_be_visible()
    page.get_by_role("button", name="Take the mark back").click()
    page.get_by_label("Reason, kept with your name").fill("A late bill")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("taken back by ada")).to_be_visible()
    visit.keep("month-administrator")
    assert MonthMark.objects.get().withdrawn_note == "A late bill"
    pair.refresh_from_db()
    assert isinstance(pair.reviewed_through, date)
