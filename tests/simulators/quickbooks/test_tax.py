"""Sales tax per country, currencies and rates, custom fields."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulators.quickbooks.books import discount, invoice, line, switch
from tests.simulators.quickbooks.conftest import Books


def us(books, **prefs):
    place = {"Line1": "1 Road", "CountrySubDivisionCode": "CA"}
    books.create(DisplayName="Ada", ShipAddr=place, BillAddr=place)
    if prefs:
        switch(books, "TaxPrefs", **prefs)


def tax_of(made):
    return made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]


# -- United States --------------------------------------------------------------------------


def test_the_code_of_the_transaction_picks_the_rate(books):
    us(books)
    lines = (line(275, tax="TAX"), line(12.75, tax="TAX"), line(47.5, tax="TAX"), line(10))
    made = books.create(
        "Invoice", **invoice(*lines, TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    )
    assert made["TxnTaxDetail"] == {
        "TxnTaxCodeRef": {"value": "2"},
        "TotalTax": 26.82,
        "TaxLine": [
            {
                "Amount": 26.82,
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": "3"},
                    "PercentBased": True,
                    "TaxPercent": 8,
                    "NetAmountTaxable": 335.25,
                },
            }
        ],
    }
    assert made["TotalAmt"] == 372.07
    assert made["Line"][3]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}


def test_a_code_can_stand_for_two_rates(books):
    us(books)
    detail = {"TxnTaxCodeRef": {"value": "3"}}
    made = books.create("Invoice", **invoice(line(100, tax="TAX"), TxnTaxDetail=detail))
    assert [x["Amount"] for x in made["TxnTaxDetail"]["TaxLine"]] == [7.1, 2]
    assert made["TotalAmt"] == 109.1


@pytest.mark.parametrize(("choice", "total"), [("none", 100), ("customer", 108)])
def test_taxable_lines_without_a_code(books, choice, total):
    us(books)
    books.control("POST", "behaviour", {"us_default_tax": choice})
    assert books.create("Invoice", **invoice(line(100, tax="TAX")))["TotalAmt"] == total


def test_tax_after_the_discount(books):
    us(books)
    detail = {"TxnTaxCodeRef": {"value": "2"}}
    body = invoice(line(100, tax="TAX"), discount(percent=50), TxnTaxDetail=detail)
    assert tax_of(books.create("Invoice", **body)) == (8, 58)
    body["ApplyTaxAfterDiscount"] = True
    assert tax_of(books.create("Invoice", **body)) == (4, 54)


def test_without_sales_tax_there_is_no_tax_block(books):
    us(books, UsingSalesTax=False)
    detail = {"TxnTaxCodeRef": {"value": "2"}}
    made = books.create("Invoice", **invoice(line(100, tax="TAX"), TxnTaxDetail=detail))
    assert "TxnTaxDetail" not in made
    assert made["TotalAmt"] == 100


@pytest.mark.parametrize(("choice", "tax"), [("taxable", 8), ("non", 0)])
def test_automated_tax_reads_a_missing_code_as_taxable(books, choice, tax):
    us(books, PartnerTaxEnabled=True)
    books.control("POST", "behaviour", {"automated_absent": choice})
    assert tax_of(books.create("Invoice", **invoice()))[0] == tax
    assert tax_of(books.create("Invoice", **invoice(line(100, tax="NON"))))[0] == 0


def test_automated_tax_goes_by_the_place_and_replaces_the_code(books):
    us(books, PartnerTaxEnabled=True)
    detail = {"TxnTaxCodeRef": {"value": "2"}}
    body = invoice(line(100, tax="2"), TxnTaxDetail=detail)
    body["ShipAddr"] = {"Line1": "9 Mesa", "CountrySubDivisionCode": "AZ"}
    made = books.create("Invoice", **body)
    assert made["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "3"}
    assert made["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "TAX"}
    assert tax_of(made) == (9.1, 109.1)
    body["ShipAddr"]["CountrySubDivisionCode"] = "OR"
    assert books.create("Invoice", **body)["TxnTaxDetail"] == {"TotalTax": 0}


def test_automated_tax_can_be_overridden(books):
    us(books, PartnerTaxEnabled=True)
    detail = {"TotalTax": 5, "TaxReviewStatus": "AST_TAX_OVERRIDE"}
    made = books.create("Invoice", **invoice(TxnTaxDetail=detail))
    assert tax_of(made) == (5, 105)
    kept = books.update(made, "Invoice", PrivateNote="n")["Invoice"]
    assert tax_of(kept) == (5, 105)
    delta = {
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {"TaxRateRef": {"value": "3"}, "OverrideDeltaAmount": 0.5},
    }
    made = books.create("Invoice", **invoice(TxnTaxDetail={"TaxLine": [delta]}))
    assert tax_of(made) == (8.5, 108.5)


# -- other countries ------------------------------------------------------------------------


@pytest.mark.parametrize(("country", "words"), [("CA", "GST/HST"), ("GB", "VAT"), ("AU", "GST")])
def test_a_line_without_a_code_is_refused_abroad(make_books, country, words):
    books = make_books(country=country)
    books.create(DisplayName="Ada")
    for bad in (line(100), line(100, tax="NON")):
        error = books.post("invoice", invoice(bad))["Fault"]["Error"][0]
        assert error["code"] == "6000"
        assert f"Make sure all your transactions have a {words} rate" in error["Detail"]
    assert books.fault(books.post("invoice", invoice(line(1, tax="99"))))[0] == "2500"


@pytest.mark.parametrize(
    ("country", "code", "rates", "total"),
    [
        ("GB", "2", [20], 120),
        ("GB", "6", [], 100),
        ("CA", "2", [13], 113),
        ("CA", "5", [5, 7], 112),
        ("AU", "2", [10], 110),
        ("AU", "3", [0], 100),
    ],
)
def test_tax_excluded_is_added(make_books, country, code, rates, total):
    books = make_books(country=country)
    books.create(DisplayName="Ada")
    made = books.create("Invoice", **invoice(line(100, tax=code)))
    assert made["GlobalTaxCalculation"] == "TaxExcluded"
    shown = [x["TaxLineDetail"]["TaxPercent"] for x in made["TxnTaxDetail"]["TaxLine"]]
    assert (shown, made["TotalAmt"]) == (rates, total)


@pytest.mark.parametrize(("choice", "net", "total"), [("net", 100, 120), ("gross", 83.33, 100)])
def test_tax_inclusive(make_books, choice, net, total):
    books = make_books(country="GB")
    books.create(DisplayName="Ada")
    books.control("POST", "behaviour", {"inclusive_amount": choice})
    body = invoice(line(100, tax="2", Qty=1, UnitPrice=100), GlobalTaxCalculation="TaxInclusive")
    made = books.create("Invoice", **body)
    detail = made["Line"][0]["SalesItemLineDetail"]
    assert (made["Line"][0]["Amount"], detail["TaxInclusiveAmt"]) == (net, total)
    assert made["TotalAmt"] == total
    again = books.update(made, "Invoice", Line=made["Line"], PrivateNote="n")["Invoice"]
    assert (again["Line"], again["TotalAmt"]) == (made["Line"], total)


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.lists(st.decimals("0.01", "9999.99", places=2), min_size=1, max_size=5),
    code=st.sampled_from(["2", "3", "4"]),
)
def test_what_the_buyer_pays_is_the_sum_of_the_gross_amounts(amounts, code):
    books = _BRITISH
    lines = [line(float(x), tax=code, TaxInclusiveAmt=float(x)) for x in amounts]
    made = books.create("Invoice", **invoice(*lines, GlobalTaxCalculation="TaxInclusive"))
    assert Decimal(str(made["TotalAmt"])) == sum(amounts)


_BRITISH = Books(country="GB")
_BRITISH.create(DisplayName="Ada")


def test_not_applicable(make_books):
    books = make_books(country="GB")
    books.create(DisplayName="Ada")
    body = invoice(GlobalTaxCalculation="NotApplicable")
    made = books.create("Invoice", **body)
    assert (made["TotalAmt"], made["TxnTaxDetail"]) == (100, {"TotalTax": 0})
    answer = books.post("invoice", {**body, "TxnTaxDetail": {"TotalTax": 5}})
    assert books.fault(answer)[0] == "6170"
    switch(books, "TaxPrefs", UsingSalesTax=False)
    assert books.create("Invoice", **invoice())["GlobalTaxCalculation"] == "NotApplicable"


@pytest.mark.parametrize(("choice", "tax"), [("keep", 20), ("recompute", 10), ("refuse", None)])
def test_a_tax_that_was_sent_and_does_not_fit(make_books, choice, tax):
    books = make_books(country="GB")
    books.create(DisplayName="Ada")
    books.control("POST", "behaviour", {"sent_tax": choice})
    made = books.create("Invoice", **invoice(line(100, tax="2")))
    body = {"Line": [line(50, tax="2")], "TxnTaxDetail": made["TxnTaxDetail"]}
    answer = books.update(made, "Invoice", **body)
    if tax is None:
        assert books.fault(answer)[0] == "6000"
    else:
        assert tax_of(answer["Invoice"]) == (tax, 50 + tax)
    fresh = books.get(f"invoice/{made['Id']}")["Invoice"]
    plain = books.update(fresh, "Invoice", Line=[line(40, tax="2")])["Invoice"]
    assert tax_of(plain) == (8, 48)


# -- currencies -----------------------------------------------------------------------------


@pytest.fixture
def many(books):
    switch(books, "CurrencyPrefs", MultiCurrencyEnabled=True)
    books.create(DisplayName="Home")
    books.create(DisplayName="Abroad", CurrencyRef={"value": "EUR"})
    return books


def test_an_invoice_has_the_customers_currency(many):
    body = invoice(customer="2", CurrencyRef={"value": "EUR"})
    made = many.create("Invoice", **body)
    assert made["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    assert (made["ExchangeRate"], made["HomeTotalAmt"], made["HomeBalance"]) == (1.1, 110, 110)
    assert many.fault(many.post("invoice", invoice(CurrencyRef={"value": "EUR"})))[0] == "6000"
    assert many.create("Invoice", **invoice())["ExchangeRate"] == 1
    many.control("POST", "behaviour", {"currency_missing": "refuse"})
    assert many.fault(many.post("invoice", invoice(customer="2"))) == ("2020", "CurrencyRef")


def test_rates_are_set_and_asked_for_by_day(many):
    body = {"SourceCurrencyCode": "EUR", "AsOfDate": "2026-01-02", "Rate": 1.25}
    assert many.post("exchangerate", body)["ExchangeRate"]["TargetCurrencyCode"] == "USD"

    def rate(day):
        return many.get("exchangerate", sourcecurrencycode="EUR", asofdate=day)["ExchangeRate"]

    assert (rate("2026-01-01")["Rate"], rate("2026-01-03")["Rate"]) == (1.1, 1.25)
    assert rate("2026-01-03")["AsOfDate"] == "2026-01-03"
    made = many.create("Invoice", **invoice(customer="2", TxnDate="2026-01-04"))
    assert made["ExchangeRate"] == 1.25
    own = many.create("Invoice", **invoice(customer="2", ExchangeRate=1.5))
    assert own["HomeTotalAmt"] == 150
    query = "select * from ExchangeRate where SourceCurrencyCode in ('EUR')"
    assert len(many.query(query)["QueryResponse"]["ExchangeRate"]) == 1
    assert many.fault(many.get("exchangerate", sourcecurrencycode="XXX"))[0] == "2500"
    assert many.fault(many.get("exchangerate"))[0] == "2020"
    assert many.fault(many.post("exchangerate", {**body, "Rate": 0}))[0] == "2090"


def test_a_payment_settles_in_the_invoices_currency(many):
    made = many.create("Invoice", **invoice(customer="2"))
    share = [{"Amount": 40, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": "Invoice"}]}]
    body = {"CustomerRef": {"value": "2"}, "TotalAmt": 40, "Line": share}
    paid = many.create("Payment", **body)
    assert (paid["CurrencyRef"]["value"], paid["ExchangeRate"]) == ("EUR", 1.1)
    held = many.get(f"invoice/{made['Id']}")["Invoice"]
    assert (held["Balance"], held["HomeBalance"]) == (60, 66)


def test_multicurrency_stays_on(many):
    prefs = many.get("preferences")["Preferences"]
    body = {"Id": "1", "SyncToken": prefs["SyncToken"]}
    body["CurrencyPrefs"] = {"MultiCurrencyEnabled": False}
    assert many.fault(many.post("preferences", body))[0] == "6000"


# -- custom fields --------------------------------------------------------------------------


def test_the_legacy_fields_that_are_on_come_with_every_sale(books):
    us(books)
    value = {"DefinitionId": "1", "Type": "StringType", "StringValue": "102", "Name": "other"}
    made = books.create("Invoice", **invoice(CustomField=[value]))
    shown = {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}
    assert made["CustomField"] == [{**shown, "StringValue": "102"}]
    assert books.create("CreditMemo", **invoice())["CustomField"] == [shown]
    kept = books.update(made, "Invoice", PrivateNote="n")["Invoice"]
    assert kept["CustomField"] == made["CustomField"]
    clear = [{**value, "StringValue": ""}]
    assert books.update(kept, "Invoice", CustomField=clear)["Invoice"]["CustomField"] == [shown]
    long = [{**value, "StringValue": "x" * 32}]
    assert books.fault(books.post("invoice", invoice(CustomField=long)))[0] == "2050"
    prefs = books.get("preferences")["Preferences"]["SalesFormsPrefs"]["CustomField"]
    assert prefs[1]["CustomField"][0]["StringValue"] == "Crew #"
    prefs[0]["CustomField"][1]["BooleanValue"] = True
    switch(books, "SalesFormsPrefs", CustomField=prefs)
    numbers = [x["DefinitionId"] for x in books.create("Invoice", **invoice())["CustomField"]]
    assert numbers == ["1", "2"]


@pytest.mark.parametrize(("choice", "code"), [("drop", None), ("refuse", "3000")])
def test_unknown_custom_fields(books, choice, code):
    us(books)
    books.control("POST", "behaviour", {"unknown_custom_field": choice})
    value = [{"DefinitionId": "3", "Type": "StringType", "StringValue": "x"}]
    answer = books.post("invoice", invoice(CustomField=value))
    assert (books.fault(answer)[0] if "Fault" in answer else None) == code


def test_newer_fields_need_to_be_asked_for_and_to_belong(books):
    us(books)
    form = {"label": "Ref", "type": "NumberType", "on.Invoice": "on", "on.Customer": "on"}
    assert books.http.post("/settings/fields", data=form).status_code == 303
    (number,) = books.app.company.definitions
    include = {"include": "enhancedAllCustomFields"}
    value = [{"DefinitionId": number, "NumberValue": 12.5}]
    made = books.post("invoice", invoice(CustomField=value), **include)["Invoice"]
    shown = {"DefinitionId": number, "Name": "Ref", "Type": "NumberType", "NumberValue": 12.5}
    assert made["CustomField"][1] == shown
    path = f"invoice/{made['Id']}"
    assert len(books.get(path)["Invoice"]["CustomField"]) == 1
    assert books.get(path, **include)["Invoice"]["CustomField"][1] == shown
    memo = books.post("creditmemo", invoice(CustomField=value), **include)["CreditMemo"]
    assert len(memo["CustomField"]) == 1
    ada = books.get("customer/1")["Customer"]
    body = {"Id": "1", "SyncToken": ada["SyncToken"], "sparse": True, "CustomField": value}
    assert books.post("customer", body, **include)["Customer"]["CustomField"] == [shown]
    assert "CustomField" not in books.get("customer/1")["Customer"]


@pytest.mark.parametrize(("choice", "kept"), [("drop", 1), ("keep", 2)])
def test_newer_fields_written_without_being_asked_for(books, choice, kept):
    us(books)
    books.control("POST", "behaviour", {"enhanced_without_include": choice})
    form = {"label": "Ref", "type": "StringType", "on.Invoice": "on"}
    assert books.http.post("/settings/fields", data=form).status_code == 303
    (number,) = books.app.company.definitions
    value = [{"DefinitionId": number, "StringValue": "A1"}]
    made = books.post("invoice", invoice(CustomField=value))["Invoice"]
    include = {"include": "enhancedAllCustomFields"}
    shown = books.get(f"invoice/{made['Id']}", **include)["Invoice"]["CustomField"]
    assert len([one for one in shown if "StringValue" in one or one["Name"] != "Ref"]) == kept


@pytest.mark.parametrize(("choice", "shown"), [("leave_out", False), ("show", True)])
def test_newer_fields_in_queries(books, choice, shown):
    us(books)
    books.control("POST", "behaviour", {"enhanced_in_queries": choice})
    form = {"label": "Ref", "type": "StringType", "on.Invoice": "on"}
    assert books.http.post("/settings/fields", data=form).status_code == 303
    books.post("invoice", invoice())
    found = books.get("query", query="select * from Invoice", include="enhancedAllCustomFields")[
        "QueryResponse"
    ]["Invoice"][0]
    assert ("Ref" in {one["Name"] for one in found["CustomField"]}) == shown


@pytest.mark.parametrize(("choice", "fault"), [("ignore", None), ("refuse", "5030")])
def test_tax_excluded_in_the_us(books, choice, fault):
    us(books)
    books.control("POST", "behaviour", {"us_tax_excluded": choice})
    answer = books.post("invoice", invoice(GlobalTaxCalculation="TaxExcluded"))
    assert (books.fault(answer)[0] if "Fault" in answer else None) == fault
    if fault is None:
        assert "GlobalTaxCalculation" not in answer["Invoice"]
