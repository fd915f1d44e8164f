"""The month page (B19): what is open of a month, its lists, its mark, and what changed since.

Shows what ``services/month_page.py`` counted; marking and taking back are POSTs that
``services/month_marks.py`` carries out. Must not count records itself, and makes no call.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from syncapp.admin import month_changes
from syncapp.admin.base import link, render
from syncapp.admin.month_words import COVERAGE_WORDS, TILE_WORDS
from syncapp.core.month_lists import OPEN, Tile
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.models import AccountPair
from syncapp.models.figures import money
from syncapp.services import exports, month_lists, month_marks, month_page, tie_out
from syncapp.services.month_files import FORMATS, write
from syncapp.services.month_page import Counted, Line, MonthPage
from syncapp.services.records import RecordChoice
from syncapp.services.words import said, title_of

PAGE = "admin:syncapp_month"
TEMPLATE = "admin/syncapp/month/page.html"
SEES = ("syncapp.view_accountpair", "syncapp.view_recordlink")
REVIEWS = "syncapp.review_accountpair"
LINES_SHOWN = 6

PairAdmin = admin.ModelAdmin[AccountPair]
Told = dict[str, Any]


def show(model_admin: PairAdmin, request: HttpRequest) -> HttpResponse:
    """The page of an account pair and a month; the first pair's last month unless told."""
    pairs = list(AccountPair.objects.select_related("hubspot", "quickbooks").order_by("pk"))
    if not pairs:
        return render(model_admin, request, TEMPLATE, {"pair": None}, title=_("Month"))
    pair = _chosen(pairs, request.GET.get("pair", ""))
    now = timezone.now()
    page = month_page.read(pair, _month(request.GET.get("month", ""), pair, now), now=now)
    tiles = [_tile(request, one, page) for one in page.tiles]
    context: Told = {
        "pair": pair,
        "pairs": pairs,
        "page": page,
        "month": f"{page.month:%Y-%m}",
        "month_name": _name(page.month),
        "previous": address(pair, (page.month - timedelta(days=1)).replace(day=1)),
        "next": address(pair, month_page.next_month(page.month)),
        "here": address(pair, page.month),
        "tiles": tiles,
        "open": [one for one in tiles if one["is_open"]],
        "coverage": COVERAGE_WORDS.get(page.coverage, ""),
        "documents": [_line(line) for line in page.documents],
        "seen": month_marks.seen(page),
        "may_mark": request.user.has_perm(month_marks.PERMISSION),
        "may_review": request.user.has_perm(REVIEWS),
        "may_export": request.user.has_perm(exports.PERMISSION),
        "fees_url": _fees_url(page),
        "tie_out": tie_out.latest(pair, page.month),
        "tie_out_query": urlencode({"month": f"{page.month:%Y-%m}"}),
        "earlier": month_marks.earlier(pair, page.month),
        **month_changes.context(page, request.GET.get("before", "")),
    }
    return render(model_admin, request, TEMPLATE, context, title=_("Month"))


def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the month ready to close, as the person saw it."""
    pair = _find(pk)
    now = timezone.now()
    month = _month(request.POST.get("month", ""), pair, now)
    page = month_page.read(pair, month, now=now)
    who, told = request.user.get_username(), request.POST.get("seen", "") or "-"
    named = {"month": _name(month), "who": who}
    try:
        is_new = month_marks.mark(page, who=who, now=now, told=told)
    except month_marks.NotOver:
        messages.error(request, _("%(month)s is not over yet. Mark it once it is.") % named)
    except month_marks.Changed:
        messages.warning(
            request,
            _("Nothing was marked: the records of %(month)s changed since the page was shown. "
              "Look at the lists again.") % named,
        )  # fmt: skip
    else:
        if is_new:
            messages.success(request, _("%(who)s marked %(month)s as ready to close.") % named)
        else:
            messages.info(request, _("%(month)s was marked as ready to close before.") % named)
    return redirect(address(pair, month))


def unmark(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the mark back, with a reason."""
    pair = _find(pk)
    now = timezone.now()
    month = _month(request.POST.get("month", ""), pair, now)
    who, note = request.user.get_username(), request.POST.get("note", "")
    try:
        done = month_marks.withdraw(pair, month, who=who, note=note, now=now)
    except ValueError:
        messages.error(request, _("Say why the month is not ready any more; nothing was changed."))
    else:
        if done:
            messages.success(
                request, _("%(month)s is not marked any more.") % {"month": _name(month)}
            )
    return redirect(address(pair, month))


