"""Products and items, against both simulators: what each side holds afterwards."""

from __future__ import annotations

import pytest

from syncapp.core.sides import Side
from syncapp.models import RecordLink, RecordLogEntry
from tests.goods import Items, Products
from tests.proves import proves
from tests.world import World

pytestmark = pytest.mark.services


@pytest.fixture
def products(world: World) -> Products:
    return Products(world)


@pytest.fixture
def items(world: World) -> Items:
    return Items(world)


def writes(world: World, side: Side) -> list[dict[str, object]]:
    """What our app wrote to products, by the simulator's own ledger."""
    app = world.hubspot_app if side is Side.HUBSPOT else world.quickbooks_app
    return [
        entry
        for entry in app.ledger.entries
        if entry["actor"].startswith("app:") and entry["type"] in {"products", "Item"}
    ]


@proves("S18", "S11")
def test_s18_items_with_a_sku_arrive_in_hubspot_and_nothing_is_written_in_quickbooks(
    world: World, products: Products, items: Items
) -> None:
    items.add("Hour", "H-1", UnitPrice=63.5829, PurchaseCost=20, Description="One hour")
    items.add("Part", "P-1", Type="NonInventory", UnitPrice=0)
    items.add("No number", UnitPrice=5)
    definition = world.sync("products")
    assert (definition.direction, definition.winner) == ("to_hubspot", "quickbooks")
    run = world.run()
    assert run.state == "finished", run.detail
    assert products.all() == {
        "Hour": {
            "name": "Hour", "hs_sku": "H-1", "price": "63.5829", "hs_cost_of_goods_sold": "20",
            "description": "One hour", "hs_product_type": "service", "hs_status": "active",
        },
        "Part": {
            "name": "Part", "hs_sku": "P-1", "price": None, "hs_cost_of_goods_sold": None,
            "description": None, "hs_product_type": "non_inventory", "hs_status": "active",
        },
    }  # fmt: skip
    left_out = world.link(label="No number")
    assert (left_out.state, left_out.code) == ("excluded", "no_sku")
    assert "item" in left_out.explanation
    assert "QuickBooks" in left_out.remedy
    assert writes(world, Side.QUICKBOOKS) == []
    again = world.settle()
    assert world.writes_of(again) == 0


@proves("S18")
def test_s18_a_sku_matches_exactly_but_for_blanks_around_it(
    world: World, products: Products, items: Items
) -> None:
    same = products.add("Hour of work", " H-1 ")
    other = products.add("Small letters", "h-2")
    item = items.add("Hour", "H-1")
    items.add("Big letters", "H-2")
    world.sync("products")
    world.run()
    link = world.link(quickbooks_id=item)
    assert (link.hubspot_id, link.state) == (same, "in_sync")
    assert products.get(same)["name"] == "Hour"
    assert world.link(hubspot_id=other).quickbooks_id is None
    # HubSpot takes the two for one value and refuses a second product: nothing is joined by guess.
    refused = world.link(label="Big letters")
    assert (refused.state, refused.code) == ("failing", "invalid_value")
    assert f"record {other} already has that value" in refused.explanation
    assert products.get(other)["name"] == "Small letters"


@proves("S6")
def test_s6_both_ways_a_product_becomes_an_item_with_the_chosen_account(
    world: World, products: Products, items: Items
) -> None:
    products.add("Hour", "H-1", price="90.50", description="An hour")
    products.add("Part", "P-1", hs_product_type="non_inventory", hs_cost_of_goods_sold="3.20")
    stock = products.add("Stock", "S-1", hs_product_type="inventory")
    world.sync("products", direction="both", options={"income_account": items.income})
    world.run()
    made = {item["Name"]: item for item in items.all()}
    hour, part = made["Hour"], made["Part"]
    assert (hour["Type"], hour["Sku"], hour["Description"]) == ("Service", "H-1", "An hour")
    assert (hour["UnitPrice"], hour["IncomeAccountRef"]["value"]) == (90.5, items.income)
    assert (part["Type"], part["PurchaseCost"], part["UnitPrice"]) == ("NonInventory", 3.2, 0)
    assert "Stock" not in made
    left_out = world.link(hubspot_id=stock)
    assert (left_out.state, left_out.code) == ("excluded", "inventory_product")
    assert "same SKU" in left_out.remedy
    assert world.writes_of(world.settle()) == 0


