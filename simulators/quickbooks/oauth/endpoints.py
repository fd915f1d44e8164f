"""The OAuth endpoints: discovery, consent page, token, revoke, user info, keys.

Knows the HTTP of it; the life of tokens is in ``grants``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit, urlunsplit

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.clock import SimClock
from simulators.common.web import SimRequest, html_response, json_response
from simulators.quickbooks import jsontext
from simulators.quickbooks.oauth.grants import (
    ACCESS_SECONDS,
    ACCOUNTING,
    REFRESH_SECONDS,
    SCOPES,
    GrantRefused,
    Grants,
    OAuthApp,
    TokenPair,
)
from simulators.quickbooks.oauth.signing import Signer

_SAYS = {
    ACCOUNTING: "See and change your customers, invoices, payments and other accounting data",
    "com.intuit.quickbooks.payment": "Take payments",
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "phone": "See your phone number",
    "address": "See your address",
}
_NO_STORE = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}
USER = {
    "sub": "3f0f9c1e-7d5b-4d0a-9d3b-5a1c8e0b7a11",
    "email": "owner@larkspur.example",
    "emailVerified": True,
    "givenName": "Robin",
    "familyName": "Larkspur",
}
USER_NAME = f"{USER['givenName']} {USER['familyName']}"


class Host(Protocol):
    """What the endpoints need of the simulator."""

    clock: SimClock
    grants: Grants
    site: pages.Site

    @property
    def realm(self) -> str:
        """The company's id."""

    @property
    def company_name(self) -> str:
        """The company's name."""


