"""Commerce payments: who may write them, what is computed, and what they do to invoices."""

from __future__ import annotations

import pytest

from tests.simulators.hubspot.test_invoices import (
    INVOICES,
    add_line,
    amounts,
    code,
    contact,
    draft,
    move,
    opened,
    status,
    to,
    types,
)

__all__ = ["contact", "draft", "opened"]  # fixtures

PAYMENTS = "/crm/objects/2026-09/commerce_payments"
ON_INVOICE = 542


def pay(hub, *invoices, **properties):
    given = {
        "hs_initial_amount": "200",
        "hs_initiated_date": "2026-01-04",
        "hs_latest_status": "succeeded",
        **properties,
    }
    body = {"properties": given, "associations": [to(one, ON_INVOICE) for one in invoices]}
    answer = hub.post(PAYMENTS, body)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def change(hub, payment, **properties):
    return hub.patch(f"{PAYMENTS}/{payment}", {"properties": properties})


def test_a_succeeded_payment_of_the_whole_marks_the_invoice_paid(hub, opened):
    payment = pay(hub, opened, hs_fees_amount="6.10", hs_processor_type="quickbooks")
    assert (status(hub, opened), amounts(hub, opened)[4:]) == ("paid", ("200.00", "200.00", "0.00"))
    assert hub.values("invoices", opened, "hs_payment_date") == {
        "hs_payment_date": "2026-01-04T00:00:00.000Z"
    }
    expected = {
        "hs_net_amount": "193.90",
        "hs_net_amount_after_refunds": "193.90",
        "hs_has_associated_invoice": "true",
        "hs_number_of_associated_invoices": "1",
        "hs_payment_creation_method": "OTHER",
        "hs_payment_id": payment,
    }
    assert hub.values("commerce_payments", payment, *expected) == expected


def test_partial_payments_add_up_and_only_arrived_ones_count(hub, opened):
    pay(hub, opened, hs_initial_amount="50.25")
    assert (status(hub, opened), amounts(hub, opened)[5:]) == ("open", ("50.25", "149.75"))
    waiting = pay(hub, opened, hs_initial_amount="149.75", hs_latest_status="processing")
    failed = pay(hub, opened, hs_latest_status="failed")
    assert amounts(hub, opened)[5:] == ("50.25", "149.75")
    assert change(hub, waiting, hs_latest_status="succeeded").status_code == 200
    assert (status(hub, opened), amounts(hub, opened)[5:]) == ("paid", ("200.00", "0.00"))
    assert hub.delete(f"{PAYMENTS}/{failed}").status_code == 204


def test_the_status_defaults_to_processing_and_some_properties_are_needed(hub, opened):
    made = hub.make("commerce_payments", hs_initial_amount="1", hs_initiated_date="2026-01-04")
    assert hub.values("commerce_payments", made, "hs_latest_status") == {
        "hs_latest_status": "processing"
    }
    for name in ("hs_initial_amount", "hs_initiated_date"):
        given = {"hs_initial_amount": "1", "hs_initiated_date": "2026-01-04"}
        del given[name]
        refused = hub.post(PAYMENTS, {"properties": given})
        assert (refused.status_code, refused.json["context"]) == (400, {"properties": [name]})


def test_refunds_and_removals_change_the_amounts_and_paid_stays_unless_switched(hub, opened):
    payment = pay(hub, opened)
    change(hub, payment, hs_refunds_amount="30", hs_latest_status="partially_refunded")
    assert (status(hub, opened), amounts(hub, opened)[5:]) == ("paid", ("170.00", "30.00"))
    assert hub.values("commerce_payments", payment, "hs_net_amount_after_refunds") == {
        "hs_net_amount_after_refunds": "170.00"
    }
    hub.post("/__sim__/settings", {"paid_is_final": False})
    hub.delete(f"/crm/v4/objects/invoices/{opened}/associations/commerce_payments/{payment}")
    assert (status(hub, opened), amounts(hub, opened)[5:]) == ("open", ("0.00", "200.00"))
    path = f"/crm/v4/objects/commerce_payments/{payment}/associations/default/invoices/{opened}"
    change(hub, payment, hs_refunds_amount="0")
    assert hub.put(path).status_code == 200
    assert status(hub, opened) == "paid"
    hub.delete(f"{PAYMENTS}/{payment}")
    assert (status(hub, opened), amounts(hub, opened)[5:]) == ("open", ("0.00", "200.00"))


def test_a_payment_on_a_draft_counts_when_it_is_opened(hub, draft):
    add_line(hub, draft, price="200")
    pay(hub, draft)
    assert (status(hub, draft), amounts(hub, draft)[5:]) == ("draft", ("0.00", "200.00"))
    move(hub, draft, "open")
    assert status(hub, draft) == "paid"


