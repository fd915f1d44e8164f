"""Products, invoices with lines, payments, deals and notes, against the HubSpot simulator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from syncapp.connectors.base import (
    AssociatingConnector,
    Op,
    Refused,
    Tie,
    WriteBatch,
    WriteItem,
    Written,
)
from syncapp.connectors.hubspot.objects import TYPES
from syncapp.core.errors import ConfigurationInvalid, OutcomeUnknown, RecordRejected
from syncapp.core.ports import Env
from syncapp.core.records import Record
from syncapp.core.schema import Kind
from syncapp.core.values import Value, same
from tests.connectors.simulated.conftest import Simulator, connect_hubspot

FIELDS: dict[str, tuple[str, ...]] = {
    "contacts": ("email", "firstname"),
    "products": ("name", "price", "hs_sku"),
    "line_items": ("name", "quantity", "price", "amount"),
    "invoices": (
        "hs_number", "hs_invoice_status", "hs_amount_billed", "hs_amount_paid", "hs_balance_due",
    ),
    "commerce_payments": ("hs_initial_amount", "hs_latest_status", "hs_reference_number"),
    "deals": ("dealname", "amount"),
    "notes": ("hs_note_body",),
}  # fmt: skip
_numbers = iter(range(1, 10_000))


@pytest.fixture
def side(crm: Simulator, env: Env) -> AssociatingConnector:
    connector = connect_hubspot(crm, env)
    for record_type in FIELDS:
        connector.prepare(record_type)
    return connector


def send(side: AssociatingConnector, record_type: str, op: Op, *items: WriteItem) -> list[Any]:
    return list(side.write(WriteBatch(record_type, op, items, f"{next(_numbers):032x}")))


def one(
    side: AssociatingConnector,
    record_type: str,
    op: Op = Op.CREATE,
    *,
    record: Record | None = None,
    marker: str = "",
    ties: Sequence[Tie] = (),
    **values: Value,
) -> Record:
    number = next(_numbers)
    is_marked = TYPES[record_type].has_marker
    item = WriteItem(
        f"i{number}", values, record_id=record.ref.id if record else None, ties=tuple(ties),
        marker=marker or (f"9:Any:{number}" if op is Op.CREATE and is_marked else ""),
    )  # fmt: skip
    (result,) = send(side, record_type, op, item)
    assert isinstance(result, Written), getattr(result, "error", "")
    return result.record


def again(side: AssociatingConnector, record: Record) -> Record:
    (found,) = side.read(record.ref.type, [record.ref.id], fields=FIELDS[record.ref.type])
    return found


def billable(side: AssociatingConnector, price: str = "40.25") -> tuple[Record, Record]:
    """An open invoice of one line, and the contact it is for."""
    person = one(side, "contacts", email=f"p{next(_numbers)}@example.com")
    draft = one(
        side, "invoices", ties=[Tie("contacts", person.ref.id)],
        hs_currency="USD", hs_invoice_billable="true",
    )  # fmt: skip
    one(
        side, "line_items", ties=[Tie("invoices", draft.ref.id)],
        name="Pump", quantity="2", price=price,
    )  # fmt: skip
    return one(side, "invoices", Op.UPDATE, record=draft, hs_invoice_status="open"), person


def test_a_product_is_made_found_by_sku_and_by_marker_and_archived(
    side: AssociatingConnector,
) -> None:
    made = one(side, "products", marker="9:Item:4", name="Pump", price="19.90", hs_sku="P-1")
    by_sku = side.find("products", field="hs_sku", values=["P-1", "P-2"], fields=("price",))
    by_marker = side.find("products", field="qbo_sync_id", values=["9:Item:4"], fields=("price",))
    assert [r.ref for r in by_sku] == [r.ref for r in by_marker] == [made.ref]
    assert same(by_sku[0].get("price"), "19.9", Kind.MONEY)
    (twice,) = send(
        side, "products", Op.CREATE, WriteItem("a", {"name": "Other"}, marker="9:Item:4")
    )
    assert isinstance(twice, Refused)
    assert twice.error.code == "marker_in_use"
    assert one(side, "products", Op.ARCHIVE, record=made).gone == "archived"
    assert side.find("products", field="hs_sku", values=["P-1"], fields=()) == ()


def test_an_invoice_with_lines_is_opened_and_computed(side: AssociatingConnector) -> None:
    invoice, person = billable(side)
    now = again(side, invoice)
    assert now.get("hs_invoice_status") == "open"
    assert same(now.get("hs_amount_billed"), "80.50", Kind.MONEY)
    told = side.ties("invoices", [invoice.ref.id], "line_items")
    (line,) = told[invoice.ref.id]
    (read,) = side.read("line_items", [line.id], fields=FIELDS["line_items"])
    assert same(read.get("amount"), "80.50", Kind.MONEY)
    assert side.ties("invoices", [invoice.ref.id], "contacts") == {
        invoice.ref.id: (Tie("contacts", person.ref.id),)
    }


def test_a_draft_without_lines_is_not_opened(side: AssociatingConnector) -> None:
    draft = one(side, "invoices", hs_currency="USD")
    item = WriteItem("u", {"hs_invoice_status": "open"}, record_id=draft.ref.id)
    (refused,) = send(side, "invoices", Op.UPDATE, item)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, RecordRejected)


def test_an_open_invoice_is_voided(side: AssociatingConnector) -> None:
    invoice, _ = billable(side)
    one(side, "invoices", Op.VOID, record=invoice)
    assert again(side, invoice).get("hs_invoice_status") == "voided"


def test_an_invoice_kept_as_data_holds_what_was_written(side: AssociatingConnector) -> None:
    made = one(
        side, "invoices", hs_currency="USD", hs_invoice_billable="false",
        hs_invoice_status="open", hs_number="1042", hs_amount_billed="12.34",
    )  # fmt: skip
    now = again(side, made)
    assert (now.get("hs_number"), now.get("hs_invoice_status")) == ("1042", "open")
    assert same(now.get("hs_amount_billed"), "12.34", Kind.MONEY)


def test_a_mirrored_payment_is_made_once_however_often_it_is_sent(
    crm: Simulator, side: AssociatingConnector
) -> None:
    invoice, person = billable(side)
    values: dict[str, Value] = {
        "hs_initial_amount": "30.25",
        "hs_initiated_date": "2026-11-20T00:00:00Z",
        "hs_latest_status": "succeeded",
    }
    item = WriteItem("p", values, marker="9:Payment:7:3")
    crm.fault("lost_answer", path="/batch/upsert$")
    with pytest.raises(OutcomeUnknown):
        send(side, "commerce_payments", Op.UPSERT, item)
    (first,) = send(side, "commerce_payments", Op.UPSERT, item)
    (second,) = send(side, "commerce_payments", Op.UPSERT, item)
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert first.record.ref == second.record.ref
    payment = first.record
    pairs = [
        (payment.ref.id, Tie("invoices", invoice.ref.id)),
        (payment.ref.id, Tie("contacts", person.ref.id)),
    ]
    assert side.tie("commerce_payments", pairs) == {}
    assert side.tie("commerce_payments", pairs) == {}
    assert same(again(side, invoice).get("hs_balance_due"), "50.25", Kind.MONEY)


def test_only_mirrored_payments_are_upserted(side: AssociatingConnector) -> None:
    calls = side.calls
    for record_type, op in (
        ("contacts", Op.UPSERT), ("products", Op.UPSERT), ("invoices", Op.UPSERT),
        ("contacts", Op.ARCHIVE), ("companies", Op.VOID), ("deals", Op.DELETE),
        ("products", Op.INACTIVATE),
    ):  # fmt: skip
        with pytest.raises(ConfigurationInvalid):
            send(side, record_type, op, WriteItem("i", {}, record_id="1", marker="9:X:1"))
    assert side.calls == calls


def test_deals_and_notes_are_written(side: AssociatingConnector) -> None:
    deal = one(
        side, "deals", dealname="Big", dealstage="appointmentscheduled", pipeline="default"
    )  # fmt: skip
    one(side, "deals", Op.UPDATE, record=deal, amount="100.10")
    assert same(again(side, deal).get("amount"), "100.10", Kind.MONEY)
    note = one(
        side, "notes", ties=[Tie("deals", deal.ref.id)],
        hs_timestamp="2026-11-20T00:00:00Z", hs_note_body="Paid 30.25 USD",
    )  # fmt: skip
    assert side.ties("deals", [deal.ref.id], "notes")[deal.ref.id] == (Tie("notes", note.ref.id),)


def test_none_one_and_many_associations_in_one_read(side: AssociatingConnector) -> None:
    people = [one(side, "contacts", email=f"a{number}@example.com") for number in range(3)]
    companies = [one(side, "companies", name=f"Company {number}") for number in range(2)]
    ids = [person.ref.id for person in people]
    assert side.ties("contacts", ids, "companies") == {one_id: () for one_id in ids}
    main, other = (company.ref.id for company in companies)
    pairs = [
        (ids[0], Tie("companies", main, primary=True)),
        (ids[1], Tie("companies", main, primary=True)),
        (ids[1], Tie("companies", other)),
    ]
    assert side.tie("contacts", pairs) == {}
    told = side.ties("contacts", [*ids, "999999"], "companies")
    assert told[ids[0]] == (Tie("companies", main, primary=True),)
    assert set(told[ids[1]]) == {
        Tie("companies", main, primary=True),
        Tie("companies", other),
    }
    assert told[ids[2]] == told["999999"] == ()
    assert side.untie("contacts", [pairs[1], (ids[2], Tie("companies", main))]) == {}
    told = side.ties("contacts", ids, "companies")
    assert [tie.id for tie in told[ids[1]]] == [other]
    assert told[ids[0]] == (Tie("companies", main, primary=True),)


def test_a_bad_pair_does_not_take_the_good_ones_with_it(side: AssociatingConnector) -> None:
    person = one(side, "contacts", email="a@example.com")
    company = one(side, "companies", name="Company")
    good = (person.ref.id, Tie("companies", company.ref.id))
    bad = (person.ref.id, Tie("companies", "999999"))
    failures = side.tie("contacts", [bad, good])
    assert set(failures) == {bad}
    told = side.ties("contacts", [person.ref.id], "companies")[person.ref.id]
    assert [tie.id for tie in told] == [company.ref.id]
    with pytest.raises(ConfigurationInvalid):
        side.tie("products", [("1", Tie("contacts", "2"))])


def test_all_types_are_listed_and_their_changes_searched(side: AssociatingConnector) -> None:
    invoice, _ = billable(side)
    for record_type in ("line_items", "invoices", "contacts"):
        page = side.list_page(record_type, fields=FIELDS[record_type], after=None)
        assert len(page.records) == 1
        assert page.next is None
    first = side.list_page("invoices", fields=(), after=None)
    changed = side.changes_page(
        ["invoices"], since=first.server_time.replace(hour=0), fields={}, after=None
    )
    assert [r.ref for r in changed.records] == [invoice.ref]
    assert side.record_url("invoices", "5").endswith("/record/0-53/5")
