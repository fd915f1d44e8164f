"""Who is calling: turns an Authorization header into the app behind it, or a gateway fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.common.ledger import TOKEN, app_actor
from simulators.quickbooks import faults
from simulators.quickbooks.oauth.grants import ACCOUNTING, Grants


@dataclass(frozen=True)
class Caller:
    """The app behind a call: its key for limits, and its name in the ledger."""

    app: str
    actor: str


def caller_of(
    header: str, realm: str, *, own_realm: str, grants: Grants, static_tokens: Sequence[str]
) -> Caller:
    """Return who calls.

    Raises:
        GatewayRefusal: 401 for a token that is missing, unknown, expired or revoked; 403 for a
            company the token is not for.
    """
    kind, _, token = header.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token:
        raise faults.token_missing()
    if token in static_tokens:
        # Each static token counts as an app of its own, so that several clients can be played.
        caller = Caller(f"static-token-{static_tokens.index(token) + 1}", TOKEN)
        if realm != own_realm:
            raise faults.foreign_company()
        return caller
    grant, is_expired = grants.access(token)
    if grant is None:
        raise faults.token_unknown(token)
    if grant.is_revoked:
        raise faults.token_revoked(token)
    if is_expired:
        raise faults.token_expired(token)
    if realm != grant.realm or realm != own_realm or ACCOUNTING not in grant.scopes:
        raise faults.foreign_company()
    return Caller(grant.client_id, app_actor(grant.client_id))
