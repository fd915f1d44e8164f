"""The object view's side panel: the records behind one number, searched, filtered, retried.

Shows and asks. Must not touch a record (``services/failing_records.py``).
"""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin import moments
from syncapp.admin.base import back
from syncapp.admin.soon import run_soon
from syncapp.admin.words import CATEGORY_HELP, CATEGORY_WORDS, reason_words, retried_words
from syncapp.core.reasons import REASONS, Category, State
from syncapp.models import RecordLink, SyncDefinition, figures
from syncapp.models.figures import money
from syncapp.services import counts, failing_records, records
from syncapp.services.env import real_env

RETRY = "syncapp.retry_recordlink"
PANEL_ROWS = 25
#: So many records one click tries again; a further click takes the next ones.
RETRIED_AT_ONCE = 2000
CHUNK = 500
#: The panel's lists: a state, or the failing ones that need a person.
PANELS = (*(state.value for state in State), records.NEEDS_DECISION)
RETRIED = frozenset({State.FAILING.value, State.EXCLUDED.value})
_LARGE = ("hubspot_seen", "quickbooks_seen", "base", "refused")


def panel(request: HttpRequest, pk: int, group: str) -> HttpResponse:
    """The side panel.

    Raises:
        Http404: There is no such sync or list.
    """
    return _panel(request, find(pk), group, request.GET, notice="")


def retry_selected(request: HttpRequest, pk: int, group: str) -> HttpResponse:
    """Try the ticked records again, or all of the list, and show the panel anew."""
    definition = find(pk)
    if request.POST.get("all"):
        return _retried(request, definition, group, *_retry_all(request, definition, group))
    ids = [int(value) for value in request.POST.getlist("record") if value.isdecimal()]
    if not ids:
        return _panel(
            request, definition, group, request.POST, notice=_("Tick the records to retry first.")
        )
    links = definition.links.filter(pk__in=ids)
    now = real_env().clock.now()
    count = failing_records.retry(links, who=request.user.get_username(), now=now)
    return _retried(request, definition, group, count, more=False)


def _retry_all(request: HttpRequest, definition: SyncDefinition, group: str) -> tuple[int, bool]:
    """Try the whole list again, up to a number; how many, and whether more are left."""
    choice = _chosen(definition, group, request.POST)
    links = choice.apply(RecordLink.objects.filter(state__in=RETRIED)).order_by("pk")
    who, now = request.user.get_username(), real_env().clock.now()
    done, last = 0, 0
    while done < RETRIED_AT_ONCE:
        chunk = list(links.filter(pk__gt=last).defer(*_LARGE)[:CHUNK])
        if not chunk:
            break
        last = chunk[-1].pk
        done += failing_records.retry(chunk, who=who, now=now)
    return done, links.filter(pk__gt=last).exists()


def _retried(
    request: HttpRequest, definition: SyncDefinition, group: str, count: int, more: bool
) -> HttpResponse:
    run_soon(definition.pair_id)
    words = retried_words(count)
    if more:
        words = _("%(done)s There are more: choose Retry all once again.") % {"done": words}
    if not request.headers.get("HX-Request"):
        messages.success(request, words)
        return back(request, reverse("admin:syncapp_object_view"))
    answer = _panel(request, definition, group, request.POST, notice=words)
    answer["HX-Trigger"] = "recordsChanged"
    return answer


def find(pk: int) -> SyncDefinition:
    """A living sync.

    Raises:
        Http404: There is none.
    """
    return get_object_or_404(
        SyncDefinition.objects.select_related("pair__hubspot", "pair__quickbooks", "host"),
        pk=pk, deleted_at=None,
    )  # fmt: skip


def _chosen(definition: SyncDefinition, group: str, params: Any) -> records.RecordChoice:
    """Which records a list and its filter mean.

    Raises:
        Http404: There is no such list.
    """
    if group not in PANELS:
        raise Http404
    decisions = group == records.NEEDS_DECISION
    kind, _colon, value = str(params.get("why", "")).partition(":")
    category = value if kind == "category" else ""
    return records.RecordChoice(
        sync=definition.pk,
        state=State.FAILING.value if decisions else group,
        category=records.NEEDS_DECISION if decisions else category,
        code=value if kind == "code" else "",
        search=str(params.get("q", "")).strip(),
    )


