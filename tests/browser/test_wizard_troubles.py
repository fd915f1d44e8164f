"""The wizard while an account is slow, down or empty, and for each role (issue 6, item 3 and 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from playwright.sync_api import Request, expect

from syncapp.models import Rehearsal, SyncDefinition, SyncDraft
from tests.browser.conftest import Visit, person, simulator
from tests.browser.test_wizard import arm, connected, everybody
from tests.proves import proves

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LATER = "Asking HubSpot and QuickBooks …"
NOTE_WHAT_IS_SAID = """() => new MutationObserver(
    () => sessionStorage.setItem("said", document.getElementById("asking").textContent)
).observe(document.getElementById("asking"), {childList: true})"""


def disarm(*simulators: str) -> None:
    """The accounts are quick and well again."""
    import urllib.request

    for url in simulators:
        request = urllib.request.Request(f"{url}/__sim__/faults", method="DELETE")
        with urllib.request.urlopen(request, timeout=10):
            pass


def test_a_slow_account_is_said_and_nothing_is_sent_twice(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    page = connected(visit)
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.is_navigation_request():
            sent.append(request.url.rstrip("/").rpartition("/")[2])

    page.on("request", note)

    # -- the fields: said after a moment, and a second click sends nothing
    arm(hubspot, kind="slow", seconds=4, times=1, match={"path": "properties"})
    page.evaluate(NOTE_WHAT_IS_SAID)  # while the next page is awaited nothing can be asked
    page.locator("#wizard-form .tn-foot button", has_text="Next").dblclick()
    page.wait_for_url(re.compile("/mapping/"))
    expect(page.get_by_role("heading", name="Mapped fields")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('said')") == LATER
    expect(page.locator("#asking")).to_be_empty()
    assert sent == ["direction"]

    # -- the browser's back button finds a page that works
    page.go_back()
    expect(page.locator("#asking")).to_be_empty()
    visit.next()
    visit.next()

    # -- the count: the form can be used meanwhile
    arm(hubspot, kind="slow", seconds=4, times=1, match={"path": "objects"})
    page.locator("input[name=hubspot-mode][value=all]").check()
    expect(page.get_by_text("Counting the contacts …")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Would admit [\d,]+ of")).first).to_be_visible(
        timeout=60_000
    )

    # -- the rehearsal and its matching list
    arm(hubspot, kind="slow", seconds=6, times=1, match={"path": "objects"})
    sent.clear()
    visit.next()
    expect(
        page.get_by_text(re.compile("Waiting for its turn|Reading both accounts"))
    ).to_be_visible()
    expect(page.get_by_role("button", name="Switch on")).to_be_disabled()
    expect(page.get_by_role("button", name="Rehearse")).to_have_count(0)
    visit.keep("wizard-4-slow")
    expect(page.get_by_role("button", name="Switch on")).to_be_enabled(timeout=90_000)
    assert sent.count("filters") == 1
    assert Rehearsal.objects.count() == 1


def test_an_account_that_is_down_in_each_step_is_named_and_nothing_typed_is_lost(
    visit: Visit, hubspot: str, quickbooks: str
) -> None:
    page = connected(visit)
    page.locator("label.tn-choice", has_text="Only to QuickBooks").click()
    arm(hubspot, kind="status", status=503, times=10_000)
    visit.next()

    # -- fields: which account, what is known anyway, and that one can go on
    banner = page.get_by_role("alert").filter(has_text="HubSpot")
    expect(banner.filter(has_text="You can go on")).to_be_visible(timeout=60_000)
    page.locator("label.tn-switch").nth(3).click()
    visit.next()

    # -- filters: as much of each; well again, the lists come with the next choice
    expect(page.get_by_text("The fields could not be looked up").first).to_be_visible(
        timeout=60_000
    )
    page.locator("input[name=hubspot-mode][value=all]").check()
    expect(page.get_by_text("could not be counted")).to_be_visible(timeout=60_000)
    visit.keep("wizard-3-down")
    disarm(hubspot)
    page.locator("input[name=hubspot-mode][value=own]").check()
    page.select_option("#hubspot-0-0-field", "city")
    expect(page.locator("#hubspot-0-0-operator option[value=contains]")).to_have_count(1)
    arm(hubspot, kind="status", status=503, times=10_000)
    page.fill("#hubspot-0-0-value", "Porto Alegre")
    page.locator("#hubspot-0-0-value").blur()
    page.locator("#wizard-form .tn-foot button", has_text="Back").click()
    page.wait_for_url(re.compile("/mapping/"))
    expect(page.locator("label.tn-switch input").nth(3)).not_to_be_checked()
    visit.next()
    expect(page.locator("#hubspot-0-0-value")).to_have_value("Porto Alegre")

    # -- review: the rehearsal says why, and can be tried again
    visit.next()
    expect(page.get_by_text("The rehearsal could not be finished.")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Nothing was written. Try again in a few minutes.")).to_be_visible()
    visit.keep("wizard-4-down")
    disarm(hubspot, quickbooks)
    page.get_by_role("button", name="Rehearse again").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_enabled(timeout=120_000)

    # -- switching on: nothing is on, and what was chosen is still there
    arm(hubspot, kind="status", status=503, times=10_000)
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("alert").filter(has_text="HubSpot").first).to_be_visible(
        timeout=120_000
    )
    visit.keep("wizard-switch-on-down")
    assert not SyncDefinition.objects.filter(enabled=True).exists()
    assert SyncDraft.objects.get().document["direction"] == "to_quickbooks"
    disarm(hubspot)
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("The first sync has begun")).to_be_visible(timeout=60_000)


class TestEmpty:
    """Two accounts that hold nothing yet."""

    @pytest.fixture
    def hubspot(self) -> Iterator[str]:
        with simulator("hubspot", "--empty", "--search-lag", "0") as url:
            yield url

    @pytest.fixture
    def quickbooks(self) -> Iterator[str]:
        with simulator("quickbooks", "--empty") as url:
            yield url

    def test_every_step_works_without_a_record_on_either_side(
        self, visit: Visit, hubspot: str, quickbooks: str
    ) -> None:
        page = connected(visit)
        visit.next()
        expect(page.get_by_role("heading", name="Mapped fields")).to_be_visible()
        visit.keep("wizard-2-empty")
        visit.next()
        page.locator("input[name=hubspot-mode][value=all]").check()
        expect(page.get_by_text("Would admit 0 of 0.").first).to_be_visible(timeout=60_000)
        visit.keep("wizard-3-empty")
        visit.next()
        expect(page.get_by_text("writes would be made")).to_be_visible(timeout=90_000)
        expect(page.get_by_text("Will create 0 contacts in HubSpot.")).to_be_visible()
        expect(page.get_by_text("Neither account holds a record")).to_be_visible()
        visit.keep("wizard-4-empty")
        page.get_by_role("link", name="Open the matching list").click()
        expect(page.get_by_role("heading", name="Matching list").first).to_be_visible()
        visit.keep("matching-empty")
        page.get_by_role("link", name="Back to the review").click()
        page.locator("input[name=marker]").check()
        page.get_by_role("button", name="Switch on").click()
        expect(page.get_by_text("The first sync has begun")).to_be_visible()


@proves("S13")
def test_what_each_role_sees_of_the_wizard(visit: Visit, hubspot: str, quickbooks: str) -> None:
    page = connected(visit)
    everybody(visit)
    expect(page.get_by_role("button", name="Switch on")).to_be_enabled(timeout=90_000)
    page.locator("input[name=marker]").check()
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("[id^=count-][id$=-in_sync]")).to_be_visible(timeout=60_000)
    page.get_by_label("More actions for Contacts").click()
    page.get_by_role("link", name="Turn off sync").click()
    page.get_by_role("button", name="Turn off sync").click()
    expect(page.get_by_text("Its settings, links and history are kept.")).to_be_visible()

    for role in ("viewer", "operator", "approver"):
        person(f"{role}-1", role)
        with_role = _window(visit, f"{role}-1")
        look = with_role.page
        for words in ("Configure", "Mapped fields", "Turn on", "Set up"):
            expect(look.get_by_role("link", name=words, exact=True)).to_have_count(0)
        look.get_by_role("link", name="Object view").first.click()
        expect(look.get_by_text("Contacts").first).to_be_visible()
        for words in ("Turn on", "Edit", "Delete sync"):
            expect(look.get_by_role("link", name=words, exact=True)).to_have_count(0)
        with_role.keep(f"object-view-off-{role}")
        _close(with_role)

    # -- somebody who prepares: all steps, the rehearsal, but not the switch
    person("pia", "viewer")
    User.objects.get(username="pia").user_permissions.add(
        Permission.objects.get(codename="change_syncdefinition")
    )
    preparer = _window(visit, "pia")
    look = preparer.page
    look.get_by_role("link", name="Configure", exact=True).first.click()
    expect(look.get_by_text("The sync is turned off.")).to_be_visible()
    for _step in range(3):
        preparer.next()
    expect(look.get_by_text("Your role may prepare a sync but not switch it on.")).to_be_visible()
    look.get_by_role("button", name="Rehearse now").click()
    expect(look.get_by_text("writes would be made")).to_be_visible(timeout=90_000)
    expect(look.get_by_role("button", name="Turn on")).to_be_disabled()
    expect(look.get_by_role("button", name="Approve these numbers")).to_have_count(0)
    preparer.keep("wizard-4-preparer")
    _close(preparer)

    # -- an administrator goes on from there: the draft and its rehearsal are the same
    page.get_by_role("link", name="Turn on", exact=True).click()
    expect(page.get_by_text("only after a rehearsal of the last 24 hours")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on")).to_be_enabled()
    page.locator("input[name=marker]").check()
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("is on again.")).to_be_visible()
    assert SyncDefinition.objects.get(object_type="contacts").enabled


def _window(visit: Visit, name: str) -> Visit:
    """Another person's window."""
    context = visit.page.context.browser.new_context(viewport={"width": 1440, "height": 900})  # type: ignore[union-attr]
    context.set_default_timeout(30_000)
    other = Visit(context.new_page(), visit.base, visit.hosts, visit.folder)
    other.watch()
    other.sign_in(name)
    return other


def _close(other: Visit) -> None:
    other.page.context.close()
    assert other.troubles == []
