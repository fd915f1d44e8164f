"""ENGINE 3.4, row by row: the lines of invoices on their way to either side, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from werkzeug.test import Client

from simulators.quickbooks.rules.base import Change
from simulators.quickbooks.rules.sales import SaleRules
from tests.proves import proves
from tests.scenarios.documents import Row, Seller, line, sale
from tests.scenarios.trade import Trade, sales, seller, trade

__all__ = ["seller", "trade"]


def details(document: Row) -> list[tuple[str, float, float, float]]:
    """Item, quantity, price and amount of each sales line."""
    return [
        (d["ItemRef"]["name"], d["Qty"], d["UnitPrice"], one["Amount"])
        for one in sales(document)
        if (d := one["SalesItemLineDetail"])
    ]


def sent(trade: Trade, *lines: Row) -> Row:
    """The invoice that QuickBooks holds of these lines of HubSpot."""
    return trade.seller.booked(trade.sold(*lines).quickbooks_id)


def failing(trade: Trade, code: str) -> str:
    """The sentence of an invoice that is not sent."""
    trade.run()
    assert trade.outcome == ("failing", code), trade.invoice.explanation
    assert trade.seller.all("Invoice") == []
    return trade.invoice.explanation


# -- which item


@proves("S21", "E3.4-linked", "E3.4-sku", "E3.4-custom")
def test_the_item_is_the_products_then_the_skus_then_ours(trade: Trade, seller: Seller) -> None:
    seller.item("Renamed since", sku="A-1")
    seller.item("By SKU", sku="B-1")
    seller.item("One of two", sku="C-1")
    seller.item("Other of two", sku="C-1")
    linked = seller.make("products", {"name": "Design", "hs_sku": "A-1", "price": "5"})
    trade.world.sync("products")
    trade.world.run()
    seller.change("products", linked, hs_sku="")
    booked = sent(
        trade, line("Design", "5", hs_product_id=linked), line("Print", "6", hs_sku="B-1"),
        line("Paper", "7", hs_sku="C-1"), line("Odd", "8", description="Red\nand round"),
    )  # fmt: skip
    assert [row[0] for row in details(booked)] == [
        "Renamed since", "By SKU", "Custom line item", "Custom line item",
    ]  # fmt: skip
    assert sales(booked)[3]["Description"] == "Odd: Red\nand round"
    (ours,) = seller.query("SELECT * FROM Item WHERE Name = 'Custom line item'")["Item"]
    assert ours["Type"] == "Service"
    assert ours["IncomeAccountRef"]["value"] == seller.account("Income")
    assert trade.quiet()


@proves("S21", "E3.4-custom")
def test_our_item_is_made_once(trade: Trade, seller: Seller) -> None:
    contact = trade.client()
    for name in ("One", "Two", "Three"):
        seller.bill(contact, line(name, "5"))
    trade.start()
    trade.world.run()
    seller.bill(contact, line("Four", "5"))
    trade.world.clock.advance(400)
    trade.world.run()
    assert len(seller.all("Invoice")) == 4
    assert len(seller.query("SELECT * FROM Item WHERE Name = 'Custom line item'")["Item"]) == 1


@proves("E3.4-account")
@pytest.mark.parametrize("trouble", ["none", "inactive account", "other account", "no service"])
def test_our_item_cannot_be_used(trade: Trade, seller: Seller, trouble: str) -> None:
    income = seller.account("Income")
    item: Row = {"Name": "Custom line item", "Type": "Service"}
    made = {"Name": "Fees earned", "AccountType": "Income"}
    other = seller.quickbooks.call("POST", "/account", made)["Account"]
    wanted, words = income, ""
    match trouble:
        case "none":
            wanted, words = "", "No account is chosen"
        case "inactive account":
            wanted, words = other["Id"], "inactive"
            seller.quickbooks.call(
                "POST", "/account",
                {**{k: other[k] for k in ("Id", "SyncToken", "Name")}, "Active": False},
            )  # fmt: skip
        case "other account":
            words = "tied to another account"
            item["IncomeAccountRef"] = {"value": other["Id"]}
            seller.quickbooks.call("POST", "/item", item)
        case "no service":
            words = "is no service"
            item |= {"Type": "NonInventory", "IncomeAccountRef": {"value": income}}
            seller.quickbooks.call("POST", "/item", item)
    seller.bill(trade.client(), line("Odd", "8"))
    trade.start(options={"income_account": wanted})
    assert words in failing(trade, "inv_income_account")


# -- quantity and price


@proves("S19", "E3.4-quantity-price")
def test_quantity_and_price_multiply_to_the_amount(trade: Trade) -> None:
    booked = sent(
        trade, line("A", "63.5829", "3.5"), line("B", "0.125", "1000"), line("C", "9.99", "0.333"),
        line("D", "0", "4"),
    )  # fmt: skip
    assert [row[1:] for row in details(booked)] == [
        (3.5, 63.5829, 222.54), (1000, 0.125, 125), (0.333, 9.99, 3.33), (4, 0, 0),
    ]  # fmt: skip
    assert booked["TotalAmt"] == 350.87
    assert trade.quiet()


@proves("S19", "E3.4-price-fitted", "E3.4-line-discount")
def test_a_line_discount_is_netted_into_the_price(trade: Trade) -> None:
    booked = sent(
        trade, line("A", "100", "3", hs_discount_percentage="10"),
        line("B", "20", "2", discount="5"),
        line("C", "33.33", "3", hs_discount_percentage="33"),
    )  # fmt: skip
    assert [row[1:] for row in details(booked)] == [(3, 90, 270), (2, 15, 30), (3, 22.33, 66.99)]
    assert booked["TotalAmt"] == 366.99
    assert trade.quiet()


#: A million and one pieces: no price with five decimals multiplies back to the cent.
UNTOLD = {"price": "0.5", "quantity": "1000001", "hs_discount_percentage": "7.7777"}


@proves("S19", "E3.4-one-times-amount")
def test_what_cannot_be_told_as_a_product_is_told_as_one_piece(trade: Trade) -> None:
    booked = sent(trade, line("Sheets", description="A4", **UNTOLD))
    (row,) = details(booked)
    assert row[1:] == (1, 461111.96, 461111.96)
    assert sales(booked)[0]["Description"].startswith("1000001 x 0.5: Sheets")
    assert trade.quiet()


@proves("E3.4-one-times-amount")
def test_an_inventory_item_is_never_told_as_one_piece(trade: Trade, seller: Seller) -> None:
    accounts = {
        "IncomeAccountRef": seller.query(
            "SELECT * FROM Account WHERE AccountSubType = 'SalesOfProductIncome'"
        ),
        "AssetAccountRef": seller.query("SELECT * FROM Account WHERE AccountSubType = 'Inventory'"),
        "ExpenseAccountRef": seller.query(
            "SELECT * FROM Account WHERE AccountType = 'Cost of Goods Sold'"
        ),
    }
    refs = {name: {"value": found["Account"][0]["Id"]} for name, found in accounts.items()}
    seller.item(
        "Sheets", sku="S-1", Type="Inventory", TrackQtyOnHand=True, QtyOnHand=5,
        InvStartDate="2026-01-01", **refs,
    )  # fmt: skip
    seller.bill(trade.client(), line("Sheets", **UNTOLD, hs_sku="S-1"))
    trade.start()
    assert "Sheets" in failing(trade, "inv_qty_price")


# -- discounts and fees of the whole invoice


def adjusted(trade: Trade, *adjustments: tuple[str, str, str]) -> str:
    """An invoice of 200.00 with discounts and fees: ``(kind, type, value)``."""
    seller = trade.seller
    invoice = seller.bill(trade.client(), line("A", "100"), line("B", "50", "2"), status="draft")
    kinds = {"discounts": 412, "fees": 414}
    for kind, how, value in adjustments:
        seller.make(kind, {"hs_type": how, "hs_value": value}, (invoice, kinds[kind]))
    seller.change("invoices", invoice, hs_invoice_status="open")
    return invoice


@proves("S19", "E3.4-invoice-discount")
def test_a_discount_of_the_invoice_is_one_line_by_amount(trade: Trade, seller: Seller) -> None:
    adjusted(trade, ("discounts", "PERCENT", "12.5"), ("fees", "FIXED", "4.20"))
    trade.start()
    link = trade.run()
    assert trade.outcome == ("in_sync", ""), link.explanation
    booked = seller.booked(link.quickbooks_id)
    (off,) = [one for one in booked["Line"] if one["DetailType"] == "DiscountLineDetail"]
    assert off["Amount"] == 25
    assert off["DiscountLineDetail"]["PercentBased"] is False
    assert (sales(booked)[2]["Amount"], sales(booked)[2]["Description"]) == (4.2, "Fees")
    assert booked["TotalAmt"] == 179.2
    assert trade.quiet()


@proves("E3.4-invoice-discount")
def test_a_discount_where_quickbooks_allows_none(trade: Trade, seller: Seller) -> None:
    trade.books(SalesFormsPrefs={"AllowDiscount": False})
    adjusted(trade, ("discounts", "FIXED", "25"))
    trade.start()
    assert "No account is chosen" in failing(trade, "inv_discount_account")
    trade.start(options={"discount_account": seller.account("Income")})
    link = trade.run()
    assert trade.outcome == ("in_sync", ""), link.explanation
    booked = seller.booked(link.quickbooks_id)
    assert details(booked)[-1] == ("HubSpot discount", 1, -25, -25)
    assert booked["TotalAmt"] == 175
    assert trade.quiet()


# -- taxes


@proves("S27", "E3.4-non-taxable")
def test_every_line_says_non_once_an_administrator_confirmed_it(
    trade: Trade, seller: Seller
) -> None:
    invoice = adjusted(trade, ("fees", "FIXED", "4"))
    trade.start(options={"not_taxable": ""})
    assert "Nobody has confirmed" in failing(trade, "inv_not_taxable")
    trade.start()
    link = trade.run()
    assert (link.hubspot_id, link.state) == (invoice, "in_sync"), link.explanation
    booked = seller.booked(link.quickbooks_id)
    codes = {one["SalesItemLineDetail"]["TaxCodeRef"]["value"] for one in sales(booked)}
    assert codes == {"NON"}
    assert booked.get("TxnTaxDetail", {}).get("TotalTax", 0) == 0


@proves("E3.4-non-taxable")
def test_a_taxable_customer_holds_the_invoice_where_that_is_chosen(
    trade: Trade, seller: Seller
) -> None:
    customer = trade.world.quickbooks.add("Bea Bly", "bea@example.com", Taxable=True)
    seller.bill(trade.client(), line("Odd", "5"))
    trade.start(options={"hold_taxable": True})
    assert "customer “Bea Bly” is taxable" in failing(trade, "inv_taxable_item")
    trade.world.quickbooks.edit(customer, Taxable=False)
    trade.run(after=7 * 3600)
    assert trade.outcome == ("in_sync", ""), trade.invoice.explanation


@proves("E3.4-non-taxable")
def test_a_taxable_customer_is_billed_without_tax_where_it_is_not(
    trade: Trade, seller: Seller
) -> None:
    trade.world.quickbooks.add("Bea Bly", "bea@example.com", Taxable=True)
    seller.bill(trade.client(), line("Odd", "5"))
    trade.start()
    link = trade.run()
    booked = seller.booked(link.quickbooks_id)
    assert (booked["TotalAmt"], booked["TxnTaxDetail"]["TotalTax"]) == (5, 0)


@proves("E3.4-non-taxable")
def test_a_taxable_item_holds_the_invoice(trade: Trade, seller: Seller) -> None:
    seller.item("Taxed", sku="T-1", Taxable=True)
    seller.bill(trade.client(), line("Taxed", "5", hs_sku="T-1"))
    trade.start()
    assert "item “Taxed” is taxable" in failing(trade, "inv_taxable_item")


# -- to HubSpot


@proves("S19", "E3.4-to-hubspot", "E3.4-not-billable")
def test_each_sales_line_of_quickbooks_is_one_line_of_hubspot(trade: Trade, seller: Seller) -> None:
    item = seller.item("Design", price="10")
    pot = seller.item("Pot", price="4")
    form = {"Name": "Set", "Type": "Group", "Parts": f"{item} x 1\n{pot} x 2"}
    assert Client(trade.world.quickbooks_app).post("/items", data=form).status_code == 303
    bundle = seller.query("SELECT * FROM Item WHERE Type = 'Group'")["Item"][0]["Id"]
    taxed = sale(item, "100", "3", "33.3333333", TaxCodeRef={"value": "TAX"})
    link = trade.mirrored(
        taxed,
        {"DetailType": "GroupLineDetail",
         "GroupLineDetail": {"GroupItemRef": {"value": bundle}, "Quantity": 1}},
        {"DetailType": "DescriptionOnly", "Description": "As we agreed"},
        sale(item, "0", "1", "0"),
        sale(item, "-8", "1", "-8"),
        {"DetailType": "DiscountLineDetail", "Amount": 10,
         "DiscountLineDetail": {"PercentBased": False}},
        TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}},
    )  # fmt: skip
    booked = seller.booked(link.quickbooks_id)
    shown = seller.read(
        "invoices", link.hubspot_id, "hs_amount_billed", "hs_discounts_total", "hs_taxes_total",
        "hs_subtotal", "hs_balance_due", "hs_invoice_billable",
    )  # fmt: skip
    figures = {name: Decimal(value) for name, value in shown.items() if value != "false"}
    tax = Decimal(str(booked["TxnTaxDetail"]["TotalTax"]))
    assert tax > 0
    total = Decimal(str(booked["TotalAmt"]))
    assert figures == {
        "hs_amount_billed": total, "hs_balance_due": total, "hs_taxes_total": tax,
        "hs_discounts_total": Decimal(18), "hs_subtotal": Decimal(118),
    }  # fmt: skip
    assert shown["hs_invoice_billable"] == "false"
    lines = seller.lines_of(link.hubspot_id)
    assert [(one["name"], Decimal(one["amount"])) for one in lines] == [
        ("Design", Decimal(100)), ("Design", Decimal(10)), ("Pot", Decimal(8)),
        ("As we agreed", Decimal(0)), ("Design", Decimal(0)),
    ]  # fmt: skip
    assert trade.quiet()


# -- what the answer says


@proves("S19", "E3.4-answer")
@pytest.mark.parametrize(("total", "tax"), [("100.01", "0"), ("108", "8")])
def test_totals_that_differ_in_the_answer_need_a_person(
    trade: Trade, seller: Seller, total: str, tax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QuickBooks adds to what was sent, as automatic sales tax may; nothing is "fixed" for it."""
    settle = SaleRules.settle_balance

    def add(rules: SaleRules, change: Change) -> None:
        change.values |= {"TotalAmt": Decimal(total), "TxnTaxDetail": {"TotalTax": Decimal(tax)}}
        settle(rules, change)

    monkeypatch.setattr(SaleRules, "settle_balance", add)
    seller.bill(trade.client(), line("Odd", "100"))
    trade.start()
    trade.run()
    trade.run()
    code = "inv_tax_added_in_qbo" if tax != "0" else "totals"
    assert trade.outcome == ("failing", code), trade.invoice.explanation
    assert ("8.00" if tax != "0" else "100.01") in trade.invoice.explanation
    assert [one["TotalAmt"] for one in seller.all("Invoice")] == [float(total)]
    assert trade.quiet()


@proves("E3.4-answer")
def test_a_credit_that_quickbooks_applies_by_itself_is_a_warning(
    trade: Trade, seller: Seller
) -> None:
    contact = trade.client()
    trade.start()
    customer = trade.world.quickbooks.add("Bea Bly", "bea@example.com")
    back = {"CustomerRef": {"value": customer}, "Line": [sale(seller.item("Back"), "40")]}
    trade.world.quickbooks.call("POST", "/creditmemo", back)
    trade.books(known=False, SalesFormsPrefs={"AutoApplyCredit": True})
    seller.bill(contact, line("Odd", "100"))
    trade.run()
    trade.run()
    link = trade.invoice
    assert seller.booked(link.quickbooks_id)["Balance"] == 60
    assert trade.outcome == ("in_sync", ""), link.explanation
    (told,) = link.log.filter(kind="warning")
    assert told.side == "quickbooks"
    assert "took 40.00 USD off" in told.text
    assert "60.00 USD are left" in told.text
    assert seller.standing(link.hubspot_id) == ("open", 60)
    assert trade.quiet()


@proves("E3.4-answer")
def test_without_a_credit_there_is_no_warning(trade: Trade) -> None:
    link = trade.sold()
    assert not link.log.filter(kind="warning").exists()
