"""QuickBooks' writes, single and in batches, and what the answer says of each of them.

An item that the answer does not mention is an unknown outcome: it is looked up, never sent again
blindly. Knows nothing of why something is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncapp.connectors.base import Op, Refused, WriteBatch, WriteItem, WriteResult, Written
from syncapp.connectors.batches import WholeRefused, send_in_halves
from syncapp.connectors.caller import Answer
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.connectors.quickbooks import custom_fields, enhanced
from syncapp.connectors.quickbooks.client import QuickBooksClient
from syncapp.connectors.quickbooks.entities import ENTITIES, Entity, Voiding
from syncapp.connectors.quickbooks.errors import fault_of, judge, problem_in, problem_of
from syncapp.connectors.quickbooks.markers import NOTE, marked
from syncapp.connectors.quickbooks.records import to_body, to_record
from syncapp.connectors.quickbooks.schema import kinds
from syncapp.core.errors import (
    ConfigurationInvalid,
    OutcomeUnknown,
    RecordError,
    RecordRejected,
    SyncError,
    TryLater,
)
from syncapp.core.names import plain_name
from syncapp.core.records import Record
from syncapp.core.values import Value


def write(client: QuickBooksClient, batch: WriteBatch) -> tuple[WriteResult, ...]:
    """Send a batch; see ``Connector.write``.

    Raises:
        ConfigurationInvalid: QuickBooks has no such operation for the entity.
    """
    _require_possible(ENTITIES[batch.type], batch.op)
    bodies: dict[str, Mapping[str, object]] = {}
    refused: dict[str, WriteResult] = {}
    for item in batch.items:
        try:
            bodies[item.key] = _body(batch, item)
        except RecordRejected as error:
            refused[item.key] = Refused(item.key, error)
    sendable = [item for item in batch.items if item.key in bodies]

    def send(part: Sequence[WriteItem]) -> Mapping[str, WriteResult]:
        request_id = _request_id(batch, part, sendable)
        is_newer = any(
            custom_fields.shows_enhanced(bodies[item.key].get("CustomField")) for item in part
        )
        if is_newer and len(part) > 1:
            # A batch takes no include (UNCONFIRMED): halve it until each of them is alone.
            raise WholeRefused(_NOT_ALONE)
        if (batch.single or is_newer) and len(part) == 1:
            return _send_single(client, batch, part[0], bodies[part[0].key], request_id)
        return _send_batch(client, batch, part, bodies, request_id)

    if sendable:
        refused |= {result.key: result for result in send_in_halves(sendable, send)}
    return tuple(refused[item.key] for item in batch.items)


def _require_possible(entity: Entity, op: Op) -> None:
    possible = {
        Op.CREATE: entity.is_written,
        Op.UPDATE: entity.is_written,
        Op.VOID: entity.voiding is not Voiding.NOT,
        Op.INACTIVATE: entity.is_list and entity.is_written,
        Op.DELETE: not entity.is_list,
    }
    if not possible.get(op, False):
        raise ConfigurationInvalid(
            f"QuickBooks cannot {op.value} {entity.name}.", code="unknown_type"
        )


def _body(batch: WriteBatch, item: WriteItem) -> Mapping[str, object]:
    entity = ENTITIES[batch.type]
    named = {"Id": item.record_id, "SyncToken": item.version}
    match batch.op:
        case Op.CREATE:
            if item.marker and not entity.is_list:
                note = marked(item.values.get(NOTE), item.marker)
                item = replace(item, values={**item.values, NOTE: note})
            return to_body(item, kinds(batch.type))
        case Op.VOID:
            return {**named, "sparse": True}
        case Op.DELETE:
            return named
        case Op.INACTIVATE:
            again = {name: item.current[name] for name in entity.restated if item.current.get(name)}
            item = replace(item, values={**again, **item.values}, current={})
            return {**named, "sparse": True, **to_body(item, kinds(batch.type)), "Active": False}
    if "Active" in item.values:
        item = replace(item, values={**_restated(entity, item), **item.values})
    return {**named, "sparse": True, **to_body(item, kinds(batch.type))}


def _restated(entity: Entity, item: WriteItem) -> Mapping[str, Value]:
    """What must be sent again with a change of activity: the name as it was before the mark."""
    again = {name: item.current[name] for name in entity.restated if item.current.get(name)}
    if "Name" in again:
        again["Name"] = plain_name(text(again["Name"]))
    return again


#: What makes a single write something else than a create or an update (4.3, 4.4).
_SINGLE: Mapping[Voiding, tuple[tuple[str, str], ...]] = {
    Voiding.OPERATION: (("operation", "void"),),
    Voiding.INCLUDE: (("operation", "update"), ("include", "void")),
}


def _also(batch: WriteBatch) -> tuple[tuple[str, str], ...]:
    if batch.op is Op.VOID:
        return _SINGLE[ENTITIES[batch.type].voiding]
    return (("operation", "delete"),) if batch.op is Op.DELETE else ()


def _operation(batch: WriteBatch) -> Mapping[str, str]:
    """The same inside of a batch."""
    match batch.op:
        case Op.CREATE:
            return {"operation": "create"}
        case Op.DELETE:
            return {"operation": "delete"}
        case Op.VOID:
            return {"operation": "update", "optionsData": "void"}
    return {"operation": "update"}


#: Never a result: parts that get it are halved.
_NOT_ALONE = RecordRejected("Newer custom fields are written one by one.", code="rejected")


def _judged(op: Op) -> str:
    return "create" if op is Op.CREATE else "update"


def _request_id(batch: WriteBatch, part: Sequence[WriteItem], sendable: Sequence[WriteItem]) -> str:
    """The batch's own id; a part of it has an id of its own, always the same one.

    So a batch that is sent again after a crash goes through the same requests, and QuickBooks
    answers what it already did instead of doing it again.
    """
    if len(part) == len(sendable) == len(batch.items):
        return batch.request_id
    keys = ",".join(item.key for item in part)
    return hashlib.sha256(f"{batch.request_id}/{keys}".encode()).hexdigest()[:32]


def _send_single(
    client: QuickBooksClient,
    batch: WriteBatch,
    item: WriteItem,
    body: Mapping[str, object],
    request_id: str,
) -> Mapping[str, WriteResult]:
    is_newer = custom_fields.shows_enhanced(body.get("CustomField"))
    also = (*_also(batch), *([custom_fields.INCLUDE] if is_newer else ()))
    answer = client.save(ENTITIES[batch.type], body, request_id, also)
    fault = fault_of(answer.json)
    if not answer.ok or fault is not None:
        raise _whole_refusal(answer, batch)
    told = mapping(answer.json).get(batch.type)
    if not mapping(told):
        return {item.key: Refused(item.key, _not_mentioned(answer, body))}
    record = to_record(batch.type, told)
    if is_newer:
        record = _read_back(client, record, item)
    return {item.key: Written(item.key, record, answer.request_id)}


def _read_back(client: QuickBooksClient, record: Record, item: WriteItem) -> Record:
    """What became of the newer custom fields; the write itself is done, whatever happens here."""
    try:
        return enhanced.read_back(client, record, item.values)
    except SyncError:  # the next change or sweep tells
        return record


def _send_batch(
    client: QuickBooksClient,
    batch: WriteBatch,
    part: Sequence[WriteItem],
    bodies: Mapping[str, Mapping[str, object]],
    request_id: str,
) -> Mapping[str, WriteResult]:
    requests = {
        item.key: {"bId": item.key, **_operation(batch), batch.type: bodies[item.key]}
        for item in part
    }
    answer = client.batch(list(requests.values()), request_id)
    if not answer.ok or fault_of(answer.json) is not None:
        raise _whole_refusal(answer, batch)
    told = {
        text(mapping(one).get("bId")): mapping(one)
        for one in items(mapping(answer.json).get("BatchItemResponse"))
    }
    return {
        item.key: _result(batch, item.key, requests[item.key], told.get(item.key, {}), answer)
        for item in part
    }


def _result(
    batch: WriteBatch,
    key: str,
    request: Mapping[str, object],
    told: Mapping[str, Json],
    answer: Answer,
) -> WriteResult:
    fault = fault_of(told)
    if fault is not None:
        problem = problem_in(fault, request_id=answer.request_id)
        error = _item_error(judge(problem, op=_judged(batch.op)))
        error.exchange = answer.exchange(request, told)
        return Refused(key, error)
    if not mapping(told.get(batch.type)):
        return Refused(key, _not_mentioned(answer, request))
    return Written(key, to_record(batch.type, told[batch.type]), answer.request_id)


def _whole_refusal(answer: Answer, batch: WriteBatch) -> Exception:
    """What is raised for a request that was refused, or not confirmed, as a whole."""
    error: SyncError
    if answer.is_trouble:
        error = OutcomeUnknown(
            f"QuickBooks did not confirm the write (HTTP {answer.status}).",
            code="outcome_unknown",
            detail=f"HTTP {answer.status}",
            request_id=answer.request_id,
        )
    else:
        error = judge(problem_of(answer), op=_judged(batch.op))
    error.exchange = answer.exchange()
    if isinstance(error, RecordError) and _is_about_an_item(error):
        return WholeRefused(error)
    return error


def _is_about_an_item(error: RecordError) -> bool:
    """Whether halving the batch would show whose error it is."""
    return not isinstance(error, OutcomeUnknown | TryLater)


def _item_error(error: SyncError) -> RecordError:
    if isinstance(error, RecordError):
        return error
    return RecordRejected(
        str(error), code=error.code or "rejected", detail=error.detail, request_id=error.request_id
    )


def _not_mentioned(answer: Answer, request: Mapping[str, object]) -> OutcomeUnknown:
    error = OutcomeUnknown(
        "QuickBooks' answer does not mention this record.",
        code="outcome_unknown",
        request_id=answer.request_id,
    )
    error.exchange = answer.exchange(request)
    return error
