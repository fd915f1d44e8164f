"""What a record's page shows besides its fields: lines, payments, and what else belongs to it.

Reads for the page. Must not know why a part is in its state.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from syncapp.admin.record_values import told
from syncapp.core.invoices.lines import billed, booked
from syncapp.core.money import number
from syncapp.core.pairs.invoices import LINES
from syncapp.core.sides import Side
from syncapp.models import RecordLink, figures
from syncapp.models.figures import money
from syncapp.services import store

#: No invoice of either vendor has more lines.
MOST_PARTS = 750


def lines(link: RecordLink) -> list[dict[str, Any]]:
    """The lines of an invoice, both sides next to each other; [] for another object."""
    if link.definition.object_type != "invoices":
        return []
    if link.origin == Side.QUICKBOOKS.value and link.is_linked:
        mirrored = _parts(link, LINES.name)
        return [_mirrored_line(one, link.currency) for one in mirrored.order_by("pk")[:MOST_PARTS]]
    ours = billed(store.seen(link, Side.HUBSPOT))
    theirs = booked(store.seen(link, Side.QUICKBOOKS))
    rows = []
    for place in range(max(len(ours), len(theirs))):
        here = ours[place] if place < len(ours) else None
        there = theirs[place] if place < len(theirs) else None
        same = here is not None and there is not None and here.amount == there.amount
        rows.append(
            {
                "name": (here.name if here else "") or (there.name if there else ""),
                "hubspot": _line(here.quantity, here.price, here.amount, link.currency)
                if here
                else "",
                "quickbooks": _line(there.quantity, there.price, there.amount, link.currency)
                if there
                else "",
                "differs": link.is_linked and not same,
                "link": None,
            }
        )
    return rows


def _mirrored_line(one: RecordLink, currency: str) -> dict[str, Any]:
    here, there = store.seen(one, Side.HUBSPOT), store.seen(one, Side.QUICKBOOKS)
    name = told(there.get("Name") or here.get("name"))
    return {
        "name": name,
        "hubspot": _line(here.get("quantity"), here.get("price"), None, currency) if here else "",
        "quickbooks": _line(
            there.get("Qty"), there.get("UnitPrice"), there.get("Amount"), currency
        ),
        "differs": False,
        "link": one,
    }


def _line(quantity: Any, price: Any, amount: Any, currency: str) -> str:
    factors = " x ".join(_figure(one) for one in (quantity, price) if one not in {None, ""})
    if amount is None:
        return factors
    total = money(str(amount), currency)
    return f"{factors} = {total}" if factors else total


def _figure(value: Any) -> str:
    figure = number(value)
    return str(value) if figure is None else figures.number(figure)


def payments(link: RecordLink) -> list[RecordLink]:
    """The payments and credits on an invoice; of a payment its other parts."""
    if link.definition.object_type == "payments" and link.quickbooks_id:
        whole = link.quickbooks_id.partition("/")[0]
        found = link.definition.links.filter(quickbooks_id__startswith=f"{whole}/")
        return list(found.exclude(pk=link.pk).select_related("definition").order_by("pk")[:50])
    found = _parts(link, "payments").select_related("definition")
    return list(found.order_by("document_date", "pk")[:MOST_PARTS])


def _parts(link: RecordLink, object_type: str) -> QuerySet[RecordLink]:
    """A record's parts of one object.

    Their keys are asked for first, by nothing but the whole: asked in one, SQLite may prefer to
    walk all records in the order of the list, which takes seconds when there are a million.
    """
    keys = list(link.parts.order_by().values_list("pk", flat=True))
    return RecordLink.objects.filter(pk__in=keys, definition__object_type=object_type)


def whole(link: RecordLink) -> dict[str, Any] | None:
    """The record that this one is a part of, or waits for: its name and its page."""
    other = link.parent or link.blocked_on
    if other is None:
        return None
    return {
        "link": other,
        "url": reverse("admin:syncapp_recordlink_change", args=[other.pk]),
        "is_part": link.parent is not None,
    }
