"""The pages for sales, money, items, settings and faults, used as a person would."""

from __future__ import annotations

import re

import pytest

from tests.simulators.quickbooks.books import invoice, line, payment


@pytest.fixture(autouse=True)
def _customer(books):
    books.create(DisplayName="Ada", PrimaryEmailAddr={"Address": "a@b.co"})


def text(response) -> str:
    return response.get_data(as_text=True)


def post(books, path, /, **form):
    return books.http.post(path, data=form)


def form_of(page: str, action: str) -> dict[str, str]:
    """The values a browser would send back."""
    part = page.split(f'<form action="{action}"')[1].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", part):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            found[name[1]] = value[1] if value else ""
    for name, inner in re.findall(r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', part):
        chosen = re.search(r'<option value="([^"]*)" selected>', inner)
        first = re.search(r'<option value="([^"]*)"', inner)
        found[name] = (chosen or first)[1]
    return found


PAGES = (
    *("/", "/invoices", "/invoices/new", "/creditmemos", "/creditmemos/new", "/payments"),
    *("/payments/new?customer=1", "/items", "/items/new", "/vendors", "/settings", "/apps"),
    "/faults",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_and_every_input_has_a_label(books, path):
    response = books.http.get(path)
    assert response.status_code == 200
    page = text(response)
    inputs = set(re.findall(r'<(?:input|textarea|select)[^>]* id="([^"]+)"', page))
    assert inputs == set(re.findall(r'<label for="([^"]+)"', page))
    for link in re.findall(r'<nav aria-label="Main">(.*?)</nav>', page):
        for target in re.findall(r'href="([^"]+)"', link):
            assert books.http.get(target).status_code == 200


def test_a_person_writes_edits_sends_voids_and_deletes_an_invoice(books):
    form = {"customer": "1", "number": "77", "percent": "10", "memo": "m"}
    form |= {"id0": "", "item0": "1", "text0": "Work", "qty0": "4", "price0": "25"}
    form |= {"id1": "", "item1": "", "text1": "Thanks"}
    response = post(books, "/invoices", **form)
    assert response.status_code == 303
    where = response.headers["Location"].split("?")[0]
    made = books.get("invoice/1")["Invoice"]
    assert (made["TotalAmt"], made["DocNumber"], len(made["Line"])) == (90, "77", 4)
    assert made["MetaData"]["LastModifiedByRef"] == {"value": "9130357849536021"}
    page = text(books.http.get(where))
    sent = form_of(page, where)
    assert (sent["id0"], sent["qty0"], sent["percent"]) == ("1", "4", "10")
    post(books, where, **{**sent, "qty0": "2", "item1": "", "text1": ""})
    edited = books.get("invoice/1")["Invoice"]
    assert (edited["TotalAmt"], edited["Line"][0]["Id"], len(edited["Line"])) == (45, "1", 3)
    post(books, f"{where}/send")
    assert books.get("invoice/1")["Invoice"]["EmailStatus"] == "EmailSent"
    post(books, f"{where}/void")
    assert "Voided" in text(books.http.get(where))
    post(books, f"{where}/delete")
    assert books.fault(books.get("invoice/1"))[0] == "610"
    actions = [(x["actor"], x["action"]) for x in books.ledger()]
    assert actions[1:] == [
        ("person", one) for one in ("create", "update", "send", "void", "delete")
    ]


def test_a_refusal_and_a_wrong_number_are_shown(books):
    form = {"customer": "1", "id0": "", "item0": "1", "qty0": "x", "price0": "1"}
    response = post(books, "/invoices", **form)
    assert response.status_code == 400
    assert "x is not a number." in text(response)
    response = post(books, "/invoices", customer="1")
    assert "Required parameter Line is missing" in text(response)
    assert post(books, "/invoices/99/void").status_code == 404
    assert post(books, "/invoices/99/explode").status_code == 404


def test_a_person_may_delete_what_was_paid(books):
    books.create("Invoice", **invoice())
    books.create("Payment", **payment(100, (100, "Invoice", "1")))
    assert post(books, "/invoices/1/delete").status_code == 303
    assert books.get("payment/2")["Payment"]["UnappliedAmt"] == 100


def test_a_person_receives_spreads_deposits_and_removes_a_payment(books):
    books.create("Invoice", **invoice())
    books.create("CreditMemo", **invoice(line(30)))
    page = text(books.http.get("/payments/new?customer=1"))
    assert 'name="apply.Invoice.1"' in page
    assert 'name="apply.CreditMemo.2"' in page
    shares = {"apply.Invoice.1": "100", "apply.CreditMemo.2": "30"}
    form = {"customer": "1", "total": "70", "reference": "R1", **shares}
    where = post(books, "/payments", **form).headers["Location"].split("?")[0]
    assert books.get("invoice/1")["Invoice"]["Balance"] == 0
    assert books.get("creditmemo/2")["CreditMemo"]["RemainingCredit"] == 0
    sent = form_of(text(books.http.get(where)), where)
    post(books, where, **{**sent, "apply.Invoice.1": "60", "apply.CreditMemo.2": ""})
    assert books.get("invoice/1")["Invoice"]["Balance"] == 40
    assert books.get("payment/3")["Payment"]["UnappliedAmt"] == 10
    post(books, f"{where}/deposit")
    held = books.get("payment/3")["Payment"]
    assert books.fault(books.update(held, "Payment", PrivateNote="x"))[0] == "6540"
    assert "has been deposited" in text(post(books, f"{where}/void"))
    post(books, f"{where}/undeposit")
    post(books, f"{where}/void")
    assert books.get("payment/3")["Payment"]["PrivateNote"] == "Voided"
    post(books, f"{where}/delete")
    assert books.fault(books.get("payment/3"))[0] == "610"


def test_a_person_makes_items_and_categories(books):
    post(books, "/items", Name="Garden", Type="Category")
    form = {"Name": "Pump", "Type": "Inventory", "Sku": "P", "UnitPrice": "12.5", "Parent": "3"}
    post(books, "/items", **form, QtyOnHand="7")
    made = books.get("item/4")["Item"]
    assert (made["FullyQualifiedName"], made["QtyOnHand"], made["UnitPrice"]) == (
        "Garden:Pump",
        7,
        12.5,
    )
    sent = form_of(text(books.http.get("/items/4")), "/items/4")
    post(books, "/items/4", **{**sent, "UnitPrice": "13", "Parent": ""})
    assert books.get("item/4")["Item"]["FullyQualifiedName"] == "Pump"
    post(books, "/items/4/active")
    assert books.get("item/4")["Item"]["Active"] is False
    post(books, "/items/4/active")
    assert books.get("item/4")["Item"]["Name"] == "Pump"
    assert "cannot be made inactive" in text(post(books, "/items/3/active"))
    assert post(books, "/items", Name="", Type="Service").status_code == 400


def test_settings_rates_and_fields(books):
    post(books, "/settings", closing="2025-12-31", automated="true", currencies="true")
    prefs = books.get("preferences")["Preferences"]
    assert prefs["AccountingInfoPrefs"]["BookCloseDate"] == "2025-12-31"
    assert prefs["TaxPrefs"]["PartnerTaxEnabled"] is True
    assert prefs["SalesFormsPrefs"]["AllowDiscount"] is True
    post(books, "/settings/rates", currency="eur", day="2026-01-01", rate="1.3")
    rate = books.get("exchangerate", sourcecurrencycode="EUR")["ExchangeRate"]
    assert rate["Rate"] == 1.3
    assert "2026-01-01" in text(books.http.get("/settings"))
    for form in (
        {"currency": "XXX", "day": "2026-01-01", "rate": "1"},
        {"currency": "EUR", "day": "2026-01-01", "rate": "much"},
    ):
        assert post(books, "/settings/rates", **form).status_code == 400
    form = {"label": "Ref", "type": "StringType", "on.Invoice": "on"}
    assert post(books, "/settings/fields", **form).status_code == 303
    assert post(books, "/settings/fields", label="Ref", type="StringType").status_code == 400
    assert "Ref" in text(books.http.get("/settings"))


def test_leaving_automated_tax_off_does_not_offer_it(books):
    post(books, "/settings", automated="false", credits="true")
    assert "PartnerTaxEnabled" not in books.get("preferences")["Preferences"]["TaxPrefs"]


def test_faults_are_armed_by_hand(books):
    form = {"kind": "status", "status": "503", "method": "GET", "path": "/customer", "times": "1"}
    assert post(books, "/faults", **form).status_code == 303
    assert "/customer" in text(books.http.get("/faults"))
    assert books.call("GET", "customer/1").status_code == 503
    assert books.call("GET", "customer/1").status_code == 200
    post(books, "/faults", kind="throttled", times="")
    assert books.call("GET", "customer/1").status_code == 429
    post(books, "/faults/2/clear")
    assert books.call("GET", "customer/1").status_code == 200
    assert post(books, "/faults", kind="magic").status_code == 400
