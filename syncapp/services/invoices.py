"""What is known around invoices, for their planner.

What a HubSpot invoice is associated with is read along in ``invoice_associates.py``. Decides
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from syncapp.connectors.base import BookkeepingConnector
from syncapp.core import dates
from syncapp.core.invoices.books import Books
from syncapp.core.invoices.facts import (
    CUSTOM_ITEM,
    DISCOUNT_ITEM,
    InvoiceFacts,
    Substitute,
)
from syncapp.core.invoices.lines import BilledLine, Goods, billed
from syncapp.core.invoices.plan import plan_invoice
from syncapp.core.money import ZERO, amount
from syncapp.core.pairs.invoices import CONTACTS, CUSTOMER, SHARES_PAYMENT
from syncapp.core.plan import RecordPlan, Status
from syncapp.core.planner import LinkState
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.values import Values
from syncapp.models import Cursor
from syncapp.services import connections, goods, invoice_lines, parties, store
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.facts import Case

#: How old what is known of the books may be.
BOOKS_AGE = timedelta(hours=1)


def plan(context: RunContext, sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, RecordPlan]:
    """Plan a chunk of invoices."""
    gathered = _Around(context, sync, cases)
    return {
        case.link.pk: plan_invoice(case.state, sync.config, case.facts, gathered.of(case))
        for case in cases
    }


def books(context: RunContext) -> Books:
    """What the company's books allow, read anew when it is older than an hour."""
    connection = context.pair.quickbooks
    read_at = connection.details_read_at
    if read_at is None or read_at < context.env.clock.now() - BOOKS_AGE:
        connections.refresh_details(connection, env=context.env)
    return Books.from_details(connection.details)


class _Around:
    """What is known around the invoices of a chunk, gathered in a few queries."""

    def __init__(self, context: RunContext, sync: ActiveSync, cases: Sequence[Case]) -> None:
        self._context, self._sync = context, sync
        self._books = books(context)
        where = dates.zone(sync.config.time_zone)
        self._today = context.env.clock.now().astimezone(where).date().isoformat()
        states = [case.state for case in cases]
        self._contacts = parties.find(
            context, sync, Side.HUBSPOT, [one for s in states for one in _contact_ids(s)]
        )
        self._customers = parties.find(
            context, sync, Side.QUICKBOOKS, [_customer_id(s) for s in states]
        )
        ours = [s for s in states if s.origin != Side.QUICKBOOKS.value and s.hubspot is not None]
        lines = [line for s in ours if s.hubspot for line in billed(s.hubspot.values)]
        self._goods: Mapping[str, Goods] = goods.of_lines(context, lines) if lines else {}
        self._numbers = _number_owners(sync, cases)
        self._twins = _twins(sync, cases)
        self._lines = invoice_lines.states(cases)
        self._unseen = invoice_lines.unseen(context, sync, cases)
        self._applied = _applied(context, cases)
        self._removed = _removed(context, cases)
        self._payments_read_at = _payments_read_at(context)

    def of(self, case: Case) -> InvoiceFacts:
        """The facts of one invoice."""
        state = case.state
        open_lines, failing = self._lines.get(case.link.pk, (0, None))
        open_lines += self._unseen.get(case.link.pk, 0)
        customer = self._customers.get(_customer_id(state))
        shared = InvoiceFacts(
            books=self._books,
            today=self._today,
            parties=(customer,) if customer else (),
            lines_open=open_lines,
            lines_failing=failing,
            explained=self._explained(case),
            payment_removed=self._removed.get(case.link.pk),
            payments_behind=self._is_ahead(state),
        )
        if state.origin == Side.QUICKBOOKS.value or state.hubspot is None:
            return shared
        values = state.hubspot.values
        lines = billed(values)
        return InvoiceFacts(
            books=self._books,
            today=self._today,
            parties=tuple(self._contacts[one] for one in _contact_ids(state)),
            booked_party=customer,
            products={line.id: self._goods[line.id] for line in lines if line.id in self._goods},
            custom_item=self._custom_item(lines, values),
            discount_item=self._discount_item(values),
            number_owner=self._numbers.get(case.link.pk, ""),
            twin=self._twins.get(case.link.pk, ""),
            explained=shared.explained,
            payment_removed=shared.payment_removed,
            payments_behind=shared.payments_behind,
            rate=self._rate(values),
        )

    def _explained(self, case: Case) -> Decimal | None:
        """What known payments, credits and deposits take off its balance in QuickBooks."""
        if self._applied is None or case.state.quickbooks is None:
            return None
        deposit = amount(case.state.quickbooks.values.get("Deposit"))
        return self._applied.get(case.link.pk, ZERO) + deposit

    def _is_ahead(self, state: LinkState) -> bool:
        """Whether it changed in QuickBooks after its payments were last read."""
        if self._payments_read_at is None or state.quickbooks is None:
            return False
        changed = str(state.quickbooks.values.get("MetaData.LastUpdatedTime") or "")
        try:
            return datetime.fromisoformat(changed) >= self._payments_read_at
        except ValueError:
            return False

    @property
    def _is_outbound(self) -> bool:
        """Whether anything of an invoice may be written to QuickBooks, its items included."""
        return self._sync.config.direction.allows(Side.QUICKBOOKS)

    def _custom_item(self, lines: Sequence[BilledLine], values: Values) -> Substitute:
        needs = amount(values.get("hs_fees_total")) or any(
            line.id not in self._goods or not self._goods[line.id].is_active for line in lines
        )
        if not needs or self._books.needs_tax_codes or not self._is_outbound:
            return Substitute()
        account = str(self._sync.config.options.get("income_account") or "")
        return goods.substitute(self._context, self._sync, CUSTOM_ITEM, account)

    def _discount_item(self, values: Values) -> Substitute:
        is_given = amount(values.get("hs_discounts_total"))
        if self._books.allows_discounts or not is_given or not self._is_outbound:
            return Substitute()
        account = str(self._sync.config.options.get("discount_account") or "")
        return goods.substitute(self._context, self._sync, DISCOUNT_ITEM, account)

    def _rate(self, values: Values) -> str:
        currency = str(values.get("hs_currency") or "")
        if not self._books.is_multicurrency or currency in {"", self._books.home_currency}:
            return ""
        day = dates.as_date(values.get("hs_invoice_date"))
        return exchange_rate(self._context, currency, day) if day else ""


