"""Gathers every text a person may read into locale/pt_BR, and compiles the catalogue.

Run `make messages` (needs Debian's gettext to gather; compiling needs nothing). Knows where texts
come from: our code and templates, the words of the pure core, and packages that speak no
Portuguese. Must not translate anything: what has no translation yet is counted.
"""

from __future__ import annotations

import argparse
import gettext as gnu
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.catalogue import Entry, compiled, read  # noqa: E402

LANGUAGE = "pt_BR"
CATALOGUE = ROOT / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
GAPS = ROOT / "locale" / LANGUAGE / "allowed_gaps.txt"
OURS = ("config", "syncapp", "templates")
#: Packages whose texts are on screen and that have no, or half a, Portuguese catalogue.
PACKAGES = ("unfold", "axes", "django_celery_beat", "import_export")
WORDS = {".py", ".html", ".txt"}
DATES = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date): .*\n', re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A text that is not marked in our own code, as gettext is to find it."""

    text: str
    plural: str | None = None
    context: str | None = None

    def line(self) -> str:
        """A line of Python that marks it."""
        if self.plural is not None:
            return f"ngettext({self.text!r}, {self.plural!r}, 2)"
        if self.context is not None:
            return f"pgettext({self.context!r}, {self.text!r})"
        return f"gettext({self.text!r})"


def main() -> int:
    """Gather and compile, or say how many texts lack a translation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compile-only", action="store_true", help="only write the .mo file")
    parser.add_argument("--gaps", action="store_true", help="list what lacks a translation")
    options = parser.parse_args()
    if not options.compile_only and not options.gaps:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_text(gathered(), encoding="utf-8")
    entries = read(CATALOGUE)
    missing = [entry for entry in entries if entry.text and not entry.is_translated]
    if options.gaps:
        for entry in missing:
            sys.stdout.write(f"{entry.text!r}\n")
    else:
        CATALOGUE.with_suffix(".mo").write_bytes(compiled(entries))
    sys.stdout.write(f"{len(entries) - 1} texts, {len(missing)} without a translation\n")
    return 0


def gathered() -> str:
    """The catalogue with every text there is now; translations are kept, vanished texts go."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in OURS:
            _copy(ROOT / part, folder / part)
        foreign = folder / "words"
        foreign.mkdir()
        _mark(foreign / "core.py", core_words())
        for package in PACKAGES:
            _mark(foreign / f"{package}.py", foreign_words(package))
        place = folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
        place.parent.mkdir(parents=True)
        if CATALOGUE.exists():
            shutil.copy(CATALOGUE, place)
        _makemessages(folder)
        return DATES.sub("", place.read_text(encoding="utf-8"))


def core_words() -> Iterator[Source]:
    """The sentences of the core and the connectors, which know no gettext."""
    from tools import core_words

    return (Source(text, plural) for text, plural in core_words.gathered())


def foreign_words(package: str) -> list[Source]:
    """The texts of a package that neither it nor Django says in Portuguese."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return []
    home = Path(spec.submodule_search_locations[0])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _copy(home, folder / package)
        (folder / "locale" / LANGUAGE / "LC_MESSAGES").mkdir(parents=True)
        _makemessages(folder)
        entries = read(folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po")
    known = [*_catalogues(home), *_django_catalogues()]
    return [
        Source(entry.text, entry.plural, entry.context)
        for entry in entries
        if entry.text and not any(_speaks(one, entry) for one in known)
    ]


def _speaks(catalogue: gnu.GNUTranslations, entry: Entry) -> bool:
    if entry.plural is not None:
        return catalogue.ngettext(entry.text, entry.plural, 1) != entry.text
    if entry.context is not None:
        return catalogue.pgettext(entry.context, entry.text) != entry.text
    return catalogue.gettext(entry.text) != entry.text


def _django_catalogues() -> list[gnu.GNUTranslations]:
    import django

    home = Path(django.__file__).parent
    places = [home / "conf", *(home / "contrib" / name for name in ("admin", "auth"))]
    return [one for place in places for one in _catalogues(place)]


def _catalogues(home: Path) -> list[gnu.GNUTranslations]:
    found = []
    for file in home.glob(f"locale/{LANGUAGE}/LC_MESSAGES/django.mo"):
        with file.open("rb") as opened:
            found.append(gnu.GNUTranslations(opened))
    return found


def _copy(source: Path, target: Path) -> None:
    for file in source.rglob("*"):
        inside = file.relative_to(source)
        if (
            file.suffix in WORDS
            and file.is_file()
            and not {"locale", "migrations"} & set(inside.parts)
        ):
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target / inside)


def _mark(file: Path, words: Iterable[Source]) -> None:
    lines = dict.fromkeys(source.line() for source in words)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _makemessages(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "DJANGO" not in name}
    subprocess.run(
        [
            sys.executable, "-m", "django", "makemessages", "--locale", LANGUAGE, "--no-wrap",
            "--no-obsolete", "--add-location", "file", "--extension", "html,txt,py",
            "--verbosity", "0",
        ],
        cwd=folder, env=environment, check=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
