"""Account details, owners, pipelines, rate limits, injected statuses."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from simulators.common.clock import SimClock
from simulators.hubspot.app import HubSpot
from tests.simulators.hubspot.test_oauth import decide, exchange, use

CONTACTS = "/crm/v3/objects/contacts"


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_account_details(hub, version):
    assert hub.get(f"/account-info/{version}/details").json == {
        "portalId": 24680135,
        "accountType": "STANDARD",
        "timeZone": "America/New_York",
        "companyCurrency": "USD",
        "additionalCurrencies": ["EUR"],
        "utcOffset": "-05:00",
        "utcOffsetMilliseconds": -18000000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def test_the_portal_is_an_option(build):
    assert build(portal=77).get("/account-info/v3/details").json["portalId"] == 77


def test_owners_and_pipelines(hub):
    owners = hub.get("/crm/v3/owners", limit=2).json
    assert len(owners["results"]) == 2
    rest = hub.get("/crm/v3/owners", after=owners["paging"]["next"]["after"]).json["results"]
    assert [o["email"] for o in rest] == ["idris.cole@larkspur.example"]
    one = owners["results"][0]
    assert hub.get(f"/crm/owners/2026-09/{one['id']}").json == one
    assert hub.get(f"/crm/v3/owners/{one['userId']}", idProperty="userId").json == one
    assert hub.get("/crm/v3/owners/1").status_code == 404
    pipelines = hub.get("/crm/pipelines/2026-09/deals").json["results"]
    assert [s["id"] for s in pipelines[0]["stages"]][-2:] == ["closedwon", "closedlost"]
    assert hub.get("/crm/v3/pipelines/contacts").json == {"results": []}


def test_without_limits_nothing_is_refused_but_counted(hub):
    for _ in range(300):
        assert hub.get(CONTACTS).status_code == 200
    windows = hub.get("/__sim__/stats").json["windows"]
    assert windows["ten_seconds:token 1"]["max_seen"] == 300
    assert "X-HubSpot-RateLimit-Max" not in hub.get(CONTACTS).headers


def test_a_service_key_has_190_calls_in_ten_seconds(build):
    hub = build(limits="published")
    answers = [hub.get(CONTACTS) for _ in range(190)]
    assert {a.status_code for a in answers} == {200}
    headers = answers[0].headers
    assert headers["X-HubSpot-RateLimit-Max"] == "190"
    assert headers["X-HubSpot-RateLimit-Remaining"] == "189"
    assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert headers["X-HubSpot-RateLimit-Daily"] == "625000"
    refused = hub.get(CONTACTS)
    assert (refused.status_code, refused.json["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    hub.app.clock.advance(10)
    assert hub.get(CONTACTS).status_code == 200
    stats = hub.get("/__sim__/stats").json
    assert (stats["throttled"], stats["windows"]["ten_seconds:token 1"]["refused"]) == (1, 1)


def test_oauth_has_110_and_no_daily_headers(build):
    hub = build(limits="published")
    token = exchange(hub, decide(hub)["code"]).json["access_token"]
    answers = [use(hub, token) for _ in range(111)]
    assert [a.status_code for a in answers] == [200] * 110 + [429]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "110"
    assert "X-HubSpot-RateLimit-Daily" not in answers[0].headers


def test_searches_have_five_a_second_of_their_own(build):
    hub = build(limits="published")
    answers = [hub.search("contacts") for _ in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert answers[5].json["category"] == "RATE_LIMITS"
    assert "X-HubSpot-RateLimit-Max" not in answers[0].headers
    hub.app.clock.advance(1)
    assert hub.search("contacts").status_code == 200
    assert hub.get(CONTACTS).headers["X-HubSpot-RateLimit-Remaining"] == "189"


def test_associations_have_their_own_limit(build):
    hub = build(limits="published")
    one = hub.make("contacts", email="a@b.co")
    path = f"/crm/v4/objects/contacts/{one}/associations/companies"
    assert [hub.get(path).status_code for _ in range(151)] == [200] * 150 + [429]


def test_the_daily_limit_ends_at_midnight_of_the_account(build):
    hub = build(limits="published", plan="free")
    hub.app.clock.set("2026-01-06T04:00:00Z")
    hub.app.budget.daily.take(hub.app.clock.now(), 249_999)
    assert hub.get(CONTACTS).status_code == 200
    refused = hub.get(CONTACTS)
    assert (refused.status_code, refused.json["policyName"]) == (429, "DAILY")
    assert refused.json["errorType"] == "RATE_LIMIT"
    usage = hub.app.budget.daily.report(hub.app.clock.now())
    assert usage["used"] == 250_000
    hub.app.clock.set("2026-01-06T05:00:00Z")
    assert hub.get(CONTACTS).status_code == 200
    shown = hub.get("/account-info/v3/api-usage/daily/private-apps").json["results"][0]
    assert (shown["usageLimit"], shown["currentUsage"]) == (250_000, 2)
    assert shown["resetsAt"] == "2026-01-07T05:00:00.000Z"


@pytest.mark.parametrize(
    ("fault", "status", "key", "value"),
    [
        ({"status": 429}, 429, "policyName", "TEN_SECONDLY_ROLLING"),
        ({"status": 429, "policy": "DAILY"}, 429, "policyName", "DAILY"),
        ({"status": 429, "policy": "SECONDLY"}, 429, "category", "RATE_LIMITS"),
        ({"status": 423}, 423, "status", "error"),
        ({"status": 403}, 403, "category", "MISSING_SCOPES"),
        ({"status": 401}, 401, "category", "INVALID_AUTHENTICATION"),
    ],
)
def test_injected_statuses_have_hubspots_form(hub, fault, status, key, value):
    hub.post("/__sim__/faults", {"kind": "status", **fault})
    answer = hub.get(CONTACTS)
    assert (answer.status_code, answer.json[key]) == (status, value)
    assert hub.get(CONTACTS).status_code == 200


def test_injected_gateway_errors_are_html_and_a_move_says_when(hub):
    hub.post("/__sim__/faults", {"kind": "status", "status": 502})
    assert hub.get(CONTACTS).content_type.startswith("text/html")
    hub.post("/__sim__/faults", {"kind": "status", "status": 477, "retry_after": 60})
    moved = hub.get(CONTACTS)
    assert (moved.status_code, moved.headers["Retry-After"]) == (477, "60")


def test_reset_and_settings(filled):
    assert filled.post("/__sim__/settings", {"nonsense": 1}).status_code == 400
    assert filled.post("/__sim__/settings", {"search_lag": "soon"}).status_code == 400
    filled.post("/__sim__/reset", {"empty": True})
    assert filled.get(CONTACTS).json == {"results": []}
    filled.post("/__sim__/reset", {"seed": 2})
    assert len(filled.get(CONTACTS, limit=100).json["results"]) == 60


def test_the_ten_second_limit_holds_on_a_running_clock():
    """A frozen clock hides a call that is counted in the future of its own answer."""
    clock = SimClock()
    app = HubSpot(seed=None, clock=clock, access_tokens=["key"], limits="published", plan="free")
    client = Client(app)
    answers = [
        client.get("/crm/v3/owners", headers={"Authorization": "Bearer key"}).status_code
        for _ in range(120)
    ]
    assert answers.count(200) == 100
    assert answers.count(429) == 20
