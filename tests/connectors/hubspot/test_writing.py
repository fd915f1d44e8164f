from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from syncapp.connectors.base import Op, Refused, WriteBatch, WriteItem, Written
from syncapp.core.errors import (
    ConnectionBroken,
    OutcomeUnknown,
    RecordGone,
    RecordRejected,
    SyncError,
    Throttled,
    TryLater,
)
from syncapp.core.ports import HttpRequest, HttpResponse
from tests.connectors.fakes import LOST, NOT_SENT, FakeHttp, answer
from tests.connectors.hubspot.bodies import batch, contact, invalid, item_error
from tests.connectors.hubspot.conftest import Connect


def creates(*keys: str, **values: Any) -> WriteBatch:
    items = tuple(
        WriteItem(key, {"email": f"{key}@example.com", **values}, marker=f"9:Customer:{key}")
        for key in keys
    )
    return WriteBatch("contacts", Op.CREATE, items, "r" * 32)


def updates(**values: dict[str, Any]) -> WriteBatch:
    items = tuple(WriteItem(f"k{one}", two, record_id=one[1:]) for one, two in values.items())
    return WriteBatch("contacts", Op.UPDATE, items, "r" * 32)


def created(number: int, key: str, **more: Any) -> dict[str, Any]:
    return {**contact(number, email=f"{key}@example.com"), "objectWriteTraceId": key, **more}


def test_creates_carry_marker_and_trace_id(connect: Connect) -> None:
    http = FakeHttp(answer(batch(created(2, "b"), created(1, "a")), 201))
    results = connect(http).write(creates("a", "b", note=None, vip=True))
    assert http.paths == ["POST /crm/objects/2026-09/contacts/batch/create"]
    assert http.sent()["inputs"][0] == {
        "objectWriteTraceId": "a",
        "properties": {
            "email": "a@example.com",
            "note": "",
            "vip": "true",
            "qbo_sync_id": "9:Customer:a",
        },
    }
    assert [(one.key, one.record.ref.id) for one in results if isinstance(one, Written)] == [
        ("a", "1"),
        ("b", "2"),
    ]


def test_an_answer_without_trace_ids_is_matched_by_marker(connect: Connect) -> None:
    told = [contact(one, qbo_sync_id=f"9:Customer:{key}") for one, key in ((2, "b"), (1, "a"))]
    results = connect(FakeHttp(answer(batch(*told), 201))).write(creates("a", "b"))
    assert [one.record.ref.id for one in results if isinstance(one, Written)] == ["1", "2"]


def test_updates_send_the_changed_fields_only(connect: Connect) -> None:
    http = FakeHttp(answer(batch(contact(7, phone="1"))))
    (result,) = connect(http).write(updates(_7={"phone": "1"}))
    assert http.paths == ["POST /crm/objects/2026-09/contacts/batch/update"]
    assert http.sent()["inputs"] == [
        {"id": "7", "properties": {"phone": "1"}, "objectWriteTraceId": "k_7"}
    ]
    assert isinstance(result, Written)
    assert result.record.get("phone") == "1"


def test_a_207_lets_the_good_ones_through(connect: Connect) -> None:
    bad_email = {
        **invalid("INVALID_EMAIL", "email", "bad"),
        "context": {"objectWriteTraceId": ["b"]},
    }
    taken = item_error(
        "CONFLICT", "Contact already exists. Existing ID: 77", objectWriteTraceId=["c"]
    )
    marked = {
        **invalid("CONFLICTING_UNIQUE_VALUE", "qbo_sync_id", "taken"),
        "context": {"objectWriteTraceId": ["d"]},
    }
    http = FakeHttp(answer(batch(created(1, "a"), errors=(bad_email, taken, marked)), 207))
    written, *refused = connect(http).write(creates("a", "b", "c", "d"))
    assert isinstance(written, Written)
    errors = [one.error for one in refused if isinstance(one, Refused)]
    assert [one.key for one in refused] == ["b", "c", "d"]
    assert [one.code for one in errors] == ["invalid_email", "email_in_use", "marker_in_use"]
    assert isinstance(errors[1], RecordRejected)
    assert errors[1].existing_id == "77"
    assert len(http.requests) == 1


