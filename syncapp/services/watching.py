"""What people are told of without being asked: looked for now and then, derived from what is kept.

Nothing here remembers an event: each look finds what lasts now, tells what is new, and forgets what
is over. A look that never came is made up for by the next. Must not know how people are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Max
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import (
    AccountPair,
    Approval,
    Connection,
    OngoingMatter,
    SyncDefinition,
    SyncRun,
)
from syncapp.services import kinds, notify, status

#: A sync fails unusually from this share and this many records on ...
MANY_PERCENT, MANY_RECORDS = 10, 10
#: ... and is better again below this share: one record more or less is no news.
FEW_PERCENT = 5
#: Without a finished run for this long, or six times what is usual, a pair stands still.
STILL_AFTER = timedelta(hours=1)
STILL_POLLS = 6
#: A first sync that ended longer ago is no news (the first look after an upgrade).
FIRST_SYNC_NEWS = timedelta(days=7)

LASTING = (kinds.CONNECTION, kinds.STALLED, kinds.FAILING, kinds.BRAKE, kinds.APPROVAL)


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that lasts just now. ``say`` is asked in each person's language."""

    key: str
    kind: str
    say: Callable[[], str]
    url: str


def look(*, now: datetime) -> None:
    """Tell what is new, and forget what is over."""
    known = OngoingMatter.objects.filter(kind__in=LASTING)
    before = set(known.values_list("key", flat=True))
    present = list(_lasting(before, now))
    for key in before - {matter.key for matter in present}:
        notify.is_over(key)
    for matter in [*present, *_finished_first_syncs(now)]:
        notify.tell_once(matter.key, matter.kind, say=matter.say, now=now, url=matter.url)


def _lasting(before: set[str], now: datetime) -> Iterator[Matter]:
    yield from _lapsed()
    pairs = AccountPair.objects.filter(state=AccountPair.State.ACTIVE)
    for pair in pairs.select_related("hubspot", "quickbooks").order_by("pk"):
        yield from _stalled(pair, now)
    for definition in status.live_definitions():
        if not definition.enabled:
            continue
        if definition.held_at is not None:
            yield _held(definition)
        yield from _failing(definition, before)
        yield from _to_approve(definition)


def _lapsed() -> Iterator[Matter]:
    for connection in Connection.objects.filter(status=Connection.Status.RECONNECT):
        yield Matter(
            f"connection:{connection.pk}",
            kinds.CONNECTION,
            partial(_say_lapsed, connection),
            reverse("admin:syncapp_connection_change", args=[connection.pk]),
        )


def _say_lapsed(connection: Connection) -> str:
    return _("%(side)s “%(name)s” must be connected again. %(why)s") % {
        "side": Side(connection.side).label,
        "name": connection.name,
        "why": connection.trouble,
    }


def _stalled(pair: AccountPair, now: datetime) -> Iterator[Matter]:
    on = pair.definitions.filter(enabled=True, deleted_at=None)
    # Switching on and reconnecting save these rows: time before that is not held against the pair.
    begun = on.aggregate(at=Max("updated_at"))["at"]
    if begun is None:
        return
    finished = SyncRun.objects.filter(pair=pair, state=SyncRun.State.FINISHED)
    ended = finished.aggregate(at=Max("ended_at"))["at"]
    since = max(at for at in (begun, ended, pair.updated_at) if at is not None)
    poll = max(settings.SYNC["HUBSPOT_POLL_SECONDS"], settings.SYNC["QUICKBOOKS_POLL_SECONDS"])
    if now - since < max(STILL_AFTER, STILL_POLLS * timedelta(seconds=poll)):
        return
    last = status.last_run(pair)
    yield Matter(
        f"stalled:{pair.pk}",
        kinds.STALLED,
        partial(_say_stalled, pair, since, last.detail if last else ""),
        reverse("admin:syncapp_accountpair_change", args=[pair.pk]),
    )


def _say_stalled(pair: AccountPair, since: datetime, why: str) -> str:
    told = {"pair": pair, "when": _moment(since), "why": why}
    return _("%(pair)s stands still: no run has finished since %(when)s. %(why)s") % told


def _held(definition: SyncDefinition) -> Matter:
    return Matter(
        f"brake:{definition.pk}",
        kinds.BRAKE,
        partial(_say_held, definition),
        reverse("admin:syncapp_brake", args=[definition.pk]),
    )


def _say_held(definition: SyncDefinition) -> str:
    return _(
        "%(sync)s waits for you: a run would write unusually much. Nothing has been written. "
        "Look at it and approve it, or change the settings."
    ) % {"sync": definition}


def _failing(definition: SyncDefinition, before: set[str]) -> Iterator[Matter]:
    key = f"failing:{definition.pk}"
    found = status.counts(definition)
    percent = FEW_PERCENT if key in before else MANY_PERCENT
    fewest = 1 if key in before else MANY_RECORDS
    if found.failing < fewest or found.failing * 100 < percent * found.total:
        return
    query = urlencode({"sync": str(definition.pk), "state": State.FAILING.value})
    yield Matter(
        key,
        kinds.FAILING,
        partial(_say_failing, definition, found),
        f"{reverse('admin:syncapp_recordlink_changelist')}?{query}",
    )


def _say_failing(definition: SyncDefinition, found: status.Counts) -> str:
    return _("%(sync)s: %(failing)s of %(total)s records fail.") % {
        "sync": definition,
        "failing": number_format(found.failing),
        "total": number_format(found.total),
    }


def _to_approve(definition: SyncDefinition) -> Iterator[Matter]:
    if definition.approvals.filter(state=Approval.State.WAITING).exists():
        yield Matter(
            f"approval:{definition.pk}",
            kinds.APPROVAL,
            partial(_say_to_approve, definition),
            _page("admin:syncapp_approval_changelist"),
        )


def _say_to_approve(definition: SyncDefinition) -> str:
    return _("%(sync)s: changes wait until somebody approves them.") % {"sync": definition}


def _finished_first_syncs(now: datetime) -> Iterator[Matter]:
    for definition in status.live_definitions():
        at = definition.activated_at
        is_news = definition.enabled and at is not None and at > now - FIRST_SYNC_NEWS
        if not is_news or len(definition.listed) < len(Side):
            continue
        if definition.links.filter(state=State.WAITING.value, code="pending").exists():
            continue
        yield Matter(
            f"first:{definition.pk}",
            kinds.FIRST_SYNC,
            partial(_say_first, definition, status.counts(definition)),
            reverse("admin:syncapp_object_view"),
        )


def _say_first(definition: SyncDefinition, found: status.Counts) -> str:
    return _(
        "The first sync of %(sync)s is finished: %(in_sync)s records in sync, %(waiting)s waiting, "
        "%(failing)s failing, %(excluded)s excluded."
    ) % {
        "sync": definition,
        "in_sync": number_format(found.in_sync),
        "waiting": number_format(found.waiting),
        "failing": number_format(found.failing),
        "excluded": number_format(found.excluded),
    }


def _page(name: str) -> str:
    """The address of a page; the home page where there is none for it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse("admin:index")


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
