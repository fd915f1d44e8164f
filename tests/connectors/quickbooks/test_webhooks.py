"""QuickBooks' deliveries: the signature, both payload forms, hints that survive any event."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.connectors.quickbooks import webhooks

VECTOR = "7Rmu+0ruIt3sy/Y01SToRS6/Xlk1dv1xHRaYnb67GUY="


def test_the_vector_and_what_differs_from_it() -> None:
    def genuine(token: str = "verifier", body: bytes = b"[]", signature: str = VECTOR) -> bool:
        return webhooks.is_genuine(verifier_token=token, body=body, signature=signature)

    assert genuine()
    assert not genuine(body=b"[] ")
    assert not genuine(token="verifieR")
    assert not genuine(signature="")
    assert not genuine(signature=VECTOR.lower())
    assert not genuine(signature="Ünicode")


def test_without_a_token_nothing_is_genuine() -> None:
    signature = base64.b64encode(hmac.new(b"", b"[]", hashlib.sha256).digest()).decode()
    assert not webhooks.is_genuine(verifier_token="", body=b"[]", signature=signature)


def event(**other: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
        "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
        "type": "qbo.invoice.created.v1", "datacontenttype": "application/json",
        "time": "2025-09-10T21:31:25.179851517Z", "intuitentityid": "1234",
        "intuitaccountid": "310687", "data": {}, **other,
    }  # fmt: skip


def classic(**other: Any) -> dict[str, Any]:
    return {
        "id": "1234", "operation": "Create", "name": "Invoice",
        "lastUpdated": "2025-09-08T13:52:31.657-07:00", **other,
    }  # fmt: skip


def read(*events: Any) -> Any:
    return webhooks.read(json.dumps(events).encode())


def read_classic(*events: Any, realm: str = "310687") -> Any:
    told = {"realmId": realm, "dataChangeEvent": {"entities": list(events)}}
    return webhooks.read(json.dumps({"eventNotifications": [told]}).encode())


def test_a_cloud_event_is_a_hint() -> None:
    (hint,) = read(event()).hints
    assert (hint.account_id, hint.record_type, hint.record_id) == ("310687", "Invoice", "1234")
    assert hint.action == "created"
    assert hint.at == "2025-09-10T21:31:25.179851+00:00"


def test_a_classic_event_is_a_hint() -> None:
    (hint,) = read_classic(classic()).hints
    assert (hint.account_id, hint.record_type, hint.record_id) == ("310687", "Invoice", "1234")
    assert hint.action == "created"
    assert hint.at == "2025-09-08T20:52:31.657000+00:00"


@pytest.mark.parametrize(
    ("kind", "record_type", "action"),
    [
        ("qbo.customer.updated.v1", "Customer", "updated"),
        ("qbo.creditmemo.deleted.v1", "CreditMemo", "deleted"),
        ("qbo.invoice.void.v1", "Invoice", "voided"),
        ("qbo.payment.voided.v2", "Payment", "voided"),
        ("qbo.paymentmethod.created.v1", "PaymentMethod", "created"),
        ("QBO.Invoice.Emailed.v1", "Invoice", "emailed"),
    ],
)
def test_kinds_of_events(kind: str, record_type: str, action: str) -> None:
    (hint,) = read(event(type=kind)).hints
    assert (hint.record_type, hint.action) == (record_type, action)


def test_a_merge_names_both_records() -> None:
    merged = {"type": "qbo.customer.merged.v1", "intuitentityid": "7", "data": {"deletedid": "12"}}
    for delivery in (
        read(event(**merged)),
        read_classic(classic(name="Customer", operation="Merge", id="7", deletedId="12")),
    ):
        assert [hint.record_id for hint in delivery.hints] == ["7", "12"]


def test_repeats_share_a_key_and_other_events_do_not() -> None:
    (first,) = read(event()).hints
    assert len(read(event(), event()).hints) == 1
    assert read(event(id="other")).hints[0].dedupe_key != first.dedupe_key
    assert read(event(intuitaccountid="5")).hints[0].dedupe_key != first.dedupe_key
    (old,) = read_classic(classic()).hints
    # The same moment in another offset is the same event.
    (again,) = read_classic(classic(lastUpdated="2025-09-08T20:52:31.657Z")).hints
    assert again.dedupe_key == old.dedupe_key
    for other in ({"operation": "Update"}, {"lastUpdated": "2025-09-08T20:52:32Z"}, {"id": "5"}):
        assert read_classic(classic(**other)).hints[0].dedupe_key != old.dedupe_key


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2025-09-10T21:31:25.179851517Z", "2025-09-10T21:31:25.179851+00:00"),
        ("2025-09-10T21:31:25.1Z", "2025-09-10T21:31:25.100000+00:00"),
        ("2025-09-10T21:31:25Z", "2025-09-10T21:31:25+00:00"),
        ("2025-09-10T14:31:25.179851517-07:00", "2025-09-10T21:31:25.179851+00:00"),
        ("2025-09-10T21:31:25", ""),
        ("0001-01-01T00:00:00+14:00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_instants(words: str, moment: str) -> None:
    assert webhooks.instant(words) == moment
    (hint,) = read(event(time=words)).hints
    assert hint.at == moment


def test_a_malformed_event_does_not_take_the_others_with_it() -> None:
    bad = [None, 5, [], {}, event(intuitentityid=None), event(intuitaccountid="x")]
    unknown = [event(type="qbo.bill.created.v1"), event(type="qbo.invoice.sung.v1")]
    delivery = read(*bad, event(), *unknown)
    assert [hint.record_id for hint in delivery.hints] == ["1234"]
    assert len(delivery.malformed) == len(bad)
    assert delivery.skipped == len(unknown)
    delivery = read_classic(None, {}, classic(id=[]), classic(), classic(name="Bill"))
    assert [hint.record_id for hint in delivery.hints] == ["1234"]
    assert (len(delivery.malformed), delivery.skipped) == (3, 1)


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


@given(
    st.dictionaries(st.sampled_from(sorted(event())), _JSON),
    st.dictionaries(st.sampled_from(sorted(classic())), _JSON),
)
def test_no_event_breaks_a_delivery(other: dict[str, Any], old: dict[str, Any]) -> None:
    assert "7" in [h.record_id for h in read(event(**other), event(intuitentityid="7")).hints]
    assert "7" in [h.record_id for h in read_classic(classic(**old), classic(id="7")).hints]