def test_an_input_the_answer_does_not_mention_is_unknown(connect: Connect) -> None:
    http = FakeHttp(answer(batch(created(1, "a")), 201))
    _, second = connect(http).write(creates("a", "b"))
    assert isinstance(second, Refused)
    assert isinstance(second.error, OutcomeUnknown)


def test_errors_without_a_trace_belong_to_nobody_unless_only_one_is_left(connect: Connect) -> None:
    stray = item_error("VALIDATION_ERROR", "something")
    http = FakeHttp(
        answer(batch(created(1, "a"), errors=(stray,)), 207),
        answer(batch(created(1, "a"), errors=(stray,)), 207),
    )
    connector = connect(http)
    _, only = connector.write(creates("a", "b"))
    assert isinstance(only, Refused)
    assert isinstance(only.error, RecordRejected)
    _, *several = connector.write(creates("a", "b", "c"))
    assert [type(one.error) for one in several if isinstance(one, Refused)] == [OutcomeUnknown] * 2


def test_ids_that_are_gone_are_told_apart_in_an_update(connect: Connect) -> None:
    missing = item_error("OBJECT_NOT_FOUND", "Could not get some CONTACT objects", ids=["8", "9"])
    http = FakeHttp(answer(batch(contact(7), errors=(missing,)), 207))
    results = connect(http).write(updates(_7={"a": "1"}, _8={"a": "1"}, _9={"a": "1"}))
    assert isinstance(results[0], Written)
    assert [type(one.error) for one in results[1:] if isinstance(one, Refused)] == [RecordGone] * 2


def test_missing_scopes_inside_a_207_are_no_reason_to_lose_the_written_ones(
    connect: Connect,
) -> None:
    error = item_error("MISSING_SCOPES", "no", objectWriteTraceId=["b"])
    first, second = connect(FakeHttp(answer(batch(created(1, "a"), errors=(error,)), 207))).write(
        creates("a", "b")
    )
    assert isinstance(first, Written)
    assert isinstance(second, Refused)
    assert second.error.code == "no_permission"


class Picky:
    """Refuses any whole batch that holds a bad e-mail, as HubSpot did before trace ids."""

    def __init__(self, *bad: str, then: Callable[[int], Any] = lambda _: None) -> None:
        self.bad = {f"{one}@example.com" for one in bad}
        self.written: list[str] = []
        self.sizes: list[int] = []
        self._then = then

    def __call__(self, request: HttpRequest) -> HttpResponse | Exception:
        inputs = json.loads(request.body)["inputs"]
        self.sizes.append(len(inputs))
        special = self._then(len(self.sizes))
        if special is not None:
            return special
        emails = [one["properties"]["email"] for one in inputs]
        if self.bad & set(emails):
            return answer(invalid("INVALID_EMAIL", "email", "bad"), 400)
        self.written += emails
        told = [created(len(self.written), one["objectWriteTraceId"]) for one in inputs]
        return answer(batch(*told), 201)


@pytest.mark.parametrize("bad", [["k0"], ["k57"], ["k99"], ["k3", "k4"], ["k0", "k50", "k99"]])
def test_a_whole_refusal_is_halved_until_the_bad_ones_are_alone(
    connect: Connect, bad: list[str]
) -> None:
    server = Picky(*bad)
    keys = [f"k{number}" for number in range(100)]
    results = connect(FakeHttp(handler=server)).write(creates(*keys))
    assert [one.key for one in results] == keys
    assert [one.key for one in results if isinstance(one, Refused)] == bad
    assert sorted(server.written) == sorted(f"{one}@example.com" for one in keys if one not in bad)
    assert len(server.sizes) <= 1 + 2 * 7 * len(bad)


