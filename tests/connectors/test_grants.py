from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from syncapp.connectors.grants import HUBSPOT, QUICKBOOKS, App, OAuthClient, OAuthVendor
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    SideUnreachable,
    SyncError,
)
from tests.connectors.fakes import LOST, NOT_SENT, START, FakeHttp, answer, make_env

APP = App("the-id", "the-secret")
REDIRECT = "https://tandem.example/oauth/hubspot/callback"
HUBSPOT_TOKENS = {
    "token_type": "bearer",
    "access_token": "A",
    "refresh_token": "R",
    "expires_in": 1800,
    "hub_id": 123,
    "scopes": ["oauth", "crm.objects.contacts.read"],
}
QUICKBOOKS_TOKENS = {
    "token_type": "bearer",
    "expires_in": 3600,
    "refresh_token": "R",
    "x_refresh_token_expires_in": 8726400,
    "access_token": "A",
}
DISCOVERY = {
    "authorization_endpoint": "http://127.0.0.1:9/connect/oauth2",
    "token_endpoint": "http://127.0.0.1:9/oauth2/v1/tokens/bearer",
    "revocation_endpoint": "http://127.0.0.1:9/v2/oauth2/tokens/revoke",
}


def client(http: FakeHttp, vendor: OAuthVendor = HUBSPOT, **more: str) -> OAuthClient:
    return OAuthClient(make_env(http), vendor, APP, **more)


def form(http: FakeHttp, number: int = -1) -> dict[str, str]:
    return dict(parse_qsl(http.requests[number].body.decode()))


def test_the_consent_address_of_each_vendor() -> None:
    url = client(FakeHttp()).authorize_url(redirect_uri=REDIRECT, state="s & t")
    query = parse_qs(urlsplit(url).query)
    assert url.startswith("https://app.hubspot.com/oauth/authorize?")
    assert query["redirect_uri"] == [REDIRECT]
    assert query["state"] == ["s & t"]
    assert "crm.objects.contacts.write" in query["scope"][0].split(" ")
    assert "+" not in url
    url = client(FakeHttp(), QUICKBOOKS).authorize_url(redirect_uri=REDIRECT, state="s")
    assert url.startswith("https://appcenter.intuit.com/connect/oauth2?")
    assert parse_qs(urlsplit(url).query)["scope"] == ["com.intuit.quickbooks.accounting"]


def test_a_code_becomes_tokens_at_hubspot() -> None:
    http = FakeHttp(answer(HUBSPOT_TOKENS))
    tokens = client(http).exchange("the-code", redirect_uri=REDIRECT)
    assert http.requests[0].url == "https://api.hubapi.com/oauth/2026-03/token"
    assert form(http) == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": REDIRECT,
        "client_id": "the-id",
        "client_secret": "the-secret",
    }
    assert "authorization" not in http.requests[0].headers
    assert (tokens.access, tokens.refresh, tokens.account_id) == ("A", "R", "123")
    assert tokens.expires_at == START + timedelta(seconds=1800)
    assert tokens.refresh_expires_at is None


