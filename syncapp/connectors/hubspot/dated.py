"""Documents by their date: the search finds them, a read by id tells what they hold.

The search index lags by moments, so its values are not used; what it does not show yet is missing
here. Facts: apis/hubspot.md (operators, cap of 10,000).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.objects import SEARCH_PAGE, ObjectType
from syncapp.connectors.hubspot.paging import following_page
from syncapp.connectors.hubspot.records import epoch_milliseconds, to_record
from syncapp.connectors.jsontext import items, mapping, text


def ids_dated(
    client: HubSpotClient, kind: ObjectType, *, by: str, first: date, last: date, where: ZoneInfo
) -> tuple[str, ...]:
    """The ids of the living records whose instant ``by`` lies on one of the days in a zone.

    Each page begins beyond the greatest id of the one before, so that the cap never bites.

    Raises:
        TryLater: HubSpot did not keep the order, and the rest would be beyond the cap.
    """
    begin = datetime.combine(first, time.min, tzinfo=where)
    end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=where)
    found: dict[str, None] = {}
    greatest, offset = "", ""
    while True:
        filters = [
            {"propertyName": by, "operator": "GTE", "value": epoch_milliseconds(begin)},
            {"propertyName": by, "operator": "LT", "value": epoch_milliseconds(end)},
        ]
        if greatest:
            filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": greatest})
        body: dict[str, object] = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": [by],
            "limit": SEARCH_PAGE,
        }
        answer = client.search(kind.slug, {**body, "after": offset} if offset else body)
        told = items(mapping(answer.json).get("results"))
        records = [to_record(kind.slug, one) for one in told]
        found |= dict.fromkeys(one.ref.id for one in records if not one.ref.is_stand_in)
        following = following_page(records, answer, last=greatest, offset=offset)
        if following is None:
            return tuple(found)
        greatest, offset = text(following.get("last")), text(following.get("offset"))
