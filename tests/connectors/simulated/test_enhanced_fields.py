"""S9, apis/quickbooks.md 12: the newer custom fields of QuickBooks, over HTTP to the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from syncapp.connectors.base import (
    BookkeepingConnector,
    Op,
    Refused,
    WriteBatch,
    WriteItem,
    WriteResult,
    Written,
)
from syncapp.core.ports import Env
from syncapp.core.records import Record
from syncapp.core.schema import Kind
from syncapp.core.values import Value
from tests.connectors.simulated.conftest import REALM, Simulator, connect_quickbooks

IDS = iter(range(1, 10_000))


@pytest.fixture
def side(books: Simulator, env: Env) -> Iterator[BookkeepingConnector]:
    yield connect_quickbooks(books, env)
    books.control("POST", "behaviour", {"enhanced_in_queries": "leave_out"})


def define(books: Simulator, label: str, kind: str, on: str = "Invoice") -> None:
    form = {"label": label, "type": kind, f"on.{on}": "on"}
    told = requests.post(f"{books.url}/settings/fields", data=form, timeout=30)
    told.raise_for_status()


def invoice(side: BookkeepingConnector, **more: Value) -> dict[str, Value]:
    number = next(IDS)
    customer = save(side, "Customer", {"DisplayName": f"Ada {number}"})
    accounts = side.list_page("Account", fields=(), after=None).records
    income = next(one.ref.id for one in accounts if one.get("AccountType") == "Income")
    item = save(
        side, "Item",
        {"Name": f"Hour {number}", "Type": "Service", "IncomeAccountRef.value": income},
    )  # fmt: skip
    line = {
        "Amount": "80.50",
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item.ref.id}, "Qty": "1"},
    }
    return {"CustomerRef.value": customer.ref.id, "Line": [line], **more}


def write(
    side: BookkeepingConnector, record_type: str, op: Op, *items: WriteItem, single: bool = False
) -> tuple[WriteResult, ...]:
    return side.write(WriteBatch(record_type, op, items, f"{next(IDS):032x}", single=single))


def save(side: BookkeepingConnector, record_type: str, values: dict[str, Value]) -> Record:
    (result,) = write(side, record_type, Op.CREATE, WriteItem("a", values), single=True)
    assert isinstance(result, Written), result
    return result.record


def names_of(side: BookkeepingConnector) -> dict[str, str]:
    return {f.label: f.name for f in side.describe("Invoice") if f.name.count(".") and f.custom}


def test_they_are_described_from_what_a_document_shows(
    books: Simulator, side: BookkeepingConnector
) -> None:
    define(books, "Project", "StringType")
    define(books, "Hours", "NumberType")
    define(books, "Until", "DateType")
    define(books, "Of memos", "StringType", on="CreditMemo")
    assert "Hours" not in names_of(side)  # nobody has seen a document yet
    save(side, "Invoice", invoice(side))
    found = {f.label: (f.kind, f.lacks) for f in side.describe("Invoice") if f.custom}
    assert found["Project"] == (Kind.TEXT, "")
    assert found["Hours"] == (Kind.NUMBER, "")
    assert found["Until"] == (Kind.DATE, "")
    assert "Of memos" not in found


@pytest.mark.parametrize("in_queries", ["leave_out", "show"])
def test_they_are_written_and_read_by_every_way(
    books: Simulator, side: BookkeepingConnector, in_queries: str, env: Env
) -> None:
    books.control("POST", "behaviour", {"enhanced_in_queries": in_queries})
    for label, kind in (("Project", "StringType"), ("Hours", "NumberType"), ("Until", "DateType")):
        define(books, label, kind)
    save(side, "Invoice", invoice(side))
    names = names_of(side)
    wanted: dict[str, Value] = {
        names["Project"]: "Bridge", names["Hours"]: "12.5", names["Until"]: "2026-12-31",
    }  # fmt: skip
    since = env.clock.now() - timedelta(hours=1)
    items = [WriteItem(f"i{n}", invoice(side, **wanted)) for n in range(3)]
    plain = WriteItem("plain", invoice(side))
    results = write(side, "Invoice", Op.CREATE, *items, plain)
    made = [one.record for one in results if isinstance(one, Written)]
    assert len(made) == 4

    def held(record: Record) -> list[Value]:
        return [record.get(name) for name in wanted]

    first = made[0].ref.id
    ways = {
        "written": made,
        "read": side.read("Invoice", [first], fields=list(wanted)),
        "listed": side.list_page("Invoice", fields=list(wanted), after=None).records,
        "changes": side.changes_page(
            ["Invoice"], since=since, fields={"Invoice": list(wanted)}, after=None
        ).records,
        "several": side.read("Invoice", [one.ref.id for one in made], fields=list(wanted)),
        "created": side.created_since("Invoice", since, fields=list(wanted)),
    }
    for way, records in ways.items():
        found = next(one for one in records if one.ref.id == first)
        assert held(found) == ["Bridge", "12.5", "2026-12-31"], way

    current = ways["read"][0]
    change = WriteItem(
        "u", {names["Hours"]: "7", names["Until"]: None}, record_id=first,
        version=current.version, current=current.values,
    )  # fmt: skip
    (result,) = write(side, "Invoice", Op.UPDATE, change)
    assert isinstance(result, Written)
    assert held(result.record) == ["Bridge", "7", None]
    assert len(books.call("GET", f"/v3/company/{REALM}/invoice/{first}")["Invoice"]["Line"]) == 2


def test_what_does_not_belong_is_dropped_and_read_back_as_empty(
    books: Simulator, side: BookkeepingConnector
) -> None:
    define(books, "Project", "StringType")
    save(side, "Invoice", invoice(side))
    name = names_of(side)["Project"]
    memo = save(side, "CreditMemo", invoice(side, **{name: "Bridge"}))
    assert name in memo.values
    assert memo.get(name) is None


def test_what_is_no_number_is_refused_before_a_call(
    books: Simulator, side: BookkeepingConnector
) -> None:
    define(books, "Hours", "NumberType")
    save(side, "Invoice", invoice(side))
    values = invoice(side, **{names_of(side)["Hours"]: "many"})
    before = len(books.writes())
    (result,) = write(side, "Invoice", Op.CREATE, WriteItem("a", values))
    assert isinstance(result, Refused)
    assert result.error.code == "invalid_value"
    assert len(books.writes()) == before
