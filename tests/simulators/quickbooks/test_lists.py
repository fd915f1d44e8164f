"""Items, accounts, terms and the other lists as far as the rules stand."""

from __future__ import annotations

import pytest


def item(**more):
    return {"Name": "Stone", "Type": "Service", "IncomeAccountRef": {"value": "1"}, **more}


def test_an_item_gets_its_defaults(books):
    made = books.create("Item", **item(Sku="S-1"))
    assert {k: v for k, v in made.items() if k not in ("MetaData", "domain", "sparse")} == {
        "Name": "Stone",
        "Sku": "S-1",
        "Active": True,
        "FullyQualifiedName": "Stone",
        "Taxable": False,
        "UnitPrice": 0,
        "Type": "Service",
        "IncomeAccountRef": {"value": "1", "name": "Services"},
        "PurchaseCost": 0,
        "TrackQtyOnHand": False,
        "Id": "3",
        "SyncToken": "0",
    }


@pytest.mark.parametrize(
    ("body", "code", "element"),
    [
        ({"Type": "Service"}, "2020", "Name"),
        ({"Name": "A"}, "2020", "Type"),
        ({"Name": "A", "Type": "Service"}, "2020", "IncomeAccountRef"),
        (item(IncomeAccountRef={"value": "7"}), "2500", ""),
        (item(Type="Inventory"), "2020", "ExpenseAccountRef"),
        (item(Name="A:B"), "2040", "Name"),
        (item(Name="x" * 101), "2050", "Name"),
        (item(Name="hours"), "6240", None),
        (item(Type="Bundle"), "2170", "Type"),
        (item(UnitPrice="much"), "2090", "UnitPrice"),
    ],
)
def test_bad_items_are_refused(books, body, code, element):
    assert books.fault(books.post("item", body)) == (code, element)


def test_the_type_of_an_item_is_fixed(books):
    made = books.create("Item", **item())
    assert books.fault(books.update(made, "Item", Type="NonInventory"))[0] == "2120"


def test_prices_keep_their_digits(books):
    made = books.call("POST", "item", json=item(UnitPrice=12.3456)).get_data(as_text=True)
    assert '"UnitPrice":12.3456,' in made


def test_a_category_holds_items(books):
    top = books.create("Item", Name="Garden", Type="Category")
    low = books.create("Item", **item(SubItem=True, ParentRef={"value": top["Id"]}))
    assert low["FullyQualifiedName"] == "Garden:Stone"
    assert "Item" in books.post("item", item())


def test_an_inactive_item_is_renamed(books):
    made = books.create("Item", **item())
    gone = books.update(made, "Item", Name="Stone", Active=False)["Item"]
    assert (gone["Name"], gone["Active"]) == ("Stone (deleted)", False)


def test_accounts_terms_and_classes(books):
    account = books.create("Account", Name="Fees", AccountType="Income")
    assert account["Classification"] == "Revenue"
    assert account["CurrentBalance"] == 0
    assert books.fault(books.post("account", {"Name": "X"}))[0] == "6010"
    assert books.create("Term", Name="Net 7", DueDays=7)["Type"] == "STANDARD"
    top = books.create("Class", Name="North")
    low = books.create("Class", Name="East", SubClass=True, ParentRef={"value": top["Id"]})
    assert low["FullyQualifiedName"] == "North:East"
    assert low["SubClass"] is True


def test_references_bring_the_name_along(books):
    made = books.create(DisplayName="A", SalesTermRef={"value": "3"})
    assert made["SalesTermRef"] == {"value": "3", "name": "Net 30"}


def test_preferences_can_be_changed_in_part(books):
    body = {"Id": "1", "SyncToken": "0", "SalesFormsPrefs": {"CustomTxnNumbers": True}}
    prefs = books.post("preferences", body)["Preferences"]
    assert prefs["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    assert prefs["SalesFormsPrefs"]["AllowDiscount"] is True
    assert prefs["SyncToken"] == "1"
    assert books.fault(books.post("preferences", body))[0] == "5010"


def test_company_info_is_the_connection_test(books):
    info = books.get(f"companyinfo/{books.app.realm}")["CompanyInfo"]
    assert (info["Id"], info["Country"]) == ("1", "US")
    assert info["CompanyAddr"]["Country"] == "USA"
    assert books.fault(books.post("companyinfo", {"Id": "1", "SyncToken": "0"}))[0] == "500"
