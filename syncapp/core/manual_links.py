"""Whether two records may be linked by hand: what stands against it, the weightiest first.

Pure. Must not know who asks, nor how a link is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syncapp.core.pairs.base import ObjectPair
from syncapp.core.pairs.invoices import MARKER, hubspot_id_in, quickbooks_id_in
from syncapp.core.planner import INACTIVE
from syncapp.core.sides import Side
from syncapp.core.values import Values

#: Fixed rules that only say how records find each other: a person has found it.
FINDING = frozenset({"no_email", "no_sku", "inactive", "inventory_product"})


class Hindrance(StrEnum):
    """Why a deed of a person is not done."""

    NOT_OFFERED = "not_offered"
    OPEN_WRITE = "open_write"
    CHANGED = "changed"
    ALREADY_LINKED = "already_linked"
    NOT_LINKED = "not_linked"
    SAME_SIDE = "same_side"
    REMOVED = "removed"
    OTHER_TYPE = "other_type"
    OTHER_CURRENCY = "other_currency"
    MARKED = "marked"
    DIRECTION = "direction"
    UNIQUE = "unique"
    PAID = "paid"
    PERIOD_CLOSED = "period_closed"
    COLLECTED = "collected"
    NOTHING_OPEN = "nothing_open"


@dataclass(frozen=True, slots=True)
class Half:
    """One record that is to be linked.

    Attributes:
        is_linked: It is linked with a record of the other side already.
        gone: As in ``Observed``.
        currency: "" for a record without money.
    """

    side: Side
    id: str
    values: Values
    is_linked: bool = False
    gone: str = ""
    currency: str = ""


def why_not_linked(pair: ObjectPair, one: Half, other: Half) -> Hindrance | None:
    """What stands against linking two records; None when nothing does."""
    if one.is_linked or other.is_linked:
        return Hindrance.ALREADY_LINKED
    if one.side is other.side:
        return Hindrance.SAME_SIDE
    if any(half.gone and half.gone != INACTIVE for half in (one, other)):
        return Hindrance.REMOVED
    if any(_is_excluded(pair, half) for half in (one, other)):
        return Hindrance.OTHER_TYPE
    if one.currency and other.currency and one.currency != other.currency:
        return Hindrance.OTHER_CURRENCY
    hubspot, quickbooks = (one, other) if one.side is Side.HUBSPOT else (other, one)
    if pair.name == "invoices" and _names_another(hubspot, quickbooks):
        return Hindrance.MARKED
    return None


def _is_excluded(pair: ObjectPair, half: Half) -> bool:
    """A category, a bundle, a draft: it is no record of this object at all."""
    return any(
        rule.code not in FINDING and rule.applies(half.side, half.values)
        for rule in pair.exclusions
    )


def _names_another(hubspot: Half, quickbooks: Half) -> bool:
    """Whether an invoice bears our mark of another one: it would be taken for its copy."""
    told = (
        quickbooks_id_in(hubspot.values.get(MARKER)),
        hubspot_id_in(quickbooks.values.get("PrivateNote")),
    )
    return told[0] not in {"", quickbooks.id} or told[1] not in {"", hubspot.id}
