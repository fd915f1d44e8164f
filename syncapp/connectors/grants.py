"""OAuth 2.0 with both vendors: consent address, code exchange, refresh, revoke.

The vendors differ in addresses, in where the app's secret goes and in how a revoke is written:
those are data here. Knows nothing of when a token is refreshed, or where it is kept (``oauth.py``).
Plain http is refused except to this machine.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import quote, urlencode

from syncapp.connectors import jsontext
from syncapp.connectors.caller import USER_AGENT, Answer, read_answer
from syncapp.connectors.exchanges import redact
from syncapp.connectors.http import require_safe_url
from syncapp.connectors.jsontext import mapping, text
from syncapp.connectors.oauth import Tokens
from syncapp.core.errors import (
    ConfigurationInvalid,
    ConnectionBroken,
    SideUnreachable,
    SyncError,
)
from syncapp.core.ports import AnswerLost, Env, HttpRequest, NotSent
from syncapp.core.sides import Side

#: Two tries, each 8 s to connect and 8 s to answer, fit into the lease that guards a refresh.
TIMEOUT_SECONDS = 8.0
TRIES = 2
FORM = "application/x-www-form-urlencoded"


class SecretIn(StrEnum):
    """Where a vendor wants the app's id and secret."""

    BODY = "body"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where consent, tokens, revoking and asking about a token ("" for nowhere) are."""

    authorize: str
    token: str
    revoke: str
    introspect: str = ""


@dataclass(frozen=True, slots=True)
class OAuthVendor:
    """How a vendor speaks OAuth.

    Attributes:
        name: As a person reads it.
        scopes: What is asked for when the caller does not say.
        endpoints: The vendor's own, fixed addresses.
        paths: The same below another base URL; None where its discovery document tells.
        discovery: Paths of the discovery document, by environment.
    """

    side: Side
    name: str
    scopes: tuple[str, ...]
    secret_in: SecretIn
    endpoints: Endpoints
    paths: Endpoints | None
    revoke_as_json: bool
    request_id_header: str
    discovery: Mapping[str, str] = field(default_factory=dict)


HUBSPOT_API = "https://api.hubapi.com"
HUBSPOT_OAUTH_VERSION = "2026-03"

HUBSPOT = OAuthVendor(
    side=Side.HUBSPOT,
    name="HubSpot",
    scopes=(
        "oauth",
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.objects.companies.read",
        "crm.objects.deals.read",
        "crm.objects.products.read",
        "crm.objects.products.write",
        "crm.objects.line_items.read",
        "crm.objects.line_items.write",
        "crm.objects.invoices.read",
        "crm.objects.invoices.write",
        "crm.objects.commercepayments.read",
        "crm.objects.commercepayments.write",
        "e-commerce",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write",
        "crm.schemas.companies.read",
        "crm.schemas.deals.read",
        "crm.schemas.invoices.read",
        "crm.schemas.invoices.write",
        "crm.schemas.commercepayments.read",
        "crm.schemas.commercepayments.write",
    ),
    secret_in=SecretIn.BODY,
    # UNCONFIRMED: whether consent of an EU account must start at app-eu1.hubspot.com
    # (apis/hubspot.md 2.1); HubSpot's own pages name this host only.
    endpoints=Endpoints(
        authorize="https://app.hubspot.com/oauth/authorize",
        token=f"{HUBSPOT_API}/oauth/{HUBSPOT_OAUTH_VERSION}/token",
        revoke=f"{HUBSPOT_API}/oauth/{HUBSPOT_OAUTH_VERSION}/token/revoke",
        introspect=f"{HUBSPOT_API}/oauth/{HUBSPOT_OAUTH_VERSION}/token/introspect",
    ),
    paths=Endpoints(
        authorize="/oauth/authorize",
        token=f"/oauth/{HUBSPOT_OAUTH_VERSION}/token",
        revoke=f"/oauth/{HUBSPOT_OAUTH_VERSION}/token/revoke",
        introspect=f"/oauth/{HUBSPOT_OAUTH_VERSION}/token/introspect",
    ),
    revoke_as_json=False,
    request_id_header="x-hubspot-correlation-id",
)

QUICKBOOKS = OAuthVendor(
    side=Side.QUICKBOOKS,
    name="QuickBooks",
    scopes=("com.intuit.quickbooks.accounting",),
    secret_in=SecretIn.BASIC,
    endpoints=Endpoints(
        authorize="https://appcenter.intuit.com/connect/oauth2",
        token="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # noqa: S106
        revoke="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    ),
    paths=None,
    revoke_as_json=True,
    request_id_header="intuit_tid",
    discovery={
        "production": "/.well-known/openid_configuration",
        "sandbox": "/.well-known/openid_sandbox_configuration",
    },
)

VENDORS: Mapping[Side, OAuthVendor] = {Side.HUBSPOT: HUBSPOT, Side.QUICKBOOKS: QUICKBOOKS}


@dataclass(frozen=True, slots=True)
class App:
    """The operator's app at the vendor."""

    client_id: str
    client_secret: str = field(repr=False)


