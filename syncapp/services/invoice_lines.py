"""What is known around the lines of mirrored invoices, for their planner and their invoice's.

Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count, Q

from syncapp.core.invoices.line_items import Whole, plan_line
from syncapp.core.invoices.lines import mirrored
from syncapp.core.pairs.invoices import LINES
from syncapp.core.plan import RecordPlan, Status, because
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.models import RecordLink
from syncapp.services import store
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case
from syncapp.services.settlement import ARCHIVED_PRODUCTS


def unseen(context: RunContext, sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, int]:
    """How many lines of mirrored invoices nobody took in yet; those invoices are read again.

    An invoice may be older than the sync of its lines: it was read by a rehearsal.
    """
    if context.sync_of(LINES.name) is None:
        return {}
    mirrors = {
        case.link.pk: case.state.quickbooks
        for case in cases
        if case.state.is_linked
        and case.state.origin == Side.QUICKBOOKS.value
        and case.state.quickbooks is not None
        and not case.state.quickbooks.gone
    }
    rows = (
        RecordLink.objects.filter(
            parent__in=list(mirrors), definition__object_type=LINES.name, quickbooks_gone=""
        )
        .values("parent")
        .annotate(count=Count("pk"))
    )
    known = {row["parent"]: row["count"] for row in rows}
    missing = {
        pk: sum(1 for _ in mirrored(seen.values)) - known.get(pk, 0) for pk, seen in mirrors.items()
    }
    found = {pk: count for pk, count in missing.items() if count > 0}
    if found:
        wanted = context.to_look_up[(sync.definition.pk, Side.QUICKBOOKS)]
        wanted += [mirrors[pk].id for pk in found]
    return found


def states(cases: Sequence[Case]) -> Mapping[int, tuple[int, Status | None]]:
    """Of mirrored invoices: how many lines are not settled, and why one cannot be written."""
    rows = (
        RecordLink.objects.filter(
            parent__in=[case.link.pk for case in cases], definition__object_type=LINES.name
        )
        .filter(Q(state=State.WAITING) | Q(state=State.FAILING))
        .values("parent", "state", "code")
        .annotate(count=Count("pk"))
    )
    found: dict[int, tuple[int, Status | None]] = {}
    for row in rows:
        parent = int(row["parent"] or 0)
        count, failing = found.get(parent, (0, None))
        if row["state"] == State.FAILING:
            line = RecordLink.objects.filter(parent=parent, code=row["code"]).first()
            params = line.params if line is not None else {}
            failing = Status(State.FAILING, row["code"], params)
        found[parent] = (count + row["count"], failing)
    return found


def plan(context: RunContext, sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, RecordPlan]:
    """Plan a chunk of line items of mirrored invoices."""
    parents = [case.link.parent_id for case in cases if case.link.parent_id is not None]
    invoices = RecordLink.objects.in_bulk(parents)
    items = {
        str(values.get("ItemRef.value") or "")
        for case in cases
        if (values := store.seen(case.link, Side.QUICKBOOKS))
    }
    products = _products(context, items)
    plans = {}
    for case in cases:
        whole = _whole(invoices.get(case.link.parent_id or 0))
        item = str(store.seen(case.link, Side.QUICKBOOKS).get("ItemRef.value") or "")
        if case.facts.excluded_by is not None:
            who, note = case.facts.excluded_by
            out = because("by_person", who=who, note=note)
            plans[case.link.pk] = RecordPlan(out, base=case.state.base)
            continue
        plans[case.link.pk] = plan_line(case.state, sync.config, whole, products.get(item, ""))
    return plans


def _whole(link: RecordLink | None) -> Whole | None:
    if link is None:
        return None
    return Whole(
        link=link.pk,
        label=str(link),
        hubspot_id=link.hubspot_id or "",
        is_mirror=link.origin == Side.QUICKBOOKS.value,
        gone=link.quickbooks_gone or link.hubspot_gone,
    )


def _products(context: RunContext, items: set[str]) -> Mapping[str, str]:
    """The HubSpot products of QuickBooks items that are linked."""
    definition = context.definition_of("products")
    if definition is None:
        return {}
    rows = definition.links.filter(
        quickbooks_id__in=items, hubspot_id__isnull=False, hubspot_gone=""
    )
    archived = context.known.get(ARCHIVED_PRODUCTS, ())
    return {
        str(row.quickbooks_id): str(row.hubspot_id)
        for row in rows
        if row.hubspot_id not in archived
    }
