"""Products (0-7): the account's library. Nothing can be associated with them."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    Values,
    in_group,
    number,
    one_of,
    system_properties,
    text,
)
from simulators.hubspot.types.common import BILLING_FREQUENCIES, CURRENCIES

_TIERS = ("hs_tier_ranges", "hs_tier_prices")


def tiers_have_no_price(before: Values, changes: Values) -> Mapping[str, tuple[str, str]]:
    """Tiered pricing excludes ``price`` (documented); code and text UNCONFIRMED."""
    after = {**before, **changes}
    if any(after.get(name) for name in _TIERS) and changes.get("price"):
        return {"price": ("INVALID_PRICE", "A product with tiers has no price of its own.")}
    return {}


PRODUCTS = ObjectType(
    type_id="0-7",
    slug="products",
    singular="product",
    plural_label="products",
    created="createdate",
    groups=(Group("productinformation", "Product information"),),
    properties=in_group(
        "productinformation",
        *system_properties("createdate", "hs_lastmodifieddate"),
        text("name", "Name"),
        text("description", "Product description", field_type="textarea"),
        number("price", "Unit price", number_hint="currency"),
        # Unique and an idProperty in what third parties saw; on every account: UNCONFIRMED.
        text("hs_sku", "SKU", unique=True),
        number("hs_cost_of_goods_sold", "Unit cost", number_hint="currency"),
        # A price per currency; the names are UNCONFIRMED.
        *(
            number(f"hs_price_{code.lower()}", f"Unit price ({code})", number_hint="currency")
            for code, _ in CURRENCIES
        ),
        text("hs_url", "URL"),
        text("hs_images", "Image URL"),
        text("hs_folder", "Folder"),
        one_of(
            "hs_product_type", "Product type",
            (("inventory", "Inventory"), ("non_inventory", "Non-inventory"),
             ("service", "Service")),
        ),
        one_of("hs_status", "Status", (("active", "Active"), ("inactive", "Inactive"))),
        text("hs_recurring_billing_period", "Term"),
        one_of("recurringbillingfrequency", "Billing frequency", BILLING_FREQUENCIES),
        number("tax", "Tax"),
        one_of(
            "hs_pricing_model", "Pricing model",
            (("flat", "Flat"), ("volume", "Volume"), ("graduated", "Graduated"),
             ("stairstep", "Stairstep")),
        ),
        text("hs_tier_ranges", "Tier ranges"),
        text("hs_tier_prices", "Tier prices"),
    ),
    defaults=("name", "description", "price", "createdate", "hs_lastmodifieddate"),
    searched=("name", "description", "price", "hs_sku"),
    read_scopes=("crm.objects.products.read", "e-commerce"),
    write_scopes=("crm.objects.products.write", "e-commerce"),
    schema_read_scopes=("e-commerce", "crm.objects.products.read"),
    schema_write_scopes=("e-commerce",),
    checks=(tiers_have_no_price,),
    # The documentation lists more; in practice the name is enough. UNCONFIRMED.
    required=(("name",),),
    first_id=20001,
    columns=("hs_sku", "price"),
    form=("name", "hs_sku", "price", "hs_product_type", "description"),
    name_properties=("name",),
)  # fmt: skip
