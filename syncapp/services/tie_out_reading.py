"""Reads one month afresh from both sides, and puts beside it what the sync knows of each record.

Knows the fields of invoices and payments. Decides nothing about differences, writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from syncapp.connectors.base import AssociatingConnector, DatingConnector
from syncapp.core import dates
from syncapp.core.invoices.payments import ARRIVED
from syncapp.core.money import ZERO, amount
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.pairs.base import ObjectPair
from syncapp.core.pairs.invoices import DRAFT, VOIDED, status_of
from syncapp.core.reasons import State
from syncapp.core.records import Record
from syncapp.core.sides import Side
from syncapp.core.tie_out import Case, Coverage, Document, Kind, Known, Standing
from syncapp.core.values import Value, Values, text
from syncapp.models import AccountPair, RecordLink, SyncDefinition, SyncRun
from syncapp.services import store

OBJECTS = {Kind.INVOICE: "invoices", Kind.PAYMENT: "payments"}
DATED_BY = {
    (Kind.INVOICE, Side.HUBSPOT): "hs_invoice_date",
    (Kind.PAYMENT, Side.HUBSPOT): "hs_initiated_date",
    (Kind.INVOICE, Side.QUICKBOOKS): "TxnDate",
    (Kind.PAYMENT, Side.QUICKBOOKS): "TxnDate",
}
CREATED = {Side.HUBSPOT: "hs_createdate", Side.QUICKBOOKS: "MetaData.CreateTime"}
FIELDS: Mapping[Kind, Sequence[str]] = {
    Kind.INVOICE: (
        "hs_number", "hs_title", "hs_invoice_status", "hs_invoice_date", "hs_currency",
        "hs_amount_billed", "hs_amount_paid", "hs_balance_due", "hs_createdate",
        "hs_invoice_latest_contact_firstname", "hs_invoice_latest_contact_lastname",
        "hs_invoice_latest_company_name",
    ),
    Kind.PAYMENT: (
        "hs_initial_amount", "hs_initiated_date", "hs_currency_code", "hs_latest_status",
        "hs_customer_email", "hs_reference_number", "hs_createdate",
    ),
}  # fmt: skip
CHUNK = 500
Tell = Callable[[str], None]


@dataclass(slots=True)
class Month:
    """What is asked: one month of one account pair.

    Attributes:
        tell: Told before each step, for whoever waits.
    """

    pair: AccountPair
    first: date
    last: date
    connectors: Mapping[Side, DatingConnector]
    ties: AssociatingConnector
    tell: Tell = field(default=lambda _: None)

    @property
    def zone(self) -> ZoneInfo:
        """The company's calendar."""
        return dates.zone(self.pair.company_time_zone)


@dataclass(slots=True)
class _Customers:
    """Who the records belong to: a key that is the same for both sides, and a name."""

    names: dict[str, str] = field(default_factory=dict)
    of_invoice: dict[int, str] = field(default_factory=dict)

    def called(self, key: str, name: str) -> str:
        """Remember a customer's name; the first one stays."""
        self.names.setdefault(key, name or "?")
        return key


@dataclass(slots=True)
class _Seen:
    """One record: fresh values by side, and its link."""

    fresh: dict[Side, Record] = field(default_factory=dict)
    link: RecordLink | None = None


def coverage(pair: AccountPair) -> dict[Kind, Coverage]:
    """Whether a sync looks after invoices and payments."""
    return {kind: _covers(_definition(pair, kind)) for kind in Kind}


def _covers(definition: SyncDefinition | None) -> Coverage:
    if definition is None:
        return Coverage.NONE
    return Coverage.ON if definition.enabled else Coverage.OFF


def _definition(pair: AccountPair, kind: Kind) -> SyncDefinition | None:
    return SyncDefinition.objects.filter(
        pair=pair, object_type=OBJECTS[kind], deleted_at=None
    ).first()


