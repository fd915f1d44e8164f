"""Products <-> items: match key, exclusions, default mappings, what a new item needs.

Sources: MISSION S11, S18, S21; ENGINE 2.2; apis/quickbooks.md 4.3, 11.2; apis/hubspot.md 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syncapp.core.invoices.facts import CUSTOM_ITEM, DISCOUNT_ITEM
from syncapp.core.mapping import FieldMapping
from syncapp.core.names import plain_name
from syncapp.core.pairs import approval_options
from syncapp.core.pairs.base import Exclusion, ObjectPair, Option, OptionKind, Refusal
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.transforms import Transform, TransformOp
from syncapp.core.values import Value, Values, canonical, is_empty, text

NAME_LIMIT = 100
INCOME_ACCOUNT = "income_account"
NEW_TYPE = "new_item_type"
#: The items of invoice lines and discounts that have none of their own (S21), however written.
_SUBSTITUTES = frozenset({CUSTOM_ITEM.casefold(), DISCOUNT_ITEM.casefold()})
#: What the planner is told besides the product itself: the account new items are booked to ("")
#: when there is none to book to, with what is wrong), and the type of those that name none.
ACCOUNT, ACCOUNT_PROBLEM, TYPE = "@income_account", "@income_account_problem", "@new_item_type"

_SKU = {Side.HUBSPOT: "hs_sku", Side.QUICKBOOKS: "Sku"}
_NAME = {Side.HUBSPOT: "name", Side.QUICKBOOKS: "Name"}
_PRICES = ("UnitPrice", "PurchaseCost")
_TYPES = (("service", "Service"), ("non_inventory", "NonInventory"), ("inventory", "Inventory"))
_STATUSES = (("active", "true"), ("inactive", "false"))
_PRODUCT_TYPE = FieldMapping(
    "hs_product_type",
    "Type",
    kind=Kind.CHOICE,
    label="Product type",
    creation_only=True,
    optional=True,
    transforms=(Transform(TransformOp.OPTIONS, Side.QUICKBOOKS, pairs=_TYPES),),
)


def is_inactive(side: Side, values: Values) -> bool:
    """Whether nobody may sell it (any more)."""
    if side is Side.HUBSPOT:
        return canonical(values.get("hs_status")) == "inactive"
    return canonical(values.get("Active"), Kind.BOOLEAN) == "false"


def _match_keys(side: Side, values: Values) -> tuple[str, ...]:
    """The SKU, trimmed; capital letters count (ENGINE 2.2)."""
    sku = values.get(_SKU[side])
    return () if is_empty(sku) else (text(sku),)


def _label(side: Side, values: Values) -> str:
    """The name a person knows the record by."""
    return text(values.get(_NAME[side]) or "")


def _derive(side: Side, values: Values) -> Values:
    """What QuickBooks and HubSpot tell in a form of their own.

    QuickBooks tells "no price" as 0, so its 0 is nothing: it neither fills nor overwrites
    HubSpot's price. HubSpot knows both, so its 0 is a price. A HubSpot product without a status
    is active.
    """
    if side is Side.HUBSPOT:
        return {"hs_status": values.get("hs_status") or "active"}
    told: dict[str, Value] = {
        name: None
        for name in _PRICES
        if name in values and canonical(values[name], Kind.MONEY) == "0"
    }
    if is_inactive(side, values):
        told["Name"] = plain_name(text(values.get("Name") or ""))
    return told


def _is_item_type(name: str) -> Callable[[Side, Values], bool]:
    return lambda side, values: side is Side.QUICKBOOKS and values.get("Type") == name


def _is_custom_line_item(side: Side, values: Values) -> bool:
    return side is Side.QUICKBOOKS and plain_name(_label(side, values)).casefold() in _SUBSTITUTES


def _completes(
    to: Side, values: Values, mappings: tuple[FieldMapping, ...]
) -> Mapping[str, Value] | Refusal:
    """What a new record needs besides its mapped values."""
    told_type = any(m.key == _PRODUCT_TYPE.key and m.enabled for m in mappings)
    if to is Side.HUBSPOT:
        new: dict[str, Value] = {"name": _label(Side.QUICKBOOKS, values)}
        kind = _PRODUCT_TYPE.convert(values.get("Type"), to)
        return new | ({"hs_product_type": kind} if told_type and kind in dict(_TYPES) else {})
    name = _label(Side.HUBSPOT, values)
    if not name:
        return Refusal("no_name", {})
    if len(name) > NAME_LIMIT or any(c in name for c in ":\t\n"):
        return Refusal("invalid_name", {"name": name})
    kind = values.get("hs_product_type") if told_type else None
    item_type = _PRODUCT_TYPE.convert(kind or values.get(TYPE) or "service", to)
    if item_type == "Inventory":
        return Refusal("inventory_product", {})
    if not values.get(ACCOUNT):
        problem = text(values.get(ACCOUNT_PROBLEM) or "no account has been chosen")
        return Refusal("income_account", {"problem": problem})
    return {"Name": name, "Type": item_type, "IncomeAccountRef.value": values[ACCOUNT]}


def _pair(hubspot: str, quickbooks: str, label: str, kind: Kind = Kind.TEXT) -> FieldMapping:
    return FieldMapping(hubspot, quickbooks, kind=kind, label=label)


PRODUCTS = ObjectPair(
    name="products",
    title="Products",
    types={Side.HUBSPOT: "products", Side.QUICKBOOKS: "Item"},
    nouns={Side.HUBSPOT: "product", Side.QUICKBOOKS: "item"},
    direction=Direction.TO_HUBSPOT,
    match_keys=_match_keys,
    match_key_label="the SKU",
    requires="a SKU",
    key_in_use="sku_in_use",
    is_key_unique=True,
    wording="item",
    label=_label,
    completes=_completes,
    derive=_derive,
    activity="Active",
    unique_name="Name",
    unique_fields={Side.HUBSPOT: "hs_sku"},
    is_surely_unique=False,  # UNCONFIRMED: for every account (apis/hubspot.md 7.3)
    reads={Side.HUBSPOT: ("name", "hs_sku"), Side.QUICKBOOKS: ("Name", "Sku", "Type")},
    exclusions=(
        Exclusion("category", _is_item_type("Category")),
        Exclusion("bundle", _is_item_type("Group")),
        Exclusion("custom_line_item", _is_custom_line_item),
        Exclusion("inactive", is_inactive),
        Exclusion("no_sku", lambda side, values: is_empty(values.get(_SKU[side]))),
    ),
    mappings=(
        _pair("name", "Name", "Name"),
        _pair("hs_sku", "Sku", "SKU"),
        _pair("description", "Description", "Description"),
        _pair("price", "UnitPrice", "Unit price", Kind.MONEY),
        FieldMapping(
            "hs_cost_of_goods_sold",
            "PurchaseCost",
            kind=Kind.MONEY,
            label="Unit cost",
            optional=True,
        ),
        FieldMapping(
            "hs_status",
            "Active",
            kind=Kind.CHOICE,
            label="Status",
            optional=True,
            transforms=(Transform(TransformOp.OPTIONS, Side.QUICKBOOKS, pairs=_STATUSES),),
            first=Side.QUICKBOOKS,
        ),
        _PRODUCT_TYPE,
    ),
    options=(
        Option(
            INCOME_ACCOUNT,
            "Income account of new items",
            "Sales of items that this sync creates in QuickBooks are booked to it. Without one, "
            "no item is created there.",
            OptionKind.ACCOUNT,
            default="",
            account_types=("Income",),
        ),
        Option(
            NEW_TYPE,
            "Type of new items",
            "For products that have no type in HubSpot. Inventory items are never created: their "
            "quantities and accounts are QuickBooks' own.",
            OptionKind.CHOICE,
            default="service",
            choices=(("service", "Service"), ("non_inventory", "Non-inventory")),
        ),
        *approval_options.plain("items"),
    ),
)
