"""Field mappings: which field meets which, and how a value is converted on the way.

Not here: whether anything is written.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from syncapp.core.schema import Kind
from syncapp.core.sides import Direction, Side
from syncapp.core.transforms import Transform
from syncapp.core.values import Value, Values, canonical


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
        transforms: How a value is changed on the way, in the order toward QuickBooks.
        first: The side whose value stands when the two are linked, whatever the policy; None
            for the policy.
        optional: Not every HubSpot account has the field; without it the mapping is off.
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
    transforms: tuple[Transform, ...] = ()
    first: Side | None = None
    optional: bool = False

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

    def reads(self, side: Side) -> tuple[str, ...]:
        """The fields whose values this mapping needs of a side."""
        joined = [name for t in self.transforms if t.to is side.other for name in t.fields]
        return tuple(name for name in (self.field(side), *joined) if name)

    def value(self, side: Side, values: Values) -> Value:
        """What a record holds for this mapping: its field, a constant, or joined fields."""
        found = values.get(self.field(side))
        for transform in self.transforms:
            if transform.op.is_one_way and transform.to is side.other:
                found = transform.source(found, values)
        return found

    def convert(self, value: Value, to: Side) -> Value:
        """The value of the other side in the form ``to`` is sent."""
        # NFC: a letter typed as letter and accent is one that Western European sets do hold.
        found = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value
        in_order = self.transforms if to is Side.QUICKBOOKS else tuple(reversed(self.transforms))
        for transform in in_order:
            found = transform.apply(found, to)
        return found

    def agree(self, hubspot: Value, quickbooks: Value) -> bool:
        """Whether the two sides hold the same, after conversion one way or the other.

        A form that loses something (capital letters) is the same as what it was made from.
        """
        if self._fits(hubspot, quickbooks, Side.QUICKBOOKS):
            return True
        return bool(self.transforms) and self._fits(quickbooks, hubspot, Side.HUBSPOT)

    def _fits(self, value: Value, held: Value, to: Side) -> bool:
        if any(t.op.is_one_way and t.to is not to for t in self.transforms):
            return False
        return canonical(self.convert(value, to), self.kind) == canonical(held, self.kind)
