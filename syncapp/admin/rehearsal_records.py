"""The records behind each number of a rehearsal: searched, paged, opened, exported (B1).

Shows the rows a rehearsal kept. Must not plan or count anything.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from syncapp.admin.base import render
from syncapp.admin.rehearsals import EXPORT, find, labels_of, records_url
from syncapp.admin.soon import soon
from syncapp.admin.words import reason_words
from syncapp.core.dates import date_in, zone
from syncapp.core.invoices.payments import processor_words
from syncapp.core.money import number
from syncapp.core.pairs.invoices import PROCESSORS
from syncapp.core.reasons import explain
from syncapp.core.sides import Side
from syncapp.models import RecordLink, Rehearsal, RehearsalRow, SyncDefinition, figures
from syncapp.models.spoken import spoken_parts
from syncapp.services import accounts, exports, rehearsal_files
from syncapp.services.env import real_env
from syncapp.services.words import said
from syncapp.tasks import export_records

PAGE_ROWS = 50
SEARCH_LENGTH = 200
TEMPLATE = "admin/syncapp/wizard/records.html"
#: What the posting of an invoice tells in its own form.
POSTED = {"CustomerRef.value", "DocNumber", "TxnDate", "DueDate", "CurrencyRef.value"}
#: Fields that no mapping names.
FIELD_WORDS = {
    "CustomerRef.value": gettext_lazy("Customer"),
    "CurrencyRef.value": gettext_lazy("Currency"),
    "ExchangeRate": gettext_lazy("Exchange rate"),
    "PrivateNote": gettext_lazy("Memo on statement"),
}

ModelAdmin = admin.ModelAdmin[SyncDefinition]


def show(model_admin: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """One page of the records of a kind."""
    found = find(pk)
    kind, words = _asked(request.GET)
    rows = rehearsal_files.chosen(found, kind, words)
    pages = Paginator(rows, PAGE_ROWS)
    page = pages.get_page(request.GET.get("page"))
    living = RecordLink.objects.in_bulk([row.record for row in page.object_list if row.record])
    deposits = _deposits(found) if any(row.posting for row in page.object_list) else []
    draft = found.definition
    context = {
        "found": found,
        "kind": kind,
        "q": words,
        "kinds": _kinds(found, kind),
        "title_words": kind_words(found, kind),
        "rows": [
            _shown(row, known=row.record in living, deposits=deposits) for row in page.object_list
        ],
        "has_documents": bool(found.definition.object_pair.dated_by),
        "page": page,
        "count": pages.count,
        "is_gone": not found.rows.exists(),
        "can_export": request.user.has_perm(EXPORT),
        "formats": exports.FORMATS,
        "review_url": reverse(
            "admin:syncapp_wizard_step", args=[draft.pair_id, draft.object_type, "review"]
        ),
    }
    return render(model_admin, request, TEMPLATE, context, title=_("Rehearsal: records"))


def export(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """Hand the rows of a kind (all of them without one) to a worker, and show how far it is."""
    found = find(pk)
    if format not in exports.FORMATS:
        raise Http404
    kind, words = _asked(request.POST)
    made = exports.request_rehearsal(
        user=cast("User", request.user),
        rehearsal=found,
        kind=kind,
        search=words,
        filter_words=sentence(found, kind, words),
        format=format,
        now=real_env().clock.now(),
    )
    soon(export_records, made.pk)
    return redirect("admin:syncapp_recordlink_made", made.pk)


def _asked(told: QueryDict) -> tuple[str, str]:
    return told.get("kind", ""), told.get("q", "").strip()[:SEARCH_LENGTH]


def kind_words(found: Rehearsal, kind: str) -> str:
    """What the records of a kind are called above their list."""
    group, _colon, rest = kind.partition(":")
    if group == "overwritten":
        side, _colon, name = rest.partition(":")
        if side in {one.value for one in Side}:
            return _("%(field)s overwritten in %(side)s") % {
                "field": labels_of(found).get(name, name), "side": Side(side).label,
            }  # fmt: skip
    if not kind:
        return _("All records")
    words = rehearsal_files.decision_words(found.definition.object_pair, kind)
    return words or reason_words(rest or kind)


def sentence(found: Rehearsal, kind: str, words: str) -> str:
    """What is exported, in one line."""
    told = f"{_('Rehearsal of %s') % found.definition}: {kind_words(found, kind)}"
    return f"{told}, “{words}”" if words else told


def _kinds(found: Rehearsal, kind: str) -> list[dict[str, Any]]:
    """The other lists to turn to."""
    kinds = found.rows.order_by("kind").values_list("kind", flat=True).distinct()
    return [
        {
            "words": kind_words(found, one),
            "url": records_url(found, one) if one else records_url(found, ""),
            "is_current": one == kind,
        }
        for one in ("", *kinds)
    ]


def _shown(row: RehearsalRow, *, known: bool, deposits: list[dict[str, str]]) -> dict[str, Any]:
    state, _colon, code = row.kind.partition(":")
    reason, remedy = "", ""
    if state in {"failing", "excluded", "waiting"}:
        reason, remedy = explain(code, spoken_parts(row.params), translate=gettext)
    return {
        "row": row,
        "url": reverse("admin:syncapp_recordlink_change", args=[row.record]) if known else "",
        "amount": figures.money(row.amount, row.currency) if row.amount is not None else "",
        "reason": reason,
        "remedy": remedy,
        "posting": _posting(row.posting, deposits) if row.posting else {},
        "changes": [
            _change(row, one)
            for one in row.changes
            if not row.posting or one["field"] not in POSTED
        ],
        "summary": _summary(row),
    }


def _change(row: RehearsalRow, change: dict[str, Any]) -> dict[str, Any]:
    """One field: of an instant the day that it stands for in the company's time zone."""
    draft = row.rehearsal.definition
    instants = {one.hubspot for one in draft.object_pair.mappings if one.instant}
    is_day = change["field"] in instants
    where = zone(draft.pair.quickbooks.time_zone)

    def told(value: str) -> str:
        return figures.text(str(date_in(value, where) if is_day else value))

    label = change["label"]
    return {
        **change,
        "label": FIELD_WORDS.get(label) or said(label),
        "before": told(change["before"]),
        "after": told(change["after"]),
    }


