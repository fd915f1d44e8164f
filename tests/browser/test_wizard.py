"""The wizard to its end, and what interrupts people in it (issue 6, item 3; B1, B15, S12, S13)."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from syncapp.models import MatchChoice, RecordLink, Rehearsal, SyncDefinition, SyncDraft
from tests.browser.conftest import PASSWORD, Visit, person
from tests.browser.test_walk import connect_both, home
from tests.proves import proves

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def connected(visit: Visit) -> Page:
    """Both accounts connected, the wizard's first step open."""
    person("ada", is_superuser=True)
    visit.sign_in("ada")
    connect_both(visit)
    visit.page.locator("#td-next-step").click()
    expect(visit.page.get_by_text("Nothing has been written yet.")).to_be_visible()
    return visit.page


def everybody(visit: Visit) -> None:
    """From the first step to the review, without filters."""
    page = visit.page
    visit.next()
    visit.next()
    page.locator("input[name=hubspot-mode][value=all]").check()
    expect(page.locator("#hubspot-0-0-field")).to_have_count(0)
    expect(page.get_by_text(re.compile(r"Would admit [\d,]+ of [\d,]+\.")).first).to_be_visible()
    visit.keep("wizard-3-count")
    visit.next()


def arm(simulator: str, **fault: object) -> None:
    request = urllib.request.Request(
        f"{simulator}/__sim__/faults",
        data=json.dumps(fault).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status < 300


@proves("S12", "S13", "B1", "B15")
def test_from_the_rehearsal_to_the_switch_and_an_edit(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    page = connected(visit)
    everybody(visit)

    # -- a new sync is rehearsed without being asked to; each number leads to its records
    expect(page.get_by_text("writes would be made")).to_be_visible()
    expect(page.get_by_text("Will create")).to_have_count(2)
    visit.keep("wizard-4-rehearsed")
    page.get_by_role("link", name=re.compile("^Will create .* in QuickBooks")).click()
    expect(
        page.get_by_role("heading", name=re.compile("New customers in QuickBooks"))
    ).to_be_visible()
    page.locator("details summary").first.click()
    expect(page.locator("dl.tn-changes").first).to_be_visible()
    visit.keep("rehearsal-records")
    page.fill("#rows-q", "no such record")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No record matches the search.")).to_be_visible()
    page.get_by_role("link", name="All records").click()
    page.get_by_role("button", name="CSV").click()
    page.wait_for_url(re.compile("/recordlink/exports/"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("rehearsal-contacts-")
    rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == Rehearsal.objects.get().rows.count() + 6
    visit.keep("rehearsal-export")
    page.get_by_role("link", name="Back to the rehearsal").click()
    page.get_by_role("link", name="Back to the review").click()

    # -- the matching list: a person decides, the rehearsal follows
    page.get_by_role("link", name="Open the matching list").click()
    visit.keep("matching-ambiguous")
    page.get_by_role("link", name=re.compile("^Matched")).click()
    visit.keep("matching-matched")
    page.get_by_role("link", name=re.compile("^Suggested")).click()
    page.locator("#matches input[type=checkbox]").first.check()
    visit.keep("matching-suggested")
    page.get_by_role("button", name="Accept the ticked ones").click()
    expect(page.get_by_text("1 match accepted by hand")).to_be_visible()
    assert MatchChoice.objects.count() == 1
    visit.keep("matching-accepted")
    page.get_by_role("link", name="Back to the review").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_disabled()
    page.get_by_role("button", name="Rehearse now").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_enabled()
    page.locator("input[name=marker]").check()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("The first sync has begun")).to_be_visible()
    expect(page.locator("[id^=count-][id$=-in_sync]")).to_be_visible()
    expect(page.locator("[id^=count-][id$=-waiting]")).to_have_count(0)
    assert SyncDefinition.objects.get().held_at is None
    assert MatchChoice.objects.count() == 0

    # -- editing: filled in, and what saving changes for how many records
    page.get_by_label("More actions for Contacts").click()
    page.get_by_role("link", name="Edit").first.click()
    expect(page.get_by_text("The sync goes on with its saved settings")).to_be_visible()
    visit.next()
    page.get_by_label("Use HubSpot data").check()
    visit.next()
    visit.next()
    expect(page.get_by_role("heading", name="What saving would change")).to_be_visible()
    count = f"{RecordLink.objects.filter(definition__object_type='contacts').count():,}"
    expect(page.get_by_text(f"Saving plans {count} records again")).to_be_visible()
    expect(page.get_by_role("button", name="Save changes")).to_be_disabled()
    page.get_by_role("button", name="Rehearse now").click()
    expect(page.get_by_role("button", name="Save changes")).to_be_enabled()
    visit.keep("wizard-edit-review")
    page.locator("input[name=marker]").check()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text(f"{count.replace(',', '')} records are planned again")).to_be_visible()


@proves("S13")
def test_two_windows_the_back_button_and_a_session_that_ends(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    page = connected(visit)
    visit.next()
    visit.next()
    page.locator("input[name=hubspot-mode][value=own]").check()
    page.select_option("#hubspot-0-0-field", "city")
    expect(page.locator("#hubspot-0-0-operator option[value=contains]")).to_have_count(1)
    page.select_option("#hubspot-0-0-operator", "is")
    expect(page.locator("input#hubspot-0-0-value")).to_be_visible()
    page.fill("#hubspot-0-0-value", "Porto Alegre")
    page.locator("#filter-hubspot").get_by_role("button", name="Add condition").first.click()
    page.select_option("#hubspot-0-4-field", "lastname")
    expect(page.locator("#hubspot-0-4-operator option[value=contains]")).to_have_count(1)
    page.fill("#hubspot-0-4-value", "Silva")

    # -- the session ends: Next leads to the login, and what was typed is there afterwards
    Session.objects.all().delete()
    page.locator("#wizard-form .tn-foot button", has_text="Next").click()
    page.wait_for_url(re.compile("/login/"))
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_text("was brought back")).to_be_visible()
    expect(page.locator("#hubspot-0-0-value")).to_have_value("Porto Alegre")
    expect(page.locator("#hubspot-0-4-value")).to_have_value("Silva")
    visit.keep("wizard-brought-back")

    # -- it ends while a list is being chosen: the form stays, and says so
    Session.objects.all().delete()
    page.select_option("#hubspot-0-4-operator", "contains")
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    expect(page.locator("#hubspot-0-4-value")).to_have_value("Silva")
    visit.keep("wizard-signed-out")
    page.get_by_role("link", name="Log in again").click()
    page.fill("input[name=username]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator("#hubspot-0-4-operator")).to_have_value("contains")
    expect(page.locator("#hubspot-0-4-value")).to_have_value("Silva")
    page.locator("#wizard-form .tn-foot button", has_text="Back").click()
    page.wait_for_url(re.compile("/mapping/"))
    kept = SyncDraft.objects.get().document["filters"]["hubspot"][0]
    assert [one["value"] for one in kept if one["field"] in {"city", "lastname"}] == [
        "Porto Alegre", "Silva",
    ]  # fmt: skip

    # -- the browser's own back button, and forward again
    page.go_back()
    expect(page.locator("#hubspot-0-4-value")).to_have_value("Silva")
    page.go_forward()
    expect(page.get_by_role("heading", name="Data conflicts")).to_be_visible()

    # -- a second window of the same person changes the same step first
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_label("Use HubSpot data").check()
    second.locator("#wizard-form .tn-foot button", has_text="Next").click()
    second.wait_for_url(re.compile("/filters/"))
    second.close()
    page.locator("label.tn-switch").nth(3).click()
    page.locator("#wizard-form .tn-foot button", has_text="Next").click()
    expect(page.get_by_text("This step was changed in another window")).to_be_visible()
    visit.keep("wizard-second-window")
    assert SyncDraft.objects.get().document["conflict"] == "hubspot"

    # -- a colleague is told who is there, and since when
    person("ben", "administrator")
    other = page.context.browser.new_context(viewport={"width": 1440, "height": 900})  # type: ignore[union-attr]
    colleague = Visit(other.new_page(), visit.base, visit.hosts, visit.folder)
    colleague.watch()
    colleague.sign_in("ben")
    colleague.page.goto(page.url)
    expect(colleague.page.get_by_text("ada has this sync open, too, since")).to_be_visible()
    colleague.keep("wizard-two-people")
    other.close()
    assert colleague.troubles == []


def test_an_account_that_is_slow_or_down(visit: Visit, hubspot: str, quickbooks: str) -> None:
    page = connected(visit)
    arm(hubspot, kind="status", status=503, times=1000, match={"path": "properties"})
    visit.next()
    expect(page.get_by_text("The fields could not be looked up").first).to_be_visible()
    visit.keep("wizard-2-vendor-down")
    page.locator("label.tn-switch").nth(3).click()
    visit.next()
    expect(page.get_by_text("The fields could not be looked up").first).to_be_visible()
    visit.next()
    expect(page.get_by_text("The rehearsal could not be finished.")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on")).to_be_disabled()
    expect(page.get_by_text("an invoice of which Invoice status")).to_be_visible()
    visit.keep("wizard-4-vendor-down")


@proves("S10", "B1")
def test_invoices_are_reviewed_as_they_would_be_posted(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    page = connected(visit)
    everybody(visit)
    expect(page.get_by_role("button", name="Switch on")).to_be_enabled()
    page.locator("input[name=marker]").check()
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("[id^=count-][id$=-in_sync]")).to_be_visible()
    expect(page.locator("[id^=count-][id$=-waiting]")).to_have_count(0)
    home(visit)
    page.locator("li, tr, div", has_text="Invoices").get_by_role("link", name="Set up").last.click()
    expect(page.get_by_text("Set up sync: Invoices").first).to_be_visible()
    page.locator("label.tn-choice", has_text="Both ways").click()
    visit.keep("wizard-1-invoices")
    visit.next()
    page.locator("#option-income_account").select_option(index=1)
    page.locator("#option-clearing_accounts-hs_payments").select_option(index=1)
    page.locator("input[name=option-not_taxable]").check()
    visit.keep("wizard-2-invoices")
    visit.next()
    page.fill("#start", "")
    visit.keep("wizard-3-invoices")
    visit.next()
    expect(page.get_by_text(re.compile("^Will post .* in QuickBooks"))).to_be_visible()
    visit.keep("wizard-4-invoices")
    page.get_by_role("link", name=re.compile("^Will post .* in QuickBooks")).click()
    page.locator("details summary", has_text="Posting").first.click()
    expect(page.locator(".tn-lines", has_text="Total").first).to_be_visible()
    expect(page.locator(".tn-lines li", has_text="→ Services").first).to_be_visible()
    expect(page.get_by_text("HubSpot payments → Checking").first).to_be_visible()
    visit.keep("rehearsal-postings")
