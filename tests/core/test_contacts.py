"""Contacts and customers: keys, exclusions, display names, mappings (S8, S14, S15; ENGINE 3.6)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncapp.core.pairs import OBJECT_PAIRS
from syncapp.core.pairs.base import Refusal
from syncapp.core.pairs.contacts import COMPANY_NAME, CONTACTS, display_name
from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from tests.proves import proves

H, Q = Side.HUBSPOT, Side.QUICKBOOKS
EMAIL = "PrimaryEmailAddr.Address"
OFF = tuple(replace(m, enabled=m.hubspot != COMPANY_NAME) for m in CONTACTS.mappings)
NAMED = {"firstname": "Ada", "lastname": "Lovelace", "email": "ada@x.com"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({COMPANY_NAME: "Engines", **NAMED}, "Engines", id="company"),
        pytest.param({COMPANY_NAME: " Engines\n", **NAMED}, "Engines", id="company, trimmed"),
        pytest.param({COMPANY_NAME: " ", **NAMED}, "Ada Lovelace", id="a company without name"),
        pytest.param(NAMED, "Ada Lovelace", id="person"),
        pytest.param({**NAMED, "firstname": None}, "Lovelace", id="last name only"),
        pytest.param({**NAMED, "lastname": "  "}, "Ada", id="first name only"),
        pytest.param({"email": " ada@x.com "}, "ada@x.com", id="e-mail"),
        pytest.param({}, "", id="nothing"),
    ],
)
@proves("S15", "E3.6-name")
def test_s15_company_then_person_then_email(values, expected):
    assert display_name(values, company_name=True) == expected
    if expected:
        assert CONTACTS.completes(Q, values, CONTACTS.mappings) == {"DisplayName": expected}


def test_s15_the_mapping_of_the_company_name_can_be_switched_off():
    values = {COMPANY_NAME: "Engines", **NAMED}
    assert display_name(values, company_name=False) == "Ada Lovelace"
    assert CONTACTS.completes(Q, values, OFF) == {"DisplayName": "Ada Lovelace"}
    assert CONTACTS.completes(Q, values, ()) == {"DisplayName": "Ada Lovelace"}


def test_s15_switched_off_a_contact_with_a_company_only_has_its_email():
    values = {COMPANY_NAME: "Engines", "email": "ada@x.com"}
    assert CONTACTS.completes(Q, values, OFF) == {"DisplayName": "ada@x.com"}


def test_s15_nothing_is_completed_toward_hubspot():
    assert CONTACTS.completes(H, {"DisplayName": "Ada"}, CONTACTS.mappings) == {}


def test_no_name_at_all_is_refused_before_it_is_sent():
    assert CONTACTS.completes(Q, {}, CONTACTS.mappings) == Refusal("no_name", {})


@pytest.mark.parametrize("name", ["a:b", "a\tb", "a\nb", "a\rb", "x" * 501])
@proves("E3.6-characters")
def test_an_impossible_display_name_is_refused_before_it_is_sent(name):
    refusal = CONTACTS.completes(Q, {COMPANY_NAME: name}, CONTACTS.mappings)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "invalid_name"


@proves("E3.6-characters")
def test_a_display_name_may_have_500_characters():
    longest = "x" * 500
    assert CONTACTS.completes(Q, {COMPANY_NAME: longest}, ()) == Refusal("no_name", {})
    assert CONTACTS.completes(Q, {"firstname": longest}, ()) == {"DisplayName": longest}


@pytest.mark.parametrize(
    ("side", "values", "expected"),
    [
        (H, {"email": " Ada@X.com "}, ("ada@x.com",)),
        (
            H,
            {"email": "ada@x.com", "hs_additional_emails": "B@x.com; ada@X.com ;;c@x.com"},
            ("ada@x.com", "b@x.com", "c@x.com"),
        ),
        (H, {"email": None, "hs_additional_emails": ""}, ()),
        (H, {}, ()),
        (Q, {EMAIL: "ADA@x.com"}, ("ada@x.com",)),
        (Q, {EMAIL: "ada@x.com", "hs_additional_emails": "b@x.com"}, ("ada@x.com",)),
        (Q, {EMAIL: ""}, ()),
        (Q, {"email": "ada@x.com"}, ()),
    ],
)
def test_s14_the_keys_are_the_email_addresses_the_first_one_first(side, values, expected):
    assert CONTACTS.match_keys(side, values) == expected


@pytest.mark.parametrize(
    ("side", "values", "excluded"),
    [
        (H, {"email": "ada@x.com"}, False),
        (H, {"email": " "}, True),
        (H, {}, True),
        (H, {EMAIL: "ada@x.com"}, True),
        (Q, {EMAIL: "ada@x.com"}, False),
        (Q, {EMAIL: None}, True),
    ],
)
def test_a_record_without_email_is_excluded(side, values, excluded):
    (exclusion,) = CONTACTS.exclusions
    assert exclusion.code == "no_email"
    assert exclusion.applies(side, values) is excluded


@pytest.mark.parametrize(
    ("side", "values", "expected"),
    [
        (H, NAMED, "Ada Lovelace"),
        (H, {"email": "ada@x.com"}, "ada@x.com"),
        (H, {}, ""),
        (Q, {"DisplayName": "Engines"}, "Engines"),
        (Q, {}, ""),
    ],
)
def test_a_record_is_called_what_a_person_calls_it(side, values, expected):
    assert CONTACTS.label(side, values) == expected


def test_s8_the_preset_mappings():
    assert {(m.hubspot, m.quickbooks) for m in CONTACTS.mappings if not m.creation_only} == {
        ("firstname", "GivenName"),
        ("lastname", "FamilyName"),
        ("email", "PrimaryEmailAddr.Address"),
        ("phone", "PrimaryPhone.FreeFormNumber"),
        ("mobilephone", "Mobile.FreeFormNumber"),
        ("company", "CompanyName"),
        ("website", "WebAddr.URI"),
        ("address", "BillAddr.Line1"),
        ("city", "BillAddr.City"),
        ("state", "BillAddr.CountrySubDivisionCode"),
        ("zip", "BillAddr.PostalCode"),
        ("country", "BillAddr.Country"),
    }
    kinds = {m.hubspot: m.kind for m in CONTACTS.mappings if m.kind is not Kind.TEXT}
    assert kinds == {
        "email": Kind.EMAIL, "phone": Kind.PHONE, "mobilephone": Kind.PHONE, "website": Kind.URL,
    }  # fmt: skip
    assert all(m.enabled and m.builtin and m.label for m in CONTACTS.mappings)


@proves("E3.6-at-creation")
def test_s15_the_display_name_is_written_at_creation_only_and_one_way():
    (mapping,) = [m for m in CONTACTS.mappings if m.creation_only]
    assert (mapping.hubspot, mapping.quickbooks) == (COMPANY_NAME, "DisplayName")
    assert mapping.direction is Direction.TO_QUICKBOOKS


@pytest.mark.parametrize("side", list(Side))
def test_no_field_has_two_mappings(side):
    fields = [m.field(side) for m in CONTACTS.mappings]
    assert len(fields) == len(set(fields))


def test_the_pair_is_found_by_its_name():
    assert OBJECT_PAIRS["contacts"] is CONTACTS
    assert CONTACTS.type(H) == "contacts"
    assert CONTACTS.type(Q) == "Customer"
