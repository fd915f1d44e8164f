"""JSON text the way QuickBooks writes it: amounts with two decimals, zero as ``0``, UTF-8 as is.

Knows how values become text. Knows nothing of entities: whoever calls has put the keys in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

_quote: Callable[[str], str] = encode_basestring


def dumps(value: Any) -> str:
    """Return compact JSON; a Decimal keeps the digits it has, except that zero is ``0``."""
    if isinstance(value, str):
        return _quote(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{" + ",".join([f"{_quote(k)}:{dumps(v)}" for k, v in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([dumps(item) for item in value]) + "]"
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, int):
        return str(value)
    message = f"{type(value).__name__} has no JSON form here"
    raise TypeError(message)


def number(value: Decimal) -> str:
    """Return the digits of a number without an exponent; zero is ``0`` whatever its scale."""
    return f"{value:f}" if value else "0"


def loads(text: str | bytes) -> Any:
    """Parse JSON; numbers with a point become Decimal, never a binary fraction."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Any:
    message = f"{name} is not JSON"
    raise ValueError(message)


def money(value: Decimal) -> Decimal:
    """Return the amount with two decimals, as QuickBooks prints amounts (``639.00``)."""
    return value.quantize(Decimal("0.01"))
