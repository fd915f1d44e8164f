"""Amounts of money: Decimal, rounded half up to the digits of their currency (ENGINE 4).

Never float; a conversion only at the rate that a document itself was booked with.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from syncapp.core.values import Value

ZERO = Decimal(0)
#: Digits after the point, where they are not two (ISO 4217).
_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
         "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip
#: What the database keeps of an amount: 14 digits before the point.
_LARGEST = Decimal(10) ** 14


def number(value: Value) -> Decimal | None:
    """The number a value tells; None when it tells none.

    >>> number("1,000")  # no guessing
    >>> number("63.5829")
    Decimal('63.5829')
    """
    if value is None or isinstance(value, bool):
        return None
    try:
        told = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return told if told.is_finite() else None


def amount(value: Value) -> Decimal:
    """The number a value tells; zero for nothing."""
    return number(value) or ZERO


def as_amount(value: Value) -> Decimal | None:
    """An amount that can be kept; None for nothing and for what is no amount of money."""
    told = number(value)
    return told if told is not None and abs(told) < _LARGEST else None


def digits(currency: str) -> int:
    """How many digits after the point amounts of a currency have."""
    return _DIGITS.get(currency.upper(), 2)


def rounded(value: Decimal, currency: str = "") -> Decimal:
    """An amount rounded half up to its currency's digits."""
    return value.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)


def in_home(
    value: Decimal | None, currency: str, *, home: str, rate: Value = None
) -> Decimal | None:
    """What an amount is worth in the company's home currency; None where nobody knows.

    Args:
        value: The amount, None for none.
        currency: What it is in; "" in a company that has one currency only.
        home: The company's currency; "" while it is not known.
        rate: What the document says one unit of its currency is worth in the home currency.
    """
    if value is None or not home:
        return None
    if currency.upper() in {"", home.upper()}:
        return value
    factor = number(rate)
    if factor is None or factor <= 0:
        return None
    worth = rounded(value * factor, home)
    return worth if abs(worth) < _LARGEST else None


def plain(value: Decimal) -> str:
    """A number as text, without an exponent or idle zeros.

    >>> plain(Decimal("100.00")), plain(Decimal("1E+2")), plain(Decimal("0.50"))
    ('100', '100', '0.5')
    """
    told = format(value, "f")
    if "." in told:
        told = told.rstrip("0").rstrip(".")
    return "0" if told in {"", "-0"} else told


def shown(value: Decimal, currency: str) -> str:
    """An amount the way a sentence tells it: ``1,234.50 USD``."""
    return f"{value:,.{digits(currency)}f} {currency}".strip()
