"""The plan of one payment, each as a fact of its own (ENGINE 3.5, S24-S26).

A payment is never inferred from a balance. QuickBooks' allocations are shown on the HubSpot
invoice; what HubSpot collected is posted with its real date to the chosen account. Money that
moved back (refunds, bounced checks, disputes) is told and left to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from syncapp.core.invoices import notes
from syncapp.core.invoices.books import Books
from syncapp.core.money import ZERO, amount, plain, shown
from syncapp.core.pairs.invoices import PROCESSORS
from syncapp.core.pairs.payments import SUCCEEDED, is_mirror, was_collected_in_hubspot
from syncapp.core.plan import (
    IN_SYNC,
    TIES,
    Change,
    ChangeOp,
    FieldChange,
    RecordPlan,
    Status,
    because,
    needs,
)
from syncapp.core.planner import (
    Facts,
    LinkState,
    Observed,
    SyncConfig,
    mapped_values,
    merge_record,
)
from syncapp.core.reasons import State
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values, text

#: Statuses of a payment whose money did arrive, whatever became of it later.
ARRIVED = frozenset(
    {
        SUCCEEDED,
        "partially_refunded",
        "refunded",
        "processing_refund",
        "disputed_won",
        "disputed_lost",
        "disputed_action_required",
        "disputed_awaiting_decision",
    }
)
_DISPUTED = frozenset({"disputed_lost", "failed"})
REFERENCE_LIMIT = 21
PARTY_AND_MONEY = "payment"
#: Key of the base: what was posted of a payment that is more than its invoice owed.
APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """The invoice a payment belongs to.

    Attributes:
        link: Its record link.
        origin: Where it was made; "both" when it was matched.
        status: The state of its link; None while it is in sync.
        balance: What QuickBooks shows as open, just read.
    """

    link: int
    label: str
    hubspot_id: str = ""
    quickbooks_id: str = ""
    origin: str = ""
    status: Status | None = None
    balance: Decimal | None = None
    customer: str = ""
    currency: str = ""
    contacts: tuple[str, ...] = ()
    deals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What is known around one payment.

    Attributes:
        invoices: The invoices it belongs to; one of QuickBooks has one, its allocation's.
        ahead: Another payment of the same invoice that is posted first: ``(link, label)``.
        rate: The exchange rate of its date; "" when nobody has said.
    """

    books: Books
    invoices: tuple[PaidInvoice, ...] = ()
    ahead: tuple[int, str] | None = None
    rate: str = ""
    accounts: Mapping[str, str] = field(default_factory=dict)


def plan_payment(
    link: LinkState, config: SyncConfig, facts: Facts, around: PaymentFacts
) -> RecordPlan:
    """Decide one payment."""
    if facts.excluded_by is not None:
        who, note = facts.excluded_by
        return RecordPlan(because("by_person", who=who, note=note), base=link.base)
    for side in Side:
        if side not in facts.listed:
            return RecordPlan(because("listing", side=side.label), base=link.base)
    if link.is_linked:
        return _plan_linked(link, config, around)
    if link.quickbooks is not None:
        return _show(link, link.quickbooks, config, around)
    assert link.hubspot is not None  # noqa: S101 - a link holds at least one side
    return _post(link, link.hubspot, config, around)


# -- both sides know it


def _plan_linked(link: LinkState, config: SyncConfig, around: PaymentFacts) -> RecordPlan:
    assert link.hubspot is not None and link.quickbooks is not None  # noqa: S101, PT018
    here, there = link.hubspot, link.quickbooks
    invoice = around.invoices[0] if around.invoices else None
    is_ours = link.origin == Side.QUICKBOOKS.value  # the one in HubSpot is our mirror
    if here.gone:
        if is_ours or there.gone:
            return RecordPlan(
                because("gone", side=Side.HUBSPOT.label, how=here.gone), base=link.base
            )
        return RecordPlan(because("pay_removed_in_hubspot", amount=_money(there)), base=link.base)
    if there.gone:
        return _removed(link, here, there, invoice, is_ours=is_ours)
    if not is_ours:
        return RecordPlan(_posted(link, here, there), base=link.base)
    if not config.direction.allows(Side.HUBSPOT):
        return RecordPlan(because("direction", side=Side.QUICKBOOKS.label), base=link.base)
    now, was = amount(there.values.get("Amount")), amount(here.values.get("hs_initial_amount"))
    if now < was and invoice is not None and invoice.origin == Side.HUBSPOT.value:
        lowered = _taken_back(here, _money(there))
        if lowered != link.answered:
            return RecordPlan(lowered, base=link.base)
    merged = merge_record(link, config, lambda _: Direction.TO_HUBSPOT)
    return RecordPlan(IN_SYNC, merged.updates, merged.base)