def test_an_invoice_with_a_payment_cannot_be_voided(hub, opened):
    pay(hub, opened, hs_initial_amount="1")
    refused = move(hub, opened, "voided")
    assert code(refused) == "INVALID_INVOICE_STATUS"
    assert "payments" in refused.json["errors"][0]["message"]


def test_one_payment_of_several_invoices_fills_the_older_first(hub, contact):
    ids = []
    for price in ("30", "50"):
        body = {"properties": {"hs_currency": "USD"}, "associations": [to(contact, 177)]}
        ids.append(hub.post(INVOICES, body).json["id"])
        add_line(hub, ids[-1], price=price)
        move(hub, ids[-1], "open")
    pay(hub, *ids, hs_initial_amount="60")
    assert [(status(hub, one), amounts(hub, one)[5]) for one in ids] == [
        ("paid", "30.00"),
        ("open", "30.00"),
    ]


def test_a_non_billable_invoice_follows_payments_only_where_switched(hub):
    given = {"hs_invoice_status": "open", "hs_amount_billed": "200", "hs_balance_due": "200"}
    one = hub.make("invoices", hs_currency="USD", hs_invoice_billable="false", **given)
    payment = pay(hub, one)
    assert hub.values("invoices", one, "hs_balance_due") == {"hs_balance_due": "200"}
    hub.post("/__sim__/settings", {"payments_move_non_billable": True})
    change(hub, payment, hs_internal_comment="again")
    assert hub.values("invoices", one, "hs_balance_due", "hs_invoice_status") == {
        "hs_balance_due": "0.00", "hs_invoice_status": "paid"
    }  # fmt: skip


@pytest.mark.parametrize("processor", ["hs_payments", "byo_stripe"])
def test_payments_of_a_processor_are_read_only_by_api(hub, opened, processor):
    given = {"hs_initial_amount": "1", "hs_initiated_date": "2026-01-04"}
    made = hub.post(PAYMENTS, {"properties": {**given, "hs_processor_type": processor}})
    assert made.status_code == 400
    form = {**given, "hs_processor_type": processor, "hs_latest_status": "succeeded"}
    page = hub.client.post("/commerce_payments/new", data=form)
    payment = page.headers["Location"].split("/")[2].split("?")[0]
    assert change(hub, payment, hs_internal_comment="x").status_code == 400
    assert hub.delete(f"{PAYMENTS}/{payment}").status_code == 400
    path = f"/crm/v4/objects/invoices/{opened}/associations/commerce_payments/{payment}"
    assert hub.put(path, types(541)).status_code == 400
    assert hub.client.post(f"/commerce_payments/{payment}", data={"hs_fees_amount": "0.10"})
    assert hub.values("commerce_payments", payment, "hs_net_amount") == {"hs_net_amount": "0.90"}


def test_amounts_must_make_sense_and_computed_ones_cannot_be_written(hub, opened):
    payment = pay(hub, opened)
    assert code(change(hub, payment, hs_refunds_amount="200.01")) == "INVALID_NUMBER"
    assert code(change(hub, payment, hs_initial_amount="-1")) == "INVALID_NUMBER"
    for name in ("hs_net_amount", "hs_platform_fee", "hs_payment_id", "hs_payment_source_app"):
        assert code(change(hub, payment, **{name: "1"})) == "READ_ONLY_VALUE"
    assert code(change(hub, payment, hs_currency_code="GBP")) == "INVALID_OPTION"
    assert code(change(hub, payment, hs_latest_status="done")) == "INVALID_OPTION"


def test_an_account_without_a_processor_may_refuse_writes_but_not_reads(hub):
    hub.post("/__sim__/settings", {"payments_available": False})
    given = {"hs_initial_amount": "1", "hs_initiated_date": "2026-01-04"}
    refused = hub.post(PAYMENTS, {"properties": given})
    assert (refused.status_code, refused.json["category"]) == (403, "FORBIDDEN")
    assert hub.get(PAYMENTS).status_code == 200


def test_a_traced_batch_writes_the_good_payments_and_settles_their_invoice(hub, opened):
    inputs = [
        {
            "objectWriteTraceId": str(number),
            "properties": {
                "hs_initial_amount": amount,
                "hs_initiated_date": "2026-01-04",
                "hs_latest_status": "succeeded",
            },
            "associations": [to(opened, ON_INVOICE)],
        }
        for number, amount in enumerate(("120", "-1", "80"))
    ]
    answer = hub.post(f"{PAYMENTS}/batch/create", {"inputs": inputs})
    assert (answer.status_code, answer.json["numErrors"]) == (207, 1)
    assert answer.json["errors"][0]["context"]["objectWriteTraceId"] == ["1"]
    assert status(hub, opened) == "paid"
