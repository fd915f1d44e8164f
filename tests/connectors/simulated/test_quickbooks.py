"""The QuickBooks connector against the QuickBooks simulator, over real HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from syncapp.connectors.base import Connector, Op, Refused, WriteBatch, WriteItem, Written
from syncapp.connectors.oauth import StaticToken
from syncapp.core.errors import (
    ConnectionBroken,
    OutcomeUnknown,
    SideUnreachable,
    StaleRecord,
    Throttled,
    TryLater,
)
from syncapp.core.ports import Env
from syncapp.core.records import Record
from tests.connectors.simulated.conftest import REALM, Simulator, connect_quickbooks


def creates(*names: str, single: bool = False, request: str = "r" * 32) -> WriteBatch:
    items = tuple(
        WriteItem(
            f"i{number}",
            {"DisplayName": name, "PrimaryEmailAddr.Address": f"c{number}@example.com"},
        )
        for number, name in enumerate(names)
    )
    return WriteBatch("Customer", Op.CREATE, items, request, single=single)


def update(record: Record, request: str = "u" * 32, **more: Any) -> WriteBatch:
    values = more.pop("values")
    version = more.pop("version", record.version)
    item = WriteItem("u", values, record.ref.id, version, current=record.values)
    return WriteBatch("Customer", Op.UPDATE, (item,), request, single=True)


def made(side: Connector, *names: str) -> list[Record]:
    records: list[Record] = []
    for at in range(0, len(names), 30):
        results = side.write(creates(*names[at : at + 30], request=uuid4().hex))
        records += [one.record for one in results if isinstance(one, Written)]
    assert len(records) == len(names)
    return records


def listed(side: Connector) -> list[Record]:
    records, after = [], None
    while True:
        page = side.list_page("Customer", fields=(), after=after)
        records += page.records
        after = page.next
        if after is None:
            return records


def changed(side: Connector, since: datetime) -> list[Record]:
    records, after = [], None
    while True:
        page = side.changes_page(["Customer"], since=since, fields={}, after=after)
        records += page.records
        after = page.next
        if after is None:
            return records


def server_time(side: Connector) -> datetime:
    return side.list_page("Customer", fields=(), after=None).server_time


def test_the_account(quickbooks_side: Connector, books: Simulator) -> None:
    account = quickbooks_side.account()
    assert (account.id, account.environment) == (REALM, "simulator")
    assert account.name
    assert account.currency == "USD"
    assert account.country == "US"
    assert {"BookCloseDate", "CustomTxnNumbers", "MultiCurrencyEnabled"} <= set(account.details)
    assert quickbooks_side.record_url("Customer", "5").startswith(books.url)


def test_what_is_created_is_listed_read_and_found(quickbooks_side: Connector) -> None:
    side = quickbooks_side
    names = [f"Zoë O'Brien {number}" for number in range(65)]
    records = made(side, *names)
    assert [one.get("DisplayName") for one in listed(side)] == names
    ids = [one.ref.id for one in records]
    assert {one.ref.id for one in side.read("Customer", ids, fields=())} == set(ids)
    assert side.read("Customer", ids[:1], fields=())[0].get("DisplayName") == names[0]
    found = side.find("Customer", field="DisplayName", values=[names[7], "Nobody"], fields=())
    assert [one.ref.id for one in found] == [ids[7]]
    assert found[0].get("PrimaryEmailAddr.Address") == "c7@example.com"
    assert Decimal(str(found[0].get("Balance"))) == 0


def test_a_name_that_tries_to_be_a_query(quickbooks_side: Connector) -> None:
    names = ["Amy's", "back\\slash", "\\'", "x') AND Active IN ('y", "100%", "a, b"]
    records = made(quickbooks_side, *names)
    for name, record in zip(names, records, strict=True):
        found = quickbooks_side.find("Customer", field="DisplayName", values=[name], fields=())
        assert [one.ref.id for one in found] == [record.ref.id]


def test_a_single_write_and_its_replay(books: Simulator, quickbooks_side: Connector) -> None:
    batch = creates("Ann", single=True)
    (first,) = quickbooks_side.write(batch)
    (again,) = quickbooks_side.write(batch)
    assert isinstance(first, Written)
    assert isinstance(again, Written)
    assert first.record.ref == again.record.ref
    assert len(books.writes()) == 1


def test_a_batch_and_its_replay(books: Simulator, quickbooks_side: Connector) -> None:
    batch = creates("Ann", "Bo", "Cy")
    quickbooks_side.write(batch)
    again = quickbooks_side.write(batch)
    assert all(isinstance(one, Written) for one in again)
    assert len(books.writes()) == 3


def test_a_name_in_use_names_its_owner(quickbooks_side: Connector) -> None:
    (ann,) = made(quickbooks_side, "Ann")
    good, bad = quickbooks_side.write(creates("Bo", "ann", request="x" * 32))
    assert isinstance(good, Written)
    assert isinstance(bad, Refused)
    assert bad.error.code == "name_in_use"
    assert bad.error.existing_id == ann.ref.id  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"DisplayName": "x" * 501}, "too_long"),
        ({"DisplayName": "a:b"}, "unsupported_characters"),
        ({"DisplayName": "a", "PrimaryEmailAddr.Address": "no address"}, "invalid_email"),
        ({"DisplayName": "a", "NoSuchField": "x"}, "unknown_field"),
        ({"Notes": "no name"}, "no_name"),
    ],
)
@pytest.mark.parametrize("single", [True, False])
def test_refused_values(
    quickbooks_side: Connector, values: dict[str, Any], code: str, single: bool
) -> None:
    items = [WriteItem("a", values)]
    if not single:
        items.append(WriteItem("b", {"DisplayName": "good"}))
    batch = WriteBatch("Customer", Op.CREATE, tuple(items), "r" * 32, single=single)
    first, *rest = quickbooks_side.write(batch)
    assert isinstance(first, Refused)
    assert first.error.code == code, first.error.detail
    assert all(isinstance(one, Written) for one in rest)


def test_an_update_keeps_what_it_does_not_name(quickbooks_side: Connector) -> None:
    address = {"BillAddr.Line1": "1 Main St", "BillAddr.City": "Rio", "Notes": "Old note"}
    item = WriteItem("a", {"DisplayName": "Ann", **address})
    (result,) = quickbooks_side.write(WriteBatch("Customer", Op.CREATE, (item,), "c" * 32))
    assert isinstance(result, Written)
    (now,) = quickbooks_side.read("Customer", [result.record.ref.id], fields=())
    (result,) = quickbooks_side.write(update(now, values={"BillAddr.City": "Recife"}))
    assert isinstance(result, Written)
    (now,) = quickbooks_side.read("Customer", [now.ref.id], fields=())
    assert now.get("BillAddr.City") == "Recife"
    assert now.get("BillAddr.Line1") == "1 Main St"
    assert now.get("Notes") == "Old note"
    assert now.version == result.record.version == "1"


def test_a_stale_update(quickbooks_side: Connector) -> None:
    (ann,) = made(quickbooks_side, "Ann")
    quickbooks_side.write(update(ann, values={"Notes": "1"}))
    (result,) = quickbooks_side.write(update(ann, request="v" * 32, values={"Notes": "2"}))
    assert isinstance(result, Refused)
    assert isinstance(result.error, StaleRecord)


def test_an_inactive_customer_stays_in_the_listing_and_leaves_the_look_up(
    books: Simulator, quickbooks_side: Connector
) -> None:
    (ann,) = made(quickbooks_side, "Ann")
    since = server_time(quickbooks_side)
    books.call(
        "POST",
        f"/v3/company/{REALM}/customer",
        {"Id": ann.ref.id, "SyncToken": ann.version, "sparse": True, "Active": False},
    )
    assert [one.gone for one in listed(quickbooks_side)] == ["inactive"]
    assert [one.gone for one in quickbooks_side.read("Customer", [ann.ref.id], fields=())] == [
        "inactive"
    ]
    found = quickbooks_side.find("Customer", field="DisplayName", values=["Ann"], fields=())
    assert found == ()
    assert [one.gone for one in changed(quickbooks_side, since)] == ["inactive"]


def test_missing_ids_are_left_out(quickbooks_side: Connector) -> None:
    (ann,) = made(quickbooks_side, "Ann")
    assert quickbooks_side.read("Customer", ["99999"], fields=()) == ()
    both = quickbooks_side.read("Customer", [ann.ref.id, "99999"], fields=())
    assert [one.ref.id for one in both] == [ann.ref.id]


def test_changes_in_one_call(books: Simulator, quickbooks_side: Connector) -> None:
    made(quickbooks_side, "Old")
    books.control("POST", "clock", {"advance": 3600})
    since = server_time(quickbooks_side) - timedelta(minutes=5)  # changes count whole seconds
    made_now = made(quickbooks_side, "New")
    calls = quickbooks_side.calls
    assert [one.ref.id for one in changed(quickbooks_side, since)] == [made_now[0].ref.id]
    assert quickbooks_side.calls == calls + 1
    assert changed(quickbooks_side, since + timedelta(hours=1)) == []


def test_more_than_a_thousand_changes(books: Simulator, quickbooks_side: Connector) -> None:
    since = server_time(quickbooks_side) - timedelta(minutes=5)
    records = made(quickbooks_side, *[f"Customer {number}" for number in range(630)])
    books.control("POST", "clock", {"advance": 10})
    records += made(quickbooks_side, *[f"Customer {number}" for number in range(630, 1230)])
    calls = quickbooks_side.calls
    seen = [one.ref.id for one in changed(quickbooks_side, since)]
    assert sorted(seen, key=int) == [one.ref.id for one in records]
    assert quickbooks_side.calls == calls + 3  # CDC, cut short, and two pages


# -- trouble on purpose


def test_a_lost_answer_is_unknown_and_its_replay_writes_nothing_twice(
    books: Simulator, quickbooks_side: Connector
) -> None:
    books.fault("lost_answer", path="/batch")
    batch = creates("Ann", "Bo")
    with pytest.raises(OutcomeUnknown):
        quickbooks_side.write(batch)
    assert (
        len(quickbooks_side.find("Customer", field="DisplayName", values=["Ann"], fields=())) == 1
    )
    assert [type(one) for one in quickbooks_side.write(batch)] == [Written, Written]
    assert len(books.writes()) == 2


@pytest.mark.parametrize(("kind", "count"), [("cut", 0), ("truncated", 1)])
def test_what_else_can_happen_to_a_write(
    books: Simulator, quickbooks_side: Connector, kind: str, count: int
) -> None:
    books.fault(kind, path="/customer$")
    with pytest.raises(OutcomeUnknown):
        quickbooks_side.write(creates("Ann", single=True))
    assert len(listed(quickbooks_side)) == count


@pytest.mark.parametrize("kind", ["cut", "lost_answer", "truncated"])
def test_a_read_survives_two_accidents_and_not_three(
    books: Simulator, quickbooks_side: Connector, kind: str
) -> None:
    made(quickbooks_side, "Ann")
    books.fault(kind, path="/query", times=2)
    assert len(listed(quickbooks_side)) == 1
    books.fault(kind, path="/query", times=3)
    with pytest.raises(SideUnreachable):
        listed(quickbooks_side)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_gateways_error_page(books: Simulator, quickbooks_side: Connector, status: int) -> None:
    page = {"status": status, "body": "<html>Bad Gateway</html>"}
    books.fault("status", path="/query", times=3, **page)
    with pytest.raises(TryLater):
        listed(quickbooks_side)
    books.fault("status", path="/customer", **page)
    with pytest.raises(OutcomeUnknown):
        quickbooks_side.write(creates("Ann", single=True))


def test_a_throttle_ends_it_and_nothing_is_written(
    books: Simulator, quickbooks_side: Connector
) -> None:
    books.fault("throttled", path="/batch")
    with pytest.raises(Throttled) as caught:
        quickbooks_side.write(creates("Ann"))
    assert caught.value.wait_seconds == 60
    assert books.writes() == []


def test_somebody_else_saves_just_before(books: Simulator, quickbooks_side: Connector) -> None:
    (ann,) = made(quickbooks_side, "Ann")
    books.fault("stale", path="/customer")
    (result,) = quickbooks_side.write(update(ann, values={"Notes": "x"}))
    assert isinstance(result, Refused)
    assert isinstance(result.error, StaleRecord)


def test_a_foreign_token_or_company_breaks_the_connection(books: Simulator, env: Env) -> None:
    with pytest.raises(ConnectionBroken):
        connect_quickbooks(books, env, StaticToken("not-this-one")).account()


def test_a_dead_server_is_unreachable_and_nothing_is_written(env: Env, free_port: Any) -> None:
    dead = connect_quickbooks(Simulator(f"http://127.0.0.1:{free_port()}"), env)
    with pytest.raises(SideUnreachable):
        dead.account()
    with pytest.raises(TryLater):
        dead.write(creates("Ann"))
