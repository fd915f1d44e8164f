"""What changed in QuickBooks: one CDC call for everything, or queries where CDC would be cut short.

A CDC answer holds at most 1,000 objects, without paging and without a mark, and looks back 30
days. Past either, each entity is read by a query ordered by its time of change; deletions are not
in there (a sweep finds them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from syncapp.connectors import cursors
from syncapp.connectors.base import Page
from syncapp.connectors.caller import Answer
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.connectors.quickbooks import query
from syncapp.connectors.quickbooks.client import QuickBooksClient, server_time
from syncapp.connectors.quickbooks.entities import CDC_CAP, CDC_MAX_DAYS, ENTITIES, PAGE
from syncapp.connectors.quickbooks.errors import fault_of, judge, problem_in
from syncapp.connectors.quickbooks.records import to_record
from syncapp.core.records import Record

CHANGED = "MetaData.LastUpdatedTime"
#: While a tie longer than a page is read, records may leave it and the rest move up.
TIE_OVERLAP = 50


def first_page(
    client: QuickBooksClient, record_types: Sequence[str], since: datetime, *, now: datetime
) -> Page:
    """The changes as one page, or the first page of the queries."""
    can_tell = all(ENTITIES[record_type].in_cdc for record_type in record_types)
    if not can_tell or now - since > timedelta(days=CDC_MAX_DAYS):
        return _query_page(client, record_types, since, {}, now)
    answer = client.changes(record_types, since)
    records = _cdc_records(answer, record_types)
    started = cursors.instant(server_time(answer)) or now
    if len(records) < CDC_CAP:
        return Page(tuple(records), None, started)
    return _query_page(client, record_types, since, {"at": started.isoformat()}, now)


def next_page(
    client: QuickBooksClient,
    record_types: Sequence[str],
    since: datetime,
    after: str,
    *,
    now: datetime,
) -> Page:
    """A further page of the queries."""
    return _query_page(client, record_types, since, cursors.decode(after), now)


def _cdc_records(answer: Answer, record_types: Sequence[str]) -> list[Record]:
    records: list[Record] = []
    for response in items(mapping(answer.json).get("CDCResponse")):
        inner = items(mapping(response).get("QueryResponse"))
        for group in map(mapping, (response, *inner)):
            fault = fault_of(group)
            if fault is not None:
                raise judge(problem_in(fault, request_id=answer.request_id))
            for record_type in record_types:
                records += [to_record(record_type, one) for one in items(group.get(record_type))]
    return records


def _query_page(
    client: QuickBooksClient,
    record_types: Sequence[str],
    since: datetime,
    place: Mapping[str, Json],
    now: datetime,
) -> Page:
    """One page of one entity; the place says which entity, from which moment, and what was seen.

    The next page begins *at* the last moment of this one, so that records that share it are not
    lost; those already given are dropped by id and version.
    """
    number = _whole(place.get("entity"))
    entity = ENTITIES[record_types[number]]
    moment = text(place.get("moment")) or since.astimezone(UTC).isoformat(timespec="seconds")
    start = _whole(place.get("start")) or 1
    conditions = [
        query.at_least(CHANGED, moment),
        *([query.ANY_STATE] if entity.hides_inactive else []),
    ]
    answer = client.query(
        query.select(entity.name, conditions, order_by=CHANGED, start=start, most=PAGE)
    )
    rows = items(mapping(mapping(answer.json).get("QueryResponse")).get(entity.name))
    read = [to_record(entity.name, row) for row in rows]
    seen = {text(one) for one in items(place.get("seen"))}
    records = tuple(record for record in read if _mark(record) not in seen)
    started = cursors.instant(place.get("at")) or cursors.instant(server_time(answer)) or now
    following = _following(read, number, moment, start, len(record_types))
    if following is None:
        return Page(records, None, started)
    return Page(records, cursors.encode(**following, at=started.isoformat()), started)


def _following(
    read: Sequence[Record], number: int, moment: str, start: int, entity_count: int
) -> dict[str, object] | None:
    if len(read) < PAGE:
        return {"entity": number + 1} if number + 1 < entity_count else None
    last = text(read[-1].get(CHANGED))
    seen = [_mark(record) for record in read if record.get(CHANGED) == last]
    if last == moment or not last:  # a whole page within one second
        return {
            "entity": number,
            "moment": moment,
            "start": start + PAGE - TIE_OVERLAP,
            "seen": seen,
        }
    return {"entity": number, "moment": last, "seen": seen}


def _mark(record: Record) -> str:
    return f"{record.ref.id}:{record.version}"


def _whole(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
