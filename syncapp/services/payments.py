"""What is known around payments, for their planner: their invoices, fresh balances, accounts.

Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast

from django.db import transaction

from syncapp.connectors.base import AssociatingConnector
from syncapp.core import dates
from syncapp.core.invoices.books import Books
from syncapp.core.invoices.payments import PaidInvoice, PaymentFacts, plan_note, plan_payment
from syncapp.core.money import amount
from syncapp.core.pairs.invoices import CONTACTS, DEALS
from syncapp.core.pairs.payments import INVOICES_OF, is_mirror
from syncapp.core.plan import ChangeOp, RecordPlan, Status
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.models import RecordLink
from syncapp.services import approvals, parts, store
from syncapp.services.bulk import save_changed
from syncapp.services.context import AS_IF_MADE, ActiveSync, RunContext
from syncapp.services.facts import Case
from syncapp.services.invoices import books, exchange_rate
from syncapp.services.store import LOADED

#: The id of an invoice that a count takes for made; nothing is ever sent with it.
NOT_MADE = "not made yet"


def load(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]
) -> Sequence[RecordLink]:
    """Learn which invoices payments of HubSpot belong to, and name the invoice of each payment."""
    changed = [
        link
        for link in links
        if store.needs_loading(link) and not is_mirror(store.seen(link, Side.HUBSPOT))
    ]
    if changed:
        connector = cast("AssociatingConnector", context.connectors[Side.HUBSPOT])
        ids = [str(link.hubspot_id) for link in changed]
        ties = connector.ties(sync.config.pair.type(Side.HUBSPOT), ids, "invoices")
        for link in changed:
            loaded: dict[str, Value] = {
                INVOICES_OF: [tie.id for tie in ties[str(link.hubspot_id)]],
                LOADED: link.hubspot_version,
            }
            store.put(link, "seen", Side.HUBSPOT, {**store.seen(link, Side.HUBSPOT), **loaded})
    adopted = _adopt(context, links)
    with transaction.atomic():
        context.confirm()
        save_changed(changed, ["hubspot_seen"])
        save_changed(adopted, ["parent"])
    return links


def _adopt(context: RunContext, links: Sequence[RecordLink]) -> list[RecordLink]:
    """Give payments without a parent the invoice they belong to, where it is known."""
    invoices = context.sync_of("invoices")
    orphans = [link for link in links if link.parent_id is None]
    if invoices is None or not orphans:
        return []
    known = {side: _by_id(invoices, side, orphans) for side in Side}
    adopted = []
    for link in orphans:
        found = [
            known[side][one] for side in Side for one in _invoice_ids(link, side)
            if one in known[side]
        ]  # fmt: skip
        if found:
            link.parent_id = found[0]
            adopted.append(link)
    return adopted


def _by_id(invoices: ActiveSync, side: Side, links: Sequence[RecordLink]) -> Mapping[str, int]:
    ids = {one for link in links for one in _invoice_ids(link, side)}
    column = f"{side.value}_id"
    return dict(
        invoices.definition.links.filter(**{f"{column}__in": ids}).values_list(column, "pk")
    )


def _invoice_ids(link: RecordLink, side: Side) -> list[str]:
    if side is Side.QUICKBOOKS:
        told = str(link.quickbooks_id or "").partition("/")[2]
        return [told] if told else []
    ids = store.seen(link, Side.HUBSPOT).get(INVOICES_OF)
    return [str(one) for one in ids] if isinstance(ids, list) else []


def plan(context: RunContext, sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, RecordPlan]:
    """Plan a chunk of payments; of several on one invoice only one is posted at a time."""
    company = books(context)
    invoices = _invoices(context, cases)
    plans: dict[int, RecordPlan] = {}
    gate = approvals.Gate(sync, cases)
    posting: dict[int, tuple[int, str]] = {}
    accounts = sync.config.options.get("clearing_accounts")
    chosen = {str(k): str(v) for k, v in accounts.items()} if isinstance(accounts, Mapping) else {}
    for case in cases:
        own = invoices.get(case.link.pk, ())
        around = PaymentFacts(
            books=company,
            invoices=own,
            ahead=next((posting[one.link] for one in own if one.link in posting), None),
            rate=_rate(context, case, company),
            accounts=chosen,
        )
        # One that waits for an approval keeps no other payment of its invoice waiting.
        made = gate.hold(case, plan_payment(case.state, sync.config, case.facts, around))
        plans[case.link.pk] = made
        if any(c.side is Side.QUICKBOOKS and c.op is ChangeOp.CREATE for c in made.changes):
            posting |= dict.fromkeys((one.link for one in own), (case.link.pk, case.link.label))
    return plans


def _rate(context: RunContext, case: Case, company: Books) -> str:
    if (
        not company.is_multicurrency
        or case.state.hubspot is None
        or case.state.quickbooks is not None
    ):
        return ""
    values = case.state.hubspot.values
    currency = str(values.get("hs_currency_code") or "")
    day = dates.as_date(values.get("hs_initiated_date"))
    if day is None or currency in {"", company.home_currency}:
        return ""
    return exchange_rate(context, currency, day)


def _invoices(context: RunContext, cases: Sequence[Case]) -> Mapping[int, tuple[PaidInvoice, ...]]:
    """The invoices of each payment, with what they are associated with."""
    parents = {c.link.pk: c.link.parent_id for c in cases if c.link.parent_id is not None}
    found = RecordLink.objects.in_bulk(list(parents.values()))
    more = _further(context, cases)
    to_post = [case.link.pk for case in cases if case.state.quickbooks is None]
    found |= RecordLink.objects.in_bulk([pk for some in more.values() for pk in some])
    wanted = {pk for one in to_post for pk in (*more.get(one, ()), parents.get(one)) if pk in found}
    _refresh(context, [found[pk] for pk in sorted(wanted)])
    links = RecordLink.objects.in_bulk(list(found))
    deals = _deals(context, list(links.values()))
    made = context.known.get(AS_IF_MADE, frozenset())
    paid = {pk: _paid(link, deals, is_made=pk in made) for pk, link in links.items()}
    told = {}
    for case in cases:
        own = [parents[case.link.pk]] if case.link.pk in parents else []
        pks = more.get(case.link.pk) or own
        told[case.link.pk] = tuple(paid[pk] for pk in pks if pk in paid)
    return told


def _further(context: RunContext, cases: Sequence[Case]) -> Mapping[int, list[int]]:
    """Payments of HubSpot that belong to several invoices: all of them."""
    invoices = context.sync_of("invoices")
    several = [
        case.link
        for case in cases
        if case.state.quickbooks is None and len(_invoice_ids(case.link, Side.HUBSPOT)) > 1
    ]
    if invoices is None or not several:
        return {}
    known = _by_id(invoices, Side.HUBSPOT, several)
    return {
        link.pk: [known[one] for one in _invoice_ids(link, Side.HUBSPOT) if one in known]
        for link in several
    }


def _refresh(context: RunContext, invoices: Sequence[RecordLink]) -> None:
    """Read the balances of invoices right before something is posted on them (ENGINE 3.5)."""
    sync = context.sync_of("invoices")
    ids = sorted({str(link.quickbooks_id) for link in invoices if link.quickbooks_id is not None})
    if sync is None or not ids:
        return
    records = context.connectors[Side.QUICKBOOKS].read("Invoice", ids, fields=())
    with transaction.atomic():
        context.confirm()
        parts.observe(context, sync, Side.QUICKBOOKS, records)


def _deals(context: RunContext, invoices: Sequence[RecordLink]) -> Mapping[str, list[str]]:
    """``{HubSpot invoice: its deals}``, read once in a run."""
    known: dict[str, list[str]] = context.known.setdefault("deals of invoices", {})
    ids = [str(link.hubspot_id) for link in invoices if link.hubspot_id and not link.hubspot_gone]
    missing = sorted({one for one in ids if one not in known})
    if missing:
        connector = cast("AssociatingConnector", context.connectors[Side.HUBSPOT])
        told = connector.ties("invoices", missing, "deals")
        contacts = connector.ties("invoices", missing, "contacts")
        known |= {one: [tie.id for tie in told[one]] for one in missing}
        people = context.known.setdefault("contacts of invoices", {})
        people |= {one: [tie.id for tie in contacts[one]] for one in missing}
    people = context.known.get("contacts of invoices", {})
    return {
        **{f"{DEALS}{one}": known[one] for one in ids},
        **{f"{CONTACTS}{one}": people.get(one, []) for one in ids},
    }


def _paid(link: RecordLink, ties: Mapping[str, list[str]], *, is_made: bool = False) -> PaidInvoice:
    """An invoice, as its payment sees it; in a count one may stand for made already."""
    unmade = NOT_MADE if is_made else ""
    status = None
    if link.state != State.IN_SYNC:
        status = Status(State(link.state), link.code, link.params)
    booked = store.seen(link, Side.QUICKBOOKS)
    return PaidInvoice(
        link=link.pk,
        label=str(link),
        hubspot_id="" if link.hubspot_gone else link.hubspot_id or unmade,
        quickbooks_id="" if link.quickbooks_gone else link.quickbooks_id or unmade,
        origin=link.origin if link.is_linked or link.hubspot_id else Side.QUICKBOOKS.value,
        status=status,
        balance=amount(booked.get("Balance")) if booked else link.amount if is_made else None,
        customer=str(booked.get("CustomerRef.value") or ""),
        currency=str(booked.get("CurrencyRef.value") or ""),
        contacts=tuple(ties.get(f"{CONTACTS}{link.hubspot_id}", ())),
        deals=tuple(ties.get(f"{DEALS}{link.hubspot_id}", ())),
    )


def plan_notes(
    context: RunContext, sync: ActiveSync, cases: Sequence[Case]
) -> Mapping[int, RecordPlan]:
    """Plan a chunk of notes about payments."""
    invoices = _invoices_of_notes(context, cases)
    return {
        case.link.pk: plan_note(case.state, sync.config, invoices.get(case.link.pk))
        for case in cases
    }


def _invoices_of_notes(context: RunContext, cases: Sequence[Case]) -> Mapping[int, PaidInvoice]:
    sync = context.sync_of("invoices")
    if sync is None:
        return {}
    known = _by_id(sync, Side.QUICKBOOKS, [case.link for case in cases])
    links = RecordLink.objects.in_bulk(list(known.values()))
    ties = _deals(context, list(links.values()))
    of: defaultdict[int, list[PaidInvoice]] = defaultdict(list)
    for case in cases:
        for one in _invoice_ids(case.link, Side.QUICKBOOKS):
            if one in known:
                of[case.link.pk].append(_paid(links[known[one]], ties))
    return {pk: some[0] for pk, some in of.items()}
