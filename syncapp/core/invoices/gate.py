"""What an invoice made in HubSpot must pass before it goes to QuickBooks (ENGINE 3.3, 3.4).

The first failing row of the table wins. What passes comes out as the fields QuickBooks is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from syncapp.core.invoices.facts import InvoiceFacts, Party
from syncapp.core.invoices.lines import (
    BilledLine,
    BookedLine,
    Goods,
    billed,
    discount,
    piece,
    to_booked,
)
from syncapp.core.money import ZERO, amount, rounded, shown
from syncapp.core.plan import FieldChange, RecordPlan, Status, because, needs
from syncapp.core.planner import Observed, SyncConfig, mapped_values
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values, text

#: Keys of the base snapshot that belong to no field mapping.
LINES_BASE, CUSTOMER_BASE, CONTACT_BASE = "lines", "customer", "contact"
NUMBER_KEY = "hs_number:DocNumber"
NUMBER_LIMIT = 21
MOST_LINES = 750


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of an invoice in the form QuickBooks is sent, with what they are made from."""

    source: tuple[Mapping[str, Value], ...]
    sent: tuple[Mapping[str, Value], ...]


def party_on(party: Party, side: Side, noun: str) -> str | RecordPlan:
    """The id of a contact or customer on a side; or what to do until it is there (ENGINE 2.7)."""
    known = party.id_on(side)
    if known:
        return known
    record = f"the {noun} “{party.label}”"
    status = party.status
    if status is not None and status.state is State.EXCLUDED and party.can_be_created:
        wants = () if party.link is None else (party.link,)
        return RecordPlan(because("waits_for", record=record), waits_on=party.link, wants=wants)
    if status is None or status.state is State.WAITING:
        return RecordPlan(because("waits_for", record=record), waits_on=party.link)
    return RecordPlan(needs(record, status), waits_on=party.link)


def only_party(facts: InvoiceFacts) -> Party | Status:
    """The one contact an invoice in HubSpot is billed to (S17a)."""
    if not facts.parties:
        return because("inv_no_customer", detail="It has no contact.")
    if len(facts.parties) > 1:
        names = ", ".join(party.label for party in facts.parties)
        return because("inv_no_customer", detail=f"It has several: {names}.")
    return facts.parties[0]


