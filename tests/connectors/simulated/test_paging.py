"""Paging neither skips nor repeats, whatever happens to other records meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from syncapp.connectors.base import Connector, Op, Page, WriteBatch, WriteItem, Written
from syncapp.core.records import Record
from tests.connectors.simulated.conftest import Simulator

_numbers = iter(range(1, 10_000))


def send(side: Connector, record_type: str, op: Op, items: list[WriteItem]) -> list[Record]:
    records: list[Record] = []
    size = side.batch_size[op]
    for at in range(0, len(items), size):
        part = tuple(items[at : at + size])
        results = side.write(WriteBatch(record_type, op, part, f"{next(_numbers):032x}"))
        records += [one.record for one in results if isinstance(one, Written)]
    assert len(records) == len(items)
    return records


def pages(turn: Callable[[str | None], Page], between: Callable[[], None]) -> list[str]:
    """The ids of all pages; something happens before each further page."""
    ids: list[str] = []
    after = None
    while True:
        page = turn(after)
        ids += [record.ref.id for record in page.records]
        after = page.next
        if after is None:
            return ids
        between()


def products(side: Connector, count: int) -> list[Record]:
    items = [
        WriteItem(f"i{n}", {"name": f"Product {n}", "price": "1"}, marker=f"9:Item:{n}")
        for n in (next(_numbers) for _ in range(count))
    ]
    return send(side, "products", Op.CREATE, items)


@pytest.mark.parametrize("is_search", [True, False])
def test_hubspot_pages_while_records_come_change_and_go(
    crm: Simulator, hubspot_side: Connector, is_search: bool
) -> None:
    side = hubspot_side
    side.prepare("products")
    steady = [record.ref.id for record in products(side, 450)]
    moving = products(side, 40)
    since = side.list_page("products", fields=(), after=None).server_time.replace(hour=0, minute=0)

    def between() -> None:
        changed = [
            WriteItem("a", {"price": str(next(_numbers))}, record_id=steady[0]),
            WriteItem("b", {"price": str(next(_numbers))}, record_id=steady[-1]),
        ]
        send(side, "products", Op.UPDATE, changed)
        gone = moving.pop()
        send(side, "products", Op.ARCHIVE, [WriteItem("c", {}, record_id=gone.ref.id)])
        products(side, 3)

    def turn(after: str | None) -> Page:
        if is_search:
            return side.changes_page(["products"], since=since, fields={}, after=after)
        return side.list_page("products", fields=(), after=after)

    seen = Counter(pages(turn, between))
    assert max(seen.values()) == 1
    assert set(steady) <= set(seen)


def test_quickbooks_lists_everything_while_records_come_and_change(
    books: Simulator, quickbooks_side: Connector
) -> None:
    side = quickbooks_side
    created = [WriteItem(f"i{n}", {"DisplayName": f"Customer {n}"}) for n in range(1_230)]
    steady = send(side, "Customer", Op.CREATE, created)
    versions = {record.ref.id: record.version for record in steady}

    def between() -> None:
        for record in (steady[0], steady[-1]):
            values = {"Notes": str(next(_numbers))}
            item = WriteItem("u", values, record_id=record.ref.id, version=versions[record.ref.id])
            (after,) = send(side, "Customer", Op.UPDATE, [item])
            versions[record.ref.id] = after.version
        send(side, "Customer", Op.CREATE, [WriteItem("n", {"DisplayName": f"N{next(_numbers)}"})])

    def turn(after: str | None) -> Page:
        return side.list_page("Customer", fields=(), after=after)

    seen = Counter(pages(turn, between))
    assert max(seen.values()) == 1
    assert {record.ref.id for record in steady} <= set(seen)


def test_quickbooks_changes_beyond_a_thousand_miss_nothing_that_changes_meanwhile(
    books: Simulator, quickbooks_side: Connector
) -> None:
    side = quickbooks_side
    since = side.list_page("Customer", fields=(), after=None).server_time
    created = [WriteItem(f"i{n}", {"DisplayName": f"Customer {n}"}) for n in range(1_230)]
    steady = send(side, "Customer", Op.CREATE, created)
    item = WriteItem("u", {"Notes": "x"}, record_id=steady[0].ref.id, version=steady[0].version)
    waiting = [item]

    def between() -> None:
        if waiting:
            send(side, "Customer", Op.UPDATE, [waiting.pop()])

    def turn(after: str | None) -> Page:
        return side.changes_page(["Customer"], since=since, fields={}, after=after)

    ids = pages(turn, between)
    assert {record.ref.id for record in steady} <= set(ids)
    assert waiting == []
