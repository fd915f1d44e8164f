"""Every verb of the QuickBooks connector, for every type the product handles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from syncapp.connectors.base import Op, WriteItem
from syncapp.connectors.quickbooks.entities import ENTITIES, Voiding
from syncapp.connectors.quickbooks.markers import NOTE, holds
from syncapp.core.records import Record
from syncapp.core.values import Value
from tests.connectors.tour.stage import Deed, Stage

TYPES_TOURED = ("Customer", "Item", "Invoice", "Payment", "CreditMemo", "SalesReceipt")
LISTS = ("Customer", "Item")
#: One of each behaviour: a list, a document of either way to void it. Items, credit memos and
#: sales receipts do nothing that these do not.
REPRESENTATIVES = frozenset({"Customer", "Invoice", "Payment"})
CHANGED = {"Customer": "Notes", "Item": "Description"}


class QuickBooksDeeds:
    """Makes fresh deeds on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        accounts = stage.side.list_page("Account", fields=(), after=None).records
        self._income = next(r.ref.id for r in accounts if r.get("AccountType") == "Income")
        self._customer = self.make("Customer").ref.id
        self._item = self.make("Item").ref.id

    def values(self, record_type: str, number: str) -> dict[str, Value]:
        """Enough to create one."""
        if record_type == "Customer":
            return {"DisplayName": f"Customer {number}"}
        if record_type == "Item":
            return {
                "Name": f"Item {number}", "Type": "Service",
                "IncomeAccountRef.value": self._income,
            }  # fmt: skip
        if record_type == "Payment":
            return {"CustomerRef.value": self._customer, "TotalAmt": "30.25"}
        line = {
            "Amount": "80.50",
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": self._item}, "Qty": "1"},
        }
        return {"CustomerRef.value": self._customer, "Line": [line]}

    def make(self, record_type: str) -> Record:
        """A record that is there already."""
        item = WriteItem("m", self.values(record_type, self.stage.number()))
        (record,) = self.stage.save(record_type, Op.CREATE, item)
        return record

    def begin(self, verb: str, record_type: str) -> Deed:
        """A deed of its own records, not yet done; "in a batch" is one of two items."""
        name, _, batch = verb.partition(" in a ")
        make: Callable[..., Deed] = getattr(self, name)
        if name in WRITES:
            return make(record_type, single=not batch)
        return make(record_type)

    # -- reads

    def account(self, record_type: str) -> Deed:
        return Deed(self.stage.side.account, "/companyinfo/|/preferences$", "GET")

    def describe(self, record_type: str) -> Deed:
        return Deed(lambda: self.stage.side.describe(record_type), "/preferences$", "GET")

    def list(self, record_type: str) -> Deed:
        def do() -> object:
            return self.stage.side.list_page(record_type, fields=(), after=None)

        return Deed(do, "/query$", "GET")

    def changes(self, record_type: str) -> Deed:
        since = self.stage.clock.now() - timedelta(hours=1)

        def do() -> object:
            return self.stage.side.changes_page([record_type], since=since, fields={}, after=None)

        return Deed(do, "/cdc$", "GET")

    def read(self, record_type: str) -> Deed:
        record = self.make(record_type)

        def do() -> object:
            return self.stage.side.read(record_type, [record.ref.id], fields=())

        return Deed(do, f"/{ENTITIES[record_type].path}/{record.ref.id}$", "GET")

    def find(self, record_type: str) -> Deed:
        record = self.make(record_type)

        def do() -> object:
            return self.stage.side.find(record_type, field="Id", values=[record.ref.id], fields=())

        return Deed(do, "/query$", "GET")

    def created(self, record_type: str) -> Deed:
        since = self.stage.clock.now() - timedelta(seconds=1)
        self.make(record_type)

        def do() -> object:
            return self.stage.side.created_since(record_type, since, fields=())

        return Deed(do, "/query$", "GET")

    # -- writes

    def create(self, record_type: str, *, single: bool) -> Deed:
        numbers = [self.stage.number() for _ in range(1 if single else 2)]
        markers = [f"HS:1:any:{number}" for number in numbers]
        items = [
            WriteItem(f"c{number}", self.values(record_type, number), marker=marker)
            for number, marker in zip(numbers, markers, strict=True)
        ]
        since = self.stage.clock.now() - timedelta(minutes=10)

        def is_done() -> bool:
            news = self.stage.side.created_since(record_type, since, fields=())
            if record_type in LISTS:
                name = "DisplayName" if record_type == "Customer" else "Name"
                wanted = {item.values[name] for item in items}
                return len([r for r in news if r.get(name) in wanted]) == len(items)
            found = [r for r in news if any(holds(r.get(NOTE), one) for one in markers)]
            return len(found) == len(items)

        return self._deed(record_type, Op.CREATE, items, is_done, single=single)

    def update(self, record_type: str, *, single: bool) -> Deed:
        name, wanted = CHANGED.get(record_type, NOTE), f"changed {self.stage.number()}"
        records = [self.make(record_type) for _ in range(1 if single else 2)]
        items = [replace(self._item_of(record), values={name: wanted}) for record in records]

        def is_done() -> bool:
            found = self.stage.side.read(record_type, [r.ref.id for r in records], fields=())
            return [r.get(name) for r in found] == [wanted] * len(records)

        return self._deed(record_type, Op.UPDATE, items, is_done, single=single)

    def void(self, record_type: str, *, single: bool) -> Deed:
        records = [self.make(record_type) for _ in range(1 if single else 2)]

        def is_done() -> bool:
            found = self.stage.side.read(record_type, [r.ref.id for r in records], fields=())
            return all(str(r.get(NOTE)).startswith("Voided") for r in found)

        items = [self._item_of(record) for record in records]
        return self._deed(record_type, Op.VOID, items, is_done, single=single)

    def delete(self, record_type: str, *, single: bool) -> Deed:
        records = [self.make(record_type) for _ in range(1 if single else 2)]

        def is_done() -> bool:
            return not self.stage.side.read(record_type, [r.ref.id for r in records], fields=())

        items = [self._item_of(record) for record in records]
        return self._deed(record_type, Op.DELETE, items, is_done, single=single)

    def inactivate(self, record_type: str, *, single: bool) -> Deed:
        records = [self.make(record_type) for _ in range(1 if single else 2)]

        def is_done() -> bool:
            found = self.stage.side.read(record_type, [r.ref.id for r in records], fields=())
            return [bool(r.gone) for r in found] == [True] * len(records)

        items = [self._item_of(record) for record in records]
        return self._deed(record_type, Op.INACTIVATE, items, is_done, single=single)

    def _deed(
        self,
        record_type: str,
        op: Op,
        items: list[WriteItem],
        is_done: Callable[[], bool],
        *,
        single: bool,
    ) -> Deed:
        """A write that keeps its request id when it is repeated."""
        request_id = f"{int(self.stage.number()):032x}"
        entity = ENTITIES[record_type]

        def do() -> object:
            return self.stage.save(record_type, op, *items, request_id=request_id, single=single)

        return Deed(do, f"/{entity.path}$" if single else "/batch$", is_done=is_done)

    @staticmethod
    def _item_of(record: Record) -> WriteItem:
        return WriteItem(
            f"u{record.ref.id}", {}, record_id=record.ref.id, version=record.version,
            current=record.values,
        )  # fmt: skip


WRITES = frozenset({"create", "update", "void", "delete", "inactivate"})


def verbs(record_type: str) -> tuple[str, ...]:
    """The verbs a type has; each write also in a batch."""
    is_list = record_type in LISTS
    writes = (
        "create", "update",
        *(("inactivate",) if is_list else ("delete",)),
        *(("void",) if ENTITIES[record_type].voiding is not Voiding.NOT else ()),
    )  # fmt: skip
    return (
        *(("account",) if record_type == "Customer" else ()),
        *(("describe",) if record_type == "Invoice" else ()),
        "list", "changes", "read", "find", "created",
        *writes, *(f"{name} in a batch" for name in writes),
    )  # fmt: skip
