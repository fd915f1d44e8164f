"""The pre-flight page of an account pair (S3): what was found, why it matters, what to do.

Shows what the last look kept; asking for a new one and confirming are POSTs. Must not look at an
account itself, and knows no check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.admin import moments
from syncapp.admin.base import link, render
from syncapp.admin.soon import soon
from syncapp.core.preflight import CATALOGUE, Finding, Severity
from syncapp.core.sides import Direction, Side
from syncapp.models import AccountPair, figures
from syncapp.models.spoken import spoken
from syncapp.services import preflight
from syncapp.services.preflight import Report
from syncapp.services.words import told, translated_check
from syncapp.tasks import preflight as preflight_task

PAGE = "admin:syncapp_pair_preflight"
CONFIRMS = "syncapp.activate_syncdefinition"
CHECKS = "syncapp.run_accountpair"
TONES = {Severity.BLOCKING: "bad", Severity.WARNING: "warn", Severity.INFORMATION: "info"}
BADGES = {
    Severity.BLOCKING: gettext_lazy("Blocking"),
    Severity.WARNING: gettext_lazy("Warning"),
    Severity.INFORMATION: gettext_lazy("Note"),
}
HEADINGS = {
    Severity.BLOCKING: gettext_lazy("Mend these first"),
    Severity.WARNING: gettext_lazy("Worth mending"),
    Severity.INFORMATION: gettext_lazy("Good to know"),
}
OBJECTS = {
    "contacts": gettext_lazy("Contacts"),
    "products": gettext_lazy("Products"),
    "invoices": gettext_lazy("Invoices"),
}
ONLY_TO = {
    Side.QUICKBOOKS: gettext_lazy("to QuickBooks"),
    Side.HUBSPOT: gettext_lazy("to HubSpot"),
}

PairAdmin = admin.ModelAdmin[AccountPair]


def show(model_admin: PairAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """The page; while a look goes on it refreshes its content every two seconds."""
    pair = _find(pk)
    now = timezone.now()
    report = preflight.report(pair, now=now)
    context = {
        "pair": pair,
        "report": report,
        "problem": spoken(report.problem),
        "checked": moments.ago(report.checked_at, now),
        "calls": sum(report.api_calls.values()),
        "summary": _summary(report),
        "groups": _groups(report),
        "fine": [
            {
                "check": translated_check(check),
                "tick": _tick(report, check.code),
                "code": check.code,
            }
            for check in report.fine
        ],
        "may_check": request.user.has_perm(CHECKS),
        "may_confirm": request.user.has_perm(CONFIRMS),
    }
    title = _("Pre-flight: %s") % pair
    return render(model_admin, request, "admin/syncapp/pair/preflight.html", context, title=title)


def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a new look."""
    pair = _find(pk)
    preflight.request(pair, now=timezone.now())
    soon(preflight_task, pair.pk)
    return redirect(PAGE, pair.pk)


def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a finding, or take the confirmation back."""
    pair = _find(pk)
    code = request.POST.get("code", "")
    try:
        if request.POST.get("withdraw"):
            preflight.withdraw(pair, code)
            messages.success(request, _("The confirmation was taken back."))
        elif request.POST.get("confirmed"):
            preflight.tick(pair, code, user=request.user, now=timezone.now())
            messages.success(request, _("Confirmed. Your name and the time are kept with it."))
        else:
            messages.error(request, _("Tick the box to confirm it."))
    except preflight.NothingToConfirm as error:
        raise BadRequest("nothing to confirm") from error
    return redirect(PAGE, pair.pk)


# -- for other pages


def badge(pair: AccountPair, report: Report, objects: Sequence[str]) -> dict[str, str]:
    """A link to the page that says how the pair stands.

    Args:
        pair: The pair.
        report: Its pre-flight.
        objects: The syncs that were begun: only what concerns them counts; () for all.
    """
    found = Counter(
        one.severity
        for one in report.findings
        if not objects or any(one.concerns(name) for name in objects)
    )
    blocking, warnings = found[Severity.BLOCKING], found[Severity.WARNING]
    if report.checked_at is None:
        text, tone = _("Pre-flight not done yet"), "quiet"
    elif blocking:
        text = ngettext("Pre-flight: %d blocking", "Pre-flight: %d blocking", blocking) % blocking
        tone = "bad"
    elif warnings:
        text = ngettext("Pre-flight: %d warning", "Pre-flight: %d warnings", warnings) % warnings
        tone = "warn"
    else:
        text, tone = _("Pre-flight: all fine"), "good"
    return {"text": text, "tone": tone, "url": link(PAGE, pair.pk)}


def concerning(pair: AccountPair, object_type: str, direction: Direction) -> dict[str, Any]:
    """What one sync has to reckon with, from the last look: no call."""
    report = preflight.report(pair, now=timezone.now())
    found = report.concerning(object_type, direction)
    return {
        "is_done": report.checked_at is not None,
        "checked": moments.ago(report.checked_at, timezone.now()),
        "blocks": any(one.severity is Severity.BLOCKING for one in found),
        "findings": [_shown(one) for one in found],
        "url": link(PAGE, pair.pk),
    }


# -- words


def _summary(report: Report) -> list[dict[str, Any]]:
    """The counts, those that are not 0."""
    words = {
        Severity.BLOCKING: lambda n: ngettext("%d blocking", "%d blocking", n),
        Severity.WARNING: lambda n: ngettext("%d warning", "%d warnings", n),
        Severity.INFORMATION: lambda n: ngettext("%d note", "%d notes", n),
    }
    shown = [
        {"text": words[severity](count) % count, "tone": TONES[severity]}
        for severity in Severity
        if (count := report.count(severity))
    ]
    fine = len(report.fine)
    if fine:
        text = ngettext("%d fine", "%d fine", fine) % fine
        shown.append({"text": text, "tone": "good"})
    return shown


def _groups(report: Report) -> list[dict[str, Any]]:
    return [
        {"slug": severity.value, "heading": HEADINGS[severity], "findings": found}
        for severity in Severity
        if (found := [_shown(one) for one in report.findings if one.severity is severity])
    ]


def _shown(finding: Finding) -> dict[str, Any]:
    check = CATALOGUE[finding.code]
    return {
        "code": finding.code,
        "check": translated_check(check),
        "sentence": told(finding.told),
        "badge": BADGES[finding.severity] if finding.is_known else _("Not checked"),
        "tone": TONES[finding.severity] if finding.is_known else "quiet",
        "concerns": _concerns(finding.objects, finding.only_to),
        "can_confirm": bool(check.tick) and finding.severity is Severity.BLOCKING,
        "tick": _words_of(finding.tick.who, finding.tick.at) if finding.tick else "",
    }


def _concerns(objects: Iterable[str], only_to: Side | None) -> str:
    names = ", ".join(str(OBJECTS.get(name, name)) for name in objects)
    return f"{names} {ONLY_TO[only_to]}" if only_to else names


def _tick(report: Report, code: str) -> str:
    found = report.ticks.get(code)
    return _words_of(found.who, found.at) if found and CATALOGUE[code].tick else ""


def _words_of(who: str, at: datetime) -> str:
    return _("Confirmed by %(who)s on %(at)s.") % {"who": who, "at": figures.moment(at)}


def _find(pk: int) -> AccountPair:
    pairs = AccountPair.objects.select_related("hubspot", "quickbooks")
    return get_object_or_404(pairs, pk=pk)