def read(month: Month) -> list[Case]:
    """All invoices and payments dated in the month on either side.

    Raises:
        SyncError: A side could not be read to the end.
    """
    begun = _last_run(month.pair)
    found: dict[Kind, list[_Seen]] = {kind: _both_sides(month, kind) for kind in Kind}
    month.tell("Naming the customers")
    customers = _Customers()
    keys = {kind: _keys(month, kind, found[kind], customers) for kind in Kind}
    links = [one.link.pk for one in found[Kind.INVOICE] if one.link is not None]
    unposted = _unposted(month, links)
    return [
        _case(month, kind, one, key, customers, begun, unposted)
        for kind in Kind
        for one, key in zip(found[kind], keys[kind], strict=True)
    ]


def _last_run(pair: AccountPair) -> datetime | None:
    ended = SyncRun.objects.filter(pair=pair, state=SyncRun.State.FINISHED).order_by("-pk")
    return ended.values_list("started_at", flat=True).first()


# -- reading both sides


def _both_sides(month: Month, kind: Kind) -> list[_Seen]:
    config, definition = OBJECT_PAIRS[OBJECTS[kind]], _definition(month.pair, kind)
    listed = {side: _listed(month, kind, config, side) for side in Side}
    links = _links(month, definition, listed)
    for side in Side:
        known = {str(link.id_on(side)) for link in links if link.id_on(side) is not None}
        # Dated elsewhere on this side, or not in HubSpot's search index yet: read by id.
        missing = sorted(
            str(link.id_on(side))
            for link in links
            if link.id_on(side) in known - listed[side].keys() and not store.get(link, "gone", side)
        )
        listed[side] |= _by_id(month, kind, config, side, missing)
    taken: dict[Side, set[str]] = {side: set() for side in Side}
    found = []
    for link in links:
        one = _Seen(link=link)
        for side in Side:
            record = listed[side].get(str(link.id_on(side)))
            if record is not None:
                one.fresh[side] = record
                taken[side].add(record.ref.id)
        if one.fresh:
            found.append(one)
    for side in Side:
        alone = (record for key, record in listed[side].items() if key not in taken[side])
        found += [_Seen(fresh={side: record}) for record in alone]
    return found


def _listed(month: Month, kind: Kind, config: ObjectPair, side: Side) -> dict[str, Record]:
    month.tell(f"Reading {kind.value}s in {side.label}")
    records = month.connectors[side].dated(
        config.type(side),
        by=DATED_BY[kind, side],
        first=month.first,
        last=month.last,
        where=month.zone,
        fields=FIELDS[kind],
    )
    return _parts(config, side, records)


def _by_id(
    month: Month, kind: Kind, config: ObjectPair, side: Side, ids: Sequence[str]
) -> dict[str, Record]:
    if not ids:
        return {}
    whole = sorted({one.partition("/")[0] for one in ids})
    records = month.connectors[side].read(config.type(side), whole, fields=FIELDS[kind])
    parts = _parts(config, side, [one for one in records if one.gone is None])
    return {key: record for key, record in parts.items() if key in set(ids)}


def _parts(config: ObjectPair, side: Side, records: Iterable[Record]) -> dict[str, Record]:
    """Records by id; a payment of QuickBooks is one for each invoice it pays."""
    parts = (part for one in records for part in config.split(side, one))
    return {part.ref.id: part for part in parts}


def _links(
    month: Month,
    definition: SyncDefinition | None,
    listed: Mapping[Side, Mapping[str, Record]],
) -> list[RecordLink]:
    """The links of what was listed, and those whose last seen date lies in the month."""
    if definition is None:
        return []
    inside = definition.links.filter(document_date__range=(month.first, month.last))
    found = {link.pk: link for link in inside}
    for side in Side:
        ids = sorted(listed[side])
        for at in range(0, len(ids), CHUNK):
            rows = definition.links.filter(**{f"{side.value}_id__in": ids[at : at + CHUNK]})
            found |= {link.pk: link for link in rows}
    return [found[pk] for pk in sorted(found)]


# -- whose they are


def _keys(month: Month, kind: Kind, found: Sequence[_Seen], customers: _Customers) -> list[str]:
    """The customer of each record, QuickBooks' own where there is one."""
    if kind is Kind.INVOICE:
        told = _of_invoices(month, found, customers)
    else:
        told = [_of_payment(one, customers) for one in found]
    for one, key in zip(found, told, strict=True):
        if one.link is not None and kind is Kind.INVOICE:
            customers.of_invoice[one.link.pk] = key
    return told


