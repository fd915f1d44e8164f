"""What a person may do to one record: which deeds are offered, in which words, and the doing.

Each deed is a POST that was asked about first. Shows and asks; the services act. Must not know
why a record is in a state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.base import back
from syncapp.admin.record_words import DECISION_WORDS, hindrance_words
from syncapp.admin.soon import run_soon
from syncapp.admin.words import retried_words
from syncapp.core.manual_links import Hindrance
from syncapp.core.reasons import State
from syncapp.models import RecordLink
from syncapp.services import decisions, failing_records, manual_links
from syncapp.services.env import real_env
from syncapp.services.manual_links import DeedRefused

if TYPE_CHECKING:
    from datetime import datetime

RETRY = "syncapp.retry_recordlink"
LINK = "syncapp.link_recordlink"
DECIDE = "syncapp.decide_recordlink"
#: Reasons whose remedy names a deed other than trying again: that one stands first.
FIRST = {
    **dict.fromkeys(decisions.DECISIONS, "decide"),
    "ambiguous_match": "match",
    "before_start": "include",
    "by_person": "include",
    "pay_refunded": "exclude",
    "pay_lost": "exclude",
    "possible_duplicate_payment": "exclude",
    "inv_possible_duplicate": "exclude",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One button and what is asked before it posts.

    Attributes:
        will: What happens, a sentence each.
        wont: What does not.
        asks: The label of the reason that is asked for; "" for none.
        hindrance: Why it cannot be done now; "" when it can.
        opens: It leads to a page instead of asking.
    """

    name: str
    label: str
    icon: str
    url: str
    heading: str = ""
    will: tuple[str, ...] = ()
    wont: tuple[str, ...] = ()
    asks: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)
    hindrance: str = ""
    opens: bool = False

    @property
    def confirm(self) -> str:
        """The words of the button that posts."""
        return self.label.removesuffix("…")


def offered(request: HttpRequest, link: RecordLink) -> list[Deed]:
    """The deeds this person may do to this record, the one that its reason names first."""
    makers: list[tuple[str, Callable[[RecordLink], Deed | None]]] = [
        (DECIDE, _decide), (LINK, _match), (LINK, _create), (RETRY, _retry), (RETRY, _include),
        (RETRY, _exclude), (LINK, _unlink),
    ]  # fmt: skip
    found = [
        deed
        for permission, make in makers
        if request.user.has_perm(permission) and (deed := make(link)) is not None
    ]
    first = FIRST.get(link.code, "retry")
    return sorted(found, key=lambda deed: (deed.name != first, bool(deed.hindrance)))


def _url(name: str, link: RecordLink) -> str:
    return reverse(f"admin:syncapp_recordlink_{name}", args=[link.pk])


def _retry(link: RecordLink) -> Deed | None:
    if link.state not in {State.FAILING, State.EXCLUDED} or link.excluded_by:
        return None
    return Deed(
        "retry", _("Retry"), "refresh", _url("retry", link), _("Retry this record?"),
        (_("The next run, which starts at once, plans this record again and sends its plan."),),
        (_("Nothing is created a second time: what is there already is found first."),),
    )  # fmt: skip


def _exclude(link: RecordLink) -> Deed | None:
    if link.excluded_by:
        return None
    return Deed(
        "exclude", _("Exclude…"), "block", _url("exclude", link),
        _("Leave this record out of the sync?"),
        (_("It is not written on either side until somebody includes it again."),),
        (_("Nothing is deleted in HubSpot or QuickBooks, and what is linked stays linked."),),
        asks=_("Why is it left out?"),
    )  # fmt: skip


def _include(link: RecordLink) -> Deed | None:
    if link.unlinked_from and link.excluded_by:
        return Deed(
            "include", _("Include again"), "undo", _url("include", link),
            _("Take both halves into the sync again?"),
            (_("Both records take part again. Where they still share their e-mail, SKU or number, "
               "they are matched with each other again."),),
            (_("Nothing is created before that match was tried."),),
        )  # fmt: skip
    if link.excluded_by:
        return Deed(
            "include", _("Include again"), "undo", _url("include", link),
            _("Take this record into the sync again?"),
            (_("The next run plans it again, and sends what has changed meanwhile."),),
            (_("A value that is empty on one side does not empty the other."),),
        )  # fmt: skip
    if link.code == "before_start":
        return Deed(
            "include", _("Include this record"), "add_circle", _url("include", link),
            _("Include this record although it is older than the sync?"),
            (_("The next run syncs it like any other, with its own dates."),),
            (_("Other records from before the start date stay out."),),
        )  # fmt: skip
    return None


def _unlink(link: RecordLink) -> Deed | None:
    if not manual_links.can_unlink(link):
        return None
    return Deed(
        "unlink", _("Unlink…"), "link_off", _url("unlink", link),
        _("Unlink the two records?"),
        (_("Each becomes a record of its own here. Both are left out of the sync until somebody "
           "includes them, links them or has a new one created."),),
        (_("Nothing is deleted or changed in HubSpot or QuickBooks."),
         _("They are not matched with each other again by themselves.")),
        asks=_("Why do they not belong together?"),
    )  # fmt: skip


