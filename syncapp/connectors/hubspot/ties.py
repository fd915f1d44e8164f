"""HubSpot's associations: their type ids as data, reading and writing them in batches.

A record without any association makes a batch read a 207, which is an empty result and no
failure. Facts: apis/hubspot.md 5. Knows nothing of why something is associated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from syncapp.connectors.base import Refused, Tie, WriteBatch, WriteItem, WriteResult, Written
from syncapp.connectors.batches import WholeRefused
from syncapp.connectors.caller import Answer
from syncapp.connectors.hubspot.client import HubSpotClient
from syncapp.connectors.hubspot.errors import judge, problem_of_item, whole_refusal
from syncapp.connectors.jsontext import Json, items, mapping, text
from syncapp.core.errors import (
    ConfigurationInvalid,
    OutcomeUnknown,
    RecordError,
    RecordRejected,
    TryLater,
)
from syncapp.core.records import Record, RecordRef
from syncapp.core.sides import Side

#: Inputs of one call: 1,000 are allowed for reading, 2,000 for writing (5.2).
READ_BATCH = 1000
WRITE_BATCH = 1000
#: A record with more partners than this in one read is read on, page by page; no more pages.
MAX_PAGES = 200

#: HUBSPOT_DEFINED ids by direction (5.4): without a label, and the label "Primary".
TYPE_IDS: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 279,
    ("contacts", "deals"): 4,
    ("contacts", "invoices"): 178,
    ("contacts", "commerce_payments"): 388,
    ("contacts", "notes"): 201,
    ("companies", "contacts"): 280,
    ("companies", "deals"): 342,
    ("companies", "invoices"): 180,
    ("companies", "commerce_payments"): 390,
    ("companies", "notes"): 189,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 341,
    ("deals", "line_items"): 19,
    ("deals", "invoices"): 176,
    ("deals", "commerce_payments"): 392,
    ("deals", "notes"): 213,
    ("invoices", "contacts"): 177,
    ("invoices", "companies"): 179,
    ("invoices", "deals"): 175,
    ("invoices", "line_items"): 409,
    ("invoices", "discounts"): 411,
    ("invoices", "fees"): 413,
    ("invoices", "taxes"): 415,
    ("invoices", "commerce_payments"): 541,
    ("line_items", "deals"): 20,
    ("line_items", "invoices"): 410,
    ("line_items", "commerce_payments"): 396,
    ("line_items", "discounts"): 368,
    ("discounts", "invoices"): 412,
    ("discounts", "line_items"): 367,
    ("discounts", "deals"): 369,
    ("fees", "invoices"): 414,
    ("taxes", "invoices"): 416,
    ("commerce_payments", "contacts"): 387,
    ("commerce_payments", "companies"): 389,
    ("commerce_payments", "deals"): 391,
    ("commerce_payments", "invoices"): 542,
    ("commerce_payments", "line_items"): 395,
    ("notes", "contacts"): 202,
    ("notes", "companies"): 190,
    ("notes", "deals"): 214,
}
PRIMARY_IDS: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 1,
    ("companies", "contacts"): 2,
    ("deals", "companies"): 5,
    ("companies", "deals"): 6,
}
_NONE_FOUND = "NO_ASSOCIATIONS_FOUND"

Pair = tuple[str, Tie]
_Send = Callable[[Sequence[Pair]], Answer]


def spec(record_type: str, tie: Tie) -> Mapping[str, object]:
    """The association type of a tie, as HubSpot is sent it.

    Raises:
        ConfigurationInvalid: HubSpot cannot associate these types.
    """
    table = PRIMARY_IDS if tie.primary else TYPE_IDS
    type_id = table.get((record_type, tie.type))
    if type_id is None:
        raise ConfigurationInvalid(
            f"HubSpot cannot associate {record_type} with {tie.type}.", code="unknown_type"
        )
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


def on_create(record_type: str, tie: Tie) -> Mapping[str, object]:
    """A tie inside the body of a create: from the new record to the other one."""
    return {"to": {"id": tie.id}, "types": [spec(record_type, tie)]}


def read(
    client: HubSpotClient, record_type: str, ids: Sequence[str], to_type: str
) -> Mapping[str, tuple[Tie, ...]]:
    """See ``Associating.ties``."""
    found: dict[str, dict[str, Tie]] = {one: {} for one in ids}
    for start in range(0, len(found), READ_BATCH):
        inputs: list[Mapping[str, object]] = [
            {"id": one} for one in list(found)[start : start + READ_BATCH]
        ]
        for _ in range(MAX_PAGES):
            answer = client.ties_read(record_type, to_type, inputs)
            _require_only_empty(answer)
            inputs = _collect(answer, record_type, to_type, found)
            if not inputs:
                break
        else:
            raise TryLater("HubSpot's list of associations does not end.", code="temporary")
    return {one: tuple(partners.values()) for one, partners in found.items()}


def _require_only_empty(answer: Answer) -> None:
    for told in items(mapping(answer.json).get("errors")):
        body = mapping(told)
        if _NONE_FOUND not in text(body.get("subCategory")):
            problem = problem_of_item(body, request_id=answer.request_id)
            # An id that is unknown altogether has no associations either.
            if problem.category != "OBJECT_NOT_FOUND":
                raise judge(problem, writing=False)


def _collect(
    answer: Answer, record_type: str, to_type: str, found: dict[str, dict[str, Tie]]
) -> list[Mapping[str, object]]:
    """Keep what an answer tells; the inputs of the next page."""
    primary_id = str(PRIMARY_IDS.get((record_type, to_type), ""))
    following: list[Mapping[str, object]] = []
    for told in items(mapping(answer.json).get("results")):
        row = mapping(told)
        record_id = text(mapping(row.get("from")).get("id"))
        if record_id not in found:
            continue
        for one in items(row.get("to")):
            tie = _tie(mapping(one), to_type, primary_id)
            known = found[record_id].get(tie.id)
            if tie.id and (known is None or tie.primary):
                found[record_id][tie.id] = tie
        after = text(mapping(mapping(row.get("paging")).get("next")).get("after"))
        if after:
            following.append({"id": record_id, "after": after})
    return following


def _tie(told: Mapping[str, Json], to_type: str, primary_id: str) -> Tie:
    types = [text(mapping(one).get("typeId")) for one in items(told.get("associationTypes"))]
    return Tie(
        to_type, text(told.get("toObjectId")), primary=bool(primary_id) and primary_id in types
    )


def write(
    client: HubSpotClient, record_type: str, pairs: Sequence[Pair]
) -> Mapping[Pair, RecordError]:
    """See ``Associating.tie``."""
    failures: dict[Pair, RecordError] = {}
    for to_type, some in _by_type(pairs).items():

        def send(part: Sequence[Pair], to_type: str = to_type) -> Answer:
            inputs = [
                {
                    "from": {"id": record_id},
                    "to": {"id": tie.id},
                    "types": [spec(record_type, tie)],
                }
                for record_id, tie in part
            ]
            return client.ties_create(record_type, to_type, inputs)

        for start in range(0, len(some), WRITE_BATCH):
            failures |= _in_halves(some[start : start + WRITE_BATCH], send, must_be_named=True)
    return failures


def remove(
    client: HubSpotClient, record_type: str, pairs: Sequence[Pair]
) -> Mapping[Pair, RecordError]:
    """See ``Associating.untie``."""
    failures: dict[Pair, RecordError] = {}
    for to_type, some in _by_type(pairs).items():

        def send(part: Sequence[Pair], to_type: str = to_type) -> Answer:
            inputs = [
                {"from": {"id": record_id}, "to": [{"id": tie.id}]} for record_id, tie in part
            ]
            return client.ties_archive(record_type, to_type, inputs)

        for start in range(0, len(some), WRITE_BATCH):
            failures |= _in_halves(some[start : start + WRITE_BATCH], send, must_be_named=False)
    return failures


def _by_type(pairs: Sequence[Pair]) -> Mapping[str, list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for record_id, tie in dict.fromkeys(pairs):
        groups.setdefault(tie.type, []).append((record_id, tie))
    return groups


def _in_halves(
    pairs: Sequence[Pair], send: _Send, *, must_be_named: bool
) -> Mapping[Pair, RecordError]:
    """What of the pairs could not be done; a refused whole is halved until it is alone."""
    failures: dict[Pair, RecordError] = {}
    waiting: list[Sequence[Pair]] = [pairs]
    while waiting:
        part = waiting.pop()
        answer = send(part)
        if answer.ok:
            failures |= _failed(part, answer, must_be_named=must_be_named)
            continue
        error = whole_refusal(answer)
        if not isinstance(error, WholeRefused):
            raise error
        if len(part) == 1:
            failures[part[0]] = error.error
        else:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
    return failures


def _failed(
    part: Sequence[Pair], answer: Answer, *, must_be_named: bool
) -> Mapping[Pair, RecordError]:
    body = mapping(answer.json)
    problems = [
        problem_of_item(mapping(one), request_id=answer.request_id)
        for one in items(body.get("errors"))
    ]
    if not must_be_named and not problems:
        return {}
    done = {_named(mapping(one)) for one in items(body.get("results"))}
    missing = [pair for pair in part if must_be_named and (pair[0], pair[1].id) not in done]
    if not problems:
        unknown = OutcomeUnknown(
            "HubSpot's answer does not mention this association.",
            code="outcome_unknown", request_id=answer.request_id,
        )  # fmt: skip
        return {pair: unknown for pair in missing}
    error = judge(problems[0], writing=True)
    if not isinstance(error, RecordError):
        error = RecordRejected(
            str(error), code=error.code or "rejected", detail=error.detail,
            request_id=error.request_id,
        )  # fmt: skip
    return {pair: error for pair in missing or part}


def _named(told: Mapping[str, Json]) -> tuple[str, str]:
    """The pair a result speaks of, in either of its two forms."""
    one = text(told.get("fromObjectId")) or text(mapping(told.get("from")).get("id"))
    other = text(told.get("toObjectId")) or text(mapping(told.get("to")).get("id"))
    return one, other


def replace(client: HubSpotClient, batch: WriteBatch) -> tuple[WriteResult, ...]:
    """Make each record's associations with a type the one that is asked for.

    Safe to repeat: what is tied already is tied again without effect.
    """
    results: list[WriteResult] = []
    wanted = [
        (item, name.removeprefix("@"), str(value))
        for item in batch.items
        for name, value in item.values.items()
    ]
    by_type: dict[str, list[tuple[WriteItem, str]]] = {}
    for item, to_type, target in wanted:
        by_type.setdefault(to_type, []).append((item, target))
    for to_type, some in by_type.items():
        ids = [item.record_id or "" for item, _ in some]
        held = read(client, batch.type, ids, to_type)
        leaving = [
            (item.record_id or "", tie)
            for item, target in some
            for tie in held[item.record_id or ""]
            if tie.id != target
        ]
        staying = [(item.record_id or "", Tie(to_type, target)) for item, target in some]
        failed = dict(write(client, batch.type, staying))
        if not failed:
            failed = dict(remove(client, batch.type, leaving))
        for item, _ in some:
            problem = next((e for (one, _), e in failed.items() if one == item.record_id), None)
            if problem is not None:
                results.append(Refused(item.key, problem))
            else:
                ref = RecordRef(Side.HUBSPOT, batch.type, item.record_id or "")
                results.append(Written(item.key, Record(ref, item.values)))
    return tuple(results)
