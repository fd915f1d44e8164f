"""HubSpot's deliveries: the published signatures, and hints that survive any event."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.hubspot import signatures
from syncapp.connectors.hubspot import webhooks

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
URI = "https://www.example.com/webhook_uri"
SINGLE = b"{'example_field':'example_value'}"
DOUBLE = b'{"example_field":"example_value"}'
AT = 1_700_000_300_000


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def genuine(**other: Any) -> bool:
    case: dict[str, Any] = {
        "secret": SECRET, "method": "POST", "uri": URI, "body": DOUBLE, "timestamp": str(AT),
        "signature": "ZEux4lGY4urKtKJ9fqGCQDJ0FasZeSunWHlJMEoU3Bg=", "now": moment(AT),
    }  # fmt: skip
    return webhooks.is_genuine_v3(**{**case, **other})


@pytest.mark.parametrize(
    ("body", "at", "signature"),
    [
        (SINGLE, 1_693_657_560_000, "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        (SINGLE, AT, "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
        (DOUBLE, AT, "ZEux4lGY4urKtKJ9fqGCQDJ0FasZeSunWHlJMEoU3Bg="),
    ],
)
def test_published_vectors_of_version_3(body: bytes, at: int, signature: str) -> None:
    assert genuine(body=body, timestamp=str(at), signature=signature, now=moment(at))


@pytest.mark.parametrize(
    "other",
    [
        {"body": DOUBLE.replace(b"_value", b"_valve")},
        {"method": "PUT"},
        {"uri": URI + "?a=1"},
        {"secret": "zzzz"},
        {"secret": ""},
        {"signature": ""},
        {"signature": "ZEux4lGY4urKtKJ9fqGCQDJ0FasZeSunWHlJMEoU3Bh="},
        {"signature": "Ünicode"},
        {"timestamp": str(AT + 1)},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": "9" * 5000},
        {"now": moment(AT) + timedelta(seconds=301)},
        {"now": moment(AT) - timedelta(seconds=301)},
    ],
)
def test_a_changed_byte_a_wrong_key_and_an_old_time_are_refused(other: dict[str, Any]) -> None:
    assert genuine()
    assert not genuine(**other)


def test_five_minutes_are_allowed_both_ways() -> None:
    assert genuine(now=moment(AT) + timedelta(seconds=300))
    assert genuine(now=moment(AT) - timedelta(seconds=300))


def test_some_escapes_of_the_uri_are_decoded_before_it_is_signed() -> None:
    escaped = "https://a.example/h%3A%2f%3f%40%21%24%27%28%29%2A%2C%3Bx?q=%20%26%25"
    plain = "https://a.example/h:/?@!$'()*,;x?q=%20%26%25"
    signature = signatures.v3(SECRET, "POST", plain, DOUBLE, AT)
    assert genuine(uri=escaped, signature=signature)
    assert genuine(uri=plain, signature=signature)


def test_the_headers_of_a_delivery() -> None:
    headers = {
        "x-hubspot-signature-v3": signatures.v3(SECRET, "POST", URI, b"[]", AT),
        "x-hubspot-request-timestamp": str(AT),
    }
    known: dict[str, Any] = {"secret": SECRET, "method": "POST", "uri": URI, "now": moment(AT)}
    assert webhooks.is_genuine(**known, body=b"[]", headers=headers)
    assert not webhooks.is_genuine(**known, body=b"[] ", headers=headers)
    assert not webhooks.is_genuine(**known, body=b"[]", headers={})


def event(**other: Any) -> dict[str, Any]:
    return {
        "eventId": 1765889350, "subscriptionId": 2894010, "portalId": 62515, "appId": 1160452,
        "occurredAt": 1700000000123, "subscriptionType": "object.propertyChange",
        "attemptNumber": 0, "objectId": 512, "objectTypeId": "0-1", "propertyName": "email",
        "propertyValue": "a@b.co", "changeSource": "CRM_UI", "sourceId": "userId:98499705",
        **other,
    }  # fmt: skip


def read(*events: Any) -> Any:
    return webhooks.read(json.dumps(events).encode())


def test_an_event_is_a_hint() -> None:
    (hint,) = read(event()).hints
    assert (hint.account_id, hint.record_type, hint.record_id) == ("62515", "contacts", "512")
    assert hint.action == "propertychange"
    assert hint.at == "2023-11-14T22:13:20.123+00:00"
    assert hint.source == "userId:98499705"


def test_attempts_of_one_event_share_a_key_and_other_events_do_not() -> None:
    (first,) = read(event()).hints
    (again,) = read(event(attemptNumber=3, eventId=5)).hints
    assert again.dedupe_key == first.dedupe_key
    others = [event(objectId=513), event(occurredAt=1), event(propertyValue="c"), event(portalId=2)]
    keys = {hint.dedupe_key for hint in read(event(), *others).hints}
    assert len(keys) == 5
    assert len(read(event(), event(attemptNumber=1)).hints) == 1


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"objectTypeId": "0-53"}, [("invoices", "512")]),
        ({"objectTypeId": "0-101"}, [("commerce_payments", "512")]),
        ({"objectTypeId": None, "subscriptionType": "line_item.creation"}, [("line_items", "512")]),
        (
            {"objectTypeId": None, "subscriptionType": "contact.privacyDeletion"},
            [("contacts", "512")],
        ),
        (
            {
                "subscriptionType": "contact.merge", "objectId": 9, "primaryObjectId": 7,
                "mergedObjectIds": [8], "newObjectId": 9,
            },
            [("contacts", "9"), ("contacts", "7"), ("contacts", "8")],
        ),
        (
            {
                "subscriptionType": "contact.associationChange", "objectTypeId": None,
                "associationType": "CONTACT_TO_COMPANY", "fromObjectId": 1, "toObjectId": 2,
            },
            [("contacts", "1"), ("companies", "2")],
        ),
        (
            {
                "subscriptionType": "object.associationChange", "fromObjectTypeId": "0-53",
                "toObjectTypeId": "0-8", "fromObjectId": 1, "toObjectId": 2,
                "associationType": "INVOICE_TO_LINE_ITEM",
            },
            [("invoices", "1"), ("line_items", "2")],
        ),
    ],
)  # fmt: skip
def test_kinds_of_events(told: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    delivery = read(event(**told))
    assert [(hint.record_type, hint.record_id) for hint in delivery.hints] == expected
    assert delivery.malformed == ()


def test_a_malformed_event_does_not_take_the_others_with_it() -> None:
    bad = [None, 5, [], {}, event(objectId=None), event(portalId="x"), {"subscriptionType": "a"}]
    unknown = [event(objectTypeId="0-5"), event(subscriptionType="conversation.newMessage")]
    delivery = read(*bad, event(), *unknown)
    assert [hint.record_id for hint in delivery.hints] == ["512"]
    assert len(delivery.malformed) == len(bad)
    assert delivery.skipped == len(unknown)


@pytest.mark.parametrize("body", [b"", b"{", b"5", b'"a"', b"null", b"\xff", b"[NaN]"])
def test_what_is_no_list_of_events_is_malformed(body: bytes) -> None:
    delivery = webhooks.read(body)
    assert delivery.hints == ()
    assert delivery.malformed


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(st.dictionaries(st.sampled_from(sorted(event())), _JSON))
def test_no_event_breaks_a_delivery(other: dict[str, Any]) -> None:
    delivery = read(event(**other), event(objectId=7))
    assert "7" in [hint.record_id for hint in delivery.hints]
