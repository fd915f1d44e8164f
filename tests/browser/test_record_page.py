"""A record's page by clicking only: pick a match, then unlink it again, and who may (B15, S31)."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from syncapp.models import AccountPair, RecordLink
from syncapp.services import definitions, runs
from syncapp.services.env import real_env
from tests.browser.conftest import Visit, person
from tests.browser.test_walk import connect_both, sync_now

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def open_record(page: Page, link: RecordLink) -> None:
    """Through the record view, by the id that stands on the page."""
    page.get_by_role("link", name="Record view").first.click()
    page.fill("#filter-q", str(link.hubspot_id or link.quickbooks_id))
    page.keyboard.press("Enter")
    page.locator("#records tbody a").first.click()
    expect(page.get_by_role("heading", name="Sync activity")).to_be_visible()


def begin() -> None:
    """The contact sync of the connected pair, switched on as the wizard would."""
    env = real_env()
    pair = AccountPair.objects.get()
    definition = definitions.find_or_start(pair, "contacts")
    document = definitions.export_document(definition)
    definitions.save_document(definition, document, now=env.clock.now())
    definitions.activate(definition, connectors=runs.open_connectors(pair, env), env=env)


def enter_contact(hubspot: str, email: str) -> str:
    """Somebody enters a contact in HubSpot; its id."""
    request = urllib.request.Request(
        f"{hubspot}/crm/v3/objects/contacts",
        data=json.dumps({"properties": {"email": email, "firstname": "Tara"}}).encode(),
        headers={
            "Authorization": f"Bearer {AccountPair.objects.get().hubspot.access_token}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["id"])


def test_a_match_is_picked_and_unlinked_again(visit: Visit, hubspot: str) -> None:
    person("ada", is_superuser=True)
    person("oscar", "operator")
    person("vera", "viewer")
    page = visit.page
    visit.sign_in("ada")
    connect_both(visit)
    begin()
    sync_now(visit)
    twin = RecordLink.objects.filter(code="ambiguous_match").first()
    assert twin is not None, "the seed has no two customers with one address"
    contact = enter_contact(hubspot, str(twin.quickbooks_seen["PrimaryEmailAddr.Address"]))
    sync_now(visit)
    link = RecordLink.objects.get(hubspot_id=contact, definition=twin.definition)
    assert link.code == "ambiguous_match"

    # -- pick a match
    open_record(page, link)
    visit.keep("record-ambiguous")
    page.get_by_role("link", name="Pick a match…").click()
    expect(page.get_by_role("heading", name="Which customer in QuickBooks is it?")).to_be_visible()
    visit.keep("record-match")
    page.get_by_role("button", name="Link with").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nothing is created or deleted")).to_be_visible()
    visit.keep("record-match-ask")
    dialog.get_by_role("button", name="Link the two").click()
    expect(page.get_by_text("The next run links “")).to_be_visible()
    sync_now(visit)
    link = RecordLink.objects.get(hubspot_id=link.hubspot_id, definition=link.definition)
    assert link.is_linked

    # -- unlink it: a reason is asked for
    open_record(page, link)
    page.locator("#deed-unlink").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nothing is deleted or changed in HubSpot")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.locator("#deed-unlink").click()
    page.get_by_role("dialog").get_by_label("Why do they not belong together?").fill("Two people")
    page.get_by_role("dialog").get_by_role("button", name="Unlink").click()
    expect(page.get_by_text("is unlinked. Nothing was changed")).to_be_visible()
    expect(page.get_by_text("Unlinked from").first).to_be_visible()
    visit.keep("record-unlinked")
    sync_now(visit)
    half = RecordLink.objects.get(hubspot_id=link.hubspot_id, definition=link.definition)
    assert not half.is_linked

    # -- the copy button, and what a viewer sees
    open_record(page, half)
    expect(page.get_by_role("button", name="Copy for a colleague")).to_be_visible()
    page.context.clear_cookies()
    visit.sign_in("vera")
    open_record(page, half)
    expect(page.get_by_role("button", name="Include again")).to_have_count(0)
    expect(page.get_by_text("Two people").first).to_be_visible()
