"""The header in a real browser: brake, bell, language, settings; keys, phone, each role (B17)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from syncapp.models import AccountPair, Notification
from syncapp.services import kinds, notify, people
from tests.admin.rows import joined, syncing
from tests.browser.conftest import Visit, person
from tests.proves import proves

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = "Zanzibar Holdings International (Liechtenstein) Aktiengesellschaft " * 4


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_one_click_pauses_from_any_page_and_resume_asks_first(visit: Visit) -> None:
    syncing(joined())
    person("oscar", "operator")
    visit.sign_in("oscar")
    page = visit.page
    page.get_by_role("link", name="Runs").click()
    page.locator("#td-header-pause").click()
    banner = page.locator(".td-paused")
    expect(banner).to_contain_text("were paused by oscar")
    assert page.url.endswith("/syncrun/"), "it leads back to where it was pressed"
    assert AccountPair.objects.get().state == "paused"
    expect(page.locator("#td-header-pause")).to_have_count(0)
    page.get_by_role("link", name="Record view").first.click()
    expect(banner).to_be_visible()
    visit.keep("paused")
    banner.get_by_role("button", name="Resume").click()
    dialog = page.get_by_role("dialog", name="Let Tandem write again?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    assert AccountPair.objects.get().state == "paused"
    banner.get_by_role("button", name="Resume").click()
    dialog.get_by_role("button", name="Resume writes").click()
    expect(banner).to_have_count(0)
    assert AccountPair.objects.get().state == "active"


def test_the_bell_by_keyboard_and_on_a_phone(visit: Visit) -> None:
    syncing(joined())
    person("vera", "viewer")
    vera = User.objects.get(username="vera")
    for number in range(12):
        notify.tell(
            kinds.FAILING, say=f"{number}: {LONG}".strip, now=timezone.now(), to=[vera],
            url="/admin/syncapp/syncrun/",
        )  # fmt: skip
    visit.sign_in("vera")
    page = visit.page
    bell = page.get_by_role("button", name="Notifications, 12 new")
    expect(bell).to_have_attribute("aria-expanded", "false")
    bell.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".td-bell-items li")).to_have_count(8)
    expect(page.locator("#td-bell")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("#td-bell-menu")).to_be_hidden()
    assert focused(page) == "td-bell"
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#td-bell").click()
    expect(page.locator("#td-bell-menu")).to_be_visible()
    box = page.locator("#td-bell-menu").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert fits(page)
    page.locator(".td-bell-items button").first.click()
    page.wait_for_url("**/syncrun/")
    assert Notification.objects.filter(read_at=None).count() == 11
    page.locator("#td-bell").click()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Notifications, none new")).to_be_visible()
    page.locator("#td-bell").click()
    page.mouse.click(10, 700)
    expect(page.locator("#td-bell-menu")).to_be_hidden()


def test_a_new_message_appears_by_itself(visit: Visit) -> None:
    person("vera", "viewer")
    visit.sign_in("vera")
    page = visit.page
    expect(page.get_by_role("button", name="Notifications, none new")).to_be_visible()
    vera = User.objects.get(username="vera")
    notify.tell(kinds.EXPORT, say=lambda: "Ready", now=timezone.now(), to=[vera])
    # Nobody waits half a minute here: what the timer asks is asked at once.
    page.evaluate("htmx.ajax('GET', document.getElementById('td-bell-box').getAttribute('hx-get'),"
                  "{target: '#td-bell-box', swap: 'outerHTML'})")  # fmt: skip
    expect(page.get_by_role("button", name="Notifications, 1 new")).to_be_visible()
    page.locator("#td-bell").click()
    expect(page.locator(".td-bell-items")).to_contain_text("Ready")


@proves("B17")
def test_language_and_settings_in_a_few_clicks(visit: Visit) -> None:
    person("oscar", "operator")
    visit.sign_in("oscar")
    page = visit.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#td-person").click()
    page.get_by_role("button", name="Português (Brasil)").click()
    expect(page.locator("html")).to_have_attribute("lang", "pt-br")
    page.locator("#td-person").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#td-person").click()
    page.locator("#td-person-menu").get_by_role("link", name="My settings").click()
    visit.keep("my-settings")
    page.select_option("#td-zone", "America/Sao_Paulo")
    page.select_option("#td-hour", "17")
    page.get_by_label("Your export is ready: by mail").uncheck()
    page.get_by_role("button", name="Save my settings").click()
    expect(page.get_by_text("Your settings were saved.")).to_be_visible()
    chosen = people.choices(User.objects.get(username="oscar"))
    assert (chosen.time_zone, chosen.digest_hour) == ("America/Sao_Paulo", 17)
    assert chosen.ways(kinds.EXPORT, ()) == ("app",)


@pytest.mark.parametrize("role", ["viewer", "operator", "approver", "administrator", ""])
def test_each_role_on_a_phone_in_the_dark(visit: Visit, role: str) -> None:
    syncing(joined())
    AccountPair.objects.update(name=LONG[:255])
    person("anna", *([role] if role else []))
    visit.sign_in("anna")
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("document.documentElement.classList.add('dark')")
    may_pause = role in {"operator", "administrator"}
    expect(page.locator("#td-header-pause")).to_have_count(1 if may_pause else 0)
    expect(page.locator("#td-bell")).to_have_count(1 if role else 0)
    page.locator("#td-person").click()
    expect(page.locator("#td-person-menu")).to_be_visible()
    assert fits(page)
    page.keyboard.press("Escape")
    assert focused(page) == "td-person"
    if may_pause:
        page.locator("#td-header-pause").click()
        expect(page.locator(".td-paused")).to_be_visible()
        assert fits(page)
