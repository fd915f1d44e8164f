"""Payments, credit memos, deposits: what moves when money does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.quickbooks.books import invoice, line, payment, switch
from tests.simulators.quickbooks.conftest import Books


@pytest.fixture(autouse=True)
def _customer(books):
    books.create(DisplayName="Ada")


def balance(books, customer="1"):
    return books.get(f"customer/{customer}")["Customer"]["Balance"]


def read(books, entity, record):
    return books.get(f"{entity.lower()}/{record['Id']}")[entity]


def remove(books, entity, record, operation="delete"):
    held = read(books, entity, record)
    body = {"Id": held["Id"], "SyncToken": held["SyncToken"]}
    return books.post(entity.lower(), body, operation=operation)


def pairs(paid):
    found = []
    for one in paid["Line"]:
        values = {x["value"]["Name"]: x["value"].get("Value") for x in one["LineEx"]["any"]}
        found.append((one["Amount"], values))
    return found


def test_the_smallest_payment_is_unapplied(books):
    paid = books.create("Payment", **payment(25))
    assert (paid["UnappliedAmt"], paid["Line"], paid["ProcessPayment"]) == (25, [], False)
    assert paid["DepositToAccountRef"] == {"value": "4"}
    assert balance(books) == -25


def test_a_payment_moves_its_invoices_and_the_customer(books):
    first, second = (books.create("Invoice", **invoice(line(n))) for n in (100, 50))
    books.clock.advance(60)
    paid = books.create(
        "Payment",
        **payment(130, (100, "Invoice", first["Id"]), (20, "Invoice", second["Id"])),
    )
    assert paid["UnappliedAmt"] == 10
    assert pairs(paid) == [
        (100, {"txnId": "1", "txnOpenBalance": "100.00", "txnReferenceNumber": "1001"}),
        (20, {"txnId": "2", "txnOpenBalance": "50.00", "txnReferenceNumber": "1002"}),
    ]
    held = [read(books, "Invoice", one) for one in (first, second)]
    assert [(x["Balance"], x["SyncToken"]) for x in held] == [(0, "1"), (30, "1")]
    assert held[0]["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    assert held[0]["MetaData"]["LastUpdatedTime"].startswith("2026-01-05T01:01:00")
    customer = books.get("customer/1")["Customer"]
    assert (customer["Balance"], customer["SyncToken"]) == (20, "0")
    assert customer["MetaData"]["LastUpdatedTime"].startswith("2026-01-05T01:01:00")


def test_follow_ups_stand_in_the_ledger_as_the_systems(books):
    made = books.create("Invoice", **invoice())
    books.create("Payment", **payment(5, (5, "Invoice", made["Id"])))
    last = [(x["actor"], x["action"], x["type"]) for x in books.ledger()][-2:]
    assert last == [("system", "update", "Invoice"), ("token", "create", "Payment")]


def test_an_update_replaces_the_lines_and_leaving_them_out_keeps_them(books):
    first, second = (books.create("Invoice", **invoice()) for _ in range(2))
    paid = books.create("Payment", **payment(100, (100, "Invoice", first["Id"])))
    kept = books.update(paid, "Payment", PrivateNote="n")["Payment"]
    assert kept["Line"] == paid["Line"]
    share = payment(100, (40, "Invoice", second["Id"]))["Line"]
    moved = books.update(kept, "Payment", Line=share)["Payment"]
    assert moved["UnappliedAmt"] == 60
    assert [read(books, "Invoice", one)["Balance"] for one in (first, second)] == [100, 60]
    assert read(books, "Invoice", first)["LinkedTxn"] == []
    bare = books.update(moved, "Payment", Line=[])["Payment"]
    assert (bare["UnappliedAmt"], bare["Line"]) == (100, [])
    assert balance(books) == 100


@pytest.mark.parametrize("operation", ["delete", "void"])
def test_a_removed_payment_opens_its_invoices_again(books, operation):
    made = books.create("Invoice", **invoice())
    paid = books.create("Payment", **payment(100, (100, "Invoice", made["Id"])))
    answer = remove(books, "Payment", paid, operation)["Payment"]
    held = read(books, "Invoice", made)
    assert (held["Balance"], held["LinkedTxn"], held["SyncToken"]) == (100, [], "2")
    assert balance(books) == 100
    if operation == "delete":
        assert answer == {"domain": "QBO", "status": "Deleted", "Id": paid["Id"]}
        assert books.fault(books.get(f"payment/{paid['Id']}"))[0] == "610"
    else:
        assert (answer["TotalAmt"], answer["Line"], answer["PrivateNote"]) == (0, [], "Voided")


def test_a_void_by_the_documented_way_and_in_a_batch(books):
    first, second = (books.create("Payment", **payment(5)) for _ in range(2))
    body = {"Id": first["Id"], "SyncToken": "0", "sparse": True}
    answer = books.post("payment", body, operation="update", include="void")
    assert answer["Payment"]["PrivateNote"] == "Voided"
    item = {"bId": "1", "operation": "update", "optionsData": "void"}
    item["Payment"] = {"Id": second["Id"], "SyncToken": "0"}
    found = books.post("batch", {"BatchItemRequest": [item]})["BatchItemResponse"][0]
    assert found["Payment"]["TotalAmt"] == 0


def test_bad_payments_are_refused_and_move_nothing(books):
    made = books.create("Invoice", **invoice())
    other = books.create(DisplayName="Bob")
    foreign = books.create("Invoice", **invoice(customer=other["Id"]))
    cases = [
        (payment(150, (150, "Invoice", made["Id"])), "6000"),
        (payment(100, (60, "Invoice", made["Id"]), (60, "Invoice", made["Id"])), "6000"),
        (payment(50, (60, "Invoice", made["Id"])), "6000"),
        (payment(50, (50, "Invoice", "999")), "620"),
        (payment(50, (50, "Invoice", foreign["Id"])), "620"),
        (payment(50, (50, "Bill", made["Id"])), "620"),
        (payment(50, (-50, "Invoice", made["Id"])), "2290"),
        (payment(-50), "6000"),
        ({"TotalAmt": 5}, "2020"),
        ({"CustomerRef": {"value": "1"}}, "2020"),
        ({**payment(5), "Line": [{"Amount": 5}]}, "2020"),
    ]
    for body, code in cases:
        assert books.fault(books.post("payment", body))[0] == code, body
    assert read(books, "Invoice", made) == made
    assert books.query("select count(*) from Payment")["QueryResponse"]["totalCount"] == 0


def test_a_payment_of_the_parent_pays_the_sub_customer(books):
    books.create(DisplayName="Job", Job=True, ParentRef={"value": "1"})
    made = books.create("Invoice", **invoice(customer="2"))
    assert made["CustomerRef"] == {"value": "2", "name": "Ada:Job"}
    assert books.get("customer/1")["Customer"]["BalanceWithJobs"] == 100
    books.create("Payment", **payment(100, (100, "Invoice", made["Id"])))
    assert read(books, "Invoice", made)["Balance"] == 0
    assert books.get("customer/1")["Customer"]["BalanceWithJobs"] == -100 + 100


def test_a_payment_of_zero_joins_a_credit_and_an_invoice(books):
    made = books.create("Invoice", **invoice())
    credit = books.create("CreditMemo", **invoice(line(30)))
    assert (credit["RemainingCredit"], credit["Balance"]) == (30, 30)
    assert balance(books) == 70
    paid = books.create(
        "Payment", **payment(0, (25, "Invoice", made["Id"]), (25, "CreditMemo", credit["Id"]))
    )
    assert paid["UnappliedAmt"] == 0
    assert read(books, "Invoice", made)["Balance"] == 75
    held = read(books, "CreditMemo", credit)
    assert (held["RemainingCredit"], held["SyncToken"]) == (5, "1")
    assert held["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    assert balance(books) == 70
    remove(books, "Payment", paid)
    assert read(books, "CreditMemo", credit)["RemainingCredit"] == 30
    assert balance(books) == 70


def test_a_lost_credit_takes_its_share_back(books):
    books.control("POST", "behaviour", {"paid_delete": "unlink"})
    made = books.create("Invoice", **invoice())
    credit = books.create("CreditMemo", **invoice(line(30)))
    books.create(
        "Payment", **payment(0, (30, "Invoice", made["Id"]), (30, "CreditMemo", credit["Id"]))
    )
    remove(books, "CreditMemo", credit)
    assert read(books, "Invoice", made)["Balance"] == 100
    assert balance(books) == 100


def test_credits_are_applied_by_themselves_both_ways(books):
    switch(books, "SalesFormsPrefs", AutoApplyCredit=True)
    credit = books.create("CreditMemo", **invoice(line(30)))
    made = books.create("Invoice", **invoice())
    assert (made["Balance"], made["TotalAmt"], made["SyncToken"]) == (70, 100, "1")
    assert read(books, "CreditMemo", credit)["RemainingCredit"] == 0
    second = books.create("CreditMemo", **invoice(line(100)))
    assert second["RemainingCredit"] == 30
    assert read(books, "Invoice", made)["Balance"] == 0
    assert balance(books) == -30
    rows = books.query("select * from Payment")["QueryResponse"]["Payment"]
    assert [row["TotalAmt"] for row in rows] == [0, 0]


def test_payments_are_applied_by_themselves(books):
    switch(books, "SalesFormsPrefs", AutoApplyPayments=True)
    first, second = (books.create("Invoice", **invoice()) for _ in range(2))
    paid = books.create("Payment", **payment(130))
    assert [x["Amount"] for x in paid["Line"]] == [100, 30]
    assert [read(books, "Invoice", one)["Balance"] for one in (first, second)] == [0, 70]


def test_an_invoice_that_shrinks_gives_the_rest_back(books):
    made = books.create("Invoice", **invoice())
    paid = books.create("Payment", **payment(80, (80, "Invoice", made["Id"])))
    held = read(books, "Invoice", made)
    less = books.update(held, "Invoice", Line=[line(50)])["Invoice"]
    assert less["Balance"] == 0
    left = read(books, "Payment", paid)
    assert (left["UnappliedAmt"], left["Line"][0]["Amount"]) == (30, 50)
    assert balance(books) == -30


def test_a_deposited_payment_stays(books):
    paid = books.create("Payment", **payment(80))
    link = {"TxnId": paid["Id"], "TxnType": "Payment"}
    deposit = books.create(
        "Deposit",
        DepositToAccountRef={"value": "35"},
        Line=[{"Amount": 80, "LinkedTxn": [link]}],
    )
    assert deposit["TotalAmt"] == 80
    held = read(books, "Payment", paid)
    assert held["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]
    assert books.fault(books.update(held, "Payment", PrivateNote="x")) == ("6540", "")
    assert books.fault(remove(books, "Payment", paid))[0] == "6540"
    assert books.fault(remove(books, "Payment", paid, "void"))[0] == "6540"
    assert remove(books, "Deposit", deposit)["Deposit"]["status"] == "Deleted"
    assert remove(books, "Payment", paid)["Payment"]["status"] == "Deleted"


def test_a_sales_receipt_is_paid_at_once(books):
    made = books.create("SalesReceipt", Line=[line(0, Qty=1, UnitPrice=0)])
    assert (made["Balance"], made["DepositToAccountRef"]["name"]) == (0, "Undeposited Funds")
    assert "LinkedTxn" not in made
    assert "CustomerRef" not in made
    void = remove(books, "SalesReceipt", made, "void")["SalesReceipt"]
    assert (void["Line"][0]["SalesItemLineDetail"]["Qty"], void["PrivateNote"]) == (0, "Voided")
    books.create("SalesReceipt", **invoice())
    assert balance(books) == 0


def test_an_invoice_that_moves_takes_its_balance_along(books):
    books.create(DisplayName="Bob")
    made = books.create("Invoice", **invoice())
    books.update(made, "Invoice", CustomerRef={"value": "2"})
    assert (balance(books, "1"), balance(books, "2")) == (0, 100)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "pay", "credit", "edit", "delete", "void"]),
        st.integers(0, 5),
        st.integers(1, 40),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_the_customers_balance_is_always_the_sum_of_what_is_open(steps):
    books = Books()
    books.control("POST", "behaviour", {"paid_delete": "unlink", "paid_void": "unlink"})
    books.create(DisplayName="Ada")
    for verb, place, amount in steps:
        _step(books, verb, place, amount)
        answer = books.query("select * from Invoice")["QueryResponse"]
        invoices = answer.get("Invoice", [])
        credits = books.query("select * from CreditMemo")["QueryResponse"].get("CreditMemo", [])
        payments = books.query("select * from Payment")["QueryResponse"].get("Payment", [])
        total = (
            sum(Decimal(str(x["Balance"])) for x in invoices)
            - sum(Decimal(str(x["RemainingCredit"])) for x in credits)
            - sum(Decimal(str(x["UnappliedAmt"])) for x in payments)
        )
        assert Decimal(str(balance(books))) == total
        assert all(x["Balance"] >= 0 for x in [*invoices, *credits])
        assert all(x["UnappliedAmt"] >= 0 for x in payments)
        for paid in payments:
            for one in paid["Line"]:
                assert {"TxnId": paid["Id"], "TxnType": "Payment"} in (
                    _linked(books, one["LinkedTxn"][0])["LinkedTxn"]
                )


def _linked(books, link):
    return books.get(f"{link['TxnType'].lower()}/{link['TxnId']}")[link["TxnType"]]


def _step(books, verb, place, amount):
    found = {
        kind: books.query(f"select * from {kind} orderby Id")["QueryResponse"].get(kind, [])
        for kind in ("Invoice", "CreditMemo", "Payment")
    }
    everything = [(kind, one) for kind, rows in found.items() for one in rows]
    if verb == "invoice":
        books.post("invoice", invoice(line(amount)))
    elif verb == "credit":
        books.post("creditmemo", invoice(line(amount)))
    elif verb == "pay" and found["Invoice"]:
        target = found["Invoice"][place % len(found["Invoice"])]
        shares = [(min(amount, target["Balance"]), "Invoice", target["Id"])]
        if found["CreditMemo"]:
            memo = found["CreditMemo"][place % len(found["CreditMemo"])]
            shares.append((min(amount, memo["RemainingCredit"]), "CreditMemo", memo["Id"]))
        books.post("payment", payment(amount, *shares))
    elif verb == "edit" and found["Invoice"]:
        books.update(
            found["Invoice"][place % len(found["Invoice"])], "Invoice", Line=[line(amount)]
        )
    elif verb in ("delete", "void") and everything:
        kind, one = everything[place % len(everything)]
        remove(books, kind, one, verb)
