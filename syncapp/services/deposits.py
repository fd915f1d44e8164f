"""Says at each rehearsed invoice which account its payments would be deposited to (B1).

Hears of the payments that a rehearsal plans along with its invoices. Must not plan anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncapp.core.invoices.payments import account_of, processor_of
from syncapp.core.pairs.payments import INVOICES_OF
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.models import Rehearsal
from syncapp.services import store
from syncapp.services.counting import Sighting
from syncapp.services.postings import Postings

CHUNK = 500
#: What a payment is called that would be posted.
POSTED = f"create:{Side.QUICKBOOKS.value}"


class Deposits:
    """Hears of each payment of one rehearsal; ``flush`` keeps what was heard with the invoices."""

    def __init__(self, rehearsal: Rehearsal, config: SyncConfig, postings: Postings) -> None:
        told = config.options.get("clearing_accounts")
        chosen = told if isinstance(told, Mapping) else {}
        self._accounts = {str(name): str(account) for name, account in chosen.items()}
        self._rehearsal, self._postings = rehearsal, postings
        self._heard: dict[str, list[dict[str, str]]] = {}  # by the invoice's HubSpot id

    def __call__(self, sighting: Sighting) -> None:
        """Remember a payment that would be posted, now or once a person approved it."""
        payment = sighting.links[0]
        is_posted = sighting.kind == POSTED or (
            sighting.change is not None and sighting.change.side is Side.QUICKBOOKS
        )
        if not is_posted:
            return
        values = store.seen(payment, Side.HUBSPOT)
        deposit = {
            "processor": processor_of(values),
            "account": self._postings.account(account_of(values, self._accounts)),
        }
        told = values.get(INVOICES_OF)
        for invoice in told if isinstance(told, list) else ():
            heard = self._heard.setdefault(str(invoice), [])
            if deposit not in heard:
                heard.append(deposit)
        if len(self._heard) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Keep what was heard since the last time."""
        rows = [
            row
            for row in self._rehearsal.rows.filter(hubspot_id__in=list(self._heard))
            if row.posting
        ]
        for row in rows:
            deposits: list[Any] = row.posting.setdefault("deposits", [])
            deposits += [one for one in self._heard[row.hubspot_id] if one not in deposits]
        self._rehearsal.rows.bulk_update(rows, ["posting"], batch_size=CHUNK)
        self._heard = {}
