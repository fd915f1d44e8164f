"""The Portuguese catalogue: complete as far as agreed, compiled, and with the same placeholders."""

from __future__ import annotations

import gettext as gnu
import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from syncapp.core.reasons import REASONS, explain
from tests.proves import proves
from tools import messages
from tools.catalogue import Entry, compiled, read

SAMPLE = r"""# A comment
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

#: somewhere
msgid "Save"
msgstr "Salvar"

msgctxt "record"
msgid "Open"
msgstr "Aberto"

msgid "Open"
msgstr "Abrir"

msgid "%(n)s record"
msgid_plural "%(n)s records"
msgstr[0] "%(n)s registro"
msgstr[1] "%(n)s registros"

#, fuzzy
msgid "Guessed"
msgstr "Adivinhado"

msgid ""
"two "
"parts\n"
msgstr "duas \"partes\"\n"

msgid "Missing"
msgstr ""

msgid "Half"
msgid_plural "Halves"
msgstr[0] "Metade"
msgstr[1] ""

#~ msgid "Gone"
#~ msgstr "Foi"
"""


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))


def test_a_catalogue_is_compiled_as_gettext_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "sample.po"
    file.write_text(SAMPLE, encoding="utf-8")
    entries = read(file)
    spoken = gnu.GNUTranslations(io.BytesIO(compiled(entries)))
    assert spoken.gettext("Save") == "Salvar"
    assert spoken.gettext("Open") == "Abrir"
    assert spoken.pgettext("record", "Open") == "Aberto"
    assert [spoken.ngettext("%(n)s record", "%(n)s records", n) for n in (1, 2)] == [
        "%(n)s registro", "%(n)s registros",
    ]  # fmt: skip
    assert spoken.gettext("two parts\n") == 'duas "partes"\n'
    for text in ("Guessed", "Missing", "Gone", "Half"):
        assert spoken.gettext(text) == text
    missing = [entry.text for entry in entries if entry.text and not entry.is_translated]
    assert missing == ["Guessed", "Missing", "Half"]


def test_the_compiled_file_is_that_of_the_catalogue() -> None:
    """Else: `python tools/messages.py --compile-only`."""
    assert messages.CATALOGUE.with_suffix(".mo").read_bytes() == compiled(read(messages.CATALOGUE))


def test_a_translation_fills_in_what_the_text_fills_in() -> None:
    wrong = [
        entry.text
        for entry in read(messages.CATALOGUE)
        if entry.text and entry.is_translated and not agrees(entry)
    ]
    assert wrong == []


def agrees(entry: Entry) -> bool:
    wanted = placeholders(entry.plural or entry.text)
    # A singular may say "one" instead of the number.
    return all(
        placeholders(form) == wanted or (entry.plural and number == 0)
        for number, form in entry.forms.items()
    )


@pytest.mark.gettext
@pytest.mark.slow
@proves("B17")
def test_no_more_texts_lack_a_translation_than_agreed(tmp_path: Path) -> None:
    """Else: `make messages`, translate what `python tools/messages.py --gaps` lists."""
    file = tmp_path / "django.po"
    file.write_text(messages.gathered(), encoding="utf-8")
    entries = read(file)
    texts = {entry.text for entry in entries}
    for text in ("Pause all writes", "Type to search", REASONS["pending"].explanation,
                 "%(n)d mail will be sent again."):  # fmt: skip
        assert text in texts, "not everything was gathered"
    missing = [entry.text for entry in entries if entry.text and not entry.is_translated]
    allowed = int(messages.GAPS.read_text(encoding="utf-8"))
    assert len(missing) <= allowed, missing[:40]


def test_a_reason_is_translated_before_it_is_filled_in() -> None:
    code = next(code for code, one in REASONS.items() if "{" in one.explanation)
    asked: list[str] = []

    def translate(text: str) -> str:
        asked.append(text)
        return f"<{text}>"

    explanation, _remedy = explain(code, {}, translate=translate)
    assert REASONS[code].explanation in asked
    assert explanation.startswith("<")
    assert "{" not in explanation


def test_the_catalogue_is_where_django_looks() -> None:
    assert messages.CATALOGUE.parents[2] in settings.LOCALE_PATHS
    with translation.override("pt-br"):
        assert translation.gettext("Save") == "Salvar"  # Django's own, beneath ours
