"""The filters of the record view: their fields, and the chips that say which are set.

Knows how a ``RecordChoice`` stands in an address and in words. Must not query records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from syncapp.admin.month_words import TILE_WORDS
from syncapp.admin.words import CATEGORY_WORDS, ORIGIN_WORDS, reason_words
from syncapp.core.month_lists import Tile
from syncapp.core.pairs import HIDDEN, OBJECT_PAIRS
from syncapp.core.reasons import REASONS
from syncapp.models import AccountPair, SyncDefinition
from syncapp.models.figures import day
from syncapp.models.links import STATES
from syncapp.services import records
from syncapp.services.assignments import colleagues, name_of
from syncapp.services.records import RecordChoice
from syncapp.services.words import FIXER_WORDS, title_of

#: What the address says besides the filters.
SORT, CURSOR, EDIT = "sort", "page", "edit"
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One filter as it stands on the page. ``kind``: select, date, number or text."""

    name: str
    label: str
    value: str
    kind: str = "select"
    options: tuple[tuple[str, str], ...] = ()
    is_main: bool = False

    @property
    def words(self) -> str:
        """What is chosen, in words."""
        return dict(self.options).get(self.value, self.value)


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter; ``without`` is the address of the list without it."""

    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A filter one click away; ``url`` is the address of the list with it."""

    text: str
    url: str


def fields(choice: RecordChoice, *, only_chosen: bool = False) -> list[Field]:
    """All filters with what is chosen in each.

    Args:
        choice: What is chosen.
        only_chosen: Do not ask the database for options that nobody is going to see.
    """
    told = choice.as_params()
    found = []
    for name, label, options, is_main in _selects(choice, only_chosen=only_chosen):
        found.append(
            Field(name, label, told.get(name, ""), "select", tuple(options), is_main=is_main)
        )
    for name, label, kind in (
        ("dated_from", _("Document date from"), "date"),
        ("dated_to", _("Document date to"), "date"),
        ("amount_from", _("Amount from"), "number"),
        ("amount_to", _("Amount to"), "number"),
        ("currency", _("Currency"), "text"),
        ("updated_at_from", _("Changed from"), "date"),
        ("updated_at_to", _("Changed to"), "date"),
    ):
        found.append(Field(name, label, told.get(name, ""), kind))
    return found


def chips(choice: RecordChoice, found: Iterable[Field]) -> list[Chip]:
    """The active filters, the search among them."""
    params = choice.as_params()
    texts = {
        field.name: _("%(filter)s: %(value)s") % {"filter": field.label, "value": _told(field)}
        for field in found
        if field.value
    }
    if choice.sync is not None:
        texts["sync"] = _("Sync: %(value)s") % {"value": _sync_name(choice.sync)}
    if choice.tile:
        title = TILE_WORDS[Tile(choice.tile)].title
        texts["tile"] = _("List of the month: %(value)s") % {"value": title}
    if choice.search:
        texts["q"] = _("Search: “%(words)s”") % {"words": choice.search}
    if choice.ids:
        texts["id__in"] = _("Chosen one by one: %(count)s") % {"count": len(choice.ids)}
    return [Chip(texts[name], address(params, **{name: ""})) for name in texts if name in params]


def months(choice: RecordChoice, today: date) -> list[Shortcut]:
    """Short ways to the documents of this month and of the last, the other filters kept."""
    params = choice.as_params()
    first = today.replace(day=1)
    end_of_last = first - timedelta(days=1)
    found = []
    for words, start, end in (
        (_("This month"), first, today),
        (_("Last month"), end_of_last.replace(day=1), end_of_last),
    ):
        dates = {"dated_from": start.isoformat(), "dated_to": end.isoformat()}
        if any(params.get(name) != value for name, value in dates.items()):
            found.append(Shortcut(words, address(params, **dates)))
    return found


def sentence(choice: RecordChoice) -> str:
    """The active filters in one line, for the head of an export; "" without any."""
    return "; ".join(chip.text for chip in chips(choice, fields(choice, only_chosen=True)))


def address(params: Mapping[str, str], **changes: str) -> str:
    """A query string with some parts changed ("" takes one out)."""
    kept = {name: value for name, value in {**params, **changes}.items() if value}
    return f"?{urlencode(kept)}"


def _selects(
    choice: RecordChoice, *, only_chosen: bool
) -> Iterable[tuple[str, str, Options, bool]]:
    used = (
        {choice.object}
        if only_chosen
        else set(
            SyncDefinition.objects.filter(deleted_at=None)
            .exclude(object_type__in=HIDDEN)
            .values_list("object_type", flat=True)
        )
    )
    objects = [(name, title_of(pair)) for name, pair in OBJECT_PAIRS.items() if name in used]
    joined = AccountPair.objects.select_related("hubspot", "quickbooks")
    is_told = choice.pair is not None or not only_chosen
    pairs = [(str(one.pk), str(one)) for one in joined] if is_told else []
    yield "object", _("Object"), objects, True
    if len(pairs) > 1 or choice.pair is not None:
        yield "pair", _("Account pair"), pairs, True
    yield "state", _("State"), [(value, str(words)) for value, words in STATES], True
    yield "category", _("Category"), [
        (records.NEEDS_DECISION, _("Only a person can settle it")),
        *((value, str(CATEGORY_WORDS[value])) for value in records.categories()),
    ], True  # fmt: skip
    is_told = bool(choice.assignee) or not only_chosen
    people = [(str(user.pk), name_of(user)) for user in colleagues()] if is_told else []
    people.insert(0, (records.NOBODY, _("Nobody")))
    if choice.assignee and choice.assignee not in dict(people):
        people += [(str(one.pk), name_of(one)) for one in User.objects.filter(pk=choice.assignee)]
    yield "assignee", _("Assignee"), people, True
    reasons = sorted(((code, reason_words(code)) for code in REASONS), key=lambda row: row[1])
    yield "code", _("Reason"), reasons, False
    yield "fixer", _("Who can mend it"), [
        (fixer.name.lower(), str(words)) for fixer, words in FIXER_WORDS.items()
    ], False  # fmt: skip
    yield "direction", _("Direction"), [
        (value, str(words)) for value, words in ORIGIN_WORDS.items()
    ], False  # fmt: skip


def _told(field: Field) -> str:
    if field.kind == "date":
        return day(field.value)
    return field.words


def _sync_name(pk: int) -> Any:
    syncs = SyncDefinition.objects.select_related("pair__hubspot", "pair__quickbooks")
    return syncs.filter(pk=pk).first() or pk
