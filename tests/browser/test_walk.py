"""From nothing to two systems in step, by clicking and typing only (issue 2)."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from syncapp.models import RecordLink
from tests.browser.conftest import Visit, digits, person

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def count(page: Page, group: str) -> int:
    """A number of the object view."""
    return digits(page.locator(f"[id^=count-][id$=-{group}]").inner_text())


def connect(visit: Visit, side: str, button: str) -> None:
    """Through the home page's step, the connection page, the vendor's consent, and back."""
    visit.page.locator("#td-next-step").click()
    visit.page.get_by_role("button", name="Connect the simulator").click()
    visit.keep(f"simulator-{side}-consent")
    visit.page.get_by_role("button", name=button, exact=True).click()
    visit.page.wait_for_url(f"{visit.base}/admin/**")


def home(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Home").first.click()
    visit.page.wait_for_url(f"{visit.base}/admin/")


def connect_both(visit: Visit) -> None:
    """Both accounts, one after the other; home again."""
    connect(visit, "hubspot", "Allow")
    home(visit)
    connect(visit, "quickbooks", "Connect")
    home(visit)


def sync_now(visit: Visit) -> None:
    """A run asked for by hand, waited for."""
    page = visit.page
    page.get_by_role("link", name="Object view").first.click()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("is being synced now")).to_be_visible()
    page.wait_for_timeout(1500)
    expect(page.locator("#sync-table .tn-badge--waiting", has_text="Running")).to_have_count(0)


def test_the_whole_way(visit: Visit, hubspot: str, quickbooks: str) -> None:
    person("ada", is_superuser=True)
    page = visit.page
    visit.sign_in("ada")
    visit.keep("home-first-visit")
    connect_both(visit)
    visit.keep("home-connected")

    # -- the wizard
    page.locator("#td-next-step").click()
    expect(page.get_by_text("Nothing has been written yet.")).to_be_visible()
    visit.keep("wizard-1-direction")
    visit.next()
    visit.keep("wizard-2-configure")
    visit.next()
    # The recommended filter stands there (S11); this walk chooses its own conditions.
    expect(page.locator("#hubspot-0-3-field")).to_have_count(1)
    page.locator("input[name=hubspot-mode][value=all]").check()
    expect(page.locator("#hubspot-0-0-field")).to_have_count(0)
    page.locator("input[name=hubspot-mode][value=own]").check()
    page.select_option("#hubspot-0-0-field", "email")
    expect(page.locator("#hubspot-0-0-operator option[value=contains]")).to_have_count(1)
    page.select_option("#hubspot-0-0-operator", "has_value")
    expect(page.locator("#hubspot-0-0-value")).to_have_count(0)
    page.locator("#filter-hubspot").get_by_role("button", name="Add condition").click()
    page.select_option("#hubspot-0-1-field", "city")
    page.select_option("#hubspot-0-1-operator", "is_not")
    page.fill("#hubspot-0-1-value", "Atlantis")
    visit.keep("wizard-3-filters")
    visit.next()
    expect(page.get_by_text("Email is known and City is not “Atlantis”")).to_be_visible()
    # A new sync is rehearsed without being asked to.
    expect(page.get_by_text("writes would be made")).to_be_visible()
    visit.keep("wizard-4-review")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Tick the box about the property qbo_sync_id").first).to_be_visible()
    page.locator("input[name=marker]").check()
    page.get_by_role("button", name="Switch on").click()

    # -- progress, counts, panel
    expect(page.get_by_text("The first sync has begun")).to_be_visible()
    expect(page.locator("[id^=count-][id$=-in_sync]")).to_be_visible()
    expect(page.locator("[id^=count-][id$=-waiting]")).to_have_count(0)
    shown = {group: count(page, group) for group in ("in_sync", "failing", "excluded")}
    assert shown == {group: RecordLink.objects.filter(state=group).count() for group in shown}
    assert shown["in_sync"] > 30
    visit.keep("object-view")
    page.locator("[id^=count-][id$=-failing]").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    assert page.evaluate("document.getElementById('drawer').contains(document.activeElement)")
    reason = drawer.locator(".tn-record-item", has_text="Use one billing contact").first
    reason.locator(".tn-info").hover()
    expect(reason.get_by_role("tooltip")).to_contain_text("Another record already has the same")
    visit.keep("side-panel")
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    assert str(page.evaluate("document.activeElement.id")).endswith("-failing")

    # -- why one failed; retry
    page.locator("[id^=count-][id$=-failing]").click()
    first = drawer.locator(".tn-record-item", has_text="Use one billing contact").first
    name = first.locator("strong").inner_text()
    first.get_by_role("checkbox").check()
    drawer.get_by_role("button", name="Retry selected").click()
    expect(drawer.get_by_text("1 record will be tried again in the next run.")).to_be_visible()
    page.keyboard.press("Escape")
    sync_now(visit)
    page.get_by_role("link", name="Record view").first.click()
    page.fill("#filter-q", name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_text("Sync activity")).to_be_visible()
    expect(page.get_by_text("Will be tried again.").first).to_be_visible()
    expect(page.get_by_text("is already used in QuickBooks").first).to_be_visible()
    visit.keep("record")

    # -- the record view and its export
    page.get_by_role("link", name="Record view").first.click()
    visit.keep("record-view")
    page.select_option("#filter-state", "failing")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("#records tbody tr")).to_have_count(shown["failing"])
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", name=f"Export {shown['failing']} records")).to_be_visible()
    visit.keep("export")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()[5:]))
    assert {row["State"] for row in rows} == {"Failing"}
    assert len(rows) == shown["failing"]

    # -- an edit in QuickBooks arrives in HubSpot, and the other way round
    linked = RecordLink.objects.filter(state="in_sync", hubspot_id__isnull=False)
    link = linked.exclude(quickbooks_id=None).order_by("pk")[0]
    page.goto(f"{quickbooks}/customers/{link.quickbooks_id}")
    visit.keep("simulator-quickbooks-customer")
    page.fill("[name=City]", "Porto Alegre")
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    page.goto(f"{visit.base}/admin/")
    sync_now(visit)
    page.goto(f"{hubspot}/contacts/{link.hubspot_id}")
    expect(page.locator("[name=city]")).to_have_value("Porto Alegre")
    visit.keep("simulator-hubspot-contact")
    page.fill("[name=city]", "Curitiba")
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    page.goto(f"{visit.base}/admin/")
    sync_now(visit)
    page.goto(f"{quickbooks}/customers/{link.quickbooks_id}")
    expect(page.locator("[name=City]")).to_have_value("Curitiba")

    # -- home, editing, turning off
    page.goto(f"{visit.base}/admin/")
    visit.keep("home")
    page.get_by_role("link", name="Object view").first.click()
    page.get_by_label("More actions for Contacts").click()
    page.get_by_role("link", name="Turn off sync").click()
    visit.keep("turn-off")
    page.get_by_role("button", name="Turn off sync").click()
    expect(page.get_by_text("Its settings, links and history are kept.")).to_be_visible()
    page.get_by_role("link", name="Turn on").click()
    expect(page.get_by_text("only after a rehearsal of the last 24 hours")).to_be_visible()
    visit.keep("turn-on")
    page.get_by_role("button", name="Rehearse now").click()
    expect(page.get_by_role("button", name="Turn on")).to_be_enabled()
    page.locator("input[name=marker]").check()
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("is on again.")).to_be_visible()
    page.get_by_label("More actions for Contacts").click()
    page.get_by_role("link", name="Delete sync").click()
    visit.keep("delete")
    page.fill("#id_name", "Contacts")
    page.get_by_role("button", name="Delete sync").click()
    expect(page.get_by_text("No sync has been switched on yet")).to_be_visible()