def test_trouble_while_halving_does_not_lose_what_was_written(connect: Connect) -> None:
    server = Picky("k5", then=lambda number: LOST if number == 3 else None)
    results = connect(FakeHttp(handler=server)).write(creates(*[f"k{n}" for n in range(8)]))
    assert server.sizes == [8, 4, 4]
    assert [type(one).__name__ for one in results[:4]] == ["Written"] * 4
    assert [type(one.error) for one in results[4:] if isinstance(one, Refused)] == [
        OutcomeUnknown
    ] * 4


def test_a_broken_connection_while_halving_leaves_the_rest_unsent(connect: Connect) -> None:
    broken = answer({"category": "MISSING_SCOPES"}, 403)
    server = Picky("k7", then=lambda number: broken if number == 3 else None)
    results = connect(FakeHttp(handler=server)).write(creates(*[f"k{n}" for n in range(8)]))
    assert server.sizes == [8, 4, 4]
    assert [type(one).__name__ for one in results[:4]] == ["Written"] * 4
    assert [type(one.error) for one in results[4:] if isinstance(one, Refused)] == [TryLater] * 4


def test_a_broken_connection_before_anything_was_written_is_heard(connect: Connect) -> None:
    broken = answer({"category": "MISSING_SCOPES"}, 403)
    server = Picky("k0", then=lambda number: broken if number == 3 else None)
    with pytest.raises(ConnectionBroken):
        connect(FakeHttp(handler=server)).write(creates(*[f"k{n}" for n in range(8)]))
    assert server.written == []


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (LOST, OutcomeUnknown),
        (NOT_SENT, TryLater),
        (answer("<html>Bad Gateway</html>", 502), OutcomeUnknown),
        (answer("", 524), OutcomeUnknown),
        (answer('{"results": [{"id"', 201), OutcomeUnknown),
        (answer("<html>fine</html>", 200), OutcomeUnknown),
        (answer({"message": "locked"}, 423), TryLater),
        (answer({"message": "moving"}, 477, {"retry-after": "60"}), TryLater),
        (answer({"category": "MISSING_SCOPES"}, 403), ConnectionBroken),
        (answer({"policyName": "DAILY"}, 429), Throttled),
    ],
)
def test_what_happens_to_the_batch_as_a_whole(
    connect: Connect, trouble: Any, error: type[SyncError]
) -> None:
    http = FakeHttp(trouble)
    with pytest.raises(error) as caught:
        connect(http).write(creates("a", "b"))
    assert type(caught.value) is error
    assert len(http.requests) == 1


def test_a_lone_rejection(connect: Connect) -> None:
    http = FakeHttp(answer({"category": "NEW", "message": "Never seen"}, 400))
    (result,) = connect(http).write(creates("a"))
    assert isinstance(result, Refused)
    assert (type(result.error), result.error.code) == (RecordRejected, "rejected")
    assert result.error.detail == "Never seen"


def test_the_vendors_request_id_is_kept(connect: Connect) -> None:
    http = FakeHttp(answer(batch(created(1, "a")), 201, {"x-hubspot-correlation-id": "corr-9"}))
    (result,) = connect(http).write(creates("a"))
    assert isinstance(result, Written)
    assert result.request_id == "corr-9"


def test_a_throttle_while_halving_is_no_failure_of_the_records(connect: Connect) -> None:
    slow = answer({"policyName": "DAILY"}, 429)
    server = Picky("k7", then=lambda number: slow if number == 3 else None)
    results = connect(FakeHttp(handler=server)).write(creates(*[f"k{n}" for n in range(8)]))
    assert [type(one).__name__ for one in results[:4]] == ["Written"] * 4
    assert [type(one.error) for one in results[4:] if isinstance(one, Refused)] == [Throttled] * 4


def test_what_halving_did_not_come_to_is_not_sent(connect: Connect) -> None:
    server = Picky("k0", "k7", then=lambda number: LOST if number == 3 else None)
    results = connect(FakeHttp(handler=server)).write(creates(*[f"k{n}" for n in range(8)]))
    assert server.sizes == [8, 4, 2]
    errors = [type(one.error) for one in results if isinstance(one, Refused)]
    assert errors == [OutcomeUnknown] * 2 + [TryLater] * 6
