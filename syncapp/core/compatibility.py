"""Which two fields may be mapped, in which direction, and why not the other way.

The matrix of HubSpot's data sync (PRODUCT 1.4): alike kinds go both ways; numbers, dates, switches
and lists go as text into a text field, one way; read-only fields get a one-way arrow. Not here:
values, or what a person has mapped already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncapp.core.schema import Field, Kind
from syncapp.core.sides import Direction, Side

_TEXTS = frozenset({Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL})
_NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY})
_DAYS = frozenset({Kind.DATE, Kind.DATETIME})
#: What can be told as text, and never be read back out of it.
_AS_TEXT = _NUMBERS | _DAYS | {Kind.BOOLEAN, Kind.CHOICE, Kind.REFERENCE}
_NOUNS: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.EMAIL: "an e-mail address",
    Kind.PHONE: "a phone number",
    Kind.URL: "a web address",
    Kind.NUMBER: "a number",
    Kind.MONEY: "an amount",
    Kind.DATE: "a date",
    Kind.DATETIME: "a date and time",
    Kind.BOOLEAN: "yes or no",
    Kind.CHOICE: "one of a list",
    Kind.REFERENCE: "a reference to another record",
    Kind.STRUCTURE: "a list of parts",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done with two fields.

    Attributes:
        targets: The sides that may be written.
        reasons: ``{side: sentence}`` for each side that may not.
        warnings: What to know before mapping them; none stands in the way.
    """

    targets: frozenset[Side]
    reasons: Mapping[Side, str]
    warnings: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction | None:
        """The widest direction; None when the two cannot be mapped."""
        if len(self.targets) == len(Side):
            return Direction.BOTH
        if not self.targets:
            return None
        return Direction.TO_HUBSPOT if Side.HUBSPOT in self.targets else Direction.TO_QUICKBOOKS

    def allows(self, direction: Direction) -> bool:
        """Whether a mapping may have that direction."""
        return all(side in self.targets for side in Side if direction.allows(side))


def judge(hubspot: Field, quickbooks: Field) -> Verdict:
    """Which way values may travel between a HubSpot and a QuickBooks field."""
    fields = {Side.HUBSPOT: hubspot, Side.QUICKBOOKS: quickbooks}
    reasons: dict[Side, str] = {}
    for side in Side:
        reason = _why_not(fields[side.other], fields[side], side)
        if reason:
            reasons[side] = reason
    targets = frozenset(side for side in Side if side not in reasons)
    warnings = [w for side in sorted(targets) for w in _warnings(fields, side)]
    return Verdict(targets, reasons, tuple(warnings))


def compared_as(hubspot: Field, quickbooks: Field) -> Kind:
    """How the values of two mapped fields are compared: by the stricter of the two kinds."""
    kinds = {hubspot.kind, quickbooks.kind}
    if kinds <= _TEXTS:
        return hubspot.kind if hubspot.kind is quickbooks.kind else Kind.TEXT
    if kinds <= _DAYS:
        return Kind.DATE if Kind.DATE in kinds else Kind.DATETIME
    return next((kind for kind in (hubspot.kind, quickbooks.kind) if kind not in _TEXTS), Kind.TEXT)


def _why_not(source: Field, target: Field, to: Side) -> str:
    """Why a value of one field cannot be written into the other; "" when it can."""
    for side, field in ((to.other, source), (to, target)):
        if field.lacks:
            return f"{side.label} does not offer “{field.label}”: {field.lacks}."
        if field.kind is Kind.STRUCTURE:
            return (
                f"“{field.label}” in {side.label} is a list of parts, not one value; it cannot "
                "be mapped."
            )
    if target.read_only:
        return f"{to.label} does not let anybody write “{target.label}”: it works it out by itself."
    if _fits(source.kind, target.kind):
        return ""
    if source.kind in _TEXTS:
        return (
            f"“{source.label}” holds any text, and “{target.label}” takes {_NOUNS[target.kind]}: "
            "most texts would be refused."
        )
    return (
        f"“{source.label}” holds {_NOUNS[source.kind]}, and “{target.label}” takes "
        f"{_NOUNS[target.kind]}."
    )


def _fits(source: Kind, target: Kind) -> bool:
    if target in _TEXTS:
        return source in _TEXTS or (target is Kind.TEXT and source in _AS_TEXT)
    if target is Kind.REFERENCE:
        return False  # an id of one side means nothing on the other
    for alike in (_NUMBERS, _DAYS):
        if target in alike:
            return source in alike
    return source is target


def _warnings(fields: Mapping[Side, Field], to: Side) -> list[str]:
    source, target = fields[to.other], fields[to]
    found = []
    shorter = target.max_length is not None and (
        source.max_length is None or source.max_length > target.max_length
    )
    if shorter:
        found.append(
            f"{to.label} takes at most {target.max_length} characters in “{target.label}”. Longer "
            "values fail and are shown; nothing is cut off."
        )
    if target.unique:
        found.append(
            f"“{target.label}” is unique in {to.label}: a value that another record has is refused."
        )
    if target.required:
        found.append(
            f"{to.label} needs “{target.label}”: a record without it cannot be created there."
        )
    if target.kind in {Kind.EMAIL, Kind.URL, Kind.PHONE} and source.kind is not target.kind:
        found.append(
            f"“{target.label}” takes {_NOUNS[target.kind]}; anything else fails and is shown."
        )
    if target.kind is Kind.CHOICE and _missing_options(source, target):
        names = ", ".join(f"“{label}”" for label in _missing_options(source, target)[:3])
        found.append(f"{to.label} has no option of the name {names}: pair the options.")
    if {source.kind, target.kind} == _DAYS:
        found.append("A date and time becomes the date it has in the company's time zone.")
    return found


def _missing_options(source: Field, target: Field) -> list[str]:
    """The labels of the source's options whose value the target does not have."""
    known = {value.casefold() for value, _label in target.options}
    if not known:
        return []
    return [label for value, label in source.options if value.casefold() not in known]
