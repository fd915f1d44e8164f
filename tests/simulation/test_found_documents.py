"""What the simulation found about products, invoices and payments, each case by itself."""

from __future__ import annotations

import pytest

from syncapp.connectors.quickbooks import changes
from syncapp.models import Cursor
from syncapp.services import definitions
from tests.scenarios.documents import Seller, line, sale
from tests.scenarios.paying import TO_INVOICE
from tests.scenarios.trade import Trade
from tests.simulation.test_found import Between
from tests.world import World


@pytest.fixture
def trade(world: World) -> Trade:
    return Trade(Seller(world))


def items(trade: Trade) -> list[str]:
    return [row["Name"] for row in trade.seller.all("Item")]


def test_no_item_is_made_for_invoices_that_are_not_sent(trade: Trade) -> None:
    """I6: a sync that only writes to HubSpot makes no “Custom line item” in QuickBooks."""
    before = items(trade)
    trade.seller.bill(trade.client(), line("Odd thing", "10"))
    trade.start(direction="to_hubspot")
    trade.run(after=0)
    assert trade.outcome == ("excluded", "direction")
    assert items(trade) == before


def test_no_item_is_made_once_the_sync_was_switched_off(trade: Trade) -> None:
    """I7: the “Custom line item” is a write like any other, although it is made while planning."""
    before = items(trade)
    trade.seller.bill(trade.client(), line("Odd thing", "10"))
    trade.start()
    asked = "Custom+line+item"
    Between(trade.world, asked, lambda: definitions.pause(trade.world.pair, who="Ada"))
    trade.world.run()
    assert items(trade) == before


def test_a_refusal_that_has_run_out_does_not_keep_a_run_going(trade: Trade) -> None:
    """I3: after six hours the gate knew of the closed books; the record was planned for ever."""
    trade.sold()
    world, seller = trade.world, trade.seller
    seller.make(
        "commerce_payments",
        {"hs_initial_amount": "7", "hs_initiated_date": "2026-11-02T20:00:00Z",
         "hs_latest_status": "succeeded", "hs_processor_type": "none", "hs_currency_code": "USD"},
        (str(trade.invoice.hubspot_id), TO_INVOICE),
    )  # fmt: skip
    world.sync("invoices", options={
        **world.link(definition__object_type="invoices").definition.settings["options"],
        "clearing_accounts": {"none": seller.account("Bank")},
    })  # fmt: skip
    trade.close_books("2026-11-30", known=False)
    world.clock.advance(400)
    world.run()
    payment = world.link(definition__object_type="payments")
    assert (payment.state, payment.code) == ("failing", "period_closed")
    world.clock.advance(6 * 3600 + 1)
    calls = len(world.http.sent)
    world.run()
    payment.refresh_from_db()
    assert (payment.state, payment.code) == ("failing", "pay_period_closed")
    assert payment.next_at > world.env.clock.now()
    assert len(world.http.sent) - calls < 60


def test_a_product_made_anew_gets_no_second_item(world: World) -> None:
    """I1: a SKU stands for one item, also when the product it was linked with was archived."""
    seller = Seller(world)
    seller.item("Chair", sku="C-1")
    world.sync("products", direction="both", options={"income_account": seller.account("Income")})
    world.run()
    (first,) = seller.everything("products", "hs_sku")
    world.hubspot.call("DELETE", f"/crm/v3/objects/products/{first['id']}")
    seller.make("products", {"name": "Chair again", "hs_sku": "C-1"})
    world.settle()
    assert [row["Name"] for row in seller.all("Item") if row.get("Sku") == "C-1"] == ["Chair"]
    again = world.link(hubspot_id__isnull=False, quickbooks_id=None)
    assert (again.state, again.code) == ("failing", "sku_in_use")
    assert again.explanation.startswith("QuickBooks already has a product with the SKU C-1")


def test_invoices_can_be_shown_later_on(trade: Trade) -> None:
    """A sync that began one way is switched on for the other: HubSpot lacks our property still."""
    world = trade.world
    trade.start(direction="to_quickbooks")
    trade.start(direction="both")
    assert world.run().state == "finished"


def test_a_line_of_an_archived_mirror_finds_out(trade: Trade) -> None:
    """I5: nothing tells of an archived mirror, but a refused line makes us look."""
    mirror = trade.mirrored()
    world, seller = trade.world, trade.seller
    world.hubspot.call("DELETE", f"/crm/v3/objects/invoices/{mirror.hubspot_id}")
    item = seller.item("Print")
    lines = [sale(item, "100", "2", "50"), sale(item, "9", "1", "9")]
    seller.rebook(mirror.quickbooks_id, Line=lines)
    world.clock.advance(400)
    world.run()
    assert trade.outcome == ("failing", "deleted_with_balance")
    assert not trade.invoice.definition.hosted.filter(links__state="failing").exists()


def test_lines_go_with_an_invoice_that_a_look_up_misses(trade: Trade) -> None:
    """I3: lines stayed in sync when not a change but a listing showed that the invoice is gone."""
    mirror = trade.mirrored()
    world = trade.world
    trade.seller.delete(str(mirror.quickbooks_id))
    trade.seller.world.quickbooks_app.company.store("Invoice").tombstones.clear()
    world.clock.advance(90_000)
    world.run(full=True)
    assert trade.invoice.quickbooks_gone == "deleted"
    (line_link,) = world.pair.definitions.get(object_type="invoice_lines").links.all()
    assert line_link.quickbooks_gone


def test_a_line_goes_without_a_product_that_was_archived(trade: Trade) -> None:
    """I5: nothing tells of an archived product; the line was refused, and so the invoice failed."""
    world, seller = trade.world, trade.seller
    item = seller.item("Chair", sku="C-1")
    world.sync("products")
    world.run()
    (product,) = seller.everything("products")
    world.hubspot.call("DELETE", f"/crm/v3/objects/products/{product['id']}")
    mirror = trade.mirrored(sale(item, "100", "2", "50"))
    (shown,) = seller.lines_of(str(mirror.hubspot_id))
    assert (shown["name"], shown["hs_product_id"]) == ("Chair", None)


def test_an_interrupted_reading_begins_anew_when_a_sync_was_switched_off(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I3: the place in the queries named the third of three types; with two the run crashed."""
    world, seller = trade.world, trade.seller
    monkeypatch.setattr(changes, "CDC_CAP", 2)
    trade.mirrored()
    world.clock.advance(400)
    for number in range(4):
        seller.item(f"Item {number}")
        world.quickbooks.add(f"Customer {number}", f"c{number}@example.com")
    world.run_until_crash("page_saved", 5)
    cursor = Cursor.objects.get(side="quickbooks", stream="Payment")
    assert cursor.window["after"]
    definitions.turn_off(trade.invoice.definition)
    world.clock.advance(400)
    assert world.run().state == "finished"
    assert world.link(label="Customer 3").hubspot_id
