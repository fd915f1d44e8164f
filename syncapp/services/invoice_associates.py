"""Reads along what a HubSpot invoice is associated with, and notices when that changed.

An invoice need not count as changed in HubSpot when its lines do: a line that is renamed, or one
of 0.00 that is removed, leaves the totals as they are (UNCONFIRMED which of these move its
``hs_lastmodifieddate``). So the line items' own changes are followed, and the regular full
comparison reads again what is tied to each open invoice. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from django.db import transaction

from syncapp.connectors.base import AssociatingConnector
from syncapp.core.invoices.facts import Party
from syncapp.core.invoices.lines import LINE_ITEM_FIELDS, LINE_ITEMS
from syncapp.core.money import amount
from syncapp.core.pairs.invoices import CONTACTS, CUSTOMER, DEALS, DRAFT, OPEN, SHARES_PAYMENT
from syncapp.core.reasons import State
from syncapp.core.records import Record
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.models import RecordLink
from syncapp.services import associated, ingest, parties, store
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.store import LOADED

LINES_TYPE = "line_items"
CHUNK = 500


def load(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]
) -> Sequence[RecordLink]:
    """Read contacts, deals and line items of HubSpot's own invoices that changed."""
    changed = [link for link in links if _must_load(link)]
    if not changed:
        return links
    connector = cast("AssociatingConnector", context.connectors[Side.HUBSPOT])
    record_type = sync.config.pair.type(Side.HUBSPOT)
    has_payments = context.sync_of("payments") is not None
    twins = _sharing_a_payment(connector, record_type, changed) if has_payments else {}
    tied = _tied(context, sync, changed)
    for link in changed:
        own = str(link.hubspot_id)
        loaded = {**tied[own], SHARES_PAYMENT: twins.get(own, []), LOADED: link.hubspot_version}
        store.put(link, "seen", Side.HUBSPOT, {**store.seen(link, Side.HUBSPOT), **loaded})
        store.name_it(sync.config, link)
    with transaction.atomic():
        context.confirm()
        save_changed(changed, ["hubspot_seen", "label", "number", "party", "amount"])
        store.save_keys(sync.config, changed)
    return links


def _must_load(link: RecordLink) -> bool:
    """Mirrors of QuickBooks' invoices have nothing of their own, and drafts are not sent."""
    seen = store.seen(link, Side.HUBSPOT)
    return (
        store.needs_loading(link)
        and link.origin != Side.QUICKBOOKS.value
        and seen.get("hs_invoice_billable") != "false"
        and seen.get("hs_invoice_status", DRAFT) != DRAFT
    )


def _tied(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]
) -> Mapping[str, dict[str, Value]]:
    """What HubSpot's own invoices are associated with now, in the form it is kept, by their ids."""
    connector = cast("AssociatingConnector", context.connectors[Side.HUBSPOT])
    record_type = sync.config.pair.type(Side.HUBSPOT)
    ids = [str(link.hubspot_id) for link in links]
    people = connector.ties(record_type, ids, "contacts")
    deals = connector.ties(record_type, ids, "deals")
    ties = connector.ties(record_type, ids, LINES_TYPE)
    wanted = sorted({tie.id for some in ties.values() for tie in some})
    lines = {
        record.ref.id: _line(record)
        for record in connector.read(LINES_TYPE, wanted, fields=LINE_ITEM_FIELDS)
        if record.gone is None
    }
    named = parties.find(
        context, sync, Side.HUBSPOT, [tie.id for some in people.values() for tie in some]
    )
    found: dict[str, dict[str, Value]] = {}
    for own in ids:
        contacts = [tie.id for tie in people[own]]
        found[own] = {
            CONTACTS: [*contacts],
            DEALS: [tie.id for tie in deals[own]],
            LINE_ITEMS: [lines[tie.id] for tie in ties[own] if tie.id in lines],
            CUSTOMER: _customer(contacts, named),
        }
    return found


def _line(record: Record) -> dict[str, Value]:
    """A line item in the form it is kept with its invoice."""
    return {"id": record.ref.id, **{name: record.get(name) for name in LINE_ITEM_FIELDS}}


