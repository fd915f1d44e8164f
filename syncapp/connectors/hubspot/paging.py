"""How HubSpot's listings and searches are paged; not what is done with the records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncapp.connectors.caller import Answer
from syncapp.connectors.hubspot.objects import SEARCH_CAP, SEARCH_PAGE, ObjectType
from syncapp.connectors.hubspot.records import epoch_milliseconds
from syncapp.connectors.jsontext import mapping, text
from syncapp.core.errors import TryLater
from syncapp.core.records import Record


def search_body(kind: ObjectType, since: datetime, *, last: str, offset: str) -> dict[str, object]:
    """A search for what changed at or after ``since``, in the order of ids, beyond ``last``."""
    filters = [
        {"propertyName": kind.modified, "operator": "GTE", "value": epoch_milliseconds(since)}
    ]
    if last:
        filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": last})
    body: dict[str, object] = {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "limit": SEARCH_PAGE,
    }
    return {**body, "after": offset} if offset else body


def following_page(
    records: Sequence[Record], answer: Answer, *, last: str, offset: str
) -> dict[str, str] | None:
    """Where a search goes on; None after its last page.

    The next page begins after the greatest id. Should HubSpot not have kept the order that was
    asked for, that would skip records: such a query is then paged by offset instead.
    """
    if len(records) < SEARCH_PAGE and not next_after(answer):
        return None
    ids = [int(record.ref.id) for record in records if record.ref.id.isdigit()]
    if not offset and ids and ids == sorted(set(ids)) and ids[0] > int(last or 0):
        return {"last": str(ids[-1])}
    following = int(offset or 0) + SEARCH_PAGE
    if following + SEARCH_PAGE > SEARCH_CAP or not records:
        raise TryLater("HubSpot's search gave its results out of order.", code="temporary")
    return {"last": last, "offset": str(following)}


def next_after(answer: Answer) -> str:
    """The vendor's own token of the next page, "" on the last one."""
    paging = mapping(mapping(answer.json).get("paging"))
    return text(mapping(paging.get("next")).get("after"))
