"""The vendor's and others' own clients, unmodified but for the address, walk through all verbs."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import QuickbooksException, ValidationException
from quickbooks.objects.account import Account
from quickbooks.objects.base import Ref
from quickbooks.objects.creditmemo import CreditMemo
from quickbooks.objects.customer import Customer
from quickbooks.objects.detailline import (
    DiscountLine,
    DiscountLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.estimate import Estimate
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.payment import Payment, PaymentLine
from quickbooks.objects.paymentmethod import PaymentMethod
from quickbooks.objects.salesreceipt import SalesReceipt
from quickbooks.objects.taxcode import TaxCode
from quickbooks.objects.taxrate import TaxRate
from quickbooks.objects.term import Term

from tests.simulators.quickbooks.test_process import connected, ready, start

REALM = "4620816365"
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    process = start("--port", "0", "--empty", "--realm", REALM, "--access-token", "T")
    yield ready(process)
    process.terminate()
    process.communicate(timeout=20)


@pytest.fixture
def books(url, monkeypatch) -> QuickBooks:
    requests.post(f"{url}/__sim__/reset", json={"empty": True}, timeout=10)
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{url}/v3")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    client = connected(url)
    with pytest.warns(DeprecationWarning, match=".*"):
        return QuickBooks(
            auth_client=client,
            refresh_token=client.refresh_token,
            company_id=client.realm_id,
            use_decimal=True,
        )


def ref(number: str) -> Ref:
    made = Ref()
    made.value = number
    return made


def sold(item: str, quantity: str, price: str) -> SalesItemLine:
    made = SalesItemLine()
    made.Amount = Decimal(quantity) * Decimal(price)
    made.SalesItemLineDetail = SalesItemLineDetail()
    made.SalesItemLineDetail.ItemRef = ref(item)
    made.SalesItemLineDetail.Qty = Decimal(quantity)
    made.SalesItemLineDetail.UnitPrice = Decimal(price)
    return made


def sale(kind, books, *lines):
    made = kind()
    made.CustomerRef = ref("1")
    made.Line = list(lines or [sold("1", "4", "25")])
    return made.save(qb=books)


def ada(books) -> Customer:
    made = Customer()
    made.DisplayName = "Ada"
    return made.save(qb=books)


def test_python_quickbooks_lives_through_an_invoice(books):
    ada(books)
    less = DiscountLine()
    less.DiscountLineDetail = DiscountLineDetail()
    less.DiscountLineDetail.PercentBased = True
    less.DiscountLineDetail.DiscountPercent = 10
    made = sale(Invoice, books, sold("1", "4", "25"), less)
    assert (made.TotalAmt, made.DocNumber, len(made.Line)) == (90, "1001", 3)
    made.PrivateNote = "n"
    made = made.save(qb=books)
    assert (made.SyncToken, made.PrivateNote, made.TotalAmt) == ("1", "n", 90)
    paid = Payment()
    paid.CustomerRef, paid.TotalAmt = ref("1"), 50
    share = PaymentLine()
    share.Amount, share.LinkedTxn = 50, [made.to_linked_txn()]
    paid.Line = [share]
    paid = paid.save(qb=books)
    held = Invoice.get(made.Id, qb=books)
    assert (held.Balance, held.LinkedTxn[0].TxnId) == (40, paid.Id)
    assert [one.Id for one in Invoice.filter(CustomerRef="1", qb=books)] == [made.Id]
    assert [one.Id for one in Invoice.where("Balance > '30'", qb=books)] == [made.Id]
    assert Invoice.get(made.Id, qb=books).download_pdf(qb=books).startswith(b"%PDF")
    held.send(qb=books, send_to="a@b.co")
    with pytest.raises(QuickbooksException) as caught:
        Invoice.get(made.Id, qb=books).void(qb=books)
    assert caught.value.error_code == 6000
    Payment.get(paid.Id, qb=books).void(qb=books)
    assert Payment.get(paid.Id, qb=books).PrivateNote == "Voided"
    Invoice.get(made.Id, qb=books).void(qb=books)
    assert Invoice.get(made.Id, qb=books).TotalAmt == 0
    Invoice.get(made.Id, qb=books).delete(qb=books)
    assert Invoice.all(qb=books) == []


def test_python_quickbooks_writes_the_other_sales(books):
    ada(books)
    memo = sale(CreditMemo, books)
    assert (memo.RemainingCredit, Customer.get("1", qb=books).Balance) == (100, -100)
    receipt = sale(SalesReceipt, books)
    assert (receipt.Balance, receipt.DepositToAccountRef.name) == (0, "Undeposited Funds")
    assert sale(Estimate, books).TxnStatus == "Pending"
    memo.delete(qb=books)
    assert Customer.get("1", qb=books).Balance == 0


def test_python_quickbooks_reads_and_writes_lists(books):
    made = Item()
    made.Name, made.Type, made.Sku = "Stone", "Service", "S-1"
    made.IncomeAccountRef, made.UnitPrice = ref("1"), Decimal("12.34567")
    made = made.save(qb=books)
    held = Item.get(made.Id, qb=books)
    assert held.UnitPrice == Decimal("12.34567")
    assert [one.Id for one in Item.filter(Sku="S-1", qb=books)] == [made.Id]
    assert {one.Name for one in TaxCode.all(qb=books)} == {"TAX", "NON", "California", "Tucson"}
    assert {one.RateValue for one in TaxRate.all(qb=books)} >= {8, 2}
    assert len(Term.all(qb=books)) == len(PaymentMethod.all(qb=books)) == 4
    assert [one.Id for one in Account.filter(Name="Checking", qb=books)] == ["35"]
    with pytest.raises(ValidationException):
        Item.query("select * from Item where Colour = 'red'", qb=books)


def test_python_quickbooks_batches_and_reads_changes_of_sales(books):
    ada(books)
    wanted = []
    for number in range(1, 4):
        one = Invoice()
        one.CustomerRef, one.Line = ref("1"), [sold("1", str(number), "10")]
        wanted.append(one)
    made = batch_create(wanted, qb=books).successes
    assert [one.TotalAmt for one in made] == [10, 20, 30]
    for one in made:
        one.PrivateNote = "batch"
    changed = batch_update(made, qb=books).successes
    assert {one.PrivateNote for one in changed} == {"batch"}
    gone = batch_delete(changed[:1], qb=books)
    assert (len(gone.successes), gone.faults) == (1, [])
    answer = change_data_capture([Invoice, Customer], "2020-01-01T00:00:00Z", qb=books)
    states = [getattr(one, "status", None) for one in answer.Invoice._object_list]
    assert states.count("Deleted") == 1
    assert len(states) == 3


@pytest.mark.slow
@pytest.mark.node
def test_node_quickbooks_walks_through_all_verbs(url, tmp_path):
    command = ["npm", "install", "node-quickbooks@2.0.50", "--no-audit", "--no-fund", "--silent"]
    installed = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert installed.returncode == 0, installed.stderr
    requests.post(f"{url}/__sim__/reset", json={"empty": True}, timeout=10)
    shutil.copy(HERE / "tour.js", tmp_path)
    run = subprocess.run(
        ["node", "tour.js", url, REALM],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.strip().splitlines()[-1]) == {
        "created": ["1", "0"],
        "again": "1",
        "duplicate": "6240",
        "updated": ["1", "Ada O'Neil"],
        "stale": "5010",
        "invoice": ["1001", 100],
        "waved": "1001",
        "balance": 40,
        "unapplied": 20,
        "found": ["1"],
        "named": 1,
        "count": 3,
        "all": 1,
        "pdf": "%PDF-",
        "sent": "EmailSent",
        "voided": "Voided",
        "gone": "Deleted",
        "zero": [0, "Voided"],
        "missing": "610",
        "memo": 20,
        "receipt": 0,
        "estimate": "Pending",
        "batch": ["ok", "ok", "610"],
        "changed": [2, 2, 4],
        "rate": 1.5,
        "company": "Larkspur Garden & Design",
    }
