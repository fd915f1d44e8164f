"""The fees page of an account pair (S25): a period, the sums, the entry to book, the file.

Shows what the service sums. Must not add anything up itself, and makes no call.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from syncapp.admin.base import render
from syncapp.core.invoices.fees import PAYMENT, PAYOUT, FeeLine
from syncapp.core.invoices.payments import processor_words
from syncapp.models import AccountPair
from syncapp.models.figures import day, money
from syncapp.models.spoken import spoken
from syncapp.services import fees
from syncapp.services.fees import Report
from syncapp.services.words import said

PERMISSIONS = ("syncapp.view_accountpair", "syncapp.view_recordlink")
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

PairAdmin = admin.ModelAdmin[AccountPair]


def show(model_admin: PairAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The page, or the file when a format is asked for; last month unless told otherwise."""
    pair = get_object_or_404(AccountPair.objects.select_related("hubspot", "quickbooks"), pk=pk)
    first, last = _last_month(timezone.now().date())
    since = request.GET.get("from", "") or first.isoformat()
    until = request.GET.get("to", "") or last.isoformat()
    by = PAYOUT if request.GET.get("by") == PAYOUT else PAYMENT
    made, problem = None, ""
    try:
        made = fees.report(pair, *fees.period(since, until), by)
    except fees.BadPeriod as error:
        problem = spoken(str(error))
    wanted = request.GET.get("format", "")
    if made is not None and wanted in fees.FORMATS:
        return _file(made, wanted)
    context: dict[str, Any] = {
        "pair": pair, "since": since, "until": until, "by": by, "problem": problem,
        "report": made, "totals": _totals(made) if made else [],
        "pending": _pending(made) if made else [],
    }  # fmt: skip
    return render(
        model_admin, request, "admin/syncapp/pair/fees.html", context,
        title=_("Fees: %s") % pair, status=400 if problem else 200,
    )  # fmt: skip


def _last_month(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _file(made: Report, file_format: str) -> HttpResponse:
    answer = HttpResponse(fees.as_file(made, file_format), content_type=CONTENT_TYPES[file_format])
    name = f"fees-{made.since}-{made.until}.{file_format}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _totals(made: Report) -> list[dict[str, Any]]:
    names = ("gross", "processing", "platform", "refunds", "net", "fees")
    return [
        {
            "processor": said(processor_words(one.processor)),
            "count": one.count,
            **{name: money(getattr(one, name), one.currency) for name in names},
            "has_fees": bool(one.fees),
        }
        for one in made.totals
    ]


def _pending(made: Report) -> list[dict[str, Any]]:
    groups: list[tuple[str, tuple[FeeLine, ...]]] = [
        (_("HubSpot shows no fee for these payments yet"), made.without_fee),
        (_("These payments are not paid out yet"), made.without_payout),
    ]
    return [
        {
            "heading": heading,
            "lines": [
                {"line": line, "day": day(line.day), "gross": money(line.gross, line.currency)}
                for line in some
            ],
        }
        for heading, some in groups
        if some
    ]
