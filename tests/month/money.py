"""The arithmetic of this package: amounts, discounts, tax, and how a line is explained.

Amount is law, quantity and price are explanation (ENGINE 3.4). Everything is rounded half up to
cents; the month has no currency with other digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
PRICE_DECIMALS = 5  # what QuickBooks is trusted to keep of a unit price (7 is not verified)


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, as Decimal even of nothing."""
    return sum(amounts, ZERO)


def line_amount(quantity: Decimal, price: Decimal, percent_off: Decimal = ZERO) -> Decimal:
    """What a line comes to."""
    return cents(quantity * price * (HUNDRED - percent_off) / HUNDRED)


def percentage(amount: Decimal, percent: Decimal) -> Decimal:
    """A percentage of an amount, in cents."""
    return cents(amount * percent / HUNDRED)


def tax_on(bases: dict[str, Decimal], rates: dict[str, tuple[Decimal, ...]]) -> Decimal:
    """Tax of the amounts by code; each rate of a code is rounded for itself."""
    return total(
        percentage(base, percent) for code, base in bases.items() for percent in rates[code]
    )


@dataclass(frozen=True)
class Explained:
    """Quantity and price that multiply to an amount; ``spelled`` is what went into words."""

    quantity: Decimal
    price: Decimal
    spelled: str = ""


def explain(
    quantity: Decimal, price: Decimal, amount: Decimal, percent_off: Decimal = ZERO
) -> Explained:
    """The ladder of ENGINE 3.4 for a line that goes to QuickBooks.

    Our reading of "net it into the price by the same ladder": the net price is tried as it is when
    five decimals hold it, then the amount divided by the quantity at five decimals, then one times
    the amount with the original in words.
    """
    net = price * (HUNDRED - percent_off) / HUNDRED
    if is_short(net) and cents(quantity * net) == amount:
        return Explained(quantity, net)
    if quantity:
        fitted = (amount / quantity).quantize(Decimal(1).scaleb(-PRICE_DECIMALS), ROUND_HALF_UP)
        if cents(quantity * fitted) == amount:
            return Explained(quantity, fitted)
    return Explained(Decimal(1), amount, f"{plain(quantity)} x {plain(price)}")


def is_short(price: Decimal) -> bool:
    """Whether a price has no more decimals than QuickBooks is trusted to keep."""
    return price == price.quantize(Decimal(1).scaleb(-PRICE_DECIMALS))


def plain(number: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
