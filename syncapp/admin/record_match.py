"""“Link to…” and “Pick a match”: the records that may belong to one, and what linking would write.

Shows and asks; ``services/manual_links.py`` acts.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin import record_deeds, record_view
from syncapp.admin.base import render
from syncapp.admin.record_values import told
from syncapp.admin.record_words import hindrance_words
from syncapp.core.planner import SyncConfig
from syncapp.core.schema import Kind
from syncapp.core.sides import Side
from syncapp.core.values import Values
from syncapp.models import RecordLink, figures
from syncapp.models.figures import money
from syncapp.services import manual_links, store
from syncapp.services.config import load_config
from syncapp.services.manual_links import DeedRefused
from syncapp.services.words import noun_of

_H, _Q = Side.HUBSPOT, Side.QUICKBOOKS
#: What tells two records apart, by the fields that hold it.
FACTS: dict[tuple[str, Side], tuple[tuple[Any, str, Kind], ...]] = {
    ("contacts", _H): (
        (gettext_lazy("E-mail"), "email", Kind.TEXT),
        (gettext_lazy("Company"), "company", Kind.TEXT),
        (gettext_lazy("Phone"), "phone", Kind.TEXT),
        (gettext_lazy("City"), "city", Kind.TEXT),
        (gettext_lazy("Created"), "createdate", Kind.TEXT),
    ),
    ("contacts", _Q): (
        (gettext_lazy("E-mail"), "PrimaryEmailAddr.Address", Kind.TEXT),
        (gettext_lazy("Open balance"), "Balance", Kind.MONEY),
        (gettext_lazy("Company"), "CompanyName", Kind.TEXT),
        (gettext_lazy("Phone"), "PrimaryPhone.FreeFormNumber", Kind.TEXT),
        (gettext_lazy("City"), "BillAddr.City", Kind.TEXT),
        (gettext_lazy("Created"), "MetaData.CreateTime", Kind.TEXT),
        (gettext_lazy("Active"), "Active", Kind.TEXT),
    ),
    ("products", _H): (
        (gettext_lazy("SKU"), "hs_sku", Kind.TEXT),
        (gettext_lazy("Price"), "price", Kind.MONEY),
        (gettext_lazy("Type"), "hs_product_type", Kind.TEXT),
    ),
    ("products", _Q): (
        (gettext_lazy("SKU"), "Sku", Kind.TEXT),
        (gettext_lazy("Price"), "UnitPrice", Kind.MONEY),
        (gettext_lazy("Type"), "Type", Kind.TEXT),
        (gettext_lazy("Created"), "MetaData.CreateTime", Kind.TEXT),
        (gettext_lazy("Active"), "Active", Kind.TEXT),
    ),
    ("invoices", _H): (
        (gettext_lazy("Status"), "hs_invoice_status", Kind.TEXT),
        (gettext_lazy("Balance"), "hs_balance_due", Kind.MONEY),
        (gettext_lazy("Created"), "hs_createdate", Kind.TEXT),
    ),
    ("invoices", _Q): (
        (gettext_lazy("Balance"), "Balance", Kind.MONEY),
        (gettext_lazy("Created"), "MetaData.CreateTime", Kind.TEXT),
    ),
}
DAY = 10


def show(model_admin: admin.ModelAdmin[RecordLink], request: HttpRequest, pk: int) -> HttpResponse:
    """The page: the record, a search, and the candidates with the facts to tell them apart."""
    link = record_view.find(str(pk))
    if not manual_links.can_link(link):
        return redirect("admin:syncapp_recordlink_change", link.pk)
    config = load_config(link.definition)
    words = request.GET.get("q", "").strip()[:200]
    side = _H if link.hubspot_id is not None else _Q
    found = manual_links.candidates(link, words)
    context = {
        "link": link,
        "original": None,
        "own": _card(link, side, config),
        "other_label": side.other.label,
        "noun": noun_of(link.definition.object_pair, side.other),
        "q": words,
        "candidates": [_candidate(link, one, side.other, config) for one in found],
        "is_full": len(found) >= manual_links.MOST_FOUND,
        "back": reverse("admin:syncapp_recordlink_change", args=[link.pk]),
        "create": next(
            (one for one in record_deeds.offered(request, link) if one.name == "create"), None
        ),
    }
    title = (
        _("Pick a match for %(record)s") if link.code == "ambiguous_match"
        else _("Link %(record)s")
    ) % {"record": link}  # fmt: skip
    return render(
        model_admin, request, "admin/syncapp/record_view/match.html", context, title=title
    )


def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the next run link the record with the chosen one."""
    link = record_view.find(str(pk))
    told_pk = request.POST.get("other", "")
    other = (
        link.definition.links.filter(pk=told_pk).first()
        if told_pk.isdecimal() and len(told_pk) < 19
        else None
    )
    if other is None:
        messages.error(request, _("Choose the record it belongs to."))
        return redirect("admin:syncapp_recordlink_match", link.pk)
    try:
        manual_links.link_with(link, other, who=request.user.get_username(), now=record_deeds.now())
    except DeedRefused as refused:
        return record_deeds.refuse(request, link, refused)
    # The run keeps the older of the two rows: its page is there afterwards, too.
    kept = min(link, other, key=lambda one: one.pk)
    messages.success(
        request,
        _("The next run links “%(record)s” with “%(other)s”.") % {"record": link, "other": other},
    )
    return record_deeds.finish(request, kept)


def _candidate(
    link: RecordLink, one: manual_links.Candidate, side: Side, config: SyncConfig
) -> dict[str, Any]:
    card = _card(one.link, side, config)
    card["hindrance"] = hindrance_words(one.hindrance) if one.hindrance else ""
    if one.hindrance is None:
        plan = manual_links.preview(config, link, one.link)
        card["writes"] = [
            {"label": label, "hubspot": told(here), "quickbooks": told(there), "side": to.label}
            for label, here, there, to in plan.fields
        ]
        card["is_compared_only"] = link.definition.object_type == "invoices" and (
            plan.origin == "both"
        )
    return card


def _card(link: RecordLink, side: Side, config: SyncConfig) -> dict[str, Any]:
    """A record by the facts that tell it apart from others."""
    values = store.seen(link, side)
    facts = [
        (label, _fact(values.get(name), kind, _currency(link, values), name))
        for label, name, kind in FACTS.get((config.pair.name, side), ())
    ]
    if link.document_date:
        facts.insert(0, (_("Date"), figures.day(link.document_date)))
    if link.amount is not None:
        facts.insert(0, (_("Amount"), money(str(link.amount.normalize()), link.currency)))
    if link.party:
        facts.insert(0, (_("Customer"), link.party))
    return {
        "link": link,
        "side": record_view.side_of(link, side),
        "label": config.pair.label(side, config.normal(side, values)) or str(link),
        "facts": [(label, value) for label, value in facts if value],
        "url": reverse("admin:syncapp_recordlink_change", args=[link.pk]),
    }


def _currency(link: RecordLink, values: Values) -> str:
    """The currency of a record's amounts: its own, the customer's, else the home currency."""
    home = link.definition.pair.quickbooks.details.get("currency")
    return link.currency or str(values.get("CurrencyRef.value") or home or "")


def _fact(value: Any, kind: Kind, currency: str, name: str) -> str:
    shown = told(value, kind, currency)
    is_moment = name in {"createdate", "hs_createdate", "MetaData.CreateTime"}
    return shown[:DAY] if is_moment else shown
