"""Refusals of reads, limits that are waited out, and the budgets of calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from syncapp.connectors.oauth import StaticToken
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    RecordRejected,
    Throttled,
)
from tests.connectors.fakes import FakeClock, FakeHttp, TwoTokens, answer
from tests.connectors.hubspot.conftest import Connect

SINCE = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
DETAILS = {
    "portalId": 123456,
    "accountType": "STANDARD",
    "timeZone": "US/Eastern",
    "companyCurrency": "USD",
    "additionalCurrencies": ["EUR"],
    "uiDomain": "app-eu1.hubspot.com",
    "dataHostingLocation": "eu1",
}


def test_missing_scopes_break_the_connection_and_are_named(connect: Connect) -> None:
    body = {
        "category": "MISSING_SCOPES",
        "message": "no",
        "errors": [{"context": {"requiredGranularScopes": ["crm.objects.contacts.read"]}}],
    }
    with pytest.raises(ConnectionBroken, match=r"crm\.objects\.contacts\.read"):
        connect(FakeHttp(answer(body, 403))).list_page("contacts", fields=[], after=None)


def test_an_expired_token_that_cannot_be_refreshed_breaks_the_connection(connect: Connect) -> None:
    expired = answer({"category": "EXPIRED_AUTHENTICATION", "message": "expired"}, 401)
    with pytest.raises(ConnectionBroken):
        connect(FakeHttp(expired, expired), credentials=TwoTokens()).account()


def test_an_unknown_record_type_makes_no_call(connect: Connect) -> None:
    http = FakeHttp()
    with pytest.raises(ConfigurationInvalid, match="widgets"):
        connect(http).list_page("widgets", fields=[], after=None)
    assert http.requests == []


def test_a_search_limit_is_waited_out_for_a_second(connect: Connect) -> None:
    clock = FakeClock()
    limit = {"status": "error", "message": "You have reached your secondly limit.",
             "category": "RATE_LIMITS"}  # fmt: skip
    http = FakeHttp(answer(limit, 429), answer({"results": []}))
    connect(http, clock).changes_page(["contacts"], since=SINCE, fields={}, after=None)
    assert clock.slept == [1.0]


def test_a_ten_second_limit_is_waited_out_for_ten(connect: Connect) -> None:
    clock = FakeClock()
    limit = {"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT", "message": "x"}
    connect(FakeHttp(answer(limit, 429), answer(DETAILS)), clock).account()
    assert clock.slept == [10.0]


def test_the_daily_limit_lasts_until_midnight_in_the_accounts_zone(connect: Connect) -> None:
    clock = FakeClock()  # 12:00 UTC is 07:00 in New York
    limit = {"policyName": "DAILY", "message": "You have reached your daily limit."}
    connector = connect(FakeHttp(answer(limit, 429)), clock, time_zone="US/Eastern")
    with pytest.raises(Throttled) as caught:
        connector.account()
    assert caught.value.wait_seconds == 17 * 3600
    with pytest.raises(Throttled):  # and nobody calls meanwhile
        connector.account()
    assert connector.calls == 1


def test_an_unknown_zone_waits_an_hour(connect: Connect) -> None:
    limit = {"policyName": "DAILY", "message": "x"}
    with pytest.raises(Throttled) as caught:
        connect(FakeHttp(answer(limit, 429)), time_zone="Not/AZone").account()
    assert caught.value.wait_seconds == 3600


@pytest.mark.parametrize(
    ("credentials", "headers", "before_wait"),
    [
        (StaticToken("pat"), {}, 100),
        (TwoTokens(), {}, 110),
        (
            StaticToken("pat"),
            {
                "x-hubspot-ratelimit-max": "190",
                "x-hubspot-ratelimit-interval-milliseconds": "10000",
            },
            190,
        ),
    ],
)
def test_the_ten_second_budget(
    connect: Connect, credentials: Any, headers: dict[str, str], before_wait: int
) -> None:
    clock = FakeClock()
    http = FakeHttp(handler=lambda _: answer(DETAILS, headers=headers))
    connector = connect(http, clock, credentials=credentials)
    for _ in range(before_wait):
        connector.account()
    assert clock.slept == []
    connector.account()
    assert clock.slept == [pytest.approx(10.3)]


def test_searches_have_a_budget_of_their_own(connect: Connect) -> None:
    clock = FakeClock()
    connector = connect(FakeHttp(handler=lambda _: answer({"results": []})), clock)
    for _ in range(6):
        connector.changes_page(["contacts"], since=SINCE, fields={}, after=None)
    assert clock.slept == [pytest.approx(1.04)]


def test_an_unknown_refusal_of_a_read_is_no_rejected_record(connect: Connect) -> None:
    http = FakeHttp(answer({"category": "VALIDATION_ERROR", "message": "New words"}, 400))
    with pytest.raises(ConfigurationInvalid) as caught:
        connect(http).list_page("contacts", fields=[], after=None)
    assert not isinstance(caught.value, RecordRejected)
    assert caught.value.detail == "New words"


def test_calls_are_counted_and_can_be_set(connect: Connect) -> None:
    connector = connect(FakeHttp(handler=lambda _: answer(DETAILS)))
    connector.account()
    connector.calls += 10
    connector.account()
    assert connector.calls == 12
