"""The wizard's mapped fields and filters, in a browser (issue 6, item 3)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, expect

from tests.browser import furnished
from tests.browser.conftest import Visit, person
from tests.browser.test_walk import connect_both

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def at_mapping(visit: Visit, hubspot: str, quickbooks: str) -> Page:
    """An administrator at the mapped fields of a new contact sync."""
    person("ada", "administrator")
    furnished.connected(hubspot, quickbooks)
    visit.sign_in("ada")
    visit.page.locator("#td-next-step").click()
    visit.next()
    return visit.page


def test_what_is_done_while_an_answer_is_under_way_counts(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    """On a slow line each choice is answered late: no word typed and no click is lost by it."""
    page = at_mapping(visit, hubspot, quickbooks)
    held: list[Route] = []

    def hold(route: Route) -> None:
        """Answers to choices wait until they are let go; pages come at once."""
        asks = route.request.method == "POST" and "hx-request" in route.request.headers
        held.append(route) if asks else route.continue_()

    def let_go() -> None:
        with page.expect_response("**/mapping/"):
            held.pop().continue_()

    page.route("**/wizard/**", hold)
    searches = page.locator("#add-mapping input[type=search]")
    searches.nth(0).fill("job title")
    searches.nth(0).press("Enter")
    expect(page.locator("#new-hubspot")).to_have_value("jobtitle")
    searches.nth(1).press_sequentially("note")
    let_go()
    expect(page.locator("#new-direction")).to_be_visible()
    expect(searches.nth(1)).to_have_value("note")
    expect(searches.nth(1)).to_be_focused()
    searches.nth(0).press("Enter")  # nothing is asked for there: nothing is chosen
    expect(page.locator("#new-hubspot")).to_have_value("jobtitle")
    searches.nth(1).press("Enter")
    expect(page.locator("#new-quickbooks")).to_have_value("Notes")
    add = page.get_by_role("button", name="Add mapping")
    add.scroll_into_view_if_needed()
    box = add.bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    if held:  # called off by the press: whatever comes must not take the button away
        with suppress(PlaywrightError):
            held.pop().continue_()
    page.wait_for_timeout(500)
    page.mouse.up()
    expect(page.locator("[id^=label-]", has_text="Job Title")).to_be_visible()
    expect(page.locator("#new-hubspot")).to_have_value("")
    page.unroute_all(behavior="ignoreErrors")


def test_a_mapping_and_a_filter_are_made_by_choosing(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    person("ada", is_superuser=True)
    page = visit.page
    visit.sign_in("ada")
    connect_both(visit)
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


def test_a_constant_of_500_characters_stays_inside_the_page(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    """One word without a space, in the mapped fields and in the review, wide and narrow."""
    page = at_mapping(visit, hubspot, quickbooks)
    page.select_option("#new-transform", "constant")
    page.fill("#new-text", "W" * 500)
    page.select_option("#new-quickbooks", "Notes")
    page.select_option("#new-direction", "to_quickbooks")
    page.get_by_role("button", name="Add mapping").click()
    expect(page.locator("[id^=label-]", has_text="W" * 255)).to_be_visible()
    _fits(page)
    visit.next()
    visit.next()
    expect(page.get_by_role("button", name="Switch on", exact=True)).to_be_visible()
    expect(page.get_by_text("W" * 255).first).to_be_attached()
    _fits(page)


def _fits(page: Page) -> None:
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
