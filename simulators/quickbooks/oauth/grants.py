"""Apps, grants and tokens: what is valid, until when, and what a refresh hands out.

Knows the life of tokens; must not know HTTP. Sources: D/develop/authentication-and-authorization,
Intuit's blog posts on token management (2024-06) and on the refresh token policy (2025-11).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulators.common.clock import SimClock
from simulators.common.ids import Ids
from simulators.common.state import State
from simulators.quickbooks.behaviour import Behaviour

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 8726400
_DAY = 86400
ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPES = (
    ACCOUNTING,
    "com.intuit.quickbooks.payment",
    *("openid", "profile", "email", "phone", "address"),
    "app-foundations.custom-field-definitions",
    "app-foundations.custom-field-definitions.read",
    "project-management.project",
    "indirect-tax.tax-calculation.quickbooks",
    "payroll.compensation.read",
)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
CODE, GRANT, ACCESS = "oauth_code", "oauth_grant", "oauth_access"


class GrantRefused(Exception):
    """The token endpoint says no: the standard error word and, if any, a description."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(description or error)
        self.error = error
        self.description = description


@dataclass(frozen=True)
class OAuthApp:
    """An app registered with the vendor. Redirects go to this machine only."""

    client_id: str
    secret: str
    name: str

    def allows(self, redirect_uri: str) -> bool:
        """Development keys allow http on the loopback; nothing else is registered here."""
        try:
            parts = urlsplit(redirect_uri)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK


