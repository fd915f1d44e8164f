"""HubSpot's object types, version segments and call limits, as data; no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncapp.connectors.rate import Limit

#: The property that ties a HubSpot record to the QuickBooks record it was created from.
MARKER = "qbo_sync_id"
MARKER_LABEL = "QuickBooks record (Tandem)"
MARKER_GROUP = "tandem_sync"
MARKER_GROUP_LABEL = "Tandem"


@dataclass(frozen=True, slots=True)
class Versions:
    """The date segment of each API area: areas move at different times (apis/hubspot.md 1.1)."""

    objects: str = "2026-09"
    associations: str = "2026-03"
    properties: str = "2026-09"
    account: str = "2026-09"
    owners: str = "2026-09"
    pipelines: str = "2026-09"
    currencies: str = "2026-09"
    tax_rates: str = "2026-09"


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One object type.

    Attributes:
        slug: As in paths.
        type_id: As in links.
        modified: The property that moves with every change.
        always: Properties asked for whatever the caller wants.
        has_marker: Whether we create records of this type, and so mark them.
        may_upsert: Whether no person edits them, so that an upsert cannot undo an edit.
        voided: What is written to void one; nothing where that is not possible.
        may_archive: Whether one may be put into the recycle bin.
    """

    slug: str
    type_id: str
    modified: str = "hs_lastmodifieddate"
    always: tuple[str, ...] = ()
    has_marker: bool = False
    may_upsert: bool = False
    voided: tuple[tuple[str, str], ...] = ()
    may_archive: bool = False


_ORIGIN = ("hs_merged_object_ids", "hs_object_source_label")

TYPES: Mapping[str, ObjectType] = {
    kind.slug: kind
    for kind in (
        ObjectType(
            "contacts",
            "0-1",
            # Contacts alone use another name; a filter on the wrong one is undefined.
            modified="lastmodifieddate",
            always=(
                "email",
                "hs_additional_emails",
                "associatedcompanyid",
                "createdate",
                "lastmodifieddate",
                *_ORIGIN,
            ),
            has_marker=True,
        ),
        ObjectType(
            "companies", "0-2", always=("name", "createdate", "hs_lastmodifieddate", *_ORIGIN)
        ),
        ObjectType(
            "deals", "0-3", always=("dealname", "createdate", "hs_lastmodifieddate", *_ORIGIN)
        ),
        ObjectType(
            "products",
            "0-7",
            always=("name", "hs_sku", "createdate", "hs_lastmodifieddate", *_ORIGIN),
            has_marker=True,
            may_archive=True,
        ),
        ObjectType(
            "line_items",
            "0-8",
            always=("name", "hs_product_id", "createdate", "hs_lastmodifieddate"),
            has_marker=True,
            may_archive=True,
        ),
        ObjectType(
            "notes",
            "0-46",
            always=("hs_timestamp", "hs_createdate", "hs_lastmodifieddate"),
            has_marker=True,
            may_archive=True,
        ),
        ObjectType(
            "invoices",
            "0-53",
            always=(
                "hs_number",
                "hs_invoice_status",
                "hs_invoice_billable",
                "hs_external_invoice_id",
                "hs_createdate",
                "hs_lastmodifieddate",
                *_ORIGIN,
            ),
            has_marker=True,
            voided=(("hs_invoice_status", "voided"),),  # by API: UNCONFIRMED (9.2)
            may_archive=True,  # HubSpot refuses it for paid and voided ones
        ),
        ObjectType("discounts", "0-84", has_marker=True, may_archive=True),
        ObjectType("fees", "0-85", has_marker=True, may_archive=True),
        ObjectType("taxes", "0-86", has_marker=True, may_archive=True),
        ObjectType(
            "commerce_payments",
            "0-101",
            always=(
                "hs_latest_status",
                "hs_initial_amount",
                "hs_processor_type",
                "hs_createdate",
                "hs_lastmodifieddate",
            ),
            has_marker=True,
            may_upsert=True,
            may_archive=True,  # HubSpot's own payments are read only
        ),
    )
}  # fmt: skip

#: The full published count, in a window lengthened by 3 to 4 % (ENGINE 2.12). "calls" starts
#: with the smallest limit and follows the answers' headers; search answers carry none.
OAUTH_LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "calls": (Limit(110, 10.3),),
    "search": (Limit(5, 1.04),),
    "associations": (Limit(100, 10.3),),
}
TOKEN_LIMITS: Mapping[str, tuple[Limit, ...]] = {**OAUTH_LIMITS, "calls": (Limit(100, 10.3),)}
WINDOW_STRETCH = 1.03

BATCH = 100
SEARCH_PAGE = 200
LIST_PAGE = 100
HISTORY_BATCH = 50
SEARCH_CAP = 10_000
#: A query with 5,116 characters was accepted, a far longer one is refused (414).
MAX_PROPERTIES_IN_URL = 4_000
#: A search body may have 3,000 characters.
MAX_PROPERTIES_IN_SEARCH = 2_300
