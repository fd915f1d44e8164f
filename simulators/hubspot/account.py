"""The account: its identity, its users and its pipelines.

Data only.
"""

from __future__ import annotations

from dataclasses import dataclass

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
