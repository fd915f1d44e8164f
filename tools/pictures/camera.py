"""Takes each page in both languages, at two widths, light and dark, as small PNG files.

Knows how a picture is taken and kept. Must not know which pages there are.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page

WIDTHS = {1440: 900, 390: 844}
THEMES = ("light", "dark")
#: Few enough for small files, enough for the shades of a page.
COLOURS = 64
#: Longer pages are cut: nobody reads a picture of twenty screens.
LONGEST = 2600
#: What is fixed to the window would lie across the middle of a picture of the whole page.
#: Both readers look at the same draft: that the other one is there, too, is no part of the story.
STYLE = """
#presence, [id^=presence] { display: none !important }
.tn-foot, #bulk { position: static !important }
*, *::before, *::after { caret-color: transparent !important; transition: none !important }
"""
Prepare = Callable[[Page], object]


@dataclass
class Camera:
    """One window per language, each with its own person signed in."""

    browser: Browser
    base: str
    folder: Path
    only: Collection[str] = ()
    pages: dict[str, Page] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def open(self, language: str, locale: str) -> Page:
        """A window for a language."""
        context = self.browser.new_context(
            viewport={"width": 1440, "height": 900}, locale=locale, reduced_motion="reduce"
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"{language} {page.url}: {error}"))
        self.pages[language] = page
        return page

    def wants(self, name: str) -> bool:
        """Whether a picture was asked for."""
        return not self.only or any(part in name for part in self.only)

    def take(
        self, name: str, path: str, prepare: Prepare | None = None, *, whole: bool = True
    ) -> None:
        """Take one page in every way.

        Args:
            name: Of the files.
            path: Of the page, or a whole address; empty stays on the page that is open.
            prepare: Brings the page into the state to be shown; gets nothing but the page.
            whole: The whole page, or only what the window shows (an open drawer or dialog).
        """
        if not self.wants(name):
            return
        for language, page in self.pages.items():
            with self._kept(name, language):
                if path:
                    address = path if "://" in path else self.base + path
                    answer = page.goto(address, wait_until="load")
                    if answer is None or not answer.ok:
                        raise RuntimeError(f"{path} does not open")
                if prepare:
                    prepare(page)
                self._take(page, self.folder / language, name, whole=whole)

    def letter(self, name: str, language: str, html: str) -> None:
        """Take a mail as a program shows it."""
        if not self.wants(name):
            return
        page = self.browser.new_page()
        page.set_content(html)
        self._take(page, self.folder / language, name, whole=True, themes=("light",))
        page.close()

    @contextmanager
    def _kept(self, name: str, language: str) -> Iterator[None]:
        # One page that does not open must not cost all the others; the run fails in the end.
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self.troubles.append(f"{name} ({language}): {str(error).splitlines()[0]}")

    def _take(
        self,
        page: Page,
        folder: Path,
        name: str,
        *,
        whole: bool,
        themes: Collection[str] = THEMES,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            for theme in themes:
                page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)",
                              theme == "dark")  # fmt: skip
                page.wait_for_timeout(150)
                tall = page.evaluate("document.documentElement.scrollHeight") if whole else height
                clip: FloatRect = {
                    "x": 0, "y": 0, "width": width, "height": max(height, min(tall, LONGEST)),
                }  # fmt: skip
                picture = page.screenshot(
                    full_page=whole,
                    clip=clip if whole else None,
                    style=STYLE,
                    animations="disabled",
                )
                save(picture, folder / f"{name}-{width}-{theme}.png")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.troubles.append(f"{folder.name}/{name}: {wide} px wide in {width} px")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.evaluate("document.documentElement.classList.remove('dark')")


def save(picture: bytes, path: Path) -> None:
    """Write a picture with few colours: a third of the size, the same to the eye."""
    with Image.open(io.BytesIO(picture)) as opened:
        flat = opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        flat.save(path, optimize=True)