@pytest.mark.parametrize("trouble", ["missing", "inactive", "wrong type", "gone"])
def test_without_a_usable_income_account_no_item_is_created(
    world: World, products: Products, items: Items, trouble: str
) -> None:
    account = {
        "missing": "",
        "inactive": items.income,
        "wrong type": items.account("Expense", "Rent"),
        "gone": "99999",
    }[trouble]
    if trouble == "inactive":
        items.set_account(items.income, Active=False)
    products.add("Hour", "H-1")
    before = items.names()
    world.sync("products", direction="both", options={"income_account": account})
    world.run()
    link = world.link(hubspot_id__isnull=False)
    assert (link.state, link.code) == ("failing", "income_account")
    assert "income account" in link.remedy
    assert items.names() == before
    # It is cured where the account is, and tried again by itself.
    if trouble == "inactive":
        items.set_account(items.income, Active=True)
        world.clock.advance(6 * 3600 + 60)
        world.run()
        assert "Hour" in items.names()


def test_categories_bundles_and_the_custom_line_item_have_reasons_of_their_own(
    world: World, products: Products, items: Items
) -> None:
    items.add("Shelf", Type="Category")
    items.add("Custom line item")
    items.add("Custom LINE item 2", "C-2")
    world.sync("products")
    world.run()
    states = world.states()
    assert states["Shelf"] == ("excluded", "category")
    assert states["Custom line item"] == ("excluded", "custom_line_item")
    assert states["Custom LINE item 2"] == ("in_sync", "")
    assert set(products.all()) == {"Custom LINE item 2"}


@proves("S7")
def test_s7_the_policy_decides_and_an_empty_value_never_overwrites(
    world: World, products: Products, items: Items
) -> None:
    item = items.add("Hour", "H-1", UnitPrice=10, Description="Text")
    world.sync(
        "products",
        direction="both",
        conflict="hubspot",
        options={"income_account": items.income},
    )
    world.run()
    product = world.link(quickbooks_id=item).hubspot_id
    world.clock.advance(3600)
    products.edit(product, price="11", description="")
    items.edit(item, UnitPrice=12)
    world.run()
    assert (products.get(product)["price"], items.get(item)["UnitPrice"]) == ("11", 11)
    assert items.get(item)["Description"] == "Text"
    kinds = set(RecordLogEntry.objects.values_list("kind", flat=True))
    assert {"conflict", "emptied_not_sent"} <= kinds
    assert world.writes_of(world.settle()) == 0


def test_no_price_in_quickbooks_reads_as_0_and_never_overwrites_a_price(
    world: World, products: Products, items: Items
) -> None:
    priced = products.add("Hour", "H-1", price="25")
    item = items.add("Hour", "H-1")
    empty = products.add("Part", "P-1")
    items.add("Part", "P-1")
    world.sync("products")
    world.run()
    assert items.get(item)["UnitPrice"] == 0
    assert products.get(priced)["price"] == "25"
    assert products.get(empty)["price"] is None
    world.clock.advance(3600)
    items.edit(item, UnitPrice=30)
    world.run()
    assert products.get(priced)["price"] == "30"
    world.clock.advance(3600)
    items.edit(item, UnitPrice=0)
    world.run()
    assert products.get(priced)["price"] == "30"
    assert RecordLogEntry.objects.filter(kind="emptied_not_sent").count() == 1


def test_a_free_product_of_hubspot_is_free_in_quickbooks(
    world: World, products: Products, items: Items
) -> None:
    product = products.add("Hour", "H-1", price="25.00")
    world.sync("products", direction="both", options={"income_account": items.income})
    world.run()
    item = world.link(hubspot_id=product).quickbooks_id
    assert items.get(item)["UnitPrice"] == 25
    world.clock.advance(3600)
    products.edit(product, price="0")
    world.run()
    assert items.get(item)["UnitPrice"] == 0
    assert world.writes_of(world.settle()) == 0