def _summary(row: RehearsalRow) -> str:
    """What opens the details of a row."""
    if row.posting:
        count = len(row.posting["lines"])
        return ngettext("Posting: %(count)d line", "Posting: %(count)d lines", count) % {
            "count": count
        }
    count = len(row.changes)
    return ngettext("%(count)d field", "%(count)d fields", count) % {"count": count}


def _posting(told: dict[str, Any], deposits: list[dict[str, str]]) -> dict[str, Any]:
    """An invoice as it would stand in the books."""
    currency = str(told["currency"])

    def money(value: str) -> str:
        return figures.money(value, currency)

    return {
        **told,
        "date": figures.day(told.get("date")),
        "due": figures.day(told.get("due")),
        "total": money(told["total"]),
        "paid": money(told["paid"]) if number(told["paid"]) else "",
        "deposits": [
            {**one, "processor": said(processor_words(one["processor"]))}
            for one in told.get("deposits", ())
        ],
        "choices": deposits,
        "lines": [
            {**line, "amount": money(line["amount"]), "price": money(line["price"])}
            for line in told["lines"]
        ],
    }


def _deposits(found: Rehearsal) -> list[dict[str, str]]:
    """The account that payments of each processor are deposited to, by its name."""
    told = found.document.get("options", {}).get("clearing_accounts") or {}
    known, _problem = accounts.of_types(found.definition.pair, (), env=real_env())
    names = {one.id: one.name for one in known}
    return [
        {"processor": said(label), "account": names.get(told[value], told[value])}
        for value, label in PROCESSORS
        if told.get(value)
    ]
