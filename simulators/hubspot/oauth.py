"""Apps, grants, codes and tokens.

Knows their lives; must not know pages or answers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from simulators.common.clock import SimClock, from_milliseconds
from simulators.common.ids import Ids
from simulators.common.state import State
from simulators.hubspot.settings import Settings

ACCESS_TOKEN_SECONDS = 1800
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class RegisteredApp:
    """An app with its keys."""

    client_id: str
    client_secret: str
    app_id: int
    name: str

    def allows_redirect(self, uri: str) -> bool:
        """The preset app is for trying out: it sends people to this machine only."""
        parts = urlsplit(uri)
        return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK


PRESET_APP = RegisteredApp("sim-hubspot-client", "sim-hubspot-secret", 1160452, "Tandem")
APPS = {PRESET_APP.client_id: PRESET_APP}


@dataclass
class Grant:
    """An app installed in the account: one refresh token at a time."""

    id: str
    client_id: str
    user_id: int
    scopes: list[str]
    refresh_token: str
    created: int
    revoked: bool = False


@dataclass
class AccessToken:
    """A token of half an hour."""

    token: str
    grant_id: str
    expires: int
    issued: int


@dataclass
class Code:
    """An authorization code: single use, short lived."""

    code: str
    client_id: str
    user_id: int
    redirect_uri: str
    scopes: list[str]
    expires: int
    used_grant: str | None = None


class Refused(Exception):
    """A token request that fails: ``error`` is OAuth's word, ``status`` HubSpot's."""

    def __init__(self, error: str, status: str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.status = status


class OAuth:
    """The grants of one account."""

    def __init__(self, *, state: State, clock: SimClock, ids: Ids, settings: Settings) -> None:
        self._state = state
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self.clear()

    def clear(self) -> None:
        """Forget all connections."""
        self.grants: dict[str, Grant] = {}
        self._access: dict[str, AccessToken] = {}
        self._codes: dict[str, Code] = {}
        self._by_refresh: dict[str, str] = {}

    def load(self) -> None:
        """Read the state file."""
        for _, stored in self._state.load("grant"):
            self._keep_grant(Grant(**stored))
        for _, stored in self._state.load("access_token"):
            token = AccessToken(**stored)
            self._access[token.token] = token
        for _, stored in self._state.load("code"):
            code = Code(**stored)
            self._codes[code.code] = code

    def _keep_grant(self, grant: Grant) -> None:
        self.grants[grant.id] = grant
        self._by_refresh[grant.refresh_token] = grant.id

    def _save(self, grant: Grant) -> None:
        self._keep_grant(grant)
        self._state.put("grant", grant.id, asdict(grant))

    # -- codes ------------------------------------------------------------------------------

    def issue_code(self, client_id: str, user_id: int, redirect_uri: str, scopes: list[str]) -> str:
        """A code after consent."""
        lifetime = int(self._settings.code_lifetime * 1000)
        code = Code(
            code=self._ids.token("code", 36),
            client_id=client_id,
            user_id=user_id,
            redirect_uri=redirect_uri,
            scopes=scopes,
            expires=self._clock.milliseconds() + lifetime,
        )
        self._codes[code.code] = code
        self._state.put("code", code.code, asdict(code))
        return code.code

    def exchange(self, client_id: str, code_text: str, redirect_uri: str) -> AccessToken:
        """The first tokens for a code.

        Raises:
            Refused: unknown, expired, used, or another redirect URI.
        """
        code = self._codes.get(code_text)
        if code is None or code.client_id != client_id:
            raise Refused("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
        if code.used_grant is not None:
            # Whether a second use also ends the grant is UNCONFIRMED; it does not here.
            raise Refused("invalid_grant", "BAD_AUTH_CODE", "auth code was already used")
        if self._clock.milliseconds() >= code.expires:
            raise Refused("invalid_grant", "EXPIRED_AUTH_CODE", "the auth code has expired")
        if redirect_uri != code.redirect_uri:
            raise Refused(
                "invalid_grant",
                "MISMATCH_REDIRECT_URI_AUTH_CODE",
                "redirect URI does not match initial auth code URI",
            )
        grant = self._install(code)
        code.used_grant = grant.id
        self._state.put("code", code.code, asdict(code))
        return self._issue_access(grant)

    def _install(self, code: Code) -> Grant:
        """A new grant; the app's earlier ones in this account stay valid (UNCONFIRMED)."""
        grant = Grant(
            id=str(self._ids.next("grant")),
            client_id=code.client_id,
            user_id=code.user_id,
            scopes=code.scopes,
            refresh_token=self._ids.token("refresh", 48),
            created=self._clock.milliseconds(),
        )
        self._save(grant)
        return grant

    # -- tokens -----------------------------------------------------------------------------

    def refresh(self, client_id: str, refresh_token: str) -> AccessToken:
        """New access token for a refresh token.

        Raises:
            Refused: unknown, revoked, or of another app.
        """
        grant = self.grant_of_refresh(refresh_token)
        if grant is None or grant.revoked or grant.client_id != client_id:
            raise Refused("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        if self._settings.rotate_refresh_tokens:
            del self._by_refresh[grant.refresh_token]
            grant.refresh_token = self._ids.token("refresh", 48)
            self._save(grant)
        return self._issue_access(grant)

    def _issue_access(self, grant: Grant) -> AccessToken:
        now = self._clock.milliseconds()
        token = AccessToken(
            # Real ones exceed 300 characters: whoever stores them must not assume less.
            token="C" + self._ids.token("access", 330),
            grant_id=grant.id,
            expires=now + ACCESS_TOKEN_SECONDS * 1000,
            issued=now,
        )
        self._forget_old(now)
        self._access[token.token] = token
        self._state.put("access_token", token.token, asdict(token))
        return token

    def _forget_old(self, now: int) -> None:
        """Tokens dead for a day are dropped, else a long run would only grow."""
        day = 86_400_000
        for old in [t for t in self._access.values() if t.expires + day < now]:
            del self._access[old.token]
            self._state.delete("access_token", old.token)

    def access(self, token: str) -> tuple[AccessToken, Grant] | None:
        """A known access token whose grant stands; it may be expired."""
        found = self._access.get(token)
        if found is None:
            return None
        grant = self.grants.get(found.grant_id)
        return (found, grant) if grant is not None and not grant.revoked else None

    def expire(self, token: str) -> None:
        """End an access token five minutes ago (a fault)."""
        found = self._access.get(token)
        if found is not None:
            found.expires = self._clock.milliseconds() - 5 * 60 * 1000
            self._state.put("access_token", token, asdict(found))

    def grant_of_refresh(self, refresh_token: str) -> Grant | None:
        """The grant of a refresh token, revoked or not."""
        return self.grants.get(self._by_refresh.get(refresh_token, ""))

    def revoke(self, grant: Grant) -> None:
        """End a grant with all its tokens."""
        grant.revoked = True
        self._save(grant)
        for token in [t for t in self._access.values() if t.grant_id == grant.id]:
            del self._access[token.token]
            self._state.delete("access_token", token.token)

    def describe(self, grant: Grant) -> dict[str, Any]:
        """What a person's list of connected apps shows."""
        app = APPS.get(grant.client_id)
        return {
            "name": app.name if app else grant.client_id,
            "client_id": grant.client_id,
            "scopes": grant.scopes,
            "connected": from_milliseconds(grant.created),
            "revoked": grant.revoked,
        }
