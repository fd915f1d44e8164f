"""OAuth: consent, codes, tokens, scopes, revocation, uninstall."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

REDIRECT = "http://127.0.0.1:8000/oauth/callback"
SCOPES = "oauth crm.objects.contacts.read crm.objects.contacts.write"
KEYS = {"client_id": "sim-hubspot-client", "client_secret": "sim-hubspot-secret"}
CONTACTS = "/crm/v3/objects/contacts"


def authorize_query(**changes):
    query = {
        "client_id": KEYS["client_id"],
        "redirect_uri": REDIRECT,
        "scope": SCOPES,
        "state": "s t",
    }
    return {k: v for k, v in {**query, **changes}.items() if v is not None}


def decide(hub, decision="allow", **changes):
    form = {**authorize_query(**changes), "decision": decision}
    answer = hub.client.post("/oauth/authorize", data=form)
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(f"{REDIRECT}?")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def token(hub, version="2026-09", **form):
    return hub.client.post(f"/oauth/{version}/token", data={**KEYS, **form})


def exchange(hub, code, **more):
    return token(
        hub, **{"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **more}
    )


@pytest.fixture
def tokens(hub):
    return exchange(hub, decide(hub)["code"]).json


def use(hub, access_token, path=CONTACTS, method="GET", body=None):
    headers = {"Authorization": f"Bearer {access_token}"}
    return hub.client.open(path, method=method, json=body, headers=headers)


def test_the_consent_page_names_app_account_and_scopes(hub):
    page = hub.client.get("/oauth/authorize", query_string=authorize_query())
    assert page.status_code == 200
    for text in ("Tandem", "Larkspur Trading Co.", "24680135", "crm.objects.contacts.read"):
        assert text in page.text
    assert ">Allow</button>" in page.text
    assert ">Cancel</button>" in page.text
    assert (
        hub.client.get("/oauth/24680135/authorize", query_string=authorize_query()).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/oauth/authorize", {"client_id": "other"}),
        ("/oauth/authorize", {"redirect_uri": "https://evil.example/x"}),
        ("/oauth/authorize", {"redirect_uri": None}),
        ("/oauth/authorize", {"scope": None}),
        ("/oauth/999/authorize", {}),
    ],
)
def test_a_bad_authorize_request_shows_an_error_and_redirects_nobody(hub, path, changes):
    query = authorize_query(**changes)
    assert hub.client.get(path, query_string=query).status_code == 400
    assert hub.client.post(path, data={**query, "decision": "allow"}).status_code == 400


def test_cancel_goes_back_with_access_denied(hub):
    answer = decide(hub, "cancel")
    assert (answer["error"], answer["state"]) == ("access_denied", "s t")
    assert answer["error_description"]
    assert "code" not in answer


def test_code_and_refresh_give_working_tokens(hub, tokens):
    assert tokens["token_type"] == "bearer"
    assert (tokens["expires_in"], tokens["hub_id"]) == (1800, 24680135)
    assert tokens["scopes"] == SCOPES.split()
    assert len(tokens["access_token"]) > 300
    assert use(hub, tokens["access_token"]).status_code == 200
    hub.app.clock.advance(1801 + 5 * 60)
    expired = use(hub, tokens["access_token"])
    assert (expired.status_code, expired.json["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert "expired 5 minute(s) ago" in expired.json["message"]
    fresh = token(hub, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert fresh.json["refresh_token"] == tokens["refresh_token"]
    assert use(hub, fresh.json["access_token"]).status_code == 200


def test_v1_answers_with_four_fields(hub):
    code = decide(hub)["code"]
    answer = token(
        hub, "v1", grant_type="authorization_code", code=code, redirect_uri=REDIRECT
    ).json
    assert set(answer) == {"token_type", "access_token", "refresh_token", "expires_in"}
    bad = token(hub, "v1", grant_type="refresh_token", refresh_token="x")
    assert (bad.status_code, set(bad.json)) == (400, {"status", "message", "correlationId"})


def test_codes_are_single_use_expire_and_belong_to_their_redirect(hub):
    code = decide(hub)["code"]
    wrong = exchange(hub, code, redirect_uri="http://127.0.0.1:9/other")
    assert (wrong.status_code, wrong.json["status"]) == (400, "MISMATCH_REDIRECT_URI_AUTH_CODE")
    assert exchange(hub, code).status_code == 200
    again = exchange(hub, code)
    assert (again.json["error"], again.json["status"]) == ("invalid_grant", "BAD_AUTH_CODE")
    late = decide(hub)["code"]
    hub.app.clock.advance(600)
    assert exchange(hub, late).json["status"] == "EXPIRED_AUTH_CODE"
    assert exchange(hub, "nonsense").json["status"] == "BAD_AUTH_CODE"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"client_secret": "wrong"}, "BAD_CLIENT_SECRET"),
        ({"client_id": "wrong"}, "BAD_CLIENT_ID"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE"),
        ({"refresh_token": "wrong"}, "BAD_REFRESH_TOKEN"),
    ],
)
def test_bad_token_requests(hub, tokens, form, status):
    good = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = token(hub, **{**good, **form})
    assert (answer.status_code, answer.json["status"]) == (400, status)
    assert answer.json["error"]
    assert answer.json["error_description"]


def test_rotation_is_a_switch(hub, tokens):
    hub.post("/__sim__/settings", {"rotate_refresh_tokens": True})
    old = tokens["refresh_token"]
    new = token(hub, grant_type="refresh_token", refresh_token=old).json["refresh_token"]
    assert new != old
    assert token(hub, grant_type="refresh_token", refresh_token=old).status_code == 400
    assert token(hub, grant_type="refresh_token", refresh_token=new).status_code == 200


def test_scopes_are_enforced_and_any_accepted_one_suffices(hub, tokens):
    assert use(hub, tokens["access_token"], "/crm/v3/properties/contacts").status_code == 200
    refused = use(hub, tokens["access_token"], "/crm/v3/objects/companies")
    assert (refused.status_code, refused.json["category"]) == (403, "MISSING_SCOPES")
    assert refused.json["errors"][0]["context"]["requiredGranularScopes"] == [
        "crm.objects.companies.read"
    ]
    made = use(hub, tokens["access_token"], CONTACTS, "POST", {"properties": {"email": "a@b.co"}})
    assert made.json["properties"]["hs_object_source"] == "INTEGRATION"
    assert made.json["properties"]["hs_object_source_id"] == "1160452"
    assert hub.ledger(writes_by="app")[0]["actor"] == "app:sim-hubspot-client"


def test_no_and_unknown_tokens(hub):
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        answer = hub.client.get(CONTACTS, headers=headers)
        assert (answer.status_code, answer.json["category"]) == (401, "INVALID_AUTHENTICATION")
        assert answer.headers["X-HubSpot-Correlation-Id"] == answer.json["correlationId"]


def test_introspect_and_revoke(hub, tokens):
    def introspect(text):
        return hub.client.post("/oauth/2026-03/token/introspect", data={**KEYS, "token": text}).json

    access = introspect(tokens["access_token"])
    assert (access["active"], access["hub_id"], access["expires_in"]) == (True, 24680135, 1800)
    assert access["token_use"] == "access_token"
    assert introspect(tokens["refresh_token"])["token_use"] == "refresh_token"
    assert introspect("x") == {"active": False}
    meta = hub.client.get(f"/oauth/v1/access-tokens/{tokens['access_token']}").json
    assert (meta["hub_id"], meta["user"]) == (24680135, "morgan.hale@larkspur.example")
    gone = hub.client.post(
        "/oauth/2026-03/token/revoke", data={**KEYS, "token": tokens["refresh_token"]}
    )
    assert gone.status_code == 200
    assert introspect(tokens["refresh_token"])["active"] is False
    assert use(hub, tokens["access_token"]).status_code == 401
    answer = token(hub, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.json["status"] == "BAD_REFRESH_TOKEN"


def test_uninstall_by_the_app_and_disconnect_by_a_person(hub, tokens):
    path = "/appinstalls/2026-09/external-install"
    assert use(hub, tokens["access_token"], path, "DELETE").status_code == 204
    assert use(hub, tokens["access_token"]).status_code == 401
    second = exchange(hub, decide(hub)["code"]).json
    page = hub.client.get("/apps").text
    assert "Disconnect Tandem" in page
    hub.client.post("/apps/2/disconnect")
    assert use(hub, second["access_token"]).status_code == 401
    assert (
        token(hub, grant_type="refresh_token", refresh_token=second["refresh_token"]).status_code
        == 400
    )
    actions = [(e["actor"], e["action"]) for e in hub.ledger(type="apps")]
    assert actions == [
        ("person", "connect"),
        ("app:sim-hubspot-client", "uninstall"),
        ("person", "connect"),
        ("person", "disconnect"),
    ]


def test_faults_expire_an_access_token_and_revoke_a_refresh_token(hub, tokens):
    hub.post("/__sim__/faults", {"kind": "expired_token", "match": {"path": "^/crm/"}})
    assert use(hub, tokens["access_token"]).json["category"] == "EXPIRED_AUTHENTICATION"
    fresh = token(hub, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json
    assert use(hub, fresh["access_token"]).status_code == 200
    hub.post("/__sim__/faults", {"kind": "revoked_refresh", "match": {"path": "^/oauth/"}})
    answer = token(hub, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.json["status"] == "BAD_REFRESH_TOKEN"


def test_connections_survive_a_restart(build, tmp_path):
    from simulators.common.state import State

    path = tmp_path / "hub.sqlite"
    first = build(seed=4, state=State(path))
    tokens = exchange(first, decide(first)["code"]).json
    first.post("/crm/v3/properties/contacts", {
        "name": "mark", "label": "Mark", "type": "string", "fieldType": "text",
        "groupName": "contactinformation", "hasUniqueValue": True,
    })  # fmt: skip
    one = first.make("contacts", email="kept@b.co", mark="m1")
    company = first.make("companies", name="Kept")
    first.put(f"/crm/v4/objects/contacts/{one}/associations/default/companies/{company}")
    first.delete(f"{CONTACTS}/102")
    first.post("/__sim__/settings", {"search_lag": 7})
    before = first.get(CONTACTS, limit=100, associations="companies").json
    second = build(seed=99, state=State(path))
    assert second.get(CONTACTS, limit=100, associations="companies").json == before
    assert second.ledger() == first.ledger()
    assert use(second, tokens["access_token"]).status_code == 200
    assert (
        token(second, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code
        == 200
    )
    assert second.get(f"{CONTACTS}/m1", idProperty="mark").json["id"] == one
    assert second.get(f"{CONTACTS}/102", archived="true").json["archived"] is True
    assert second.get("/__sim__/settings").json["search_lag"] == 7
    assert int(second.make("contacts", email="next@b.co")) == int(one) + 1
    history = second.get(f"{CONTACTS}/{one}", propertiesWithHistory="email").json
    assert history["propertiesWithHistory"]["email"][0]["sourceType"] == "API"
