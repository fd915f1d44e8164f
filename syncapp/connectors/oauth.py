"""Tokens: when one is refreshed, and how that happens once although many threads ask for it.

Knows expiry, lease and compare-and-swap; not where tokens are kept (``TokenStore``), nor how a
vendor is asked for a new one (``grants.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from syncapp.core.errors import ConnectionBroken, SideUnreachable
from syncapp.core.ports import Clock

#: A token with less life than this is refreshed before it is used.
MIN_LIFE = timedelta(seconds=60)
POLL_SECONDS = 0.05
#: Longer than a refresh can take (``grants.py``), shorter than the lease lasts.
MAX_POLL_SECONDS = 35.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a consent or a refresh gave.

    Attributes:
        expires_at: End of the access token (aware).
        version: Counts the refreshes of a connection; given by its store.
        refresh_expires_at: End of the refresh token; None when it does not end by time.
        account_id: Portal or realm the tokens are good for, where the answer says so.
        scopes: What was granted, where the answer says so.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    version: int = 0
    refresh_expires_at: datetime | None = None
    account_id: str = ""
    scopes: tuple[str, ...] = ()


class TokenStore(Protocol):
    """Where the tokens of one connection are kept."""

    def load(self) -> Tokens:
        """The tokens as they are stored now.

        Raises:
            ConnectionBroken: There are none, or they cannot be read.
        """
        ...

    def try_lock(self, version: int) -> bool:
        """Take the right to refresh, for 40 seconds.

        False when somebody else has it, or when the stored version is no longer ``version``.
        """
        ...

    def store(self, tokens: Tokens, version: int) -> bool:
        """Store new tokens as ``version + 1``, durably and at once, and give the right back.

        False, and nothing is stored, when the right was lost or ``version`` is outdated.
        """
        ...

    def release(self) -> None:
        """Give the right to refresh back, if it is still held. Safe to repeat."""
        ...


class StaticToken:
    """A plain bearer token (HubSpot service key): it cannot be refreshed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self) -> str:
        """The token."""
        return self._token

    def refresh_after_401(self, stale_token: str) -> str:
        """There is no other one.

        Raises:
            ConnectionBroken: Always.
        """
        del stale_token
        raise ConnectionBroken(
            "The access token is not accepted. Enter a valid one.", code="reconnect"
        )


class TokenSource:
    """The credentials of an OAuth connection.

    One thread refreshes, in no transaction; the others wait for its result.

    Args:
        store: Where the tokens are.
        refresh: Asks the vendor for new tokens, given the refresh token (``OAuthClient.refresh``).
        clock: Time and waiting.
    """

    def __init__(
        self, store: TokenStore, refresh: Callable[[str], Tokens], *, clock: Clock
    ) -> None:
        self._store = store
        self._refresh = refresh
        self._clock = clock

    def access_token(self) -> str:
        """See ``Credentials``."""
        tokens = self._store.load()
        if tokens.expires_at - self._clock.now() > MIN_LIFE:
            return tokens.access
        return self._renewed(stale_version=tokens.version)

    def refresh_after_401(self, stale_token: str) -> str:
        """See ``Credentials``."""
        tokens = self._store.load()
        if tokens.access != stale_token:  # somebody has refreshed it already
            return tokens.access
        return self._renewed(stale_version=tokens.version)

    def _renewed(self, stale_version: int) -> str:
        give_up_at = self._clock.monotonic() + MAX_POLL_SECONDS
        while True:
            tokens = self._store.load()
            if tokens.version != stale_version:
                return tokens.access
            if self._store.try_lock(tokens.version):
                try:
                    return self._refresh_and_store(tokens)
                finally:
                    self._store.release()
            if self._clock.monotonic() > give_up_at:
                raise SideUnreachable(
                    "Another worker has been refreshing the access token for too long.",
                    code="temporary",
                )
            self._clock.sleep(POLL_SECONDS)

    def _refresh_and_store(self, tokens: Tokens) -> str:
        try:
            fresh = self._refresh(tokens.refresh)
        except ConnectionBroken:
            # A worker that had lost its lease may have been given the token that works.
            latest = self._store.load()
            if latest.version != tokens.version:
                return latest.access
            raise
        if not self._store.store(fresh, tokens.version):
            latest = self._store.load()
            if latest.version != tokens.version:
                return latest.access
        return fresh.access
