"""Arithmetic of invoices: amounts of lines, discounts, fees, taxes, and the total.

Pure functions over ``Decimal``; must not know records. Order (documented): lines, then discounts,
then fees, then taxes. Rounding is half up to cents, each part for itself (UNCONFIRMED).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


def number(text: str | None, default: Decimal = ZERO) -> Decimal:
    """A stored number; empty counts as ``default``."""
    return Decimal(text.strip()) if text else default


def rounded(amount: Decimal) -> Decimal:
    """To cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def shown(amount: Decimal) -> str:
    """As stored: two decimals."""
    return f"{rounded(amount):f}"


def line_amount(values: Mapping[str, str]) -> Decimal | None:
    """Net amount of a line; None while it has no price.

    ``discount`` is per unit, ``hs_discount_percentage`` of the price; given both, the percentage
    wins (UNCONFIRMED). A missing quantity counts as one (UNCONFIRMED).
    """
    if not values.get("price"):
        return None
    price = number(values["price"])
    quantity = number(values.get("quantity"), Decimal(1))
    if values.get("hs_discount_percentage"):
        price -= price * number(values["hs_discount_percentage"]) / _HUNDRED
    else:
        price -= number(values.get("discount"))
    return rounded(price * quantity)


@dataclass(frozen=True)
class Line:
    """What a line adds: its net amount, and the rate in per cent it is taxed at."""

    net: Decimal
    tax_rate: Decimal = ZERO


@dataclass(frozen=True)
class Adjustment:
    """A discount, fee or tax of the whole invoice."""

    is_percent: bool
    value: Decimal

    def of(self, base: Decimal) -> Decimal:
        """The amount on a base."""
        return rounded(base * self.value / _HUNDRED if self.is_percent else self.value)


@dataclass(frozen=True)
class Totals:
    """The parts of an invoice's total; ``discounts`` is positive."""

    subtotal: Decimal
    discounts: Decimal
    fees: Decimal
    taxes: Decimal

    @property
    def billed(self) -> Decimal:
        """What the customer owes."""
        return self.subtotal - self.discounts + self.fees + self.taxes


def totals(
    lines: Iterable[Line],
    discounts: Sequence[Adjustment] = (),
    fees: Sequence[Adjustment] = (),
    taxes: Sequence[Adjustment] = (),
) -> Totals:
    """All parts.

    Several discounts take from what the earlier ones left, and never more than there is; fees are
    on what the discounts left; taxes are on that with fees, besides the tax of each line on its
    own net amount (all of it UNCONFIRMED but the order).
    """
    rows = list(lines)
    subtotal = sum((row.net for row in rows), ZERO)
    left = subtotal
    for one in discounts:
        left -= min(one.of(left), max(left, ZERO))
    charged = sum((one.of(left) for one in fees), ZERO)
    by_line = sum((rounded(row.net * row.tax_rate / _HUNDRED) for row in rows), ZERO)
    taxed = sum((one.of(left + charged) for one in taxes), ZERO) + by_line
    return Totals(rounded(subtotal), rounded(subtotal - left), rounded(charged), rounded(taxed))
