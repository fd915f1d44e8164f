"""A sync turned off, edited, on again, deleted, made anew; all writes paused; by clicking (S13)."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from syncapp.models import AccountPair, PendingWrite, RecordLink, RecordLogEntry, SyncDefinition
from tests.admin.rows import joined, known, syncing
from tests.browser import furnished
from tests.browser.conftest import Visit, person
from tests.proves import proves

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: The pages in the menu at the side that an operator sees, too.
PAGES = (
    "Object view", "Record view", "Approvals", "Month", "Runs", "Notifications", "Connections",
    "Account pairs", "Home",
)  # fmt: skip


def leave_work(definition: SyncDefinition) -> None:
    """One record is on its way, and one write was sent and not confirmed."""
    write = PendingWrite.objects.filter(link__definition=definition).order_by("pk")[0]
    PendingWrite.objects.filter(pk=write.pk).update(state="unknown")
    RecordLink.objects.filter(pk=write.link_id).update(
        state="waiting", code="outcome_unknown", amount="1234.5", currency="EUR"
    )


def end_work(definition: SyncDefinition) -> None:
    """The write is known to have arrived."""
    PendingWrite.objects.filter(link__definition=definition, state="unknown").update(state="done")
    RecordLink.objects.filter(definition=definition, code="outcome_unknown").update(code="pending")


def pairs(definition: SyncDefinition) -> set[tuple[str | None, str | None]]:
    links = definition.links.exclude(hubspot_id=None).exclude(quickbooks_id=None)
    return set(links.values_list("hubspot_id", "quickbooks_id"))


def more(page: Page, deed: str) -> None:
    """A deed of the contact sync, from the object view's menu."""
    page.get_by_role("link", name="Object view").first.click()
    page.get_by_label("More actions for Contacts").click()
    page.get_by_role("link", name=deed).click()


def told_of_work(page: Page) -> None:
    """What a confirmation says before anything is stopped."""
    expect(page.get_by_text("1 record is on its way and stays as it is.")).to_contain_text(
        "1,234.50 EUR"
    )
    expect(page.get_by_text("1 write was sent and not confirmed yet")).to_be_visible()
    expect(page.get_by_text("Nothing in HubSpot or QuickBooks is deleted.")).to_be_visible()


@proves("S13")
def test_s13_off_edited_on_deleted_and_made_anew(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    person("ada", "administrator")
    definition = furnished.synced(hubspot, quickbooks)
    linked = pairs(definition)
    made = RecordLogEntry.objects.filter(kind="created").count()
    assert linked
    leave_work(definition)
    page = visit.page
    visit.sign_in("ada")

    more(page, "Turn off sync")
    told_of_work(page)
    visit.keep("switching-turn-off")
    page.get_by_role("link", name="Cancel").click()
    assert SyncDefinition.objects.get(pk=definition.pk).enabled
    more(page, "Turn off sync")
    page.get_by_role("button", name="Turn off sync").click()
    expect(page.get_by_text("Its settings, links and history are kept.")).to_be_visible()
    assert not SyncDefinition.objects.get(pk=definition.pk).enabled

    end_work(definition)

    # Edited while it is off, and on again with what was rehearsed.
    more(page, "Edit")
    visit.next()
    page.locator("input[name=on][value^='phone:']").uncheck()
    page.get_by_role("button", name="Rehearse and review").click()
    expect(page.locator("#turned-off")).to_be_visible()
    expect(page.get_by_role("heading", name="What saving would change")).to_be_visible()
    turn_on = page.get_by_role("button", name="Turn on")
    expect(turn_on).to_be_enabled(timeout=90_000)
    visit.keep("switching-turn-on")
    page.locator("input[name=marker]").check()
    turn_on.click()
    expect(page.get_by_text("is on again.")).to_be_visible()
    definition.refresh_from_db()
    assert definition.enabled
    assert not definition.mappings.get(hubspot_field="phone").enabled

    # Deleting asks for the name.
    more(page, "Delete sync")
    expect(page.get_by_text("Nothing in HubSpot or QuickBooks is deleted.")).to_be_visible()
    expect(page.get_by_text("a new sync of the same object takes them over")).to_contain_text("30")
    page.fill("#id_name", "Invoices")
    page.get_by_role("button", name="Delete sync").click()
    expect(page.get_by_text("Nothing was deleted.")).to_be_visible()
    visit.keep("switching-delete")
    page.fill("#id_name", "contacts")
    page.get_by_role("button", name="Delete sync").click()
    expect(page.get_by_text("No sync has been switched on yet")).to_be_visible()
    kept = SyncDefinition.objects.get(pk=definition.pk)
    assert kept.deleted_at
    assert pairs(kept) == linked

    # A new one takes the links over: nothing is created a second time on either side.
    page.get_by_role("link", name="Home").first.click()
    page.locator("#td-next-step").click()
    visit.next()
    visit.next()
    for side in ("hubspot", "quickbooks"):
        page.locator(f"input[name={side}-mode][value=all]").check()
    visit.next()
    switch_on = page.get_by_role("button", name="Switch on")
    expect(switch_on).to_be_enabled(timeout=90_000)
    visit.keep("switching-anew")
    page.locator("input[name=marker]").check()
    switch_on.click()
    expect(page.get_by_text("The first sync has begun")).to_be_visible()
    anew = SyncDefinition.objects.get(object_type="contacts", deleted_at=None)
    assert anew.pk != definition.pk
    expect(page.locator("[id^=count-][id$=-in_sync]")).to_be_visible(timeout=90_000)
    expect(page.locator("[id^=count-][id$=-waiting]")).to_have_count(0, timeout=90_000)
    assert linked <= pairs(anew)
    assert RecordLogEntry.objects.filter(kind="created").count() == made


@pytest.mark.parametrize("role", ["administrator", "operator", "viewer"])
def test_one_click_pauses_all_writes_from_every_page(visit: Visit, role: str) -> None:
    """Issue 6 item 7: who may pause finds the button on each page, once; others see the state."""
    definition = syncing(joined())
    known(definition, 7, "failing", "name_in_use")
    person("anna", role)
    visit.sign_in("anna")
    page = visit.page
    for name in PAGES:
        page.locator("#nav-sidebar, aside, nav").get_by_role("link", name=name).first.click()
        page.wait_for_load_state()
        assert AccountPair.objects.get().state == "active"
        pause = page.get_by_role("button", name="Pause all writes")
        if role == "viewer":
            expect(pause).to_have_count(0)
            continue
        expect(pause).to_have_count(1)
        pause.click()
        banner = page.locator(".td-paused")
        expect(banner).to_contain_text("were paused by anna")
        assert AccountPair.objects.get().state == "paused"
        banner.get_by_role("button", name="Resume").click()
        page.get_by_role("dialog").get_by_role("button", name="Resume writes").click()
        expect(banner).to_have_count(0)
    AccountPair.objects.update(state="paused", paused_by="ada", paused_at=timezone.now())
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator(".td-paused")).to_contain_text("were paused by ada")
    expect(page.locator("#td-home")).to_contain_text("All writes paused")
    may = role != "viewer"
    expect(page.get_by_role("button", name="Resume")).to_have_count(1 if may else 0)
    visit.keep(f"switching-paused-{role}")
    page.get_by_role("link", name="Object view").first.click()
    menus = page.get_by_label("More actions for Contacts")
    expect(menus).to_have_count(1 if role == "administrator" else 0)
