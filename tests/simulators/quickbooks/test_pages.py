"""The pages a person works with."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def office(make_books):
    return make_books(seed=1)


def text(response) -> str:
    return response.get_data(as_text=True)


def post(books, path, **form):
    return books.http.post(path, data=form)


def test_a_person_creates_and_edits_a_customer(books):
    form = {"DisplayName": "Ada Lee", "Email": "Ada@Example.com", "City": "Town", "Phone": "555"}
    response = post(books, "/customers", **form)
    assert response.status_code == 303
    page = text(books.http.get(response.headers["Location"]))
    assert "Ada Lee was created." in page
    assert 'value="Ada@Example.com"' in page
    held = books.get("customer/1")["Customer"]
    assert held["BillAddr"] == {"Id": held["BillAddr"]["Id"], "City": "Town"}
    assert held["MetaData"]["LastModifiedByRef"] == {"value": "9130357849536021"}
    post(books, "/customers/1", **{**form, "Phone": "", "GivenName": "Ada"})
    held = books.get("customer/1")["Customer"]
    assert (held["SyncToken"], held["GivenName"]) == ("1", "Ada")
    assert "PrimaryPhone" not in held
    assert {entry["actor"] for entry in books.ledger()} == {"person"}


def test_every_field_of_the_form_has_a_label(books):
    page = text(books.http.get("/customers/new"))
    inputs = set(re.findall(r'<(?:input|textarea|select) id="(\w+)"', page))
    assert inputs == set(re.findall(r'<label for="(\w+)"', page))
    assert "DisplayName" in inputs
    assert "Email" in inputs


def test_a_refusal_is_shown_with_what_was_typed(books):
    books.create("Vendor", DisplayName="Taken")
    response = post(books, "/customers", DisplayName="Taken", GivenName="Typed")
    assert response.status_code == 400
    assert "already exists" in text(response)
    assert 'value="Typed"' in text(response)


def test_an_app_that_is_late_gets_the_persons_name(books):
    made = books.create(DisplayName="A")
    post(books, "/customers/1", DisplayName="A", Notes="by hand")
    detail = books.update(made, Notes="by app")["Fault"]["Error"][0]["Detail"]
    assert "Pat Ledger finished before you did" in detail


def test_a_person_makes_a_customer_inactive_and_active_again(books):
    books.create(DisplayName="A")
    post(books, "/customers/1/active", active="false")
    assert books.get("customer/1")["Customer"]["DisplayName"] == "A (deleted)"
    assert "A (deleted)" not in text(books.http.get("/"))
    assert "A (deleted)" in text(books.http.get("/?inactive=on"))
    post(books, "/customers/1/active", active="true")
    assert books.get("customer/1")["Customer"]["DisplayName"] == "A"


@pytest.mark.parametrize("choice", ["deleted", "inactive"])
def test_a_person_merges_two_customers(books, choice):
    books.control("POST", "behaviour", {"merged_loser": choice})
    for name in ("Loser", "Survivor"):
        books.create(DisplayName=name)
    books.create(DisplayName="Job", Job=True, ParentRef={"value": "1"})
    books.clock.advance(60)
    response = post(books, "/customers/1/merge", into="2")
    assert response.headers["Location"].startswith("/customers/2?")
    job = books.get("customer/3")["Customer"]
    assert job["FullyQualifiedName"] == "Survivor:Job"
    rows = books.get("cdc", entities="Customer", changedSince="2026-01-05T09:00:30Z")
    rows = rows["CDCResponse"][0]["QueryResponse"][0]["Customer"]
    loser = next(row for row in rows if row["Id"] == "1")
    assert next(row for row in rows if row["Id"] == "2")["SyncToken"] == "1"
    if choice == "deleted":
        assert (
            rows[-1]
            == loser
            == {
                "status": "Deleted",
                "domain": "QBO",
                "Id": "1",
                "MetaData": {"LastUpdatedTime": "2026-01-05T01:01:00-08:00"},
            }
        )
        assert books.fault(books.get("customer/1"))[0] == "610"
    else:
        assert (loser["Active"], loser["DisplayName"]) == (False, "Loser (deleted)")
    assert "Customer" in books.post("customer", {"DisplayName": "Loser"})


@pytest.mark.parametrize("into", ["1", "9", ""])
def test_a_merge_needs_another_customer(books, into):
    books.create(DisplayName="A")
    assert post(books, "/customers/1/merge", into=into).status_code == 400
    assert len(books.ledger()) == 1


def test_the_list_can_be_searched(office):
    page = text(office.http.get("/", query_string={"q": "silverline"}))
    assert "Silverline Logistics LLC" in page
    assert "Pinecrest Bakery" not in page


def test_names_are_escaped(books):
    books.create(DisplayName="<script>alert(1)</script>")
    for path in ("/", "/customers/1"):
        assert "<script>" not in text(books.http.get(path))


def test_a_person_creates_a_vendor(books):
    assert post(books, "/vendors", DisplayName="V", Email="v@x.com").status_code == 303
    assert books.get("vendor/1")["Vendor"]["PrimaryEmailAddr"] == {"Address": "v@x.com"}
    assert "already exists" in text(post(books, "/vendors", DisplayName="v"))


def test_a_person_changes_the_settings(books):
    form = {"closing": "2025-12-31", "numbers": "true", "currencies": "true", "credits": "false"}
    assert post(books, "/settings", **form).status_code == 303
    prefs = books.get("preferences")["Preferences"]
    assert prefs["AccountingInfoPrefs"]["BookCloseDate"] == "2025-12-31"
    assert prefs["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    assert prefs["SalesFormsPrefs"]["DefaultTerms"] == {"value": "3"}
    assert books.create(DisplayName="A", CurrencyRef={"value": "EUR"})["CurrencyRef"] == {
        "value": "EUR",
        "name": "Euro",
    }
    refused = post(books, "/settings", **{**form, "currencies": "false"})
    assert "Multicurrency cannot be turned off." in text(refused)
    post(books, "/settings", **{**form, "closing": ""})
    prefs = books.get("preferences")["Preferences"]
    assert "BookCloseDate" not in prefs["AccountingInfoPrefs"]


def test_a_person_disconnects_the_app(books):
    grants = books.app.grants
    scope = ["com.intuit.quickbooks.accounting"]
    code = grants.issue_code("sim-quickbooks-client", "http://localhost/cb", scope, books.app.realm)
    pair = grants.exchange(grants.apps["sim-quickbooks-client"], code, "http://localhost/cb")
    assert "sim-quickbooks-client" in text(books.http.get("/apps"))
    response = books.http.post(f"/apps/{pair.grant.id}/disconnect")
    assert response.status_code == 303
    assert "sim-quickbooks-client" not in text(books.http.get("/apps"))
    answer = books.call("GET", "companyinfo/1", token=pair.access_token)
    assert answer.status_code == 401
    assert books.http.post(f"/apps/{pair.grant.id}/disconnect").status_code == 404


@pytest.mark.parametrize("path", ["/customers/99", "/nothing"])
def test_missing_pages(books, path):
    assert books.http.get(path).status_code == 404


def test_quickbooks_own_address_of_a_customer_leads_to_its_page(books):
    post(books, "/customers", DisplayName="Ada Lee")
    response = books.http.get("/app/customerdetail?nameId=1")
    assert (response.status_code, response.headers["Location"]) == (303, "/customers/1")
