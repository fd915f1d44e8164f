"""Items, invoices, payments and what they refer to, against the QuickBooks simulator."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from syncapp.connectors.base import (
    BookkeepingConnector,
    Op,
    Refused,
    WriteBatch,
    WriteItem,
    Written,
)
from syncapp.connectors.quickbooks.markers import holds, marker_in
from syncapp.core.errors import ConfigurationInvalid, RecordGone, RecordRejected, StaleRecord
from syncapp.core.ports import Env
from syncapp.core.records import Record
from syncapp.core.schema import Kind
from syncapp.core.values import Value, same
from tests.connectors.simulated.conftest import REALM, Simulator, connect_quickbooks

COMPANY = f"/v3/company/{REALM}"
_numbers = iter(range(1, 10_000))


@pytest.fixture
def side(books: Simulator, env: Env) -> BookkeepingConnector:
    return connect_quickbooks(books, env)


def send(
    side: BookkeepingConnector, record_type: str, op: Op, *items: WriteItem, single: bool = False
) -> list[Any]:
    request_id = f"{next(_numbers):032x}"
    return list(side.write(WriteBatch(record_type, op, items, request_id, single=single)))


def one(
    side: BookkeepingConnector,
    record_type: str,
    op: Op = Op.CREATE,
    *,
    single: bool = False,
    record: Record | None = None,
    marker: str = "",
    **values: Value,
) -> Record:
    item = WriteItem(
        "i", values, marker=marker,
        record_id=record.ref.id if record else None,
        version=record.version if record else "",
        current=record.values if record else {},
    )  # fmt: skip
    (result,) = send(side, record_type, op, item, single=single)
    assert isinstance(result, Written), getattr(result, "error", "")
    return result.record


def account(side: BookkeepingConnector) -> str:
    page = side.list_page("Account", fields=(), after=None)
    return next(r.ref.id for r in page.records if r.get("AccountType") == "Income")


def item(side: BookkeepingConnector, name: str = "Pump", **more: Value) -> Record:
    return one(
        side, "Item", Name=name, Type="Service",
        **{"IncomeAccountRef.value": account(side), **more},
    )  # fmt: skip


def line(item_id: str, amount: str, quantity: str = "1") -> dict[str, Value]:
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "Description": "A thing",
        "SalesItemLineDetail": {"ItemRef": {"value": item_id}, "Qty": quantity},
    }


def invoice(side: BookkeepingConnector, *lines: Value, **more: Value) -> Record:
    customer = one(side, "Customer", DisplayName=f"Customer {next(_numbers)}")
    marker = str(more.pop("marker", ""))
    values: dict[str, Value] = {"CustomerRef.value": customer.ref.id, "Line": list(lines), **more}
    return one(side, "Invoice", marker=marker, **values)


def payment(side: BookkeepingConnector, owed: Record, amount: str) -> Record:
    applied = {"Amount": amount, "LinkedTxn": [{"TxnId": owed.ref.id, "TxnType": "Invoice"}]}
    customer = owed.get("CustomerRef.value")
    values: dict[str, Value] = {"CustomerRef.value": customer, "TotalAmt": amount}
    return one(side, "Payment", Line=[applied], **values)


def again(side: BookkeepingConnector, record: Record) -> Record:
    (found,) = side.read(record.ref.type, [record.ref.id], fields=())
    return found


def test_an_item_is_made_found_by_sku_changed_and_made_inactive(
    side: BookkeepingConnector,
) -> None:
    made = item(side, Sku="P-1", UnitPrice="19.90")
    assert made.get("UnitPrice") in {"19.9", "19.90"}
    (found,) = side.find("Item", field="Sku", values=["P-1", "P-2"], fields=())
    assert found.ref == made.ref
    assert [r.ref for r in side.find("Item", field="Name", values=["Pump"], fields=())] == [
        made.ref
    ]
    changed = one(side, "Item", Op.UPDATE, record=made, UnitPrice="20.00")
    assert changed.get("Sku") == "P-1"
    off = one(side, "Item", Op.INACTIVATE, record=changed)
    assert off.gone == "inactive"
    assert side.find("Item", field="Sku", values=["P-1"], fields=()) == ()
    assert again(side, made).gone == "inactive"


def sold(document: Record) -> list[Any]:
    """Its lines without the subtotal that QuickBooks puts at their end."""
    lines: Any = document.get("Line")
    return [one for one in lines if one["DetailType"] != "SubTotalLineDetail"]


@pytest.mark.parametrize("single", [True, False])
def test_an_invoice_with_lines_keeps_its_amounts_to_the_digit(
    side: BookkeepingConnector, single: bool
) -> None:
    product = item(side)
    made = invoice(side, line(product.ref.id, "0.10"), line(product.ref.id, "100.00", "4"))
    assert made.get("TotalAmt") in {"100.1", "100.10"}
    lines = sold(made)
    assert [one_line["Amount"] for one_line in lines] in (["0.1", "100"], ["0.10", "100.00"])
    assert len(lines) == 2
    assert isinstance(made.get("Line"), list)
    # One line changes, the other stays the line it was: all of them are sent.
    changed = [{**lines[0], "Description": "Another thing"}, lines[1]]
    after = one(side, "Invoice", Op.UPDATE, single=single, record=made, Line=changed)
    kept = sold(after)
    assert [one_line["Id"] for one_line in kept] == [one_line["Id"] for one_line in lines]
    assert kept[0]["Description"] == "Another thing"
    assert again(side, made).values == after.values


def test_what_is_not_a_number_is_refused_before_it_is_sent(
    books: Simulator, side: BookkeepingConnector
) -> None:
    before = len(books.writes())
    values: dict[str, Value] = {"CustomerRef.value": "1", "Line": [line("1", "ten")]}
    (refused,) = send(side, "Invoice", Op.CREATE, WriteItem("i", values))
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, RecordRejected)
    assert refused.error.field == "Amount"
    assert len(books.writes()) == before


def test_a_created_invoice_is_found_again_by_its_marker(side: BookkeepingConnector) -> None:
    since = side.list_page("Invoice", fields=(), after=None).server_time
    product = item(side)
    marker = "HS:24680135:invoices:512"
    made = invoice(side, line(product.ref.id, "5"), PrivateNote="Thanks", marker=marker)
    other = invoice(side, line(product.ref.id, "5"), PrivateNote="Thanks")
    assert made.get("PrivateNote") == f"Thanks ({marker})"
    news = side.created_since("Invoice", since - timedelta(minutes=5), fields=())
    assert {r.ref for r in news} == {made.ref, other.ref}
    assert [r.ref for r in news if holds(r.get("PrivateNote"), marker)] == [made.ref]
    assert marker_in(made.get("PrivateNote")) == marker


def test_a_taken_number_names_the_document_that_has_it(
    books: Simulator, side: BookkeepingConnector
) -> None:
    preferences = books.call("GET", f"{COMPANY}/preferences")["Preferences"]
    books.call(
        "POST", f"{COMPANY}/preferences",
        {
            "Id": preferences["Id"], "SyncToken": preferences["SyncToken"], "sparse": True,
            "SalesFormsPrefs": {"CustomTxnNumbers": True},
        },
    )  # fmt: skip
    product = item(side)
    first = invoice(side, line(product.ref.id, "5"), DocNumber="INV-7")
    values: dict[str, Value] = {
        "CustomerRef.value": first.get("CustomerRef.value"),
        "Line": [line(product.ref.id, "5")],
        "DocNumber": "INV-7",
    }
    for single in (True, False):
        (refused,) = send(side, "Invoice", Op.CREATE, WriteItem("i", values), single=single)
        assert isinstance(refused, Refused)
        assert isinstance(refused.error, RecordRejected)
        assert refused.error.existing_id == first.ref.id
    (found,) = side.find("Invoice", field="DocNumber", values=["INV-7"], fields=())
    assert found.ref == first.ref


@pytest.mark.parametrize("single", [True, False])
def test_a_payment_pays_and_its_void_takes_it_back(
    side: BookkeepingConnector, single: bool
) -> None:
    owed = invoice(side, line(item(side).ref.id, "80.50"))
    paid = payment(side, owed, "30.25")
    assert again(side, owed).get("Balance") == "50.25"
    links = again(side, owed).get("LinkedTxn")
    assert links == [{"TxnId": paid.ref.id, "TxnType": "Payment"}]
    voided = one(side, "Payment", Op.VOID, single=single, record=paid)
    assert str(voided.get("PrivateNote")).startswith("Voided")
    assert again(side, owed).get("Balance") in {"80.5", "80.50"}


@pytest.mark.parametrize("single", [True, False])
def test_an_invoice_is_voided_and_deleted(side: BookkeepingConnector, single: bool) -> None:
    product = item(side)
    made = invoice(side, line(product.ref.id, "12"))
    voided = one(side, "Invoice", Op.VOID, single=single, record=made)
    assert voided.get("TotalAmt") == "0"
    assert voided.version > made.version
    deleted = one(side, "Invoice", Op.DELETE, single=single, record=voided)
    assert deleted.gone == "deleted"
    assert side.read("Invoice", [made.ref.id], fields=()) == ()
    (refused,) = send(
        side, "Invoice", Op.VOID, WriteItem("i", {}, record_id=made.ref.id, version="9")
    )
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, RecordGone)


def test_a_paid_invoice_is_not_voided_and_a_stale_one_not_written(
    side: BookkeepingConnector,
) -> None:
    owed = invoice(side, line(item(side).ref.id, "80"))
    payment(side, owed, "80")
    (stale,) = send(
        side, "Invoice", Op.VOID, WriteItem("i", {}, record_id=owed.ref.id, version=owed.version)
    )
    assert isinstance(stale, Refused)
    assert isinstance(stale.error, StaleRecord)
    now = again(side, owed)
    (refused,) = send(
        side, "Invoice", Op.VOID, WriteItem("i", {}, record_id=owed.ref.id, version=now.version)
    )
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, RecordRejected)


def test_a_credit_memo_is_applied_with_a_payment_of_nothing(side: BookkeepingConnector) -> None:
    product = item(side)
    owed = invoice(side, line(product.ref.id, "80"))
    values: dict[str, Value] = {
        "CustomerRef.value": owed.get("CustomerRef.value"),
        "Line": [line(product.ref.id, "20")],
    }
    credit = one(side, "CreditMemo", **values)
    lines = [
        {"Amount": "20", "LinkedTxn": [{"TxnId": owed.ref.id, "TxnType": "Invoice"}]},
        {"Amount": "20", "LinkedTxn": [{"TxnId": credit.ref.id, "TxnType": "CreditMemo"}]},
    ]
    joined: dict[str, Value] = {"CustomerRef.value": owed.get("CustomerRef.value"), "TotalAmt": "0"}
    one(side, "Payment", Line=lines, **joined)
    assert same(again(side, owed).get("Balance"), "60", Kind.MONEY)
    assert same(again(side, credit).get("RemainingCredit"), "0", Kind.MONEY)


def test_one_call_tells_the_changes_of_all_types(side: BookkeepingConnector) -> None:
    types = ("Customer", "Item", "Invoice", "Payment", "CreditMemo", "Account", "Term")
    assert side.streams((*types, "TaxCode")) == (types, ("TaxCode",))
    since = side.list_page("Item", fields=(), after=None).server_time
    owed = invoice(side, line(item(side, "Valve").ref.id, "9"))
    payment(side, owed, "9")
    gone = invoice(side, line(item(side, "Hose").ref.id, "9"))
    one(side, "Invoice", Op.DELETE, record=gone)
    calls = side.calls
    page = side.changes_page(types, since=since, fields={}, after=None)
    assert side.calls == calls + 1
    assert page.next is None
    told = {(r.ref.type, r.gone) for r in page.records}
    assert told >= {
        ("Customer", None), ("Item", None), ("Invoice", None), ("Payment", None),
        ("Invoice", "deleted"),
    }  # fmt: skip


def test_taxes_are_read_with_their_pseudo_codes(side: BookkeepingConnector) -> None:
    page = side.list_page("TaxCode", fields=(), after=None)
    assert {"TAX", "NON"} <= {r.ref.id for r in page.records}
    assert side.list_page("TaxRate", fields=(), after=None).next is None
    told = side.changes_page(["TaxCode"], since=page.server_time, fields={}, after=None)
    assert told.next is None
    with pytest.raises(ConfigurationInvalid):
        send(side, "TaxCode", Op.UPDATE, WriteItem("i", {"Name": "x"}, record_id="2"))


def test_custom_fields_are_described_read_and_written(
    books: Simulator, side: BookkeepingConnector
) -> None:
    preferences = books.call("GET", f"{COMPANY}/preferences")["Preferences"]
    books.call(
        "POST", f"{COMPANY}/preferences",
        {
            "Id": preferences["Id"], "SyncToken": preferences["SyncToken"], "sparse": True,
            "SalesFormsPrefs": {
                "CustomField": [
                    {"CustomField": [
                        {"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType",
                         "BooleanValue": True},
                        {"Name": "SalesFormsPrefs.UseSalesCustom3", "Type": "BooleanType",
                         "BooleanValue": True},
                    ]},
                    {"CustomField": [
                        {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType",
                         "StringValue": "Crew #"},
                        {"Name": "SalesFormsPrefs.SalesCustomName3", "Type": "StringType",
                         "StringValue": "Lot"},
                    ]},
                ]
            },
        },
    )  # fmt: skip
    custom = [field for field in side.describe("Invoice") if field.custom]
    assert [(field.name, field.label) for field in custom] == [
        ("CustomField.1", "Crew #"),
        ("CustomField.3", "Lot"),
    ]
    first: dict[str, Value] = {"CustomField.1": "102", "CustomField.3": "A"}
    made = invoice(side, line(item(side).ref.id, "9"), **first)
    assert (made.get("CustomField.1"), made.get("CustomField.3")) == ("102", "A")
    change: dict[str, Value] = {"CustomField.3": "B"}
    after = one(side, "Invoice", Op.UPDATE, record=made, **change)
    assert (after.get("CustomField.1"), after.get("CustomField.3")) == ("102", "B")
    clear: dict[str, Value] = {"CustomField.1": None}
    after = one(side, "Invoice", Op.UPDATE, record=after, **clear)
    assert (after.get("CustomField.1"), after.get("CustomField.3")) == (None, "B")


def test_operations_that_do_not_exist_are_not_sent(side: BookkeepingConnector) -> None:
    calls = side.calls
    for record_type, op in (
        ("Customer", Op.DELETE), ("Customer", Op.VOID), ("Invoice", Op.INACTIVATE),
        ("Item", Op.UPSERT), ("Account", Op.CREATE), ("Payment", Op.ARCHIVE),
    ):  # fmt: skip
        with pytest.raises(ConfigurationInvalid):
            send(side, record_type, op, WriteItem("i", {}, record_id="1", version="0"))
    assert side.calls == calls


def test_the_preferences_and_rates_of_the_company(
    books: Simulator, side: BookkeepingConnector
) -> None:
    details = side.account().details
    assert {"CustomTxnNumbers", "BookCloseDate", "AutoApplyCredit", "AllowDeposit"} <= set(details)
    assert side.exchange_rate("EUR", date(2026, 1, 5)) == ""
    preferences = books.call("GET", f"{COMPANY}/preferences")["Preferences"]
    books.call(
        "POST", f"{COMPANY}/preferences",
        {
            "Id": preferences["Id"], "SyncToken": preferences["SyncToken"], "sparse": True,
            "CurrencyPrefs": {"MultiCurrencyEnabled": True},
        },
    )  # fmt: skip
    books.call("POST", f"{COMPANY}/companycurrency", {"Code": "EUR"})
    assert Decimal(side.exchange_rate("EUR", date(2026, 1, 5))) > 0
