"""Settings documents: what is accepted, what is refused and how it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncapp.core.filters import Condition, Filter, Operator
from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.sides import Direction, Side
from syncapp.services.config import (
    SettingsError,
    default_document,
    parse_document,
    to_document,
)
from tests.proves import proves


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


def mapped(**entry: Any) -> dict[str, Any]:
    return {"mappings": [{"hubspot": "jobtitle", "quickbooks": "Notes", **entry}]}


def test_transforms_and_typed_filters_survive_a_round_trip() -> None:
    told: dict[str, Any] = {
        **default_document("contacts"),
        "filters": {
            "hubspot": [
                [
                    {"field": "hs_createdate", "operator": "after", "value": "2026-01-31",
                     "kind": "datetime", "related": "invoices", "label": "Create date"},
                    {"field": "n", "operator": "between", "value": "1,2", "kind": "number"},
                ]
            ],
            "quickbooks": [],
        },
    }  # fmt: skip
    told["mappings"] += [
        {"hubspot": "jobtitle", "quickbooks": "Notes", "direction": "both", "enabled": True,
         "label": "Job title", "kind": "text",
         "transforms": [{"op": "upper", "to": "quickbooks"},
                        {"op": "options", "to": "quickbooks", "pairs": [["a", "B"]]}]},
        {"hubspot": "", "quickbooks": "Suffix", "direction": "to_quickbooks", "enabled": True,
         "label": "", "kind": "text",
         "transforms": [{"op": "constant", "to": "quickbooks", "text": "x"}]},
        {"hubspot": "salutation", "quickbooks": "Title", "direction": "to_quickbooks",
         "enabled": True, "label": "", "kind": "text",
         "transforms": [{"op": "join", "to": "quickbooks", "fields": ["firstname"]}]},
    ]  # fmt: skip
    assert to_document(parse_document(told)) == told


def test_lists_may_be_written_as_lists() -> None:
    told = {"field": "city", "operator": "in", "value": ["Oslo", "Rome"]}
    config = parse_document({"filters": {"hubspot": [[told]]}})
    assert config.filters[Side.HUBSPOT].conditions[0].value == "Oslo,Rome"


def test_s11_a_locked_filter_is_part_of_the_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    locked = Filter(((Condition("status", Operator.NOT_IN, "draft"),),))
    pair = replace(OBJECT_PAIRS["contacts"], locked={Side.HUBSPOT: locked})
    monkeypatch.setitem(OBJECT_PAIRS, "contacts", pair)  # type: ignore[arg-type]
    config = parse_document({})
    assert [c.locked for c in config.filters[Side.HUBSPOT].conditions] == [True]
    assert parse_document(to_document(config)) == config
    other = {"filters": {"hubspot": [[{"field": "city", "operator": "has_value"}]]}}
    with pytest.raises(SettingsError) as refused:
        parse_document(other)
    assert refused.value.where == "filters.hubspot"


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
        (
            {"filters": {"hubspot": [[{"field": "n", "operator": "greater", "value": "much"}]]}},
            "filters.hubspot[0][0].value",
        ),
        (
            {"filters": {"hubspot": [[{"field": "n", "operator": "is_today", "kind": "blob"}]]}},
            "filters.hubspot[0][0].kind",
        ),
        (
            {"filters": {"hubspot": [[{"field": "n", "operator": "is_today", "related": "ax"}]]}},
            "filters.hubspot[0][0].related",
        ),
        (
            {
                "filters": {
                    "quickbooks": [[{"field": "n", "operator": "is_today", "related": "invoices"}]]
                }
            },
            "filters.quickbooks[0][0].related",
        ),
        ({"start": "2026-01-31"}, "start"),  # contacts have no day of their own
        (mapped(transforms="upper"), "mappings[0].transforms"),
        (mapped(transforms=["upper"]), "mappings[0].transforms[0]"),
        (mapped(transforms=[{"op": "shorten"}]), "mappings[0].transforms[0].op"),
        (mapped(transforms=[{"op": "upper", "to": "xero"}]), "mappings[0].transforms[0].to"),
        (mapped(transforms=[{"op": "default"}]), "mappings[0].transforms[0].text"),
        (mapped(transforms=[{"op": "options"}]), "mappings[0].transforms[0].pairs"),
        (
            mapped(transforms=[{"op": "options", "pairs": [["a"]]}]),
            "mappings[0].transforms[0].pairs",
        ),
        (mapped(transforms=[{"op": "first_name"}]), "mappings[0].transforms[0].op"),
        (
            mapped(direction="to_quickbooks", transforms=[{"op": "join"}]),
            "mappings[0].transforms[0].fields",
        ),
        (
            mapped(direction="to_quickbooks", transforms=[{"op": "constant", "text": "x"}]),
            "mappings[0]",
        ),
        (mapped(hubspot=""), "mappings[0]"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(document: Any, where: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_document(document)
    assert refused.value.where == where
    assert refused.value.message.endswith(".")


@proves("S8")
def test_s8_a_name_that_is_only_shown_is_cut_to_what_is_kept() -> None:
    """PostgreSQL refuses a longer one; a constant's value, its name, has up to 500 characters."""
    document = default_document("contacts")
    constant = {"op": "constant", "to": "quickbooks", "text": "W" * 500}
    document["mappings"].append(
        {
            "hubspot": "", "quickbooks": "Notes", "direction": "to_quickbooks", "enabled": True,
            "label": "W" * 500, "kind": "text", "transforms": [constant],
        }
    )  # fmt: skip
    told = {"field": "city", "operator": "is", "value": "Rio", "label": "C" * 500}
    document["filters"]["hubspot"] = [[told]]
    config = parse_document(document)
    (mapping,) = [one for one in config.mappings if one.quickbooks == "Notes"]
    assert (mapping.label, mapping.transforms[0].text) == ("W" * 255, "W" * 500)
    assert config.filters[Side.HUBSPOT].conditions[0].label == "C" * 255
