"""The three-way decision for one field: what each side holds now against the base.

The base is what each side held when last in sync. Not here: several records, or how a decision
is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from syncapp.core.mapping import FieldMapping
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, canonical, is_empty


@dataclass(frozen=True, slots=True)
class BasePair:
    """What *each side* holds or held for one field, in that side's own form."""

    hubspot: Value
    quickbooks: Value

    def on(self, side: Side) -> Value:
        """The value of a side."""
        return self.hubspot if side is Side.HUBSPOT else self.quickbooks


@dataclass(frozen=True, slots=True)
class Agree:
    """Both sides hold the same: the base may advance to what they hold now."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing to do; the base stays.

    Attributes:
        emptied: The side whose value was emptied, which is not sent (S7); else None.
    """

    emptied: Side | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """Write ``value`` to a side.

    Attributes:
        conflict: Both sides had changed; what ``to`` holds now is the value that loses.
    """

    to: Side
    value: Value
    conflict: bool = False


Decision: TypeAlias = Agree | Keep | Copy


def merge_field(
    mapping: FieldMapping,
    base: BasePair | None,
    now: BasePair,
    *,
    allowed: Direction | None,
    winner: Side,
) -> Decision:
    """Decide one field from what each side holds now and held when last in sync.

    A side's change is measured against its own base: a side may store less than it was sent
    (rounding, truncation), and reading that back is not an edit. An empty value never
    overwrites. Without a base (first link) the filled side fills the empty one.

    Args:
        mapping: The field.
        base: What each side held when last in sync; None at first sight.
        now: What each side holds.
        allowed: Directions open for this record; None when none is.
        winner: Whose value stands where both sides changed, when both directions are open.
            With one direction open its source wins (S7: the policy never overrides it).
    """
    if is_empty(now.hubspot) and is_empty(now.quickbooks):
        return _default(mapping, allowed)
    if mapping.agree(now.hubspot, now.quickbooks):
        return Agree()
    if base is None and mapping.first is not None:
        return _copy(mapping, now, to=mapping.first.other, allowed=allowed)
    hubspot_changed = base is None or _changed(mapping, base.hubspot, now.hubspot)
    quickbooks_changed = base is None or _changed(mapping, base.quickbooks, now.quickbooks)
    match hubspot_changed, quickbooks_changed:
        case False, False:
            return Keep()
        case True, False:
            return _copy(mapping, now, to=Side.QUICKBOOKS, allowed=allowed)
        case False, True:
            return _copy(mapping, now, to=Side.HUBSPOT, allowed=allowed)
        case _:
            return _conflict(mapping, base, now, allowed=allowed, winner=winner)


def _changed(mapping: FieldMapping, before: Value, now: Value) -> bool:
    return canonical(before, mapping.kind) != canonical(now, mapping.kind)


def _default(mapping: FieldMapping, allowed: Direction | None) -> Decision:
    """Both sides are empty: they agree, unless a default is to be filled in."""
    for side in Side:
        value = mapping.convert(None, side)
        if not is_empty(value) and _open(mapping, side, allowed):
            return Copy(side, value)
    return Agree()


def _copy(mapping: FieldMapping, now: BasePair, *, to: Side, allowed: Direction | None) -> Decision:
    value = now.on(to.other)
    if is_empty(value):
        return Keep(emptied=to.other)
    if not _open(mapping, to, allowed):
        return Keep()
    converted = mapping.convert(value, to)
    # "Ada" has no last name: what conversion leaves nothing of does not empty the other side.
    return Keep() if is_empty(converted) else Copy(to, converted)


def _conflict(
    mapping: FieldMapping,
    base: BasePair | None,
    now: BasePair,
    *,
    allowed: Direction | None,
    winner: Side,
) -> Decision:
    """Both sides changed, or there is no memory of either."""
    for side in Side:
        if is_empty(now.on(side)):  # the filled side fills the empty one, whoever wins
            return _copy(mapping, now, to=side, allowed=allowed)
    open_targets = [side for side in Side if _open(mapping, side, allowed)]
    if not open_targets:
        return Keep()
    loser = winner.other if len(open_targets) > 1 else open_targets[0]
    value = mapping.convert(now.on(loser.other), loser)
    return Keep() if is_empty(value) else Copy(loser, value, conflict=True)


def _open(mapping: FieldMapping, to: Side, allowed: Direction | None) -> bool:
    return allowed is not None and allowed.allows(to) and mapping.direction.allows(to)
