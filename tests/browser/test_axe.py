"""axe-core over every page of the URL table: no serious and no critical violation (issue 6, 12).

Every rule is on and nothing on a page is left out. One browser, one data set: a page is loaded
once and looked at wide and light, then narrow and dark; with ``--long`` in the other two ways, too.
"""

from __future__ import annotations

import re
import subprocess
from typing import Any, TypedDict

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from tests.admin.walk import addresses
from tests.browser import furnished
from tests.browser.conftest import Visit, person

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]

VERSION = "4.10.3"


class Size(TypedDict):
    """A window's size."""

    width: int
    height: int


WIDE: Size = {"width": 1440, "height": 900}
NARROW: Size = {"width": 390, "height": 844}
Look = tuple[Size, str]
#: Wide and light comes first: that is how a page is loaded.
LOOKS: tuple[Look, ...] = ((WIDE, "light"), (NARROW, "dark"))
OTHER_LOOKS: tuple[Look, ...] = ((NARROW, "light"), (WIDE, "dark"))
#: Written into the page, so that no colour is read in the middle of a transition.
STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"
PREPARE = """style => {
    document.head.appendChild(document.createElement('style')).append(style);
}"""
RUN = """async dark => {
    const root = document.documentElement;
    root.classList.toggle('dark', dark);
    const found = await axe.run(document, {resultTypes: ['violations']});
    if (root.classList.contains('dark') !== dark) throw new Error('the theme changed under axe');
    return found.violations
        .filter(one => ['serious', 'critical'].includes(one.impact))
        .flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 300)}
            ${node.failureSummary}`));
}"""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's own file."""
    folder = tmp_path_factory.mktemp("axe")
    installed = subprocess.run(
        ["npm", "install", f"axe-core@{VERSION}", "--no-audit", "--no-fund", "--silent"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


class Looker:
    """Looks at whatever is on the screen, in each look, and keeps what axe says."""

    def __init__(self, page: Page, axe: str, looks: tuple[Look, ...]) -> None:
        self.page = page
        self.axe = axe
        self.looks = looks
        self.found: list[str] = []

    def look(self, name: str) -> None:
        # Through the browser's own door: the page's policy for scripts stays in force.
        self.page.evaluate(self.axe)
        self.page.evaluate(PREPARE, STILL)
        for size, theme in self.looks:
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.found += [
                f"{name} ({theme}, {size['width']}): {one}"
                for one in self.page.evaluate(RUN, theme == "dark")
            ]
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        self.page.evaluate("document.documentElement.classList.remove('dark')")


def shown(client: Client, urls: dict[str, str]) -> dict[str, str]:
    """The addresses that answer with a page: each page once, each kind of refusal once.

    A part of a page (the bell's list, a panel) is no page: it is looked at where it is shown.
    """
    found: dict[str, str] = {}
    refusals: set[int] = set()
    for name, url in urls.items():
        answer: Any = client.get(url, follow=True)
        if answer.streaming or b"<html" not in answer.content:
            continue
        if answer.status_code >= 400:
            if answer.status_code in refusals:
                continue
            refusals.add(answer.status_code)
        found.setdefault(answer.request["PATH_INFO"], name)
    assert refusals >= {403, 404}
    return {name: url for url, name in found.items()}


def test_no_page_has_a_serious_or_critical_violation(
    visit: Visit, axe: str, hubspot: str, quickbooks: str, request: pytest.FixtureRequest
) -> None:
    person("ada", is_superuser=True)
    ada = User.objects.get(username="ada")
    definition = furnished.synced(hubspot, quickbooks)
    rows = furnished.one_of_each(definition, ada)
    client = Client()
    client.force_login(ada)
    pages = shown(client, {one.name: one.url for one in addresses(rows)})
    steps = ("direction", "mapping", "filters", "review")
    start = pages.pop("admin:syncapp_wizard")
    pages |= {f"wizard: {step}": start.replace("/direction/", f"/{step}/") for step in steps}
    assert len(pages) > 80

    page = visit.page
    is_long = request.config.getoption("--long")
    looker = Looker(page, axe, LOOKS + OTHER_LOOKS if is_long else LOOKS)
    page.goto(f"{visit.base}/admin/")
    looker.look("login")
    visit.sign_in("ada")
    for name, url in pages.items():
        page.goto(visit.base + url)
        looker.look(name)
    # The refusals among the pages are said in the console, as they should be.
    visit.troubles[:] = [one for one in visit.troubles if "status of 40" not in one]

    # -- what opens over a page
    page.goto(visit.base + pages["admin:syncapp_object_view"])
    page.locator("[id^=count-][id$=-failing]").first.click()
    expect(page.get_by_role("dialog").locator(".tn-record-item").first).to_be_visible()
    looker.look("the side panel")
    page.keyboard.press("Escape")
    page.locator("details.tn-menu summary").first.click()
    looker.look("the menu of a sync")
    page.locator("#td-bell").click()
    expect(page.locator("#td-bell-list a").first).to_be_visible()
    looker.look("the bell's list")
    page.locator("#td-person").click()
    looker.look("the person's menu")
    page.goto(visit.base + pages["admin:syncapp_recordlink_changelist"])
    page.locator("summary", has_text="Columns").click()
    page.get_by_text("More filters").click()
    looker.look("columns and filters of the record view")
    page.goto(f"{visit.base}{pages['admin:syncapp_recordlink_changelist']}?state=failing")
    page.get_by_role("link", name="Export").click()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    looker.look("an export")
    page.get_by_role("link", name="Your exports").click()
    looker.look("one's exports")
    page.locator("#td-header-pause").click()
    banner = page.locator(".td-paused")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("dialog", name=re.compile("write again"))).to_be_visible()
    looker.look("the paused banner and its dialog")
    assert looker.found == [], "\n\n".join(looker.found)
