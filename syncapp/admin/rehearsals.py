"""Rehearsals on screen: progress while they run, and their numbers in plain words afterwards (B1).

Shows what ``services/rehearsal.py`` counted. Must not plan anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.words import reason_words
from syncapp.core.approvals import Posting
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.reasons import REASONS, State
from syncapp.core.sides import Side
from syncapp.models import Rehearsal, figures
from syncapp.models.figures import money
from syncapp.models.spoken import spoken
from syncapp.services import drafts, matching_list
from syncapp.services.env import real_env
from syncapp.services.matching_list import AMBIGUOUS
from syncapp.services.rehearsal import Standing
from syncapp.services.rehearsal_rows import day_of
from syncapp.services.words import noun_of, nouns_of, said, title_of

FRAGMENT = "admin/syncapp/wizard/rehearsal.html"
EXPORT = "syncapp.export_recordlink"
OPEN = (Rehearsal.State.REQUESTED, Rehearsal.State.RUNNING)
#: Waits for an approver.
APPROVAL_CODES = ("approval_posting", "approval_period")
#: Held because of the period they are dated in.
CLOSED_CODES = ("inv_period_closed", "inv_reviewed_period", "period_closed")


def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a rehearsal is, or its result; the page asks every two seconds while it runs."""
    found = find(pk)
    draft = drafts.load(
        found.definition.pair, found.definition.object_type, now=real_env().clock.now()
    )
    standing = drafts.standing(draft, now=real_env().clock.now())
    context = {"rehearsal": rehearsal_context(found, standing, request.user)}
    answer = TemplateResponse(request, FRAGMENT, context)
    if found.state not in OPEN:
        answer["HX-Refresh"] = "true"  # the button below and the warnings depend on the result
    return answer


def labels_of(found: Rehearsal) -> dict[str, str]:
    """``{field of either side: what a person calls it}``, from the mappings."""
    labels: dict[str, str] = {}
    for mapping in found.definition.object_pair.mappings:
        for side in Side:
            labels[mapping.field(side)] = said(mapping.label)
    for told in found.document.get("mappings", []):
        for side in Side:
            labels.setdefault(told[side.value], said(told.get("label", "")) or told[side.value])
    unique = found.definition.object_pair.unique_name
    if unique is not None:
        labels[unique] = labels[unique].partition(" ← ")[0]
    return labels


def find(pk: int) -> Rehearsal:
    """The rehearsal of an address, or 404."""
    return get_object_or_404(
        Rehearsal.objects.select_related(
            "definition__pair__hubspot", "definition__pair__quickbooks"
        ),
        pk=pk,
    )


def records_url(found: Rehearsal, kind: str) -> str:
    """Where the records behind a number are listed."""
    return f"{reverse('admin:syncapp_rehearsal_records', args=[found.pk])}?kind={kind}"


