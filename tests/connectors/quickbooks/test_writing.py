from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.connectors.base import Op, Refused, WriteBatch, WriteItem, Written
from syncapp.connectors.jsontext import parse, write
from syncapp.connectors.quickbooks.records import to_body, to_record
from syncapp.core.errors import (
    ConnectionBroken,
    OutcomeUnknown,
    RecordGone,
    RecordRejected,
    StaleRecord,
    SyncError,
    Throttled,
    TryLater,
)
from syncapp.core.ports import HttpRequest, HttpResponse
from syncapp.core.schema import Kind
from tests.connectors.fakes import LOST, NOT_SENT, FakeClock, FakeHttp, answer
from tests.connectors.quickbooks.bodies import ROOT, TIME, customer, fault, gateway
from tests.connectors.quickbooks.conftest import Connect

REQUEST = "0123456789abcdef0123456789abcdef"


def creates(*keys: str, single: bool = False, **values: Any) -> WriteBatch:
    items = tuple(WriteItem(key, {"DisplayName": key, **values}) for key in keys)
    return WriteBatch("Customer", Op.CREATE, items, REQUEST, single=single)


def update(values: dict[str, Any], current: dict[str, Any] | None = None) -> WriteBatch:
    item = WriteItem("a", values, record_id="7", version="3", current=current or {})
    return WriteBatch("Customer", Op.UPDATE, (item,), REQUEST, single=True)


def responses(*told: dict[str, Any]) -> dict[str, Any]:
    return {"BatchItemResponse": list(told), "time": TIME}


def error_of(result: object) -> Any:
    assert isinstance(result, Refused)
    return result.error


def test_a_single_create(connect: Connect) -> None:
    http = FakeHttp(answer({"Customer": customer(70, DisplayName="Zoë"), "time": TIME}))
    batch = creates("Zoë", single=True, **{"PrimaryEmailAddr.Address": "z@example.com"})
    (result,) = connect(http).write(batch)
    assert http.paths == [f"POST {ROOT}/customer"]
    assert http.query() == {"requestid": REQUEST, "minorversion": "75"}
    assert http.sent() == {
        "DisplayName": "Zoë",
        "PrimaryEmailAddr": {"Address": "z@example.com"},
    }
    assert isinstance(result, Written)
    assert (result.record.ref.id, result.record.version) == ("70", "0")
    assert result.request_id == "tid-1"


def test_an_update_is_sparse_and_sends_nested_objects_whole(connect: Connect) -> None:
    http = FakeHttp(answer({"Customer": customer(7), "time": TIME}))
    current = {
        "DisplayName": "Old",
        "Notes": "kept by QuickBooks",
        "BillAddr.Id": "2",
        "BillAddr.Line1": "4581 Finch St.",
        "BillAddr.City": "Bayshore",
        "BillAddr.Country": None,
        "BillAddr.Lat": "INVALID",
        "BillAddr.Long": "INVALID",
        "ShipAddr.City": "Untouched",
        "SalesTermRef.value": "3",
        "SalesTermRef.name": "Net 30",
    }
    values = {"BillAddr.City": "Rio", "BillAddr.Line2": None, "SalesTermRef.value": "4"}
    connect(http).write(update(values, current))
    assert http.sent() == {
        "Id": "7",
        "SyncToken": "3",
        "sparse": True,
        "BillAddr": {"Line1": "4581 Finch St.", "City": "Rio", "Line2": ""},
        "SalesTermRef": {"value": "4"},
    }


def test_numbers_are_sent_as_numbers_and_switches_as_switches(connect: Connect) -> None:
    item = WriteItem("a", {"Balance": "100.10", "Taxable": "true", "Notes": "12"})
    body = to_body(item, {"Balance": Kind.MONEY, "Taxable": Kind.BOOLEAN})
    assert write(body) == b'{"Balance":100.10,"Taxable":true,"Notes":"12"}'
    assert type(body["Balance"]) is Decimal
    batch = WriteBatch("Customer", Op.CREATE, (WriteItem("a", {"Balance": "a lot"}),), REQUEST)
    http = FakeHttp()
    (result,) = connect(http).write(batch)
    assert (error_of(result).code, error_of(result).field) == ("invalid_value", "Balance")
    assert http.requests == []


@given(st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=5))
def test_an_amount_travels_there_and_back_unchanged(amount: Decimal) -> None:
    body = to_body(WriteItem("a", {"Balance": str(amount)}), {"Balance": Kind.MONEY})
    record = to_record("Customer", parse(write({"Id": "1", **body})))
    assert Decimal(str(record.get("Balance"))) == amount


def test_a_batch_names_its_items(connect: Connect) -> None:
    told = [{"Customer": customer(2), "bId": "b"}, {"Customer": customer(1), "bId": "a"}]
    http = FakeHttp(answer(responses(*told)))
    results = connect(http).write(creates("a", "b"))
    assert http.paths == [f"POST {ROOT}/batch"]
    assert http.query()["requestid"] == REQUEST
    assert http.sent()["BatchItemRequest"][0] == {
        "bId": "a",
        "operation": "create",
        "Customer": {"DisplayName": "a"},
    }
    assert [(one.key, one.record.ref.id) for one in results if isinstance(one, Written)] == [
        ("a", "1"),
        ("b", "2"),
    ]


