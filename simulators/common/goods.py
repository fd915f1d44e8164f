"""Sample products and sales, the same for both simulators of one seed.

Knows what is sold, what of it stands on which side, and who buys how much of it when; must not
know any vendor. Products that stand on both sides share their SKU.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

#: name, stem of the SKU, price, whether on HubSpot's side, whether on QuickBooks'
_CATALOGUE = (
    ("Garden design consultation", "DES", "120.00", True, True),
    ("Lawn care, monthly", "LAWN", "85.00", True, True),
    ("Hedge trimming", "HEDGE", "47.50", True, True),
    ("Drip irrigation kit", "DRIP", "189.90", True, True),
    ("River stone, per tonne", "STONE", "64.25", True, True),
    ("Cedar planter", "CEDAR", "139.00", True, True),
    ("Compost, 40 l", "COMP", "9.95", True, True),
    ("Patio lighting set", "LIGHT", "349.00", True, False),
    ("Winter protection plan", "WINTER", "210.00", True, False),
    ("Pond pump", "PUMP", "228.40", False, True),
    ("Pest inspection", "PEST", "75.00", False, True),
)
_SHARED_CHANGED = 2  # whose price differs on the two sides
_WITHOUT_SKU = ("Special request", "55.00")
_MOST_LINES = 3


@dataclass(frozen=True)
class Product:
    """One product or service, as one side knows it; ``sku`` may be empty."""

    name: str
    sku: str
    price: Decimal


class Paid(Enum):
    """How much of a sale was paid."""

    NOTHING = "nothing"
    HALF = "half"
    ALL = "all"


@dataclass(frozen=True)
class Sale:
    """One invoice: who bought (a place in the list of buyers), what, when, and what was paid."""

    buyer: int
    lines: tuple[tuple[Product, int], ...]
    days_ago: int
    paid: Paid

    @property
    def total(self) -> Decimal:
        """The sum of its lines."""
        return sum((product.price * count for product, count in self.lines), Decimal(0))


def hubspot_products(seed: int) -> list[Product]:
    """HubSpot's product library; one product has no SKU."""
    return [
        *(
            Product(name, _sku(seed, stem), Decimal(price))
            for name, stem, price, in_hubspot, _ in _CATALOGUE
            if in_hubspot
        ),
        Product(_WITHOUT_SKU[0], "", Decimal(_WITHOUT_SKU[1])),
    ]


def quickbooks_products(seed: int) -> list[Product]:
    """QuickBooks' products and services; the price of some shared ones differs."""
    found: list[Product] = []
    for name, stem, price, in_hubspot, in_quickbooks in _CATALOGUE:
        if in_quickbooks:
            more = Decimal("5.00") if in_hubspot and len(found) < _SHARED_CHANGED else Decimal(0)
            found.append(Product(name, _sku(seed, stem), Decimal(price) + more))
    return found


def sales(
    seed: int, side: str, products: list[Product], *, buyers: int, count: int, oldest_days: int
) -> list[Sale]:
    """The sales of one side, oldest first; every side has its own.

    Args:
        seed: The company's seed.
        side: Names the side: other sides have other sales.
        products: What the side sells.
        buyers: How many may buy.
        count: How many sales.
        oldest_days: How long ago the first one may have been.
    """
    luck = random.Random(f"sales:{side}:{seed}")
    if not buyers:
        return []
    ages = sorted((luck.randint(1, oldest_days) for _ in range(count)), reverse=True)
    return [
        Sale(
            buyer=luck.randrange(buyers),
            lines=tuple(
                (product, luck.randint(1, 4))
                for product in luck.sample(products, luck.randint(1, _MOST_LINES))
            ),
            days_ago=days_ago,
            paid=luck.choice((Paid.NOTHING, Paid.HALF, Paid.ALL, Paid.ALL)),
        )
        for days_ago in ages
    ]


def _sku(seed: int, stem: str) -> str:
    return f"{stem}-{100 + seed % 900}"
