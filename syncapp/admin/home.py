"""The home page: what is connected, how each sync stands, what to do next.

Puts the overview's facts into words and links. Must not ask a vendor, and changes nothing: the
page refreshes itself every few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from syncapp.admin import attention, home_cards, meters, moments, preflight
from syncapp.admin.base import READ, link
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection
from syncapp.services import overview
from syncapp.services import preflight as preflights
from syncapp.services.overview import Overview, PairOverview
from syncapp.services.words import title_of

SEES_HOME = "syncapp.view_accountpair"
CALM_POLL_SECONDS = 30
BUSY_POLL_SECONDS = 2


@dataclass(slots=True)
class Step:
    """One step of the first visit."""

    title: str
    text: str
    is_done: bool
    url: str = ""
    button: str = ""
    is_next: bool = False


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's dashboard callback: what templates/admin/index.html shows."""
    sees = request.user.has_perm(SEES_HOME)
    context.update({"title": _("Home"), "sees_home": sees})
    if sees:
        context.update(describe(request))
    return context


@never_cache
def fragment(request: HttpRequest) -> HttpResponseBase:
    """The part of the home page that refreshes itself."""
    if not admin.site.has_permission(request):
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Refresh": "true"})
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if not request.user.has_perm(SEES_HOME):
        raise PermissionDenied
    if request.method not in READ:
        return HttpResponseNotAllowed(READ)
    return TemplateResponse(request, "admin/syncapp/home/live.html", describe(request))


def describe(request: HttpRequest) -> dict[str, Any]:
    """All of the home page's content."""
    now = timezone.now()
    seen = overview.read(now=now)
    reports = preflights.reports([p.pair for p in seen.pairs], now=now)
    return {
        "steps": steps(request, seen),
        "attention": attention.describe(request, list(seen.pairs), now),
        "pairs": [
            _pair(request, one, now) | {"preflight": _preflight(one, reports[one.pair.pk])}
            for one in seen.pairs
        ],
        "healths": _healths(seen, now) if request.user.has_perm("syncapp.view_connection") else [],
        "can_join": request.user.has_perm("syncapp.add_accountpair") and _can_join(seen),
        "may_connect": request.user.has_perm("syncapp.connect_connection"),
        "may_run": request.user.has_perm("syncapp.run_accountpair"),
        "poll_seconds": _poll_seconds(seen),
    }


def _poll_seconds(seen: Overview) -> int:
    """How soon the page asks again: 0 for never, while there is nothing that could change."""
    cards = [card for pair in seen.pairs for card in pair.cards]
    is_busy = any(pair.is_running for pair in seen.pairs)
    if is_busy or any(card.rehearsal is not None for card in cards):
        return BUSY_POLL_SECONDS
    return CALM_POLL_SECONDS if any(card.definition.enabled for card in cards) else 0


def describe_pair(request: HttpRequest, pair: AccountPair) -> dict[str, Any]:
    """One pair as the home page shows it."""
    now = timezone.now()
    seen = overview.read_pair(pair, now=now)
    badge = _preflight(seen, preflights.report(pair, now=now))
    return _pair(request, seen, now) | {"preflight": badge}


def _preflight(seen: PairOverview, report: preflights.Report) -> dict[str, str]:
    begun = [card.definition.object_type for card in seen.cards]
    return preflight.badge(seen.pair, report, begun)


# -- the first visit


def steps(request: HttpRequest, seen: Overview) -> list[Step]:
    """The way to the first sync; () once one was switched on."""
    if any(card.is_set_up for pair in seen.pairs for card in pair.cards):
        return []
    may_connect = request.user.has_perm("syncapp.connect_connection")
    found = [_connect_step(seen, side, may_connect) for side in Side]
    both = all(step.is_done for step in found)
    if both and not seen.pairs:
        found.append(
            Step(
                _("Join the two accounts"),
                _("Say which HubSpot account and which QuickBooks company belong together."),
                is_done=False,
                url=link("admin:syncapp_join") if request.user.has_perm("syncapp.add_accountpair")
                else "",
                button=_("Join"),
            )
        )  # fmt: skip
    found.append(_set_up_step(request, seen))
    upcoming = next((step for step in found if not step.is_done), None)
    if upcoming is not None:
        upcoming.is_next = True
    return found


def _connect_step(seen: Overview, side: Side, may_connect: bool) -> Step:
    connected = [
        health.connection
        for health in seen.healths
        if health.connection.side == side.value and health.connection.external_id
    ]
    return Step(
        _("Connect %s") % side.label,
        ", ".join(f"{c.name} ({c.get_environment_display()})" for c in connected)
        or _CONNECT_TEXTS[side](),
        is_done=bool(connected),
        url=link("admin:syncapp_connect", side.value) if may_connect else "",
        button=_("Connect %s") % side.label,
    )


