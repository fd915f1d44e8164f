"""Counting by search: how many records meet some conditions, and the newest of them.

The search index lags by moments: good for a figure on a page, never for a decision about a record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncapp.connectors.base import Sample
from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.objects import ObjectType
from syncapp.connectors.hubspot.records import to_record
from syncapp.connectors.jsontext import items, mapping, text
from syncapp.core.filters import Condition, Operator


def sample(
    client: HubSpotClient,
    kind: ObjectType,
    *,
    where: Sequence[Sequence[Condition]],
    newest_by: str,
    fields: Sequence[str],
    most: int,
    otherwise: datetime,
) -> Sample:
    """One search: the total, and the newest records.

    Args:
        client: The account's.
        kind: The record type.
        where: Groups of conditions, any of them; see ``_filter`` for what HubSpot can be asked.
        newest_by: The property the records are sorted by.
        fields: What to read of them.
        most: How many records; the total counts all.
        otherwise: The time to take when the answer has none.
    """
    answer = client.search(
        kind.slug,
        {
            "filterGroups": [{"filters": [_filter(one) for one in group]} for group in where],
            "sorts": [{"propertyName": newest_by, "direction": "DESCENDING"}],
            "properties": list(fields),
            "limit": most,
        },
    )
    body = mapping(answer.json)
    total = text(body.get("total"))
    records = tuple(to_record(kind.slug, one) for one in items(body.get("results")))
    return Sample(int(total) if total.isdigit() else len(records), records, answer.at or otherwise)


def _filter(condition: Condition) -> dict[str, object]:
    """A condition in HubSpot's words.

    Raises:
        ValueError: It is none of the three this is used for.
    """
    match condition.operator:
        case Operator.HAS_VALUE:
            return {"propertyName": condition.field, "operator": "HAS_PROPERTY"}
        case Operator.NO_VALUE:
            return {"propertyName": condition.field, "operator": "NOT_HAS_PROPERTY"}
        case Operator.IN:
            values = [value.strip() for value in condition.value.split(",")]
            return {"propertyName": condition.field, "operator": "IN", "values": values}
        case _:
            raise ValueError(f"{condition.operator} is not counted by search")
