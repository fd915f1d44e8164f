"""What stands at the top of every page: the bell, the brake on all writes, the person's menu.

Knows how little it may cost: three small queries, and only on pages that have the admin's frame.
Must not decide anything; what it shows posts to the pages that do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from syncapp.admin import moments
from syncapp.models import AccountPair, Notification, SyncDefinition

PAUSES = "syncapp.pause_accountpair"
SEES_PAIRS = "syncapp.view_accountpair"
SEES_MESSAGES = "syncapp.view_notification"
UNREAD_SHOWN = 99
LATEST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages are new, as the bell shows it."""

    count: int

    @property
    def badge(self) -> str:
        """The number beside the bell; "" when everything was read."""
        if not self.count:
            return ""
        return str(self.count) if self.count <= UNREAD_SHOWN else f"{UNREAD_SHOWN}+"

    @property
    def label(self) -> str:
        """The bell in words, for who does not see it."""
        if not self.count:
            return _("Notifications, none new")
        return ngettext("Notifications, %(n)s new", "Notifications, %(n)s new", self.count) % {
            "n": self.badge
        }


def context(request: HttpRequest) -> dict[str, Any]:
    """The context processor: ``td_header``, worked out only where a template asks for it."""
    return {"td_header": SimpleLazyObject(lambda: describe(request))}


def describe(request: HttpRequest) -> dict[str, Any]:
    """All of the header; {} for who is not signed in."""
    user = getattr(request, "user", None)
    if user is None or not admin.site.has_permission(request):
        return {}
    pairs = _pairs() if user.has_perm(SEES_PAIRS) else []
    may_pause = user.has_perm(PAUSES)
    paused = [pair for pair in pairs if pair.state == AccountPair.State.PAUSED]
    here = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return {
        "may_pause": may_pause,
        "to_pause": [pair for pair in pairs if pair not in paused] if may_pause else [],
        "paused": [{"pair": pair, "text": paused_text(pair)} for pair in paused],
        "sees_messages": user.has_perm(SEES_MESSAGES),
        "unread": unread(request) if user.has_perm(SEES_MESSAGES) else Unread(0),
        "languages": [
            {"code": code, "name": name, "is_current": code == get_language()}
            for code, name in settings.LANGUAGES
        ],
        "here": here,
    }


def unread(request: HttpRequest) -> Unread:
    """How many of one's messages are new; asked once per request."""
    found: Unread | None = getattr(request, "_tandem_unread", None)
    if found is None:
        mine = Notification.objects.filter(user=request.user.pk, read_at=None)
        found = Unread(len(mine.order_by("-pk").values_list("pk")[: UNREAD_SHOWN + 1]))
        request._tandem_unread = found  # type: ignore[attr-defined]
    return found


def latest(request: HttpRequest) -> list[dict[str, Any]]:
    """One's latest messages, new or not."""
    now = timezone.now()
    mine = Notification.objects.filter(user=request.user.pk).order_by("-pk")[:LATEST_SHOWN]
    return [{"row": row, "when": moments.ago(row.created_at, now)} for row in mine]


def paused_text(pair: AccountPair) -> str:
    """Who paused a pair, and how long ago."""
    told = {
        "pair": pair,
        "who": pair.paused_by,
        "when": moments.ago(pair.paused_at, timezone.now()),
    }
    if pair.paused_by and pair.paused_at:
        return _("All writes of %(pair)s were paused by %(who)s %(when)s.") % told
    return _("All writes of %(pair)s are paused.") % told


def _pairs() -> list[AccountPair]:
    """The pairs that have something to pause."""
    on = SyncDefinition.objects.filter(pair=OuterRef("pk"), enabled=True, deleted_at=None)
    found = AccountPair.objects.filter(Q(Exists(on)) | Q(state=AccountPair.State.PAUSED))
    return list(found.select_related("hubspot", "quickbooks").order_by("pk"))
