"""The pre-flight page by clicking only, as administrator and then as viewer (S3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from syncapp.models import PreflightTick
from tests.browser.conftest import Visit, person
from tests.browser.test_walk import connect_both

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_preflight(page: Page) -> None:
    page.get_by_role("link", name="Account pairs").first.click()
    page.locator("#result_list tbody a").first.click()
    page.get_by_role("link", name="Pre-flight").click()


def test_s3_the_preflight_page(visit: Visit) -> None:
    person("ada", is_superuser=True)
    person("vera", "viewer")
    page = visit.page
    visit.sign_in("ada")
    connect_both(visit)
    open_preflight(page)
    expect(page.get_by_text("Nobody has looked at these two accounts yet.")).to_be_visible()
    visit.keep("preflight-empty")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("button", name="Check again")).to_be_visible()
    workflows = page.locator("#finding-workflows")
    expect(workflows.get_by_text("“Payment source” is none of “Invoice”")).to_be_visible()
    visit.keep("preflight")
    workflows.get_by_role("checkbox").check()
    workflows.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Confirmed by ada")).to_be_visible()
    assert PreflightTick.objects.get().who == "ada"

    # What concerns a sync is told where it is switched on.
    page.get_by_role("link", name="HubSpot account").first.click()
    page.locator(".td-card", has_text="Not synced yet.").get_by_role("link").first.click()
    for _ in range(3):
        visit.next()
    expect(page.get_by_text("The pre-flight found something worth mending first")).to_be_visible()
    visit.keep("preflight-review")
    page.get_by_role("link", name="What to do").first.click()
    expect(page.locator("#finding-emails")).to_be_in_viewport()

    page.context.clear_cookies()
    visit.sign_in("vera")
    open_preflight(page)
    expect(page.get_by_text("Confirmed by ada")).to_be_visible()
    for button in ("Check again", "Take back", "Confirm"):
        expect(page.get_by_role("button", name=button)).to_have_count(0)
