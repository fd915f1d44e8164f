"""Evaluates a user's filter on one record: groups are OR-ed, conditions inside a group AND-ed.

A condition reads a field of the record, or of the records associated with it. Associated records
are kept with the record's values under ``@associated.<type>``, as a list of their values; who loads
them is not known here, nor how filters are edited or stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from syncapp.core.operators import (
    NO_CALENDAR,
    OPERATORS,
    Calendar,
    Operator,
    kind_of,
    mistake_in,
    satisfies,
)
from syncapp.core.schema import Kind
from syncapp.core.values import Values

__all__ = [
    "NO_CALENDAR",
    "OPERATORS",
    "Calendar",
    "Condition",
    "Filter",
    "Operator",
    "mistake_in",
    "phrases",
    "stored_as",
]

_PREFIX = "@associated."
#: The parts of sentences, to be translated one by one.
BETWEEN = "“{low}” and “{high}”"
START_OF = "the start of “{day}”"
ASSOCIATED = "it has {noun} of which {conditions}"
AND = " and "
TEXTS = (BETWEEN, START_OF, ASSOCIATED, AND)
#: What one associated record is called in a sentence.
NOUNS: Mapping[str, str] = {
    "companies": "a company",
    "contacts": "a contact",
    "deals": "a deal",
    "invoices": "an invoice",
}


def stored_as(record_type: str) -> str:
    """The name under which associated records of a type are kept with a record."""
    return _PREFIX + record_type


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison.

    Attributes:
        value: A comma-separated list for IN, NOT_IN and (two values) BETWEEN, NOT_BETWEEN.
        kind: What the field holds; decides how values are compared.
        related: The type of associated records whose field it is; "" for the record's own.
        locked: Part of the sync itself: nobody edits or removes it (S11).
    """

    field: str
    operator: Operator
    value: str = ""
    label: str = ""
    kind: Kind = Kind.TEXT
    related: str = ""
    locked: bool = False

    def holds(self, values: Values, calendar: Calendar = NO_CALENDAR) -> bool:
        """Whether the values of a record (or of an associated one) satisfy it."""
        return satisfies(self.operator, values.get(self.field), self.value, self.kind, calendar)

    def __str__(self) -> str:
        return self.told()

    def told(self, translate: Callable[[str], str] = str) -> str:
        """The comparison in words.

        Args:
            translate: What turns our words into the reader's language.
        """
        name = translate(self.label) if self.label else self.field
        words = translate(self.operator.words)
        if not self.operator.takes_value:
            return f"{name} {words}"
        if "{}" in words:
            return f"{name} {words.format(self.value)}"
        if self.operator in {Operator.BETWEEN, Operator.NOT_BETWEEN}:
            low, _comma, high = self.value.partition(",")
            between = translate(BETWEEN).format(low=low.strip(), high=high.strip())
            return f"{name} {words} {between}"
        return f"{name} {words} {self._shown(translate)}"

    def _shown(self, translate: Callable[[str], str]) -> str:
        """The value; of a moment compared with a day it is said which moment of that day."""
        starts = self.operator in {Operator.AFTER, Operator.BEFORE}
        moment = kind_of(self.operator, self.kind) is Kind.DATETIME and self.kind is Kind.DATETIME
        if starts and moment and len(self.value) == len("2026-01-31"):
            return translate(START_OF).format(day=self.value)
        return f"“{self.value}”"


@dataclass(frozen=True, slots=True)
class Filter:
    """A user's choice of records. Without groups it admits every record."""

    groups: tuple[tuple[Condition, ...], ...] = ()

    def failing(self, values: Values, calendar: Calendar = NO_CALENDAR) -> str | None:
        """None when the record passes; else what it fails, in words."""
        if not self.groups:
            return None
        failures = [_first_failing(group, values, calendar) for group in self.groups]
        if any(failure is None for failure in failures):
            return None
        return " or ".join(f"it is required that {failure}" for failure in failures)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the record itself that it reads, each once, sorted."""
        return tuple(sorted({c.field for group in self.groups for c in group if not c.related}))

    @property
    def associated(self) -> dict[str, tuple[str, ...]]:
        """``{type: fields}`` of the associated records it reads, sorted."""
        found: dict[str, set[str]] = {}
        for condition in self.conditions:
            if condition.related:
                found.setdefault(condition.related, set()).add(condition.field)
        return {record_type: tuple(sorted(found[record_type])) for record_type in sorted(found)}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, group by group."""
        return tuple(condition for group in self.groups for condition in group)

    @property
    def is_relative(self) -> bool:
        """Whether its answer changes from day to day by itself."""
        return any(condition.operator.is_relative for condition in self.conditions)


def phrases(group: Sequence[Condition], translate: Callable[[str], str] = str) -> list[str]:
    """The conditions of a group in words; those about the same associated record in one phrase.

    Args:
        group: The conditions, all of which must hold.
        translate: What turns our words into the reader's language.
    """
    own = [condition.told(translate) for condition in group if not condition.related]
    return own + [_phrase(related, asked, translate) for related, asked in _by_type(group).items()]


def _phrase(related: str, asked: Sequence[Condition], translate: Callable[[str], str] = str) -> str:
    noun = translate(NOUNS.get(related, f"one of its {related.replace('_', ' ')}"))
    conditions = translate(AND).join(condition.told(translate) for condition in asked)
    return translate(ASSOCIATED).format(noun=noun, conditions=conditions)


def _by_type(group: Sequence[Condition]) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = {}
    for condition in group:
        if condition.related:
            found.setdefault(condition.related, []).append(condition)
    return found


def _first_failing(group: Sequence[Condition], values: Values, calendar: Calendar) -> str | None:
    """What fails first. Conditions about associated records must all hold for *one* of them."""
    for condition in group:
        if not condition.related and not condition.holds(values, calendar):
            return str(condition)
    for related, asked in _by_type(group).items():
        held = values.get(stored_as(related))
        ones = held if isinstance(held, Sequence) and not isinstance(held, str) else ()
        if not any(
            isinstance(one, Mapping) and all(c.holds(one, calendar) for c in asked) for one in ones
        ):
            return _phrase(related, asked)
    return None
