"""The home page's list of what needs a person: each with a sentence and a button.

Puts what ``services/attention.py`` found into words and links. Must not choose or order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin import moments
from syncapp.admin.base import link
from syncapp.admin.words import reason_words
from syncapp.core.reasons import Category, Fixer
from syncapp.core.sides import Side
from syncapp.models import Connection, RecordLink, SyncRun
from syncapp.models.figures import day, money
from syncapp.models.spoken import spoken
from syncapp.services import attention
from syncapp.services.attention import Attention, Stalled
from syncapp.services.counts import WAIT_FOR_A_PERSON
from syncapp.services.overview import PairOverview
from syncapp.services.words import noun_of

RECORDS = "syncapp.view_recordlink"
RETRY = "syncapp.retry_recordlink"
SETTINGS = "syncapp.change_syncdefinition"
SWITCH = "syncapp.activate_syncdefinition"
CONNECT = "syncapp.connect_connection"
RUN = "syncapp.run_accountpair"
APPROVALS = "syncapp.view_approval"
#: Reasons that the sync's own settings mend.
MENDED_IN_SETTINGS = frozenset(
    {
        "income_account", "inv_income_account", "inv_discount_account", "inv_not_taxable",
        "pay_no_account", "unknown_field", "read_only_field",
    }
)  # fmt: skip
#: So many account pairs show their records; further ones show how many they have.
PAIRS_WITH_RECORDS = 3


@dataclass(frozen=True, slots=True)
class Button:
    """What a row offers; one that posts changes something."""

    text: str
    url: str
    posts: bool = False
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not one record: an account, a sync, an unusual run."""

    icon: str
    title: str
    sentence: str
    tone: str
    key: str
    button: Button | None


def describe(request: HttpRequest, seen: list[PairOverview], now: datetime) -> list[dict[str, Any]]:
    """What needs a person, pair by pair; pairs that need nobody are left out."""
    sees_records = request.user.has_perm(RECORDS)
    found: list[dict[str, Any]] = []
    for one in seen:
        with_records = sees_records and len(found) < PAIRS_WITH_RECORDS
        told = attention.of_pair(one, now=now, with_records=with_records)
        if told.is_empty:
            continue
        rows = [row(request, record, now) for record in told.records]
        found.append(
            {
                "pair": one.pair,
                "problems": list(_problems(request, one, told, now)),
                "rows": rows,
                "failing": told.failing,
                "more": told.failing + told.asking - len(rows),
                "all_url": f"{link('admin:syncapp_recordlink_changelist')}?state=failing"
                if sees_records
                else "",
            }
        )
    return found


# -- what is not one record


def _problems(
    request: HttpRequest, seen: PairOverview, told: Attention, now: datetime
) -> Iterator[Problem]:
    for connection in told.lapsed:
        yield _lapsed(request, connection)
    for connection, lacking in told.short_of_scopes:
        yield _lacking(request, connection, lacking)
    for definition in told.held:
        url = link("admin:syncapp_brake", definition.pk)
        yield Problem(
            "back_hand",
            _("%(sync)s waits for your confirmation") % {"sync": definition.title},
            spoken(str(definition.brake.get("sentence", ""))),
            "warn",
            f"held-{definition.pk}",
            Button(_("Look and approve"), url, is_main=True)
            if request.user.has_perm(SWITCH)
            else None,
        )
    for one in told.stalled:
        yield _stalled(request, seen, one, now)


def _reconnect(request: HttpRequest, connection: Connection) -> Button | None:
    if not request.user.has_perm(CONNECT):
        return None
    by_token = connection.method == Connection.Method.ACCESS_TOKEN
    page = link("admin:syncapp_connection_change", connection.pk)
    url = page if by_token else link("oauth_start", connection.pk)
    return Button(_("Reconnect"), url, posts=not by_token, is_main=True)


def _lacking(request: HttpRequest, connection: Connection, scopes: tuple[str, ...]) -> Problem:
    names = {"side": Side(connection.side).label, "name": connection.name}
    told = _(
        "The consent did not grant: %(scopes)s. Enable these scopes in the app, then choose "
        "Reconnect."
    )
    return Problem(
        "key_off",
        _("%(side)s (%(name)s) lacks a permission") % names,
        told % {"scopes": ", ".join(scopes)},
        "warn",
        f"scopes-{connection.pk}",
        _reconnect(request, connection),
    )