def check(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    """The first row of the gate that fails; customer and lines are looked at by themselves."""
    for row in _ROWS:
        failed = row(values, config, facts)
        if failed is not None:
            return failed
    return None


def creation(seen: Observed, config: SyncConfig, facts: InvoiceFacts) -> (
    tuple[FieldChange, ...] | RecordPlan
):  # fmt: skip
    """What QuickBooks is sent for a new invoice, or why nothing is."""
    values = seen.values
    for row in _BEFORE_CUSTOMER:
        failed = row(values, config, facts)
        if failed is not None:
            return RecordPlan(failed)
    party = only_party(facts)
    if isinstance(party, Status):
        return RecordPlan(party)
    customer = party_on(party, Side.QUICKBOOKS, "customer")
    if isinstance(customer, RecordPlan):
        return customer
    failed = check(values, config, facts)
    if failed is not None:
        return RecordPlan(failed)
    lines = outbound_lines(values, facts)
    if isinstance(lines, Status):
        return RecordPlan(lines)
    return (
        FieldChange(
            "CustomerRef.value", None, customer, mapping=CUSTOMER_BASE,
            source=party.id_on(Side.HUBSPOT),
        ),
        *_number(seen, config),
        *_currency(values, facts),
        *(c for c in mapped_values(seen, config, Side.QUICKBOOKS) if c.mapping != NUMBER_KEY),
        FieldChange("PrivateNote", None, f"HubSpot invoice {text(values.get('hs_number') or '')}"),
        FieldChange("Line", None, lines.sent, mapping=LINES_BASE, source=lines.source),
    )  # fmt: skip


def _number(seen: Observed, config: SyncConfig) -> tuple[FieldChange, ...]:
    if config.options.get("number") != "hubspot":
        return ()
    found = mapped_values(seen, config, Side.QUICKBOOKS)
    return tuple(change for change in found if change.mapping == NUMBER_KEY)


def _currency(values: Values, facts: InvoiceFacts) -> tuple[FieldChange, ...]:
    if not facts.books.is_multicurrency:
        return ()
    currency = _currency_of(values)
    told = [FieldChange("CurrencyRef.value", None, currency)]
    if currency != facts.books.home_currency:
        told.append(FieldChange("ExchangeRate", None, facts.rate))
    return tuple(told)


# -- lines


def outbound_lines(
    values: Values, facts: InvoiceFacts, kept: Mapping[str, BookedLine] | None = None
) -> Lines | Status:
    """The lines QuickBooks is sent, or why there are none.

    Args:
        values: The invoice in HubSpot.
        facts: What is known around it.
        kept: ``{line item id: its line in QuickBooks}`` whose id and service date stay.
    """
    currency = _currency_of(values)
    before = kept or {}
    sent: list[Mapping[str, Value]] = []
    lines = billed(values)
    for line in lines:
        goods = _goods(line, facts)
        if isinstance(goods, Status):
            return goods
        known = before.get(line.id)
        made = to_booked(line, goods, currency, service_date=known.service_date if known else "")
        if made is None:
            return because("inv_qty_price", line=line.name)
        sent.append({"Id": known.id, **made} if known and known.id else made)
    extra = _adjustments(values, facts, currency)
    if isinstance(extra, Status):
        return extra
    return Lines(tuple(line.as_json for line in lines), (*sent, *extra))


def _goods(line: BilledLine, facts: InvoiceFacts) -> Goods | Status:
    goods = facts.products.get(line.id)
    if goods is None or not goods.is_active:
        # An inactive item cannot be sold; the line is still worth its amount.
        return _custom(facts)
    if goods.is_taxable:
        return because("inv_taxable_item", what=f"The item “{goods.name}”")
    return goods


def _custom(facts: InvoiceFacts) -> Goods | Status:
    found = facts.custom_item
    return found.goods or because("inv_income_account", detail=found.problem)


def _discounting(facts: InvoiceFacts) -> Goods | Status:
    found = facts.discount_item
    return found.goods or because("inv_discount_account", detail=found.problem)


def _adjustments(
    values: Values, facts: InvoiceFacts, currency: str
) -> tuple[Mapping[str, Value], ...] | Status:
    """Fees and discounts of the whole invoice."""
    told: list[Mapping[str, Value]] = []
    fees = rounded(amount(values.get("hs_fees_total")), currency)
    given = rounded(amount(values.get("hs_discounts_total")), currency)
    if fees:
        goods = _custom(facts)
        if isinstance(goods, Status):
            return goods
        told.append(piece(goods, fees, "Fees"))
    if given and facts.books.allows_discounts:
        told.append(discount(given))
    elif given:
        goods = _discounting(facts)
        if isinstance(goods, Status):
            return goods
        told.append(piece(goods, -given, "Discount"))
    return tuple(told)


# -- the rows


def _currency_of(values: Values) -> str:
    return str(values.get("hs_currency") or "")


def _country(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del values, config
    if facts.books.needs_tax_codes:
        return because("inv_non_us", country=facts.books.country or "country unknown")
    return None


def _tax(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del config, facts
    tax = amount(values.get("hs_taxes_total"))
    if tax:
        return because("inv_tax_in_hubspot", tax=shown(tax, _currency_of(values)))
    return None


def _confirmed(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del values, facts
    return None if config.options.get("not_taxable") else because("inv_not_taxable")


def _customer_currency(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del config
    currency, home = _currency_of(values), facts.books.home_currency
    if not facts.books.is_multicurrency:
        if currency and home and currency != home:
            return because(
                "inv_currency", currency=currency,
                detail=f"QuickBooks keeps its books in {home} only.",
            )  # fmt: skip
        return None
    party = only_party(facts)
    if isinstance(party, Status):
        return party
    theirs = party.currency or home
    if currency != theirs:
        return because(
            "inv_currency", currency=currency,
            detail=f"the customer “{party.label}” is billed in {theirs} in QuickBooks.",
        )  # fmt: skip
    if currency != home and not facts.rate:
        return because("inv_no_rate", currency=currency, date=_date(values))
    return None


def _taxable_customer(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    """Whether to hold it is the company's choice: QuickBooks makes every new customer taxable."""
    del values
    party = only_party(facts)
    if not config.options.get("hold_taxable") or isinstance(party, Status) or not party.is_taxable:
        return None
    return because("inv_taxable_item", what=f"The customer “{party.label}”")


def _date(values: Values) -> str:
    return str(values.get("hs_invoice_date") or "")


def _period(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del config
    return period_of(_date(values), facts)


def period_of(day: str, facts: InvoiceFacts) -> Status | None:
    """Why nothing may be posted on a day; None when it may."""
    if facts.books.is_closed(day):
        return because("inv_period_closed", date=day, closed=facts.books.closed_through)
    return None


def _service_dates(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del values, config
    return because("inv_service_date") if facts.books.recognises_revenue else None


def _number_fits(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    if config.options.get("number") != "hubspot":
        return None
    number = text(values.get("hs_number") or "")
    if len(number) > NUMBER_LIMIT:
        return because("inv_number_too_long", number=number)
    if facts.number_owner:
        return because(
            "number_in_use", side=Side.QUICKBOOKS.label, value=number,
            detail=f"It is {facts.number_owner}.",
        )  # fmt: skip
    return None


def _shape(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del config, facts
    count = len(billed(values))
    if not count:
        return because("inv_shape", detail="it has no lines.")
    if count > MOST_LINES:
        return because("inv_shape", detail=f"it has {count} lines; {MOST_LINES} are allowed.")
    if amount(values.get("hs_amount_billed")) < 0:
        return because("inv_shape", detail="its total is negative; enter a credit memo instead.")
    return None


def computed_total(values: Values) -> Decimal:
    """What the parts of an invoice in HubSpot add up to, without tax."""
    currency = _currency_of(values)
    lines = sum((rounded(line.amount, currency) for line in billed(values)), ZERO)
    fees, given = (amount(values.get(f"hs_{name}_total")) for name in ("fees", "discounts"))
    return lines + rounded(fees, currency) - rounded(given, currency)


def _total(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del config, facts
    told, made = amount(values.get("hs_amount_billed")), computed_total(values)
    if told != made:
        currency = _currency_of(values)
        return because("inv_totals", computed=shown(made, currency), total=shown(told, currency))
    return None


def _duplicate(values: Values, config: SyncConfig, facts: InvoiceFacts) -> Status | None:
    del values, config
    return because("inv_possible_duplicate", other=facts.twin) if facts.twin else None


_Row = Callable[[Values, SyncConfig, InvoiceFacts], "Status | None"]
_BEFORE_CUSTOMER: Sequence[_Row] = (_country, _tax, _confirmed)
_ROWS: Sequence[_Row] = (
    _taxable_customer,
    _customer_currency,
    _period,
    _service_dates,
    _number_fits,
    _shape,
    _total,
    _duplicate,
)
