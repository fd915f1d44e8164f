"""The columns of the record view: what each shows of a record, and which of them a person chose.

Must not know filters, pages nor what may be done with a record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.moments import span
from syncapp.admin.words import CATEGORY_WORDS, badge, origin_words, reason_words
from syncapp.core.reasons import State
from syncapp.models import RecordLink, figures
from syncapp.services import preferences
from syncapp.services.assignments import name_of
from syncapp.services.words import fixer_words

PREFERENCE = "columns:records"
EMPTY = "\N{EN DASH}"
Shown = SafeString | str


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        show: Its cell, given the record and the present moment.
        sort: The name of its order in ``services/record_pages.py``; "" for none.
        field: The export's column that tells the same.
    """

    name: str
    title: Any
    show: Callable[[RecordLink, datetime], Shown]
    sort: str = ""
    field: str = ""
    is_number: bool = False
    is_default: bool = True


def chosen(user: User) -> list[Column]:
    """The columns a person chose, in their order; the default ones without a choice."""
    told = preferences.get(user=user, name=PREFERENCE)
    names = told if isinstance(told, list) else []
    found = [COLUMNS[name] for name in names if name in COLUMNS]
    return found or [column for column in COLUMNS.values() if column.is_default]


def in_order(user: User) -> list[tuple[Column, bool]]:
    """All columns with whether they are shown: the chosen ones first, in their order."""
    shown = chosen(user)
    rest = [column for column in COLUMNS.values() if column not in shown]
    return [(column, True) for column in shown] + [(column, False) for column in rest]


def save(user: User, names: list[str]) -> None:
    """Keep a person's choice; an empty one means the default columns."""
    known = [name for name in dict.fromkeys(names) if name in COLUMNS]
    preferences.save(user=user, name=PREFERENCE, value=known or None)


def moved(names: list[str], name: str, *, up: bool) -> list[str]:
    """The names with one of them a place further up or down."""
    if name not in names:
        return names
    at = names.index(name)
    to = max(0, at - 1) if up else min(len(names) - 1, at + 1)
    rest = [*names[:at], *names[at + 1 :]]
    return [*rest[:to], name, *rest[to:]]


def record_url(link: RecordLink) -> str:
    """The record's own page."""
    return reverse("admin:syncapp_recordlink_change", args=[link.pk])


def money(link: RecordLink) -> str:
    """The amount in the reader's notation, with its currency's code."""
    if link.amount is None:
        return ""
    return figures.money(link.amount, link.currency).replace(" ", "\N{NO-BREAK SPACE}")


def age(link: RecordLink, now: datetime) -> str:
    """How long it has not been in sync; "" for one that is."""
    since = link.waiting_since
    return span((now - since).total_seconds()) if since else ""


def who_mends(link: RecordLink) -> str:
    """Where the remedy is; "" for a record in sync."""
    if link.state == State.IN_SYNC or link.reason is None:
        return ""
    return fixer_words(link.reason.fixer)


def _record(link: RecordLink, now: datetime) -> Shown:
    return format_html(
        '<a class="tn-record" href="{}" title="{}">{}</a><div class="tn-quiet">{}</div>',
        record_url(link), link, link, link.definition.title,
    )  # fmt: skip


def _why(link: RecordLink, now: datetime) -> Shown:
    if not link.explanation:
        return EMPTY
    return format_html(
        '<details class="tn-why-more"><summary title="{}">{}</summary><div>{}</div>{}</details>',
        f"{link.explanation} {link.remedy}".strip(), reason_words(link.code), link.explanation,
        format_html("<div><strong>{}</strong> {}</div>", _("What to do:"), link.remedy)
        if link.remedy else "",
    )  # fmt: skip


def _text(value: str) -> Shown:
    return format_html('<span class="tn-clip" title="{}">{}</span>', value, value) or EMPTY


def _plain(read: Callable[[RecordLink], str]) -> Callable[[RecordLink, datetime], Shown]:
    def show(link: RecordLink, now: datetime) -> Shown:
        value = read(link)
        return _text(value) if value else EMPTY

    return show


def _kept(read: Callable[[RecordLink], str]) -> Callable[[RecordLink, datetime], Shown]:
    """A short value that is never broken into two lines."""

    def show(link: RecordLink, now: datetime) -> Shown:
        value = read(link)
        return format_html('<span class="tn-id">{}</span>', value) if value else EMPTY

    return show


def _moment(value: datetime | None) -> Shown:
    if value is None:
        return EMPTY
    local = localtime(value)
    return format_html(
        '<time class="tn-id" datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"), date_format(local, "DATETIME_FORMAT"),
        figures.moment(value),
    )  # fmt: skip


def _age(link: RecordLink, now: datetime) -> Shown:
    since = link.waiting_since
    if since is None:
        return EMPTY
    told = figures.moment(since)
    return format_html('<span class="tn-id" title="{}">{}</span>', told, age(link, now))


def _assignee(link: RecordLink) -> str:
    return name_of(link.assignee) if link.assignee else ""


COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("record", gettext_lazy("Record"), _record, "record", "label"),
        Column("state", gettext_lazy("State"), lambda link, now: badge(link), "state", "state"),
        Column("reason", gettext_lazy("Reason"), _why, "", "explanation"),
        Column("party", gettext_lazy("Customer"), _plain(lambda link: link.party), "party",
               "party"),
        Column("amount", gettext_lazy("Amount"), _kept(money), "amount", "amount", is_number=True),
        Column("document_date", gettext_lazy("Document date"),
               _kept(lambda link: figures.day(link.document_date)), "document_date",
               "document_date"),
        Column("due_date", gettext_lazy("Due date"), _kept(lambda link: figures.day(link.due_date)),
               "due_date", "due_date"),
        Column("age", gettext_lazy("Age"), _age, "age", "failing_since"),
        Column("fixer", gettext_lazy("Who can mend it"), _plain(who_mends), "", "fixer"),
        Column("assignee", gettext_lazy("Assignee"), _plain(_assignee), "assignee", "assignee"),
        Column("note", gettext_lazy("Note"), _plain(lambda link: link.note), "", "note"),
        Column("number", gettext_lazy("Number"), _kept(lambda link: link.number), "number",
               "number"),
        Column("email", gettext_lazy("E-mail"), _plain(lambda link: link.email), "", "email",
               is_default=False),
        Column("category", gettext_lazy("Category"),
               _plain(lambda link: str(CATEGORY_WORDS.get(link.category, ""))), "", "category",
               is_default=False),
        Column("direction", gettext_lazy("Direction"),
               _kept(lambda link: origin_words(link.origin)),
               "", "direction", is_default=False),
        Column("pair", gettext_lazy("Account pair"), _plain(lambda link: str(link.definition.pair)),
               "", "account_pair", is_default=False),
        Column("hubspot_id", gettext_lazy("HubSpot id"), _kept(lambda link: link.hubspot_id or ""),
               "", "hubspot_id", is_default=False),
        Column("quickbooks_id", gettext_lazy("QuickBooks id"),
               _kept(lambda link: link.quickbooks_id or ""), "", "quickbooks_id",
               is_default=False),
        Column("updated", gettext_lazy("Updated"), lambda link, now: _moment(link.updated_at),
               "updated", "updated_at", is_default=False),
        Column("synced", gettext_lazy("Last synced"), lambda link, now: _moment(link.synced_at),
               "", "synced_at", is_default=False),
    )
}  # fmt: skip
