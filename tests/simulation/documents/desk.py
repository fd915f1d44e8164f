"""What everybody who sells has at hand: the log of what was made, values, and what to choose from.

Every document bears a tag that is synced and never edited: an invoice in its message, a payment in
its reference, a product in its SKU. So the checker can say which documents are the same one, and
where each was made. Which deeds there are is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.documents.sellers import HubSpotSellers, QuickBooksSellers
from tests.simulation.fields import H, Q
from tests.simulation.users import Users

if TYPE_CHECKING:
    from tests.simulation.documents.scenario import DocumentSimulation

CENT = Decimal("0.01")
QUANTITIES = ("1", "2", "3", "3.5", "0.3333", "12", "0.5", "7.25")
FIRST_DUE = date(2026, 12, 1)
MOST_INVOICES, MOST_PRODUCTS = 9, 7


@dataclass
class Born:
    """The people's own log: what they made where; ``{tag: id}`` per side."""

    invoices: dict[str, dict[str, str]] = field(default_factory=lambda: {H: {}, Q: {}})
    payments: dict[str, dict[str, str]] = field(default_factory=lambda: {H: {}, Q: {}})
    products: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {H: {}, Q: {}})

    def side_of(self, kind: str, tag: str) -> str:
        """Where a document was made; "" for one that nobody made."""
        found = getattr(self, kind)
        return next((side for side in (H, Q) if tag in found[side]), "")


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


class Desk(Users):
    """Both systems in front of a person who sells."""

    sim: DocumentSimulation

    def __init__(self, sim: DocumentSimulation, random: Random) -> None:
        super().__init__(sim, random)
        self.hubspot = HubSpotSellers(sim.hubspot)
        self.quickbooks = QuickBooksSellers(sim.quickbooks)
        self.born = Born()

    # -- values

    def _price(self) -> Decimal:
        return Decimal(self.random.randint(100, 99_999)) / Decimal(
            self.random.choice((100, 100, 10_000))
        )

    def _part(self, whole: Decimal) -> Decimal:
        if self.random.random() < 0.5:
            return whole
        return max(rounded(whole * Decimal(self.random.choice(("0.5", "0.3333", "0.25")))), CENT)

    def _day(self) -> date:
        """Around today, in this month mostly."""
        return date(2026, 11, 2) + timedelta(days=self.random.choice((-20, -3, -1, 0, 0, 0, 1, 2)))

    def _due(self) -> str:
        """A day that no other document has."""
        return (FIRST_DUE + timedelta(days=3 * self._next())).isoformat()

    def _instant(self, day: str) -> str:
        """A moment of that day or, seen from the company, of the one before."""
        return f"{day}T{self.random.choice(('02', '12', '20'))}:30:00.000Z"