_CONNECT_TEXTS = {
    Side.HUBSPOT: lambda: _("Give consent in HubSpot; it takes a minute."),
    Side.QUICKBOOKS: lambda: _("Choose the company and give consent in QuickBooks."),
}


def _set_up_step(request: HttpRequest, seen: Overview) -> Step:
    pair = seen.pairs[0] if seen.pairs else None
    may = request.user.has_perm("syncapp.change_syncdefinition")
    begun = bool(pair and pair.cards)
    return Step(
        _("Set up the contact sync"),
        _("Choose the direction and look at a rehearsal: nothing is written before you switch on."),
        is_done=False,
        url=link("admin:syncapp_wizard", pair.pair.pk, "contacts") if pair and may else "",
        button=_("Continue set-up") if begun else _("Set up contacts"),
    )


# -- connections


def _can_join(seen: Overview) -> bool:
    """Whether an account of each side is connected and still alone."""
    taken = {pk for p in seen.pairs for pk in (p.pair.hubspot_id, p.pair.quickbooks_id)}
    alone = {
        health.connection.side
        for health in seen.healths
        if health.connection.external_id and health.connection.pk not in taken
    }
    return len(alone) == len(Side)


def _healths(seen: Overview, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "connection": health.connection,
            "side": Side(health.connection.side),
            "tone": moments.TONES[health.connection.status],
            "access": _access(health.connection, now),
            "calls_today": health.usage.calls_today,
            "meters": meters.describe(health.connection, health.usage, now=now),
            "needs_reconnect": health.connection.status == Connection.Status.RECONNECT,
            "is_new": health.connection.status == Connection.Status.NEW,
            "url": link("admin:syncapp_connection_change", health.connection.pk),
        }
        for health in seen.healths
    ]


def _access(connection: Connection, now: datetime) -> str:
    if connection.status != Connection.Status.CONNECTED:
        return connection.trouble or _("Not connected yet.")
    if connection.method == Connection.Method.ACCESS_TOKEN:
        return _("Access token")
    if connection.access_expires_at and connection.access_expires_at > now:
        when = moments.until(connection.access_expires_at, now)
        return _("Access renews %(when)s") % {"when": when}
    return _("Access renews with the next call")


# -- pairs and their syncs


def _pair(request: HttpRequest, seen: PairOverview, now: datetime) -> dict[str, Any]:
    sees_syncs = request.user.has_perm("syncapp.view_syncdefinition")
    may_set_up = request.user.has_perm("syncapp.change_syncdefinition")
    present = {card.definition.object_type for card in seen.cards}
    run = seen.last_run
    return {
        "pair": seen.pair,
        "run_id": f"td-run-{seen.pair.pk}",
        "url": link("admin:syncapp_accountpair_change", seen.pair.pk),
        "tone": moments.TONES[seen.pair.state],
        "is_shown": bool(seen.cards) or seen.pair.state != AccountPair.State.ACTIVE,
        "is_paused": seen.pair.state == AccountPair.State.PAUSED,
        "is_broken": seen.pair.state == AccountPair.State.BROKEN,
        "is_running": seen.is_running,
        "broken": _broken(seen.pair),
        "has_syncs_on": any(card.definition.enabled for card in seen.cards),
        "cards": [home_cards.describe(request, seen, card, now) for card in seen.cards]
        if sees_syncs
        else [],
        "to_set_up": [
            {"title": title_of(pair), "url": link("admin:syncapp_wizard", seen.pair.pk, name)}
            for name, pair in OBJECT_PAIRS.items()
            if may_set_up and name not in present and not pair.host
        ],
        "last_run": run
        and {
            "url": link("admin:syncapp_syncrun_change", run.pk)
            if request.user.has_perm("syncapp.view_syncrun") else "",
            "state": run.get_state_display(),
            "tone": moments.TONES[run.state],
            "when": moments.ago(run.started_at, now),
            "summary": moments.run_summary(run) if run.ended_at else "",
            "problem": run.trouble,
        },
        "next_run": moments.until(seen.pair.next_due_at, now),
    }  # fmt: skip


def _broken(pair: AccountPair) -> str:
    """Which side waits for a reconnect, and why."""
    sentences = [
        f"{side.label}: {pair.connection(side).trouble}"
        for side in Side
        if pair.connection(side).status == Connection.Status.RECONNECT
    ]
    return " ".join(sentences) or pair.trouble
