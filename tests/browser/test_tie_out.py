"""The tie-out page by clicking only, as administrator and then as viewer (B3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from syncapp.models import AccountPair, RecordLink, SyncDefinition, TieOut
from tests.browser.conftest import Visit, person
from tests.browser.test_walk import connect_both

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_tie_out(page: Page) -> None:
    page.get_by_role("link", name="Account pairs").first.click()
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("link", name="Tie-out").click()


def plant(month: TieOut) -> None:
    """An invoice that counts as in sync, and is not: with the longest name there is."""
    figures = month.figures
    row = next(one for one in figures["customers"] if one["explained"])
    definition = SyncDefinition.objects.create(
        pair=AccountPair.objects.get(), object_type="invoices"
    )
    link = RecordLink.objects.create(
        definition=definition, origin="quickbooks", quickbooks_id="9000001", label="INV-1",
        created_at=month.requested_at, updated_at=month.requested_at,
    )  # fmt: skip
    finding = row["findings"][0]
    finding |= {
        "link": link.pk, "is_explained": False, "is_note": False, "code": "differs",
        "reason": "The two sides differ although the record counts as in sync.",
        "remedy": "Look at it on both sides.",
    }  # fmt: skip
    row["customer"] = "Donaudampfschifffahrtsgesellschaft" * 12
    row["unexplained"], row["explained"] = 1, row["explained"] - 1
    figures |= {"ties_out": False, "unexplained": 1, "explained": figures["explained"] - 1}
    none = {name: "0.00" for name in row["difference"]}
    equal = {**row, "findings": [], "explained": 0, "unexplained": 0, "customer": "Zoë & Söhne"}
    figures["customers"].append({**equal, "hubspot": row["quickbooks"], "difference": none})
    month.save()


def test_b3_the_tie_out_of_a_month(visit: Visit, tmp_path: Path) -> None:
    person("ada", is_superuser=True)
    person("vera", "viewer")
    page = visit.page
    visit.sign_in("ada")
    connect_both(visit)
    open_tie_out(page)
    expect(page.get_by_text("has not been read yet.")).to_be_visible()
    visit.keep("tie-out-empty")
    page.get_by_role("button", name="Read both sides").click()
    expect(page.get_by_role("button", name="Read both sides again")).to_be_visible()
    expect(page.get_by_role("heading", name="All customers")).to_be_visible()
    listed = page.locator(".td-tie-list li", has_text="There is no sync of")
    expect(listed.first).to_be_hidden()
    for summary in page.locator(".td-tie-findings summary").all():
        summary.click()
    expect(listed.first).to_be_visible()
    visit.keep("tie-out")

    plant(TieOut.objects.get())
    page.reload()
    expect(page.locator(".td-badge", has_text="1 unexplained").first).to_be_visible()
    visit.keep("tie-out-unexplained")
    with page.expect_download() as started:
        page.get_by_role("link", name="XLSX").click()
    assert started.value.suggested_filename.endswith(".xlsx")
    page.locator(".td-tie-list a").first.click()
    expect(page.get_by_text("INV-1").first).to_be_visible()

    page.go_back()
    page.get_by_label("Month").fill("2020-02")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("February 2020 has not been read yet.")).to_be_visible()
    page.get_by_role("button", name="Read both sides").click()
    expect(page.get_by_text("Neither side has an invoice or a payment")).to_be_visible()
    visit.keep("tie-out-nothing")

    page.context.clear_cookies()
    visit.sign_in("vera")
    open_tie_out(page)
    expect(page.get_by_role("heading", name="All customers")).to_be_visible()
    expect(page.get_by_role("button", name="Read both sides again")).to_have_count(0)
    expect(page.get_by_role("link", name="CSV")).to_have_count(0)