def _removed(
    link: LinkState, here: Observed, there: Observed, invoice: PaidInvoice | None, *, is_ours: bool
) -> RecordPlan:
    """QuickBooks does not have it any more: the mirror follows, or a person decides (S22)."""
    taken_back = _taken_back(here, "nothing")
    is_followed = invoice is None or invoice.origin != Side.HUBSPOT.value
    if is_ours and (is_followed or taken_back == link.answered):
        removed = because("gone", side=Side.QUICKBOOKS.label, how=there.gone)
        return RecordPlan(removed, (Change(Side.HUBSPOT, ChangeOp.ARCHIVE, ()),), link.base)
    return RecordPlan(taken_back, base=link.base)


def _posted(link: LinkState, here: Observed, there: Observed) -> Status:
    """A payment that HubSpot collected and QuickBooks has."""
    status = str(here.values.get("hs_latest_status") or "")
    refunded = amount(here.values.get("hs_refunds_amount"))
    currency = str(here.values.get("hs_currency_code") or "")
    gross = amount(here.values.get("hs_initial_amount"))
    if status in _DISPUTED:
        return because("pay_lost", amount=shown(gross, currency), status=status.replace("_", " "))
    if refunded or status in {"refunded", "partially_refunded"}:
        return because("pay_refunded", amount=shown(refunded or gross, currency))
    known = link.base.get(APPLIED)  # a person had it posted although less was open
    if amount(there.values.get("Applied")) < (gross if known is None else amount(known.hubspot)):
        return _taken_back(here, _money(there))
    return IN_SYNC


def _taken_back(here: Observed, now: str) -> Status:
    currency = str(here.values.get("hs_currency_code") or "")
    before = shown(amount(here.values.get("hs_initial_amount")), currency)
    return because("inv_payment_removed_in_qbo", before=before, now=now)


def _money(there: Observed) -> str:
    currency = str(there.values.get("CurrencyRef.value") or "")
    return shown(amount(there.values.get("Amount")), currency)


# -- QuickBooks -> HubSpot


def _show(link: LinkState, seen: Observed, config: SyncConfig, around: PaymentFacts) -> RecordPlan:
    """Show an allocation on the HubSpot invoice, its contact and its deals."""
    if seen.gone:
        return RecordPlan(
            because("gone", side=Side.QUICKBOOKS.label, how=seen.gone), base=link.base
        )
    if was_collected_in_hubspot(seen.values):
        return RecordPlan(because("pay_from_hubspot"), base=link.base)
    if not config.direction.allows(Side.HUBSPOT):
        return RecordPlan(because("direction", side=Side.QUICKBOOKS.label), base=link.base)
    if not around.invoices:
        return RecordPlan(because("pay_invoice_not_synced"), base=link.base)
    invoice = around.invoices[0]
    if not invoice.hubspot_id:
        return _until_synced(invoice, link)
    currency = seen.values.get("CurrencyRef.value") or around.books.home_currency
    ties: list[dict[str, Value]] = [{"type": "invoices", "id": invoice.hubspot_id}]
    ties += [{"type": "contacts", "id": one} for one in invoice.contacts]
    ties += [{"type": "deals", "id": one} for one in invoice.deals]
    fields = (
        *mapped_values(seen, config, Side.HUBSPOT),
        FieldChange("hs_latest_status", None, SUCCEEDED),
        FieldChange("hs_processor_type", None, "quickbooks"),
        FieldChange("hs_currency_code", None, currency),
        FieldChange(TIES, None, ties),
    )
    return RecordPlan(IN_SYNC, (Change(Side.HUBSPOT, ChangeOp.CREATE, fields),), link.base)