def test_a_code_becomes_tokens_at_quickbooks() -> None:
    http = FakeHttp(answer(QUICKBOOKS_TOKENS))
    tokens = client(http, QUICKBOOKS).exchange("the-code", redirect_uri=REDIRECT)
    assert http.requests[0].url == "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
    kind, _, pair = http.requests[0].headers["authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"the-id:the-secret")
    assert "client_secret" not in form(http)
    assert tokens.refresh_expires_at == START + timedelta(seconds=8726400)


@pytest.mark.parametrize("vendor", [HUBSPOT, QUICKBOOKS])
def test_a_refresh_keeps_the_old_refresh_token_when_none_comes_back(vendor: OAuthVendor) -> None:
    http = FakeHttp(answer({"access_token": "B", "expires_in": 60}))
    assert client(http, vendor).refresh("old").refresh == "old"


@pytest.mark.parametrize("vendor", [HUBSPOT, QUICKBOOKS])
@pytest.mark.parametrize("trouble", [NOT_SENT, LOST, answer("<html>", 502), answer("", 429)])
def test_a_refresh_is_repeated_once_with_the_same_token(
    vendor: OAuthVendor, trouble: object
) -> None:
    http = FakeHttp(trouble, answer(QUICKBOOKS_TOKENS))  # type: ignore[arg-type]
    assert client(http, vendor).refresh("old").access == "A"
    assert [form(http, number)["refresh_token"] for number in (0, 1)] == ["old", "old"]


def test_a_vendor_that_does_not_answer_is_unreachable() -> None:
    http = FakeHttp(NOT_SENT, LOST)
    with pytest.raises(SideUnreachable, match="HubSpot did not answer"):
        client(http).refresh("old")
    assert len(http.requests) == 2


@pytest.mark.parametrize(
    ("vendor", "body", "status", "error", "words"),
    [
        (QUICKBOOKS, {"error": "invalid_grant"}, 400, ConnectionBroken, "Press Reconnect"),
        (
            QUICKBOOKS,
            {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"},
            400,
            ConnectionBroken,
            "Press Reconnect",
        ),
        (QUICKBOOKS, {"error": "invalid_client"}, 401, ConfigurationInvalid, "client secret"),
        (QUICKBOOKS, {"error": "invalid_request"}, 400, ConfigurationInvalid, "invalid_request"),
        (HUBSPOT, {"status": "BAD_REFRESH_TOKEN", "message": "x"}, 400, ConnectionBroken, "lapsed"),
        (
            HUBSPOT,
            {"error": "invalid_grant", "status": "BAD_REFRESH_TOKEN", "message": "missing"},
            400,
            ConnectionBroken,
            "lapsed",
        ),
        (HUBSPOT, {"status": "BAD_CLIENT_SECRET"}, 400, ConfigurationInvalid, "client secret"),
        (HUBSPOT, {"status": "BAD_CLIENT_ID"}, 400, ConfigurationInvalid, "client id"),
        (HUBSPOT, {"error": "invalid_client"}, 401, ConfigurationInvalid, "client id"),
        (HUBSPOT, "<html>nothing</html>", 404, ConfigurationInvalid, "HTTP 404"),
        (HUBSPOT, "<html>fine</html>", 200, ConfigurationInvalid, "HTTP 200"),
    ],
)
def test_what_a_refused_refresh_means(
    vendor: OAuthVendor, body: object, status: int, error: type[SyncError], words: str
) -> None:
    with pytest.raises(error, match=words):
        client(FakeHttp(answer(body, status)), vendor).refresh("old")


@pytest.mark.parametrize(
    ("vendor", "body", "error", "code"),
    [
        (QUICKBOOKS, {"error": "invalid_grant"}, ConnectionBroken, "consent_expired"),
        (HUBSPOT, {"status": "EXPIRED_AUTH_CODE"}, ConnectionBroken, "consent_expired"),
        (HUBSPOT, {"status": "BAD_AUTH_CODE"}, ConnectionBroken, "consent_expired"),
        (HUBSPOT, {"status": "BAD_REDIRECT_URI"}, ConfigurationInvalid, "redirect_uri"),
        (
            HUBSPOT,
            {"status": "MISMATCH_REDIRECT_URI_AUTH_CODE"},
            ConfigurationInvalid,
            "redirect_uri",
        ),
    ],
)
def test_what_a_refused_code_means(
    vendor: OAuthVendor, body: object, error: type[SyncError], code: str
) -> None:
    with pytest.raises(error) as caught:
        client(FakeHttp(answer(body, 400)), vendor).exchange("code", redirect_uri=REDIRECT)
    assert caught.value.code == code


def test_secrets_are_not_in_errors() -> None:
    body = {"error": "invalid_grant", "error_description": "bad eyJhbGciOiJkaXIiLCJlbmMiOi.x"}
    with pytest.raises(ConnectionBroken) as caught:
        client(FakeHttp(answer(body, 400)), QUICKBOOKS).refresh("the-refresh")
    shown = f"{caught.value} {caught.value.detail} {APP!r}"
    assert not any(secret in shown for secret in ("eyJ", "the-refresh", "the-secret"))


def test_revoking() -> None:
    http = FakeHttp(answer(None))
    client(http, QUICKBOOKS).revoke("R")
    assert http.requests[0].url == "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    assert http.sent() == {"token": "R"}
    http = FakeHttp(answer(None))
    client(http).revoke("R")
    assert http.requests[0].url == "https://api.hubapi.com/oauth/2026-03/token/revoke"
    assert form(http)["token"] == "R"


def test_revoking_what_is_already_revoked_is_fine() -> None:
    client(FakeHttp(answer({"error": "invalid_grant"}, 400)), QUICKBOOKS).revoke("R")


def test_revoking_with_a_wrong_secret_is_not_fine() -> None:
    with pytest.raises(ConfigurationInvalid):
        client(FakeHttp(answer({"error": "invalid_client"}, 401)), QUICKBOOKS).revoke("R")


def test_another_base_url_moves_hubspot_as_a_whole() -> None:
    http = FakeHttp(answer(HUBSPOT_TOKENS))
    oauth = client(http, base_url="http://127.0.0.1:9/")
    assert oauth.authorize_url(redirect_uri=REDIRECT, state="s").startswith(
        "http://127.0.0.1:9/oauth/authorize?"
    )
    oauth.exchange("code", redirect_uri=REDIRECT)
    assert http.requests[0].url == "http://127.0.0.1:9/oauth/2026-03/token"


@pytest.mark.parametrize(
    ("environment", "path"),
    [
        ("production", "/.well-known/openid_configuration"),
        ("sandbox", "/.well-known/openid_sandbox_configuration"),
    ],
)
def test_another_base_url_is_asked_for_quickbooks_addresses(environment: str, path: str) -> None:
    http = FakeHttp(answer(DISCOVERY), answer(QUICKBOOKS_TOKENS))
    oauth = client(http, QUICKBOOKS, base_url="http://127.0.0.1:9", environment=environment)
    assert oauth.authorize_url(redirect_uri=REDIRECT, state="s").startswith(
        "http://127.0.0.1:9/connect/oauth2?"
    )
    oauth.exchange("code", redirect_uri=REDIRECT)
    assert http.paths == [f"GET {path}", "POST /oauth2/v1/tokens/bearer"]


def test_a_discovery_document_cannot_lead_tokens_astray() -> None:
    told = {**DISCOVERY, "token_endpoint": "http://stranger.example/token"}
    oauth = client(FakeHttp(answer(told)), QUICKBOOKS, base_url="http://127.0.0.1:9")
    with pytest.raises(ConfigurationInvalid, match="https"):
        oauth.exchange("code", redirect_uri=REDIRECT)


def test_a_base_url_without_discovery_document_says_so() -> None:
    oauth = client(FakeHttp(answer("no", 404)), QUICKBOOKS, base_url="http://127.0.0.1:9")
    with pytest.raises(ConfigurationInvalid, match="discovery"):
        oauth.exchange("code", redirect_uri=REDIRECT)


@pytest.mark.parametrize("vendor", [HUBSPOT, QUICKBOOKS])
def test_plain_http_to_another_machine_is_refused(vendor: OAuthVendor) -> None:
    with pytest.raises(ConfigurationInvalid, match="127"):
        client(FakeHttp(), vendor, base_url="http://10.0.0.5:8000")
