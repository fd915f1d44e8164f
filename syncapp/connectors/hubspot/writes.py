"""HubSpot's batch writes: inputs, and what the answer says of each of them.

An input that the answer does not mention is an unknown outcome: it is looked up, never sent again
blindly. Knows nothing of why something is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncapp.connectors.base import Op, Refused, WriteBatch, WriteItem, WriteResult, Written
from syncapp.connectors.batches import WholeRefused, send_in_halves
from syncapp.connectors.caller import Answer
from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.errors import Problem, judge, problem_of, problem_of_item
from syncapp.connectors.hubspot.objects import MARKER
from syncapp.connectors.hubspot.records import to_properties, to_record
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.errors import OutcomeUnknown, RecordError, RecordGone, RecordRejected, SyncError


def write(client: HubSpotClient, batch: WriteBatch) -> tuple[WriteResult, ...]:
    """Send a batch; see ``Connector.write``."""

    def send(part: Sequence[WriteItem]) -> Mapping[str, WriteResult]:
        if batch.op is Op.CREATE:
            answer = client.batch_create(batch.type, [_create_input(item) for item in part])
        else:
            answer = client.batch_update(batch.type, [_update_input(item) for item in part])
        if not answer.ok:
            raise _whole_refusal(answer)
        return _results(batch, part, answer)

    return send_in_halves(batch.items, send)


def _create_input(item: WriteItem) -> Mapping[str, object]:
    properties = to_properties(item.values)
    if item.marker:
        properties[MARKER] = item.marker
    return {"properties": properties, "objectWriteTraceId": item.key}


def _update_input(item: WriteItem) -> Mapping[str, object]:
    return {
        "id": item.record_id,
        "properties": to_properties(item.values),
        "objectWriteTraceId": item.key,
    }


def _whole_refusal(answer: Answer) -> Exception:
    """What is raised for a batch that was refused, or not confirmed, as a whole."""
    if answer.is_trouble:
        return OutcomeUnknown(
            f"HubSpot did not confirm the write (HTTP {answer.status}).",
            code="outcome_unknown",
            detail=f"HTTP {answer.status}",
            request_id=answer.request_id,
        )
    error = judge(problem_of(answer), writing=True)
    # Whose fault it is shows when the batch is halved; a lone item that is missing is gone.
    if isinstance(error, RecordRejected | RecordGone):
        return WholeRefused(error)
    return error


def _results(
    batch: WriteBatch, part: Sequence[WriteItem], answer: Answer
) -> Mapping[str, WriteResult]:
    body = mapping(answer.json)
    results: dict[str, WriteResult] = {}
    find = _Finder(batch, part)
    for told in items(body.get("results")):
        item = find.by_result(mapping(told))
        if item is not None:
            record = to_record(batch.type, told)
            results[item.key] = Written(item.key, record, answer.request_id)
    problems = [
        problem_of_item(mapping(told), request_id=answer.request_id)
        for told in items(body.get("errors"))
    ]
    unplaced: list[Problem] = []
    for problem in problems:
        concerned = find.by_problem(problem)
        for item in concerned:
            results.setdefault(item.key, _refused(item, problem))
        if not concerned:
            unplaced.append(problem)
    missing = [item for item in part if item.key not in results]
    if len(missing) == len(unplaced) == 1:
        results[missing[0].key] = _refused(missing[0], unplaced[0])
        return results
    for item in missing:
        results[item.key] = Refused(item.key, _not_mentioned(answer.request_id))
    return results


def _refused(item: WriteItem, problem: Problem) -> Refused:
    return Refused(item.key, _item_error(judge(problem, writing=True)))


def _item_error(error: SyncError) -> RecordError:
    if isinstance(error, RecordError):
        return error
    return RecordRejected(
        str(error), code=error.code or "rejected", detail=error.detail, request_id=error.request_id
    )


def _not_mentioned(request_id: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        "HubSpot's answer does not mention this record.",
        code="outcome_unknown",
        request_id=request_id,
    )


class _Finder:
    """Finds the input a result or an error belongs to; the order of an answer is not promised."""

    def __init__(self, batch: WriteBatch, part: Sequence[WriteItem]) -> None:
        self._by_key = {item.key: item for item in part}
        self._by_id = {item.record_id: item for item in part if item.record_id}
        self._by_marker = {item.marker: item for item in part if item.marker}
        self._is_create = batch.op is Op.CREATE

    def by_result(self, told: Mapping[str, Json]) -> WriteItem | None:
        traced = self._by_key.get(text(told.get("objectWriteTraceId")))
        if traced is not None:
            return traced
        if self._is_create:
            marker = text(mapping(told.get("properties")).get(MARKER))
            return self._by_marker.get(marker)
        return self._by_id.get(text(told.get("id")))

    def by_problem(self, problem: Problem) -> list[WriteItem]:
        traced = [self._by_key[trace] for trace in problem.traces if trace in self._by_key]
        return traced or [self._by_id[one] for one in problem.ids if one in self._by_id]
