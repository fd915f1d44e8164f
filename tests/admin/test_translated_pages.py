"""Every page in Portuguese: no word of ours is left untranslated on it (B17).

The catalogue is replaced by one that puts marks around each text; what is visible outside of marks
was never given to gettext, unless it is data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.models import AccountPair, RecordLink, SettingChange
from tests.admin.rows import connected, one_of_each
from tests.admin.walk import Address, addresses
from tests.proves import proves

pytestmark = pytest.mark.django_db

OPENED, CLOSED = "⟦", "⟧"
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label", "aria-valuetext")
#: Names that are the same in every language, and what the rows hold.
NAMES = re.compile(
    r"[\w.]+@[\w.]+|HubSpot|QuickBooks( Online)?|Tandem|Zanzibar Holdings|of|Books|chief|Person \d+"
    r"|SQLite|SKU|USD|CSV|XLSX|esc"
    r"|JSON|HTML|UTC|English|Português Brasileiro|Português \(Brasil\)|https?://\S+|[A-Z][a-z]+/[\w/]+"
    r"|hubspot-1|quickbooks-1|Django"
)


#: The vendors' names of fields, and scopes: a person may look them up there.
FIELDS = {
    name for pair in OBJECT_PAIRS.values() for one in pair.mappings
    for name in (one.hubspot, one.quickbooks)
}  # fmt: skip
#: Rows as Django's own pages show them, to administrators: columns by the names in the database.
#: Time zones have the names of their database, scopes the vendors'.
RAW = re.compile(r"_history$|_mail_|_settingchange_|my_settings|_connect$")


class Marked(trans_real.DjangoTranslation):
    """A catalogue that knows every text, and says it between marks."""

    def __init__(self) -> None:
        """Nothing to read."""
        self._DjangoTranslation__language = "pt-br"
        self._DjangoTranslation__to_language = "pt-br"

    def gettext(self, message: str) -> str:
        """The text between marks, without its context."""
        return f"{OPENED}{message.rpartition(chr(4))[2]}{CLOSED}" if message else ""

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The form English would use, between marks."""
        return self.gettext(singular if n == 1 else plural)


class Visible(HTMLParser):
    """What a person reads or hears of a page, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.heard: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is said in attributes; skip scripts, styles and icons."""
        told = dict(attrs)
        if self._silent or tag in {"script", "style", "svg", "template", "code"}:
            self._silent += tag not in {"img", "input", "br", "path", "meta", "link", "hr"}
            return
        if "material-symbols-outlined" in (told.get("class") or ""):
            self._silent = 1
            return
        self.heard += [told[name] or "" for name in SPOKEN if told.get(name)]

    def handle_endtag(self, tag: str) -> None:
        """Leave what was skipped."""
        del tag
        self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        if not self._silent:
            self.pieces.append(data)


def unmarked(page: str) -> Iterator[str]:
    """The words outside of marks that are no data."""
    seen = Visible()
    seen.feed(page)
    for text in ("\n".join(seen.pieces), *seen.heard):
        while (shorter := re.sub(rf"{OPENED}[^{OPENED}{CLOSED}]*{CLOSED}", "", text)) != text:
            text = shorter
        for line in text.split("\n"):
            words = NAMES.sub("", line).strip()
            if re.search(r"[A-Za-z]{3,}", words) and words not in FIELDS:
                yield " ".join(line.split())


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(trans_real._translations, "pt-br", Marked())
    yield
    translation.deactivate()  # a request leaves its language behind in the thread


def pages(client: Client) -> Iterator[tuple[Address, str]]:
    for address in addresses(one_of_each()):
        if RAW.search(address.name) or not re.search("syncapp|admin:index", address.name):
            continue
        answer = client.get(address.url, headers={"accept-language": "pt-br"})
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status_code == 200 and is_page and not answer.streaming:
            yield address, answer.content.decode()


@proves("B17")
def test_every_word_on_every_page_was_given_to_gettext(client: Client, marked: None) -> None:
    client.force_login(User.objects.create_superuser("chief", "chief@example.com"))
    left: dict[str, list[str]] = {}
    count = 0
    for address, page in pages(client):
        count += 1
        for words in unmarked(page):
            left.setdefault(words, []).append(address.name)
    assert count > 20
    assert {words: names[:3] for words, names in left.items()} == {}


#: A day as ISO writes it, and an amount as English does.
FOREIGN = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\d\.\d{2} [A-Z]{3}\b|\d,\d{3}\.\d")


@proves("B17")
def test_no_page_shows_an_iso_day_or_an_english_amount_to_a_brazilian(client: Client) -> None:
    client.force_login(User.objects.create_superuser("chief", "chief@example.com"))
    rows = one_of_each()
    RecordLink.objects.update(
        amount=Decimal("11183.30"), currency="USD", document_date=date(2026, 10, 29),
        due_date=date(2026, 11, 28), label="Payment: 11183.30", code="approval_period",
        state="waiting",
        params={"date": "2026-10-29", "reviewed": "2026-10-31", "money": " (11,183.30 USD)"},
    )  # fmt: skip
    AccountPair.objects.update(reviewed_through=date(2026, 10, 31))
    left: dict[str, list[str]] = {}
    told = ""
    for address in addresses(rows):
        if RAW.search(address.name) or not re.search("syncapp|admin:index", address.name):
            continue
        answer = client.get(address.url, headers={"accept-language": "pt-br"})
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status_code != 200 or not is_page or answer.streaming:
            continue
        seen = Visible()
        seen.feed(answer.content.decode())
        told += "\n".join(seen.pieces)
        for text in (*seen.pieces, *seen.heard):
            if FOREIGN.search(text):
                left.setdefault(" ".join(text.split()), []).append(address.name)
    assert left == {}
    for words in ("11.183,30\N{NO-BREAK SPACE}USD", "Pagamento: 11.183,30", "29/10/2026"):
        assert words in told
    assert "(11.183,30 USD)" in told


@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_badges_have_their_colours_in_every_language(client: Client, language: str) -> None:
    client.force_login(User.objects.create_superuser("chief", "chief@example.com"))
    connected("hubspot")
    connected("quickbooks", status="reconnect")
    shown = client.get(
        "/admin/syncapp/connection/", headers={"accept-language": language}
    ).content.decode()
    words = {
        "en": ("Connected", "Reconnect needed"), "pt-br": ("Conectada", "Reconexão necessária")
    }[language]  # fmt: skip
    for told, colour in zip(words, ("bg-green-100", "bg-red-100"), strict=True):
        assert re.search(rf"{colour}[^<>]*>\s*{told}", shown), told


def test_the_person_of_a_change_is_named_in_the_readers_language(client: Client) -> None:
    client.force_login(User.objects.create_superuser("chief", "chief@example.com"))
    SettingChange.objects.create(
        who="chief", subject="User otto", setting="active", before=True, after=False
    )
    shown = client.get(
        "/admin/syncapp/settingchange/", headers={"accept-language": "pt-br"}
    ).content.decode()
    assert "Usuário otto" in shown
    assert "User otto" not in shown
