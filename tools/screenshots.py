"""Makes the pictures in docs/screenshots: every page, both languages, two widths, light and dark.

Run `python tools/screenshots.py`; with words (`python tools/screenshots.py wizard home`) only the
pictures whose names contain one of them. Knows where the pictures belong. Must not know what is
on them.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


def main(only: list[str]) -> int:
    """Start an installation, tell its story, take the pictures; 1 if a page could not be shown."""
    sys.path.insert(0, str(ROOT))
    from playwright.sync_api import sync_playwright

    from tools.pictures.camera import Camera
    from tools.pictures.installation import installation

    # An end from outside must still stop the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with installation() as home, sync_playwright() as playwright:
        os.environ.update(home.environment)
        # Playwright's loop runs in this thread beside Django's own calls.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        import django

        django.setup()
        from tools.pictures.story import Story

        executable = os.environ.get("CHROMIUM_EXECUTABLE") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM))
        camera = Camera(browser, home.url, FOLDER, only)
        Story(home, camera).tell()
        browser.close()
    for trouble in camera.troubles:
        print(trouble, file=sys.stderr)
    return 1 if camera.troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
