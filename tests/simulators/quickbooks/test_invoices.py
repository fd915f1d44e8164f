"""Invoices: defaults, lines, numbers, closed books, void, delete, send, print."""

from __future__ import annotations

import pytest

from tests.simulators.quickbooks.books import discount, invoice, line, payment, switch


@pytest.fixture(autouse=True)
def _customer(books):
    books.create(DisplayName="Ada", BillAddr={"Line1": "1 Road", "City": "Town"})


def refused(books, body, resource="invoice", **args):
    return books.fault(books.post(resource, body, **args))


def kinds(made):
    return [(x["DetailType"], x.get("Amount")) for x in made["Line"]]


def test_an_invoice_is_filled_in(books):
    made = books.create("Invoice", **invoice())
    customer = books.get("customer/1")["Customer"]
    assert made["BillAddr"] == customer["BillAddr"]
    assert "ShipAddr" not in made
    assert (made["DocNumber"], made["TxnDate"], made["DueDate"]) == (
        "1001",
        "2026-01-05",
        "2026-02-04",
    )
    assert kinds(made) == [("SalesItemLineDetail", 100.0), ("SubTotalLineDetail", 100.0)]
    assert (made["TotalAmt"], made["Balance"], made["EmailStatus"]) == (100, 100, "NotSet")
    assert (customer["Balance"], customer["SyncToken"]) == (100, "0")


def test_the_customers_term_goes_before_the_companys(books):
    customer = books.get("customer/1")["Customer"]
    books.update(customer, SalesTermRef={"value": "2"})
    made = books.create("Invoice", **invoice())
    assert (made["SalesTermRef"], made["DueDate"]) == ({"value": "2"}, "2026-01-20")
    own = books.create("Invoice", **invoice(SalesTermRef={"value": "4"}, TxnDate="2026-01-31"))
    assert own["DueDate"] == "2026-04-01"
    moved = books.update(own, "Invoice", SalesTermRef={"value": "1"})["Invoice"]
    assert moved["DueDate"] == "2026-01-31"


@pytest.mark.parametrize(
    ("day", "due"), [("2026-01-05", "2026-01-20"), ("2026-01-18", "2026-02-20")]
)
def test_a_date_driven_term(books, day, due):
    term = books.create("Term", Name="20th", DayOfMonthDue=20, DueNextMonthDays=5)
    body = invoice(SalesTermRef={"value": term["Id"]}, TxnDate=day)
    assert books.create("Invoice", **body)["DueDate"] == due


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [(3, 10, 30), ("4.5", 75, 337.5), (3, "33.335", "100.01"), (0.333, 10, 3.33), (-1, 5, -5)],
)
def test_amount_is_quantity_times_price_rounded_half_up(books, quantity, price, amount):
    good = line(amount, Qty=quantity, UnitPrice=price)
    body = invoice(line(500), good)
    assert "Invoice" in books.post("invoice", body)
    good["Amount"] = float(amount) + 0.01
    answer = books.post("invoice", body)
    assert books.fault(answer) == ("6070", "Line.Amount")


def test_the_text_of_6070_has_thousands(books):
    detail = books.post("invoice", invoice(line("1861.07", Qty=1, UnitPrice=1861)))
    assert detail["Fault"]["Error"][0]["Detail"] == (
        "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07"
    )


