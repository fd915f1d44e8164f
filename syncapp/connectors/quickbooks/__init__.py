"""QuickBooks: everything that knows its paths, bodies and faults. Outsiders call ``connect``."""

from __future__ import annotations

from syncapp.connectors.base import BookkeepingConnector, Credentials
from syncapp.connectors.caller import Caller
from syncapp.connectors.quickbooks.client import QuickBooksDialect
from syncapp.connectors.quickbooks.connector import QuickBooksConnector
from syncapp.connectors.quickbooks.entities import LIMITS, MAX_CONCURRENT
from syncapp.connectors.rate import Budget, BudgetStore
from syncapp.core.errors import ConfigurationInvalid
from syncapp.core.ports import Env

BASE_URLS = {
    "production": "https://quickbooks.api.intuit.com",
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
}
APP_URLS = {
    "production": "https://app.qbo.intuit.com",
    "sandbox": "https://app.sandbox.qbo.intuit.com",
}


def connect(
    env: Env,
    credentials: Credentials,
    *,
    realm_id: str,
    budget: BudgetStore,
    environment: str = "production",
    base_url: str = "",
) -> BookkeepingConnector:
    """Return the connector of one QuickBooks company. Makes no call.

    Args:
        env: Clock, randomness and HTTP.
        credentials: ``TokenSource``; ``StaticToken`` for a token given by hand.
        realm_id: The company: it is in the callback of the consent and nowhere else.
        budget: Where the company's call logs are kept; shared by all workers. One
            that is a ``UsageMeter`` as well is told of metered reads and daily limits.
        environment: "production" or "sandbox": which of the vendor's hosts.
        base_url: "" for QuickBooks itself; else a simulator's address, and the account then calls
            itself "simulator". Plain http only to this machine.

    Raises:
        ConfigurationInvalid: Unknown environment, a realm id that is no number, or a base URL
            that is plain http to another machine.
    """
    if not (realm_id.isascii() and realm_id.isdigit()):
        raise ConfigurationInvalid(
            "QuickBooks' company id must be a number. Connect again.", code="realm_id"
        )
    if environment not in BASE_URLS and not base_url:
        raise ConfigurationInvalid(
            f"QuickBooks has no environment {environment!r}.", code="environment"
        )
    caller = Caller(
        env,
        base_url=base_url or BASE_URLS[environment],
        credentials=credentials,
        budget=Budget(budget, env.clock, f"quickbooks:{realm_id}", LIMITS),
        dialect=QuickBooksDialect(),
        max_concurrent=MAX_CONCURRENT,
    )
    return QuickBooksConnector(
        env,
        caller,
        realm_id=realm_id,
        environment="simulator" if base_url else environment,
        app_url=base_url.rstrip("/") or APP_URLS[environment],
    )