def _until_synced(invoice: PaidInvoice, link: LinkState) -> RecordPlan:
    """What a payment does until its invoice is on the other side."""
    record, status = f"the invoice “{invoice.label}”", invoice.status
    if status is not None and status.state is State.EXCLUDED:
        return RecordPlan(because("pay_invoice_not_synced"), base=link.base, waits_on=invoice.link)
    if status is not None and status.state is State.FAILING:
        return RecordPlan(needs(record, status), base=link.base, waits_on=invoice.link)
    waiting = because("waits_for", record=record)
    return RecordPlan(waiting, base=link.base, waits_on=invoice.link)


# -- HubSpot -> QuickBooks


def _post(link: LinkState, seen: Observed, config: SyncConfig, around: PaymentFacts) -> RecordPlan:
    """Post a payment that HubSpot collected."""
    reason = _why_not_posted(seen, config, around)
    if reason is not None:
        return RecordPlan(reason, base=link.base)
    missing = next((one for one in around.invoices if not one.quickbooks_id), None)
    if missing is not None:
        return _until_synced(missing, link)
    if around.ahead is not None:  # both count on one balance
        other, label = around.ahead
        waiting = because("waits_for", record=f"the payment “{label}”")
        return RecordPlan(waiting, base=link.base, waits_on=other)
    refused = _check(seen.values, around)
    if refused is not None and not (refused == link.answered and _can_be_applied(around)):
        return RecordPlan(refused, base=link.base)
    fields = _booked(seen.values, around)
    return RecordPlan(IN_SYNC, (Change(Side.QUICKBOOKS, ChangeOp.CREATE, fields),), link.base)


def _why_not_posted(seen: Observed, config: SyncConfig, around: PaymentFacts) -> Status | None:
    values = seen.values
    status = str(values.get("hs_latest_status") or "processing")
    money = _gross(values)
    if seen.gone:
        return because("gone", side=Side.HUBSPOT.label, how=seen.gone)
    if is_mirror(values):
        return because("pay_not_from_hubspot")
    if not around.invoices:
        return because("pay_no_invoice")
    if any(one.origin == Side.QUICKBOOKS.value for one in around.invoices):
        return because("payment_on_mirror", amount=money)
    if status not in ARRIVED:
        return because("pay_processing") if status == "processing" else because("pay_failed")
    if not config.direction.allows(Side.QUICKBOOKS):
        return because("direction", side=Side.HUBSPOT.label)
    return None


def _gross(values: Values) -> str:
    total = amount(values.get("hs_initial_amount"))
    return shown(total, str(values.get("hs_currency_code") or ""))


def _check(values: Values, around: PaymentFacts) -> Status | None:
    """Period, account, currency and balance; the first that is against it."""
    invoice = around.invoices[0]
    day = str(values.get("hs_initiated_date") or "")
    currency = str(values.get("hs_currency_code") or invoice.currency)
    total = amount(values.get("hs_initial_amount"))
    if around.books.is_closed(day):
        return because("pay_period_closed", date=day, closed=around.books.closed_through)
    if not _account(values, around):
        return because("pay_no_account", processor=processor_words(processor_of(values)))
    if invoice.currency and currency != invoice.currency:
        return because(
            "inv_currency", currency=currency, detail=f"its invoice is in {invoice.currency}."
        )
    is_foreign = around.books.is_multicurrency and currency != around.books.home_currency
    if is_foreign and not around.rate:
        return because("inv_no_rate", currency=currency, date=day)
    if len(around.invoices) > 1 and not _pays_all(total, around.invoices):
        names = ", ".join(one.label for one in around.invoices)
        return because("pay_several_invoices", amount=_gross(values), invoices=names)
    if len(around.invoices) == 1 and invoice.balance is not None and invoice.balance < total:
        return because(
            "possible_duplicate_payment", amount=shown(total, currency),
            balance=shown(invoice.balance, currency),
        )  # fmt: skip
    return None


