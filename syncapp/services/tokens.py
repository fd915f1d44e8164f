"""Where the tokens of a connection are kept: its row, by lease and compare-and-swap.

No transaction is open while a vendor is asked for new tokens (TECH 6). A new refresh token is
stored in a durable transaction of its own before it is used; the previous one is kept too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from syncapp.connectors.oauth import Tokens
from syncapp.core.errors import ConnectionBroken
from syncapp.core.ports import Env
from syncapp.core.sides import Side
from syncapp.models import Connection

REFRESH_LEASE = timedelta(seconds=40)


class RowTokenStore:
    """The tokens of one connection row."""

    def __init__(self, connection_id: int, *, env: Env) -> None:
        self._id = connection_id
        self._env = env
        self._owner = env.ids.new_id()

    def load(self) -> Tokens:
        """See ``TokenStore``."""
        row = Connection.objects.get(pk=self._id)
        side = Side(row.side).label
        if row.status == Connection.Status.RECONNECT:
            raise ConnectionBroken(row.status_detail or f"Reconnect {side}.", code="reconnect")
        if not row.access_token or not row.refresh_token:
            raise ConnectionBroken(
                f"The stored access to {side} cannot be read: it was never granted, or the "
                "encryption key has changed. Choose Reconnect.",
                code="reconnect",
            )
        return Tokens(
            access=row.access_token,
            refresh=row.refresh_token,
            expires_at=row.access_expires_at or datetime.fromtimestamp(0, UTC),
            version=row.token_version,
            refresh_expires_at=row.refresh_expires_at,
            account_id=row.external_id,
        )

    def try_lock(self, version: int) -> bool:
        """See ``TokenStore``."""
        now = self._env.clock.lease_now()
        free = Q(refresh_until=None) | Q(refresh_until__lt=now)
        return bool(
            Connection.objects.filter(free, pk=self._id, token_version=version).update(
                refresh_owner=self._owner, refresh_until=now + REFRESH_LEASE
            )
        )

    def store(self, tokens: Tokens, version: int) -> bool:
        """See ``TokenStore``."""
        self._env.crash("token_received")
        row = Connection(access_token=tokens.access, refresh_token=tokens.refresh)
        held = Connection.objects.filter(
            pk=self._id, token_version=version, refresh_owner=self._owner
        )
        with transaction.atomic():
            return bool(
                held.update(
                    previous_refresh_token=F("refresh_token"),
                    access_token=row.access_token,
                    refresh_token=row.refresh_token,
                    access_expires_at=tokens.expires_at,
                    refresh_expires_at=tokens.refresh_expires_at,
                    token_version=F("token_version") + 1,
                    refresh_owner="",
                    refresh_until=None,
                )
            )

    def release(self) -> None:
        """See ``TokenStore``."""
        Connection.objects.filter(pk=self._id, refresh_owner=self._owner).update(
            refresh_owner="", refresh_until=None
        )
