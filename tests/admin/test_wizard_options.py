"""Settings that only one object has, in the wizard: every kind of option (S5, S10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from syncapp.core.pairs import CHOOSABLE, OBJECT_PAIRS
from syncapp.core.sides import Side
from syncapp.models import SyncDraft
from tests.admin.test_wizard import page
from tests.goods import Items
from tests.proves import proves
from tests.world import World

MATES = {"contacts": "customers", "products": "items", "invoices": "invoices"}


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()


def step(world: World, name: str, object_type: str = "invoices") -> str:
    return reverse("admin:syncapp_wizard_step", args=[world.pair.pk, object_type, name])


def post(world: World, client: Client, **typed: Any) -> str:
    on = [m.key for m in OBJECT_PAIRS["invoices"].mappings]
    whole = {"options": "1", "option-number": "hubspot", "conflict": "quickbooks", "on": on}
    return page(client, step(world, "mapping"), **{**whole, "go": "next", **typed})


@proves("S5")
def test_s5_each_object_meets_its_mate(world: World, administrator: Client) -> None:
    home = page(administrator, reverse("admin:index"))
    assert set(CHOOSABLE) == set(MATES)
    for name, mate in MATES.items():
        address = reverse("admin:syncapp_wizard", args=[world.pair.pk, name])
        assert address in home or name != "contacts"
        shown = page(administrator, step(world, "direction", name))
        assert f"<strong>{name.capitalize()}</strong>" in shown
        assert f"<strong>{mate.capitalize()}</strong>" in shown
    assert [OBJECT_PAIRS[name].type(Side.QUICKBOOKS) for name in MATES] == [
        "Customer", "Item", "Invoice",
    ]  # fmt: skip


@proves("S10")
def test_s10_the_income_account_of_lines_without_a_product_is_chosen(
    world: World, administrator: Client
) -> None:
    items = Items(world)
    rent = items.account("Expense", "Rent of Tests")
    shown = page(administrator, step(world, "mapping"))
    of_income = shown.split('id="option-income_account"')[1].split("</select>")[0]
    assert f'<option value="{items.income}">Sales of Tests</option>' in of_income
    assert f'<option value="{rent}"' not in of_income
    of_discounts = shown.split('id="option-discount_account"')[1].split("</select>")[0]
    assert f'<option value="{rent}">Rent of Tests</option>' in of_discounts
    post(world, administrator, **{"option-income_account": items.income})
    assert SyncDraft.objects.get().document["options"]["income_account"] == items.income
    again = page(administrator, step(world, "mapping"))
    assert f'<option value="{items.income}" selected>' in again
    refused = post(world, administrator, **{"option-income_account": rent})
    assert "choose one of the accounts that are listed" in refused
    assert SyncDraft.objects.get().document["options"]["income_account"] == items.income


def test_every_kind_of_option_is_kept(world: World, administrator: Client) -> None:
    bank = Items(world).account("Bank", "Clearing of Tests")
    assert 'name="option-create_customers" value="1" checked' in page(
        administrator, step(world, "mapping")
    )
    choice, _label = next(
        one for one in OBJECT_PAIRS["invoices"].options if one.name == "clearing_accounts"
    ).choices[0]
    post(
        world, administrator,
        **{
            f"option-clearing_accounts-{choice}": bank,
            "option-number": "quickbooks",
            "option-not_taxable": "1",
        },
    )  # fmt: skip
    kept = SyncDraft.objects.get().document["options"]
    assert kept == {
        "income_account": "", "discount_account": "", "clearing_accounts": {choice: bank},
        "number": "quickbooks", "create_customers": False, "not_taxable": "ada",
        "hold_taxable": False,
        "approval": "none", "approval_above": "0", "payment_approval": "none",
        "payment_approval_above": "0", "approval_by_another": False,
    }  # fmt: skip
    shown = page(administrator, step(world, "mapping"))
    assert "Confirmed by ada." in shown
    assert 'name="option-create_customers" value="1" checked' not in shown


def test_a_choice_that_does_not_exist_is_refused(world: World, administrator: Client) -> None:
    shown = post(world, administrator, **{"option-number": "roman"})
    assert "options.number" not in shown
    assert "Must be one of: hubspot, quickbooks" in shown
    assert not SyncDraft.objects.exists()
