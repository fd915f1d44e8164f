"""The home page: what is connected, how each sync stands, what to do next.

Puts the overview's facts into words and links. Must not ask a vendor, and changes nothing: the
page refreshes itself every few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from syncapp.admin import meters, moments, preflight
from syncapp.admin.base import READ, link
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection
from syncapp.services import overview
from syncapp.services import preflight as preflights
from syncapp.services.overview import Overview, PairOverview, SyncCard

SEES_HOME = "syncapp.view_accountpair"
CALM_POLL_SECONDS = 5
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


@dataclass(slots=True)
class Progress:
    """A bar; ``percent`` None while the end is not known."""

    text: str
    percent: int | None


@dataclass(slots=True)
class Card:
    """One sync as it is shown."""

    pk: int
    title: str
    subtitle: str
    badge: str
    tone: str
    sentence: str
    progress: Progress | None
    next_run: str
    figures: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)


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
    busy = any(p.is_running for p in seen.pairs)
    reports = preflights.reports([p.pair for p in seen.pairs], now=now)
    return {
        "steps": steps(request, seen),
        "pairs": [
            _pair(request, one, now) | {"preflight": _preflight(one, reports[one.pair.pk])}
            for one in seen.pairs
        ],
        "healths": _healths(seen, now) if request.user.has_perm("syncapp.view_connection") else [],
        "can_join": request.user.has_perm("syncapp.add_accountpair") and _can_join(seen),
        "may_connect": request.user.has_perm("syncapp.connect_connection"),
        "may_pause": request.user.has_perm("syncapp.pause_accountpair"),
        "may_run": request.user.has_perm("syncapp.run_accountpair"),
        "poll_seconds": BUSY_POLL_SECONDS if busy else CALM_POLL_SECONDS,
    }


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
        return connection.status_detail or _("Not connected yet.")
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
        "cards": [_card(request, seen, card, now) for card in seen.cards] if sees_syncs else [],
        "to_set_up": [
            {"title": pair.title, "url": link("admin:syncapp_wizard", seen.pair.pk, name)}
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
            "problem": run.detail,
        },
        "next_run": moments.until(seen.pair.next_due_at, now),
    }  # fmt: skip


def _broken(pair: AccountPair) -> str:
    """Which side waits for a reconnect, and why."""
    sentences = [
        f"{side.label}: {pair.connection(side).status_detail}"
        for side in Side
        if pair.connection(side).status == Connection.Status.RECONNECT
    ]
    return " ".join(sentences) or pair.state_detail


def _card(request: HttpRequest, seen: PairOverview, card: SyncCard, now: datetime) -> Card:
    definition = card.definition
    badge, tone = _badge(seen, card)
    may_see = request.user.has_perm("syncapp.view_recordlink")
    return Card(
        pk=definition.pk,
        title=definition.object_pair.title,
        subtitle=definition.get_direction_display(),
        badge=badge,
        tone=tone,
        sentence=_sentence(seen, card, now),
        progress=_progress(seen, card),
        next_run=_next_run(seen, card, now),
        figures=_figures(card, may_see) if card.is_set_up else [],
        links=_card_links(request, card),
    )


def _badge(seen: PairOverview, card: SyncCard) -> tuple[str, str]:
    if not card.is_set_up:
        return _("Being set up"), "info"
    if not card.definition.enabled:
        return _("Turned off"), "quiet"
    if seen.pair.state != AccountPair.State.ACTIVE:
        return seen.pair.get_state_display(), moments.TONES[seen.pair.state]
    if card.definition.held_at is not None:
        return _("Waits for you"), "bad"
    if card.readings or card.counts.waiting:
        return _("Syncing"), "info"
    if card.counts.failing:
        return _("On, with failures"), "bad"
    return _("On"), "good"


def _sentence(seen: PairOverview, card: SyncCard, now: datetime) -> str:
    if not card.is_set_up:
        return _("Nothing has been written yet.")
    if not card.definition.enabled:
        return _("No writes. Settings, links and history are kept.")
    if seen.pair.state == AccountPair.State.BROKEN:
        return _("Nothing is read or written until the account is connected again.")
    if seen.pair.state == AccountPair.State.PAUSED:
        return _("Reading goes on; nothing is written until you resume.")
    if card.definition.held_at is not None:
        return str(card.definition.brake.get("sentence", ""))
    if card.readings:
        return _("First listing: nothing is created before both sides were read to the end.")
    if card.counts.waiting:
        waiting = card.counts.waiting
        return ngettext("%(n)s record on its way.", "%(n)s records on their way.", waiting) % {
            "n": number_format(waiting)
        }
    return _("Up to date %(ago)s.") % {"ago": moments.ago(card.read_until, now)}


def _progress(seen: PairOverview, card: SyncCard) -> Progress | None:
    if card.rehearsal is not None:
        planned = int(card.rehearsal.progress.get("planned", 0))
        text = _("Rehearsal: %(n)s records planned") % {"n": number_format(planned)}
        return Progress(text, None)
    if not card.definition.enabled or seen.pair.state != AccountPair.State.ACTIVE:
        return None
    if card.readings:
        return Progress(" · ".join(_reading(r, card) for r in card.readings), None)
    if not card.counts.waiting:
        return None
    total = card.counts.total
    text = _("%(n)s of %(total)s records handled") % {
        "n": number_format(card.handled),
        "total": number_format(total),
    }
    return Progress(text, 100 * card.handled // total)


def _next_run(seen: PairOverview, card: SyncCard, now: datetime) -> str:
    idle = card.definition.enabled and seen.pair.state != AccountPair.State.BROKEN
    when = moments.until(seen.pair.next_due_at, now)
    if not idle or not when:
        return ""
    return _("A run goes on.") if seen.is_running else _("Next run %(when)s.") % {"when": when}


def _reading(reading: overview.Reading, card: SyncCard) -> str:
    if reading.is_complete:
        return _("%(side)s: all read") % {"side": reading.side.label}
    if not reading.count:
        return _("%(side)s: waiting to be read") % {"side": reading.side.label}
    return _("%(side)s: %(n)s read so far") % {
        "side": reading.side.label,
        "n": number_format(reading.count),
    }


def _figures(card: SyncCard, may_see: bool) -> list[dict[str, Any]]:
    counts = card.counts
    decision = counts.needs_decision
    return [
        _figure(card, may_see, State.IN_SYNC, _("In sync"), counts.in_sync, "good"),
        _figure(card, may_see, State.WAITING, _("Waiting"), counts.waiting, "info"),
        _figure(card, may_see, State.FAILING, _("Failing"), counts.failing, "bad")
        | {
            "note": ngettext("%(n)s needs a decision", "%(n)s need a decision", decision)
            % {"n": number_format(decision)}
            if decision
            else ""
        },
        _figure(card, may_see, State.EXCLUDED, _("Excluded"), counts.excluded, "quiet"),
    ]


def _figure(
    card: SyncCard, may_see: bool, state: State, label: str, count: int, tone: str
) -> dict[str, Any]:
    records = link("admin:syncapp_recordlink_changelist") if may_see and count else ""
    query = {"sync": card.definition.pk, "state": state.value}
    return {
        "label": label,
        "count": count,
        "tone": tone if count else "quiet",
        "url": f"{records}?{urlencode(query)}" if records else "",
        "note": "",
    }


def _card_links(request: HttpRequest, card: SyncCard) -> list[dict[str, str]]:
    definition = card.definition
    may_set_up = request.user.has_perm("syncapp.change_syncdefinition")
    wizard = link("admin:syncapp_wizard", definition.pair_id, definition.object_type)
    found = []
    is_own = definition.host_id is None  # a hosted sync is set up and switched with its host
    if may_set_up and wizard and is_own:
        text = _("Configure") if card.is_set_up else _("Continue set-up")
        found.append({"text": text, "url": wizard, "icon": "tune"})
    view = link("admin:syncapp_object_view")
    switch = "turn_off" if definition.enabled else "turn_on"
    url = link(f"admin:syncapp_{switch}", definition.pk) if card.is_set_up and is_own else ""
    if url and request.user.has_perm("syncapp.activate_syncdefinition"):
        text = _("Turn off") if definition.enabled else _("Turn on")
        found.append({"text": text, "url": url, "icon": "power_settings_new"})
    if definition.held_at is not None and request.user.has_perm("syncapp.activate_syncdefinition"):
        url = link("admin:syncapp_brake", definition.pk)
        found.insert(0, {"text": _("Look and approve"), "url": url, "icon": "back_hand"})
    if card.is_set_up and view and request.user.has_perm("syncapp.view_recordlink"):
        found.append({"text": _("Object view"), "url": view, "icon": "dashboard"})
    return found