def _sharing_a_payment(
    connector: AssociatingConnector, record_type: str, links: Sequence[RecordLink]
) -> Mapping[str, list[Value]]:
    """Other invoices that a payment of a new, paid one belongs to (ENGINE 3.3, last row)."""
    paid = [
        str(link.hubspot_id)
        for link in links
        if not link.is_linked and amount(store.seen(link, Side.HUBSPOT).get("hs_amount_paid"))
    ]
    if not paid:
        return {}
    payments = connector.ties(record_type, paid, "commerce_payments")
    ids = sorted({tie.id for some in payments.values() for tie in some})
    invoices = connector.ties("commerce_payments", ids, record_type) if ids else {}
    found: dict[str, list[Value]] = {}
    for own, some in payments.items():
        found[own] = [*sorted({one.id for tie in some for one in invoices[tie.id]} - {own})]
    return found


def _customer(contacts: Sequence[str], named: Mapping[str, Party]) -> str:
    if len(contacts) != 1:
        return ""
    return named[contacts[0]].id_on(Side.QUICKBOOKS)


# -- what changed though the invoice did not


def look_again(context: RunContext, *, force: bool = False, full: bool = False) -> bool:
    """Have invoices loaded anew whose lines, contacts or deals are not what was loaded.

    Args:
        context: The run.
        force: Read the line items' changes now, whatever the cadence says.
        full: Compare what is tied to every open invoice, too.

    Returns:
        Whether everything due was read; False when the slice was spent first.
    """
    sync = context.sync_of("invoices")
    if (
        sync is None
        or Side.HUBSPOT not in sync.definition.listed
        or not sync.config.direction.allows(Side.QUICKBOOKS)
    ):
        return True
    if ingest.is_sweep_due(context, Side.HUBSPOT, LINES_TYPE, full=full):
        _compare_all(context, sync)
        ingest.plan_sweep(context, Side.HUBSPOT, LINES_TYPE)
    return associated.follow(
        context, sync, LINES_TYPE, LINE_ITEM_FIELDS, _with_other_lines, force=force
    )


def _compare_all(context: RunContext, sync: ActiveSync) -> None:
    """Read what is tied to every open invoice; a line that is removed shows nowhere else."""
    # A paid or voided one takes no more changes in HubSpot.
    still = sync.definition.links.filter(
        hubspot_gone="", hubspot_seen__hs_invoice_status=OPEN, hubspot_seen__has_key=LOADED
    ).exclude(state=State.EXCLUDED)
    last = 0
    while chunk := list(still.filter(pk__gt=last).order_by("id")[:CHUNK]):
        last = chunk[-1].pk
        tied = _tied(context, sync, chunk)
        outdated = [link for link in chunk if _differs(link, tied[str(link.hubspot_id)])]
        with transaction.atomic():
            context.confirm()
            associated.wake(_forgotten(outdated), context.env.clock.now())


def _differs(link: RecordLink, tied: Mapping[str, Value]) -> bool:
    seen = store.seen(link, Side.HUBSPOT)
    return any(seen.get(name) != value for name, value in tied.items())


def _with_other_lines(
    links: Sequence[RecordLink], lines: Mapping[str, Sequence[Record]]
) -> list[RecordLink]:
    """The invoices whose line items are not as they were loaded."""
    return _forgotten(
        [
            link
            for link in links
            if LOADED in store.seen(link, Side.HUBSPOT)
            and any(_line(one) not in _lines_of(link) for one in lines[str(link.hubspot_id)])
        ]
    )


def _lines_of(link: RecordLink) -> list[Value]:
    told = store.seen(link, Side.HUBSPOT).get(LINE_ITEMS)
    return [*told] if isinstance(told, list) else []


def _forgotten(links: Sequence[RecordLink]) -> list[RecordLink]:
    """Let these be loaded anew when they are planned."""
    for link in links:
        store.put(link, "seen", Side.HUBSPOT, {**store.seen(link, Side.HUBSPOT), LOADED: ""})
    return [*links]
