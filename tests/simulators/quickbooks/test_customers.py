"""Customers over the API: defaults, limits, names, updates, inactivation, sub-customers."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_minimal_customer_gets_the_recorded_defaults(books):
    made = books.create(DisplayName="Doe5, Jane")
    assert made == {
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "PreferredDeliveryMethod": "Print",
        "domain": "QBO",
        "sparse": False,
        "Id": "1",
        "SyncToken": "0",
        "MetaData": {
            "CreateTime": "2026-01-05T01:00:00-08:00",
            "LastUpdatedTime": "2026-01-05T01:00:00-08:00",
        },
        "FullyQualifiedName": "Doe5, Jane",
        "DisplayName": "Doe5, Jane",
        "PrintOnCheckName": "Doe5, Jane",
        "Active": True,
        "DefaultTaxCodeRef": {"value": "2"},
    }
    assert books.get("customer/1")["Customer"] == made


def test_the_display_name_is_built_from_the_parts_of_the_name(books):
    made = books.create(
        Title="Dr.", GivenName="Ada", MiddleName="K", FamilyName="Lee", Suffix="Jr."
    )
    assert made["DisplayName"] == "Dr. Ada K Lee Jr."


def test_a_customer_without_any_name_is_refused(books):
    answer = books.post("customer", {"CompanyName": "Only a company"})
    assert books.fault(answer) == ("6080", None)


def test_names_are_trimmed(books):
    assert books.create(DisplayName="  Ada Lee ")["DisplayName"] == "Ada Lee"


@pytest.mark.parametrize(
    ("body", "code", "element"),
    [
        ({"DisplayName": "A:B"}, "2040", "DisplayName"),
        ({"DisplayName": "A\tB"}, "2040", "DisplayName"),
        ({"GivenName": "A\nB"}, "2040", "GivenName"),
        ({"DisplayName": "x" * 501}, "2050", "DisplayName"),
        ({"DisplayName": "A", "GivenName": "x" * 101}, "2050", "GivenName"),
        ({"DisplayName": "A", "Title": "x" * 17}, "2050", "Title"),
        ({"DisplayName": "A", "PrintOnCheckName": "x" * 111}, "2050", "PrintOnCheckName"),
        ({"DisplayName": "A", "Notes": "x" * 2001}, "2050", "Notes"),
        (
            {"DisplayName": "A", "PrimaryPhone": {"FreeFormNumber": "1" * 31}},
            "2050",
            "PrimaryPhone.FreeFormNumber",
        ),
        (
            {"DisplayName": "A", "PrimaryEmailAddr": {"Address": "x" * 95 + "@a.com"}},
            "2050",
            "PrimaryEmailAddr.Address",
        ),
        ({"DisplayName": "A", "BillAddr": {"City": "x" * 256}}, "2050", "BillAddr.City"),
        ({"DisplayName": "A", "BillAddr": {"PostalCode": "1" * 31}}, "2050", "BillAddr.PostalCode"),
        (
            {"DisplayName": "A", "BillAddr": {f"Line{n}": "x" * 450 for n in range(1, 6)}},
            "2050",
            "BillAddr",
        ),
        (
            {"DisplayName": "A", "PrimaryEmailAddr": {"Address": "nobody"}},
            "2210",
            "PrimaryEmailAddr",
        ),
        ({"DisplayName": "A", "PrimaryEmailAddr": {"Address": "a@b"}}, "2210", "PrimaryEmailAddr"),
        ({"DisplayName": "A", "PreferredDeliveryMethod": "Fax"}, "2170", "PreferredDeliveryMethod"),
        ({"DisplayName": "A", "SalesTermRef": {"value": "77"}}, "2500", ""),
        ({"DisplayName": "A", "ParentRef": {"value": "583"}, "Job": True}, "2500", ""),
        ({"DisplayName": "A", "Job": True}, "6150", "ParentRef"),
        ({"DisplayName": "A", "Nickname": "B"}, "2010", None),
        ({"DisplayName": "A", "BillAddr": {"Street": "B"}}, "2010", None),
        ({"DisplayName": "A", "Notes": ["B"]}, "2010", None),
        ({"DisplayName": "A", "Job": "perhaps"}, "2010", None),
        ({"DisplayName": "A", "TaxExemptionReasonId": "x"}, "2090", "TaxExemptionReasonId"),
        ({"DisplayName": "A", "OpenBalanceDate": "soon"}, "2060", "OpenBalanceDate"),
        ({"DisplayName": "A", "CurrencyRef": {"value": "EUR"}}, "2500", ""),
        ({"DisplayName": "Łukasz"}, "2040", "DisplayName"),
    ],
)
def test_bad_values_are_refused_and_nothing_is_stored(books, body, code, element):
    response = books.call("POST", "customer", json=body)
    assert response.status_code == 400
    assert books.fault(response.get_json()) == (code, element)
    assert response.get_json()["Fault"]["type"] == "ValidationFault"
    assert books.query("select count(*) from Customer")["QueryResponse"] == {"totalCount": 0}
    assert books.ledger() == []


def test_the_text_of_a_length_fault_is_the_vendors(books):
    answer = books.post("customer", {"DisplayName": "A", "ResaleNum": "x" * 20})
    assert answer["Fault"]["Error"][0]["Detail"] == (
        "String length specified does not match the supported length. "
        "Min:0 Max:16 supported. Supplied length:20"
    )


def test_all_wrong_fields_are_told_at_once(books):
    answer = books.post("customer", {"DisplayName": "a:b", "Title": "x" * 20})
    assert [e["code"] for e in answer["Fault"]["Error"]] == ["2040", "2050"]


@pytest.mark.parametrize("text", ["Zoë Núñez", "Müßig & Söhne", "Gonçalves"])
def test_latin_names_are_held_by_a_us_company(books, text):
    assert books.create(DisplayName=text)["DisplayName"] == text


@pytest.mark.parametrize(("choice", "held"), [("replace", "?ukasz"), ("keep", "Łukasz")])
def test_what_a_us_company_makes_of_other_letters_can_be_chosen(make_books, choice, held):
    books = make_books()
    books.control("POST", "behaviour", {"outside_latin1": choice})
    assert books.create(DisplayName="Łukasz")["DisplayName"] == held


def test_a_british_company_holds_all_letters_and_pounds(make_books):
    made = make_books(country="GB").create(DisplayName="Łukasz 小林")
    assert made["DisplayName"] == "Łukasz 小林"
    assert made["CurrencyRef"] == {"value": "GBP", "name": "British Pound Sterling"}
    assert "DefaultTaxCodeRef" not in made


@pytest.mark.parametrize("entity", ["Customer", "Vendor", "Employee"])
def test_a_name_is_taken_across_customers_vendors_and_employees(books, entity):
    holder = books.create(entity, DisplayName="Ada Lee")
    answer = books.post("customer", {"DisplayName": "ada lee"})
    error = answer["Fault"]["Error"][0]
    assert error == {
        "Message": "Duplicate Name Exists Error",
        "Detail": f"The name supplied already exists. : Id={holder['Id']}",
        "code": "6240",
    }


def test_customers_vendors_and_employees_share_one_sequence_of_ids(books):
    kinds = ("Customer", "Vendor", "Employee")
    ids = [books.create(entity, DisplayName=entity)["Id"] for entity in kinds]
    assert ids == ["1", "2", "3"]
    assert books.get("vendor/2")["Vendor"]["DisplayName"] == "Vendor"
    assert books.fault(books.get("customer/2")) == ("610", "")


def test_two_customers_may_share_an_email_address(books):
    mail = {"Address": "Both@Example.com"}
    books.create(DisplayName="A", PrimaryEmailAddr=mail)
    made = books.create(DisplayName="B", PrimaryEmailAddr=mail)
    assert made["PrimaryEmailAddr"] == mail


def test_several_addresses_in_one_email_field_are_kept_as_typed(books):
    mail = {"Address": "a@x.com, b@y.com"}
    assert books.create(DisplayName="A", PrimaryEmailAddr=mail)["PrimaryEmailAddr"] == mail


# -- update ---------------------------------------------------------------------------------


def full() -> dict[str, Any]:
    return {
        "DisplayName": "Ada Lee",
        "GivenName": "Ada",
        "Notes": "note",
        "PrimaryEmailAddr": {"Address": "ada@example.com"},
        "PrimaryPhone": {"FreeFormNumber": "555"},
        "BillAddr": {"Line1": "1 Road", "City": "Town"},
        "SalesTermRef": {"value": "3"},
    }


def test_a_sparse_update_changes_only_what_it_names(books):
    made = books.create(**full())
    books.clock.advance(60)
    after = books.update(made, GivenName="Adele")["Customer"]
    assert after.pop("MetaData") == {
        "CreateTime": "2026-01-05T01:00:00-08:00",
        "LastUpdatedTime": "2026-01-05T01:01:00-08:00",
    }
    made.pop("MetaData")
    assert after == {**made, "GivenName": "Adele", "SyncToken": "1"}


def test_a_full_update_clears_what_it_leaves_out_and_keeps_the_defaults(books):
    made = books.create(**full())
    body = {"Id": made["Id"], "SyncToken": "0", "DisplayName": "Jack Moe"}
    after = books.post("customer", body)["Customer"]
    assert after["PrintOnCheckName"] == after["FullyQualifiedName"] == "Jack Moe"
    assert after["Taxable"] is True
    assert after["PreferredDeliveryMethod"] == "Print"
    assert {"Notes", "PrimaryEmailAddr", "PrimaryPhone", "BillAddr", "SalesTermRef"}.isdisjoint(
        after
    )


def test_an_empty_text_clears_a_field_in_a_sparse_update(books):
    made = books.create(**full())
    after = books.update(made, Notes="", PrimaryEmailAddr={"Address": ""})["Customer"]
    assert "Notes" not in after
    assert "PrimaryEmailAddr" not in after
    assert after["PrimaryPhone"] == {"FreeFormNumber": "555"}


def test_null_clears_only_if_the_switch_says_so(books):
    made = books.create(**full())
    assert books.update(made, Notes=None)["Customer"]["Notes"] == "note"
    books.control("POST", "behaviour", {"null_clears": True})
    assert "Notes" not in books.update(made, Notes=None)["Customer"]


def test_the_display_name_cannot_be_cleared(books):
    made = books.create(**full())
    assert books.update(made, DisplayName="", Notes="x")["Customer"]["DisplayName"] == "Ada Lee"


@pytest.mark.parametrize(("choice", "city"), [("replace", None), ("merge", "Town")])
def test_a_nested_object_is_replaced_or_merged_as_the_switch_says(books, choice, city):
    books.control("POST", "behaviour", {"nested_update": choice})
    made = books.create(**full())
    after = books.update(made, BillAddr={"Line1": "2 Road"})["Customer"]["BillAddr"]
    assert (after["Line1"], after.get("City")) == ("2 Road", city)
    assert after["Id"] != made["BillAddr"]["Id"]


def test_an_unchanged_address_keeps_its_id(books):
    made = books.create(**full())
    after = books.update(made, BillAddr={"Line1": "1 Road", "City": "Town"}, Notes="n")["Customer"]
    assert after["BillAddr"] == made["BillAddr"]


def test_a_write_that_changes_nothing_leaves_token_and_time(books):
    made = books.create(**full())
    books.clock.advance(60)
    assert books.update(made, Notes="note")["Customer"] == made
    assert [entry["action"] for entry in books.ledger()] == ["create"]


@pytest.mark.parametrize("token", ["0", "7"])
def test_any_token_but_the_latest_is_stale(books, token):
    made = books.create(DisplayName="A")
    books.update(made, Notes="1")
    response = books.call(
        "POST", "customer", json={"Id": "1", "SyncToken": token, "sparse": True, "Notes": "2"}
    )
    assert response.status_code == 400
    error = response.get_json()["Fault"]["Error"][0]
    assert error["code"] == "5010"
    assert error["Detail"] == (
        "Stale Object Error : You and Robin Larkspur were working on this at the same time. "
        "Robin Larkspur finished before you did, so your work was not saved."
    )
    assert books.get("customer/1")["Customer"]["Notes"] == "1"


def test_an_update_needs_a_token_and_a_known_id(books):
    books.create(DisplayName="A")
    missing = books.post("customer", {"Id": "1", "sparse": True, "Notes": "x"})
    assert books.fault(missing) == ("2020", "SyncToken")
    unknown = books.post("customer", {"Id": "99", "SyncToken": "0", "sparse": True})
    assert books.fault(unknown) == ("610", "")
    odd = books.post("customer", {"Id": "1.5", "SyncToken": "0", "sparse": True})
    assert books.fault(odd) == ("2030", "Id")


def test_read_only_properties_of_a_request_are_ignored(books):
    made = books.create(DisplayName="A", Balance=0, Level=3, FullyQualifiedName="Z")
    assert made["FullyQualifiedName"] == "A"
    assert "Level" not in made
    after = books.update(made, BalanceWithJobs=7, MetaData={}, domain="X", Notes="n")["Customer"]
    assert after["BalanceWithJobs"] == 0
    assert after["domain"] == "QBO"


def test_the_currency_cannot_be_changed(books):
    made = books.create(DisplayName="A")
    assert books.fault(books.update(made, CurrencyRef={"value": "EUR"})) == ("6000", "")


# -- inactive -------------------------------------------------------------------------------


def test_an_inactive_customer_is_renamed_and_frees_its_name(books):
    made = books.create(DisplayName="Ada Lee")
    gone = books.update(made, Active=False)["Customer"]
    assert gone["DisplayName"] == gone["FullyQualifiedName"] == "Ada Lee (deleted)"
    assert gone["PrintOnCheckName"] == "Ada Lee"
    assert books.get("customer/1")["Customer"] == gone
    second = books.create(DisplayName="Ada Lee")
    again = books.update(second, Active=False)["Customer"]
    assert again["DisplayName"] == "Ada Lee (deleted 2)"
    assert books.names("select * from Customer") == []
    assert books.names("select * from Customer where Active = false") == [
        "Ada Lee (deleted 2)",
        "Ada Lee (deleted)",
    ]


def test_inactivating_twice_changes_nothing(books):
    gone = books.update(books.create(DisplayName="A"), Active=False)["Customer"]
    books.clock.advance(5)
    assert books.update(gone, Active=False)["Customer"] == gone


@pytest.mark.parametrize(
    ("strips", "given", "name"),
    [(False, {}, "A (deleted)"), (True, {}, "A"), (False, {"DisplayName": "A"}, "A")],
)
def test_the_name_after_reactivation(books, strips, given, name):
    books.control("POST", "behaviour", {"reactivation_strips_suffix": strips})
    gone = books.update(books.create(DisplayName="A"), Active=False)["Customer"]
    back = books.update(gone, Active=True, **given)["Customer"]
    assert (back["Active"], back["DisplayName"]) == (True, name)


def test_an_inactive_customer_cannot_be_a_parent(books):
    gone = books.update(books.create(DisplayName="A"), Active=False)["Customer"]
    body = {"DisplayName": "B", "Job": True, "ParentRef": {"value": gone["Id"]}}
    answer = books.post("customer", body)
    assert books.fault(answer) == ("2500", "")


def test_a_customer_with_a_balance_cannot_be_made_inactive(books):
    made = books.create(DisplayName="A", Balance=25.5, OpenBalanceDate="2026-01-01")
    assert made["Balance"] == 25.5
    assert books.fault(books.update(made, Active=False)) == ("6220", None)


# -- sub-customers --------------------------------------------------------------------------


def test_qualified_names_follow_the_parent(books):
    top = books.create(DisplayName="Top")
    middle = books.create(DisplayName="Middle", Job=True, ParentRef={"value": top["Id"]})
    low = books.create(DisplayName="Low", Job=True, ParentRef={"value": middle["Id"]})
    assert (middle["Level"], low["Level"]) == (1, 2)
    assert low["FullyQualifiedName"] == "Top:Middle:Low"
    books.update(top, DisplayName="Summit")
    low = books.get(f"customer/{low['Id']}")["Customer"]
    assert low["FullyQualifiedName"] == "Summit:Middle:Low"
    assert low["SyncToken"] == "0"


def test_the_tree_has_five_levels_and_no_circles(books):
    parent = top = books.create(DisplayName="L0")
    for level in range(1, 5):
        parent = books.create(DisplayName=f"L{level}", Job=True, ParentRef={"value": parent["Id"]})
    body = {"DisplayName": "L5", "Job": True, "ParentRef": {"value": parent["Id"]}}
    assert books.fault(books.post("customer", body)) == ("6180", "ParentRef")
    circle = books.update(top, Job=True, ParentRef={"value": parent["Id"]})
    assert books.fault(circle) == ("900", "ParentRef")


def test_the_parents_balance_includes_its_jobs(books):
    top = books.create(DisplayName="Top", Balance=10, OpenBalanceDate="2026-01-01")
    books.create(
        DisplayName="Job",
        Job=True,
        ParentRef={"value": top["Id"]},
        Balance="5.25",
        OpenBalanceDate="2026-01-01",
    )
    text = books.call("GET", f"customer/{top['Id']}").get_data(as_text=True)
    assert '"Balance":10.00,' in text
    assert '"BalanceWithJobs":15.25,' in text


# -- the ledger -----------------------------------------------------------------------------


def test_the_ledger_tells_who_changed_what(books):
    response = books.call("POST", "customer", json={"DisplayName": "A", "Notes": "1"})
    books.update(response.get_json()["Customer"], Notes="2")
    first, second = books.ledger()
    assert (first["actor"], first["action"], first["type"], first["id"]) == (
        "token",
        "create",
        "Customer",
        "1",
    )
    assert first["before"] is None
    assert first["after"]["Notes"] == "1"
    assert first["request_id"] == response.headers["intuit_tid"]
    assert (second["action"], second["before"], second["after"]) == (
        "update",
        {"Notes": "1"},
        {"Notes": "2"},
    )
