"""Invoices both ways: what each side holds afterwards, to the cent."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from syncapp.services import definitions, leases, preflight, rehearsal
from tests.scenarios.documents import Seller, line, sale
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def seller(world: World) -> Seller:
    return Seller(world)


def start(seller: Seller, **options: object) -> None:
    """Contacts and invoices both ways, as somebody would set them up."""
    world = seller.world
    world.sync("contacts")
    ann, _ = User.objects.get_or_create(username="ann")
    preflight.tick(world.pair, "workflows", user=ann, now=world.env.clock.now())
    told = {"income_account": seller.account("Income"), "not_taxable": "ann", **options}
    seller.world.sync("invoices", options=told)


def test_s17_s19_an_invoice_of_quickbooks_is_shown_in_hubspot(world: World, seller: Seller) -> None:
    customer = world.quickbooks.add("Ada King", "ada@example.com")
    item = seller.item("Design")
    booked = seller.book(
        customer, sale(item, "222.54", "3.5", "63.5829"), sale(item, "20", "2", "10"),
        DocNumber="1043", TxnDate="2026-11-01", DueDate="2026-11-30",
    )  # fmt: skip
    start(seller)
    run = world.run()
    assert run.state == "finished", run.detail
    mirror = world.link(definition__object_type="invoices")
    assert (mirror.state, mirror.code) == ("in_sync", "")
    shown = seller.read(
        "invoices", mirror.hubspot_id, "hs_number", "hs_invoice_status", "hs_amount_billed",
        "hs_balance_due", "hs_invoice_date", "hs_due_date", "hs_invoice_billable", "qbo_sync_id",
    )  # fmt: skip
    assert shown["hs_number"] == "1043"
    assert shown["hs_invoice_status"] == "open"
    assert (shown["hs_amount_billed"], shown["hs_balance_due"]) == ("242.54", "242.54")
    assert shown["hs_invoice_date"].startswith("2026-11-01")
    assert shown["hs_invoice_billable"] == "false"
    assert shown["qbo_sync_id"].endswith(f":Invoice:{booked}")
    lines = seller.lines_of(mirror.hubspot_id)
    assert [(one["quantity"], one["price"]) for one in lines] == [("3.5", "63.5829"), ("2", "10")]
    contact = world.link(definition__object_type="contacts").hubspot_id
    assert seller.tied("invoices", mirror.hubspot_id, "contacts") == [contact]
    world.clock.advance(400)
    assert world.writes_of(world.run()) == 0


def test_s19_s21_an_invoice_of_hubspot_is_booked_in_quickbooks(
    world: World, seller: Seller
) -> None:
    contact = world.hubspot.add(email="b@example.com", firstname="Bea", lastname="Bly")
    item = seller.item("Design", sku="D-1")
    invoice = seller.bill(
        contact, line("Design", "63.5829", "3.5", hs_sku="D-1"), line("Odd thing", "10", "2")
    )
    start(seller)
    run = world.run()
    assert run.state == "finished", run.detail
    link = world.link(definition__object_type="invoices")
    assert (link.state, link.code, link.hubspot_id) == ("in_sync", "", invoice), link.explanation
    booked = seller.booked(link.quickbooks_id)
    assert booked["DocNumber"] == seller.read("invoices", invoice, "hs_number")["hs_number"]
    assert booked["TotalAmt"] == 242.54
    first, second = [one for one in booked["Line"] if one["DetailType"] == "SalesItemLineDetail"]
    assert first["SalesItemLineDetail"]["ItemRef"]["value"] == item
    assert second["SalesItemLineDetail"]["ItemRef"]["name"] == "Custom line item"
    assert "(HS:" in booked["PrivateNote"]
    world.clock.advance(400)
    assert world.writes_of(world.run()) == 0


def test_lines_of_invoices_that_a_rehearsal_read_are_written_all_the_same(
    world: World, seller: Seller
) -> None:
    customer = world.quickbooks.add("Ada King", "ada@example.com")
    booked = seller.book(customer, sale(seller.item("Design"), "20", "2", "10"), DocNumber="1043")
    world.clock.advance(86_400)  # longer than the overlap of readings
    world.sync("contacts")
    definition = world.sync("invoices", activate=False)
    document = definitions.export_document(definition)
    asked = rehearsal.request(definition, document, user=None, env=world.env)
    lease = leases.take(world.pair.pk, env=world.env)
    assert lease is not None
    rehearsal.carry_out(asked, lease, env=world.env)
    leases.release(lease)
    assert asked.state == "finished", asked.detail
    start(seller)
    world.run()
    mirror = world.link(definition__object_type="invoices", quickbooks_id=booked)
    assert (mirror.state, mirror.code) == ("in_sync", "")
    assert [one["quantity"] for one in seller.lines_of(mirror.hubspot_id)] == ["2"]
