"""The record view's list: chosen records a page at a time, the reader's columns, and its forms.

Shows and asks: ``services/records.py`` chooses, ``services/record_pages.py`` pages. What a person
does to records is in ``links.py``. Nothing here changes anything but the reader's columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from syncapp.admin import record_columns, record_filters
from syncapp.admin.base import back, render
from syncapp.admin.record_columns import Column, Shown
from syncapp.admin.record_filters import CURSOR, EDIT, SORT, address
from syncapp.core.reasons import State
from syncapp.models import RecordLink
from syncapp.models.figures import day
from syncapp.models.links import STATES
from syncapp.services import assignments, exports, record_pages, record_search, records
from syncapp.services.env import real_env
from syncapp.services.failing_records import PERMISSION as RETRY
from syncapp.services.records import RecordChoice

ROWS = 50
LIST = "admin:syncapp_recordlink_changelist"
#: What the form of the filters has no field for.
KEPT = frozenset({"sync", "id__in", "tile", SORT})


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; ``url`` is "" where the list cannot be sorted by it."""

    column: Column
    url: str = ""
    aria: str = "none"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the list shows it."""

    link: RecordLink
    cells: list[tuple[Column, Shown]]
    told: str
    edit_url: str
    is_edited: bool


def show(model_admin: admin.ModelAdmin[RecordLink], request: HttpRequest) -> HttpResponse:
    """The page."""
    choice = RecordChoice.from_params(request.GET.dict())
    params = choice.as_params()
    every = replace(choice, state="").apply(records.listed())
    links = every.filter(state=choice.state) if choice.state else every
    total = record_pages.count(links)
    sort = record_pages.sort_of(request.GET.get(SORT, ""), total=total)
    if sort != record_pages.DEFAULT_SORT:
        params[SORT] = sort
    page = record_pages.page(
        links, sort=sort, cursor=request.GET.get(CURSOR, ""), size=ROWS, total=total
    )
    now, columns = real_env().clock.now(), record_columns.chosen(_user(request))
    found = record_filters.fields(choice)
    here = address({**params, CURSOR: request.GET.get(CURSOR, "")})
    edited = request.GET.get(EDIT, "")
    may_assign = request.user.has_perm(assignments.PERMISSION)
    context: dict[str, Any] = {
        "choice": choice,
        "fields": found,
        "chips": record_filters.chips(choice, found),
        "months": record_filters.months(choice, timezone.localdate(now)),
        "has_hidden_filters": any(one.value and not one.is_main for one in found),
        "kept": {name: value for name, value in params.items() if name in KEPT},
        "tabs": list(_tabs(every, choice, params, total)),
        "heads": [_head(column, sort, params, total) for column in columns],
        "rows": [
            _row(link, columns, request, now, here, is_edited=str(link.pk) == edited)
            for link in page.links
        ],
        "previous": address(params, **{CURSOR: page.before}) if page.before else "",
        "next": address(params, **{CURSOR: page.after}) if page.after else "",
        "total": total,
        "total_words": _counted(total),
        "counted_words": number_format(record_pages.COUNTED),
        "is_capped": total > record_pages.COUNTED,
        "can_retry": request.user.has_perm(RETRY),
        "can_export": request.user.has_perm(exports.PERMISSION),
        "can_assign": may_assign,
        "colleagues": list(assignments.colleagues()) if may_assign else [],
        "all_columns": record_columns.in_order(_user(request)),
        "choosing": request.GET.get("columns") == "open",
        "here": here,
        "list_url": reverse(LIST),
        "export_url": f"{reverse('admin:syncapp_recordlink_export')}{address(choice.as_params())}",
        "is_first_visit": not choice.as_params() and not total,
    }  # fmt: skip
    template = "admin/syncapp/link/list.html"
    return render(model_admin, request, template, context, title=_("Record view"))


def choose_columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns a person ticked, in the order they stand in."""
    names = request.POST.getlist("column")
    way, _, name = request.POST.get("move", "").partition(":")
    if "reset" in request.POST:
        names = []
    elif name:
        names = record_columns.moved(names, name, up=way == "up")
    record_columns.save(_user(request), names)
    if name:  # without scripts each move is a request: the chooser stays open
        told = request.POST.get("next", "").partition("?")[2]
        return redirect(f"{reverse(LIST)}?{'&'.join(filter(None, (told, 'columns=open')))}")
    return back(request, reverse(LIST))


def _user(request: HttpRequest) -> Any:
    return request.user


def _counted(count: int) -> str:
    """A count as it is told: beyond what is counted, "10,000+"."""
    told = number_format(min(count, record_pages.COUNTED))
    return f"{told}+" if count > record_pages.COUNTED else str(told)


def _tabs(
    every: QuerySet[RecordLink], choice: RecordChoice, params: dict[str, str], total: int
) -> Any:
    """The states as quick filters, each with its count under the other filters."""
    chosen = choice.state
    # Words that half of all records hold are found by reading on: once, not for each state.
    is_common = bool(choice.search) and record_search.is_common(choice.search)
    count: int | None
    for value, words in (("", _("All")), *STATES):
        if value == chosen:
            count = total
        elif value == State.IN_SYNC and (choice.category or choice.code or choice.fixer):
            count = 0  # what is in sync has no reason
        elif is_common:
            count = None
        else:
            count = record_pages.count(every.filter(state=value) if value else every)
        yield {
            "words": words,
            "count": "" if count is None else _counted(count),
            "url": address(params, state=value),
            "is_chosen": value == chosen,
            "state": value,
        }


def _head(column: Column, sort: str, params: dict[str, str], total: int) -> Head:
    order = record_pages.ORDERS.get(column.sort)
    if order is None:
        return Head(column)
    if not order.is_indexed and total > record_pages.COUNTED:
        return Head(column, hint=_("Narrow the list to 10,000 records to sort by this column."))
    if sort.removeprefix("-") != column.sort:
        return Head(column, address(params, **{SORT: column.sort}))
    falls = sort.startswith("-")
    url = address(params, **{SORT: column.sort if falls else f"-{column.sort}"})
    return Head(column, url, "descending" if falls else "ascending")


def _row(
    link: RecordLink,
    columns: list[Column],
    request: HttpRequest,
    now: datetime,
    here: str,
    *,
    is_edited: bool,
) -> Row:
    return Row(
        link=link,
        cells=[(column, column.show(link, now)) for column in columns],
        told=told(link, request),
        edit_url=f"{here}&{urlencode({EDIT: link.pk})}" if here != "?" else f"?{EDIT}={link.pk}",
        is_edited=is_edited,
    )


def told(link: RecordLink, request: HttpRequest) -> str:
    """A record in words for a colleague, with its permanent link: what the copy button copies."""
    title = link.definition.title
    facts = [
        f"{title}: {link}",
        link.number and link.number not in str(link) and _("number %(n)s") % {"n": link.number},
        link.party if link.party != str(link) else "",
        record_columns.money(link).replace("\N{NO-BREAK SPACE}", " "),
        link.document_date and _("dated %(day)s") % {"day": day(link.document_date)},
        link.due_date and _("due %(day)s") % {"day": day(link.due_date)},
        str(link.get_state_display()),
    ]
    lines = [
        ", ".join(str(fact) for fact in facts if fact),
        link.explanation,
        _("What to do: %(remedy)s") % {"remedy": link.remedy} if link.remedy else "",
        link.note and _("Note: %(note)s") % {"note": link.note},
        request.build_absolute_uri(record_columns.record_url(link)),
    ]
    return "\n".join(line for line in lines if line)
