"""QuickBooks' entities and call limits, as data; no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncapp.connectors.rate import Limit


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    Attributes:
        name: As in bodies and queries.
        path: As in paths.
        is_list: A list object: made inactive, never deleted; queries hide the inactive ones.
        link: Where a person opens one, below the app's address.
    """

    name: str
    path: str
    link: str
    is_list: bool = True


ENTITIES: Mapping[str, Entity] = {
    entity.name: entity
    for entity in (Entity("Customer", "customer", link="customerdetail?nameId={id}"),)
}

#: The full published count, in a window lengthened by 3 to 4 % (ENGINE 2.12). "calls" is the
#: realm's, over all apps; "batch" is this app's own.
LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "calls": (Limit(10, 1.04), Limit(500, 61.8)),
    "batch": (Limit(40, 61.8),),
}
#: An older text of the vendor says 10 concurrent instead of 10 a second: both are kept.
MAX_CONCURRENT = 10

BATCH = 30
PAGE = 1000
#: A CDC answer holds at most this many objects, without paging and without a mark.
CDC_CAP = 1000
CDC_MAX_DAYS = 29
#: Ids or names in one IN (...).
IN_LIST = 100
#: Statements that are longer than this, once encoded, are sent in a body.
MAX_QUERY_IN_URL = 2000
MINOR_VERSION = "75"