def _can_be_applied(around: PaymentFacts) -> bool:
    """Whether anything is open to apply a payment to: one that pays nothing is no payment of it."""
    return all(one.balance is None or one.balance > 0 for one in around.invoices)


def _pays_all(total: Decimal, invoices: tuple[PaidInvoice, ...]) -> bool:
    """Whether a payment is just what several invoices of one customer owe together."""
    owed = sum((one.balance or ZERO for one in invoices), ZERO)
    return owed == total and len({one.customer for one in invoices}) == 1


def processor_of(values: Values) -> str:
    """Who processed a payment, by HubSpot's own name; "none" for one recorded by hand."""
    return str(values.get("hs_processor_type") or "none")


def processor_words(processor: str) -> str:
    """What a person calls a processor."""
    return dict(PROCESSORS).get(processor, processor)


def _account(values: Values, around: PaymentFacts) -> str:
    return account_of(values, around.accounts)


def account_of(values: Values, accounts: Mapping[str, str]) -> str:
    """The account that a payment is deposited to, by its processor; "" while none is chosen."""
    return accounts.get(processor_of(values)) or accounts.get("other", "")


def _booked(values: Values, around: PaymentFacts) -> tuple[FieldChange, ...]:
    invoice = around.invoices[0]
    gross = amount(values.get("hs_initial_amount"))
    total = plain(gross)
    is_alone = len(around.invoices) == 1
    # Where a person had it posted although less is open, the rest stays unapplied.
    is_too_much = is_alone and invoice.balance is not None and invoice.balance < gross
    part = plain(invoice.balance or ZERO) if is_too_much else total
    line: list[Value] = [
        {
            "Amount": part if is_alone else plain(one.balance or ZERO),
            "LinkedTxn": [{"TxnId": one.quickbooks_id, "TxnType": "Invoice"}],
        }
        for one in around.invoices
    ]
    names = ", ".join(one.label for one in around.invoices)
    reference = text(values.get("hs_reference_number") or "")
    fields = [
        FieldChange("CustomerRef.value", None, invoice.customer),
        FieldChange("TotalAmt", None, total, mapping=PARTY_AND_MONEY, source=total),
        FieldChange("TxnDate", None, values.get("hs_initiated_date")),
        FieldChange("Line", None, line, mapping=APPLIED if is_too_much else "", source=part),
        FieldChange("DepositToAccountRef.value", None, _account(values, around)),
        FieldChange("PrivateNote", None, f"HubSpot payment of invoice {names}"),
    ]
    if 0 < len(reference) <= REFERENCE_LIMIT:
        fields.append(FieldChange("PaymentRefNum", None, reference))
    if around.books.is_multicurrency:
        currency = str(values.get("hs_currency_code") or invoice.currency)
        fields.append(FieldChange("CurrencyRef.value", None, currency))
        if around.rate:
            fields.append(FieldChange("ExchangeRate", None, around.rate))
    return tuple(fields)


# -- notes on deals


def plan_note(link: LinkState, config: SyncConfig, invoice: PaidInvoice | None) -> RecordPlan:
    """Decide the note about one allocation on the deals of its invoice (S24)."""
    there = notes.shown_by(link)
    if isinstance(there, RecordPlan):
        return there
    if not config.direction.allows(Side.HUBSPOT):
        return RecordPlan(because("direction", side=Side.QUICKBOOKS.label), base=link.base)
    if link.hubspot is not None:
        return notes.follow(link, config)
    if invoice is None or not invoice.hubspot_id:
        waits_on = invoice.link if invoice is not None else None
        return RecordPlan(because("pay_invoice_not_synced"), base=link.base, waits_on=waits_on)
    if not invoice.deals:
        return RecordPlan(because("pay_no_deal"), base=link.base)
    return notes.write(link, there, config, on="deals", ids=invoice.deals)
