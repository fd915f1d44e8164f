"""A real browser, the real admin, a real worker and both simulators as separate programs.

With TANDEM_SCREENSHOTS=<folder> each page that a test shows is kept there as a PNG file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
)

from config.celery import app as celery

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "tandem-in-step-1"
#: Milliseconds; a limit against hanging, not a measure. A busy machine is no failure.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)


@contextmanager
def simulator(name: str, *options: str) -> Iterator[str]:
    """One simulator on a free port; gives its address."""
    command = [sys.executable, "-m", f"simulators.{name}", "--port", "0", "--limits", "none"]
    with subprocess.Popen(
        [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            ready = next(line for line in process.stdout if line.startswith("Ready: "))
            # Whatever else it prints must not fill the pipe.
            threading.Thread(target=lambda: list(process.stdout or ()), daemon=True).start()
            yield ready.removeprefix("Ready: ").strip()
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
def hubspot() -> Iterator[str]:
    with simulator("hubspot", "--seed", "7", "--search-lag", "0") as url:
        yield url


@pytest.fixture
def quickbooks() -> Iterator[str]:
    with simulator("quickbooks", "--seed", "7") as url:
        yield url


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A Celery worker in a thread, as `manage.py up` starts one as a process."""
    with start_worker(celery, pool="solo", perform_ping_check=False, loglevel="ERROR"):
        yield


@pytest.fixture
def tandem(
    live_server: Any, worker: None, settings: Any, hubspot: str, quickbooks: str
) -> Iterator[str]:
    """The address of an installation that knows the two simulators and nobody yet."""
    settings.PUBLIC_URL = live_server.url
    settings.TANDEM_SIMULATOR_HUBSPOT_URL = hubspot
    settings.TANDEM_SIMULATOR_QUICKBOOKS_URL = quickbooks
    settings.USE_THOUSAND_SEPARATOR = True
    policy = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**policy, "form-action": [*policy["form-action"], hubspot, quickbooks]}
    }
    cache.clear()
    yield live_server.url
    cache.clear()


def person(name: str, *roles: str, is_superuser: bool = False) -> None:
    """A staff user with the ready roles."""
    user = User.objects.create_user(
        name, f"{name}@example.com", PASSWORD, is_staff=True, is_superuser=is_superuser
    )
    user.groups.set(Group.objects.filter(name__in=roles))


@dataclass
class Visit:
    """One person's browser window and what went wrong in it."""

    page: Page
    base: str
    hosts: tuple[str, ...]
    folder: Path | None
    troubles: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("request", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        # A later click calls an earlier question off: htmx reports that as an error of its own.
        called_off = message.text in {"htmx:afterRequest", "htmx:sendAbort"}
        if message.type == "error" and not called_off:
            self.troubles.append(f"console: {message.text}")

    def _look(self, request: Request) -> None:
        if not request.url.startswith((*self.hosts, "data:", "blob:")):
            self.troubles.append(f"outside: {request.url}")

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.base}/admin/")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(f"{self.base}/admin/")

    def next(self) -> None:
        """The wizard's Next; a hidden one stands first, for the Enter key."""
        self.page.locator("#wizard-form .tn-foot button", has_text="Next").click()
        self.page.wait_for_load_state()

    def keep(self, name: str) -> None:
        """Keep the page as a picture, where pictures are asked for: wide, narrow and dark."""
        if self.folder is None:
            return
        self.page.wait_for_timeout(300)  # fonts and transitions
        self._picture(name)
        if name.startswith("simulator-"):
            return  # a stand-in for somebody else's page
        was = self.page.viewport_size
        self.page.set_viewport_size({"width": 390, "height": 844})
        self.page.evaluate("document.documentElement.classList.add('dark')")
        self.page.wait_for_timeout(300)
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        self._picture(f"{name}-narrow-dark")
        self.page.evaluate("document.documentElement.classList.remove('dark')")
        if was:
            self.page.set_viewport_size(was)

    def _picture(self, name: str) -> None:
        assert self.folder is not None
        # Sticky bars would lie across the middle of a picture of the whole page.
        style = ".tn-foot { position: static !important }"
        self.page.screenshot(path=self.folder / f"{name}.png", full_page=True, style=style)


@pytest.fixture
def visit(browser: Browser, tandem: str, hubspot: str, quickbooks: str) -> Iterator[Visit]:
    """A window on the installation; in the end nothing may have gone wrong in it."""
    folder = os.environ.get("TANDEM_SCREENSHOTS", "")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    context: BrowserContext = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-US", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    found = Visit(
        context.new_page(), tandem, (tandem, hubspot, quickbooks), Path(folder) if folder else None
    )
    found.watch()
    yield found
    context.close()
    assert found.troubles == []


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Single calls fill pages of output; failures are told by the assertions."""
    caplog.set_level("WARNING", logger="syncapp")


def digits(text: str) -> int:
    """The number inside a text."""
    return int(re.sub(r"\D", "", text))