def _of_invoices(month: Month, found: Sequence[_Seen], customers: _Customers) -> list[str]:
    alone = [one for one in found if Side.QUICKBOOKS not in one.fresh]
    ids = [one.fresh[Side.HUBSPOT].ref.id for one in alone]
    ties = month.ties.ties("invoices", ids, "contacts") if ids else {}
    contacts = {key: some[0].id for key, some in ties.items() if some}
    linked = _customers_of(month.pair, set(contacts.values()))
    keys = []
    for one in found:
        booked = one.fresh.get(Side.QUICKBOOKS)
        if booked is not None:
            keys.append(_booked(booked.values, customers))
            continue
        shown = one.fresh[Side.HUBSPOT]
        contact = contacts.get(shown.ref.id, "")
        customer, name = linked.get(contact, ("", _party(shown.values)))
        key = f"quickbooks {customer}" if customer else f"hubspot {contact or name}"
        keys.append(customers.called(key, name))
    return keys


def _booked(values: Values, customers: _Customers) -> str:
    customer = text(values.get("CustomerRef.value") or "")
    return customers.called(f"quickbooks {customer}", text(values.get("CustomerRef.name") or ""))


def _party(values: Values) -> str:
    """A customer's name as HubSpot shows it on an invoice."""
    return OBJECT_PAIRS["invoices"].summary(Side.HUBSPOT, values).party


def _customers_of(pair: AccountPair, contacts: set[str]) -> dict[str, tuple[str, str]]:
    """``{HubSpot contact: (QuickBooks customer or "", its name)}`` of contacts that are known."""
    definition = SyncDefinition.objects.filter(
        pair=pair, object_type="contacts", deleted_at=None
    ).first()
    if definition is None:
        return {}
    found: dict[str, tuple[str, str]] = {}
    ids = sorted(contacts - {""})
    for at in range(0, len(ids), CHUNK):
        for link in definition.links.filter(hubspot_id__in=ids[at : at + CHUNK]):
            booked = store.seen(link, Side.QUICKBOOKS)
            name = text(booked.get("DisplayName") or link.label)
            found[str(link.hubspot_id)] = (link.quickbooks_id or "", name)
    return found


def _of_payment(one: _Seen, customers: _Customers) -> str:
    booked = one.fresh.get(Side.QUICKBOOKS)
    if booked is not None:
        return _booked(booked.values, customers)
    invoice = one.link.parent if one.link is not None else None
    if invoice is not None:
        if invoice.pk in customers.of_invoice:
            return customers.of_invoice[invoice.pk]
        seen = store.seen(invoice, Side.QUICKBOOKS)
        if seen.get("CustomerRef.value"):
            return _booked(seen, customers)
    email = text(one.fresh[Side.HUBSPOT].get("hs_customer_email") or "")
    name = email or (invoice.party if invoice is not None else "")
    return customers.called(f"hubspot {name}", name)


# -- cases


def _case(
    month: Month,
    kind: Kind,
    one: _Seen,
    key: str,
    customers: _Customers,
    begun: datetime | None,
    unposted: Mapping[int, tuple[Decimal, str]],
) -> Case:
    home = home_currency(month)
    fresh = {
        side: document(kind, side, record.values, record.ref.id, where=month.zone, home=home)
        for side, record in one.fresh.items()
    }
    made = [_moment(record.get(CREATED[side])) for side, record in one.fresh.items()]
    known = _known(kind, one.link, where=month.zone, home=home) if one.link else None
    if known is not None and kind is Kind.INVOICE and known.link in unposted:
        sum_of, reason = unposted[known.link]
        known = replace(known, unposted=sum_of, unposted_reason=reason)
    return Case(
        kind=kind,
        customer=key,
        name=customers.names.get(key, "?"),
        fresh=fresh,
        known=known,
        is_new=begun is None or any(at is not None and at >= begun for at in made),
    )


