"""Every verb of the HubSpot connector, for every type the product handles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from syncapp.connectors.base import Op, Tie, WriteItem
from syncapp.connectors.hubspot.objects import MARKER, TYPES
from syncapp.core.records import Record
from syncapp.core.values import Value
from tests.connectors.tour.stage import Deed, Stage

TYPES_TOURED = (
    "contacts", "companies", "products", "line_items", "invoices", "commerce_payments", "notes",
)  # fmt: skip
#: One of each behaviour: with a marker or without, voided, upserted. Products, line items and notes
#: do nothing that these do not.
REPRESENTATIVES = frozenset({"contacts", "companies", "invoices", "commerce_payments"})
#: What is changed by an update, and a partner to be associated with.
CHANGED = {
    "contacts": "firstname", "companies": "phone", "products": "description",
    "line_items": "name", "invoices": "hs_title", "commerce_payments": "hs_internal_comment",
    "notes": "hs_note_body",
}  # fmt: skip
PARTNER = {
    "contacts": "companies", "companies": "contacts", "line_items": "invoices",
    "invoices": "contacts", "commerce_payments": "invoices", "notes": "companies",
}  # fmt: skip


def values(record_type: str, number: str) -> dict[str, Value]:
    """Enough to create one."""
    made: dict[str, dict[str, Value]] = {
        "contacts": {"email": f"p{number}@example.com", "firstname": "Ann"},
        "companies": {"name": f"Company {number}"},
        "products": {"name": "Pump", "price": "19.90", "hs_sku": f"P-{number}"},
        "line_items": {"name": "Pump", "quantity": "2", "price": "40.25"},
        "invoices": {
            "hs_currency": "USD", "hs_invoice_billable": "false", "hs_invoice_status": "open",
        },
        "commerce_payments": {
            "hs_initial_amount": "30", "hs_initiated_date": "2026-11-01T00:00:00.000Z",
            "hs_latest_status": "succeeded",
        },
        "notes": {"hs_timestamp": "2026-11-01T00:00:00.000Z", "hs_note_body": "Paid"},
    }  # fmt: skip
    return made[record_type]


class HubSpotDeeds:
    """Makes fresh deeds on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        for record_type in TYPES_TOURED:
            stage.side.prepare(record_type)

    def make(self, record_type: str) -> Record:
        """A record that is there already."""
        number = self.stage.number()
        marker = f"9:Any:{number}" if TYPES[record_type].has_marker else ""
        item = WriteItem("m", values(record_type, number), marker=marker)
        (record,) = self.stage.save(record_type, Op.CREATE, item)
        return record

    def begin(self, verb: str, record_type: str) -> Deed:
        """A deed of its own records, not yet done."""
        make: Callable[[str], Deed] = getattr(self, verb)
        return make(record_type)

    # -- reads

    def account(self, record_type: str) -> Deed:
        return Deed(self.stage.side.account, "/account-info/", "GET")

    def describe(self, record_type: str) -> Deed:
        path = f"/properties/.*/{record_type}$"
        return Deed(lambda: self.stage.side.describe(record_type), path, "GET")

    def list(self, record_type: str) -> Deed:
        def do() -> object:
            return self.stage.side.list_page(record_type, fields=(), after=None)

        return Deed(do, f"/{record_type}$", "GET")

    def changes(self, record_type: str) -> Deed:
        since = self.stage.clock.now() - timedelta(hours=1)

        def do() -> object:
            return self.stage.side.changes_page([record_type], since=since, fields={}, after=None)

        return Deed(do, f"/{record_type}/search$")

    def read(self, record_type: str) -> Deed:
        record = self.make(record_type)

        def do() -> object:
            return self.stage.side.read(record_type, [record.ref.id], fields=())

        return Deed(do, f"/{record_type}/batch/read$")

    def find(self, record_type: str) -> Deed:
        self.make(record_type)
        marker = f"9:Any:{self.stage.numbers['all']}"

        def do() -> object:
            return self.stage.side.find(record_type, field=MARKER, values=[marker], fields=())

        return Deed(do, f"/{record_type}/batch/read$")

    def history(self, record_type: str) -> Deed:
        record = self.make(record_type)

        def do() -> object:
            return self.stage.side.history(record_type, [record.ref.id], [CHANGED[record_type]])

        return Deed(do, f"/{record_type}/batch/read$")

    def ties(self, record_type: str) -> Deed:
        record = self.make(record_type)
        to_type = PARTNER[record_type]

        def do() -> object:
            return self.stage.side.ties(record_type, [record.ref.id], to_type)

        return Deed(do, "/associations/.*/batch/read$")

    # -- writes

    def create(self, record_type: str) -> Deed:
        number = self.stage.number()
        has_marker = TYPES[record_type].has_marker
        marker = f"9:Any:{number}" if has_marker else ""
        given = values(record_type, number)
        item = WriteItem("c", given, marker=marker)

        def is_done() -> bool:
            if has_marker:
                found = self.stage.side.find(record_type, field=MARKER, values=[marker], fields=())
                return len(found) == 1
            return self._listed(record_type, "name", given["name"]) == 1

        return Deed(
            lambda: self.stage.save(record_type, Op.CREATE, item),
            f"/{record_type}/batch/create$",
            is_done=is_done,
        )

    def update(self, record_type: str) -> Deed:
        record, name, wanted = self.make(record_type), CHANGED[record_type], self.stage.number()
        item = WriteItem("u", {name: wanted}, record_id=record.ref.id)
        return Deed(
            lambda: self.stage.save(record_type, Op.UPDATE, item),
            f"/{record_type}/batch/update$",
            is_done=lambda: self._holds(record, name, wanted),
        )

    def upsert(self, record_type: str) -> Deed:
        number = self.stage.number()
        marker = f"9:Payment:{number}"
        item = WriteItem("p", values(record_type, number), marker=marker)

        def is_done() -> bool:
            found = self.stage.side.find(record_type, field=MARKER, values=[marker], fields=())
            return len(found) == 1

        return Deed(
            lambda: self.stage.save(record_type, Op.UPSERT, item),
            f"/{record_type}/batch/upsert$",
            is_done=is_done,
        )

    def archive(self, record_type: str) -> Deed:
        record = self.make(record_type)
        if record_type == "invoices":  # an open one may not be deleted
            record = self._draft()
        item = WriteItem("a", {}, record_id=record.ref.id)

        def is_done() -> bool:
            (found,) = self.stage.side.read(record_type, [record.ref.id], fields=())
            return bool(found.gone == "archived")

        return Deed(
            lambda: self.stage.save(record_type, Op.ARCHIVE, item),
            f"/{record_type}/batch/archive$",
            is_done=is_done,
        )

    def void(self, record_type: str) -> Deed:
        record = self.make(record_type)
        item = WriteItem("v", {}, record_id=record.ref.id)
        return Deed(
            lambda: self.stage.save(record_type, Op.VOID, item),
            f"/{record_type}/batch/update$",
            is_done=lambda: self._holds(record, "hs_invoice_status", "voided"),
        )

    def tie(self, record_type: str) -> Deed:
        record = self.make(record_type)
        pair = (record.ref.id, Tie(PARTNER[record_type], self.make(PARTNER[record_type]).ref.id))
        return Deed(
            lambda: self._tied(record_type, pair),
            "/associations/.*/batch/create$",
            is_done=lambda: self._is_tied(record_type, pair),
        )

    def untie(self, record_type: str) -> Deed:
        record = self.make(record_type)
        pair = (record.ref.id, Tie(PARTNER[record_type], self.make(PARTNER[record_type]).ref.id))
        self._tied(record_type, pair)
        return Deed(
            lambda: self._untied(record_type, pair),
            "/associations/.*/batch/archive$",
            is_done=lambda: not self._is_tied(record_type, pair),
        )

    # -- looking

    def _tied(self, record_type: str, pair: tuple[str, Tie]) -> None:
        for error in self.stage.side.tie(record_type, [pair]).values():
            raise error

    def _untied(self, record_type: str, pair: tuple[str, Tie]) -> None:
        for error in self.stage.side.untie(record_type, [pair]).values():
            raise error

    def _is_tied(self, record_type: str, pair: tuple[str, Tie]) -> bool:
        told = self.stage.side.ties(record_type, [pair[0]], pair[1].type)
        return pair[1].id in {tie.id for tie in told[pair[0]]}

    def _holds(self, record: Record, name: str, wanted: str) -> bool:
        (found,) = self.stage.side.read(record.ref.type, [record.ref.id], fields=[name])
        return bool(found.get(name) == wanted)

    def _listed(self, record_type: str, name: str, wanted: Value) -> int:
        count, after = 0, None
        while True:
            page = self.stage.side.list_page(record_type, fields=[name], after=after)
            count += sum(record.get(name) == wanted for record in page.records)
            after = page.next
            if after is None:
                return count

    def _draft(self) -> Record:
        number = self.stage.number()
        item = WriteItem("d", {"hs_currency": "USD"}, marker=f"9:Any:{number}")
        (record,) = self.stage.save("invoices", Op.CREATE, item)
        return record


def verbs(record_type: str) -> tuple[str, ...]:
    """The verbs a type has."""
    kind = TYPES[record_type]
    return (
        *(("account", "describe") if record_type == "contacts" else ()),
        "list", "changes", "read", "history", "create", "update",
        *(("find",) if kind.has_marker else ()),  # nothing else of every type is unique
        *(("upsert",) if kind.may_upsert else ()),
        *(("archive",) if kind.may_archive else ()),
        *(("void",) if kind.voided else ()),
        *(("ties", "tie", "untie") if record_type in PARTNER else ()),
    )  # fmt: skip
