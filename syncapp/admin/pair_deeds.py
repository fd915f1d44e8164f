"""What a person may do to an account pair: sync now, pause, resume, review a period, its time zone.

Each deed is a POST of one button. Shows nothing; the services act.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from syncapp.admin.base import back
from syncapp.admin.soon import run_soon
from syncapp.core.dates import as_date
from syncapp.models import AccountPair, figures
from syncapp.services import approvals, company_time, definitions


def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Sync now."""
    pair = get_object_or_404(AccountPair, pk=pk)
    if pair.state == AccountPair.State.BROKEN:
        messages.error(request, pair.trouble or _("Reconnect the account first."))
    elif not pair.definitions.filter(enabled=True, deleted_at=None).exists():
        messages.warning(request, _("No sync is switched on: there is nothing to run."))
    else:
        definitions.request_run(pair, now=timezone.now())
        run_soon(pair.pk)
        messages.success(request, _("A run was asked for; it begins within seconds."))
    return back(request, "admin:index")


def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop all writes of the pair."""
    pair = get_object_or_404(AccountPair, pk=pk)
    definitions.pause(pair, who=request.user.get_username())
    messages.success(request, _("All writes are paused. Reading goes on, so nothing is missed."))
    return back(request, "admin:index")


def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the pair write again."""
    pair = get_object_or_404(AccountPair, pk=pk)
    definitions.resume(pair, now=timezone.now(), who=request.user.get_username())
    run_soon(pair.pk)
    messages.success(request, _("Writes go on. What waited is handled now."))
    return back(request, "admin:index")


def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Set, move or clear the day through which the books were reviewed (B20)."""
    pair = get_object_or_404(AccountPair, pk=pk)
    typed = request.POST.get("reviewed_through", "").strip()
    day = as_date(typed)
    if typed and day is None:
        messages.error(request, _("“%s” is not a day. Use the form 2026-10-31.") % typed)
    elif approvals.set_reviewed_through(
        pair, day, who=request.user.get_username(), now=timezone.now()
    ):
        run_soon(pair.pk)
        messages.success(request, _reviewed_words(pair))
    return back(request, reverse("admin:syncapp_accountpair_change", args=[pk]))


def time_zone(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the company's time zone, or leave it to the accounts."""
    pair = get_object_or_404(AccountPair, pk=pk)
    zone = request.POST.get("time_zone", "").strip()
    try:
        is_new = company_time.set_time_zone(
            pair, zone, who=request.user.get_username(), now=timezone.now()
        )
    except company_time.NoSuchZone:
        messages.error(
            request,
            _("“%s” is no time zone. Choose one of the list, such as America/New_York.") % zone,
        )
    else:
        if is_new:
            run_soon(pair.pk)
            messages.success(
                request,
                _("Days are those of %s now. Every record is planned again.")
                % pair.company_time_zone,
            )
    return redirect("admin:syncapp_accountpair_change", pk)


def _reviewed_words(pair: AccountPair) -> str:
    if pair.reviewed_through is None:
        return _(
            "No period is reviewed any more: nothing waits for an approval because of its date."
        )
    return _(
        "Reviewed through %(day)s. What is dated on or before that day is not written to "
        "QuickBooks before a person approves it."
    ) % {"day": figures.day(pair.reviewed_through)}
