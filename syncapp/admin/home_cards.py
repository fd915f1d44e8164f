"""One sync as a card of the home page: how it stands, how far it is, its numbers, what to do.

Puts the overview's facts into words and links. Must not read anything itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin import moments
from syncapp.admin.base import link
from syncapp.admin.words import reason_words
from syncapp.core.reasons import State
from syncapp.models import AccountPair, SyncRun
from syncapp.models.spoken import spoken
from syncapp.services import overview
from syncapp.services.overview import PairOverview, SyncCard


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
    problem: str = ""
    counted: str = ""


def describe(request: HttpRequest, seen: PairOverview, card: SyncCard, now: datetime) -> Card:
    """One sync in words."""
    definition = card.definition
    badge, tone = _badge(seen, card)
    may_see = request.user.has_perm("syncapp.view_recordlink")
    return Card(
        pk=definition.pk,
        title=definition.title,
        subtitle=definition.get_direction_display(),
        badge=badge,
        tone=tone,
        sentence=_sentence(seen, card, now),
        progress=_progress(seen, card),
        next_run=_next_run(seen, card, now),
        figures=_figures(card, may_see) if card.is_set_up else [],
        links=_card_links(request, card),
        problem=_problem(seen, card),
        counted=_("Counted %(ago)s.") % {"ago": moments.ago(card.counted_at, now)}
        if card.counted_at
        else "",
    )


def _problem(seen: PairOverview, card: SyncCard) -> str:
    """What went wrong last: the run itself, or why most records fail."""
    run = seen.last_run
    if not card.is_set_up or not card.definition.enabled:
        return ""
    if run is not None and run.state in {SyncRun.State.ENDED_EARLY, SyncRun.State.CRASHED}:
        return _("Last run: %(why)s") % {"why": run.trouble or run.get_state_display()}
    if card.worst is None:
        return ""
    words = {"reason": reason_words(card.worst.code), "n": number_format(card.worst.count)}
    return _("Most frequent problem: %(reason)s (%(n)s)") % words


def _badge(seen: PairOverview, card: SyncCard) -> tuple[str, str]:
    if not card.is_set_up:
        return _("Being set up"), "info"
    if not card.definition.enabled:
        return _("Turned off"), "quiet"
    if seen.pair.state != AccountPair.State.ACTIVE:
        return seen.pair.get_state_display(), moments.TONES[seen.pair.state]
    if card.definition.held_at is not None:
        return _("Waits for you"), "bad"
    if card.readings or card.on_their_way:
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
        return _("Reading goes on; nothing is written until somebody resumes.")
    if card.definition.held_at is not None:
        return spoken(str(card.definition.brake.get("sentence", "")))
    if card.readings:
        return _("First listing: nothing is created before both sides were read to the end.")
    if card.on_their_way:
        return ngettext(
            "%(n)s record on its way.", "%(n)s records on their way.", card.on_their_way
        ) % {"n": number_format(card.on_their_way)}
    ago = moments.ago(card.read_until, now)
    return _("Up to date %(ago)s.") % {"ago": ago} if ago else _("Up to date.")


def _progress(seen: PairOverview, card: SyncCard) -> Progress | None:
    if card.rehearsal is not None:
        planned = int(card.rehearsal.progress.get("planned", 0))
        text = _("Rehearsal: %(n)s records planned") % {"n": number_format(planned)}
        return Progress(text, None)
    if not card.definition.enabled or seen.pair.state != AccountPair.State.ACTIVE:
        return None
    if card.readings:
        return Progress(" · ".join(_reading(r, card) for r in card.readings), None)
    if not card.on_their_way:
        return None
    total = card.counts.total
    text = _("%(n)s of %(total)s records handled") % {
        "n": number_format(card.handled),
        "total": number_format(total),
    }
    if card.seconds_left is not None:
        left = {"text": text, "span": moments.span(card.seconds_left)}
        text = _("%(text)s · about %(span)s left") % left
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
        _figure(card, may_see, State.WAITING, _("Waiting"), counts.waiting, "info")
        | {"note": _for_a_person(card.for_a_person)},
        _figure(card, may_see, State.FAILING, _("Failing"), counts.failing, "bad")
        | {
            "note": ngettext("%(n)s needs a decision", "%(n)s need a decision", decision)
            % {"n": number_format(decision)}
            if decision
            else ""
        },
        _figure(card, may_see, State.EXCLUDED, _("Excluded"), counts.excluded, "quiet"),
    ]


def _for_a_person(count: int) -> str:
    words = ngettext("%(n)s waits for a person", "%(n)s wait for a person", count)
    return words % {"n": number_format(count)} if count else ""


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
        if card.is_set_up:
            fields = link(
                "admin:syncapp_wizard_step",
                definition.pair_id, definition.object_type, "mapping",
            )  # fmt: skip
            found.append({"text": _("Mapped fields"), "url": fields, "icon": "compare_arrows"})
    elif card.is_set_up and is_own:
        url = link("admin:syncapp_syncdefinition_change", definition.pk)
        found.append({"text": _("Settings"), "url": url, "icon": "tune"})
    view = link("admin:syncapp_object_view")
    if card.is_set_up and is_own and request.user.has_perm("syncapp.activate_syncdefinition"):
        if definition.enabled:
            url = link("admin:syncapp_turn_off", definition.pk)
            found.append({"text": _("Turn off"), "url": url, "icon": "power_settings_new"})
        elif may_set_up:
            names = (definition.pair_id, definition.object_type, "review")
            url = link("admin:syncapp_wizard_step", *names)  # a rehearsal comes first
            found.append({"text": _("Turn on"), "url": url, "icon": "power_settings_new"})
    if definition.held_at is not None and request.user.has_perm("syncapp.activate_syncdefinition"):
        url = link("admin:syncapp_brake", definition.pk)
        found.insert(0, {"text": _("Look and approve"), "url": url, "icon": "back_hand"})
    if card.is_set_up and view and request.user.has_perm("syncapp.view_recordlink"):
        found.append({"text": _("Object view"), "url": view, "icon": "dashboard"})
    return found
