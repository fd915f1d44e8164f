"""Connection rows -> ready connectors; consent, reconnect and disconnect.

The only place that puts keys, tokens, budgets and clients together. Must not know what is
synced.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from syncapp.connectors import hubspot, quickbooks
from syncapp.connectors.base import Connector, Credentials
from syncapp.connectors.grants import VENDORS, App, OAuthClient
from syncapp.connectors.oauth import StaticToken, Tokens, TokenSource
from syncapp.core.errors import ConfigurationInvalid, ConnectionBroken, SyncError
from syncapp.core.ports import Env
from syncapp.core.records import Account
from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection, ConsentRequest
from syncapp.services import setting_changes
from syncapp.services.budgets import RowBudgetStore
from syncapp.services.setting_changes import COMMAND_LINE
from syncapp.services.tokens import RowTokenStore

CONSENT_LIFE = timedelta(minutes=30)
#: The keys the simulators come with; refused for anything that is not on this machine.
SIMULATOR_KEYS = {
    Side.HUBSPOT: App("sim-hubspot-client", "sim-hubspot-secret"),
    Side.QUICKBOOKS: App("sim-quickbooks-client", "sim-quickbooks-secret"),
}


class ConsentFailed(Exception):
    """A consent did not lead to a connection; the message says what to do."""


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def connector_for(connection: Connection, *, env: Env) -> Connector:
    """A connector that is ready to be called. Makes no call itself.

    Raises:
        ConnectionBroken: It was never connected, has lapsed, or its tokens cannot be read.
    """
    side = Side(connection.side)
    if connection.status != Connection.Status.CONNECTED:
        detail = connection.status_detail or f"{side.label} is not connected. Choose Connect."
        raise ConnectionBroken(detail, code="reconnect")
    return _connector(connection, _credentials(connection, env), env)


def start_consent(
    connection: Connection,
    *,
    env: Env,
    redirect_uri: str,
    user_id: int | None = None,
    next_url: str = "",
) -> str:
    """Begin a consent.

    Returns:
        The vendor's address to send the browser to.

    Raises:
        ConfigurationInvalid: Keys are missing, or plain http is used beyond this machine.
    """
    check_keys(connection)
    if not connection.base_url and not redirect_uri.startswith("https://"):
        _refuse_plain_http(connection, redirect_uri)
    state = env.ids.new_id()
    url = _oauth(connection, env).authorize_url(redirect_uri=redirect_uri, state=state)
    now = env.clock.now()
    ConsentRequest.objects.filter(created_at__lt=now - CONSENT_LIFE).delete()
    ConsentRequest.objects.create(
        state=state,
        connection=connection,
        user_id=user_id,
        redirect_uri=redirect_uri,
        next_url=next_url,
        created_at=now,
    )
    return url


def finish_consent(
    *,
    state: str,
    code: str,
    realm_id: str,
    env: Env,
    user_id: int | None = None,
    who: str = COMMAND_LINE,
) -> ConsentRequest:
    """Complete a consent the vendor's page came back from.

    Raises:
        ConsentFailed: The state is unknown, or used, or too old; or the account is not the one
            that was connected before.
        SyncError: The vendor refused the code or could not be reached.
    """
    request = take_consent(state, env=env, user_id=user_id)
    connection = request.connection
    tokens = _oauth(connection, env).exchange(code, redirect_uri=request.redirect_uri)
    side = Side(connection.side)
    realm = realm_id if side is Side.QUICKBOOKS else tokens.account_id
    account = _ask(connection, StaticToken(tokens.access), env, realm)
    connection.method = Connection.Method.OAUTH
    connection.details = {"app_id": _oauth(connection, env).app_id(tokens.access)}
    _keep(connection, account, tokens=tokens, env=env, who=who)
    return request


def take_consent(state: str, *, env: Env, user_id: int | None = None) -> ConsentRequest:
    """The consent a state belongs to; it can be used once, by the person who began it.

    Raises:
        ConsentFailed: It is unknown, used, too old, or somebody else's.
    """
    request = ConsentRequest.objects.select_related("connection").filter(state=state).first()
    if request is None:
        raise ConsentFailed(
            "This consent was not started here, or was used already. Choose Connect again."
        )
    ConsentRequest.objects.filter(pk=request.pk).delete()
    if request.created_at < env.clock.now() - CONSENT_LIFE:
        raise ConsentFailed("The consent took longer than 30 minutes. Choose Connect again.")
    if request.user_id is not None and request.user_id != user_id:
        raise ConsentFailed("Another person started this consent. Choose Connect again.")
    return request


def connect_with_token(
    connection: Connection, token: str, *, env: Env, who: str = COMMAND_LINE
) -> None:
    """Connect with a plain access token (HubSpot service key).

    Raises:
        ConsentFailed: It belongs to another account than the one connected before.
        SyncError: The token is not accepted.
    """
    token = token.strip()
    if not token:
        raise ConfigurationInvalid("The access token is empty: paste the whole token.")
    account = _ask(connection, StaticToken(token), env, connection.external_id)
    connection.method = Connection.Method.ACCESS_TOKEN
    _keep(connection, account, access_token=token, env=env, who=who)


def mark_broken(connection: Connection, error: SyncError) -> None:
    """A connection lapsed or was revoked: ask for a reconnect, keep everything (S1)."""
    connection.status = Connection.Status.RECONNECT
    connection.status_detail = str(error)
    connection.save(update_fields=["status", "status_detail", "updated_at"])
    AccountPair.objects.filter(**{connection.side: connection}).exclude(
        state=AccountPair.State.PAUSED
    ).update(state=AccountPair.State.BROKEN, state_detail=str(error))


def disconnect(connection: Connection, *, env: Env, who: str = COMMAND_LINE) -> None:
    """Give the grant back and forget the tokens; settings, links and history stay."""
    if connection.method == Connection.Method.OAUTH and connection.refresh_token:
        with suppress(SyncError):  # revoked already, or unreachable: forgotten either way
            _oauth(connection, env).revoke(connection.refresh_token)
    connection.access_token = connection.refresh_token = connection.previous_refresh_token = ""
    connection.token_version += 1
    connection.save(
        update_fields=[
            "access_token", "refresh_token", "previous_refresh_token", "token_version",
            "updated_at",
        ]
    )  # fmt: skip
    mark_broken(connection, ConnectionBroken("Disconnected here. Choose Reconnect to go on."))
    _note_connection(connection, "connected", "disconnected", who=who, env=env)


def refresh_details(connection: Connection, *, env: Env) -> None:
    """Read again what the vendor says about the account; also a test of the connection."""
    account = connector_for(connection, env=env).account()
    connection.name = account.name or connection.name
    connection.details = _details(connection, account)
    connection.details_read_at = env.clock.now()
    connection.save(update_fields=["name", "details", "details_read_at", "updated_at"])


def join(
    hubspot_side: Connection,
    quickbooks_side: Connection,
    *,
    confirmed: bool,
    who: str = COMMAND_LINE,
) -> AccountPair:
    """Make an account pair of two connections (S4).

    Raises:
        ConfigurationInvalid: One is not connected or taken, or a sandbox would be joined with a
            production account without a confirmation.
    """
    for connection in (hubspot_side, quickbooks_side):
        if not connection.external_id:
            raise ConfigurationInvalid(f"{Side(connection.side).label} is not connected yet.")
    mixed = hubspot_side.environment != quickbooks_side.environment
    if mixed and not confirmed:
        raise ConfigurationInvalid(
            f"HubSpot is “{hubspot_side.environment}” and QuickBooks is "
            f"“{quickbooks_side.environment}”: confirm that they belong together."
        )
    try:
        with transaction.atomic():
            pair = AccountPair.objects.create(
                name=f"{hubspot_side.name} ↔ {quickbooks_side.name}"[:255],
                hubspot=hubspot_side,
                quickbooks=quickbooks_side,
                mixed_environments_confirmed=mixed,
            )
            setting_changes.note(who=who, pair=pair, setting="joined", after=str(pair))
            return pair
    except IntegrityError as error:
        raise ConfigurationInvalid(
            "One of the two accounts belongs to another pair already: two pairs on one account "
            "would echo through each other."
        ) from error


def check_keys(connection: Connection) -> None:
    """Refuse keys and addresses that cannot be right.

    Raises:
        ConfigurationInvalid: What is wrong, and the remedy.
    """
    side = Side(connection.side)
    if not connection.client_id or not connection.client_secret:
        raise ConfigurationInvalid(
            f"Enter the client id and client secret of your {side.label} app first."
        )
    local = bool(connection.base_url) and is_loopback(connection.base_url)
    if connection.client_id == SIMULATOR_KEYS[side].client_id and not local:
        raise ConfigurationInvalid(
            "These are the simulator's keys; they work only with a simulator on this machine. "
            f"Enter the keys of your own {side.label} app."
        )


def _refuse_plain_http(connection: Connection, redirect_uri: str) -> None:
    """Development keys may come back to this machine over http; nothing else may."""
    production = connection.environment == Connection.Environment.PRODUCTION
    if not is_loopback(redirect_uri) or (production and connection.side == Side.QUICKBOOKS.value):
        raise ConfigurationInvalid(
            f"{Side(connection.side).label} comes back only to an https address, and this page "
            f"was opened as {redirect_uri.split('/oauth', maxsplit=1)[0]}. See “Go live” in the "
            "documentation."
        )


def _oauth(connection: Connection, env: Env) -> OAuthClient:
    return OAuthClient(
        env,
        VENDORS[Side(connection.side)],
        App(connection.client_id, connection.client_secret),
        base_url=connection.base_url,
        environment="sandbox" if connection.environment == "sandbox" else "production",
    )


def _credentials(connection: Connection, env: Env) -> Credentials:
    if connection.method == Connection.Method.ACCESS_TOKEN:
        if not connection.access_token:
            raise ConnectionBroken(
                "The stored access token cannot be read: the encryption key has changed. "
                "Enter the token again.",
                code="reconnect",
            )
        return StaticToken(connection.access_token)
    store = RowTokenStore(connection.pk, env=env)
    store.load()  # a lost key is noticed here, before anything is attempted
    return TokenSource(store, _oauth(connection, env).refresh, clock=env.clock)


def _connector(
    connection: Connection, credentials: Credentials, env: Env, realm_id: str = ""
) -> Connector:
    account_id = connection.external_id or realm_id
    budget = RowBudgetStore(connection)
    if connection.side == Side.HUBSPOT.value:
        return hubspot.connect(
            env,
            credentials,
            budget=budget,
            base_url=connection.base_url,
            portal_id=account_id,
            ui_domain=str(connection.details.get("uiDomain", "")),
            time_zone=connection.time_zone,
            app_id=str(connection.details.get("app_id", "")),
        )
    return quickbooks.connect(
        env,
        credentials,
        realm_id=realm_id or account_id,
        environment="sandbox" if connection.environment == "sandbox" else "production",
        base_url=connection.base_url,
        budget=budget,
    )


def _ask(connection: Connection, credentials: Credentials, env: Env, realm_id: str) -> Account:
    return _connector(connection, credentials, env, realm_id).account()


def _keep(
    connection: Connection,
    account: Account,
    *,
    env: Env,
    who: str,
    tokens: Tokens | None = None,
    access_token: str = "",
) -> None:
    """Store a fresh consent; the account must be the one that was connected before."""
    known = connection.external_id
    if known and known != account.id:
        raise ConsentFailed(
            f"This connection belongs to “{connection.name}” (id {connection.external_id}), but "
            f"you chose “{account.name}” (id {account.id}). Choose Connect again and pick the "
            "right account, or add a new connection."
        )
    before = ("connected" if connection.is_usable else "disconnected") if known else None
    connection.external_id = account.id
    connection.name = account.name or connection.name
    connection.environment = account.environment
    connection.details = _details(connection, account)
    connection.details_read_at = env.clock.now()
    connection.access_token = tokens.access if tokens else access_token
    connection.refresh_token = tokens.refresh if tokens else ""
    connection.previous_refresh_token = ""
    connection.access_expires_at = tokens.expires_at if tokens else None
    connection.refresh_expires_at = tokens.refresh_expires_at if tokens else None
    connection.scopes = " ".join(tokens.scopes) if tokens else ""
    connection.token_version += 1
    connection.status = Connection.Status.CONNECTED
    connection.status_detail = ""
    try:
        with transaction.atomic(durable=True):
            connection.save()
            _note_connection(connection, before, "connected", who=who, env=env)
    except IntegrityError as error:
        raise ConsentFailed(
            f"“{account.name}” (id {account.id}) is connected already, in another row."
        ) from error
    _revive_pairs(connection, env)


def _note_connection(
    connection: Connection, before: str | None, after: str, *, who: str, env: Env
) -> None:
    setting_changes.note(
        who=who, at=env.clock.now(), setting="connection", before=before, after=after,
        pair=AccountPair.objects.filter(**{connection.side: connection}).first(),
        subject=f"{Side(connection.side).label}: {connection.name}",
    )  # fmt: skip


def _revive_pairs(connection: Connection, env: Env) -> None:
    """Pairs that waited for this reconnect go on, if their other side is usable."""
    for pair in AccountPair.objects.filter(
        **{connection.side: connection}, state=AccountPair.State.BROKEN
    ):
        if pair.hubspot.is_usable and pair.quickbooks.is_usable:
            pair.state, pair.state_detail = AccountPair.State.ACTIVE, ""
            pair.next_due_at = env.clock.now()
            pair.save(update_fields=["state", "state_detail", "next_due_at", "updated_at"])


def _details(connection: Connection, account: Account) -> dict[str, object]:
    return {
        **account.details,
        "app_id": connection.details.get("app_id", ""),
        "currency": account.currency,
        "country": account.country,
        "time_zone": account.time_zone,
    }