def _lapsed(request: HttpRequest, connection: Connection) -> Problem:
    names = {"side": Side(connection.side).label, "name": connection.name}
    return Problem(
        "link_off",
        _("%(side)s (%(name)s) must be connected again") % names,
        connection.trouble or _("Nothing is read or written until then. Nothing is lost."),
        "bad",
        f"lapsed-{connection.pk}",
        _reconnect(request, connection),
    )


def _stalled(request: HttpRequest, seen: PairOverview, one: Stalled, now: datetime) -> Problem:
    run = one.last_run
    if run is not None and run.state != SyncRun.State.FINISHED and run.detail:
        sentence = _("The last run ended early: %(why)s") % {"why": run.trouble}
    elif run is None or (now - run.started_at) > attention.STALLED_AFTER:
        sentence = _(
            "No run has begun for a while. If this stays so, ask your administrator whether the "
            "worker and the scheduler are running."
        )
    else:
        sentence = _("Runs go on, but they have not come to an end of reading yet.")
    title = (
        _("%(sync)s: last up to date %(ago)s")
        % {
            "sync": one.definition.title,
            "ago": moments.ago(one.read_until, now),
        }
        if one.read_until
        else _("%(sync)s has not been read yet") % {"sync": one.definition.title}
    )
    url = link("admin:syncapp_pair_run", seen.pair.pk)
    button = Button(_("Sync now"), url, posts=True) if request.user.has_perm(RUN) else None
    return Problem(
        "hourglass_disabled", title, sentence, "warn", f"stalled-{one.definition.pk}", button
    )


# -- single records


def row(request: HttpRequest, record: RecordLink, now: datetime) -> dict[str, Any]:
    """One record as a row."""
    noun = noun_of(record.definition.object_pair, Side.QUICKBOOKS).capitalize()
    name = record.number or str(record)
    return {
        "record": record,
        "noun": "" if name.startswith(f"{noun}: ") else noun,
        "name": name,
        "party": record.party if record.party != name else "",
        "reason": reason_words(record.code),
        "money": money(record.amount, record.currency) if record.amount is not None else "",
        "home": _home(record),
        "age": _age(record, now),
        "date": day(record.document_date),
        "url": link("admin:syncapp_recordlink_change", record.pk),
        "button": _remedy(request, record),
    }


def _home(record: RecordLink) -> str:
    """Its worth in the home currency, where that is another or unknown."""
    if record.amount is None:
        return ""
    if record.home_amount is None:
        return _("no exchange rate")
    home = record.definition.pair.quickbooks.currency
    return "" if record.currency in {"", home} else f"= {money(record.home_amount, home)}"


def _age(record: RecordLink, now: datetime) -> str:
    if record.document_date is None:
        since = record.failing_since or record.updated_at
        return _("for %(span)s") % {"span": moments.span((now - since).total_seconds())}
    days = (timezone.localdate(now) - record.document_date).days
    if days < 1:
        return _("dated today") if days == 0 else _("dated in the future")
    return ngettext("%(n)s day old", "%(n)s days old", days) % {"n": number_format(days)}


def _remedy(request: HttpRequest, record: RecordLink) -> Button:
    """The one step that helps most, as far as the person may take it."""
    page = link("admin:syncapp_recordlink_change", record.pk)
    reason = record.reason
    if record.code in MENDED_IN_SETTINGS and request.user.has_perm(SETTINGS):
        definition = record.definition
        own = definition.object_type if definition.host is None else definition.host.object_type
        return Button(_("Change settings"), link("admin:syncapp_wizard", definition.pair_id, own))
    approvals = link("admin:syncapp_approval_changelist")
    if record.code in WAIT_FOR_A_PERSON and request.user.has_perm(APPROVALS):
        return Button(_("To the approvals"), approvals)
    may_retry = request.user.has_perm(RETRY)
    if record.needs_decision:
        return Button(_("Decide") if may_retry else _("See why"), page)
    is_edit = reason is not None and reason.category is Category.EDIT  # its page offers more
    if may_retry and reason is not None and reason.fixer is not Fixer.HERE and not is_edit:
        return Button(_("Retry"), link("admin:syncapp_recordlink_retry", record.pk), posts=True)
    return Button(_("See what to do") if may_retry else _("See why"), page)
