"""S9: the custom fields of a company, those that cannot be mapped with what they lack."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from syncapp.connectors.quickbooks import custom_fields
from syncapp.core.errors import RecordRejected
from syncapp.core.schema import Kind
from tests.proves import proves


def preferences(*fields: tuple[int, bool, str, str]) -> dict[str, Any]:
    """``(number, switched on, name, type)`` as the preferences tell it."""
    switches = [
        {"Name": f"SalesFormsPrefs.UseSalesCustom{n}", "Type": "BooleanType", "BooleanValue": on}
        for n, on, _name, _type in fields
    ]
    names = [
        {"Name": f"SalesFormsPrefs.SalesCustomName{n}", "Type": kind, "StringValue": name}
        for n, _on, name, kind in fields
    ]
    told = [{"CustomField": switches}, {"CustomField": names}]
    return {"SalesFormsPrefs": {"CustomField": told}}


@proves("S9")
def test_text_and_number_fields_among_the_first_three_can_be_mapped() -> None:
    told = preferences((1, True, "Crew #", "StringType"), (2, True, "Hours", "NumberType"))
    found = custom_fields.fields(told)
    assert [(f.name, f.label, f.kind, f.lacks) for f in found] == [
        ("CustomField.1", "Crew #", Kind.TEXT, ""),
        ("CustomField.2.NumberType", "Hours", Kind.NUMBER, ""),
    ]


@proves("S9")
def test_the_others_are_listed_with_the_condition_they_lack() -> None:
    told = preferences(
        (1, False, "Crew #", "StringType"),
        (2, True, "Until", "DateType"),
        (4, True, "Fourth", "StringType"),
    )
    lacks = {f.label: f.lacks for f in custom_fields.fields(told)}
    assert lacks == {
        "Crew #": "it is not switched on for all sales forms (invoice, estimate, sales receipt)",
        "Until": "its type is neither text nor number",
        "Fourth": "only the first 3 custom fields can be used",
    }


def test_a_company_without_custom_fields_has_none() -> None:
    assert custom_fields.fields({}) == ()


@proves("S9")
def test_a_number_goes_out_as_a_number_under_the_name_it_was_offered_by() -> None:
    told = preferences((1, True, "Crew #", "StringType"), (2, True, "Hours", "NumberType"))
    crew, hours = (field.name for field in custom_fields.fields(told))
    sent = custom_fields.to_send({crew: "7", hours: "3.5"}, {})
    assert sent == [
        {"DefinitionId": "1", "Type": "StringType", "StringValue": "7"},
        {"DefinitionId": "2", "Type": "NumberType", "NumberValue": Decimal("3.5")},
    ]
    read = [{**one, "NumberValue": "3.5"} if "NumberValue" in one else one for one in sent]
    assert custom_fields.values_of(read) == {crew: "7", hours: "3.5"}
    with pytest.raises(RecordRejected, match="number"):
        custom_fields.to_send({hours: "three"}, {})


def test_a_number_that_is_not_written_is_sent_back_as_it_was() -> None:
    """The array may replace all that was there."""
    held = {"CustomField.1": "7", "CustomField.2.NumberType": "3.5"}
    sent = custom_fields.to_send({"CustomField.1": "8"}, held)
    assert [(one["Type"], one.get("NumberValue")) for one in sent] == [
        ("StringType", None), ("NumberType", Decimal("3.5")),
    ]  # fmt: skip
