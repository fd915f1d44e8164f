"""Discounts (0-84), fees (0-85) and taxes (0-86) of one invoice or quote."""

from __future__ import annotations

from simulators.hubspot.schema import (
    Group,
    ObjectType,
    in_group,
    number,
    one_of,
    system_properties,
    text,
)


def _adjustment(type_id: str, slug: str, singular: str, first_id: int) -> ObjectType:
    group = f"{singular}information"
    return ObjectType(
        type_id=type_id,
        slug=slug,
        singular=singular,
        plural_label=slug,
        groups=(Group(group, f"{singular.capitalize()} information"),),
        properties=in_group(
            group,
            *system_properties("hs_createdate", "hs_lastmodifieddate"),
            text("hs_label", "Label"),
            one_of("hs_type", "Type", (("FIXED", "Fixed"), ("PERCENT", "Percent"))),
            number("hs_value", "Value"),
            number("hs_sort_order", "Sort order"),
        ),
        defaults=("hs_createdate", "hs_lastmodifieddate"),
        searched=("hs_label",),
        read_scopes=("crm.objects.line_items.read",),
        write_scopes=("crm.objects.line_items.write",),
        schema_read_scopes=("crm.objects.line_items.read",),
        schema_write_scopes=("crm.objects.line_items.write",),
        first_id=first_id,
        columns=("hs_type", "hs_value"),
        form=("hs_label", "hs_type", "hs_value"),
        name_properties=("hs_label",),
    )


DISCOUNTS = _adjustment("0-84", "discounts", "discount", 70001)
FEES = _adjustment("0-85", "fees", "fee", 80001)
TAXES = _adjustment("0-86", "taxes", "tax", 90001)
