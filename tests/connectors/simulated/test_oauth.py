"""Consent, tokens and their end against both simulators, over real HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syncapp.connectors.base import Connector, Credentials
from syncapp.connectors.grants import HUBSPOT, QUICKBOOKS, App, OAuthClient, OAuthVendor
from syncapp.connectors.oauth import Tokens, TokenSource
from syncapp.core.errors import ConfigurationInvalid, ConnectionBroken
from syncapp.core.ports import Env
from tests.connectors.fakes import MemoryTokenStore
from tests.connectors.simulated.conftest import (
    REALM,
    REDIRECT,
    Simulator,
    connect_hubspot,
    connect_quickbooks,
    oauth,
)

APPS = {
    "hubspot": App("sim-hubspot-client", "sim-hubspot-secret"),
    "quickbooks": App("sim-quickbooks-client", "sim-quickbooks-secret"),
}
VENDORS: dict[str, OAuthVendor] = {"hubspot": HUBSPOT, "quickbooks": QUICKBOOKS}
CONNECT: dict[str, Callable[[Simulator, Env, Credentials], Connector]] = {
    "hubspot": connect_hubspot,
    "quickbooks": connect_quickbooks,
}


class World:
    """One vendor's simulator with an OAuth client for it."""

    def __init__(self, name: str, simulator: Simulator, env: Env) -> None:
        self.name, self.simulator, self.env = name, simulator, env
        self.oauth = self.client(APPS[name])

    def client(self, app: App) -> OAuthClient:
        return oauth(self.simulator, self.env, VENDORS[self.name], app)

    def callback(self, decision: str = "allow") -> dict[str, str]:
        url = self.oauth.authorize_url(redirect_uri=REDIRECT, state="a state & more")
        return self.simulator.consent(url, decision)

    def tokens(self) -> Tokens:
        return self.oauth.exchange(self.callback()["code"], redirect_uri=REDIRECT)

    def connector(self, store: MemoryTokenStore) -> Connector:
        source = TokenSource(store, self.oauth.refresh, clock=self.env.clock)
        return CONNECT[self.name](self.simulator, self.env, source)


@pytest.fixture(params=["hubspot", "quickbooks"])
def world(request: pytest.FixtureRequest, env: Env) -> World:
    fixture = {"hubspot": "crm", "quickbooks": "books"}[request.param]
    return World(request.param, request.getfixturevalue(fixture), env)


def test_consent_tokens_and_a_call(world: World) -> None:
    callback = world.callback()
    assert callback["state"] == "a state & more"
    assert callback.get("realmId") == (REALM if world.name == "quickbooks" else None)
    tokens = world.oauth.exchange(callback["code"], redirect_uri=REDIRECT)
    assert tokens.expires_at > world.env.clock.now() + timedelta(minutes=20)
    account = world.connector(MemoryTokenStore(tokens)).account()
    if world.name == "hubspot":
        assert tokens.account_id == account.id
        assert "crm.objects.contacts.write" in tokens.scopes
    else:
        assert tokens.refresh_expires_at


def test_cancel_brings_no_code(world: World) -> None:
    callback = world.callback("cancel")
    assert callback["error"] == "access_denied"
    assert callback["state"] == "a state & more"
    assert "code" not in callback


def test_a_code_works_once(world: World) -> None:
    code = world.callback()["code"]
    world.oauth.exchange(code, redirect_uri=REDIRECT)
    with pytest.raises(ConnectionBroken, match="Press Connect again"):
        world.oauth.exchange(code, redirect_uri=REDIRECT)


def test_an_expired_code(world: World) -> None:
    code = world.callback()["code"]
    world.simulator.control("POST", "clock", {"advance": 3600})
    with pytest.raises(ConnectionBroken) as caught:
        world.oauth.exchange(code, redirect_uri=REDIRECT)
    assert caught.value.code == "consent_expired"


@pytest.mark.parametrize(
    "wrong", [{"client_secret": "wrong"}, {"client_id": "nobody"}], ids=["secret", "id"]
)
def test_wrong_keys(world: World, wrong: dict[str, str]) -> None:
    code = world.callback()["code"]
    client = world.client(replace(APPS[world.name], **wrong))
    with pytest.raises(ConfigurationInvalid, match="client id and client secret") as caught:
        client.exchange(code, redirect_uri=REDIRECT)
    assert caught.value.code == "app_unknown"


def test_another_redirect_uri(world: World) -> None:
    code = world.callback()["code"]
    with pytest.raises((ConfigurationInvalid, ConnectionBroken)):
        world.oauth.exchange(code, redirect_uri="http://127.0.0.1:8000/elsewhere")


def test_a_refreshed_token_works(world: World) -> None:
    fresh = world.oauth.refresh(world.tokens().refresh)
    assert world.connector(MemoryTokenStore(fresh)).account().id


def test_an_expired_access_token_is_renewed_by_the_way(world: World) -> None:
    store = MemoryTokenStore(world.tokens())
    connector = world.connector(store)
    world.simulator.control("POST", "clock", {"advance": 2 * 3600})  # our clock stays behind
    assert connector.account().id
    assert len(store.stored) == 1


def test_32_threads_meet_an_expired_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryTokenStore(world.tokens())
    connector = world.connector(store)
    world.simulator.control("POST", "clock", {"advance": 2 * 3600})
    gate = threading.Barrier(32)
    told: list[Any] = []
    # Losers wait for the winner's real call: this once, waiting takes real time.
    monkeypatch.setattr(world.env.clock, "monotonic", time.monotonic)
    virtual = world.env.clock.sleep
    monkeypatch.setattr(world.env.clock, "sleep", lambda s: (virtual(s), time.sleep(0.01)))

    def work() -> None:
        gate.wait()
        told.append(connector.account().id)

    threads = [threading.Thread(target=work) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 32
    assert len(store.stored) == 1


def test_a_revoked_grant_asks_to_reconnect(world: World) -> None:
    store = MemoryTokenStore(world.tokens())
    world.oauth.revoke(store.tokens.refresh)
    world.oauth.revoke(store.tokens.refresh)  # safe to repeat
    with pytest.raises(ConnectionBroken, match="Reconnect") as caught:
        world.oauth.refresh(store.tokens.refresh)
    assert caught.value.code == "reconnect"
    world.simulator.control("POST", "clock", {"advance": 2 * 3600})
    with pytest.raises(ConnectionBroken):
        world.connector(store).account()


def test_reconnecting_works_with_the_same_store(world: World) -> None:
    store = MemoryTokenStore(world.tokens())
    world.oauth.revoke(store.tokens.refresh)
    store.tokens = replace(world.tokens(), version=5)
    assert world.connector(store).account().id
