"""Bodies from other sources: Intuit's reference, other clients' fixtures.

They have no recorded request. What can be written is written the way the body says it was, the rest
is stored and read back. The order of properties is kept only in recordings, so it is not compared.
"""

from __future__ import annotations

import re

import pytest

from simulators.quickbooks import jsontext
from simulators.quickbooks.notices import classic
from tests.simulators.quickbooks.books import invoice, switch
from tests.simulators.quickbooks.replaying import HERE, adopt, differences, recorded, stand_in

#: file -> why nothing replays it
LEFT_OUT = {
    "quickbooks-go/bill": "Bills are no part of this simulator.",
    "quickbooks-ruby/tax_service_error_dup": "Nor is the service that creates tax rates.",
    "fyle-qbo-api/preference_response": "Only one section of Preferences is left in it.",
    "oauth-dotnet-sdk/failure_token_response": "A stub without a real text, says its origin.",
    "oauth-dotnet-sdk/failure_token_revocation_response": "The same.",
    "oauth-dotnet-sdk/success_revoketoken_response": "Not a body: revocation answers an empty one.",
}
#: (file, difference as a pattern, why)
REASONS = (
    (
        "intuit-docs/invoice_full_update.response",
        r"(Deposit: missing|CurrencyRef: not recorded|Allow\w+: not recorded)",
        "The example is of 2015 and its company has deposits on; recordings of 2020 differ so.",
    ),
    (
        "intuit-docs/payment_create.response",
        r"(ProjectRef: missing|CurrencyRef: not recorded)",
        "ProjectRef was added to the example later: the request shown has none.",
    ),
    (
        "intuit-docs/payment_void.response",
        r"CurrencyRef: not recorded",
        "The example is older than the field; the payment of 2025 has it.",
    ),
)


def unexplained(name, answer, wanted, *, ids=False):
    reasons = [pattern for file, pattern, _ in REASONS if file == name]
    found = differences(answer, wanted, ids=ids, ordered=False)
    return [one for one in found if not any(re.search(pattern, one) for pattern in reasons)]


# -- stored and read back -------------------------------------------------------------------

READ = {
    "exquickbooks/item__read_item": "Item",
    "exquickbooks/preferences__read_preferences": "Preferences",
    "intuit-docs/invoice_read_taxed.response": "Invoice",
    "intuit-docs/payment_read.response": "Payment",
    "found-in-code/payment_two_invoices_2025.response": "Payment",
    "quickbooks-go/account": "Account",
    "quickbooks-go/vendor": "Vendor",
    "quickbooks-go/attachable": "Attachable",
}
BARE = {
    "found-in-code/payment_with_deposit_line_2018": "Payment",
    "fyle-qbo-api/company_info": "CompanyInfo",
    "fyle-qbo-api/tax_rate_get_by_id": "TaxRate",
}
ROWS = {
    "exquickbooks/api__query": "Item",
    "fyle-qbo-api/items_response": "Item",
    "fyle-qbo-api/tax_code_response": "TaxCode",
}


def body_of(name, entity):
    body = recorded(name)
    return body if name in BARE else body[entity]


@pytest.mark.parametrize(("name", "entity"), [*READ.items(), *BARE.items()])
def test_an_object_reads_as_it_was_seen(books, name, entity):
    body = body_of(name, entity)
    adopt(books, entity, body)
    response = books.call("GET", f"{entity.lower()}/{body['Id']}")
    answer = jsontext.loads(response.get_data())[entity]
    assert differences(answer, body, ordered=False) == []