@pytest.mark.parametrize(
    ("body", "code", "element"),
    [
        ({"CustomerRef": {"value": "1"}}, "2020", "Line"),
        (invoice({"Amount": 1}), "2020", "Line.DetailType"),
        (invoice({"Amount": 1, "DetailType": "Magic"}), "2170", "Line.DetailType"),
        (invoice(line()), "2020", "Amount"),
        ({"Line": [line(1)]}, "2020", "CustomerRef"),
        (invoice(customer="99"), "2500", ""),
        (invoice(line(1, item="99")), "2500", ""),
        (invoice(DocNumber="1" * 22), "2050", "DocNumber"),
        (invoice(line(-5)), "6000", ""),
        (invoice(line(1, tax="2")), "6100", "Line.TaxCodeRef"),
        (invoice(discount(), line(1)), "6090", "Line"),
        (invoice(discount(percent=5), discount(amount=1), line(1)), "6000", ""),
        (invoice(GlobalTaxCalculation="TaxInclusive"), "5030", "GlobalTaxCalculation"),
        (invoice(EmailStatus="NeedToSend"), "2020", "BillEmail"),
        (invoice(EmailStatus="Sent"), "2170", "EmailStatus"),
        (invoice(LinkedTxn=[{"TxnId": "75", "TxnType": "Estimate"}]), "6000", ""),
        (invoice(Wrong=1), "2010", None),
    ],
)
def test_bad_invoices_are_refused_and_leave_nothing(books, body, code, element):
    found = refused(books, body)
    assert found[0] == code
    assert element is None or found[1] == element
    assert books.query("select count(*) from Invoice")["QueryResponse"] == {"totalCount": 0}
    assert books.get("customer/1")["Customer"]["Balance"] == 0


def test_discounts_follow_the_subtotal(books):
    made = books.create("Invoice", **invoice(discount(percent=10), line(87.5)))
    assert kinds(made)[1:] == [("SubTotalLineDetail", 87.5), ("DiscountLineDetail", 8.75)]
    account = made["Line"][2]["DiscountLineDetail"]["DiscountAccountRef"]
    assert account == {"value": "86", "name": "Discounts given"}
    assert "Id" not in made["Line"][2]
    assert made["TotalAmt"] == 78.75
    fixed = books.create("Invoice", **invoice(discount(amount=7.5), line(87.5)))
    assert fixed["TotalAmt"] == 80
    switch(books, "SalesFormsPrefs", AllowDiscount=False)
    assert refused(books, invoice(discount(amount=7.5), line(87.5)))[0] == "6000"


def test_text_lines_and_inline_subtotals(books):
    text = {"DetailType": "DescriptionOnly", "Description": "Subtotal:"}
    note = {"DetailType": "DescriptionOnly", "Description": "Thanks"}
    made = books.create("Invoice", **invoice(line(10), line(5.5), text, line(4), note))
    assert [x.get("Description") for x in made["Line"]][2:5] == ["Subtotal: 15.50", None, "Thanks"]
    assert made["TotalAmt"] == 19.5
    again = books.update(made, "Invoice", PrivateNote="n")["Invoice"]
    assert again["Line"] == made["Line"]


@pytest.mark.parametrize(("choice", "total"), [("ignored", 10), ("default", 15)])
def test_a_line_without_an_item(books, choice, total):
    books.control("POST", "behaviour", {"line_without_item": choice})
    bare = {"DetailType": "SalesItemLineDetail", "Amount": 5, "Description": "note"}
    made = books.create("Invoice", **invoice(line(10), bare))
    assert made["TotalAmt"] == total
    assert made["Line"][1]["Description"] == "note"


def test_categories_cannot_be_sold_and_shipping_can(books):
    top = books.create("Item", Name="Garden", Type="Category")
    answer = books.post("invoice", invoice(line(1, item=top["Id"])))
    assert "set up as a category" in answer["Fault"]["Error"][0]["Detail"]
    made = books.create("Invoice", **invoice(line(10), line(4, item="SHIPPING_ITEM_ID")))
    assert made["TotalAmt"] == 14


