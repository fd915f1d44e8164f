"""Plans, scopes, portal rules, validation rules, merges, taxes and currencies."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.hubspot.limits import PLANS, increased
from simulators.hubspot.registry import OBJECT_TYPES
from simulators.hubspot.validations import RULES
from tests.simulators.hubspot.conftest import make_app
from tests.simulators.hubspot.test_client_tour import SAMPLES
from tests.simulators.hubspot.test_oauth import decide, exchange, use

CONTACTS = "/crm/objects/2026-09/contacts"


@pytest.mark.parametrize(
    ("plan", "ten", "daily", "associations"),
    [
        ("free", 100, 250_000, 100),
        ("starter", 100, 250_000, 100),
        ("professional", 190, 625_000, 150),
        ("enterprise", 190, 1_000_000, 150),
    ],
)
def test_every_plan_has_its_published_limits(build, plan, ten, daily, associations):
    hub = build(limits="published", plan=plan)
    headers = hub.get(CONTACTS).headers
    assert headers["X-HubSpot-RateLimit-Max"] == str(ten)
    assert headers["X-HubSpot-RateLimit-Daily"] == str(daily)
    windows = hub.get("/__sim__/stats").json["windows"]
    assert windows["associations_ten_seconds"]["limit"] == associations
    more = build(limits="published", plan=increased(PLANS[plan], 2))
    headers = more.get(CONTACTS).headers
    assert headers["X-HubSpot-RateLimit-Max"] == "250"
    assert headers["X-HubSpot-RateLimit-Daily"] == str(daily + 2_000_000)


def test_the_daily_limit_can_be_made_small(build):
    hub = build(limits="published")
    hub.post("/__sim__/settings", {"daily_limit": 3})
    assert [hub.get(CONTACTS).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert hub.get(CONTACTS).json["policyName"] == "DAILY"
    hub.app.clock.advance(86_400)
    assert hub.get(CONTACTS).status_code == 200


@pytest.mark.parametrize("kind", OBJECT_TYPES, ids=lambda kind: kind.slug)
def test_every_object_needs_one_of_its_scopes_to_read_and_to_write(hub, kind):
    path = f"/crm/v3/objects/{kind.slug}"
    body = {"properties": SAMPLES[kind.slug][0]}

    def refused(answer):
        assert (answer.status_code, answer.json["category"]) == (403, "MISSING_SCOPES")
        return answer.json["errors"][0]["context"]["requiredGranularScopes"]

    hub.post("/__sim__/settings", {"static_scopes": ["oauth"]})
    assert refused(hub.get(path)) == list(kind.read_scopes)
    assert refused(hub.post(f"{path}/batch/read", {"inputs": [{"id": "1"}]}))
    assert refused(hub.post(f"{path}/search", {}))
    assert refused(hub.post(path, body)) == list(kind.write_scopes)
    assert refused(hub.get(f"/crm/v3/properties/{kind.slug}"))
    for scope in kind.read_scopes:
        hub.post("/__sim__/settings", {"static_scopes": [scope]})
        assert hub.get(path).status_code == 200
        if scope not in kind.write_scopes:
            assert refused(hub.post(path, body)) == list(kind.write_scopes)
    for scope in kind.write_scopes:
        hub.post("/__sim__/settings", {"static_scopes": [scope]})
        assert hub.post(path, body).status_code == 201


def test_scopes_of_a_connected_app_are_the_consented_ones(hub):
    scopes = "oauth crm.objects.invoices.read"
    token = exchange(hub, decide(hub, scope=scopes)["code"]).json["access_token"]
    assert use(hub, token, "/crm/v3/objects/invoices").status_code == 200
    assert use(hub, token, "/crm/v3/objects/commerce_payments").status_code == 403
    assert use(hub, token, "/tax-rates/2026-09/tax-rates").status_code == 403
    assert use(hub, token, "/settings/v3/currencies/codes").status_code == 403


def test_a_very_long_uri_is_refused(hub):
    names = ",".join(f"property_number_{n}" for n in range(260))
    assert len(names) > 5_000
    assert hub.get(CONTACTS, properties=names).status_code == 200
    assert hub.get(CONTACTS, properties=names * 2).status_code == 414


# -- portal rules ---------------------------------------------------------------------------


def test_conditional_requirements_hold_on_strict_paths_for_creates_and_updates(hub):
    rule = {"property": "lifecyclestage", "values": ["customer"], "requires": ["phone"]}
    hub.post("/__sim__/settings", {"conditionally_required": {"contacts": [rule]}})
    customer = {"properties": {"lifecyclestage": "customer"}}
    refused = hub.post(CONTACTS, customer)
    assert (refused.status_code, refused.json["context"]) == (400, {"properties": ["phone"]})
    assert hub.post("/crm/v3/objects/contacts", customer).status_code == 201
    one = hub.make("contacts", lifecyclestage="lead")
    assert hub.patch(f"{CONTACTS}/{one}", customer).status_code == 400
    with_phone = {"properties": {"lifecyclestage": "customer", "phone": "1"}}
    assert hub.patch(f"{CONTACTS}/{one}", with_phone).status_code == 200
    assert hub.patch(f"{CONTACTS}/{one}", {"properties": {"phone": ""}}).status_code == 400
    assert hub.patch(f"{CONTACTS}/{one}", {"properties": {"city": "Rome"}}).status_code == 200


def test_a_required_property_cannot_be_cleared_on_a_strict_path(hub):
    hub.post("/__sim__/settings", {"required_on_create": {"contacts": ["phone"]}})
    one = hub.make("contacts", phone="1")
    assert hub.patch(f"{CONTACTS}/{one}", {"properties": {"phone": ""}}).status_code == 400
    assert hub.patch(f"{CONTACTS}/{one}", {"properties": {"city": "X"}}).status_code == 200
    v3 = f"/crm/v3/objects/contacts/{one}"
    assert hub.patch(v3, {"properties": {"phone": ""}}).status_code == 200


def test_which_versions_are_strict_is_a_switch(hub):
    hub.post("/__sim__/settings", {"required_on_create": {"contacts": ["phone"]}})
    march = "/crm/objects/2026-03/contacts"
    body = {"properties": {"firstname": "A"}}
    assert (hub.post(march, body).status_code, hub.post(CONTACTS, body).status_code) == (201, 400)
    hub.post("/__sim__/settings", {"strict_versions": ["2026-03"]})
    assert (hub.post(march, body).status_code, hub.post(CONTACTS, body).status_code) == (400, 201)


def test_a_strict_batch_isolates_what_breaks_a_rule(hub):
    hub.post("/__sim__/settings", {"required_on_create": {"contacts": ["phone"]}})
    inputs = [
        {"objectWriteTraceId": "a", "properties": {"phone": "1"}},
        {"objectWriteTraceId": "b", "properties": {"firstname": "B"}},
    ]
    answer = hub.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
    assert (answer.status_code, len(answer.json["results"])) == (207, 1)
    assert answer.json["errors"][0]["context"]["objectWriteTraceId"] == ["b"]


# -- validation rules -----------------------------------------------------------------------


def put_rule(hub, name, kind, *arguments, path="0-1"):
    answer = hub.put(
        f"/crm/property-validations/2026-03/{path}/{name}/rule-type/{kind}",
        {"ruleArguments": list(arguments)},
    )
    assert answer.status_code == 204, answer.text


def test_rules_are_enforced_where_the_switch_says(hub):
    put_rule(hub, "zip", "ALPHANUMERIC", "NUMERIC_ONLY")
    put_rule(hub, "zip", "MAX_LENGTH", "5")
    put_rule(hub, "zip", "MAX_LENGTH", "6")
    shown = hub.get("/crm/v3/property-validations/0-1/zip").json["results"]
    assert [(one["ruleType"], one["ruleArguments"]) for one in shown] == [
        ("ALPHANUMERIC", ["NUMERIC_ONLY"]),
        ("MAX_LENGTH", ["6"]),
    ]
    bad = {"properties": {"zip": "AB"}}
    v3 = "/crm/v3/objects/contacts"
    refused = hub.post(v3, bad)
    assert refused.status_code == 400
    assert refused.json["errors"][0]["code"] == "INVALID_ALPHA"
    assert hub.post(v3, {"properties": {"zip": "1234567"}}).status_code == 400
    assert hub.post(v3, {"properties": {"zip": "123456"}}).status_code == 201
    hub.post("/__sim__/settings", {"validations_on": "strict"})
    assert (hub.post(v3, bad).status_code, hub.post(CONTACTS, bad).status_code) == (201, 400)
    assert hub.client.post("/contacts/new", data={"zip": "AB"}).status_code == 400
    hub.post("/__sim__/settings", {"validations_on": "none"})
    assert hub.post(CONTACTS, bad).status_code == 201
    assert hub.post("/__sim__/settings", {"validations_on": "some"}).status_code == 400


def test_a_rule_must_be_known_and_its_property_too(hub):
    base = "/crm/property-validations/2026-03/0-1"
    assert hub.put(f"{base}/zip/rule-type/NONSENSE", {}).status_code == 400
    assert hub.put(f"{base}/none/rule-type/EMAIL", {}).status_code == 404


GOOD_AND_BAD = {
    "ALPHANUMERIC": (["ALPHA_ONLY"], "abc", "ab1"),
    "SPECIAL_CHARACTERS": ([], "plain 1", "a$"),
    "WHITESPACE": ([], "ab", "a b"),
    "DECIMAL": (["2"], "1.25", "1.255"),
    "FORMAT": (["@@-###"], "ab-123", "ab-12x"),
    "MIN_LENGTH": (["3"], "abc", "ab"),
    "MAX_LENGTH": (["3"], "abc", "abcd"),
    "MIN_NUMBER": (["3"], "3", "2.9"),
    "MAX_NUMBER": (["3"], "3", "3.1"),
    "REGEX": (["[A-Z]{2}"], "AB", "ABC"),
    "EMAIL": ([], "a@b.co", "a@b"),
    "EMAIL_ALLOWED_DOMAINS": (["b.co"], "a@b.co", "a@c.co"),
    "EMAIL_BLOCKED_DOMAINS": (["b.co"], "a@c.co", "a@x.b.co"),
    "DOMAIN": ([], "b.co", "b"),
    "URL": ([], "https://b.co/x", "b.co"),
    "URL_ALLOWED_DOMAINS": (["b.co"], "https://www.b.co", "https://c.co"),
    "URL_BLOCKED_DOMAINS": (["b.co"], "https://c.co", "https://b.co"),
    "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE": ([], "+1 617 555 0100", "617 555 0100"),
    "START_DATE": (["2026-01-05"], "2026-01-05", "2026-01-04"),
    "START_DATETIME": (["2026-01-05T00:00:00Z"], "2026-01-05T00:00:00Z", "2026-01-04T23:59:59Z"),
    "END_DATE": (["2026-01-05"], "2026-01-05", "2026-01-06"),
    "END_DATETIME": (["2026-01-05T00:00:00Z"], "2026-01-05T00:00:00Z", "2026-01-05T00:00:01Z"),
    "AFTER_DURATION": (["P7D"], "2026-01-13", "2026-01-11"),
    "AFTER_DATETIME_DURATION": (["PT2H"], "2026-01-05T11:00:00Z", "2026-01-05T10:59:00Z"),
    "BEFORE_DURATION": (["P1M"], "2025-12-06", "2025-12-07"),
    "BEFORE_DATETIME_DURATION": (["P1Y"], "2025-01-05T09:00:00Z", "2025-01-05T09:01:00Z"),
    "DAYS_OF_WEEK": (["MONDAY", "friday"], "2026-01-05", "2026-01-06"),
}


def test_every_rule_type_has_a_sample():
    assert set(GOOD_AND_BAD) == set(RULES)


@pytest.mark.parametrize("kind", sorted(GOOD_AND_BAD))
def test_a_rule_passes_the_good_and_refuses_the_bad(hub, kind):
    arguments, good, bad = GOOD_AND_BAD[kind]
    put_rule(hub, "message", kind, *arguments)
    path = "/crm/v3/objects/contacts"
    assert hub.post(path, {"properties": {"message": good}}).status_code == 201
    refused = hub.post(path, {"properties": {"message": bad}})
    assert refused.status_code == 400
    assert kind in refused.json["errors"][0]["message"]
    assert hub.post(path, {"properties": {"message": ""}}).status_code == 201


# -- merges ---------------------------------------------------------------------------------


def test_a_profile_has_at_most_250_identities(hub):
    def person(name, count):
        more = ";".join(f"{name}{n}@b.co" for n in range(count))
        return hub.make("contacts", email=f"{name}@b.co", hs_additional_emails=more)

    one, two, three = person("a", 120), person("b", 125), person("c", 1)
    merge = {"primaryObjectId": one, "objectIdToMerge": two}
    done = hub.post(f"{CONTACTS}/merge", merge)
    assert done.status_code == 200, done.text
    refused = hub.post(
        f"{CONTACTS}/merge", {"primaryObjectId": done.json["id"], "objectIdToMerge": three}
    )
    assert refused.status_code == 414
    assert refused.json["message"] == "Cannot have more than 250 identities on a profile"
    assert hub.values("contacts", three, "email") == {"email": "c@b.co"}


# -- the rest -------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/tax-rates/v1/tax-rates", "/tax-rates/2026-09/tax-rates"])
def test_tax_rates_are_listed_filtered_and_paged(hub, prefix):
    rates = hub.get(prefix).json["results"]
    assert [(one["id"], one["percentageRate"], one["active"]) for one in rates] == [
        ("33101", 8.25, True),
        ("33102", 4, True),
        ("33103", 7, False),
    ]
    assert len(hub.get(prefix, active="true").json["results"]) == 2
    first = hub.get(prefix, limit=2).json
    rest = hub.get(prefix, limit=2, after=first["paging"]["next"]["after"]).json
    assert [one["id"] for one in first["results"] + rest["results"]] == ["33101", "33102", "33103"]
    assert hub.get(f"{prefix}/33102").json["label"] == "Reduced (4%)"
    assert hub.get(f"{prefix}/1").status_code == 404


@pytest.mark.parametrize("prefix", ["/settings/v3/currencies", "/settings/currencies/2026-09"])
def test_currencies_and_rates(hub, prefix):
    hub.post("/__sim__/settings", {"additional_currencies": ["EUR", "GBP"]})
    assert hub.get(f"{prefix}/company-currency").json["currencyCode"] == "USD"
    assert "GBP" in {one["currencyCode"] for one in hub.get(f"{prefix}/codes").json["results"]}
    rates = hub.get(f"{prefix}/exchange-rates/current").json["results"]
    assert [(one["fromCurrencyCode"], one["conversionRate"]) for one in rates] == [
        ("EUR", 1.1),
        ("GBP", 1.25),
    ]
    one = hub.get(f"{prefix}/exchange-rates/{rates[1]['id']}").json
    assert one["toCurrencyCode"] == "USD"
    assert hub.get(f"{prefix}/exchange-rates/1").status_code == 404
    details = hub.get("/account-info/2026-09/details").json
    assert details["additionalCurrencies"] == ["EUR", "GBP"]


def test_a_deal_knows_whether_it_is_closed_and_pins_its_own_notes_only(hub):
    deal = hub.make("deals", dealname="D", dealstage="contractsent")
    names = ("hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability", "pipeline")
    assert tuple(hub.values("deals", deal, *names).values()) == ("false", "false", "0.9", "default")
    path = f"/crm/v3/objects/deals/{deal}"
    hub.patch(path, {"properties": {"dealstage": "closedwon"}})
    assert tuple(hub.values("deals", deal, *names).values())[:2] == ("true", "true")
    note = hub.make("notes", hs_timestamp="2026-01-05T00:00:00Z", hs_note_body="Paid")
    pin = {"properties": {"hs_pinned_engagement_id": note}}
    assert hub.patch(path, pin).status_code == 400
    hub.put(f"/crm/v4/objects/deals/{deal}/associations/default/notes/{note}")
    assert hub.patch(path, pin).status_code == 200


def test_notes_may_come_back_rewritten(hub):
    text = "Paid 5 < 6 & <b>done</b>"
    given = {"hs_timestamp": "2026-01-05T00:00:00Z", "hs_note_body": text}
    plain = hub.make("notes", **given)
    assert hub.values("notes", plain, "hs_note_body") == {"hs_note_body": text}
    hub.post("/__sim__/settings", {"rewrite_note_html": True})
    other = hub.make("notes", **given)
    got = hub.values("notes", other, "hs_note_body")["hs_note_body"]
    assert got != text
    assert text in got
    long = {**given, "hs_note_body": "x" * 65_537}
    assert hub.post("/crm/v3/objects/notes", {"properties": long}).status_code == 400


@pytest.mark.parametrize(
    "wanted",
    [{"daily_limit": True}, {"static_scopes": "x"}, {"invoice_reopen": 1}, {"search_lag": None}],
)
def test_switches_take_values_of_their_kind_only(hub, wanted):
    before = hub.get("/__sim__/settings").json
    good_too = {**wanted, "rewrite_note_html": True}
    assert hub.post("/__sim__/settings", good_too).status_code == 400
    assert hub.get("/__sim__/settings").json == before


def test_switches_survive_a_restart(tmp_path):
    from simulators.common.state import State
    from tests.simulators.hubspot.conftest import Caller

    path = tmp_path / "hub.sqlite"
    first = Caller(make_app(state=State(path), limits="published"))
    first.post("/__sim__/settings", {"daily_limit": 5, "webhook_gather": 0})
    first.app.close()
    again = make_app(state=State(path), limits="published")
    assert again.budget.daily.limit == 5
    assert again.webhooks.policy.gather_seconds == 0


def test_the_readme_tells_of_every_switch_and_fault(hub):
    text = (Path(__file__).parents[3] / "simulators/hubspot/README.md").read_text(encoding="utf-8")
    for name in (*hub.get("/__sim__/settings").json, *hub.app.faults.kinds):
        assert f"| `{name}` |" in text, name
