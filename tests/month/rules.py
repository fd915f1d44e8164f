"""What must become of each record of a month: our own reading of the rules, without the product.

Decided here where the rules are open, each to be changed here if the rule is settled otherwise:

- An invoice from QuickBooks whose customer has no e-mail fails on its dependency; it is not shown
  without a contact.
- Toward HubSpot discount and tax are judged as two sums, whether they stand in HubSpot's own fields
  and objects or as marked lines; sales lines are judged one by one, in order.
- A line entered without quantity and price, or with a negative quantity, is judged by its amount.
- The date of an applied credit is not judged: the note's and the application's are both true.
- Toward HubSpot a negative line adds to the discount: prices there may not be negative.
- A voided invoice is judged by its state and its sums; its lines are not.
- Toward QuickBooks a line with a discount is judged by amount and quantity, not by its price.
- Toward QuickBooks a product's line says HubSpot's description, a custom one its name as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from tests.month.model import Line, Month, Party, Payment, Product, Sale, Trouble, Way
from tests.month.money import ZERO, explain, total
from tests.month.outcome import (
    CUSTOM,
    Document,
    DocumentLine,
    DocumentPayment,
    Expectation,
    Expected,
)
from tests.month.places import COUNTRIES

#: These come first in the gate, wherever the company is.
BEFORE_THE_COUNTRY = frozenset({Trouble.DRAFT, Trouble.BEFORE_START})


def expect(month: Month, *, later: bool = True) -> Expectation:
    """The outcome of a month that was entered; ``later`` after what is done to payments later."""
    payments: dict[Sale, list[tuple[Payment, DocumentPayment]]] = defaultdict(list)
    for payment in month.payments:
        if payment.status == "succeeded":
            for sale, amount in payment.stands_at(later=later):
                payments[sale].append((payment, mirrored(month, payment, amount)))
    records = [invoice(month, sale, payments[sale]) for sale in month.invoices]
    if month.way is Way.TO_HUBSPOT:
        records += [contact(party) for party in month.parties]
        records += [product(one) for one in month.products]
    return Expectation(month.way, tuple(records), tuple(month.others))


def mirrored(month: Month, payment: Payment, amount: object) -> DocumentPayment:
    """A payment on the other side: its own date, and toward QuickBooks the clearing account."""
    account = month.clearing.get("none") if month.way is Way.TO_QUICKBOOKS else None
    return DocumentPayment(amount, None if payment.credits else payment.day, account)  # type: ignore[arg-type]


def invoice(month: Month, sale: Sale, payments: list[tuple[Payment, DocumentPayment]]) -> Expected:
    """An invoice's outcome."""
    trouble = sale.trouble
    blocked = month.way is Way.TO_QUICKBOOKS and COUNTRIES[month.country].wants_code_per_line
    if blocked and trouble not in BEFORE_THE_COUNTRY:
        trouble = Trouble.OUTSIDE_US
    decisions = {payment.trouble for payment, _ in payments} - {Trouble.NONE}
    document = mirror(month, sale, [one for _, one in payments], settled=not decisions)
    source = replace(
        document,
        balance=None if sale.left_alone else document.balance,
        # A moment is judged by the date it becomes, a draft has no number yet.
        day=None if sale.typed else sale.day,
        tax=None,
        discount=None,
        email=None,
        status=None,
        lines=None,
        payments=None,
    )
    if sale.trouble is Trouble.TAX_IN_HUBSPOT:
        source = None  # its tax is none of the month's sums
    if trouble is not Trouble.NONE:
        return Expected(
            "invoices", sale.key, sale.id, trouble, source=source, left_alone=sale.left_alone
        )
    trouble = next(iter(decisions), Trouble.NONE)
    return Expected("invoices", sale.key, sale.id, trouble, document, source)


def mirror(month: Month, sale: Sale, payments: list[DocumentPayment], *, settled: bool) -> Document:
    """An invoice as the other side holds it."""
    paid = total(one.amount for one in payments)
    if sale.voided:
        return Document(
            sale.number, sale.currency, ZERO, ZERO, sale.day, sale.due, "voided",
            sale.party.email.lower(),
        )  # fmt: skip
    balance = sale.total - paid
    status = "open" if balance else "paid"
    inward = month.way is Way.TO_HUBSPOT
    line = to_hubspot if inward else to_quickbooks
    given = [one for one in sale.lines if inward and one.amount < 0]
    return Document(
        number=sale.number,
        currency=sale.currency,
        total=sale.total,
        balance=balance if settled else None,
        day=sale.day,
        due=sale.due,
        # An invoice of nothing is open or paid as one likes.
        status=status if settled and sale.total else None,
        email=sale.party.email.lower(),
        lines=tuple(line(one) for one in sale.lines if one not in given),
        discount=sale.discount - total(one.amount for one in given),
        tax=sale.tax,
        payments=tuple(payments) if settled else None,
    )


def to_hubspot(line: Line) -> DocumentLine:
    """A QuickBooks line in HubSpot: one line, with the product when it has a SKU."""
    assert line.product is not None
    judged = not line.amount_only and line.quantity > 0
    return DocumentLine(
        line.product.sku,
        line.amount,
        line.quantity if judged else None,
        line.price if judged else None,
        tuple(text for text in (line.name, line.description) if text),
    )


def to_quickbooks(line: Line) -> DocumentLine:
    """A HubSpot line in QuickBooks: its item or the custom one, explained by the ladder."""
    told = explain(line.quantity, line.price, line.amount, line.percent_off)
    is_matched = line.product is not None and line.product.is_matched
    words = (
        (line.description, told.spelled)
        if is_matched
        else (line.name, line.description, told.spelled)
    )
    # "Netted by the same ladder" has two readings, the net price first or the amount's share first:
    # both tie out, so a discounted line is judged by its amount, and its quantity unless they part.
    fitted = explain(line.quantity, line.price, line.amount)
    is_sure = not line.percent_off
    return DocumentLine(
        line.product.sku if is_matched and line.product else CUSTOM,
        line.amount,
        told.quantity if is_sure or fitted.quantity == told.quantity else None,
        told.price if is_sure else None,
        tuple(text for text in words if text),
    )


def contact(party: Party) -> Expected:
    """A customer's outcome in HubSpot."""
    fields = None
    if not party.trouble:
        fields = {"email": party.email.lower(), "firstname": party.given, "lastname": party.family}
    return Expected("contacts", party.key, party.quickbooks_id, party.trouble, fields=fields)


def product(one: Product) -> Expected:
    """An item's outcome in HubSpot."""
    fields = None
    if not one.trouble:
        fields = {"hs_sku": one.sku, "name": one.name, "price": f"{one.price:f}"}
    return Expected("products", one.key, one.quickbooks_id, one.trouble, fields=fields)