@pytest.mark.parametrize(("name", "entity"), ROWS.items())
def test_rows_read_as_they_were_seen(books, name, entity):
    body = recorded(name)
    rows = body if isinstance(body, list) else body["QueryResponse"][entity]
    for row in rows:
        adopt(books, entity, row)
    ids = ", ".join(f"'{row['Id']}'" for row in rows)
    response = books.call(
        "GET", "query", query_string={"query": f"select * from {entity} where Id in ({ids})"}
    )
    answer = jsontext.loads(response.get_data())["QueryResponse"]
    by_id = {row["Id"]: row for row in answer[entity]}
    assert [differences(by_id[row["Id"]], row, ordered=False) for row in rows] == [[]] * len(rows)
    if isinstance(body, dict):
        assert [row["Id"] for row in answer[entity]] == [row["Id"] for row in rows]


# -- written --------------------------------------------------------------------------------


def test_an_inventory_item_is_created_as_in_the_fixture(books):
    wanted = recorded("exquickbooks/item__create_item")
    given = ("Name", "Type", "IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef")
    body = {name: wanted["Item"][name] for name in given}
    body |= {"TrackQtyOnHand": True, "QtyOnHand": 10, "InvStartDate": "2015-01-01"}
    answer = jsontext.loads(books.call("POST", "item", data=jsontext.dumps(body)).get_data())
    assert unexplained("exquickbooks/item__create_item", answer, wanted, ids=True) == []


def test_an_item_is_updated_as_in_the_fixture(books):
    wanted = recorded("exquickbooks/item__update_item")
    old = {**wanted["Item"], "Description": "Rock Fountain", "SyncToken": "2"}
    adopt(books, "Item", old)
    body = {"Id": "5", "SyncToken": "2", "sparse": True, "Name": "Rock Fountain"}
    body["Description"] = wanted["Item"]["Description"]
    answer = jsontext.loads(books.call("POST", "item", data=jsontext.dumps(body)).get_data())
    assert unexplained("exquickbooks/item__update_item", answer, wanted) == []


def fault_as(name, answer):
    wanted = recorded(name)
    assert differences(answer["Fault"], wanted["Fault"], ordered=False) == []


def test_faults_of_items(books):
    fault_as("exquickbooks/item__create_item_error", books.post("item", {"Type": "Service"}))
    fault_as("exquickbooks/item__read_item_error", books.get("item/999"))
    adopt(books, "Item", recorded("exquickbooks/item__read_item")["Item"], by="Leo Nikkilä")
    body = {"Id": "11", "SyncToken": "1", "sparse": True, "Name": "Pump"}
    fault_as("exquickbooks/item__update_item_error", books.post("item", body))


def test_faults_of_queries(books):
    fault_as("exquickbooks/api__query_error", books.query("SELECT * FROM NULL"))


def test_preferences_are_updated_as_in_the_fixture(books):
    wanted = recorded("exquickbooks/preferences__update_preferences")["Preferences"]
    old = {**wanted, "SyncToken": "3"}
    old["SalesFormsPrefs"] = {**old["SalesFormsPrefs"], "AllowEstimates": False}
    adopt(books, "Preferences", old, by="Leo Nikkilä")
    body = {"Id": "1", "SyncToken": "3", "SalesFormsPrefs": {"AllowEstimates": True}}
    response = books.call("POST", "preferences", data=jsontext.dumps(body))
    answer = jsontext.loads(response.get_data())["Preferences"]
    assert differences(answer, wanted, ordered=False) == []
    adopt(books, "Preferences", old, by="Leo Nikkilä")
    body["SyncToken"] = "2"
    fault_as("exquickbooks/preferences__update_preferences_error", books.post("preferences", body))


def _receipt(books):
    """A company without sales tax and custom fields, and its one item."""
    switch(books, "TaxPrefs", UsingSalesTax=False)
    switch(books, "SalesFormsPrefs", CustomField=[{"CustomField": []}])
    stand_in(books, "ItemRef", {"value": "3", "name": "Oribe:Shampoo:Test Product"})
    books.clock.set("2017-09-20T18:32:11-07:00")
    books.app.ids.next("docnumber:sales", start=1004)


