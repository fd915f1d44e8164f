"""What is kept of a failed call: readable, short, without secrets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.connectors import hubspot, jsontext, quickbooks
from syncapp.connectors.base import Connector, Op, Refused, WriteBatch, WriteItem
from syncapp.connectors.exchanges import MOST_CHARACTERS, is_shared, redact, shown
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import MemoryBudgetStore
from syncapp.core.errors import Exchange, OutcomeUnknown
from tests.connectors.fakes import LOST, START, FakeHttp, answer, make_env
from tests.connectors.quickbooks.bodies import fault

TOKENS = (
    "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0.abcdefgh",
    "pat-na1-01234567-89ab-cdef-0123-456789abcdef",
    "AB01601390262kxzxOlnHYdhtEVRX",
    "Bearer anything-at-all",
)


def test_a_body_keeps_the_digits_of_its_amounts() -> None:
    body = {
        "Id": "7",
        "Line": [{"Amount": Decimal("100.00"), "Qty": 2}],
        "Tags": [],
        "Active": True,
    }
    assert shown(body) == (
        '{\n  "Id": "7",\n  "Line": [\n    {\n      "Amount": 100.00,\n      "Qty": 2\n    }\n'
        '  ],\n  "Tags": [],\n  "Active": true\n}'
    )
    assert shown(None) == shown("") == ""
    assert shown("<html>Bad gateway</html>") == "<html>Bad gateway</html>"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    ).filter(lambda value: value not in (None, "") and not isinstance(value, str))
)
def test_what_is_shown_is_the_body_itself(value: Any) -> None:
    assert jsontext.parse(shown(value).encode()) == value


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("before", [0, MOST_CHARACTERS - 10])
def test_no_part_of_a_token_is_kept(token: str, before: int) -> None:
    for body in ({"note": "x" * before + " " + token}, "x" * before + " " + token):
        told = shown(body)
        assert token.rsplit(maxsplit=1)[-1][:8] not in told
        assert len(told) <= MOST_CHARACTERS + 50


@pytest.mark.parametrize(
    "name", ["access_token", "refreshToken", "client_secret", "Authorization", "password", "token"]
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert "hunter2" not in shown({"outer": [{name: "hunter2"}]})
    assert "hunter2" not in shown({name: {"deep": "hunter2"}})


def test_quickbooks_sync_token_is_no_secret() -> None:
    assert '"SyncToken": "12"' in shown({"SyncToken": "12"})


def test_a_long_body_says_how_much_was_left_out() -> None:
    told = shown("y" * 5000)
    assert told == "y" * MOST_CHARACTERS + "\n… (1,000 more characters)"


def test_a_body_of_several_records_is_shared() -> None:
    assert is_shared({"inputs": [{"id": 1}, {"id": 2}]})
    assert not is_shared({"inputs": [{"id": 1}]})
    assert not is_shared(None)


# -- what the connectors attach


def books(http: FakeHttp) -> Connector:
    return quickbooks.connect(
        make_env(http), StaticToken(TOKENS[0]), realm_id="5", budget=MemoryBudgetStore()
    )


def portal(http: FakeHttp) -> Connector:
    return hubspot.connect(make_env(http), StaticToken(TOKENS[1]), budget=MemoryBudgetStore())


def refused(connector: Connector, kind: str, op: Op, **values: str) -> dict[str, Exchange]:
    items = tuple(
        WriteItem(key, {name: value}, record_id=None if op is Op.CREATE else key, version="0")
        for key, (name, value) in zip(("a", "b"), values.items(), strict=False)
    )
    single = len(items) == 1
    results = connector.write(WriteBatch(kind, op, items, "r" * 32, single=single))
    return {
        one.key: one.error.exchange
        for one in results
        if isinstance(one, Refused) and one.error.exchange is not None
    }


def test_an_item_of_a_quickbooks_batch_keeps_its_own_part_only() -> None:
    told = {
        "BatchItemResponse": [
            {"bId": "a", "Fault": fault("6240", "Duplicate Name", "Exists. : Id=8")["Fault"]},
            {"bId": "b", "Customer": {"Id": "9", "SyncToken": "0", "DisplayName": "Bob"}},
        ]
    }
    http = FakeHttp(answer(told))
    kept = refused(books(http), "Customer", Op.CREATE, DisplayName="Ann", GivenName="Bob")
    call = kept["a"]
    assert set(kept) == {"a"}
    assert (call.method, call.path, call.status, call.request_id, call.at) == (
        "POST", "/v3/company/5/batch", 200, "tid-1", START,
    )  # fmt: skip
    assert '"DisplayName": "Ann"' in call.request
    assert '"code": "6240"' in call.response
    assert "Bob" not in call.request + call.response
    assert not call.is_shared


def test_a_single_quickbooks_write_keeps_its_body_and_the_fault() -> None:
    http = FakeHttp(answer(fault("2050", "Too long", "Min:0 Max:21"), status=400))
    call = refused(books(http), "Customer", Op.CREATE, DisplayName="Ann")["a"]
    assert (call.path, call.status, call.is_shared) == ("/v3/company/5/customer", 400, False)
    assert "Ann" in call.request
    assert "Max:21" in call.response
    assert "requestid" not in call.path


def test_a_gateways_page_is_kept_as_it_is() -> None:
    http = FakeHttp(answer("<html>504</html>", status=504))
    batch = WriteBatch("Customer", Op.CREATE, (WriteItem("a", {"DisplayName": "x"}),), "r" * 32)
    with pytest.raises(OutcomeUnknown) as caught:
        books(http).write(batch)
    call = caught.value.exchange
    assert call is not None
    assert (call.status, call.response) == (504, "<html>504</html>")


def test_a_lost_answer_keeps_what_was_sent_and_says_that_nothing_came() -> None:
    batch = WriteBatch(
        "contacts", Op.CREATE,
        (WriteItem("a", {"email": "a@x.example"}), WriteItem("b", {"email": "b@x.example"})),
        "r" * 32,
    )  # fmt: skip
    with pytest.raises(OutcomeUnknown) as caught:
        portal(FakeHttp(LOST)).write(batch)
    call = caught.value.exchange
    assert call is not None
    assert (call.status, call.response, call.request, call.is_shared) == (0, "reset", "", True)


def test_an_input_of_a_hubspot_batch_keeps_its_own_part_only() -> None:
    told = {
        "status": "COMPLETE",
        "results": [{"id": "2", "properties": {"email": "b@x.example"},
                     "objectWriteTraceId": "b"}],
        "numErrors": 1,
        "errors": [
            {
                "status": "error", "category": "VALIDATION_ERROR",
                "message": f"Property values were not valid: {TOKENS[1]}",
                "context": {"objectWriteTraceId": ["a"]},
            }
        ],
    }  # fmt: skip
    http = FakeHttp(answer(told, status=207, headers={"x-hubspot-correlation-id": "c-1"}))
    kept = refused(portal(http), "contacts", Op.CREATE, firstname="Ann", email="b@x.example")
    call = kept["a"]
    assert set(kept) == {"a"}
    assert (call.status, call.request_id) == (207, "c-1")
    assert '"firstname": "Ann"' in call.request
    assert "VALIDATION_ERROR" in call.response
    assert TOKENS[1] not in call.response
    assert "b@x.example" not in call.request + call.response


def test_a_batch_halved_to_one_record_keeps_that_records_call() -> None:
    bad = {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": "Property x does not exist",
    }
    good = {"status": "COMPLETE", "results": [{"id": "1", "objectWriteTraceId": "a"}]}
    http = FakeHttp(answer(bad, status=400), answer(good, status=201), answer(bad, status=400))
    kept = refused(portal(http), "contacts", Op.CREATE, firstname="Ann", lastname="Bee")
    assert set(kept) == {"b"}
    assert not kept["b"].is_shared
    assert "Bee" in kept["b"].request
    assert "Ann" not in kept["b"].request


@pytest.mark.parametrize("odd", ["\ud800", "\x00"])
def test_what_no_database_holds_is_spelt_out(odd: str) -> None:
    """Found by mutated answers: half a character in a refusal ended the run as crashed."""
    for told in (shown({"message": f"No {odd}."}), shown(f"No {odd}."), redact(f"No {odd}.")):
        assert odd not in told
        told.encode()
        assert "No" in told