def test_a_bundle_brings_its_lines(books):
    stone = books.create(
        "Item", Name="Stone", Type="Service", IncomeAccountRef={"value": "1"}, UnitPrice=12.5
    )
    assert refused(books, {"Name": "Set", "Type": "Group"}, "item")[0] == "2170"
    form = {"Name": "Set", "Type": "Group", "Parts": f"{stone['Id']} x 2\n1 x 1"}
    assert books.http.post("/items", data=form).status_code == 303
    group = books.query("select * from Item where Type = 'Group'")["QueryResponse"]["Item"][0]
    bundle = {
        "DetailType": "GroupLineDetail",
        "GroupLineDetail": {"GroupItemRef": {"value": group["Id"]}, "Quantity": 3},
    }
    made = books.create("Invoice", **invoice(bundle))
    inner = made["Line"][0]["GroupLineDetail"]["Line"]
    assert [(x["Amount"], x["SalesItemLineDetail"]["Qty"]) for x in inner] == [(75, 6), (0, 3)]
    assert (made["Line"][0]["Amount"], made["TotalAmt"]) == (75, 75)
    again = books.update(made, "Invoice", Line=made["Line"])["Invoice"]
    assert again["Line"] == made["Line"]


def test_lines_are_kept_by_id_and_replaced_as_a_whole(books):
    made = books.create("Invoice", **invoice(line(1), line(2), line(3)))
    assert [x.get("Id") for x in made["Line"]] == ["1", "2", "3", None]
    kept = {**made["Line"][2], "LineNum": 1}
    new = books.update(made, "Invoice", Line=[line(9), kept])["Invoice"]
    assert [(x.get("Id"), x["Amount"]) for x in new["Line"]] == [("4", 9), ("3", 3), (None, 12)]
    assert [x.get("LineNum") for x in new["Line"]] == [1, 2, None]
    assert (new["TotalAmt"], new["SyncToken"]) == (12, "1")
    same = books.update(new, "Invoice", CustomerMemo={"value": "hello"})["Invoice"]
    assert same["Line"] == new["Line"]


def test_a_full_update_keeps_some_and_clears_the_rest(books):
    body = invoice(PrivateNote="p", CustomerMemo={"value": "m"}, DueDate="2026-03-01")
    made = books.create("Invoice", **body, BillEmail={"Address": "a@b.co"})
    full = {**invoice(line(7)), "Id": made["Id"], "SyncToken": "0"}
    new = books.post("invoice", full)["Invoice"]
    assert (new["DocNumber"], new["DueDate"]) == (made["DocNumber"], "2026-02-04")
    assert not {"PrivateNote", "CustomerMemo", "BillEmail"} & set(new)


def test_numbers_by_sequence_by_hand_and_on_demand(books):
    assert books.create("Invoice", **invoice(DocNumber="1002"))["DocNumber"] == "1002"
    numbers = [books.create("Invoice", **invoice())["DocNumber"] for _ in range(2)]
    assert numbers == ["1001", "1003"]
    switch(books, "SalesFormsPrefs", CustomTxnNumbers=True)
    assert "DocNumber" not in books.create("Invoice", **invoice())
    made = books.create("Invoice", **invoice(DocNumber="AUTO_GENERATE"))
    assert made["DocNumber"] == "1004"


def test_a_used_number_is_refused_over_all_sales_forms(books):
    made = books.create("CreditMemo", **invoice(DocNumber="18696"))
    answer = books.post("invoice", invoice(DocNumber="18696"))
    assert answer["Fault"]["Error"][0]["Detail"] == (
        "Duplicate Document Number Error : You must specify a different number. This number has "
        "already been used. DocNumber=18696 is assigned to TxnType=CreditMemo with "
        f"TxnId={made['Id']}"
    )
    assert books.fault(answer) == ("6140", "")
    waved = books.post("invoice", invoice(DocNumber="18696"), include="allowduplicatedocnum")
    assert waved["Invoice"]["DocNumber"] == "18696"
    books.control("POST", "behaviour", {"duplicate_numbers": "accept"})
    assert "Invoice" in books.post("invoice", invoice(DocNumber="18696"))