def exchange_rate(context: RunContext, currency: str, day: date) -> str:
    """What one unit of a currency was worth on a day; asked once per run."""
    key = f"rate {currency} {day}"
    if key not in context.known:
        connector = cast("BookkeepingConnector", context.connectors[Side.QUICKBOOKS])
        context.known[key] = connector.exchange_rate(currency, day)
    return str(context.known[key])


def _contact_ids(state: LinkState) -> list[str]:
    if state.hubspot is None or state.origin == Side.QUICKBOOKS.value:
        return []
    told = state.hubspot.values.get(CONTACTS)
    return [str(one) for one in told] if isinstance(told, list) else []


def _customer_id(state: LinkState) -> str:
    if state.quickbooks is None:
        return ""
    return str(state.quickbooks.values.get("CustomerRef.value") or "")


def _number_owners(sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, str]:
    """Who has the number that a new invoice would take in QuickBooks."""
    wanted = {
        case.link.pk: case.link.number
        for case in cases
        if case.state.quickbooks is None and case.link.number
    }
    owners = {
        row.number: row
        for row in sync.definition.links.filter(
            number__in=set(wanted.values()), quickbooks_id__isnull=False
        ).exclude(quickbooks_gone="deleted")
        if store.seen(row, Side.QUICKBOOKS).get("DocNumber") == row.number
    }
    return {
        pk: f"invoice {number} of {owners[number].party} (id {owners[number].quickbooks_id})"
        for pk, number in wanted.items()
        if number in owners and owners[number].pk != pk
    }


def _twins(sync: ActiveSync, cases: Sequence[Case]) -> Mapping[int, str]:
    """Of new invoices: the one in QuickBooks with the same payment, customer and total."""
    shared = {
        case.link.pk: ids
        for case in cases
        if case.state.quickbooks is None
        and (ids := store.seen(case.link, Side.HUBSPOT).get(SHARES_PAYMENT))
        and isinstance(ids, list)
    }
    every = {str(one) for ids in shared.values() for one in ids}
    booked = sync.definition.links.filter(hubspot_id__in=every, quickbooks_id__isnull=False)
    found = {str(row.hubspot_id): row for row in booked} if every else {}
    told = {}
    for case in cases:
        own = store.seen(case.link, Side.HUBSPOT)
        for other in shared.get(case.link.pk, ()):
            row = found.get(str(other))
            if row is None:
                continue
            theirs = store.seen(row, Side.HUBSPOT)
            if all(own.get(name) == theirs.get(name) for name in (CUSTOMER, "hs_amount_billed")):
                told[case.link.pk] = f"invoice {row.number} (id {row.quickbooks_id})"
    return told


def _applied(context: RunContext, cases: Sequence[Case]) -> Mapping[int, Decimal] | None:
    """What the allocations we know take off each invoice; None before all of them were read."""
    payments = context.sync_of("payments")
    if payments is None or Side.QUICKBOOKS not in payments.definition.listed:
        return None
    rows = payments.definition.links.filter(
        parent__in=[case.link.pk for case in cases],
        quickbooks_id__isnull=False,
        quickbooks_gone="",
    ).values_list("parent_id", "quickbooks_seen")
    found: dict[int, Decimal] = {}
    for parent, seen in rows:
        found[parent] = found.get(parent, ZERO) + amount((seen or {}).get("Amount"))
    return found


def _removed(context: RunContext, cases: Sequence[Case]) -> Mapping[int, Status]:
    """Why a payment of an invoice that QuickBooks took back waits for a person, by invoice."""
    payments = context.sync_of("payments")
    if payments is None:
        return {}
    code = "inv_payment_removed_in_qbo"
    rows = payments.definition.links.filter(
        parent__in=[case.link.pk for case in cases], state=State.FAILING, code=code
    ).order_by("-pk")
    return {
        int(parent): Status(State.FAILING, code, params)
        for parent, params in rows.values_list("parent_id", "params")
    }


def _payments_read_at(context: RunContext) -> datetime | None:
    """When QuickBooks' payments were last read, by its own clock."""
    payments = context.sync_of("payments")
    if payments is None:
        return None
    side = Side.QUICKBOOKS
    stream = payments.config.pair.type(side)
    rows = Cursor.objects.filter(pair=context.pair, side=side.value, stream=stream)
    return rows.values_list("position", flat=True).first()


def judge_balances_again(context: RunContext) -> None:
    """Plan again the invoices whose payments were not read yet."""
    sync = context.sync_of("invoices")
    if sync is not None:
        waiting = sync.definition.links.filter(code="payments_unread", next_at=None)
        waiting.update(next_at=context.env.clock.now())