class OAuthEndpoints:
    """The endpoints, bound to one simulator."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._signer = Signer()

    def rules(self) -> list[Rule]:
        """Return the routes."""
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("/.well-known/openid_configuration", "GET", self.discovery),
            ("/.well-known/openid_sandbox_configuration", "GET", self.discovery),
            ("/connect/oauth2", "GET", self.consent),
            ("/connect/oauth2", "POST", self.decide),
            ("/oauth2/v1/tokens/bearer", "POST", self.token),
            ("/v2/oauth2/tokens/revoke", "POST", self.revoke),
            ("/v1/openid_connect/userinfo", "GET", self.userinfo),
            ("/op/v1/jwks", "GET", self.jwks),
        ]
        return [Rule(path, methods=[verb], endpoint=target) for path, verb, target in routes]

    def discovery(self, request: SimRequest) -> Response:
        """The discovery document; every endpoint points at this simulator."""
        base = request.host_url.rstrip("/")
        return json_response(
            {
                "issuer": f"{base}/op/v1",
                "authorization_endpoint": f"{base}/connect/oauth2",
                "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
                "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
                "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
                "jwks_uri": f"{base}/op/v1/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email", "profile", "address", "phone"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "client_secret_basic",
                ],
                "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
            }
        )

    # -- consent --------------------------------------------------------------------------
    def consent(self, request: SimRequest) -> Response:
        """The page that asks the user."""
        wanted = {name: request.args.get(name, "") for name in _ASKED}
        app, problem = self._checked(wanted)
        if app is None:
            return self._refusal_page(problem)
        scopes = wanted["scope"].split()
        listed = Markup("").join(Markup("<li>{}</li>").format(_SAYS.get(s, s)) for s in scopes)
        body = pages.form(
            "/connect/oauth2",
            pages.paragraph(f"{app.name} asks for access to your company."),
            pages.facts([("Company", self._host.company_name), ("Company ID", self._host.realm)]),
            pages.heading("It will be able to"),
            Markup("<ul>{}</ul>").format(listed),
            pages.hidden(wanted),
            pages.row(
                pages.button("Connect", name="decision", value="allow"),
                pages.button("Cancel", name="decision", value="cancel", style="plain"),
            ),
            css="card narrow",
        )
        return html_response(pages.page(self._host.site, f"Connect {app.name}", body))

    def decide(self, request: SimRequest) -> Response:
        """The user's answer, sent on to the app."""
        wanted = {name: request.form.get(name, "") for name in _ASKED}
        app, problem = self._checked(wanted)
        if app is None:
            return self._refusal_page(problem)
        if request.form.get("decision") != "allow":
            answer = {"error": "access_denied", "state": wanted["state"]}
            return _redirect(wanted["redirect_uri"], answer)
        scopes = wanted["scope"].split()
        code = self._host.grants.issue_code(
            app.client_id, wanted["redirect_uri"], scopes, self._host.realm
        )
        answer = {"code": code, "state": wanted["state"]}
        if ACCOUNTING in scopes:
            answer["realmId"] = self._host.realm
        return _redirect(wanted["redirect_uri"], answer)

    def _checked(self, wanted: dict[str, str]) -> tuple[OAuthApp | None, str]:
        """Return the app, or why the request is not shown to the user."""
        app = self._host.grants.apps.get(wanted["client_id"])
        scopes = wanted["scope"].split()
        if app is None:
            return None, "The client_id is not known."
        if not app.allows(wanted["redirect_uri"]):
            return None, "The redirect_uri query parameter value is invalid."
        if wanted["response_type"] != "code":
            return None, "The response_type must be code."
        if not scopes or any(scope not in SCOPES for scope in scopes):
            return None, "The scope is missing or not known."
        if not wanted["state"]:
            return None, "The state query parameter is missing."
        return app, ""

    def _refusal_page(self, problem: str) -> Response:
        body = pages.card(pages.paragraph(problem))
        page = pages.page(
            self._host.site, "Sorry, but the app did not connect", body, flash=problem, bad=True
        )
        return html_response(page, 400)

    # -- tokens ---------------------------------------------------------------------------
    def token(self, request: SimRequest) -> Response:
        """Exchange a code or a refresh token."""
        app = self._authenticated(request, dict(request.form))
        if app is None:
            return _oauth_error(401, "invalid_client")
        form = request.form
        try:
            match form.get("grant_type"):
                case "authorization_code":
                    if not form.get("code") or not form.get("redirect_uri"):
                        return _oauth_error(400, "invalid_request")
                    pair = self._host.grants.exchange(app, form["code"], form["redirect_uri"])
                case "refresh_token":
                    if not form.get("refresh_token"):
                        return _oauth_error(400, "invalid_request")
                    pair = self._host.grants.refresh(app, form["refresh_token"])
                case None | "":
                    return _oauth_error(400, "invalid_request")
                case _:
                    return _oauth_error(400, "unsupported_grant_type")
        except GrantRefused as refused:
            return _oauth_error(400, refused.error, refused.description)
        return json_response(self._handed_out(request, pair), headers=_NO_STORE)

    def _handed_out(self, request: SimRequest, pair: TokenPair) -> dict[str, Any]:
        body: dict[str, Any] = {
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": pair.refresh_token,
            "x_refresh_token_expires_in": REFRESH_SECONDS,
            "access_token": pair.access_token,
        }
        if request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true":
            now = int(self._host.clock.now().timestamp())
            body["x_refresh_token_hard_expires_in"] = (
                pair.grant.granted_at + _FIVE_YEARS_SECONDS - now
            )
        if "openid" in pair.grant.scopes:
            body["id_token"] = self._id_token(request, pair)
        return body

    def _id_token(self, request: SimRequest, pair: TokenPair) -> str:
        now = int(self._host.clock.now().timestamp())
        return self._signer.token(
            {
                "sub": USER["sub"],
                "aud": [pair.grant.client_id],
                "realmid": pair.grant.realm,
                "iss": f"{request.host_url}op/v1",
                "exp": now + ACCESS_SECONDS,
                "iat": now,
            }
        )

    def revoke(self, request: SimRequest) -> Response:
        """End a grant; either of its tokens will do."""
        try:
            sent = jsontext.loads(request.get_data()) if not request.form else dict(request.form)
        except ValueError:
            sent = None
        form = sent if isinstance(sent, dict) else {}
        app = self._authenticated(request, form)
        if app is None:
            return _oauth_error(401, "invalid_client")
        token = form.get("token")
        if not token or not self._host.grants.revoke(app, str(token)):
            return _oauth_error(400, "invalid_request")
        return Response("", status=200)

    def userinfo(self, request: SimRequest) -> Response:
        """Who consented."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        grant, is_expired = self._host.grants.access(token)
        if grant is None or grant.is_revoked or is_expired or "openid" not in grant.scopes:
            return _oauth_error(401, "invalid_token")
        return json_response(USER)

    def jwks(self, request: SimRequest) -> Response:
        """The public keys of id_tokens."""
        return json_response(self._signer.jwks())

    def _authenticated(self, request: SimRequest, form: dict[str, Any]) -> OAuthApp | None:
        """Return the app that proves itself by Basic authentication or in the body."""
        client_id, secret = str(form.get("client_id", "")), str(form.get("client_secret", ""))
        kind, _, coded = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                pair = base64.b64decode(coded, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return None
            client_id, _, secret = pair.partition(":")
            client_id, secret = unquote_plus(client_id), unquote_plus(secret)
        app = self._host.grants.apps.get(client_id)
        return app if app is not None and app.secret == secret else None


_ASKED = ("client_id", "response_type", "scope", "redirect_uri", "state")
# The absolute maximum since the policy of November 2025.
_FIVE_YEARS_SECONDS = 5 * 365 * 86400


def _redirect(uri: str, answer: dict[str, str]) -> Response:
    parts = urlsplit(uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *answer.items()])
    target = urlunsplit(parts._replace(query=query))
    return Response("", status=302, headers={"Location": target})


def _oauth_error(status: int, error: str, description: str = "") -> Response:
    body = {"error": error}
    if description:
        body["error_description"] = description
    return json_response(body, status, headers=_NO_STORE)
