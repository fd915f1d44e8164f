"""What was stored in English is told in the reader's language (B17)."""

from __future__ import annotations

import re

import pytest

from syncapp.core.compatibility import judge
from syncapp.core.reasons import REASONS
from syncapp.core.recalled import LITERALS, TEMPLATES, recall, recall_all
from syncapp.core.schema import Field, Kind

KNOWN = {
    *TEMPLATES,
    *LITERALS,
    "contact",
    "customers",
    "; ",
    " and ",
    REASONS["waits_for"].explanation,
}


def marked(text: str) -> str:
    return f"<{text}>" if text in KNOWN else text


def filled(template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: f"{len(found[1])}", template)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_filled_in_template_is_told_in_the_readers_language(template: str) -> None:
    told = recall(filled(template), marked)
    assert told.startswith("<")
    assert re.sub(r"[<>]", "", told) == filled(template)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("Included again.", "<Included again.>"),
        ("Words of a vendor", "Words of a vendor"),
        ("the contact “Ada” (id 7)", "<the <contact> “Ada” (id 7)>"),
        (
            "Contacts: the run would create 1,250 customers in QuickBooks, with 4 records known so "
            "far; void or remove 30 customers in QuickBooks. Nothing has been written. Confirm it, "
            "or change the settings.",
            "<Contacts: the run would <create <1,250 <customers> in QuickBooks>, with 4 records "
            "known so far><; ><void or remove <30 <customers> in QuickBooks>>. Nothing has been "
            "written. Confirm it, or change the settings.>",
        ),
        ("Excluded: Included again.", "<Excluded: Included again.>"),  # a person's own words
        (
            "It waits for the contact “Ada”, which is synced first.",
            "<It waits for <the <contact> “Ada”>, which is synced first.>",
        ),
    ],
)  # fmt: skip
def test_sentences_inside_of_sentences_are_told_too(text: str, told: str) -> None:
    assert recall(text, marked) == told


def test_what_a_person_wrote_fills_in_a_reason_as_it_is() -> None:
    params = {"note": "Included again.", "record": "the contact “Ada”"}
    assert recall_all(params, marked) == {
        "note": "Included again.", "record": "<the <contact> “Ada”>",
    }  # fmt: skip


@pytest.mark.parametrize("quickbooks", list(Kind))
@pytest.mark.parametrize("hubspot", list(Kind))
def test_what_is_said_of_two_fields_is_told_in_the_readers_language(
    hubspot: Kind, quickbooks: Kind
) -> None:
    """S8: why two fields cannot be mapped, and what to know before they are."""
    first = Field("a", "Their “A”", hubspot, options=(("x", "X"),))
    second = Field(
        "b", "B", quickbooks, max_length=9, unique=True, required=True, options=(("y", "Y"),)
    )
    closed = Field("c", "C", quickbooks, read_only=True)
    missing = Field("d", "D", quickbooks, lacks="only the first 3 custom fields can be used")
    for other in (second, closed, missing):
        verdict = judge(first, other)
        for told in (*verdict.reasons.values(), *verdict.warnings):
            shown = recall(told, marked)
            assert shown.startswith("<")
            refused = f"{told} Choose another field, or another direction."
            assert recall(refused, marked) == (
                f"<{shown} Choose another field, or another direction.>"
            )
