"""HubSpot: everything that knows its paths, bodies and errors. Outsiders call ``connect``."""

from __future__ import annotations

from syncapp.connectors.base import AssociatingConnector, Credentials
from syncapp.connectors.caller import Caller
from syncapp.connectors.hubspot.client import HubSpotDialect
from syncapp.connectors.hubspot.connector import HubSpotConnector
from syncapp.connectors.hubspot.objects import OAUTH_LIMITS, TOKEN_LIMITS, Versions
from syncapp.connectors.oauth import StaticToken
from syncapp.connectors.rate import Budget, BudgetStore
from syncapp.core.ports import Env

BASE_URL = "https://api.hubapi.com"
UI_DOMAIN = "app.hubspot.com"


def connect(
    env: Env,
    credentials: Credentials,
    *,
    budget: BudgetStore,
    base_url: str = "",
    portal_id: str = "",
    ui_domain: str = "",
    time_zone: str = "",
    app_id: str = "",
) -> AssociatingConnector:
    """Return the connector of one HubSpot account. Makes no call.

    Args:
        env: Clock, randomness and HTTP.
        credentials: ``TokenSource`` for OAuth, ``StaticToken`` for a service key.
        budget: Where the account's call logs are kept; shared by all workers. One
            that is a ``UsageMeter`` as well is told of metered reads and daily limits.
        base_url: "" for HubSpot itself; else a simulator's address, and the account then calls
            itself "simulator". Plain http only to this machine.
        portal_id: The account, once known (``Account.id``): names its budget, builds its links.
        ui_domain: ``Account.details["uiDomain"]``, once known.
        time_zone: ``Account.time_zone``, once known; HubSpot's daily limit ends at its midnight.
        app_id: The app's id, by which histories tell our own values; "" when unknown.

    Raises:
        ConfigurationInvalid: The base URL is plain http to another machine.
    """
    limits = TOKEN_LIMITS if isinstance(credentials, StaticToken) else OAUTH_LIMITS
    caller = Caller(
        env,
        base_url=base_url or BASE_URL,
        credentials=credentials,
        budget=Budget(budget, env.clock, f"hubspot:{portal_id or 'new'}", limits),
        dialect=HubSpotDialect(env.clock, time_zone),
    )
    return HubSpotConnector(
        env,
        caller,
        versions=Versions(),
        is_simulator=bool(base_url),
        portal_id=portal_id,
        ui_domain=ui_domain or UI_DOMAIN,
        app_id=app_id,
    )