def _match(link: RecordLink) -> Deed | None:
    if not manual_links.can_link(link):
        return None
    label = _("Pick a match…") if link.code == "ambiguous_match" else _("Link to…")
    return Deed("match", label, "link", _url("match", link), opens=True)


def _create(link: RecordLink) -> Deed | None:
    hindrance = manual_links.why_not_created(link)
    if hindrance is Hindrance.NOT_OFFERED:
        return None
    side = "QuickBooks" if link.hubspot_id else "HubSpot"
    return Deed(
        "create", _("Create new"), "add_circle", _url("create", link),
        _("Create a new record in %(side)s?") % {"side": side},
        (_("The next run creates a new record in %(side)s from this one and links the two.")
         % {"side": side},),
        (_("The records that look alike are left as they are; none of them is linked with it."),),
        hindrance=hindrance_words(hindrance) if hindrance else "",
    )  # fmt: skip


def _decide(link: RecordLink) -> Deed | None:
    decision = decisions.offered(link)
    if decision is None:
        return None
    words = DECISION_WORDS[decision]
    hindrance = decisions.why_not(link)
    will = tuple(str(one) for one in words.will)
    if decision is decisions.Decision.SEND_OURS:
        here, there = decisions.totals(link)
        will = (
            _("QuickBooks' total of %(there)s becomes HubSpot's total of %(here)s.")
            % {"there": there, "here": here},
            *will,
        )
    return Deed(
        "decide", str(words.label), words.icon, _url("decide", link), str(words.heading), will,
        tuple(str(one) for one in words.wont), hidden={"seal": decisions.seal(link)},
        hindrance=hindrance_words(hindrance) if hindrance else "",
    )  # fmt: skip


# -- the doing


def retry(request: HttpRequest, link: RecordLink) -> HttpResponse:
    """Make one record due again."""
    count = failing_records.retry([link], who=_who(request), now=now())
    messages.success(request, retried_words(count))
    return finish(request, link)


def exclude(request: HttpRequest, link: RecordLink) -> HttpResponse:
    """Leave one record out of the sync; a reason is asked for."""
    note = request.POST.get("note", "").strip()
    if not note:
        messages.error(
            request, _("Say why the record is left out: a colleague will want to know later.")
        )
        return finish(request, link)
    failing_records.exclude([link], who=_who(request), note=note[:500], now=now())
    messages.success(
        request, _("“%(record)s” is left out of the sync from now on.") % {"record": link}
    )
    return finish(request, link)


def include(request: HttpRequest, link: RecordLink) -> HttpResponse:
    """Take one record into the sync (again)."""
    failing_records.include([link], who=_who(request), now=now())
    messages.success(request, _("“%(record)s” takes part in the sync again.") % {"record": link})
    return finish(request, link)


def unlink(request: HttpRequest, link: RecordLink) -> HttpResponse:
    """Part the two sides; a reason is asked for."""
    note = request.POST.get("note", "").strip()
    if not note:
        messages.error(request, _("Say why they do not belong together."))
        return finish(request, link)
    try:
        manual_links.unlink(link, note=note[:300], who=_who(request), now=now())
    except DeedRefused as refused:
        return refuse(request, link, refused)
    messages.success(
        request,
        _("“%(record)s” is unlinked. Nothing was changed in HubSpot or QuickBooks.")
        % {"record": link},
    )
    return finish(request, link)


def create(request: HttpRequest, link: RecordLink) -> HttpResponse:
    """Have a record of its own made on the other side."""
    try:
        manual_links.create_new(link, who=_who(request), now=now())
    except DeedRefused as refused:
        return refuse(request, link, refused)
    messages.success(request, _("The next run creates a new record from “%(record)s”.")
                     % {"record": link})  # fmt: skip
    return finish(request, link)


def decide(request: HttpRequest, link: RecordLink) -> HttpResponse:
    """Go past the reason that the page showed."""
    try:
        decision = decisions.decide(
            link, sealed=request.POST.get("seal", ""), who=_who(request), now=now()
        )
    except DeedRefused as refused:
        return refuse(request, link, refused)
    messages.success(request, str(DECISION_WORDS[decision].done))
    return finish(request, link)


def refuse(request: HttpRequest, link: RecordLink, refused: DeedRefused) -> HttpResponse:
    """Say why nothing was done."""
    messages.error(request, hindrance_words(refused.hindrance))
    return finish(request, link)


def finish(request: HttpRequest, link: RecordLink) -> HttpResponse:
    """Have a worker look now; then back to the page."""
    run_soon(link.definition.pair_id)
    return back(request, reverse("admin:syncapp_recordlink_change", args=[link.pk]))


def _who(request: HttpRequest) -> str:
    return request.user.get_username()


def now() -> datetime:
    """The time."""
    return real_env().clock.now()
