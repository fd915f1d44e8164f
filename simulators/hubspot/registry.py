"""Which object types exist, by every name a path may use.

Knows the list; the types themselves are in ``types``.
"""

from __future__ import annotations

from simulators.hubspot import errors
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.types.adjustments import DISCOUNTS, FEES, TAXES
from simulators.hubspot.types.commerce_payments import COMMERCE_PAYMENTS
from simulators.hubspot.types.companies import COMPANIES
from simulators.hubspot.types.contacts import CONTACTS
from simulators.hubspot.types.deals import DEALS
from simulators.hubspot.types.invoices import INVOICES
from simulators.hubspot.types.line_items import LINE_ITEMS
from simulators.hubspot.types.notes import NOTES
from simulators.hubspot.types.products import PRODUCTS

OBJECT_TYPES: tuple[ObjectType, ...] = (
    CONTACTS,
    COMPANIES,
    DEALS,
    PRODUCTS,
    LINE_ITEMS,
    NOTES,
    INVOICES,
    DISCOUNTS,
    FEES,
    TAXES,
    COMMERCE_PAYMENTS,
)
BY_SLUG = {kind.slug: kind for kind in OBJECT_TYPES}
BY_TYPE_ID = {kind.type_id: kind for kind in OBJECT_TYPES}
_BY_NAME = {name.lower(): kind for kind in OBJECT_TYPES for name in kind.names()}


def find(name: str) -> ObjectType:
    """The object type a path means.

    Raises:
        ApiError: 400, no such type.
    """
    kind = _BY_NAME.get(name.lower())
    if kind is not None:
        return kind
    if name.replace("-", "").isdigit() and "-" in name:
        raise errors.plain(400, f"Invalid object or event type id: {name}")
    raise errors.plain(400, f"Unable to infer object type from: {name}")
