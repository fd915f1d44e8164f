"""Makes up who pays what: in full, in part, several invoices at once, from credit notes, too much.

Every share is reserved, also of payments that are taken back later, so that nothing is ever paid
twice while the month is entered.
"""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

from tests.month.model import Fate, Month, Payment, Sale, Trouble, Way
from tests.month.money import CENT, ZERO, cents, total

#: In these states nobody pays, or the money would hide what the trouble does.
NOT_PAID = frozenset(Trouble) - {Trouble.NONE}


class Payers:
    """Hands out what is still open."""

    def __init__(self, luck: random.Random, month: Month) -> None:
        self.luck, self.month = luck, month
        # One of eight is not paid in this month at all.
        self.payable = [
            sale
            for sale in month.invoices
            if sale.trouble not in NOT_PAID
            and not sale.voided
            and sale.total > 0
            and luck.random() > 0.125
        ]
        self.left = {sale: sale.total for sale in self.payable}
        self.payments: list[Payment] = []

    def add(self, *shares: tuple[Sale, Decimal], **more: object) -> Payment:
        """A payment of one customer over some invoices."""
        sale = shares[0][0]
        day = max(one.day for one, _ in shares) + timedelta(days=self.luck.randrange(12))
        payment = Payment(f"y{len(self.payments)}", sale.party, day, list(shares), **more)  # type: ignore[arg-type]
        for one, amount in shares:
            self.left[one] -= amount
        self.payments.append(payment)
        return payment

    def a_part(self, sale: Sale) -> Decimal:
        """Some of what is open, at least a cent and never all of it, unless it is a cent."""
        part = cents(self.left[sale] * Decimal(self.luck.randrange(5, 60)) / 100)
        return min(max(part, CENT), self.left[sale])


def make_payments(luck: random.Random, month: Month, count: int) -> list[Payment]:
    """``count`` payments, as far as there is something to pay."""
    payers = Payers(luck, month)
    by_party: dict[tuple[str, str], list[Sale]] = {}
    for sale in payers.payable:
        by_party.setdefault((sale.party.key, sale.currency), []).append(sale)
    _apply_credits(payers, by_party)
    _pay_together(payers, by_party, count // 15)
    for sale in payers.payable:
        if len(payers.payments) < count and payers.left[sale] and luck.random() < 0.45:
            _maybe_twist(payers, payers.add((sale, payers.left[sale])))
    while len(payers.payments) < count:
        open_ones = [sale for sale in payers.payable if payers.left[sale] > Decimal(1)]
        if not open_ones:
            break
        for sale in luck.sample(open_ones, min(len(open_ones), count - len(payers.payments))):
            _maybe_twist(payers, payers.add((sale, payers.a_part(sale))))
    if month.way is Way.TO_QUICKBOOKS:
        _plant_decisions(payers)
    return payers.payments


def _apply_credits(payers: Payers, by_party: dict[tuple[str, str], list[Sale]]) -> None:
    """A payment of nothing joins a credit note and an invoice; the last third stays unapplied."""
    notes = payers.month.credits
    for note in notes[: len(notes) * 2 // 3]:
        sales = by_party.get((note.party.key, note.currency), [])
        sale = next((one for one in sales if payers.left[one] >= note.total), None)
        if sale is not None:
            payers.add((sale, note.total), credits=[(note, note.total)])


def _pay_together(payers: Payers, by_party: dict[tuple[str, str], list[Sale]], count: int) -> None:
    """One payment settles several invoices, each in full: nobody asks which part is whose."""
    for sales in list(by_party.values())[:count]:
        whole = [sale for sale in sales if payers.left[sale] == sale.total][:4]
        if len(whole) > 1:
            payers.add(*((sale, sale.total) for sale in whole))


def _maybe_twist(payers: Payers, payment: Payment) -> None:
    """Some are edited, deleted, voided, leave a rest, or have not arrived yet."""
    luck = payers.luck
    dice = luck.random()
    if payers.month.way is Way.TO_QUICKBOOKS:
        if dice < 0.02:
            payment.status = luck.choice(("processing", "failed"))
        return
    payment.later = luck.random() < 0.5
    if dice < 0.03 and all(amount > CENT for _, amount in payment.shares):
        payment.fate = Fate.EDITED
        # Entered too low at first: what it will be is reserved already.
        payment.shares_at_first = [
            (sale, max(cents(amount / 3), CENT)) for sale, amount in payment.shares
        ]
    elif dice < 0.05:
        payment.fate = Fate.DELETED
    elif dice < 0.07:
        payment.fate = Fate.VOIDED
    elif dice < 0.11:
        payment.rest = Decimal("13.37")


def _plant_decisions(payers: Payers) -> None:
    """A few payments that a person has to decide on."""
    single = [p for p in payers.payments if len(p.shares) == 1 and p.status == "succeeded"]
    payers.luck.shuffle(single)
    few = max(1, len(payers.payments) // 1000) if len(payers.payments) >= 200 else 0
    for payment in single[:few]:
        payment.trouble, payment.refunded = Trouble.REFUNDED, CENT


def received(month: Month, sale: Sale, *, later: bool) -> Decimal:
    """What has been paid and credited on an invoice."""
    return total(
        amount
        for payment in month.payments
        if payment.status == "succeeded"
        for one, amount in payment.stands_at(later=later)
        if one is sale
    )


__all__ = ["ZERO", "make_payments", "received"]
