"""How a mapping changes a value on the way: case, phone, blanks, names, defaults, option pairs.

Each transform says on which side its form is wanted, and either has an inverse for the way back or
is marked one-way. None shortens a text: what does not fit is refused by the vendor and shown, never
cut off in silence. Not here: whether anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from syncapp.core import dates
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values, is_empty, text


class TransformOp(StrEnum):
    """What happens to a value."""

    UPPER = "upper"
    LOWER = "lower"
    TITLE = "title"
    TRIM = "trim"
    PHONE = "phone"
    DEFAULT = "default"
    OPTIONS = "options"
    CONSTANT = "constant"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    JOIN = "join"
    DAY = "day"

    @property
    def words(self) -> str:
        """What a person reads."""
        return _WORDS[self]

    @property
    def is_one_way(self) -> bool:
        """Whether there is no way back: nothing tells the parts of what was joined."""
        return self in _ONE_WAY


_WORDS: Mapping[TransformOp, str] = {
    TransformOp.UPPER: "in capital letters",
    TransformOp.LOWER: "in small letters",
    TransformOp.TITLE: "with capital first letters",
    TransformOp.TRIM: "without doubled blanks",
    TransformOp.PHONE: "as an international phone number",
    TransformOp.DEFAULT: "when empty, a default",
    TransformOp.OPTIONS: "option by option",
    TransformOp.CONSTANT: "always the same value",
    TransformOp.FIRST_NAME: "the first name only",
    TransformOp.LAST_NAME: "the last name only",
    TransformOp.JOIN: "joined with other fields",
    TransformOp.DAY: "as the date in the company's time zone",
}
_ONE_WAY = frozenset(
    {TransformOp.CONSTANT, TransformOp.FIRST_NAME, TransformOp.LAST_NAME, TransformOp.JOIN}
)


@dataclass(frozen=True, slots=True)
class Transform:
    """One change on the way.

    Attributes:
        to: The side that is given the form; the way back is the inverse.
        text: The default, the constant, the country code of a phone number, or the time zone.
        pairs: ``(HubSpot option, QuickBooks option)``; of two with the same partner the first
            is used on the way back.
        fields: The fields that are joined after the mapping's own.
    """

    op: TransformOp
    to: Side
    text: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    fields: tuple[str, ...] = ()

    def apply(self, value: Value, to: Side) -> Value:
        """The value as ``to`` is given it. Lists, objects and switches pass through."""
        if self.op is TransformOp.OPTIONS:
            return _paired(value, self.pairs if to is Side.QUICKBOOKS else _turned(self.pairs))
        if to is not self.to:
            return value  # a form of a value is a value, too: it travels back as it is
        if self.op is TransformOp.DEFAULT:
            return self.text if is_empty(value) else value
        if not isinstance(value, str):
            return value
        if self.op is TransformOp.DAY:
            return dates.date_in(value, dates.zone(self.text)) if self.text else value
        if self.op is TransformOp.PHONE:
            return _international(value, self.text)
        return _FORMS.get(self.op, text)(value)

    def source(self, own: Value, values: Values) -> Value | None:
        """What stands in for the mapping's own field on the side a value comes from."""
        if self.op is TransformOp.CONSTANT:
            return self.text
        if self.op is TransformOp.JOIN:
            parts = [own, *(values.get(name) for name in self.fields)]
            return " ".join(text(part) for part in parts if not is_empty(part)) or None
        return own


def _turned(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((quickbooks, hubspot) for hubspot, quickbooks in pairs)


def _paired(value: Value, pairs: tuple[tuple[str, str], ...]) -> Value:
    """The partner of an option, or of each of several ("a;b"); an option without one stays.

    What stays is refused by a side that has no such option, and so is seen.
    """
    if is_empty(value) or not isinstance(value, str | bool):
        return value
    plain = ("true" if value else "false") if isinstance(value, bool) else text(value)
    partner: dict[str, str] = {}
    for known, other in pairs:
        partner.setdefault(known.casefold(), other)
    found = [partner.get(part.strip().casefold(), part.strip()) for part in plain.split(";")]
    return ";".join(dict.fromkeys(found))


def _title(told: str) -> str:
    """Capital first letters; a word that has both cases already (McDonald) is left alone."""
    return " ".join(
        "-".join(p.capitalize() if p.islower() or p.isupper() else p for p in word.split("-"))
        for word in told.split(" ")
    )


def _international(told: str, country: str) -> str:
    """``+`` and digits; a number without a country code is given one, its leading 0 dropped."""
    digits = "".join(c for c in told if c.isascii() and c.isdigit())
    if not digits or any(c.isalpha() for c in told):
        return told  # an extension, or no number at all: left for a person
    if told.strip().startswith("+"):
        return f"+{digits}"
    if told.strip().startswith("00"):
        return f"+{digits[2:]}"
    code = "".join(c for c in country if c.isdigit())
    return f"+{code}{digits.lstrip('0')}" if code else digits


def _first_name(told: str) -> str:
    return next(iter(told.split()), "")


def _last_name(told: str) -> str:
    return " ".join(told.split()[1:])


_FORMS: Mapping[TransformOp, Callable[[str], str]] = {
    TransformOp.UPPER: str.upper,
    TransformOp.LOWER: str.lower,
    TransformOp.TITLE: _title,
    TransformOp.TRIM: lambda told: " ".join(told.split()),
    TransformOp.FIRST_NAME: _first_name,
    TransformOp.LAST_NAME: _last_name,
}
