"""A broad tour of the simulator's answers against the structure of Intuit's XSDs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulators.quickbooks import jsontext
from simulators.quickbooks.entities.registry import ENTITIES
from tests.simulators.quickbooks.books import discount, invoice, line, payment, switch
from tests.simulators.quickbooks.conftest import Books
from tests.simulators.quickbooks.replaying import HERE, index, recorded
from tests.simulators.quickbooks.schema import Schema

SCHEMA = Schema()


def problems(entity: str, body: Any) -> list[str]:
    return SCHEMA.check(entity, body)


def tour(country: str) -> list[tuple[str, Any]]:
    """Write one of everything and return all answers as ``(entity, object)``."""
    books = Books(seed=2, country=country)
    tax = {"tax": "2"} if country != "US" else {"tax": "TAX"}
    detail = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}} if country == "US" else {}
    found: list[tuple[str, Any]] = []

    def write(entity: str, body: Any, **args: str) -> Any:
        response = books.call("POST", entity.lower(), json=body, query_string=args)
        answer = jsontext.loads(response.get_data())
        assert entity in answer, answer
        found.append((entity, answer[entity]))
        return answer[entity]

    switch(books, "CurrencyPrefs", MultiCurrencyEnabled=True)
    switch(books, "SalesFormsPrefs", AllowDeposit=True)
    place = {"Line1": "1 Road", "City": "Town", "PostalCode": "1", "Country": "USA"}
    mail = {"PrimaryEmailAddr": {"Address": "a@b.co"}, "WebAddr": {"URI": "http://a.co"}}
    phones = {name: {"FreeFormNumber": "1"} for name in ("PrimaryPhone", "Mobile", "Fax")}
    full = {"BillAddr": place, "ShipAddr": place, "Notes": "n", **mail, **phones}
    ada = write("Customer", {"DisplayName": "Ada", **full, "SalesTermRef": {"value": "2"}})
    euro = write("Customer", {"DisplayName": "Euro", "CurrencyRef": {"value": "EUR"}})
    write("Customer", {"DisplayName": "J", "Job": True, "ParentRef": {"value": ada["Id"]}})
    vendor = {k: v for k, v in full.items() if k != "ShipAddr"}
    write("Vendor", {"DisplayName": "Bo", **vendor})
    write("Employee", {"GivenName": "Em", "FamilyName": "P"})
    top = write("Item", {"Name": "Garden", "Type": "Category"})
    refs = {"IncomeAccountRef": "79", "ExpenseAccountRef": "80", "AssetAccountRef": "81"}
    stock = {name: {"value": number} for name, number in refs.items()}
    stock |= {"QtyOnHand": 5, "InvStartDate": "2026-01-01", "TrackQtyOnHand": True}
    under = {"SubItem": True, "ParentRef": {"value": top["Id"]}}
    pump = write("Item", {"Name": "Pump", "Type": "Inventory", "Sku": "P", **stock, **under})
    form = {"Name": "Set", "Type": "Group", "Parts": f"{pump['Id']} x 2"}
    books.http.post("/items", data=form)
    group = books.query("select * from Item where Type = 'Group'")["QueryResponse"]["Item"][0]
    write("Account", {"Name": "Fees", "AccountType": "Income"})
    write("Term", {"Name": "Net 7", "DueDays": 7})
    write("PaymentMethod", {"Name": "Cheque"})
    write("Class", {"Name": "North"})
    write("Department", {"Name": "East"})
    write("CompanyCurrency", {"Code": "EUR"})
    rate = {"SourceCurrencyCode": "EUR", "AsOfDate": "2026-01-01", "Rate": 1.2}
    write("ExchangeRate", rate)
    bundle = {"DetailType": "GroupLineDetail"}
    bundle["GroupLineDetail"] = {"GroupItemRef": {"value": group["Id"]}, "Quantity": 1}
    if country != "US":
        inner = line(10, item=pump["Id"], Qty=2, UnitPrice=5, **tax)
        bundle["GroupLineDetail"]["Line"] = [inner]
    text = {"DetailType": "DescriptionOnly", "Description": "Subtotal:"}
    lines = [line(30, item=pump["Id"], Qty=3, UnitPrice=10, Description="x", **tax), text, bundle]
    memo = {"CustomerMemo": {"value": "m"}, "PrivateNote": "p", "BillEmail": {"Address": "a@b.co"}}
    field = [{"DefinitionId": "1", "Type": "StringType", "StringValue": "7"}]
    sale = invoice(*lines, discount(percent=10), customer=ada["Id"], CustomField=field, **memo)
    made = write("Invoice", {**sale, **detail, "Deposit": 5})
    books.call("POST", f"invoice/{made['Id']}/send")
    offer = write("Estimate", {**sale, **detail})
    link = [{"TxnId": offer["Id"], "TxnType": "Estimate"}]
    write("Invoice", {**sale, "LinkedTxn": link})
    credit = write("CreditMemo", {**sale, **detail})
    write("SalesReceipt", {**sale, **detail, "PaymentMethodRef": {"value": "2"}})
    write("RefundReceipt", {**sale, **detail, "DepositToAccountRef": {"value": "35"}})
    write("Invoice", invoice(line(9, **tax), customer=euro["Id"], CurrencyRef={"value": "EUR"}))
    shares = [(5, "Invoice", made["Id"]), (2, "CreditMemo", credit["Id"])]
    paid = write(
        "Payment", {**payment(10, *shares, customer=ada["Id"]), "PaymentMethodRef": {"value": "2"}}
    )
    banked = [{"Amount": 10, "LinkedTxn": [{"TxnId": paid["Id"], "TxnType": "Payment"}]}]
    write("Deposit", {"DepositToAccountRef": {"value": "35"}, "Line": banked})
    void = write("Invoice", invoice(line(9, **tax), customer=ada["Id"]))
    write("Invoice", {"Id": void["Id"], "SyncToken": "0"}, operation="void")
    gone = write("Payment", payment(1, customer=ada["Id"]))
    write("Payment", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
    about = [{"EntityRef": {"type": "Invoice", "value": made["Id"]}}]
    metadata = jsontext.dumps({"FileName": "a.txt", "AttachableRef": about})
    parts = {"file_metadata_01": metadata, "file_content_01": "text"}
    books.call("POST", "upload", data=parts)
    for entity in ENTITIES:
        response = books.call(
            "GET", "query", query_string={"query": f"select * from {entity.name} maxresults 1000"}
        )
        rows = jsontext.loads(response.get_data())["QueryResponse"]
        found += [(entity.name, row) for row in rows.get(entity.name, ())]
    return found


@pytest.mark.parametrize("country", ["US", "GB", "CA", "AU"])
def test_a_tour_of_answers_fits_the_schema(country):
    answers = tour(country)
    assert {entity for entity, _ in answers} >= {one.name for one in ENTITIES} - {"CustomerType"}
    assert [one for entity, body in answers for one in problems(entity, body)] == []


def test_recorded_answers_fit_the_schema_too():
    """Otherwise the checker would be wrong, or the exceptions would."""
    count = 0
    for entry in index():
        answer = recorded(entry["response_file"].removesuffix(".json"))
        rows = {**answer, **answer.get("QueryResponse", {})}
        for name, body in rows.items():
            for one in body if isinstance(body, list) else [body]:
                if name in SCHEMA.types and isinstance(one, dict) and "Id" in one:
                    assert problems(name, one) == []
                    count += 1
    assert count > 150
    assert HERE.is_dir()


Spoil = Callable[[dict[str, Any]], Any]
MUTATIONS: dict[str, Spoil] = {
    "a renamed property": lambda b: b.update(Totalamt=b.pop("TotalAmt")),
    "a property of another entity": lambda b: b.update(DisplayName="x"),
    "an amount as text": lambda b: b.update(TotalAmt="100.00"),
    "an amount as truth": lambda b: b.update(Balance=True),
    "null": lambda b: b.update(PrivateNote=None),
    "a truth as text": lambda b: b.update(ApplyTaxAfterDiscount="false"),
    "an id as number": lambda b: b.update(Id=1),
    "a token as number": lambda b: b.update(SyncToken=0),
    "lines that are no list": lambda b: b.update(Line=b["Line"][0]),
    "links that are no list": lambda b: b.update(LinkedTxn={}),
    "a reference without an object": lambda b: b.update(CustomerRef="1"),
    "a reference with another key": lambda b: b["CustomerRef"].update(id="1"),
    "a date with a time": lambda b: b.update(TxnDate="2026-01-05T00:00:00Z"),
    "a time without a zone": lambda b: b["MetaData"].update(CreateTime="2026-01-05T00:00:00"),
    "an unknown word": lambda b: b.update(EmailStatus="Sent"),
    "an unknown type of line": lambda b: b["Line"][0].update(DetailType="ItemLine"),
    "a detail under another name": lambda b: b["Line"][0].update(Detail={}),
    "a property inside a detail": lambda b: b["Line"][0]["SalesItemLineDetail"].update(Price=1),
    "a line number as text": lambda b: b["Line"][0].update(LineNum="1"),
    "an address as text": lambda b: b.update(BillAddr="1 Road"),
    "a part of the address": lambda b: b["BillAddr"].update(Street="1 Road"),
    "tax as a number": lambda b: b.update(TxnTaxDetail=5),
    "a custom field's type": lambda b: b["CustomField"][0].update(Type="Text"),
    "a list inside a value": lambda b: b.update(DocNumber=["1"]),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_planted_mutations_are_caught(name):
    body = recorded("create__invoice__1.response")["Invoice"]
    assert problems("Invoice", body) == []
    MUTATIONS[name](body)
    assert len(problems("Invoice", body)) == 1


def test_there_are_twenty_mutations():
    assert len(MUTATIONS) >= 20