@dataclass
class Grant:
    """One user's consent for one app and this company. Times are seconds since the epoch."""

    id: str
    client_id: str
    realm: str
    scopes: list[str]
    granted_at: int
    refresh_token: str
    rotated_at: int
    used_at: int
    is_revoked: bool = False
    # Values that were replaced, with the moment; they may live on for a grace.
    superseded: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what the state file keeps."""
        return dict(vars(self))


@dataclass(frozen=True)
class _Issued:
    """An authorization code or an access token."""

    grant: dict[str, Any] | str
    expires: int


@dataclass(frozen=True)
class TokenPair:
    """What the token endpoint hands out."""

    grant: Grant
    access_token: str
    refresh_token: str


class Grants:
    """All codes, grants and tokens of the simulator."""

    def __init__(self, state: State, ids: Ids, clock: SimClock, apps: list[OAuthApp]) -> None:
        self._state = state
        self._ids = ids
        self._clock = clock
        self.apps = {app.client_id: app for app in apps}
        self.behaviour = Behaviour()
        self._codes: dict[str, _Issued] = {}
        self._access: dict[str, _Issued] = {}
        self.grants: dict[str, Grant] = {}
        self._by_refresh: dict[str, str] = {}

    def load(self) -> None:
        """Read everything from the state file."""
        self.clear()
        self._codes = {key: _Issued(**body) for key, body in self._state.load(CODE)}
        self._access = {key: _Issued(**body) for key, body in self._state.load(ACCESS)}
        for key, body in self._state.load(GRANT):
            self.grants[key] = Grant(**body)
        for grant in self.grants.values():
            for token in (grant.refresh_token, *grant.superseded):
                self._by_refresh[token] = grant.id

    def clear(self) -> None:
        """Forget everything but the apps."""
        self._codes.clear()
        self._access.clear()
        self.grants.clear()
        self._by_refresh.clear()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    # -- consent --------------------------------------------------------------------------
    def issue_code(self, client_id: str, redirect_uri: str, scopes: list[str], realm: str) -> str:
        """Return a code for a consent just given."""
        code = "XAB" + self._ids.token("code", 47)
        wanted = {
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scopes": scopes,
            "realm": realm,
        }
        issued = _Issued(wanted, self._now() + self.behaviour.code_seconds)
        self._codes[code] = issued
        self._state.put(CODE, code, vars(issued))
        return code

    def exchange(self, app: OAuthApp, code: str, redirect_uri: str) -> TokenPair:
        """Turn a code into tokens; the app's earlier grant for the company ends.

        Raises:
            GrantRefused: unknown, used or expired code, another app's, another redirect URI.
        """
        issued = self._codes.pop(code, None)
        if issued is None:
            raise GrantRefused("invalid_grant", "Token invalid")
        self._state.delete(CODE, code)
        wanted = issued.grant
        now = self._now()
        if (
            not isinstance(wanted, dict)
            or wanted["client_id"] != app.client_id
            or wanted["redirect_uri"] != redirect_uri
            or issued.expires <= now
        ):
            raise GrantRefused("invalid_grant")
        for earlier in self.grants.values():
            # Practice, UNCONFIRMED as a written rule.
            if earlier.client_id == app.client_id and earlier.realm == wanted["realm"]:
                self._end(earlier)
        grant = Grant(
            id=str(self._ids.next("grant")),
            client_id=app.client_id,
            realm=wanted["realm"],
            scopes=wanted["scopes"],
            granted_at=now,
            refresh_token=self._new_refresh_token(),
            rotated_at=now,
            used_at=now,
        )
        self.grants[grant.id] = grant
        self._by_refresh[grant.refresh_token] = grant.id
        return self._hand_out(grant)

    # -- refresh and revoke ---------------------------------------------------------------
    def refresh(self, app: OAuthApp, token: str) -> TokenPair:
        """Return a new access token, and the refresh token to use from now on.

        Raises:
            GrantRefused: expired, revoked or superseded, or not a refresh token of this app.
        """
        grant = self.grants.get(self._by_refresh.get(token, ""))
        if grant is None:
            if token in self._access:
                raise GrantRefused("invalid_grant", "Incorrect Token type or clientID")
            raise GrantRefused("invalid_grant", "Incorrect or invalid refresh token")
        if grant.client_id != app.client_id:
            raise GrantRefused("invalid_grant", "Incorrect Token type or clientID")
        now = self._now()
        current = token == grant.refresh_token
        in_grace = now < grant.superseded.get(token, 0) + self.behaviour.refresh_grace_seconds
        if grant.is_revoked or now >= grant.used_at + REFRESH_SECONDS or not (current or in_grace):
            raise GrantRefused("invalid_grant", "Incorrect or invalid refresh token")
        if current and self._is_rotation_due(grant, now):
            grant.superseded[token] = now
            grant.refresh_token = self._new_refresh_token()
            grant.rotated_at = now
            self._by_refresh[grant.refresh_token] = grant.id
        grant.used_at = now
        return self._hand_out(grant)

    def _is_rotation_due(self, grant: Grant, now: int) -> bool:
        match self.behaviour.refresh_rotation:
            case "use":
                return True
            case "never":
                return False
        return now - grant.rotated_at >= _DAY

    def revoke(self, app: OAuthApp, token: str) -> bool:
        """End the grant a token belongs to; False if there is none of this app."""
        issued = self._access.get(token)
        grant_id = self._by_refresh.get(token) or (issued.grant if issued else "")
        grant = self.grants.get(str(grant_id))
        if grant is None or grant.client_id != app.client_id:
            return False
        self._end(grant)
        return True

    def disconnect(self, grant_id: str) -> Grant | None:
        """End a grant from inside QuickBooks; returns it if it was standing."""
        grant = self.grants.get(grant_id)
        if grant is None or grant.is_revoked:
            return None
        self._end(grant)
        return grant

    def standing(self) -> list[Grant]:
        """Return the grants that are in force."""
        return [grant for grant in self.grants.values() if not grant.is_revoked]

    # -- access ---------------------------------------------------------------------------
    def access(self, token: str) -> tuple[Grant | None, bool]:
        """Return the grant of an access token, and whether the token is past its hour."""
        issued = self._access.get(token)
        if issued is None:
            return None, False
        return self.grants.get(str(issued.grant)), issued.expires <= self._now()

    def expire_access(self, token: str) -> None:
        """Let an access token be past its hour now (a fault on purpose)."""
        issued = self._access.get(token)
        if issued is not None:
            self._keep_access(token, _Issued(issued.grant, self._now()))

    # -- inside ---------------------------------------------------------------------------
    def _hand_out(self, grant: Grant) -> TokenPair:
        token = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.." + self._ids.token("access", 60)
        self._keep_access(token, _Issued(grant.id, self._now() + ACCESS_SECONDS))
        self._state.put(GRANT, grant.id, grant)
        return TokenPair(grant, token, grant.refresh_token)

    def _keep_access(self, token: str, issued: _Issued) -> None:
        self._access[token] = issued
        self._state.put(ACCESS, token, vars(issued))

    def _end(self, grant: Grant) -> None:
        grant.is_revoked = True
        self._state.put(GRANT, grant.id, grant)

    def _new_refresh_token(self) -> str:
        return f"AB11{self._now()}" + self._ids.token("refresh", 36)