def test_updates_touch_no_quantity_no_account_and_no_type(
    world: World, products: Products, items: Items
) -> None:
    asset = items.account("Other Current Asset", "Stock", AccountSubType="Inventory")
    cost = items.account("Cost of Goods Sold", "Costs")
    sales = items.account("Income", "Goods", AccountSubType="SalesOfProductIncome")
    item = items.add(
        "Widget", "W-1", Type="Inventory", TrackQtyOnHand=True, QtyOnHand=7,
        InvStartDate="2026-01-01", UnitPrice=4,
        AssetAccountRef={"value": asset}, ExpenseAccountRef={"value": cost},
        IncomeAccountRef={"value": sales},
    )  # fmt: skip
    world.sync("products", direction="both", options={"income_account": items.income})
    world.run()
    product = world.link(quickbooks_id=item).hubspot_id
    assert products.get(product)["hs_product_type"] == "inventory"
    before = items.get(item)
    world.clock.advance(3600)
    products.edit(product, price="4.25", name="Widget large", hs_product_type="service")
    world.http.sent.clear()
    world.run()
    bodies = [r.body for r in world.http.sent if r.method == "POST" and "/item" in r.url]
    assert len(bodies) == 1
    after = items.get(item)
    assert (after["Name"], after["UnitPrice"]) == ("Widget large", 4.25)
    kept = ("Type", "QtyOnHand", "InvStartDate", "TrackQtyOnHand")
    refs = ("AssetAccountRef", "ExpenseAccountRef", "IncomeAccountRef")
    assert [after[n] for n in (*kept, *refs)] == [before[n] for n in (*kept, *refs)]
    for name in (b"QtyOnHand", b"Account", b'"Type"'):
        assert name not in bodies[0]


def test_an_inactive_item_is_a_value_and_never_creates_anything(
    world: World, products: Products, items: Items
) -> None:
    item = items.add("Hour", "H-1")
    sleeping = items.add("Old", "O-1")
    items.edit(sleeping, Active=False, Name="Old")
    products.add("Never", "N-1", hs_status="inactive")
    world.sync("products", direction="both", options={"income_account": items.income})
    world.run()
    assert set(products.all()) == {"Hour", "Never"}
    link = world.link(quickbooks_id=sleeping)
    assert (link.state, link.code, link.label) == ("excluded", "inactive", "Old")
    assert world.states()["Never"] == ("excluded", "inactive")
    product = world.link(quickbooks_id=item).hubspot_id
    world.clock.advance(3600)
    items.edit(item, Active=False, Name="Hour")
    world.run()
    assert items.get(item)["Name"] == "Hour (deleted)"
    assert products.get(product)["hs_status"] == "inactive"
    assert products.get(product)["name"] == "Hour"
    assert world.link(quickbooks_id=item).state == "in_sync"
    # What changes in HubSpot waits until it is active again.
    world.clock.advance(3600)
    products.edit(product, price="12")
    world.run()
    assert items.get(item)["UnitPrice"] == 0
    world.clock.advance(3600)
    products.edit(product, hs_status="active")
    world.run()
    now = items.get(item)
    assert (now["Active"], now["Name"], now["UnitPrice"]) == (True, "Hour", 12)
    world.clock.advance(3600)
    products.edit(product, hs_status="inactive")
    world.run()
    assert items.get(item)["Active"] is False
    assert world.writes_of(world.settle()) == 0


def test_linking_with_an_inactive_item_does_not_wake_it(
    world: World, products: Products, items: Items
) -> None:
    item = items.add("Hour", "H-1")
    items.edit(item, Active=False, Name="Hour")
    product = products.add("Hour", "H-1", hs_status="active")
    world.sync(
        "products",
        direction="both",
        conflict="hubspot",
        options={"income_account": items.income},
    )
    world.run()
    link = world.link(quickbooks_id=item)
    assert (link.hubspot_id, link.state) == (product, "in_sync")
    assert items.get(item)["Active"] is False
    assert products.get(product)["hs_status"] == "inactive"


