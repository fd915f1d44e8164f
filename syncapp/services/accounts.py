"""QuickBooks' chart of accounts, as far as settings choose from it; asked, remembered a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache

from syncapp.core.errors import SyncError
from syncapp.core.ports import Env
from syncapp.core.sides import Side
from syncapp.models import AccountPair
from syncapp.models.spoken import spoken
from syncapp.services import connections

REMEMBERED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One active account.

    Attributes:
        name: With the names of its parents before it.
    """

    id: str
    name: str
    type: str


def active(pair: AccountPair, *, env: Env) -> tuple[LedgerAccount, ...]:
    """The active accounts of the company, by name.

    Raises:
        SyncError: QuickBooks cannot be asked just now.
    """
    connection = pair.connection(Side.QUICKBOOKS)
    key = f"tandem-accounts-{connection.pk}-{connection.token_version}-{connection.external_id}"
    remembered: tuple[LedgerAccount, ...] | None = cache.get(key)
    if remembered is not None:
        return remembered
    connector = connections.connector_for(connection, env=env)
    found: list[LedgerAccount] = []
    after: str | None = None
    while True:
        page = connector.list_page("Account", fields=(), after=after)
        found += [
            LedgerAccount(
                record.ref.id,
                str(record.get("FullyQualifiedName") or record.get("Name") or record.ref.id),
                str(record.get("AccountType") or ""),
            )
            for record in page.records
            if not record.gone
        ]
        after = page.next
        if after is None:
            break
    told = tuple(sorted(found, key=lambda one: one.name.casefold()))
    cache.set(key, told, REMEMBERED_SECONDS)
    return told


def of_types(
    pair: AccountPair, types: Sequence[str], *, env: Env
) -> tuple[tuple[LedgerAccount, ...], str]:
    """The accounts of some types (of all, for none), and why they could not be asked, or ""."""
    try:
        found = active(pair, env=env)
    except SyncError as error:
        return (), spoken(str(error))
    return tuple(one for one in found if not types or one.type in types), ""
