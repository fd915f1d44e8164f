"""Settings documents: what is accepted, what is refused and how it is said."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.core.sides import Direction, Side
from syncapp.services.config import (
    SettingsError,
    default_document,
    parse_document,
    to_document,
)


def test_s7_the_default_is_both_ways_with_quickbooks_winning() -> None:
    config = parse_document(default_document("contacts"))
    assert (config.direction, config.winner) == (Direction.BOTH, Side.QUICKBOOKS)
    assert all(mapping.enabled for mapping in config.mappings)


def test_a_document_survives_a_round_trip() -> None:
    document = default_document("contacts")
    document["filters"]["hubspot"] = [
        [{"field": "city", "operator": "is", "value": "Oslo"}],
        [{"field": "email", "operator": "has_value", "value": ""}],
    ]
    assert to_document(parse_document(document)) == document
    assert parse_document(to_document(parse_document(document))) == parse_document(document)


def test_what_is_left_out_takes_its_default() -> None:
    config = parse_document({"direction": "to_hubspot"})
    assert config.direction is Direction.TO_HUBSPOT
    assert len(config.mappings) == len(parse_document(default_document("contacts")).mappings)


def test_a_default_mapping_can_be_switched_off_by_name() -> None:
    config = parse_document(
        {
            "mappings": [
                {"hubspot": "phone", "quickbooks": "PrimaryPhone.FreeFormNumber", "enabled": False}
            ]
        }
    )
    off = [m.hubspot for m in config.mappings if not m.enabled]
    assert off == ["phone"]


def test_a_one_way_arrow_of_ours_cannot_be_turned_round() -> None:
    config = parse_document(
        {
            "mappings": [
                {
                    "hubspot": "associatedcompany.name",
                    "quickbooks": "DisplayName",
                    "direction": "both",
                }
            ]
        }
    )
    arrow = next(m for m in config.mappings if m.quickbooks == "DisplayName")
    assert arrow.direction is Direction.TO_QUICKBOOKS


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], ""),
        ({"direktion": "both"}, "direktion"),
        ({"object": "deals"}, "object"),
        ({"direction": "sideways"}, "direction"),
        ({"conflict": "newest"}, "conflict"),
        ({"mappings": {}}, "mappings"),
        ({"mappings": [{"hubspot": "x"}]}, "mappings[0]"),
        (
            {"mappings": [{"hubspot": "x", "quickbooks": "Y", "direction": "up"}]},
            "mappings[0].direction",
        ),
        (
            {"mappings": [{"hubspot": "x", "quickbooks": "Y", "enabled": "yes"}]},
            "mappings[0].enabled",
        ),
        ({"mappings": [{"hubspot": "x", "quickbooks": "Y", "kind": "blob"}]}, "mappings[0].kind"),
        ({"mappings": [{"hubspot": "jobtitle", "quickbooks": "GivenName"}]}, "mappings"),
        ({"filters": []}, "filters"),
        ({"filters": {"xero": []}}, "filters.xero"),
        ({"filters": {"hubspot": [[]]}}, "filters.hubspot[0]"),
        ({"filters": {"hubspot": [[{"operator": "is"}]]}}, "filters.hubspot[0][0]"),
        (
            {"filters": {"hubspot": [[{"field": "city", "operator": "like", "value": "x"}]]}},
            "filters.hubspot[0][0].operator",
        ),
        (
            {"filters": {"hubspot": [[{"field": "city", "operator": "is", "value": " "}]]}},
            "filters.hubspot[0][0].value",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(document: Any, where: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_document(document)
    assert refused.value.where == where
    assert refused.value.message.endswith(".")