def test_each_item_of_a_batch_succeeds_or_fails_by_itself(connect: Connect) -> None:
    told = [
        {"Customer": customer(1), "bId": "a"},
        {**fault("6240", "m", "The name supplied already exists. : Id=812"), "bId": "b"},
        {**fault("5010"), "bId": "c"},
        {**fault("610"), "bId": "d"},
        {**fault("10000", type="SystemFault"), "bId": "e"},
        {**fault("77777", "m", "Never seen"), "bId": "f"},
        {**gateway("003001", "m"), "bId": "g"},
        {"bId": "h"},
    ]
    items = tuple(
        WriteItem(key, {"Notes": "x"}, record_id=str(number), version="0")
        for number, key in enumerate("abcdefghi")
    )
    http = FakeHttp(answer(responses(*told)))
    results = connect(http).write(WriteBatch("Customer", Op.UPDATE, items, REQUEST))
    assert isinstance(results[0], Written)
    assert [type(error_of(one)) for one in results[1:]] == [
        RecordRejected,
        StaleRecord,
        RecordGone,
        OutcomeUnknown,
        RecordRejected,
        Throttled,
        OutcomeUnknown,  # answered without an object
        OutcomeUnknown,  # not answered at all
    ]
    assert error_of(results[1]).code == "name_in_use"
    assert error_of(results[1]).existing_id == "812"
    assert error_of(results[5]).detail == "Never seen"
    assert len(http.requests) == 1


class Picky:
    """Refuses any whole batch with a field it does not know; remembers request ids."""

    def __init__(self, *bad: str) -> None:
        self.bad = set(bad)
        self.sizes: list[int] = []
        self.ids: list[str] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        items = json.loads(request.body)["BatchItemRequest"]
        self.sizes.append(len(items))
        self.ids.append(request.url.split("requestid=")[1].split("&")[0])
        if self.bad & {one["bId"] for one in items}:
            return answer(fault("2010", "m", "Property Name:Unrecognized field"), 400)
        told = [{"Customer": customer(n), "bId": one["bId"]} for n, one in enumerate(items)]
        return answer(responses(*told))


def test_a_whole_refusal_is_halved_under_request_ids_of_its_own(connect: Connect) -> None:
    server = Picky("k4")
    keys = [f"k{number}" for number in range(30)]
    results = connect(FakeHttp(handler=server)).write(creates(*keys))
    assert [one.key for one in results if isinstance(one, Refused)] == ["k4"]
    assert error_of(results[4]).code == "unknown_field"
    assert server.ids[0] == REQUEST
    assert len(set(server.ids)) == len(server.ids)
    assert all(len(one) <= 36 for one in server.ids)
    again = Picky("k4")  # the same batch after a crash goes through the same requests
    connect(FakeHttp(handler=again)).write(creates(*keys))
    assert again.ids == server.ids


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (LOST, OutcomeUnknown),
        (NOT_SENT, TryLater),
        (answer("<html>Bad Gateway</html>", 502), OutcomeUnknown),
        (answer("", 504), OutcomeUnknown),
        (answer(fault("10000", type="SystemFault"), 500), OutcomeUnknown),
        (answer('{"Customer": {"Id"', 200), OutcomeUnknown),
        (answer("<html>fine</html>", 200), OutcomeUnknown),
        (answer(gateway("3100", "m"), 403), ConnectionBroken),
        (answer("", 429), Throttled),
        (answer(fault("150"), 400), TryLater),
        (answer(fault("600"), 400), OutcomeUnknown),
    ],
)
def test_what_happens_to_the_write_as_a_whole(
    connect: Connect, trouble: Any, error: type[SyncError], single: bool
) -> None:
    http = FakeHttp(trouble)
    with pytest.raises(error) as caught:
        connect(http).write(creates("a", single=single))
    assert type(caught.value) is error
    assert len(http.requests) == 1


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "error"),
    [("5010", StaleRecord), ("610", RecordGone), ("6240", RecordRejected), ("9", RecordRejected)],
)
def test_a_refused_single_update(
    connect: Connect, status: int, code: str, error: type[SyncError]
) -> None:
    (result,) = connect(FakeHttp(answer(fault(code), status))).write(update({"Notes": "x"}))
    assert type(error_of(result)) is error


def test_a_success_without_an_object_is_unknown(connect: Connect) -> None:
    (result,) = connect(FakeHttp(answer({"time": TIME}))).write(creates("a", single=True))
    assert isinstance(error_of(result), OutcomeUnknown)


def test_batches_have_a_budget_of_their_own(connect: Connect) -> None:
    http = FakeHttp(handler=lambda _: answer(responses({"Customer": customer(1), "bId": "a"})))
    clock = FakeClock()
    connector = connect(http, clock)
    for _ in range(41):
        connector.write(creates("a"))
    assert (clock.at - FakeClock().at).total_seconds() == pytest.approx(61.8)