def _panel(
    request: HttpRequest, definition: SyncDefinition, group: str, params: Any, *, notice: str
) -> TemplateResponse:
    choice = _chosen(definition, group, params)
    before = str(params.get("before", ""))
    found = _page(choice.apply(RecordLink.objects.all()), before)
    now = real_env().clock.now()
    reasons = _reasons(definition, group, choice.state)
    address = reverse("admin:syncapp_object_panel", args=[definition.pk, group])
    filters = {"q": choice.search, "why": str(params.get("why", ""))}
    query = urlencode({name: value for name, value in filters.items() if value})
    last = found[PANEL_ROWS - 1].pk if len(found) > PANEL_ROWS else None
    matching = _matching(reasons, choice)
    context = {
        "definition": definition,
        "group": group,
        "group_words": group_words(group),
        "total": matching,
        "links": [_row(link, now) for link in found[:PANEL_ROWS]],
        "next": last,
        "next_url": f"{address}?{query}&before={last}" if last else "",
        "first_url": f"{address}?{query}" if before else "",
        "before": before,
        "reasons": _options(reasons, filters["why"]),
        "notice": notice,
        "can_retry": request.user.has_perm(RETRY) and choice.state in RETRIED,
        "list_url": reverse("admin:syncapp_recordlink_changelist"),
        "list_query": _list_query(choice),
        **filters,
    }
    return TemplateResponse(request, "admin/syncapp/object_view/panel.html", context)


def _page(links: QuerySet[RecordLink], before: str) -> list[RecordLink]:
    """One page of a list and one more, the latest first."""
    links = links.order_by("-pk").select_related("definition").defer(*_LARGE)
    if before.isdecimal():
        links = links.filter(pk__lt=int(before))
    return list(links[: PANEL_ROWS + 1])


def _row(link: RecordLink, now: Any) -> dict[str, Any]:
    facts = []
    if link.party and link.party != str(link):
        facts.append(link.party)
    if link.document_date:
        facts.append(figures.day(link.document_date))
    if link.amount is not None:
        facts.append(money(link.amount, link.currency))
    since = link.waiting_since or link.updated_at
    return {
        "link": link,
        "category": CATEGORY_WORDS.get(link.category, ""),
        "help": CATEGORY_HELP.get(link.category, ("", ""))[0],
        "facts": facts,
        "since": moments.ago(since, now),
        "since_exact": figures.moment(since),
    }


def _reasons(
    definition: SyncDefinition, group: str, state: str
) -> list[tuple[Category, counts.Group]]:
    """The reasons inside a list with their categories, grouped: the panel's own filter."""
    totals = counts.of(definition.pk, now=real_env().clock.now())
    found = []
    for one in totals.groups:
        if one.state.value != state or (group == records.NEEDS_DECISION and not one.needs_decision):
            continue
        reason = REASONS.get(one.code)
        found.append((reason.category if reason else Category.OTHER, one))
    return sorted(found, key=lambda row: (row[0].value, -row[1].count))


def _options(reasons: list[tuple[Category, counts.Group]], chosen: str) -> list[dict[str, Any]]:
    """The reasons as a drop-down: categories, and the reasons in each."""
    found = []
    for category, rows in groupby(reasons, key=lambda row: row[0]):
        groups = [one for _category, one in rows if one.code]
        if not groups:
            continue
        whole = f"category:{category.value}"
        found.append(
            {
                "words": CATEGORY_WORDS[category.value],
                "value": whole,
                "is_chosen": chosen == whole,
                "count": sum(one.count for one in groups),
                "reasons": [
                    {
                        "value": f"code:{one.code}",
                        "words": reason_words(one.code),
                        "count": one.count,
                        "is_chosen": chosen == f"code:{one.code}",
                    }
                    for one in groups
                ],
            }
        )
    return found


def _matching(reasons: list[tuple[Category, counts.Group]], choice: records.RecordChoice) -> str:
    """How many records the list holds; "" for a search, which nobody counts."""
    if choice.search:
        return ""
    chosen = [
        one.count
        for category, one in reasons
        if choice.category in {"", records.NEEDS_DECISION, category.value}
        and choice.code in {"", one.code}
    ]
    number = sum(chosen)
    return ngettext("%(n)s record", "%(n)s records", number) % {"n": number_format(number)}


def _list_query(choice: records.RecordChoice) -> str:
    parts = {
        "sync": choice.sync,
        "state": choice.state,
        "category": choice.category,
        "code": choice.code,
        "q": choice.search,
    }
    return urlencode({name: value for name, value in parts.items() if value})


def group_words(group: str) -> str:
    """What a list is called."""
    return {
        State.IN_SYNC.value: _("In sync"),
        State.WAITING.value: _("Waiting"),
        State.FAILING.value: _("Failing"),
        State.EXCLUDED.value: _("Excluded"),
        records.NEEDS_DECISION: _("Failing: needs a decision"),
    }[group]
