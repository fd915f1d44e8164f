"""OAuth: consent, code, refresh with rotation, revocation, expiry, foreign companies."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

REDIRECT = "http://localhost:8000/oauth/quickbooks/callback/?x=1"
ASKED = {
    "client_id": "sim-quickbooks-client",
    "response_type": "code",
    "scope": "com.intuit.quickbooks.accounting",
    "redirect_uri": REDIRECT,
    "state": "s-1",
}
BASIC = "Basic " + base64.b64encode(b"sim-quickbooks-client:sim-quickbooks-secret").decode()


def consent(books, decision="allow", **changes: Any) -> dict[str, str]:
    response = books.http.post("/connect/oauth2", data={**ASKED, **changes, "decision": decision})
    assert response.status_code == 302
    parts = urlsplit(response.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == REDIRECT.split("?", maxsplit=1)[0]
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def token(books, **form: str) -> Any:
    headers = {"Authorization": BASIC, "Accept": "application/json"}
    return books.http.post("/oauth2/v1/tokens/bearer", data=form, headers=headers)


def exchange(books, code: str, redirect_uri: str = REDIRECT) -> Any:
    return token(books, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)


def connect(books, **changes: Any) -> Any:
    return exchange(books, consent(books, **changes)["code"]).get_json()


def refresh(books, refresh_token: str) -> Any:
    return token(books, grant_type="refresh_token", refresh_token=refresh_token)


def status(books, access_token: str) -> int:
    return books.call("GET", "companyinfo/1", token=access_token).status_code


def test_the_consent_page_names_app_company_and_scopes(books):
    page = books.http.get("/connect/oauth2", query_string=ASKED).get_data(as_text=True)
    for text in ("Tandem", "Larkspur Garden &amp; Design", "accounting data", "Connect", "Cancel"):
        assert text in page


def test_a_consent_comes_back_with_code_state_and_company(books):
    answer = consent(books)
    assert set(answer) == {"x", "code", "state", "realmId"}
    assert (answer["state"], answer["realmId"]) == ("s-1", books.app.realm)


def test_a_refusal_comes_back_as_access_denied(books):
    assert consent(books, "cancel") == {"x": "1", "error": "access_denied", "state": "s-1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://example.com/callback"},
        {"redirect_uri": ""},
        {"response_type": "token"},
        {"scope": ""},
        {"scope": "everything"},
        {"state": ""},
    ],
)
def test_a_wrong_request_is_not_sent_back_to_the_app(books, changes):
    for response in (
        books.http.get("/connect/oauth2", query_string={**ASKED, **changes}),
        books.http.post("/connect/oauth2", data={**ASKED, **changes, "decision": "allow"}),
    ):
        assert response.status_code == 400
        assert "Location" not in response.headers


def test_tokens_open_the_company_for_an_hour(books):
    tokens = connect(books)
    assert {k: v for k, v in tokens.items() if not k.endswith("_token")} == {
        "token_type": "bearer",
        "expires_in": 3600,
        "x_refresh_token_expires_in": 8726400,
    }
    books.clock.advance(3599)
    assert status(books, tokens["access_token"]) == 200
    books.clock.advance(1)
    response = books.call("GET", "companyinfo/1", token=tokens["access_token"])
    error = response.get_json()["fault"]["error"][0]
    assert (response.status_code, error["code"]) == (401, "3200")
    assert error["detail"] == f"Token expired: {tokens['access_token']}"


def test_the_app_is_named_in_the_ledger(books):
    tokens = connect(books)
    books.call("POST", "customer", token=tokens["access_token"], json={"DisplayName": "A"})
    assert [entry["actor"] for entry in books.ledger()] == ["app:sim-quickbooks-client"]


def test_a_code_works_once_soon_and_for_the_same_address_only(books):
    code = consent(books)["code"]
    assert exchange(books, code).status_code == 200
    late = consent(books)["code"]
    elsewhere = consent(books)["code"]
    for response in (
        exchange(books, code),
        exchange(books, elsewhere, "http://localhost:8000/other"),
        exchange(books, "nonsense"),
    ):
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_grant")
    books.clock.advance(600)
    assert exchange(books, late).get_json()["error"] == "invalid_grant"


def test_the_app_proves_itself_in_the_header_or_in_the_body(books):
    form = {"grant_type": "refresh_token", "refresh_token": connect(books)["refresh_token"]}
    keys = {"client_id": "sim-quickbooks-client", "client_secret": "sim-quickbooks-secret"}
    url = "/oauth2/v1/tokens/bearer"
    assert books.http.post(url, data={**form, **keys}).status_code == 200
    for wrong in (
        books.http.post(url, data={**form, **keys, "client_secret": "x"}),
        books.http.post(url, data=form),
        books.http.post(url, data=form, headers={"Authorization": "Basic !!"}),
    ):
        assert (wrong.status_code, wrong.get_json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
    ],
)
def test_malformed_token_requests(books, form, error):
    response = token(books, **form)
    assert (response.status_code, response.get_json()) == (400, {"error": error})
    assert response.headers["intuit_tid"].startswith("1-")


def test_the_refresh_token_changes_after_a_day_and_the_old_one_is_dead(books):
    first = connect(books)["refresh_token"]
    books.clock.advance(86399)
    assert refresh(books, first).get_json()["refresh_token"] == first
    books.clock.advance(1)
    second = refresh(books, first).get_json()["refresh_token"]
    assert second != first
    answer = refresh(books, first)
    assert (answer.status_code, answer.get_json()) == (
        400,
        {
            "error": "invalid_grant",
            "error_description": "Incorrect or invalid refresh token",
        },
    )
    assert refresh(books, second).status_code == 200


@pytest.mark.parametrize(("rotation", "changes"), [("use", True), ("never", False)])
def test_rotation_can_be_switched(books, rotation, changes):
    books.control("POST", "behaviour", {"refresh_rotation": rotation})
    first = connect(books)["refresh_token"]
    books.clock.advance(2 * 86400)
    assert (refresh(books, first).get_json()["refresh_token"] != first) is changes


def test_a_superseded_token_may_have_a_grace(books):
    books.control("POST", "behaviour", {"refresh_rotation": "use", "refresh_grace_seconds": 60})
    first = connect(books)["refresh_token"]
    second = refresh(books, first).get_json()["refresh_token"]
    books.clock.advance(59)
    assert refresh(books, first).get_json()["refresh_token"] == second
    books.clock.advance(1)
    assert refresh(books, first).status_code == 400


def test_a_refresh_token_dies_when_not_used_for_its_time(books):
    first = connect(books)["refresh_token"]
    books.clock.advance(8726399)
    second = refresh(books, first).get_json()["refresh_token"]
    books.clock.advance(8726399)
    third = refresh(books, second).get_json()["refresh_token"]
    books.clock.advance(8726400)
    assert refresh(books, third).get_json()["error"] == "invalid_grant"


def test_an_access_token_is_no_refresh_token(books):
    answer = refresh(books, connect(books)["access_token"]).get_json()
    assert answer["error_description"] == "Incorrect Token type or clientID"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_the_grant(books, which):
    tokens = connect(books)
    headers = {"Authorization": BASIC}
    url = "/v2/oauth2/tokens/revoke"
    response = books.http.post(url, json={"token": tokens[which]}, headers=headers)
    assert (response.status_code, response.get_data()) == (200, b"")
    assert status(books, tokens["access_token"]) == 401
    assert refresh(books, tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert books.http.post(url, json={"token": "x"}, headers=headers).status_code == 400
    assert books.http.post(url, json={"token": "x"}).status_code == 401


def test_connecting_again_ends_the_earlier_grant(books):
    first, second = connect(books), connect(books)
    assert [status(books, t["access_token"]) for t in (first, second)] == [401, 200]


def test_a_token_is_good_for_its_company_only(books):
    tokens = connect(books)
    for used in (tokens["access_token"], "tok-1"):
        response = books.http.get(
            "/v3/company/123/customer/1", headers={"Authorization": f"Bearer {used}"}
        )
        error = response.get_json()["fault"]["error"][0]
        assert (response.status_code, error["code"]) == (403, "3100")


def test_a_token_without_the_accounting_scope_reads_no_books(books):
    answer = consent(books, scope="openid profile")
    assert "realmId" not in answer
    tokens = exchange(books, answer["code"]).get_json()
    assert status(books, tokens["access_token"]) == 403


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer"}])
def test_without_a_bearer_token_nothing_is_told(books, header):
    response = books.http.get(f"{books.base}/customer/1", headers=header)
    assert response.status_code == 401
    assert response.get_json()["fault"]["error"][0]["code"] == "3202"


def test_an_id_token_comes_with_openid_and_proves_itself(books):
    import jwt

    tokens = connect(books, scope="openid com.intuit.quickbooks.accounting")
    keys = jwt.PyJWKSet.from_dict(books.http.get("/op/v1/jwks").get_json())
    head = jwt.get_unverified_header(tokens["id_token"])
    claims = jwt.decode(
        tokens["id_token"],
        keys[head["kid"]].key,
        algorithms=["RS256"],
        audience="sim-quickbooks-client",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["realmid"] == books.app.realm
    user = books.http.get(
        "/v1/openid_connect/userinfo",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )
    assert user.get_json()["sub"] == claims["sub"]
    plain = connect(books)["access_token"]
    denied = books.http.get(
        "/v1/openid_connect/userinfo", headers={"Authorization": f"Bearer {plain}"}
    )
    assert denied.status_code == 401


@pytest.mark.parametrize("which", ["openid_configuration", "openid_sandbox_configuration/"])
def test_the_discovery_documents_point_here(books, which):
    found = books.http.get(f"/.well-known/{which}", base_url="http://127.0.0.1:99").get_json()
    assert found["token_endpoint"] == "http://127.0.0.1:99/oauth2/v1/tokens/bearer"
    assert found["authorization_endpoint"] == "http://127.0.0.1:99/connect/oauth2"
    assert found["revocation_endpoint"] == "http://127.0.0.1:99/v2/oauth2/tokens/revoke"