def test_closed_books_refuse_apps_and_not_people(books):
    old = books.create("Invoice", **invoice(TxnDate="2025-12-31"))
    switch(books, "AccountingInfoPrefs", BookCloseDate="2025-12-31")
    assert refused(books, invoice(TxnDate="2025-12-31"))[0] == "6210"
    assert books.fault(books.update(old, "Invoice", PrivateNote="x"))[0] == "6210"
    assert books.fault(books.update(old, "Invoice", TxnDate="2026-01-01"))[0] == "6210"
    stub = {"Id": old["Id"], "SyncToken": "0"}
    assert refused(books, stub, operation="delete")[0] == "6210"
    assert refused(books, stub, operation="void")[0] == "6210"
    books.control("POST", "behaviour", {"closed_books": "6200"})
    assert refused(books, payment(5, TxnDate="2025-12-01"), "payment")[0] == "6200"
    assert "Invoice" in books.post("invoice", invoice(TxnDate="2026-01-01"))
    assert books.http.post(f"/invoices/{old['Id']}/void").status_code == 303


def test_a_void_zeroes_everything(books):
    made = books.create(
        "Invoice", **invoice(line(20, Qty=2, UnitPrice=10), discount(percent=10)), PrivateNote="p"
    )
    void = books.post("invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="void")["Invoice"]
    detail = void["Line"][0]["SalesItemLineDetail"]
    assert (detail["Qty"], detail["UnitPrice"]) == (0, 0)
    assert {x["Amount"] for x in void["Line"]} == {0}
    assert (void["TotalAmt"], void["Balance"], void["SyncToken"]) == (0, 0, "1")
    assert void["PrivateNote"].startswith("Voided")
    assert void["DocNumber"] == made["DocNumber"]
    assert books.get("customer/1")["Customer"]["Balance"] == 0
    again = books.post("invoice", {"Id": made["Id"], "SyncToken": "1"}, operation="void")
    assert again["Invoice"]["SyncToken"] == "1"


def test_a_deleted_invoice_is_gone_but_for_its_stub(books):
    made = books.create("Invoice", **invoice())
    gone = books.post("invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    assert gone["Invoice"] == {"domain": "QBO", "status": "Deleted", "Id": made["Id"]}
    error = books.get(f"invoice/{made['Id']}")["Fault"]["Error"][0]
    assert error["Detail"] == "Object Not Found : Another user has deleted this transaction."
    changed = books.get("cdc", entities="invoice", changedSince="2026-01-01")
    stub = changed["CDCResponse"][0]["QueryResponse"][0]["Invoice"][0]
    assert (stub["status"], stub["Id"]) == ("Deleted", made["Id"])
    assert "SyncToken" not in stub
    assert books.get("customer/1")["Customer"]["Balance"] == 0
    stale = books.create("Invoice", **invoice())
    body = {"Id": stale["Id"], "SyncToken": "7"}
    assert refused(books, body, operation="delete")[0] == "5010"
    assert refused(books, {"Id": stale["Id"]}, operation="delete")[0] == "2020"


@pytest.mark.parametrize("verb", ["void", "delete"])
@pytest.mark.parametrize("choice", ["refuse", "unlink"])
def test_paid_invoices_are_kept_or_unlinked(books, verb, choice):
    books.control("POST", "behaviour", {f"paid_{verb}": choice})
    made = books.create("Invoice", **invoice())
    paid = books.create("Payment", **payment(60, (60, "Invoice", made["Id"])))
    held = books.get(f"invoice/{made['Id']}")["Invoice"]
    body = {"Id": made["Id"], "SyncToken": held["SyncToken"]}
    answer = books.post("invoice", body, operation=verb)
    if choice == "refuse":
        assert books.fault(answer)[0] == "6000"
        assert books.get(f"invoice/{made['Id']}")["Invoice"] == held
        assert books.get("customer/1")["Customer"]["Balance"] == 40
    else:
        assert "Invoice" in answer
        left = books.get(f"payment/{paid['Id']}")["Payment"]
        assert (left["UnappliedAmt"], left["Line"], left["SyncToken"]) == (60, [], "1")
        assert books.get("customer/1")["Customer"]["Balance"] == -60


def test_sending_needs_an_address_and_is_noted(books):
    made = books.create("Invoice", **invoice())
    path = f"invoice/{made['Id']}/send"
    assert books.fault(books.call("POST", path).get_json())[0] == "6420"
    assert books.fault(books.call("POST", f"{path}?sendTo=nobody").get_json())[0] == "2210"
    sent = books.call("POST", f"{path}?sendTo=a@b.co").get_json()["Invoice"]
    assert sent["EmailStatus"] == "EmailSent"
    assert sent["BillEmail"] == {"Address": "a@b.co"}
    assert sent["DeliveryInfo"]["DeliveryType"] == "Email"


def test_an_invoice_can_be_printed(books):
    made = books.create("Invoice", **invoice())
    page = books.call("GET", f"invoice/{made['Id']}/pdf", headers={"Accept": "application/pdf"})
    assert page.content_type == "application/pdf"
    assert page.get_data().startswith(b"%PDF-1.4")
    assert b"Invoice 1001" in page.get_data()
    assert books.call("GET", "invoice/99/pdf").status_code == 400


def test_the_payment_link_comes_on_demand(books):
    body = invoice(AllowOnlineACHPayment=True, BillEmail={"Address": "a@b.co"})
    made = books.create("Invoice", **body)
    assert "InvoiceLink" not in made
    shown = books.get(f"invoice/{made['Id']}", include="invoiceLink")["Invoice"]
    assert shown["InvoiceLink"].startswith("https://")


@pytest.mark.parametrize(("choice", "code"), [("2500", "2500"), ("610", "610")])
def test_inactive_customers_and_items_cannot_be_used(books, choice, code):
    books.control("POST", "behaviour", {"inactive_reference": choice})
    item = books.create("Item", Name="Old", Type="Service", IncomeAccountRef={"value": "1"})
    books.update(item, "Item", Name="Old", Active=False)
    assert refused(books, invoice(line(1, item=item["Id"])))[0] == code


@pytest.mark.parametrize(("choice", "ok"), [("accept", True), ("refuse", False)])
def test_an_invoice_may_keep_an_item_that_became_inactive(books, choice, ok):
    books.control("POST", "behaviour", {"inactive_on_existing": choice})
    item = books.create("Item", Name="Old", Type="Service", IncomeAccountRef={"value": "1"})
    made = books.create("Invoice", **invoice(line(5, item=item["Id"])))
    books.update(item, "Item", Name="Old", Active=False)
    answer = books.update(made, "Invoice", Line=made["Line"], PrivateNote="n")
    assert ("Invoice" in answer) is ok


def test_a_changed_address_comes_back_flat(books):
    made = books.create("Invoice", **invoice())
    place = {"Line1": "2 Lane", "City": "Bay", "CountrySubDivisionCode": "CA", "PostalCode": "94"}
    flat = books.update(made, "Invoice", BillAddr=place)["Invoice"]["BillAddr"]
    assert {k: v for k, v in flat.items() if k != "Id"} == {
        "Line1": "2 Lane",
        "Line2": "Bay, CA  94",
    }
    books.control("POST", "behaviour", {"changed_address": "kept"})
    other = books.create("Invoice", **invoice())
    kept = books.update(other, "Invoice", BillAddr=place)["Invoice"]["BillAddr"]
    assert {k: v for k, v in kept.items() if k != "Id"} == place


def test_an_estimate_is_closed_by_its_invoice(books):
    offer = books.create("Estimate", **invoice())
    assert (offer["TxnStatus"], "LinkedTxn" in offer) == ("Pending", False)
    link = {"TxnId": offer["Id"], "TxnType": "Estimate"}
    made = books.create("Invoice", **invoice(LinkedTxn=[link]))
    assert made["LinkedTxn"] == [link]
    closed = books.get(f"estimate/{offer['Id']}")["Estimate"]
    assert closed["TxnStatus"] == "Closed"
    assert closed["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Invoice"}]
    assert books.get("customer/1")["Customer"]["Balance"] == 100


def test_stock_follows_sales(books):
    accounts = {"IncomeAccountRef": "79", "ExpenseAccountRef": "80", "AssetAccountRef": "81"}
    refs = {name: {"value": number} for name, number in accounts.items()}
    stock = {"QtyOnHand": 10, "InvStartDate": "2026-01-01", "TrackQtyOnHand": True}
    item = books.create("Item", Name="Pump", Type="Inventory", **refs, **stock)
    sold = line(30, item=item["Id"], Qty=3, UnitPrice=10)

    def on_hand():
        return books.get(f"item/{item['Id']}")["Item"]["QtyOnHand"]

    made = books.create("Invoice", **invoice(sold))
    assert on_hand() == 7
    more = line(50, item=item["Id"], Qty=5, UnitPrice=10)
    books.update(made, "Invoice", Line=[more])
    assert on_hand() == 5
    books.create("CreditMemo", **invoice(sold))
    assert on_hand() == 8
    books.post("invoice", {"Id": made["Id"], "SyncToken": "1"}, operation="void")
    assert on_hand() == 13
    assert refused(books, invoice(sold, TxnDate="2025-12-31"))[0] == "6270"
    assert books.update(item, "Item", Name="Pump", QtyOnHand=99)["Item"]["QtyOnHand"] == 13


@pytest.mark.parametrize(
    ("name", "account"), [("IncomeAccountRef", "84"), ("IncomeAccountRef", "35")]
)
def test_items_refuse_accounts_of_the_wrong_type(books, name, account):
    body = {"Name": "A", "Type": "Service", name: {"value": account}}
    assert refused(books, body, "item")[0] == "6430"


def test_a_state_file_keeps_the_books(make_books, tmp_path):
    from simulators.common.state import State

    first = make_books(state=State(tmp_path / "b.db"))
    first.create(DisplayName="A")
    made = first.create("Invoice", **invoice(line(100, Qty=4, UnitPrice=25), discount(percent=5)))
    paid = first.create("Payment", **payment(40, (40, "Invoice", made["Id"])))
    before = [first.get(f"invoice/{made['Id']}"), first.get(f"payment/{paid['Id']}")]
    first.app.close()
    again = make_books(state=State(tmp_path / "b.db"))
    found = [again.get(f"invoice/{made['Id']}"), again.get(f"payment/{paid['Id']}")]
    assert found == before
    body = {"Id": paid["Id"], "SyncToken": "0"}
    assert "Payment" in again.post("payment", body, operation="delete")
    assert again.get(f"invoice/{made['Id']}")["Invoice"]["Balance"] == 95


@pytest.mark.parametrize(("choice", "shown"), [(False, None), (True, "Big stone")])
def test_a_description_may_come_from_the_item(books, choice, shown):
    books.control("POST", "behaviour", {"line_takes_description": choice})
    body = {"Name": "Stone", "Type": "Service", "IncomeAccountRef": {"value": "1"}}
    item = books.create("Item", **body, Description="Big stone")
    made = books.create("Invoice", **invoice(line(1, item=item["Id"])))
    assert made["Line"][0].get("Description") == shown


def test_a_second_discount_may_be_taken(books):
    books.control("POST", "behaviour", {"second_discount": "accept"})
    made = books.create("Invoice", **invoice(line(100), discount(percent=10), discount(amount=5)))
    assert made["TotalAmt"] == 85


@pytest.mark.parametrize("choice", [False, True])
def test_total_count_beside_the_rows_of_invoices(books, choice):
    books.control("POST", "behaviour", {"invoice_total_count": choice})
    books.create("Invoice", **invoice())
    assert ("totalCount" in books.query("select * from Invoice")["QueryResponse"]) is choice
    assert "totalCount" not in books.query("select * from Customer")["QueryResponse"]
