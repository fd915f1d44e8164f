"""HubSpot's batch writes: inputs, and what the answer says of each of them.

An input that the answer does not mention is an unknown outcome: it is looked up, never sent again
blindly. Knows nothing of why something is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from syncapp.connectors.base import Op, Refused, WriteBatch, WriteItem, WriteResult, Written
from syncapp.connectors.batches import send_in_halves
from syncapp.connectors.caller import Answer
from syncapp.connectors.hubspot import ties
from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.errors import Problem, judge, problem_of_item, whole_refusal
from syncapp.connectors.hubspot.objects import MARKER, TYPES, ObjectType
from syncapp.connectors.hubspot.records import to_properties, to_record
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.errors import (
    ConfigurationInvalid,
    OutcomeUnknown,
    RecordError,
    RecordRejected,
    SyncError,
)
from syncapp.core.records import Record, RecordRef
from syncapp.core.sides import Side


def write(client: HubSpotClient, batch: WriteBatch) -> tuple[WriteResult, ...]:
    """Send a batch; see ``Connector.write``.

    Raises:
        ConfigurationInvalid: HubSpot has no such operation for the type.
    """
    make, post = _operation(client, TYPES[batch.type], batch.op)

    def send(part: Sequence[WriteItem]) -> Mapping[str, WriteResult]:
        inputs = {item.key: make(item) for item in part}
        answer = post(list(inputs.values()))
        if not answer.ok:
            raise whole_refusal(answer)
        if batch.op is Op.ARCHIVE:  # 204: nothing is told of the records
            return {item.key: _archived(batch, item, answer) for item in part}
        return _results(batch, part, inputs, answer)

    return send_in_halves(batch.items, send)


_Input = Mapping[str, object]
_Make = Callable[[WriteItem], _Input]
_Post = Callable[[Sequence[_Input]], Answer]


def _operation(client: HubSpotClient, kind: ObjectType, op: Op) -> tuple[_Make, _Post]:
    slug = kind.slug
    match op:
        case Op.CREATE:
            return partial(_create_input, slug), partial(client.batch_create, slug)
        case Op.UPDATE:
            return _update_input, partial(client.batch_update, slug)
        case Op.UPSERT if kind.may_upsert:
            return _upsert_input, partial(client.batch_upsert, slug)
        case Op.VOID if kind.voided:
            voided = dict(kind.voided)
            return (
                lambda item: _update_input(replace(item, values={**item.values, **voided})),
                partial(client.batch_update, slug),
            )
        case Op.ARCHIVE if kind.may_archive:
            return (
                lambda item: {"id": item.record_id},
                lambda inputs: client.batch_archive(slug, [str(one["id"]) for one in inputs]),
            )
    raise ConfigurationInvalid(f"HubSpot cannot {op.value} {slug}.", code="unknown_type")


def _create_input(slug: str, item: WriteItem) -> _Input:
    told: dict[str, object] = {
        "properties": _marked(item), "objectWriteTraceId": item.key
    }  # fmt: skip
    if item.ties:
        told["associations"] = [ties.on_create(slug, tie) for tie in item.ties]
    return told


def _marked(item: WriteItem) -> Mapping[str, str]:
    properties = to_properties(item.values)
    if item.marker:
        properties[MARKER] = item.marker
    return properties


def _update_input(item: WriteItem) -> _Input:
    return {
        "id": item.record_id,
        "properties": to_properties(item.values),
        "objectWriteTraceId": item.key,
    }


def _upsert_input(item: WriteItem) -> _Input:
    if not item.marker:
        raise ValueError("an upsert needs a marker: nothing else says which record is meant")
    return {
        "id": item.marker,
        "idProperty": MARKER,
        "properties": _marked(item),
        "objectWriteTraceId": item.key,
    }


def _archived(batch: WriteBatch, item: WriteItem, answer: Answer) -> Written:
    ref = RecordRef(Side.HUBSPOT, batch.type, item.record_id or "")
    return Written(item.key, Record(ref, {}, gone="archived"), answer.request_id)


def _results(
    batch: WriteBatch, part: Sequence[WriteItem], inputs: Mapping[str, _Input], answer: Answer
) -> Mapping[str, WriteResult]:
    body = mapping(answer.json)

    def refused(item: WriteItem, problem: Problem, told: Json) -> Refused:
        error = _item_error(judge(problem, writing=True))
        error.exchange = answer.exchange(inputs[item.key], told)
        return Refused(item.key, error)

    results: dict[str, WriteResult] = {}
    find = _Finder(batch, part)
    for told in items(body.get("results")):
        item = find.by_result(mapping(told))
        if item is not None:
            record = to_record(batch.type, told)
            results[item.key] = Written(item.key, record, answer.request_id)
    unplaced: list[tuple[Problem, Json]] = []
    for told in items(body.get("errors")):
        problem = problem_of_item(mapping(told), request_id=answer.request_id)
        concerned = find.by_problem(problem)
        for item in concerned:
            results.setdefault(item.key, refused(item, problem, told))
        if not concerned:
            unplaced.append((problem, told))
    missing = [item for item in part if item.key not in results]
    if len(missing) == len(unplaced) == 1:
        results[missing[0].key] = refused(missing[0], *unplaced[0])
        return results
    for item in missing:
        results[item.key] = Refused(item.key, _not_mentioned(answer, inputs[item.key]))
    return results


def _item_error(error: SyncError) -> RecordError:
    if isinstance(error, RecordError):
        return error
    return RecordRejected(
        str(error), code=error.code or "rejected", detail=error.detail, request_id=error.request_id
    )


def _not_mentioned(answer: Answer, request: _Input) -> OutcomeUnknown:
    error = OutcomeUnknown(
        "HubSpot's answer does not mention this record.",
        code="outcome_unknown",
        request_id=answer.request_id,
    )
    error.exchange = answer.exchange(request)
    return error


class _Finder:
    """Finds the input a result or an error belongs to; the order of an answer is not promised."""

    def __init__(self, batch: WriteBatch, part: Sequence[WriteItem]) -> None:
        self._by_key = {item.key: item for item in part}
        self._by_id = {item.record_id: item for item in part if item.record_id}
        self._by_marker = {item.marker: item for item in part if item.marker}
        self._has_no_id = batch.op in {Op.CREATE, Op.UPSERT}

    def by_result(self, told: Mapping[str, Json]) -> WriteItem | None:
        traced = self._by_key.get(text(told.get("objectWriteTraceId")))
        if traced is not None:
            return traced
        if self._has_no_id:
            marker = text(mapping(told.get("properties")).get(MARKER))
            return self._by_marker.get(marker)
        return self._by_id.get(text(told.get("id")))

    def by_problem(self, problem: Problem) -> list[WriteItem]:
        traced = [self._by_key[trace] for trace in problem.traces if trace in self._by_key]
        return traced or [self._by_id[one] for one in problem.ids if one in self._by_id]