class OAuthClient:
    """Speaks OAuth with one vendor for one app.

    Args:
        env: HTTP, clock and jitter.
        base_url: "" for the vendor's own addresses; else another host (a simulator).
        environment: "production" or "sandbox"; picks the discovery document.

    Raises:
        ConfigurationInvalid: The base URL is plain http to another machine.
    """

    def __init__(
        self,
        env: Env,
        vendor: OAuthVendor,
        app: App,
        *,
        base_url: str = "",
        environment: str = "production",
    ) -> None:
        self._env = env
        self._vendor = vendor
        self._app = app
        self._base_url = require_safe_url(base_url) if base_url else ""
        self._environment = environment
        self._found: Endpoints | None = None

    def authorize_url(self, *, redirect_uri: str, state: str, scopes: tuple[str, ...] = ()) -> str:
        """Where the person's browser is sent to give consent.

        Args:
            redirect_uri: Exactly as registered with the vendor.
            state: Unguessable; the callback must bring it back.
            scopes: Instead of the vendor's usual ones.
        """
        query = {
            "client_id": self._app.client_id,
            "response_type": "code",
            "scope": " ".join(scopes or self._vendor.scopes),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._endpoints().authorize}?{urlencode(query, quote_via=quote)}"

    def exchange(self, code: str, *, redirect_uri: str) -> Tokens:
        """The tokens for the code of a callback.

        Raises:
            ConnectionBroken: The code has expired or was used (code "consent_expired").
            ConfigurationInvalid: The vendor does not know the app, its secret or the redirect URI.
            SideUnreachable: The vendor did not answer.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._tokens(self._token_call(form, renewing=False), "")

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token; the answer's refresh token replaces it.

        Raises:
            ConnectionBroken: Revoked, lapsed or superseded (code "reconnect").
            ConfigurationInvalid: The vendor does not know the app or its secret.
            SideUnreachable: The vendor did not answer.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._tokens(self._token_call(form, renewing=True), refresh_token)

    def revoke(self, refresh_token: str) -> None:
        """End the grant. A token the vendor no longer knows counts as revoked.

        Raises:
            ConfigurationInvalid: The vendor does not know the app or its secret.
            SideUnreachable: The vendor did not answer.
        """
        url = self._endpoints().revoke
        if self._vendor.revoke_as_json:
            answer = self._post(url, jsontext.write({"token": refresh_token}), "application/json")
        else:
            form = {"token": refresh_token, "token_type_hint": "refresh_token"}
            answer = self._post(url, self._form(form), FORM)
        if 200 <= answer.status < 300 or answer.status in {400, 404}:
            if self._is_app_unknown(answer):
                raise self._app_unknown(answer)
            return
        raise self._refusal(answer, renewing=True)

    def app_id(self, access_token: str) -> str:
        """The vendor's id of the app a token was given to; "" where it does not tell.

        HubSpot's property history names an app by this id.

        Raises:
            SideUnreachable: The vendor did not answer.
        """
        url = self._endpoints().introspect
        if not url:
            return ""
        form = {"token": access_token, "token_type_hint": "access_token"}
        answer = self._post(url, self._form(form), FORM)
        return text(mapping(answer.json).get("app_id")) if 200 <= answer.status < 300 else ""

    # -- addresses

    def _endpoints(self) -> Endpoints:
        if not self._base_url:
            return self._vendor.endpoints
        if self._found is None:
            paths = self._vendor.paths
            self._found = self._discovered() if paths is None else Endpoints(
                self._base_url + paths.authorize,
                self._base_url + paths.token,
                self._base_url + paths.revoke,
                self._base_url + paths.introspect if paths.introspect else "",
            )  # fmt: skip
        return self._found

    def _discovered(self) -> Endpoints:
        discovery = self._vendor.discovery
        path = discovery.get(self._environment, discovery["production"])
        answer = self._send(
            HttpRequest("GET", self._base_url + path, self._headers(), b"", TIMEOUT_SECONDS)
        )
        if not answer.ok:
            raise ConfigurationInvalid(
                f"{self._base_url} has no OAuth discovery document (HTTP {answer.status}): "
                f"it does not look like {self._vendor.name}.",
                code="unsafe_url",
            )
        told = mapping(answer.json)
        return Endpoints(
            authorize=require_safe_url(text(told.get("authorization_endpoint"))),
            token=require_safe_url(text(told.get("token_endpoint"))),
            revoke=require_safe_url(text(told.get("revocation_endpoint"))),
        )

    # -- calls

    def _token_call(self, form: Mapping[str, str], *, renewing: bool) -> Answer:
        answer = self._post(self._endpoints().token, self._form(form), FORM)
        if answer.ok and text(mapping(answer.json).get("access_token")):
            return answer
        raise self._refusal(answer, renewing=renewing)

    def _form(self, form: Mapping[str, str]) -> bytes:
        app = {}
        if self._vendor.secret_in is SecretIn.BODY:
            app = {"client_id": self._app.client_id, "client_secret": self._app.client_secret}
        return urlencode({**form, **app}).encode()

    def _headers(self) -> dict[str, str]:
        return {"accept": "application/json", "user-agent": USER_AGENT}

    def _post(self, url: str, body: bytes, content_type: str) -> Answer:
        headers = {**self._headers(), "content-type": content_type}
        if self._vendor.secret_in is SecretIn.BASIC:
            pair = f"{self._app.client_id}:{self._app.client_secret}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        return self._send(HttpRequest("POST", url, headers, body, TIMEOUT_SECONDS))

    def _send(self, request: HttpRequest) -> Answer:
        """Send, and once more after trouble: with the *same* token.

        Whether a lost answer has already rotated a refresh token cannot be known; the old one
        normally still works that day (UNCONFIRMED, apis/quickbooks.md 2.6).
        """
        detail = ""
        for attempt in range(TRIES):
            if attempt:
                self._env.clock.sleep(self._env.random.uniform(0.5, 1.0))
            try:
                response = self._env.http.send(request)
            except (NotSent, AnswerLost) as error:
                detail = str(error)
                continue
            answer = read_answer(response, self._vendor.request_id_header)
            if answer.status < 500 and answer.status != 429:
                return answer
            detail = f"HTTP {answer.status}"
        raise SideUnreachable(
            f"{self._vendor.name} did not answer ({detail}). Try again in a few minutes.",
            code="temporary",
            detail=detail,
        )

    # -- answers

    def _tokens(self, answer: Answer, old_refresh: str) -> Tokens:
        told = mapping(answer.json)
        now = self._env.clock.now()
        refresh_life = _seconds(told.get("x_refresh_token_expires_in"))
        scopes = [text(one) for one in jsontext.items(told.get("scopes"))]
        return Tokens(
            access=text(told["access_token"]),
            refresh=text(told.get("refresh_token")) or old_refresh,
            expires_at=now + timedelta(seconds=_seconds(told.get("expires_in")) or 1800),
            refresh_expires_at=now + timedelta(seconds=refresh_life) if refresh_life else None,
            account_id=text(told.get("hub_id")),
            scopes=tuple(scope for scope in scopes if scope),
        )

    def _refusal(self, answer: Answer, *, renewing: bool) -> SyncError:
        told = mapping(answer.json)
        error, status = text(told.get("error")), text(told.get("status"))
        words = redact(text(told.get("error_description")) or text(told.get("message")))
        name = self._vendor.name
        if self._is_app_unknown(answer):
            return self._app_unknown(answer)
        if "REDIRECT_URI" in status:  # HubSpot; UNCONFIRMED spellings, apis/hubspot.md 2.2
            return ConfigurationInvalid(
                f"{name} does not accept the redirect URI. Register exactly the address shown "
                "here in the app's settings.",
                code="redirect_uri", detail=words, request_id=answer.request_id,
            )  # fmt: skip
        if answer.status in {400, 401} and (error == "invalid_grant" or status in _LAPSED):
            sentence = (
                f"{name} does not accept the connection any more: it was revoked or has lapsed. "
                "Press Reconnect."
                if renewing
                else f"{name}'s consent has expired or was already used. Press Connect again."
            )
            return ConnectionBroken(
                sentence,
                code="reconnect" if renewing else "consent_expired",
                detail=words,
                request_id=answer.request_id,
            )
        return ConfigurationInvalid(
            f"{name} did not accept the request for a token (HTTP {answer.status}"
            f"{f', {error or status}' if error or status else ''}).",
            code="oauth_refused", detail=words, request_id=answer.request_id,
        )  # fmt: skip

    def _is_app_unknown(self, answer: Answer) -> bool:
        told = mapping(answer.json)
        error, status = text(told.get("error")), text(told.get("status"))
        # UNCONFIRMED: HubSpot's spellings for a wrong id or secret (apis/hubspot.md 2.2).
        return error in {"invalid_client", "unauthorized_client"} or status in {
            "BAD_CLIENT_ID",
            "BAD_CLIENT_SECRET",
        }

    def _app_unknown(self, answer: Answer) -> ConfigurationInvalid:
        return ConfigurationInvalid(
            f"{self._vendor.name} does not know this app: check client id and client secret, "
            "and that they belong to the right environment.",
            code="app_unknown",
            request_id=answer.request_id,
        )


_LAPSED = {"BAD_REFRESH_TOKEN", "BAD_AUTH_CODE", "EXPIRED_AUTH_CODE"}


def _seconds(value: jsontext.Json) -> int:
    digits = text(value)
    return int(digits) if digits.isdigit() else 0
