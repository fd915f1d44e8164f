"""The object pairs, one module each, named after the object."""

from __future__ import annotations

from collections.abc import Mapping

from syncapp.core.pairs.base import ObjectPair
from syncapp.core.pairs.contacts import CONTACTS
from syncapp.core.pairs.invoices import INVOICES, LINES
from syncapp.core.pairs.payments import NOTES, PAYMENTS
from syncapp.core.pairs.products import PRODUCTS
from syncapp.core.pairs.refunds import REFUNDS

OBJECT_PAIRS: Mapping[str, ObjectPair] = {
    pair.name: pair for pair in (CONTACTS, PRODUCTS, INVOICES, LINES, PAYMENTS, NOTES, REFUNDS)
}
#: The objects a person sets a sync up for; the others belong to one of these.
CHOOSABLE = tuple(name for name, pair in OBJECT_PAIRS.items() if not pair.host)
#: Parts of records, which stand in no list.
HIDDEN = tuple(name for name, pair in OBJECT_PAIRS.items() if pair.hidden)

__all__ = ["CHOOSABLE", "HIDDEN", "OBJECT_PAIRS", "ObjectPair"]