def test_a_sales_receipt_is_created_and_voided_as_in_the_fixture(books):
    _receipt(books)
    detail = {"ItemRef": {"value": "3"}, "UnitPrice": 0, "Qty": 1}
    line = {"Amount": 0, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    made = jsontext.loads(
        books.call("POST", "salesreceipt", data=jsontext.dumps({"Line": [line]})).get_data()
    )
    name = "exquickbooks/sales_receipt__create_sales_receipt"
    assert unexplained(name, made, recorded(name), ids=True) == []
    stub = {"Id": made["SalesReceipt"]["Id"], "SyncToken": "0"}
    response = books.call(
        "POST", "salesreceipt", json=stub, query_string={"operation": "update", "include": "void"}
    )
    name = "exquickbooks/sales_receipt__void_sales_receipt"
    assert unexplained(name, jsontext.loads(response.get_data()), recorded(name), ids=True) == []
    books.app.company.find("SalesReceipt", stub["Id"]).modified_by = "John Doe"
    answer = books.post("salesreceipt", stub, operation="void")
    fault_as("exquickbooks/sales_receipt__void_sales_receipt_error", answer)
    answer = books.post("salesreceipt", {"Line": [{"Amount": 1}]})
    fault_as("exquickbooks/sales_receipt__create_sales_receipt_error", answer)


def test_the_full_update_of_the_reference(books):
    request = recorded("intuit-docs/invoice_full_update.request")
    name = "intuit-docs/invoice_full_update.response"
    before = {k: v for k, v in request.items() if k != "CustomerMemo"}
    adopt(books, "Customer", recorded("all__customers__2.response")["QueryResponse"]["Customer"][0])
    adopt(books, "Invoice", {**before, "CurrencyRef": books.app.company.home_currency})
    for _ in range(115):
        books.app.company.next_id("addresses")
    response = books.call("POST", "invoice", data=jsontext.dumps(request))
    answer = jsontext.loads(response.get_data())
    wanted = recorded(name)
    for body in (answer, wanted):
        body["Invoice"]["CustomerRef"].pop("name")
    assert unexplained(name, answer, wanted, ids=True) == []


def test_the_payments_of_the_reference(books):
    stand_in(books, "CustomerRef", {"value": "20", "name": "Red Rock Diner"})
    books.clock.set("2014-12-30T10:26:03-08:00")
    body = recorded("intuit-docs/payment_create.request")
    response = books.call("POST", "payment", data=jsontext.dumps(body))
    name = "intuit-docs/payment_create.response"
    answer = jsontext.loads(response.get_data())
    assert unexplained(name, answer, recorded(name), ids=True) == []
    wanted = recorded("intuit-docs/payment_delete.response")
    payment = recorded("intuit-docs/payment_read.response")["Payment"]
    adopt(books, "Payment", {**payment, "Id": "73", "SyncToken": "2", "Line": []})
    stub = recorded("intuit-docs/payment_delete.request")
    assert books.post("payment", stub, operation="delete")["Payment"] == wanted["Payment"]


def test_the_void_payment_of_the_reference(books):
    name = "intuit-docs/payment_void.response"
    wanted = recorded(name)
    money = jsontext.loads("[120.0, 0.0]")
    old = {k: v for k, v in wanted["Payment"].items() if k != "PrivateNote"}
    old |= {"SyncToken": "1", "TotalAmt": money[0], "UnappliedAmt": money[0]}
    adopt(books, "Payment", old)
    stub = recorded("intuit-docs/payment_void.request")
    response = books.call(
        "POST", "payment", json=stub, query_string={"operation": "update", "include": "void"}
    )
    assert unexplained(name, jsontext.loads(response.get_data()), wanted) == []


# -- webhooks and OAuth ---------------------------------------------------------------------


def event_of(books, entity, **body):
    books.control("POST", "webhooks", {"url": "http://app.test/"})
    sent = []
    books.app.webhooks.post = lambda outgoing, _timeout: sent.append(outgoing) or 200
    books.create(entity, **body)
    books.clock.advance(60)
    books.control("POST", "webhooks/pump")
    return jsontext.loads(sent[0].body)


def test_a_cloud_event_has_the_shape_of_the_announcement(books):
    events = event_of(books, "Account", Name="A", AccountType="Income")
    wanted = recorded("intuit-docs/webhook_cloudevents")
    assert [list(one) for one in events] == [list(one) for one in wanted]
    fixed = ("specversion", "type", "datacontenttype", "data")
    assert [events[0][name] for name in fixed] == [wanted[0][name] for name in fixed]
    for name in ("id", "source", "time"):
        assert len(events[0][name]) == len(wanted[0][name])
    other = recorded("intuit-docs/webhook_cloudevents_alternative_ids")
    assert set(other[0]) == set(wanted[0]) - {"datacontenttype"}


def test_a_classic_payload_has_the_shape_of_the_announcement(books):
    events = event_of(books, "Account", Name="A", AccountType="Income")
    wanted = recorded("intuit-docs/webhook_classic")
    wanted["eventNotifications"][0]["realmId"] = books.app.realm
    entity = wanted["eventNotifications"][0]["dataChangeEvent"]["entities"][0]
    body = classic(events)
    mine = body["eventNotifications"][0]["dataChangeEvent"]["entities"][0]
    assert len(mine["lastUpdated"]) == len(entity["lastUpdated"])
    entity |= {"id": mine["id"], "lastUpdated": mine["lastUpdated"]}
    assert body == wanted
    several = recorded("fyle-qbo-api/webhook_payload_multi_entity")
    assert set(several["eventNotifications"][0]) == set(body["eventNotifications"][0])


def test_discovery_and_token_bodies_have_the_vendors_properties(books):
    wanted = recorded("oauth-dotnet-sdk/discovery")
    answer = books.http.get("/.well-known/openid_configuration").get_json()
    assert set(wanted) == set(answer)
    same = ("response_types_supported", "claims_supported", "subject_types_supported")
    assert [sorted(answer[name]) for name in same] == [sorted(wanted[name]) for name in same]
    form = {"client_id": "sim-quickbooks-client", "response_type": "code", "state": "s"}
    scope = "com.intuit.quickbooks.accounting openid profile email phone address"
    form |= {"redirect_uri": "http://localhost/cb", "scope": scope, "decision": "allow"}
    back = books.http.post("/connect/oauth2", data=form).headers["Location"]
    code = re.search(r"code=([^&]+)", back)[1]
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": form["redirect_uri"]}
    keys = ("sim-quickbooks-client", "sim-quickbooks-secret")
    tokens = books.http.post("/oauth2/v1/tokens/bearer", data=body, auth=keys).get_json()
    assert set(tokens) == set(recorded("oauth-dotnet-sdk/success_token_response"))
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    person = books.http.get("/v1/openid_connect/userinfo", headers=header).get_json()
    assert set(person) <= set(recorded("oauth-dotnet-sdk/success_userinfo_response"))
    assert {"sub", "email", "givenName", "familyName"} <= set(person)


def test_no_sample_is_forgotten():
    """Every file is named in this module, once as replayed or once as left out."""
    source = (HERE.parent / "test_samples.py").read_text(encoding="utf-8")
    files = {
        str(path.relative_to(HERE).with_suffix("")).replace("\\", "/")
        for path in HERE.glob("*/*.json")
    }
    assert {name for name in files if f'"{name}"' not in source} == set()
    assert set(LEFT_OUT) <= files
    assert len(REASONS) <= 10


def test_a_sale_without_a_customer_is_only_a_receipt(books):
    body = {"Line": invoice()["Line"]}
    assert "SalesReceipt" in books.post("salesreceipt", body)
    assert books.fault(books.post("creditmemo", body))[0] == "2020"