@proves("S18")
def test_several_items_with_one_sku_wait_for_a_person(
    world: World, products: Products, items: Items
) -> None:
    items.add("Hour", "H-1")
    second = items.add("Hour again", "H-1")
    world.sync("products")
    world.run()
    assert set(world.states().values()) >= {("failing", "ambiguous_match")}
    link = world.link(quickbooks_id=second)
    assert "the SKU" in link.explanation
    assert "own SKU" in link.remedy
    assert products.all() == {}
    world.clock.advance(3600)
    items.edit(second, Sku="H-2")
    world.run()
    assert set(products.all()) == {"Hour", "Hour again"}


def test_a_sku_that_a_linked_product_has_is_not_created_again(
    world: World, products: Products, items: Items
) -> None:
    items.add("Hour", "H-1")
    world.sync("products")
    world.run()
    world.clock.advance(3600)
    second = items.add("Hour again", "H-1")
    world.run()
    link = world.link(quickbooks_id=second)
    assert (link.state, link.code) == ("failing", "sku_in_use")
    assert "H-1" in link.explanation
    assert set(products.all()) == {"Hour"}


NASTY = {
    "Ünïcödé ½": None,
    "漢字 🧾": "unsupported_characters",
    "x" * 100: None,
    "x" * 101: "invalid_name",
    "a:b": "invalid_name",
    "a\tb": "invalid_name",
    "Trailing  ": None,
}


def test_nasty_names_fail_alone(world: World, products: Products, items: Items) -> None:
    ids = {name: products.add(name, f"N-{number}") for number, name in enumerate(NASTY)}
    world.sync("products", direction="both", options={"income_account": items.income})
    world.run()
    for name, code in NASTY.items():
        link = world.link(hubspot_id=ids[name])
        assert (link.state, link.code) == (("failing", code) if code else ("in_sync", "")), name
        assert (name.strip() in items.names()) == (code is None)


def test_a_name_in_use_names_its_owner(world: World, products: Products, items: Items) -> None:
    items.add("Hour", "H-1")
    product = products.add("hour", "H-2")
    world.sync("products", direction="both", options={"income_account": items.income})
    world.run()
    link = world.link(hubspot_id=product)
    assert (link.state, link.code) == ("failing", "name_in_use")
    assert "the item “Hour”" in link.explanation
    assert "Rename the product" in link.remedy
    world.clock.advance(3600)
    products.edit(product, name="Half an hour")
    world.run()
    assert "Half an hour" in items.names()


@proves("S6")
def test_s6_only_to_quickbooks_leaves_hubspot_alone(
    world: World, products: Products, items: Items
) -> None:
    products.add("Hour", "H-1")
    items.add("Part", "P-1")
    world.sync("products", direction="to_quickbooks", options={"income_account": items.income})
    world.run()
    assert set(products.all()) == {"Hour"}
    assert {"Hour", "Part"} <= set(items.names())
    assert world.states()["Part"] == ("excluded", "direction")
    assert writes(world, Side.HUBSPOT) == []


def test_products_and_contacts_run_side_by_side(
    world: World, products: Products, items: Items
) -> None:
    items.add("Hour", "H-1")
    world.quickbooks.add("Ada", "ada@example.com")
    world.sync("contacts")
    world.sync("products")
    run = world.run()
    assert run.counters["created"] == {"hubspot": 2, "quickbooks": 0}
    assert RecordLink.objects.filter(state="in_sync").count() == 2


def test_an_account_that_keeps_no_sku_unique_is_synced_from_its_listing(
    world: World, products: Products, items: Items
) -> None:
    known = products.add("Hour", "H-1")
    items.add("Hour", "H-1")
    items.add("Part", "P-1")
    refused = {"method": "POST", "path": "products/batch/read", "body": "idProperty"}
    world.arm(Side.HUBSPOT, "status", match=refused, status=400, times=None)
    world.sync("products")
    run = world.run()
    assert run.state == "finished", run.detail
    assert set(products.all()) == {"Hour", "Part"}
    assert world.link(hubspot_id=known).is_linked
