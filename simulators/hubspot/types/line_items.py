"""Line items (0-8)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    Values,
    date_time,
    in_group,
    number,
    one_of,
    system_properties,
    text,
)
from simulators.hubspot.types.common import BILLING_FREQUENCIES, CURRENCIES


def price_is_not_negative(_before: Values, changes: Values) -> Mapping[str, tuple[str, str]]:
    """A discount is ``discount`` or a discount record, never a negative price."""
    price = changes.get("price", "")
    if price and Decimal(price) < 0:
        return {"price": ("INVALID_NUMBER", f"{price} may not be negative.")}
    return {}


LINE_ITEMS = ObjectType(
    type_id="0-8",
    slug="line_items",
    singular="line_item",
    plural_label="line items",
    created="createdate",
    groups=(Group("lineiteminformation", "Line item information"),),
    properties=in_group(
        "lineiteminformation",
        *system_properties("createdate", "hs_lastmodifieddate"),
        text("name", "Name"),
        number("quantity", "Quantity"),
        number("price", "Unit price", number_hint="currency"),
        number("amount", "Net price", calculated=True, number_hint="currency"),
        number("discount", "Unit discount", number_hint="currency"),
        number("hs_discount_percentage", "Discount percentage", number_hint="percentage"),
        number("hs_product_id", "Product ID"),
        text("hs_sku", "SKU"),
        number("hs_cost_of_goods_sold", "Unit cost", number_hint="currency"),
        text("hs_url", "URL"),
        text("description", "Description", field_type="textarea"),
        text("hs_tax_rate_group_id", "Tax rate"),
        number("tax", "Tax"),
        one_of("hs_line_item_currency_code", "Currency", CURRENCIES),
        one_of("recurringbillingfrequency", "Billing frequency", BILLING_FREQUENCIES),
        text("hs_recurring_billing_period", "Term"),
        date_time("hs_recurring_billing_start_date", "Billing start date"),
        date_time("hs_recurring_billing_end_date", "Billing end date"),
        number("hs_position_on_quote", "Position on quote"),
    ),
    defaults=("quantity", "amount", "price", "createdate", "hs_lastmodifieddate"),
    searched=("name", "description", "hs_sku"),
    read_scopes=("crm.objects.line_items.read", "e-commerce"),
    write_scopes=("crm.objects.line_items.write", "e-commerce"),
    schema_read_scopes=("e-commerce", "crm.objects.line_items.read"),
    schema_write_scopes=("e-commerce",),
    checks=(price_is_not_negative,),
    currencies=("hs_line_item_currency_code",),
    first_id=30001,
    columns=("quantity", "price"),
    form=("name", "quantity", "price", "description"),
    name_properties=("name",),
)
