"""The pages for invoices, payments and deals, and the one for faults."""

from __future__ import annotations

import pytest

from simulators.common.faults import ConnectionCut
from tests.simulators.hubspot.test_pages import Labels


@pytest.fixture
def person(hub):
    return hub.client


def made(answer):
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].split("/")[2].split("?")[0]


def test_a_person_makes_finalises_and_collects_an_invoice(hub, person):
    product = made(person.post("/products/new", data={"name": "Box", "price": "20"}))
    contact = made(person.post("/contacts/new", data={"firstname": "Ann"}))
    form = {"hs_title": "Boxes", "hs_currency": "USD"}
    one = made(person.post("/invoices/new", data=form))
    early = person.post(f"/invoices/{one}/finalise")
    assert (early.status_code, "INVOICE_TO_CONTACT" in early.text) == (400, True)
    person.post(f"/invoices/{one}/related", data={"to": "contacts", "id": contact})
    person.post(f"/invoices/{one}/lines", data={"hs_product_id": product, "quantity": "3"})
    person.post(f"/invoices/{one}/lines", data={"name": "Hour", "price": "40.50"})
    discount = {"slug": "discounts", "hs_label": "Loyal", "hs_type": "PERCENT", "hs_value": "10"}
    person.post(f"/invoices/{one}/adjustments", data=discount)
    page = person.get(f"/invoices/{one}").text
    for text in ("Box", "Hour", "Loyal", "10 %", "60.00", "90.45"):
        assert text in page
    assert person.post(f"/invoices/{one}/finalise").status_code == 303
    assert "INV-1001" in person.get(f"/invoices/{one}").text
    person.post(f"/invoices/{one}/pay", data={"amount": "0.45", "method": "cash"})
    assert "90.00" in person.get(f"/invoices/{one}").text
    person.post(f"/invoices/{one}/pay", data={"online": "1", "method": "card", "fees": "2.9"})
    names = ("hs_invoice_status", "hs_balance_due")
    assert tuple(hub.values("invoices", one, *names).values()) == ("paid", "0.00")
    refused = person.post(f"/invoices/{one}/void")
    assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)
    assert person.post(f"/invoices/{one}/archive").status_code == 400
    assert {entry["actor"] for entry in hub.ledger()} == {"person", "system"}


def test_parts_are_removed_and_an_open_invoice_is_voided(hub, person):
    contact = hub.make("contacts", firstname="Ann")
    one = made(person.post("/invoices/new", data={"hs_currency": "USD"}))
    person.post(f"/invoices/{one}/related", data={"to": "contacts", "id": contact})
    for price in ("5", "7"):
        person.post(f"/invoices/{one}/lines", data={"name": price, "price": price})
    first = hub.get(f"/crm/v4/objects/invoices/{one}/associations/line_items").json["results"][0]
    remove = {"slug": "line_items", "id": str(first["toObjectId"])}
    assert person.post(f"/invoices/{one}/parts/remove", data=remove).status_code == 303
    assert hub.values("invoices", one, "hs_amount_billed") == {"hs_amount_billed": "7.00"}
    person.post(f"/invoices/{one}/finalise")
    hub.post("/__sim__/settings", {"invoice_void_by_api": False})
    assert person.post(f"/invoices/{one}/void").status_code == 303
    assert hub.values("invoices", one, "hs_invoice_status") == {"hs_invoice_status": "voided"}
    assert person.post("/invoices/999/void").status_code == 404


def test_a_refund_of_a_processed_payment_is_made_by_a_person(hub, person):
    form = {"hs_initial_amount": "50", "hs_initiated_date": "2026-01-05",
            "hs_processor_type": "hs_payments", "hs_latest_status": "succeeded"}  # fmt: skip
    payment = made(person.post("/commerce_payments/new", data=form))
    back = {"hs_refunds_amount": "20", "hs_latest_status": "partially_refunded"}
    assert person.post(f"/commerce_payments/{payment}", data=back).status_code == 303
    assert hub.values("commerce_payments", payment, "hs_net_amount_after_refunds") == {
        "hs_net_amount_after_refunds": "30.00"
    }
    too_much = person.post(f"/commerce_payments/{payment}", data={"hs_refunds_amount": "60"})
    assert too_much.status_code == 400


def test_a_deal_gets_lines_notes_and_a_contact_by_hand(hub, person):
    form = {"dealname": "Big", "dealstage": "contractsent"}
    deal = made(person.post("/deals/new", data=form))
    note = hub.make("notes", hs_timestamp="2026-01-05T00:00:00Z", hs_note_body="Hi")
    line = hub.make("line_items", name="L", price="3")
    for slug, record_id in (("notes", note), ("line_items", line)):
        assert person.post(f"/deals/{deal}/related", data={"to": slug, "id": record_id})
    page = person.get(f"/deals/{deal}").text
    assert f"/notes/{note}" in page
    assert f"/line_items/{line}" in page
    other = made(person.post("/deals/new", data={**form, "dealname": "Other"}))
    again = person.post(f"/deals/{other}/related", data={"to": "line_items", "id": line})
    assert (again.status_code, "already belongs" in again.text) == (400, True)
    gone = {"to": "line_items", "id": line, "action": "remove"}
    assert person.post(f"/deals/{deal}/related", data=gone).status_code == 303
    nobody = person.post(f"/deals/{deal}/related", data={"to": "notes", "id": "1"})
    assert nobody.status_code == 400


@pytest.mark.parametrize("path", ["/invoices/new", "/commerce_payments/new", "/faults"])
def test_every_control_has_a_label_and_an_id_of_its_own(person, path):
    found = Labels(person.get(path).text)
    assert found.controls
    assert set(found.controls) <= set(found.labels)
    assert len(found.controls) == len(set(found.controls))


def test_every_control_of_an_invoice_and_a_deal_has_a_label(hub, person):
    invoice = hub.make("invoices", hs_currency="USD")
    deal = hub.make("deals", dealname="D", dealstage="closedwon")
    for path in (f"/invoices/{invoice}", f"/deals/{deal}"):
        found = Labels(person.get(path).text)
        assert set(found.controls) <= set(found.labels)
        assert len(found.controls) == len(set(found.controls))


def test_faults_are_armed_seen_and_cleared_on_a_page(hub, person):
    form = {"kind": "cut", "method": "POST", "path": "objects/contacts$", "times": "1"}
    assert person.post("/faults", data=form).status_code == 303
    form = {"kind": "status", "status": "503", "times": "", "more": '{"headers": {"X-A": "1"}}'}
    assert person.post("/faults", data={**form, "path": "objects/deals"}).status_code == 303
    with pytest.raises(ConnectionCut):
        hub.post("/crm/v3/objects/contacts", {"properties": {"firstname": "A"}})
    refused = hub.get("/crm/v3/objects/deals")
    assert (refused.status_code, refused.headers["X-A"]) == (503, "1")
    page = person.get("/faults").text
    for text in ("cut", "1 of 1", "always", "objects/deals"):
        assert text in page
    assert person.post("/faults/clear", data={"id": "1"}).status_code == 303
    assert "objects/contacts" not in person.get("/faults").text
    person.post("/faults/clear")
    assert hub.get("/crm/v3/objects/deals").status_code == 200


@pytest.mark.parametrize("form", [{"kind": "cut", "path": "("}, {"kind": "cut", "times": "many"},
                                  {"kind": "none"}, {"kind": "cut", "more": "[1]"}])  # fmt: skip
def test_a_fault_that_makes_no_sense_is_explained(person, form):
    answer = person.post("/faults", data=form)
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