def download(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """The month as a file.

    Raises:
        Http404: There is no such format.
    """
    pair = _find(pk)
    now = timezone.now()
    if format not in FORMATS:
        raise Http404
    page = month_page.read(pair, _month(request.GET.get("month", ""), pair, now), now=now)
    titles = {tile: str(words.title) for tile, words in TILE_WORDS.items()}
    body = write(page, titles, format, who=request.user.get_username(), now=now)
    answer = HttpResponse(body, content_type=FORMATS[format])
    name = f"tandem-month-{page.month:%Y-%m}.{format}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def address(pair: AccountPair, month: date) -> str:
    """The page of a month."""
    return f"{reverse(PAGE)}?{urlencode({'pair': str(pair.pk), 'month': f'{month:%Y-%m}'})}"


# -- words


def _tile(request: HttpRequest, one: Counted, page: MonthPage) -> Told:
    words = TILE_WORDS[one.tile]
    is_clear = not one.count and not one.is_unknown
    lines = [_line(line) for line in one.lines]
    return {
        "name": one.tile.value,
        "title": words.title,
        "help": words.help,
        "clear": words.clear,
        "is_clear": is_clear,
        "is_unknown": one.is_unknown,
        "is_open": one.is_open,
        "may_be_open": one.tile in OPEN,
        "tone": "good" if is_clear else words.tone,
        "count": f"{number_format(one.count, force_grouping=True)}{'+' if one.is_more else ''}",
        "lines": lines[:LINES_SHOWN],
        "more": max(0, len(lines) - LINES_SHOWN),
        "url": _fees_url(page) if one.tile is Tile.FEES else _records_url(one.tile, page),
    }


def _line(line: Line) -> Told:
    pair = OBJECT_PAIRS.get(line.object)
    return {
        "what": title_of(pair) if pair is not None else said(line.object),
        "count": number_format(line.count, force_grouping=True),
        "money": "" if line.amount is None else money(Decimal(line.amount), line.currency),
    }


def _records_url(tile: Tile, page: MonthPage) -> str:
    """The record view, filtered as the tile counts."""
    state = month_page.STATES.get(tile)
    choice = RecordChoice(
        pair=page.pair.pk,
        state=state.value if state is not None else "",
        tile="" if state is not None else tile.value,
        dated_from=page.month.isoformat(),
        dated_to=page.last_day.isoformat(),
    )
    return f"{link('admin:syncapp_recordlink_changelist')}?{urlencode(choice.as_params())}"


def _fees_url(page: MonthPage) -> str:
    days = {"from": page.month.isoformat(), "to": page.last_day.isoformat()}
    return f"{link('admin:syncapp_pair_fees', page.pair.pk)}?{urlencode(days)}"


def _name(month: date) -> str:
    return str(date_format(month, "YEAR_MONTH_FORMAT"))


def _month(told: str, pair: AccountPair, now: datetime) -> date:
    """The month that was asked for; without one the last that is over."""
    if not told:
        return month_page.last_month(pair, now=now)
    try:
        month = tie_out.month_of(told)
        month_lists.days(month)
        month_page.next_month(month)
        month - timedelta(days=100)
    except (tie_out.NoSuchMonth, OverflowError) as error:
        raise BadRequest("not a month") from error
    return month


def _chosen(pairs: list[AccountPair], told: str) -> AccountPair:
    """The pair that was asked for; without one the first.

    Raises:
        Http404: There is none of that number.
    """
    if not told:
        return pairs[0]
    for pair in pairs:
        if str(pair.pk) == told:
            return pair
    raise Http404


def _find(pk: int) -> AccountPair:
    pairs = AccountPair.objects.select_related("hubspot", "quickbooks")
    return get_object_or_404(pairs, pk=pk)
