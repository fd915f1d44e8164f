"""Invoices: their life, totals, parts and refusals."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import Client

from tests.simulators.hubspot.conftest import make_app

INVOICES = "/crm/objects/2026-09/invoices"
TO_CONTACT, TO_COMPANY, TO_INVOICE = 177, 179, 410


def types(number):
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]


def to(record_id, number):
    return {"to": {"id": record_id}, "types": types(number)}


def code(answer):
    assert answer.status_code == 400, answer.text
    return answer.json["errors"][0]["code"]


@pytest.fixture
def contact(hub):
    return hub.make("contacts", email="ann@b.co", firstname="Ann", lastname="Bee", city="Bern")


@pytest.fixture
def draft(hub, contact):
    body = {"properties": {"hs_currency": "USD"}, "associations": [to(contact, TO_CONTACT)]}
    answer = hub.post(INVOICES, body)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def add_line(hub, invoice, **properties):
    body = {"properties": properties, "associations": [to(invoice, TO_INVOICE)]}
    answer = hub.post("/crm/v3/objects/line_items", body)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def add(hub, slug, invoice, number, **properties):
    body = {"properties": properties, "associations": [to(invoice, number)]}
    answer = hub.post(f"/crm/v3/objects/{slug}", body)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def move(hub, invoice, status):
    return hub.patch(f"{INVOICES}/{invoice}", {"properties": {"hs_invoice_status": status}})


def amounts(hub, invoice):
    names = ("hs_subtotal", "hs_discounts_total", "hs_fees_total", "hs_taxes_total",
             "hs_amount_billed", "hs_amount_paid", "hs_balance_due")  # fmt: skip
    return tuple(hub.values("invoices", invoice, *names).values())


def status(hub, invoice):
    return hub.values("invoices", invoice, "hs_invoice_status")["hs_invoice_status"]


@pytest.fixture
def opened(hub, draft):
    add_line(hub, draft, name="Work", price="100", quantity="2")
    assert move(hub, draft, "open").status_code == 200
    return draft


def test_a_draft_needs_a_currency_of_the_account_and_gets_dates(hub):
    assert hub.post(INVOICES, {"properties": {}}).status_code == 400
    assert code(hub.post(INVOICES, {"properties": {"hs_currency": "GBP"}})) == "INVALID_OPTION"
    hub.post("/__sim__/settings", {"additional_currencies": ["GBP"]})
    made = hub.post(INVOICES, {"properties": {"hs_currency": "GBP"}}).json["properties"]
    assert made["hs_invoice_date"] == made["hs_due_date"] == "2026-01-05T09:00:00.000Z"
    assert (made["hs_invoice_status"], made["hs_invoice_billable"]) == ("draft", "true")


def test_totals_follow_lines_discounts_fees_and_taxes(hub, draft):
    one = add_line(hub, draft, price="100", quantity="2", hs_tax_rate_group_id="33101")
    two = add_line(hub, draft, price="19.99", quantity="1")
    assert amounts(hub, draft)[:5] == ("219.99", "0.00", "0.00", "16.50", "236.49")
    add(hub, "discounts", draft, 412, hs_label="Loyal", hs_type="PERCENT", hs_value="10")
    fee = add(hub, "fees", draft, 414, hs_label="Post", hs_type="FIXED", hs_value="5")
    add(hub, "taxes", draft, 416, hs_label="City", hs_type="PERCENT", hs_value="1")
    assert amounts(hub, draft) == (
        "219.99", "22.00", "5.00", "18.53", "221.52", "0.00", "221.52"
    )  # fmt: skip
    hub.patch(f"/crm/v3/objects/line_items/{one}", {"properties": {"quantity": "1"}})
    hub.delete(f"/crm/v3/objects/line_items/{two}")
    hub.delete(f"/crm/v4/objects/invoices/{draft}/associations/fees/{fee}")
    assert amounts(hub, draft)[:5] == ("100.00", "10.00", "0.00", "9.15", "99.15")


def test_opening_needs_a_contact_and_a_line_and_gives_number_and_links(hub, draft):
    refused = move(hub, draft, "open")
    assert refused.status_code == 400
    assert "INVOICE_TO_LINE_ITEM" in refused.json["message"]
    assert "INVOICE_TO_CONTACT" not in refused.json["message"]
    bare = hub.make("invoices", hs_currency="USD")
    assert "INVOICE_TO_CONTACT" in move(hub, bare, "open").json["message"]
    names = ("hs_number", "hs_invoice_link", "hs_pdf_download_link")
    assert hub.values("invoices", draft, *names) == dict.fromkeys(names)
    add_line(hub, draft, price="5", quantity="1")
    assert move(hub, draft, "open").status_code == 200
    found = hub.values("invoices", draft, *names)
    assert found["hs_number"] == "INV-1001"
    assert found["hs_invoice_link"].startswith("https://app.hubspot.com/")
    assert found["hs_pdf_download_link"].endswith("/pdf")


def test_details_of_contact_and_company_are_copied_in(hub, draft):
    company = hub.make("companies", name="Bee AG", city="Basel")
    hub.put(f"/crm/v4/objects/invoices/{draft}/associations/companies/{company}", types(TO_COMPANY))
    expected = {
        "hs_invoice_latest_contact_email": "ann@b.co",
        "hs_invoice_latest_contact_firstname": "Ann",
        "hs_invoice_latest_contact_lastname": "Bee",
        "hs_recipient_shipping_city": "Bern",
        "hs_invoice_latest_company_name": "Bee AG",
        "hs_recipient_company_city": "Basel",
    }
    assert hub.values("invoices", draft, *expected) == expected
    hub.delete(f"/crm/v4/objects/invoices/{draft}/associations/companies/{company}")
    gone = hub.values("invoices", draft, "hs_invoice_latest_company_name")
    assert gone == {"hs_invoice_latest_company_name": None}
    mirror = hub.patch(
        f"{INVOICES}/{draft}", {"properties": {"hs_invoice_latest_contact_email": "x@y.co"}}
    )
    assert code(mirror) == "READ_ONLY_VALUE"


@pytest.mark.parametrize(
    "name", ["hs_amount_billed", "hs_balance_due", "hs_amount_paid", "hs_number", "hs_subtotal"]
)
def test_computed_properties_of_a_billable_invoice_are_refused_or_passed_over(hub, draft, name):
    wanted = {"properties": {name: "7", "hs_title": "T"}}
    assert code(hub.patch(f"{INVOICES}/{draft}", wanted)) == "READ_ONLY_VALUE"
    assert hub.values("invoices", draft, "hs_title") == {"hs_title": None}
    hub.post("/__sim__/settings", {"refuse_computed_writes": False})
    assert hub.patch(f"{INVOICES}/{draft}", wanted).status_code == 200
    assert hub.values("invoices", draft, "hs_title", name)["hs_title"] == "T"
    assert hub.values("invoices", draft, name)[name] != "7"


def test_a_status_moves_only_forward_and_paid_comes_from_payments(hub, opened):
    assert code(move(hub, opened, "draft")) == "INVALID_INVOICE_STATUS"
    assert code(move(hub, opened, "paid")) == "INVALID_INVOICE_STATUS"
    assert move(hub, opened, "open").status_code == 200
    hub.post("/__sim__/settings", {"invoice_direct_paid": True})
    assert move(hub, opened, "paid").status_code == 200
    assert amounts(hub, opened)[4:] == ("200.00", "200.00", "0.00")
    assert code(move(hub, opened, "voided")) == "INVALID_INVOICE_STATUS"
    assert code(move(hub, opened, "open")) == "INVALID_INVOICE_STATUS"
    hub.post("/__sim__/settings", {"invoice_reopen": True})
    assert move(hub, opened, "open").status_code == 200


def test_void_takes_the_balance_and_is_final(hub, opened):
    hub.post("/__sim__/settings", {"invoice_void_by_api": False})
    assert code(move(hub, opened, "voided")) == "INVALID_INVOICE_STATUS"
    hub.post("/__sim__/settings", {"invoice_void_by_api": True})
    assert move(hub, opened, "voided").status_code == 200
    assert amounts(hub, opened)[4:] == ("200.00", "0.00", "0.00")
    assert code(move(hub, opened, "open")) == "INVALID_INVOICE_STATUS"
    refused = hub.post(
        "/crm/v3/objects/line_items",
        {"properties": {"price": "1"}, "associations": [to(opened, TO_INVOICE)]},
    )
    assert refused.status_code == 400
    assert "voided" in refused.json["message"]


def test_what_belongs_to_a_final_invoice_stands_unless_switched(hub, draft):
    line = add_line(hub, draft, price="10", quantity="1")
    move(hub, draft, "open")
    assert hub.patch(f"/crm/v3/objects/line_items/{line}", {"properties": {"price": "20"}})
    assert amounts(hub, draft)[4] == "20.00"
    move(hub, draft, "voided")
    path = f"/crm/v3/objects/line_items/{line}"
    assert hub.patch(path, {"properties": {"price": "30"}}).status_code == 400
    assert hub.patch(path, {"properties": {"name": "Other"}}).status_code == 200
    assert hub.delete(path).status_code == 400
    archived = hub.post("/crm/v3/objects/line_items/batch/archive", {"inputs": [{"id": line}]})
    assert archived.status_code == 400
    assert (
        hub.delete(f"/crm/v4/objects/invoices/{draft}/associations/line_items/{line}").status_code
        == 400
    )
    due = {"properties": {"hs_due_date": "2027-01-01"}}
    assert hub.patch(f"{INVOICES}/{draft}", due).status_code == 400
    custom = {"properties": {"hs_comments": "still free"}}
    assert hub.patch(f"{INVOICES}/{draft}", custom).status_code == 200
    hub.post("/__sim__/settings", {"lock_final_invoices": False})
    assert hub.patch(path, {"properties": {"price": "30"}}).status_code == 200


def test_drafts_are_deleted_open_ones_where_allowed_and_final_ones_never(hub, draft):
    other = hub.make("invoices", hs_currency="USD")
    assert hub.delete(f"{INVOICES}/{other}").status_code == 204
    add_line(hub, draft, price="1")
    move(hub, draft, "open")
    refused = hub.delete(f"{INVOICES}/{draft}")
    assert refused.status_code == 400
    assert "open" in refused.json["message"]
    hub.post("/__sim__/settings", {"delete_open_invoices": True})
    move(hub, draft, "voided")
    assert hub.delete(f"{INVOICES}/{draft}").status_code == 400
    third = hub.make("invoices", hs_currency="USD")
    both = hub.post(f"{INVOICES}/batch/archive", {"inputs": [{"id": third}, {"id": draft}]})
    assert both.status_code == 400
    assert hub.get(f"{INVOICES}/{third}").status_code == 200


def test_a_non_billable_invoice_is_data_only(hub, contact):
    given = {
        "hs_currency": "USD",
        "hs_invoice_billable": "false",
        "hs_invoice_status": "open",
        "hs_number": "1042",
        "hs_amount_billed": "99.50",
        "hs_balance_due": "99.50",
        "hs_external_createdate": "2026-01-02",
    }
    answer = hub.post(INVOICES, {"properties": given})
    assert answer.status_code == 201, answer.text
    one = answer.json["id"]
    assert hub.values("invoices", one, "hs_number", "hs_amount_billed", "hs_balance_due") == {
        "hs_number": "1042", "hs_amount_billed": "99.50", "hs_balance_due": "99.50"
    }  # fmt: skip
    add_line(hub, one, price="5", quantity="1")
    assert hub.values("invoices", one, "hs_amount_billed") == {"hs_amount_billed": "99.50"}
    paid = {"hs_invoice_status": "paid", "hs_balance_due": "0", "hs_amount_paid": "99.50"}
    assert hub.patch(f"{INVOICES}/{one}", {"properties": paid}).status_code == 200
    assert move(hub, one, "open").status_code == 200
    billable = hub.patch(f"{INVOICES}/{one}", {"properties": {"hs_invoice_billable": "true"}})
    assert code(billable) == "READ_ONLY_VALUE"
    assert hub.delete(f"{INVOICES}/{one}").status_code == 204


def test_the_amount_given_with_a_non_billable_create_may_be_lost(hub):
    hub.post("/__sim__/settings", {"non_billable_amount_zero": True})
    one = hub.make("invoices", hs_currency="USD", hs_invoice_billable="false", hs_amount_billed="9")
    assert hub.values("invoices", one, "hs_amount_billed") == {"hs_amount_billed": "0"}
    hub.patch(f"{INVOICES}/{one}", {"properties": {"hs_amount_billed": "9"}})
    assert hub.values("invoices", one, "hs_amount_billed") == {"hs_amount_billed": "9"}


def test_an_invoice_can_be_created_open_with_its_parts(hub, contact):
    line = hub.make("line_items", price="10", quantity="3")
    body = {
        "properties": {"hs_currency": "USD", "hs_invoice_status": "open"},
        "associations": [to(contact, TO_CONTACT), to(line, 409)],
    }
    made = hub.post(INVOICES, body)
    assert made.status_code == 201, made.text
    assert amounts(hub, made.json["id"])[4] == "30.00"
    del body["associations"][1]
    assert "INVOICE_TO_LINE_ITEM" in hub.post(INVOICES, body).json["message"]


def test_follow_ups_are_the_systems_in_ledger_and_history(hub, opened):
    system = hub.ledger(writes_by="system", type="invoices")
    assert {"hs_number": "INV-1001"}.items() <= {
        k: v for entry in system for k, v in entry["after"].items()
    }.items()
    read = hub.get(f"{INVOICES}/{opened}", propertiesWithHistory="hs_amount_billed")
    newest = read.json["propertiesWithHistory"]["hs_amount_billed"][0]
    assert (newest["value"], newest["sourceType"]) == ("200.00", "CALCULATED")
    before = len(hub.ledger())
    hub.patch(f"{INVOICES}/{opened}", {"properties": {"hs_title": "No new sum"}})
    assert len(hub.ledger()) == before + 1


def test_days_overdue_are_counted_on_a_change(hub, opened):
    hub.post("/__sim__/clock", {"advance": 3 * 86400})
    hub.patch(f"{INVOICES}/{opened}", {"properties": {"hs_comments": "?"}})
    assert hub.values("invoices", opened, "hs_days_overdue") == {"hs_days_overdue": "3"}


def test_a_line_is_a_copy_of_its_product_and_has_one_parent(hub, draft):
    product = hub.make("products", name="Widget", price="12.50", hs_sku="W-1", description="Blue")
    line = add_line(hub, draft, hs_product_id=product, quantity="4")
    names = ("name", "price", "hs_sku", "description", "amount")
    assert tuple(hub.values("line_items", line, *names).values()) == (
        "Widget", "12.50", "W-1", "Blue", "50.00"
    )  # fmt: skip
    hub.patch(f"/crm/v3/objects/products/{product}", {"properties": {"price": "99"}})
    assert hub.values("line_items", line, "price") == {"price": "12.50"}
    own = add_line(hub, draft, hs_product_id=product, price="1", quantity="1")
    assert hub.values("line_items", own, "price") == {"price": "1"}
    missing = hub.post("/crm/v3/objects/line_items", {"properties": {"hs_product_id": "999"}})
    assert code(missing) == "INVALID_PRODUCT"
    deal = hub.make("deals", dealname="D", dealstage="closedwon")
    path = f"/crm/v4/objects/deals/{deal}/associations/default/line_items/{line}"
    assert hub.put(path).status_code == 400
    batch = hub.post(
        "/crm/associations/2026-03/deals/line_items/batch/associate/default",
        {"inputs": [{"from": {"id": deal}, "to": {"id": line}}]},
    )
    assert (batch.status_code, batch.json["numErrors"]) == (207, 1)
    hub.post("/__sim__/settings", {"line_item_many_parents": True})
    assert hub.put(path).status_code == 200


def test_amounts_of_lines_cannot_be_written(hub, draft):
    refused = hub.post("/crm/v3/objects/line_items", {"properties": {"amount": "5"}})
    assert code(refused) == "READ_ONLY_VALUE"
    less = hub.post("/crm/v3/objects/line_items", {"properties": {"price": "-5"}})
    assert code(less) == "INVALID_NUMBER"
    fee = hub.post("/crm/v3/objects/fees", {"properties": {"hs_value": "-5"}})
    assert code(fee) == "INVALID_NUMBER"


def test_invoices_survive_a_restart_with_numbers_going_on(tmp_path):
    from simulators.common.state import State
    from tests.simulators.hubspot.conftest import Caller

    state = tmp_path / "hub.sqlite"

    def life():
        app = make_app(state=State(state))
        hub = Caller(app)
        contact = hub.make("contacts", firstname="A")
        body = {"properties": {"hs_currency": "USD"}, "associations": [to(contact, TO_CONTACT)]}
        invoice = hub.post(INVOICES, body).json["id"]
        add_line(hub, invoice, price="7")
        move(hub, invoice, "open")
        number = hub.values("invoices", invoice, "hs_number")["hs_number"]
        app.close()
        return number

    assert [life(), life()] == ["INV-1001", "INV-1002"]


def test_tiers_exclude_a_price_and_a_sku_is_taken_once(hub):
    tiers = {"name": "T", "hs_tier_ranges": json.dumps([1, 10]), "price": "5"}
    assert code(hub.post("/crm/v3/objects/products", {"properties": tiers})) == "INVALID_PRICE"
    hub.make("products", name="A", hs_sku="S-1")
    taken = hub.post("/crm/v3/objects/products", {"properties": {"name": "B", "hs_sku": "s-1"}})
    assert code(taken) == "CONFLICTING_UNIQUE_VALUE"
    found = hub.get("/crm/v3/objects/products/S-1", idProperty="hs_sku")
    assert found.status_code == 200


def test_every_page_of_the_person_still_answers(hub, opened):
    client = Client(hub.app)
    for path in ("/invoices", f"/invoices/{opened}", "/line_items", "/products/new"):
        assert client.get(path).status_code == 200


def test_a_line_deleted_for_good_or_merged_moves_the_total_too(hub, draft):
    one, two, three = (add_line(hub, draft, price=price) for price in ("1", "2", "4"))
    path = "/crm/objects/2026-09/line_items"
    assert hub.post(f"{path}/gdpr-delete", {"objectId": one}).status_code == 204
    assert amounts(hub, draft)[4] == "6.00"
    merged = hub.post(f"{path}/merge", {"primaryObjectId": two, "objectIdToMerge": three})
    assert merged.status_code == 200
    assert amounts(hub, draft)[4] == "2.00"
    hub.delete(f"{path}/{merged.json['id']}")
    assert amounts(hub, draft)[4] == "0.00"
