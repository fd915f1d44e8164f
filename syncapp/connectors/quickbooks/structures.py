"""Structured values (lines, links, taxes) on their way to QuickBooks; upward they stay whole.

Upward numbers became decimal text. Which of an object's members are numbers is known by their
names: QuickBooks' ids, references and texts are strings, its amounts and rates are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from syncapp.core.errors import RecordRejected
from syncapp.core.values import Value

_NUMBERS = frozenset(
    {
        "Amount", "Qty", "Quantity", "UnitPrice", "LineNum", "DiscountPercent", "DiscountAmt",
        "DiscountRate", "TaxInclusiveAmt", "TaxPercent", "NetAmountTaxable", "TotalTax",
        "OverrideDeltaAmount", "Percent", "NumberValue", "TaxOrder", "RateValue",
    }
)  # fmt: skip
#: Read only blocks in a JAXB wrapping: sent back, they have made writes fail (11.5, 4.3).
_NEVER_SENT = frozenset({"LineEx", "CustomExtensions"})


def as_sent(value: Value, name: str = "") -> object:
    """A structure in the form QuickBooks is sent.

    Raises:
        RecordRejected: A number is not a number.
    """
    if isinstance(value, Mapping):
        return {
            member: as_sent(one, member)
            for member, one in value.items()
            if member not in _NEVER_SENT
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_sent(one, name) for one in value if not _is_servers_own(one)]
    if name in _NUMBERS and isinstance(value, str):
        try:
            number = Decimal(value.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise RecordRejected(
                "QuickBooks needs a number here.", code="invalid_value", field=name
            )
        return number
    return value


def _is_servers_own(line: Value) -> bool:
    """The subtotal QuickBooks appends: it has no Id and is ignored when it is sent."""
    return (
        isinstance(line, Mapping)
        and line.get("DetailType") == "SubTotalLineDetail"
        and not line.get("Id")
    )
