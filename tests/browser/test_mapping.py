"""The wizard's mapped fields and filters, in a browser (issue 6, item 3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, person
from tests.browser.test_walk import connect, home

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_mapping_and_a_filter_are_made_by_choosing(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    person("ada", is_superuser=True)
    page = visit.page
    visit.sign_in("ada")
    connect(visit, "hubspot", "Allow")
    home(visit)
    connect(visit, "quickbooks", "Connect")
    home(visit)
    page.locator("#td-next-step").click()
    visit.next()

    # -- an added mapping: what is not allowed says why; a search finds the field
    page.select_option("#new-hubspot", "createdate")
    page.select_option("#new-quickbooks", "Balance")
    expect(page.get_by_text("These two fields cannot be mapped.")).to_be_visible()
    visit.keep("wizard-2-not-allowed")
    page.locator("#add-mapping input[type=search]").first.fill("job title")
    page.locator("#add-mapping input[type=search]").first.press("Enter")
    expect(page.get_by_text("One way only.")).to_be_visible()
    page.select_option("#new-quickbooks", "Notes")
    expect(page.get_by_text("One way only.")).to_have_count(0)
    expect(page.locator("#new-direction")).to_have_value("both")
    page.select_option("#new-transform", "default")
    page.fill("#new-text", "none")
    visit.keep("wizard-2-add-mapping")
    page.get_by_role("button", name="Add mapping").click()
    expect(page.locator("#label-14")).to_have_text("Job Title")
    visit.next()

    # -- the recommended filter, and whom it admits
    expect(page.locator("#hubspot-0-1-field")).to_have_value("invoices:hs_createdate")
    expect(page.get_by_text("Would admit 0 of")).to_be_visible()
    page.select_option("#hubspot-0-1-operator", "between")
    expect(page.locator("#hubspot-0-1-high")).to_be_visible()
    page.fill("#hubspot-0-1-value", "2020-01-01")
    page.fill("#hubspot-0-1-high", "2030-01-01")
    visit.keep("wizard-3-filters-recommended")
    visit.next()
    expect(page.get_by_text("it has an invoice of which Invoice status")).to_be_visible()
