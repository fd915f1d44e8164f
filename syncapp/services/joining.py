"""Which connections may become an account pair, and joining them when there is no doubt (S4).

Knows who is connected and still alone. Must not ask anybody: a doubtful case is left to a page.
"""

from __future__ import annotations

from syncapp.core.sides import Side
from syncapp.models import AccountPair, Connection
from syncapp.services import connections
from syncapp.services.setting_changes import COMMAND_LINE


def alone(side: Side) -> list[Connection]:
    """The accounts of a side that were connected and belong to no pair yet, oldest first."""
    pairs = AccountPair.objects.values(side.value)
    known = Connection.objects.filter(side=side.value).exclude(external_id="")
    return list(known.exclude(pk__in=pairs).order_by("pk"))


def pair_of(connection: Connection) -> AccountPair | None:
    """The pair a connection belongs to."""
    return AccountPair.objects.filter(**{connection.side: connection}).first()


def has_choice() -> bool:
    """Whether a person could join two accounts now."""
    return all(alone(side) for side in Side)


def is_mixed(hubspot_side: Connection, quickbooks_side: Connection) -> bool:
    """Whether one is a real account and the other a sandbox or simulator."""
    return hubspot_side.environment != quickbooks_side.environment


def join_if_clear(connection: Connection, *, who: str = COMMAND_LINE) -> AccountPair | None:
    """Join a freshly connected account with its only possible partner.

    Returns:
        The new pair; None when it has one already, there is no partner, there are several, or
        the environments differ: then a person decides.
    """
    candidates = {side: alone(side) for side in Side}
    if any(len(found) != 1 for found in candidates.values()):
        return None
    hubspot_side, quickbooks_side = (candidates[side][0] for side in Side)
    if connection.pk not in (hubspot_side.pk, quickbooks_side.pk):
        return None
    if is_mixed(hubspot_side, quickbooks_side):
        return None
    return connections.join(hubspot_side, quickbooks_side, confirmed=False, who=who)