def rehearsal_context(found: Rehearsal, standing: Standing, user: Any) -> dict[str, Any]:
    """What the fragment shows of a rehearsal that is worth so much."""
    planned = int(found.progress.get("planned", 0))
    read = found.definition.links.count() if found.state in OPEN else 0
    result = found.result if found.state == Rehearsal.State.FINISHED else {}
    return {
        "found": found,
        "trouble": spoken(found.detail),
        "is_open": found.state in OPEN,
        "has_failed": found.state == Rehearsal.State.FAILED,
        "is_stale": standing is Standing.CHANGED,
        "is_old": standing is Standing.OLD,
        "is_used": standing is Standing.USED,
        "planned": planned,
        "read": read,
        "percent": min(99, planned * 100 // read) if read else 0,
        "sentences": list(_sentences(found, result)) if result else [],
        "rows": list(_rows(found, result)) if result else [],
        "overwritten": _overwritten(found, result),
        "matches": _matches(found, result) if result else {},
        "has_rows": bool(result) and found.rows.exists(),
        "is_empty": bool(result) and not found.definition.links.exists(),
        "can_export": user.has_perm(EXPORT),
        "along": [
            {
                "title": title_of(OBJECT_PAIRS[name]),
                "rows": [
                    {
                        "side": side.label,
                        "created": told["create"][side.value],
                        "updated": told["update"][side.value],
                        "removed": told["remove"][side.value],
                    }
                    for side in Side
                ],
                "money": _money(told),
            }
            for name, told in result.get("along", {}).items()
            if _writes(told)
        ],
        "can_approve": user.has_perm("syncapp.activate_syncdefinition"),
        "writes": _all(_writes, result),
    }


def _writes(result: Mapping[str, Any]) -> int:
    return sum(sum(result.get(kind, {}).values()) for kind in ("create", "update", "remove"))


def _all(count: Callable[[Mapping[str, Any]], int], result: Mapping[str, Any]) -> int:
    """A count of the records, and of what goes along with them."""
    return count(result) + sum(map(count, result.get("along", {}).values()))


def _money(result: dict[str, Any]) -> list[dict[str, str]]:
    """What the new documents are worth, per side and currency."""
    return [
        {"side": Side(side).label, "amount": money(amount, currency)}
        for side, told in result.get("money", {}).items()
        for currency, amount in told.items()
    ]


# -- the numbers in words


def _sentences(found: Rehearsal, result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What would be written, a sentence per side, with the money and days of documents."""
    pair = found.definition.object_pair
    documents = result.get("documents", {})
    for side in Side:
        count = result["create"][side.value]
        kind = f"create:{side.value}"
        told = documents.get(kind, {})
        if pair.dated_by and side is Side.QUICKBOOKS:
            words = _("Will post %(count)s %(nouns)s in QuickBooks")
        else:
            words = _("Will create %(count)s %(nouns)s in %(side)s")
        nouns = noun_of(pair, side) if count == 1 else nouns_of(pair, side)
        names = {"count": figures.number(count), "nouns": nouns, "side": side.label}
        yield {
            "text": words % names + _money_words(told, with_closed=side is Side.HUBSPOT) + ".",
            "url": records_url(found, kind) if count else "",
        }
    for code in CLOSED_CODES:
        held = result["failing"].get(code, 0)
        if held:
            kind = f"failing:{code}"
            words = ngettext(
                "%(count)s more is dated in a closed period and will not be posted",
                "%(count)s more are dated in a closed period and will not be posted",
                held,
            ) % {"count": figures.number(held)}
            yield {
                "text": words + _money_words(documents.get(kind, {})) + ".",
                "url": records_url(found, kind),
            }
    waits = result["failing"].get("waits_for", 0)
    if waits:
        words = ngettext(
            "%(count)s waits for its customer or product to be synced first",
            "%(count)s wait for their customer or products to be synced first",
            waits,
        ) % {"count": figures.number(waits)}
        yield {
            "text": words + _money_words(documents.get("waiting:waits_for", {})) + ".",
            "url": records_url(found, "waiting:waits_for"),
        }
    if _asks_for_approval(found):
        yield _approval_sentence(found, result)
    if pair.name == "invoices":
        yield {"text": _payment_words(documents.get("create:quickbooks", {})), "url": ""}


def _asks_for_approval(found: Rehearsal) -> bool:
    """Whether a write may have to wait for an approver: by the settings, or by a soft close."""
    options = found.document.get("options", {})
    chosen = {options.get(name) or Posting.NONE for name in ("approval", "payment_approval")}
    return chosen != {Posting.NONE} or found.definition.pair.reviewed_through is not None


def _approval_sentence(found: Rehearsal, result: Mapping[str, Any]) -> dict[str, Any]:
    """How many of the writes would wait for an approver, with their money."""
    held = _all(lambda told: told.get("held", 0), result)
    writes = _all(_writes, result)
    names = {
        "held": figures.number(held),
        "all": figures.number(writes + held),
        "rest": figures.number(writes),
    }
    if not held:
        words = _("Approval is asked for, but none of the %(all)s writes would wait for it.")
        return {"text": words % names, "url": ""}
    kinds = [f"waiting:{code}" for code in APPROVAL_CODES if result["failing"].get(code)]
    sums: dict[str, Decimal] = {}
    for kind in kinds:
        for currency, told in result.get("documents", {}).get(kind, {}).items():
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(told["amount"])
    names["money"] = "".join(f", {money(total, currency)}" for currency, total in sums.items())
    words = ngettext(
        "%(held)s of the %(all)s writes would wait for an approver first%(money)s; the other "
        "%(rest)s would be made at once.",
        "%(held)s of the %(all)s writes would wait for an approver first%(money)s; the other "
        "%(rest)s would be made at once.",
        held,
    )
    return {"text": words % names, "url": records_url(found, kinds[0]) if kinds else ""}


def _payment_words(told: Mapping[str, Mapping[str, Any]]) -> str:
    """What follows of payments once the invoices are posted."""
    count = sum(one.get("paid_count", 0) for one in told.values())
    if not count:
        return _("0 payments: HubSpot has collected nothing on these invoices.")
    sums = [
        money(Decimal(one["paid"]), currency)
        for currency, one in told.items()
        if one.get("paid_count")
    ]
    return ngettext(
        "%(count)s of them is paid in HubSpot, %(sums)s: its payments follow after it, each once, "
        "to the account of their processor.",
        "%(count)s of them are paid in HubSpot, %(sums)s: their payments follow after them, each "
        "once, to the account of their processor.",
        count,
    ) % {"count": figures.number(count), "sums": " + ".join(sums)}


def _money_words(told: Mapping[str, Mapping[str, Any]], *, with_closed: bool = False) -> str:
    """The sums, days and closed periods of documents, to be added to a sentence."""
    if not told:
        return ""
    parts = [money(Decimal(one["amount"]), currency) for currency, one in told.items()]
    first = day_of(min((one["first"] for one in told.values() if one["first"]), default=""))
    last = day_of(max((one["last"] for one in told.values()), default=""))
    if first is not None and last is not None:
        days = {"first": date_format(first), "last": date_format(last)}
        parts.append(
            _("dated %(first)s") % days
            if first == last
            else _("dated %(first)s to %(last)s") % days
        )
    closed = sum(one["closed"] for one in told.values())
    if with_closed and closed:
        parts.append(_("%(count)s of them in a closed period") % {"count": figures.number(closed)})
    return ", " + ", ".join(parts)


def _rows(found: Rehearsal, result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row per kind of decision: words, count, and where its records are listed."""
    pair = found.definition.object_pair

    def row(style: str, words: str, count: int, kind: str, remedy: str = "") -> dict[str, Any]:
        sums = [
            money(Decimal(one["amount"]), currency)
            for currency, one in result.get("documents", {}).get(kind, {}).items()
        ]
        return {
            "style": style, "words": words, "count": figures.number(count), "remedy": remedy,
            "money": " + ".join(sums), "url": records_url(found, kind) if count else "",
        }  # fmt: skip

    for side in Side:
        names = {"side": side.label, "nouns": nouns_of(pair, side)}
        words = _("New %(nouns)s in %(side)s") % names
        yield row("create", words, result["create"][side.value], f"create:{side.value}")
        words = _("Updates in %(side)s") % names
        yield row("update", words, result["update"][side.value], f"update:{side.value}")
        removed = result.get("remove", {}).get(side.value, 0)
        if removed:
            words = _("Voided or removed in %(side)s") % names
            yield row("update", words, removed, f"remove:{side.value}")
    words = _("Matched by %(key)s and linked") % {"key": said(pair.match_key_label)}
    yield row("link", words, result["link"], "link")
    yield row("same", _("Nothing to change"), result["unchanged"], "unchanged")
    for style in ("failing", "excluded"):
        for code, count in sorted(result[style].items(), key=lambda one: -one[1]):
            reason = REASONS.get(code)
            remedy = said(reason.remedy) if reason is not None and "{" not in reason.remedy else ""
            state = reason.state if reason is not None else State(style)
            shade = "decision" if reason is not None and reason.needs_decision else state.value
            yield row(shade, reason_words(code), count, f"{state.value}:{code}", remedy)


def _matches(found: Rehearsal, result: Mapping[str, Any]) -> dict[str, Any]:
    """How the two accounts' records found each other, for the line that leads to the list."""
    return {
        "linked": figures.number(result["link"]),
        "ambiguous": matching_list.listed(found).filter(kind=AMBIGUOUS).count(),
        "suggested": result.get("suggestions", 0),
        "accepted": found.definition.match_choices.count(),
    }


def _overwritten(found: Rehearsal, result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How many filled values would be replaced, per side and field, the most first."""
    rows, labels = [], labels_of(found)
    for key, count in result.get("overwritten", {}).items():
        side, _colon, name = key.partition(":")
        rows.append(
            {
                "side": Side(side).label,
                "field": labels.get(name, name),
                "count": count,
                "url": records_url(found, f"overwritten:{key}"),
            }
        )
    return sorted(rows, key=lambda row: -int(row["count"]))
