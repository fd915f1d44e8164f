"""The wizard for products: its words, its options, and the accounts they are chosen from (S10)."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from syncapp.models import Connection, SyncDefinition, SyncDraft
from tests.admin.test_wizard import page
from tests.goods import Items, Products
from tests.world import World


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


STEPS = ("direction", "mapping", "filters", "review")


def url(world: World, step: str) -> str:
    names = [world.pair.pk, "products"]
    if step in STEPS:
        return reverse("admin:syncapp_wizard_step", args=[*names, step])
    return reverse(f"admin:syncapp_wizard_{step}", args=names)


def test_every_step_speaks_of_products_and_never_of_contacts(
    world: World, administrator: Client
) -> None:
    for step in STEPS:
        shown = page(administrator, url(world, step))
        main = shown[shown.index("tn-steps") :]
        for foreign in ("contact", "Contact", "e-mail", "ustomer"):
            assert foreign not in main, (step, foreign)
    assert "find each other by the SKU" in page(administrator, url(world, "direction"))
    assert "Those without a SKU are always left out" in page(administrator, url(world, "filters"))
    assert "All items with a SKU." in page(administrator, url(world, "review"))


def test_s11_products_begin_one_way_from_quickbooks(world: World, administrator: Client) -> None:
    shown = page(administrator, url(world, "review"))
    assert "QuickBooks items are sent to HubSpot as products." in shown


def test_s10_only_active_income_accounts_are_offered(world: World, administrator: Client) -> None:
    items = Items(world)
    rent = items.account("Expense", "Rent of Tests")
    old = items.account("Income", "Old Sales")
    items.set_account(old, Active=False)
    shown = page(administrator, url(world, "mapping"))
    assert f'<option value="{items.income}">Sales of Tests</option>' in shown
    assert f'<option value="{rent}"' not in shown
    assert f'<option value="{old}"' not in shown
    typed = {
        "options": "1", "option-income_account": rent, "option-new_item_type": "service",
        "on": ["name:Name"], "go": "next",
    }  # fmt: skip
    shown = page(administrator, url(world, "mapping"), **typed)
    assert "Income account of new items: choose one of the accounts that are listed." in shown
    assert not SyncDraft.objects.exists()


def test_an_account_is_chosen_kept_and_used(world: World, administrator: Client) -> None:
    items, products = Items(world), Products(world)
    products.add("Hour", "H-1")
    page(administrator, url(world, "direction"), direction="both", go="next")
    typed = {
        "options": "1", "option-income_account": items.income,
        "option-new_item_type": "non_inventory", "conflict": "quickbooks",
        "on": ["name:Name", "hs_sku:Sku"], "go": "next",
    }  # fmt: skip
    page(administrator, url(world, "mapping"), **typed)
    shown = page(administrator, url(world, "mapping"))
    assert f'<option value="{items.income}" selected>' in shown
    page(administrator, url(world, "rehearse"), go="")
    shown = page(administrator, url(world, "review"))
    assert "New items in QuickBooks" in shown
    assert "Matched by the SKU and linked" in shown
    page(administrator, url(world, "switch_on"), marker="1")
    definition = SyncDefinition.objects.get()
    assert (definition.object_type, definition.enabled) == ("products", True)
    assert definition.settings["options"] == {
        "income_account": items.income, "new_item_type": "non_inventory",
        "approval": "none", "approval_by_another": False,
    }  # fmt: skip
    world.run()
    made = next(item for item in items.all() if item["Name"] == "Hour")
    assert (made["Type"], made["IncomeAccountRef"]["value"]) == ("NonInventory", items.income)
    for name in ("index", "syncapp_object_view"):
        shown = page(administrator, reverse(f"admin:{name}"))
        assert "Products" in shown


def test_an_account_list_that_cannot_be_read_is_said(world: World, administrator: Client) -> None:
    world.sync("products", activate=False, options={"income_account": "77"})
    shown = page(administrator, url(world, "mapping"))
    assert '<option value="77" selected>not usable any more: 77</option>' in shown
    Connection.objects.filter(side="quickbooks").update(status=Connection.Status.RECONNECT)
    cache.clear()
    shown = page(administrator, url(world, "mapping"))
    assert "The accounts could not be looked up" in shown
    assert '<option value="77" selected>Account 77</option>' in shown
