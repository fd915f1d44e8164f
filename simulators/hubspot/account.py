"""The account: its identity, its users and its pipelines.

Data only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from simulators.hubspot.types.deals import DEFAULT_STAGES

DEFAULT_PORTAL = 24680135
NAME = "Larkspur Trading Co."
TIME_ZONE = "America/New_York"
CURRENCY = "USD"
ADDITIONAL_CURRENCIES = ("EUR",)
CREATED_AT = "2021-03-04T15:12:09.000Z"


@dataclass(frozen=True)
class Owner:
    """A user who may own records; ``id`` is text and not the user's number."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str

    def body(self) -> dict[str, object]:
        """As in an answer."""
        return {
            "id": self.id,
            "email": self.email,
            "type": "PERSON",
            "firstName": self.first_name,
            "lastName": self.last_name,
            "userId": self.user_id,
            "userIdIncludingInactive": self.user_id,
            "createdAt": CREATED_AT,
            "updatedAt": CREATED_AT,
            "archived": False,
        }


OWNERS: tuple[Owner, ...] = (
    Owner("81234501", 9120001, "morgan.hale@larkspur.example", "Morgan", "Hale"),
    Owner("81234502", 9120002, "sofia.lindgren@larkspur.example", "Sofía", "Lindgren"),
    Owner("81234503", 9120003, "idris.cole@larkspur.example", "Idris", "Cole"),
)
#: the super admin who installs apps and sits at the simulator's own pages
ADMIN = OWNERS[0]


@dataclass(frozen=True)
class TaxRate:
    """A rate from the account's library, made by people only."""

    id: str
    name: str
    label: str
    percentage: Decimal
    active: bool = True

    def body(self) -> dict[str, object]:
        """As in an answer."""
        return {
            "id": self.id,
            "name": self.name,
            "label": self.label,
            # A JSON number; which rates have decimals is up to the account.
            "percentageRate": _json_number(self.percentage),
            "active": self.active,
            "createdAt": CREATED_AT,
            "updatedAt": CREATED_AT,
        }


TAX_RATES: dict[str, TaxRate] = {
    one.id: one
    for one in (
        TaxRate("33101", "State sales tax", "Sales tax (8.25%)", Decimal("8.25")),
        TaxRate("33102", "Reduced rate", "Reduced (4%)", Decimal(4)),
        TaxRate("33103", "Former rate", "Former (7%)", Decimal(7), active=False),
    )
}
#: to one unit of the company currency's: what a person once entered
EXCHANGE_RATES: dict[str, Decimal] = {
    "EUR": Decimal("1.1"), "GBP": Decimal("1.25"), "CAD": Decimal("0.74"), "AUD": Decimal("0.66"),
}  # fmt: skip


def _json_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else json.loads(str(value))


def deal_pipeline() -> dict[str, object]:
    """The one pipeline of deals."""
    stages = [
        {
            "id": stage_id,
            "label": label,
            "displayOrder": order,
            "metadata": {"isClosed": closed, "probability": probability},
            "archived": False,
            "createdAt": CREATED_AT,
            "updatedAt": CREATED_AT,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }
        for order, (stage_id, label, probability, closed) in enumerate(DEFAULT_STAGES)
    ]
    return {
        "id": "default",
        "label": "Sales Pipeline",
        "displayOrder": 0,
        "archived": False,
        "createdAt": CREATED_AT,
        "updatedAt": CREATED_AT,
        "stages": stages,
    }
