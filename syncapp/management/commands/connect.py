"""``manage.py connect hubspot|quickbooks``: connect an account from the command line."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests

from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.sides import Side
from syncapp.management.base import BadArguments, TandemCommand
from syncapp.models import AccountPair, Connection
from syncapp.services import connections
from syncapp.services.env import real_env

CALLBACK = "http://127.0.0.1/oauth/callback/"
TIMEOUT_SECONDS = 30


class Command(TandemCommand):
    """Connects to a simulator by walking its consent page, or with a plain access token."""

    help = "Connect a HubSpot account or a QuickBooks company."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which side, and how."""
        parser.add_argument("side", choices=[side.value for side in Side])
        parser.add_argument("--simulator", metavar="URL", help="Base URL of a running simulator.")
        parser.add_argument(
            "--access-token",
            metavar="VARIABLE",
            help="Name of the environment variable that holds a HubSpot service key.",
        )
        parser.add_argument(
            "--join-mixed",
            action="store_true",
            help="Confirm that a sandbox belongs to a production account.",
        )
        self.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Connect, and join the pair once both sides are connected."""
        side = Side(options["side"])
        url: str = (options["simulator"] or "").rstrip("/")
        if url and not connections.is_loopback(url):
            raise BadArguments("A simulator's URL must point at this machine (127.0.0.1).")
        if options["access_token"]:
            connection = self._with_token(side, url, options["access_token"])
        elif url:
            connection = _with_consent(side, url)
        else:
            raise BadArguments(
                "Give --simulator URL or --access-token VARIABLE. A real account's consent needs "
                "a browser: open Connections in the admin."
            )
        pair = _join(confirmed=options["join_mixed"])
        result = {
            "side": side.value,
            "id": connection.external_id,
            "name": connection.name,
            "environment": connection.environment,
            "account_pair": pair.pk if pair else None,
        }
        text = f"Connected {side.label}: {connection.name} (id {connection.external_id})."
        if pair:
            text += f" Account pair {pair.pk}: {pair}."
        self.print_result(result, as_json=options["json"], text=text)

    def _with_token(self, side: Side, url: str, variable: str) -> Connection:
        if side is not Side.HUBSPOT:
            raise BadArguments("QuickBooks has no plain access tokens; use OAuth.")
        token = os.environ.get(variable, "")
        if not token:
            raise BadArguments(f"The environment variable {variable} is empty.")
        connection = _row(side, url)
        connections.connect_with_token(connection, token, env=real_env())
        return connection


def _row(side: Side, url: str) -> Connection:
    """The row to connect: the same simulator is reconnected, not added twice."""
    known = Connection.objects.filter(side=side.value, base_url=url).order_by("pk").first()
    if known is not None:
        return known
    connection = Connection(side=side.value, base_url=url)
    if url:
        keys = connections.SIMULATOR_KEYS[side]
        connection.environment = Connection.Environment.SIMULATOR
        connection.client_id, connection.client_secret = keys.client_id, keys.client_secret
    connection.save()
    return connection


def _with_consent(side: Side, url: str) -> Connection:
    """The OAuth code flow against a simulator: press Allow, take the code from the redirect."""
    env = real_env()
    connection = _row(side, url)
    redirect_uri = f"{CALLBACK}{side.value}/"
    page = connections.start_consent(connection, env=env, redirect_uri=redirect_uri)
    try:
        answer = requests.post(
            page.partition("?")[0],
            data={**dict(parse_qsl(urlsplit(page).query)), "decision": "allow"},
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException as error:
        raise ConfigurationInvalid(
            f"The simulator at {url} does not answer. Is it running?"
        ) from error
    query = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
    if "code" not in query:
        raise ConfigurationInvalid(
            f"The simulator at {url} did not grant access (HTTP {answer.status_code})."
        )
    connections.finish_consent(
        state=query["state"][0],
        code=query["code"][0],
        realm_id=query.get("realmId", [""])[0],
        env=env,
    )
    connection.refresh_from_db()
    return connection


def _join(*, confirmed: bool) -> AccountPair | None:
    """Join the two newest connected accounts that have no pair yet."""
    free = {
        side: Connection.objects.filter(side=side.value, status=Connection.Status.CONNECTED)
        .exclude(pk__in=AccountPair.objects.values(side.value))
        .order_by("-pk")
        .first()
        for side in Side
    }
    hubspot, quickbooks = free[Side.HUBSPOT], free[Side.QUICKBOOKS]
    if hubspot is None or quickbooks is None:
        return None
    return connections.join(hubspot, quickbooks, confirmed=confirmed)