def home_currency(month: Month) -> str:
    """The company's currency, which documents without one have."""
    return str(month.pair.quickbooks.details.get("currency") or "")


def _unposted(month: Month, invoices: Sequence[int]) -> dict[int, tuple[Decimal, str]]:
    """``{invoice's link: (what its unsettled payments make QuickBooks' balance greater, why)}``."""
    found: dict[int, tuple[Decimal, str]] = {}
    for at in range(0, len(invoices), CHUNK):
        payments = RecordLink.objects.filter(
            parent__in=invoices[at : at + CHUNK], definition__object_type=OBJECTS[Kind.PAYMENT]
        ).exclude(state=State.IN_SYNC)
        for link in payments.order_by("pk"):
            known = _known(Kind.PAYMENT, link, where=month.zone, home=home_currency(month))
            paid = {
                side: one.amount
                for side, one in known.seen.items()
                if one.standing is Standing.COUNTS and side not in known.gone
            }
            more = paid.get(Side.HUBSPOT, ZERO) - paid.get(Side.QUICKBOOKS, ZERO)
            so_far, reason = found.get(link.parent_id or 0, (ZERO, known.reason))
            found[link.parent_id or 0] = (so_far + more, reason)
    return found


def _known(kind: Kind, link: RecordLink, *, where: ZoneInfo, home: str) -> Known:
    seen = {
        side: document(kind, side, values, str(link.id_on(side)), where=where, home=home)
        for side in Side
        if (values := store.seen(link, side))
    }
    return Known(
        link=link.pk,
        state=State(link.state),
        code=link.code,
        reason=link.explanation,
        remedy=link.remedy,
        seen=seen,
        gone=frozenset(side for side in Side if store.get(link, "gone", side)),
    )


def document(
    kind: Kind, side: Side, values: Values, record_id: str, *, where: ZoneInfo, home: str
) -> Document:
    """A record as what is compared of it.

    Args:
        kind: Invoice or payment.
        side: Whose record it is.
        values: Its values there.
        record_id: Its id there.
        where: The company's time zone.
        home: The company's currency, which documents without one have.
    """
    day = text(dates.date_in(values.get(DATED_BY[kind, side]), where) or "")
    if kind is Kind.INVOICE and side is Side.HUBSPOT:
        return _invoice_of_hubspot(values, record_id, day, home)
    if kind is Kind.INVOICE:
        number = text(values.get("DocNumber") or "")
        return Document(
            record_id, number, day, _currency(values.get("CurrencyRef.value"), home),
            amount(values.get("TotalAmt")), amount(values.get("Balance")),
            Standing.VOIDED if status_of(values) == VOIDED else Standing.COUNTS,
        )  # fmt: skip
    if side is Side.HUBSPOT:
        arrived = values.get("hs_latest_status") in ARRIVED
        return Document(
            record_id, text(values.get("hs_reference_number") or ""), day,
            _currency(values.get("hs_currency_code"), home),
            amount(values.get("hs_initial_amount")),
            standing=Standing.COUNTS if arrived else Standing.NOT_ARRIVED,
        )  # fmt: skip
    return Document(
        record_id, text(values.get("PaymentRefNum") or ""), day,
        _currency(values.get("CurrencyRef.value"), home), amount(values.get("Amount")),
    )  # fmt: skip


def _invoice_of_hubspot(values: Values, record_id: str, day: str, home: str) -> Document:
    status = values.get("hs_invoice_status") or DRAFT
    total = amount(values.get("hs_amount_billed"))
    balance = values.get("hs_balance_due")
    if balance is None or balance == "":
        balance = str(total - amount(values.get("hs_amount_paid")))
    standing = {DRAFT: Standing.DRAFT, VOIDED: Standing.VOIDED}.get(str(status), Standing.COUNTS)
    return Document(
        record_id,
        text(values.get("hs_number") or values.get("hs_title") or ""),
        day,
        _currency(values.get("hs_currency"), home),
        total,
        amount(balance),
        standing,
    )


def _currency(told: Value, home: str) -> str:
    return text(told or home).upper()


def _moment(value: Value) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
