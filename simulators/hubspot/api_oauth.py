"""OAuth over HTTP: the consent page, the token endpoints, introspection and revocation.

Knows forms and answers; lives of tokens are in ``oauth``.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.clock import SimClock
from simulators.common.web import SimRequest, html_response, json_response
from simulators.hubspot import account, errors
from simulators.hubspot.access import DATED, Endpoint, rule
from simulators.hubspot.oauth import (
    ACCESS_TOKEN_SECONDS,
    APPS,
    AccessToken,
    Grant,
    OAuth,
    Refused,
    RegisteredApp,
)

SITE = pages.Site("HubSpot simulator", account.NAME, accent="#a8410f")


class OAuthApi:
    """Everything under ``/oauth``."""

    def __init__(
        self,
        oauth: OAuth,
        clock: SimClock,
        portal_id: Callable[[], int],
        connected: Callable[[SimRequest, str], None],
    ) -> None:
        self._oauth = oauth
        self._clock = clock
        self._portal_id = portal_id
        self._connected = connected

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        for path in ("/oauth/authorize", "/oauth/<int:hub_id>/authorize"):
            yield rule(path, "GET", _page(self.authorize))
            yield rule(path, "POST", _page(self.decide))
        for version in ("v1", "v3", *DATED):
            base = f"/oauth/{version}"

            def token(request: SimRequest, version: str = version) -> Response:
                return self.token(request, version)

            yield rule(f"{base}/token", "POST", _open(token, "POST oauth/token"))
            if version == "v1":
                yield rule(f"{base}/access-tokens/<token>", "GET", _open(self.access_v1))
                yield rule(f"{base}/refresh-tokens/<token>", "GET", _open(self.refresh_v1))
                yield rule(f"{base}/refresh-tokens/<token>", "DELETE", _open(self.delete_v1))
            else:
                yield rule(f"{base}/token/introspect", "POST", _open(self.introspect))
                yield rule(f"{base}/token/revoke", "POST", _open(self.revoke))

    # -- consent ----------------------------------------------------------------------------

    def authorize(self, request: SimRequest, hub_id: int | None = None) -> Response:
        """The consent page."""
        app, problem = self._checked(request.args, hub_id)
        if app is None:
            return self._refused(problem)
        scopes = _scopes(request.args)
        body = pages.form(
            request.path,
            pages.paragraph(
                Markup(
                    "<strong>{}</strong> wants to connect to the account "
                    "<strong>{}</strong> (Hub ID {})."
                ).format(app.name, account.NAME, self._portal_id())
            ),
            pages.paragraph("It asks for permission to:"),
            Markup("<ul>{}</ul>").format(
                pages.joined(Markup("<li><code>{}</code></li>").format(s) for s in scopes)
            ),
            pages.paragraph(
                f"You are signed in as {account.ADMIN.first_name} {account.ADMIN.last_name}.",
                "soft",
            ),
            pages.hidden({key: value for key, value in request.args.items()}),
            pages.row(
                pages.button("Allow", name="decision", value="allow"),
                pages.button("Cancel", name="decision", value="cancel", style="plain"),
            ),
            css="card narrow",
        )
        return html_response(pages.page(SITE, "Connect app to HubSpot", body))

    def decide(self, request: SimRequest, hub_id: int | None = None) -> Response:
        """Send the person back with a code, or with the refusal."""
        app, problem = self._checked(request.form, hub_id)
        if app is None:
            return self._refused(problem)
        redirect_uri = request.form["redirect_uri"]
        if request.form.get("decision") == "allow":
            code = self._oauth.issue_code(
                app.client_id, account.ADMIN.user_id, redirect_uri, _scopes(request.form)
            )
            self._connected(request, app.client_id)
            answer = {"code": code}
        else:
            # Wording of the description: UNCONFIRMED.
            answer = {
                "error": "access_denied",
                "error_description": "The user chose not to authorize the application.",
            }
        if "state" in request.form:
            answer["state"] = request.form["state"]
        joint = "&" if "?" in redirect_uri else "?"
        return redirect(f"{redirect_uri}{joint}{urlencode(answer)}", code=302)

    def _checked(self, given: Any, hub_id: int | None) -> tuple[RegisteredApp | None, str]:
        app = APPS.get(given.get("client_id", ""))
        if app is None:
            return None, "We could not find an app with this client ID."
        if not app.allows_redirect(given.get("redirect_uri", "")):
            return None, (
                "The redirect URL of the request is none of those registered for the app. "
                "(The simulator's app accepts addresses of this machine only.)"
            )
        if not _scopes(given):
            return None, "The request names no scopes."
        if hub_id is not None and hub_id != self._portal_id():
            return None, f"You have no access to the account {hub_id}."
        return app, ""

    def _refused(self, problem: str) -> Response:
        text = pages.card(pages.paragraph(problem))
        return html_response(pages.page(SITE, "Authorization failed", text), 400)

    # -- tokens -----------------------------------------------------------------------------

    def token(self, request: SimRequest, version: str) -> Response:
        """First tokens for a code, or new ones for a refresh token."""
        try:
            token = self._tokens_for(request.form)
        except Refused as refused:
            return self._token_error(request, refused, version)
        return json_response(self._token_body(token, version))

    def _tokens_for(self, form: Any) -> AccessToken:
        client_id = self._client(form)
        match form.get("grant_type"):
            case "authorization_code":
                redirect_uri = form.get("redirect_uri", "")
                return self._oauth.exchange(client_id, form.get("code", ""), redirect_uri)
            case "refresh_token":
                return self._oauth.refresh(client_id, form.get("refresh_token", ""))
            case other:
                # Spelling UNCONFIRMED.
                message = f"unknown grant type {other}"
                raise Refused("unsupported_grant_type", "BAD_GRANT_TYPE", message)

    @staticmethod
    def _client(form: Any) -> str:
        app = APPS.get(form.get("client_id", ""))
        if app is None:
            # Spellings for a wrong id or secret: UNCONFIRMED.
            raise Refused("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
        given = form.get("client_secret", "")
        if not hmac.compare_digest(given.encode(), app.client_secret.encode()):
            raise Refused("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")
        return app.client_id

    @staticmethod
    def _token_error(request: SimRequest, refused: Refused, version: str) -> Response:
        body = {
            "status": refused.status,
            "message": str(refused),
            "correlationId": request.request_id,
        }
        if version != "v1":
            body = {"error": refused.error, "error_description": str(refused), **body}
        return json_response(body, 400)

    def _token_body(self, token: AccessToken, version: str) -> dict[str, Any]:
        grant = self._oauth.grants[token.grant_id]
        body: dict[str, Any] = {
            "token_type": "bearer",
            "access_token": token.token,
            "refresh_token": grant.refresh_token,
            "expires_in": ACCESS_TOKEN_SECONDS,
        }
        if version != "v1":
            body |= {
                "hub_id": self._portal_id(),
                "user_id": grant.user_id,
                "scopes": grant.scopes,
                "token_use": "access_token",
            }
        return body

    # -- introspection and revocation -------------------------------------------------------

    def introspect(self, request: SimRequest) -> Response:
        """What a token is. The guide's older field names are taken, too."""
        try:
            self._client(request.form)
        except Refused as refused:
            return self._token_error(request, refused, "v3")
        text = _token_field(request)
        access = self._oauth.access(text)
        if access is not None:
            token, grant = access
            left = max((token.expires - self._clock.milliseconds()) // 1000, 0)
            body = self._described(text, grant, "access_token")
            body |= {"active": left > 0, "expires_in": left, "is_private_distribution": True}
            return json_response(body)
        refresh = self._oauth.grant_of_refresh(text)
        if refresh is None:
            return json_response({"active": False})
        body = self._described(text, refresh, "refresh_token")
        return json_response({**body, "active": not refresh.revoked})

    def revoke(self, request: SimRequest) -> Response:
        """End the grant of a token. Which status: 200 assumed, UNCONFIRMED."""
        try:
            self._client(request.form)
        except Refused as refused:
            return self._token_error(request, refused, "v3")
        text = _token_field(request)
        access = self._oauth.access(text)
        grant = access[1] if access else self._oauth.grant_of_refresh(text)
        if grant is not None:
            self._oauth.revoke(grant)
        return Response(status=200)

    def access_v1(self, _request: SimRequest, token: str) -> Response:
        """v1: what an access token is."""
        access = self._oauth.access(token)
        if access is None or access[0].expires <= self._clock.milliseconds():
            raise errors.plain(404, "resource not found")
        left = (access[0].expires - self._clock.milliseconds()) // 1000
        body = self._described(token, access[1], "access_token")
        return json_response({**body, "expires_in": left, "token_type": "access"})

    def refresh_v1(self, _request: SimRequest, token: str) -> Response:
        """v1: what a refresh token is."""
        grant = self._oauth.grant_of_refresh(token)
        if grant is None or grant.revoked:
            raise errors.plain(404, "resource not found")
        return json_response(
            {**self._described(token, grant, "refresh_token"), "token_type": "refresh"}
        )

    def delete_v1(self, _request: SimRequest, token: str) -> Response:
        """v1: uninstall by refresh token."""
        grant = self._oauth.grant_of_refresh(token)
        if grant is not None:
            self._oauth.revoke(grant)
        return Response(status=204)

    def _described(self, text: str, grant: Grant, use: str) -> dict[str, Any]:
        app = APPS[grant.client_id]
        return {
            "token": text,
            "token_type": "Bearer",
            "token_use": use,
            "hub_id": self._portal_id(),
            "user_id": grant.user_id,
            "app_id": app.app_id,
            "client_id": grant.client_id,
            "user": account.ADMIN.email,
            "hub_domain": "larkspur.example",
            "scopes": grant.scopes,
        }


def _page(handler: Callable[..., Response]) -> Endpoint:
    return Endpoint(handler, "page", "page", needs_token=False)


def _open(handler: Callable[..., Response], name: str = "oauth metadata") -> Endpoint:
    return Endpoint(handler, "oauth", name, needs_token=False)


def _scopes(given: Any) -> list[str]:
    wanted = f"{given.get('scope', '')} {given.get('optional_scope', '')}".split()
    return list(dict.fromkeys(wanted))


def _token_field(request: SimRequest) -> str:
    form = request.form
    return str(form.get("token") or form.get("access_token") or form.get("refresh_token") or "")
