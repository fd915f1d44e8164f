"""What an account, its fields and its records are read as."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.core.schema import Kind
from tests.connectors.fakes import FakeHttp, answer
from tests.connectors.hubspot.bodies import batch, contact
from tests.connectors.hubspot.conftest import Connect

DETAILS = {
    "portalId": 123456,
    "accountType": "STANDARD",
    "timeZone": "US/Eastern",
    "companyCurrency": "USD",
    "additionalCurrencies": ["EUR"],
    "uiDomain": "app-eu1.hubspot.com",
    "dataHostingLocation": "eu1",
}


def test_the_account(connect: Connect) -> None:
    http = FakeHttp(answer(DETAILS))
    connector = connect(http)
    account = connector.account()
    assert http.paths == ["GET /account-info/2026-09/details"]
    assert (account.id, account.environment, account.currency) == ("123456", "production", "USD")
    assert account.time_zone == "US/Eastern"
    assert account.details["additionalCurrencies"] == ["EUR"]
    assert connector.record_url("contacts", "51") == (
        "https://app-eu1.hubspot.com/contacts/123456/record/0-1/51"
    )


@pytest.mark.parametrize("kind", ["SANDBOX", "DEVELOPER_TEST", "APP_DEVELOPER"])
def test_a_test_account_says_so(connect: Connect, kind: str) -> None:
    http = FakeHttp(answer({**DETAILS, "accountType": kind}))
    assert connect(http).account().environment == "sandbox"


def test_another_base_url_is_a_simulator(connect: Connect) -> None:
    http = FakeHttp(answer({**DETAILS, "uiDomain": "127.0.0.1:99"}))
    connector = connect(http, base_url="http://127.0.0.1:99")
    assert connector.account().environment == "simulator"
    assert connector.record_url("companies", "7").startswith("http://127.0.0.1:99/contacts/")


def test_properties_become_fields(connect: Connect) -> None:
    writable = {"readOnlyValue": False}
    told = [
        {"name": "email", "label": "Email", "type": "string", "fieldType": "text",
         "hubspotDefined": True, "modificationMetadata": writable},
        {"name": "phone", "label": "Phone Number", "type": "string", "fieldType": "phonenumber",
         "hubspotDefined": True, "modificationMetadata": writable},
        {"name": "lastmodifieddate", "label": "Last Modified", "type": "datetime",
         "hubspotDefined": True, "modificationMetadata": {"readOnlyValue": True}},
        {"name": "score", "label": "Score", "type": "number", "calculated": True},
        {"name": "budget", "label": "Budget", "type": "number", "showCurrencySymbol": True},
        {"name": "tier", "label": "Tier", "type": "enumeration",
         "options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]},
        {"name": "hubspot_owner_id", "label": "Owner", "type": "enumeration", "options": [],
         "referencedObjectType": "OWNER", "hubspotDefined": True},
        {"name": "associatedcompanyid", "label": "Company", "type": "number"},
        {"name": "tax_id", "type": "string", "hasUniqueValue": True},
        {"name": "born", "label": "Born", "type": "date"},
        {"name": "vip", "label": "VIP", "type": "bool"},
        {"label": "without a name", "type": "string"},
    ]  # fmt: skip
    http = FakeHttp(answer({"results": told}))
    fields = {field.name: field for field in connect(http).describe("contacts")}
    assert http.paths == ["GET /crm/properties/2026-09/contacts"]
    assert len(fields) == 11
    assert {name: field.kind for name, field in fields.items()} == {
        "email": Kind.EMAIL,
        "phone": Kind.PHONE,
        "lastmodifieddate": Kind.DATETIME,
        "score": Kind.NUMBER,
        "budget": Kind.MONEY,
        "tier": Kind.CHOICE,
        "hubspot_owner_id": Kind.REFERENCE,
        "associatedcompanyid": Kind.REFERENCE,
        "tax_id": Kind.TEXT,
        "born": Kind.DATE,
        "vip": Kind.BOOLEAN,
    }
    assert {name for name, field in fields.items() if field.read_only} == {
        "lastmodifieddate",
        "score",
    }
    assert {name for name, field in fields.items() if field.unique} == {"email", "tax_id"}
    assert not fields["email"].custom
    assert fields["tier"].custom
    assert fields["tier"].options == (("a", "A"), ("b", "B"))
    assert fields["tax_id"].label == "tax_id"


def test_an_object_becomes_a_record(connect: Connect) -> None:
    told = contact(7, email="ann@example.com", lastname=None, hs_merged_object_ids="3;5;7")
    (record,) = connect(FakeHttp(answer(batch(told)))).read("contacts", ["7"], fields=["email"])
    assert str(record.ref) == "HubSpot contacts 7"
    assert record.get("email") == "ann@example.com"
    assert record.get("lastname") is None
    assert record.version == "2026-11-01T00:00:00.000Z"
    assert (record.gone, record.absorbed_ids, record.unreadable) == (None, ("3", "5"), None)


@pytest.mark.parametrize(
    ("poison", "kept"),
    [
        ({"a": 1}, False),
        (["x"], False),
        ("a\x00b", False),
        ("\ud83d", False),
        (5, "5"),
        (True, "true"),
    ],
)
def test_a_value_that_cannot_be_read_makes_the_record_unreadable_not_the_page(
    connect: Connect, poison: Any, kept: Any
) -> None:
    page = {"results": [contact(1, odd=poison, email="a@b.co"), contact(2)]}
    records = (
        connect(FakeHttp(answer(page))).list_page("contacts", fields=["odd"], after=None).records
    )
    assert [record.ref.id for record in records] == ["1", "2"]
    assert records[0].get("email") == "a@b.co"
    if kept:
        assert (records[0].get("odd"), records[0].unreadable) == (kept, None)
    else:
        assert "odd" in (records[0].unreadable or "")


def test_a_record_without_an_id_is_unreadable(connect: Connect) -> None:
    page = {"results": [{"properties": {}}, None, "x"]}
    records = connect(FakeHttp(answer(page))).list_page("contacts", fields=[], after=None).records
    assert [record.unreadable for record in records] == ["it has no id"] * 3
