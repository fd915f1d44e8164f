"""The tie-out page of an account pair (B3): choose a month, read both sides, see what differs.

Shows what was kept; reading is a POST that a worker carries out. Must not read an account itself,
and knows no reason.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import moments
from syncapp.admin.base import link, render
from syncapp.admin.soon import soon
from syncapp.core.sides import Side
from syncapp.models import AccountPair, RecordLink, TieOut, figures
from syncapp.models.figures import day
from syncapp.models.spoken import spoken
from syncapp.services import tie_out, tie_out_files
from syncapp.tasks import tie_out as tie_out_task

PAGE = "admin:syncapp_pair_tie_out"
SEES = ("syncapp.view_accountpair", "syncapp.view_recordlink")
READS = "syncapp.run_accountpair"
DOWNLOADS = "syncapp.export_recordlink"
#: Customers that tie out are listed up to here; the file has them all.
ROWS_SHOWN = 200
FINDINGS_SHOWN = 50
HEADINGS = {
    "count": gettext_lazy("Invoices"),
    "total": gettext_lazy("Total"),
    "balance": gettext_lazy("Open"),
    "paid": gettext_lazy("Payments"),
}
KINDS = {"invoice": gettext_lazy("Invoice"), "payment": gettext_lazy("Payment")}

PairAdmin = admin.ModelAdmin[AccountPair]
Told = dict[str, Any]


def show(model_admin: PairAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The page; while both sides are read it refreshes its content every two seconds."""
    pair = _find(pk)
    now = timezone.now()
    month = _month(request.GET.get("month", ""), pair, now)
    asked, done = tie_out.newest(pair, month), tie_out.latest(pair, month)
    figures = done.figures if done is not None else {}
    rows = [_row(row) for row in figures.get("customers", ())]
    _link_records(rows)
    differing = [row for row in rows if row["findings"]]
    equal = [row for row in rows if not row["findings"]]
    context = {
        "pair": pair,
        "month": f"{month:%Y-%m}",
        "month_name": month,
        "asked": asked,
        "is_open": asked is not None and tie_out.is_open(asked, now=now),
        "problem": spoken(asked.detail) if asked and asked.state == TieOut.State.FAILED else "",
        "done": done,
        "read": moments.ago(done.finished_at, now) if done else "",
        "calls": sum(done.api_calls.values()) if done else 0,
        "figures": figures,
        "totals": [_row(row) for row in figures.get("totals", ())],
        "differing": differing,
        "equal": equal[:ROWS_SHOWN],
        "not_shown": max(0, len(equal) - ROWS_SHOWN),
        "others": [one for one in tie_out.months(pair) if one.month != month],
        "may_read": request.user.has_perm(READS),
        "may_download": request.user.has_perm(DOWNLOADS),
        "query": urlencode({"month": f"{month:%Y-%m}"}),
    }
    title = _("Tie-out: %s") % pair
    return render(model_admin, request, "admin/syncapp/pair/tie_out.html", context, title=title)


def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a month to be read afresh."""
    pair = _find(pk)
    now = timezone.now()
    month = _month(request.POST.get("month", ""), pair, now)
    statement = tie_out.request(pair, month, user=request.user, now=now)
    soon(tie_out_task, statement.pk)
    return redirect(f"{reverse(PAGE, args=[pair.pk])}?{urlencode({'month': f'{month:%Y-%m}'})}")


def download(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """The newest tie-out of a month as a file."""
    pair = _find(pk)
    month = _month(request.GET.get("month", ""), pair, timezone.now())
    statement = tie_out.latest(pair, month)
    if statement is None or format not in tie_out_files.FORMATS:
        raise Http404(_("This month has not been read yet."))
    name = f"tandem-tie-out-{month:%Y-%m}.{format}"
    return HttpResponse(
        tie_out_files.write(statement, format),
        content_type=tie_out_files.FORMATS[format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# -- words


def _row(told: Told) -> Told:
    """A customer (or a total) with each figure once where both sides agree."""
    findings = [_finding(one) for one in told.get("findings", ())]
    return {
        **told,
        "cells": [_cell(told, name) for name in HEADINGS],
        "findings": findings[:FINDINGS_SHOWN],
        "more": max(0, len(findings) - FINDINGS_SHOWN),
        "tone": "bad" if told["unexplained"] else "warn" if told["explained"] else "good",
        "records_url": _records_url(told.get("customer", "")),
    }


def _cell(told: Told, name: str) -> Told:
    held = {side.value: _number(told[side.value][name]) for side in Side}
    return {
        "label": HEADINGS[name],
        "is_equal": not Decimal(told["difference"][name]),
        **held,
        "difference": _number(told["difference"][name]),
    }


def _number(told: str | int) -> str:
    """A figure with its digits and with thousands set apart."""
    return figures.number(told) if isinstance(told, int) else figures.money(told)


def _finding(told: Told) -> Told:
    if told["is_note"]:
        badge, tone = _("Note"), "quiet"
    elif told["is_explained"]:
        badge, tone = _("Explained"), "warn"
    else:
        badge, tone = _("Unexplained"), "bad"
    held = [
        f"{side.label} {_number(told['held'][side.value])}"
        + (f" ({day(on)})" if (on := told["dates"][side.value]) else "")
        for side in Side
        if side.value in told["held"]
    ]
    return {
        **told,
        "reason": spoken(told["reason"]),
        "remedy": spoken(told["remedy"]),
        "badge": badge,
        "tone": tone,
        "kind_words": KINDS.get(told["kind"], told["kind"]),
        "title": told["label"] or " / ".join(one.partition("/")[0] for one in told["ids"].values()),
        "held_words": ", ".join(held),
    }


def _link_records(rows: list[Told]) -> None:
    """Give findings the address of their record, where it is still known."""
    wanted = {one["link"] for row in rows for one in row["findings"] if one["link"]}
    known = set(RecordLink.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    for row in rows:
        for one in row["findings"]:
            is_known = one["link"] in known
            one["url"] = link("admin:syncapp_recordlink_change", one["link"]) if is_known else ""


def _records_url(customer: str) -> str:
    """The record view, with what it knows of the customer."""
    if not customer:
        return ""
    return f"{link('admin:syncapp_recordlink_changelist')}?{urlencode({'q': customer})}"


def _month(told: str, pair: AccountPair, now: datetime) -> date:
    """The month that was asked for; without one the last that is over."""
    if not told:
        return (tie_out.present_month(pair, now=now) - timedelta(days=1)).replace(day=1)
    try:
        return tie_out.month_of(told)
    except tie_out.NoSuchMonth as error:
        raise BadRequest("not a month") from error


def _find(pk: int) -> AccountPair:
    pairs = AccountPair.objects.select_related("hubspot", "quickbooks")
    return get_object_or_404(pairs, pk=pk)
