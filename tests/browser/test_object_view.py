"""Home and object view in a browser: attention, side panel, explanations, own columns."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from syncapp.models import RecordLink
from tests.admin.rows import joined, known, syncing
from tests.admin.test_attention import document, invoices
from tests.browser.conftest import Visit, person
from tests.proves import proves

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def many_failing() -> None:
    """Contacts and invoices that are on; thirty contacts and three invoices fail."""
    pair = joined()
    contacts = syncing(pair)
    for number in range(30):
        known(contacts, number, "failing", "name_in_use")
    known(contacts, 99, "failing", "ambiguous_match")
    invoice = invoices(pair)
    document(invoice, "1043", "1234.5", currency="EUR", home_amount=None)
    document(invoice, "1044", "900", code="deleted_with_balance")
    document(invoice, "1045", "5", code="inv_income_account")


@proves("S30")
def test_an_operator_looks_filters_retries_and_keeps_columns(visit: Visit) -> None:
    many_failing()
    person("oscar", "operator")
    visit.sign_in("oscar")
    page = visit.page
    rows = page.locator(".td-todo-row .td-todo-name")
    expect(rows.first).to_have_text("Invoice 1043")
    expect(page.get_by_text("no exchange rate")).to_be_visible()
    visit.keep("home-attention")

    page.get_by_role("link", name="Object view").first.click()
    visit.keep("object-view-failing")
    # The explanation of a category comes with the keyboard, too.
    tip = page.locator("section [role=tooltip]").first
    expect(tip).to_be_hidden()
    page.locator("section .tn-info").first.focus()
    expect(tip).to_be_visible()

    # A number opens the panel without leaving the page; Esc gives the focus back.
    number = page.get_by_role("link", name="Failing: 31")
    number.click()
    drawer = page.locator("#drawer")
    expect(drawer).to_be_visible()
    expect(drawer.get_by_text("31 records")).to_be_visible()
    expect(drawer.locator(".tn-record-item")).to_have_count(25)
    visit.keep("object-view-panel")
    drawer.get_by_role("button", name="Next page").click()
    expect(drawer.locator(".tn-record-item")).to_have_count(6)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(number).to_be_focused()

    # Filter by reason, and retry all that match.
    number.click()
    drawer.locator("#drawer-why").select_option("code:name_in_use")
    expect(drawer.get_by_text("30 records")).to_be_visible()
    drawer.get_by_role("button", name="Retry all that match").click()
    expect(drawer.get_by_text("30 records will be tried again in the next run.")).to_be_visible()
    assert RecordLink.objects.filter(code="name_in_use").count() == 0
    assert RecordLink.objects.filter(code="ambiguous_match").count() == 1
    page.keyboard.press("Escape")

    # Columns are kept for the next visit.
    page.locator("#choose-columns").click()
    page.get_by_label("Direction").uncheck()
    page.get_by_label("Failing money").check()
    page.get_by_role("button", name="Show these columns").click()
    expect(page.get_by_role("columnheader", name="Failing money")).to_be_visible()
    page.get_by_role("link", name="Home").first.click()
    page.get_by_role("link", name="Object view").first.click()
    expect(page.get_by_role("columnheader", name="Failing money")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Direction")).to_have_count(0)
