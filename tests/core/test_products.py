"""Products and items: keys, exclusions, what a new record needs, types, 0 and inactive (S18)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncapp.core.names import plain_name
from syncapp.core.pairs import CHOOSABLE, OBJECT_PAIRS
from syncapp.core.pairs.base import Refusal
from syncapp.core.pairs.products import ACCOUNT, ACCOUNT_PROBLEM, PRODUCTS, TYPE
from syncapp.core.plan import Change, ChangeOp
from syncapp.core.planner import Facts, LinkState, Observed, SyncConfig, plan_record
from syncapp.core.sides import Direction, Side
from tests.proves import proves

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
HOUR = {"name": "Hour", "hs_sku": "H-1", ACCOUNT: "7"}
ITEM = {"Name": "Hour", "Sku": "H-1", "Type": "Service", "Active": True, "UnitPrice": "0"}


def config(direction: Direction = Direction.BOTH, winner: Side = Q) -> SyncConfig:
    return SyncConfig(PRODUCTS, direction, winner, PRODUCTS.mappings)


def seen(side: Side, values: dict[str, object], **more: str) -> Observed:
    return Observed("1", config().normal(side, values), **more)


def written(plan) -> dict[Side, dict[str, object]]:
    return {change.side: change.values for change in plan.changes}


def test_products_come_after_contacts_and_can_be_chosen():
    assert list(OBJECT_PAIRS).index("products") == list(OBJECT_PAIRS).index("contacts") + 1
    assert "products" in CHOOSABLE
    assert PRODUCTS.direction is Direction.TO_HUBSPOT


@proves("S18")
@pytest.mark.parametrize(
    ("sku", "keys"),
    [("H-1", ("H-1",)), (" h-1 ", ("h-1",)), ("", ()), ("  ", ()), (None, ()), ("0", ("0",))],
)
def test_s18_the_key_is_the_sku_with_its_capitals(sku, keys):
    assert PRODUCTS.match_keys(H, {"hs_sku": sku}) == keys
    assert PRODUCTS.match_keys(Q, {"Sku": sku}) == keys


@proves("S18")
@pytest.mark.parametrize(
    ("side", "values", "code"),
    [
        (H, {"name": "Hour"}, "no_sku"),
        (Q, {"Name": "Hour", "Type": "Service"}, "no_sku"),
        (Q, {"Name": "Shelf", "Type": "Category"}, "category"),
        (Q, {"Name": "Set", "Type": "Group", "Sku": "S-1"}, "bundle"),
        (Q, {"Name": "custom line item", "Type": "Service", "Sku": "C"}, "custom_line_item"),
        (Q, {**ITEM, "Active": False}, "inactive"),
        (H, {**HOUR, "hs_status": "inactive"}, "inactive"),
        (H, {**HOUR, "hs_product_type": "inventory"}, "inventory_product"),
        (H, {**HOUR, ACCOUNT: ""}, "income_account"),
        (H, {**HOUR, "name": " "}, "no_name"),
        (H, {**HOUR, "name": "a:b"}, "invalid_name"),
        (H, {**HOUR, "name": "x" * 101}, "invalid_name"),
    ],
)
def test_what_is_never_created(side, values, code):
    one = seen(side, values)
    link = LinkState(hubspot=one) if side is H else LinkState(quickbooks=one)
    plan = plan_record(link, config())
    assert (plan.status.code, plan.changes) == (code, ())
    assert "…" not in str(plan.status)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"hs_product_type": "service"}, "Service"),
        ({"hs_product_type": "non_inventory"}, "NonInventory"),
        ({}, "Service"),
        ({TYPE: "non_inventory"}, "NonInventory"),
        ({"hs_product_type": "service", TYPE: "non_inventory"}, "Service"),
    ],
)
def test_a_new_item_has_a_type_and_an_account(values, kind):
    plan = plan_record(LinkState(hubspot=seen(H, {**HOUR, "price": "9.50", **values})), config())
    assert plan.changes[0].op is ChangeOp.CREATE
    assert written(plan)[Q] == {
        "Name": "Hour", "Sku": "H-1", "UnitPrice": "9.50", "Type": kind, "Active": "true",
        "IncomeAccountRef.value": "7",
    }  # fmt: skip


def test_the_account_says_what_is_wrong_with_it():
    problem = {ACCOUNT: "", ACCOUNT_PROBLEM: "the account “Sales” is inactive"}
    refusal = PRODUCTS.completes(Q, {**HOUR, **problem}, PRODUCTS.mappings)
    assert refusal == Refusal("income_account", {"problem": problem[ACCOUNT_PROBLEM]})


def test_with_the_type_mapping_off_the_type_stays_where_it_is():
    off = tuple(replace(m, enabled=m.hubspot != "hs_product_type") for m in PRODUCTS.mappings)
    assert PRODUCTS.completes(H, ITEM, off) == {"name": "Hour"}
    assert PRODUCTS.completes(H, ITEM, PRODUCTS.mappings)["hs_product_type"] == "service"


@pytest.mark.parametrize(
    ("price", "told", "expected"),
    [
        (None, "0", {}),
        ("25", "0", {Q: {"UnitPrice": "25"}}),
        ("25.00", "25", {}),
        ("0", "25", {H: {"price": "25"}}),
        ("25", "24.99", {H: {"price": "24.99"}}),
    ],
)
def test_0_of_quickbooks_is_no_price(price, told, expected):
    hubspot = seen(H, {**HOUR, "price": price})
    link = LinkState(hubspot=hubspot, quickbooks=seen(Q, {**ITEM, "UnitPrice": told}))
    assert written(plan_record(link, config())) == expected


SLEEPING = {**ITEM, "Active": False, "Name": "Hour (deleted)"}


@pytest.mark.parametrize("winner", list(Side))
@pytest.mark.parametrize("direction", list(Direction))
def test_an_inactive_item_is_never_woken_by_being_linked(direction, winner):
    link = LinkState(seen(H, HOUR), seen(Q, SLEEPING, gone="inactive"))
    plan = plan_record(link, config(direction, winner))
    expected = {H: {"hs_status": "inactive"}} if direction.allows(H) else {}
    assert written(plan) == expected


def test_only_its_activity_is_written_while_it_is_inactive():
    item = seen(Q, SLEEPING, gone="inactive")
    before = plan_record(LinkState(seen(H, {**HOUR, "hs_status": "inactive"}), item), config()).base
    waiting = LinkState(seen(H, {**HOUR, "hs_status": "inactive", "price": "3"}), item, before)
    assert plan_record(waiting, config()).changes == ()
    woken = LinkState(seen(H, {**HOUR, "hs_status": "active", "price": "3"}), item, before)
    plan = plan_record(woken, config())
    assert [c for c in plan.changes if isinstance(c, Change)] == list(plan.changes)
    assert written(plan) == {Q: {"Active": "true"}}


def test_a_deleted_item_and_an_archived_product_stay_gone():
    for gone in (
        LinkState(seen(H, HOUR), seen(Q, ITEM, gone="deleted")),
        LinkState(seen(H, HOUR, gone="archived"), seen(Q, ITEM)),
    ):
        plan = plan_record(gone, config(), Facts())
        assert (plan.status.code, plan.changes) == ("gone", ())


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Hour (deleted)", "Hour"),
        ("Hour (deleted 12)", "Hour"),
        ("Hour (deleted) kept", "Hour (deleted) kept"),
        ("(deleted)", "(deleted)"),
    ],
)
def test_the_mark_of_an_inactive_name(name, plain):
    assert plain_name(name) == plain
