"""Field mappings: which field meets which, and how a value is converted on the way.

Not here: whether anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, canonical


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One pair of fields that are kept in step.

    Attributes:
        hubspot: Property name.
        quickbooks: Dotted path.
        direction: Which way this field may travel; never wider than its sync's direction.
        kind: How the two values are compared.
        label: What a person reads.
        enabled: Switched on by the user (S8).
        creation_only: Written when a record is created and left alone afterwards.
        instant: HubSpot keeps an instant where QuickBooks keeps a date: it is the date that
            instant has in the company's time zone (ENGINE 4).
    """

    hubspot: str
    quickbooks: str
    kind: Kind = Kind.TEXT
    direction: Direction = Direction.BOTH
    label: str = ""
    enabled: bool = True
    creation_only: bool = False
    builtin: bool = True
    instant: bool = False

    @property
    def key(self) -> str:
        """The name of this mapping in the base snapshot."""
        return f"{self.hubspot}:{self.quickbooks}"

    @property
    def name(self) -> str:
        """The label without the arrow some carry."""
        return self.label.partition(" ← ")[0]

    def field(self, side: Side) -> str:
        """This mapping's field on a side."""
        return self.hubspot if side is Side.HUBSPOT else self.quickbooks

    def convert(self, value: Value, to: Side) -> Value:
        """The value of the other side in the form ``to`` is sent."""
        del to  # every mapping of today converts alike both ways
        if self.kind is Kind.EMAIL and isinstance(value, str):
            return value.strip()
        return value.strip() if isinstance(value, str) else value

    def agree(self, hubspot: Value, quickbooks: Value) -> bool:
        """Whether the two sides hold the same, after conversion."""
        return canonical(self.convert(hubspot, Side.QUICKBOOKS), self.kind) == canonical(
            quickbooks, self.kind
        )
