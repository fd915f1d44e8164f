"""Payments both ways: each once, with its date, its amount and its account."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.proves import proves
from tests.scenarios.documents import Seller, line, sale
from tests.scenarios.test_invoices import start
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def seller(world: World) -> Seller:
    return Seller(world)


def payments(seller: Seller) -> list[tuple[str | None, ...]]:
    """Amount, date, processor and marker of the payments in HubSpot."""
    names = ("hs_initial_amount", "hs_initiated_date", "hs_processor_type", "hs_latest_status")
    rows = seller.everything("commerce_payments", *names)
    return sorted(
        (r["hs_initial_amount"], str(r["hs_initiated_date"])[:10], r["hs_processor_type"])
        for r in rows
    )


def test_s24_a_payment_of_quickbooks_shows_once_on_each_invoice_it_pays(
    world: World, seller: Seller
) -> None:
    customer = world.quickbooks.add("Ada King", "ada@example.com")
    item = seller.item("Design")
    one = seller.book(customer, sale(item, "100"), DocNumber="1", TxnDate="2026-11-01")
    two = seller.book(customer, sale(item, "50"), DocNumber="2", TxnDate="2026-11-01")
    seller.pay(customer, "120", (one, "100"), (two, "20"), TxnDate="2026-11-01")
    start(seller)
    run = world.run()
    assert run.state == "finished", run.detail
    assert payments(seller) == [
        ("100", "2026-11-01", "quickbooks"), ("20", "2026-11-01", "quickbooks"),
    ]  # fmt: skip
    first = world.link(definition__object_type="invoices", quickbooks_id=one)
    second = world.link(definition__object_type="invoices", quickbooks_id=two)
    assert (first.state, second.state) == ("in_sync", "in_sync"), (first.code, second.code)
    assert seller.standing(first.hubspot_id) == ("paid", Decimal(0))
    assert seller.standing(second.hubspot_id) == ("open", Decimal(30))
    world.clock.advance(400)
    assert world.writes_of(world.run()) == 0


def test_s25_a_paid_invoice_of_hubspot_arrives_paid_with_its_date_and_account(
    world: World, seller: Seller
) -> None:
    contact = world.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    invoice = seller.bill(contact, line("Odd thing", "10", "2"))
    bank = seller.account("Bank")
    start(seller, clearing_accounts={"none": bank})
    world.run()
    payment = seller.make(
        "commerce_payments",
        {
            "hs_initial_amount": "20", "hs_initiated_date": "2026-11-02T20:00:00Z",
            "hs_latest_status": "succeeded", "hs_processor_type": "none",
            "hs_currency_code": "USD",
        },
        (invoice, 542),
    )  # fmt: skip
    world.clock.advance(400)
    run = world.run()
    assert run.state == "finished", run.detail
    (posted,) = seller.all("Payment")
    assert (posted["TotalAmt"], posted["TxnDate"]) == (20, "2026-11-02")
    assert posted["DepositToAccountRef"]["value"] == bank
    link = world.link(definition__object_type="payments")
    assert (link.state, link.hubspot_id) == ("in_sync", payment), link.explanation
    booked = world.link(definition__object_type="invoices").quickbooks_id
    assert seller.booked(booked)["Balance"] == 0
    world.clock.advance(400)
    assert world.writes_of(world.run()) == 0
    assert len(payments(seller)) == 1


def test_s24_a_removed_payment_of_quickbooks_is_taken_off_its_own_invoice(
    world: World, seller: Seller
) -> None:
    customer = world.quickbooks.add("Ada King", "ada@example.com")
    item = seller.item("Design")
    one = seller.book(customer, sale(item, "100"), DocNumber="1", TxnDate="2026-11-01")
    payment = seller.pay(customer, "100", (one, "100"))
    start(seller)
    world.run()
    assert len(payments(seller)) == 1
    token = seller.all("Payment")[0]["SyncToken"]
    world.clock.advance(400)
    world.quickbooks.call("POST", "/payment?operation=delete", {"Id": payment, "SyncToken": token})
    world.settle()
    assert payments(seller) == []
    link = world.link(definition__object_type="invoices")
    assert seller.standing(link.hubspot_id) == ("open", Decimal(100))


@proves("S24", "S29")
def test_s29_a_deal_gets_a_note_and_a_payment_and_none_of_its_properties_is_written(
    world: World, seller: Seller
) -> None:
    contact = world.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    deal = seller.make("deals", {"dealname": "Garden", "dealstage": "appointmentscheduled"})
    invoice = seller.bill(contact, line("Odd thing", "10", "2"))
    world.hubspot.call(
        "PUT", f"/crm/v4/objects/invoices/{invoice}/associations/default/deals/{deal}"
    )
    start(seller)
    world.run()
    booked = world.link(definition__object_type="invoices")
    customer = seller.booked(booked.quickbooks_id)["CustomerRef"]["value"]
    world.clock.advance(400)
    seller.pay(customer, "20", (booked.quickbooks_id, "20"), TxnDate="2026-11-02")
    world.settle()
    assert len(seller.tied("deals", deal, "commerce_payments")) == 1
    (note,) = seller.tied("deals", deal, "notes")
    assert "20" in seller.read("notes", note, "hs_note_body")["hs_note_body"]
    ours = [one for one in world.hubspot_app.ledger.entries if one["actor"].startswith("app:")]
    assert ours
    assert [one for one in ours if one["type"] == "deals"] == []
    guide = (Path(__file__).parents[2] / "docs/guide/en/README.md").read_text()
    assert "“Accounting”" in guide
    assert "Use the **invoice object**" in guide
