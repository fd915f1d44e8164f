"""Evaluates a user's filter on one record: groups are OR-ed, conditions inside a group AND-ed.

Not here: how filters are edited or stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from syncapp.core.values import Value, Values, is_empty, text


class Operator(StrEnum):
    """How a field is compared."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    HAS_VALUE = "has_value"
    NO_VALUE = "no_value"
    GREATER = "greater"
    LESS = "less"
    AFTER = "after"
    BEFORE = "before"

    @property
    def words(self) -> str:
        """The operator inside a sentence."""
        return _WORDS[self]

    @property
    def takes_value(self) -> bool:
        """Whether a value belongs to it."""
        return self not in {Operator.HAS_VALUE, Operator.NO_VALUE}


_WORDS: Mapping[Operator, str] = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.CONTAINS: "contains",
    Operator.NOT_CONTAINS: "does not contain",
    Operator.STARTS_WITH: "starts with",
    Operator.HAS_VALUE: "has a value",
    Operator.NO_VALUE: "has no value",
    Operator.GREATER: "is greater than",
    Operator.LESS: "is less than",
    Operator.AFTER: "is after",
    Operator.BEFORE: "is before",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. ``value`` is a comma-separated list for IN and NOT_IN."""

    field: str
    operator: Operator
    value: str = ""
    label: str = ""

    def holds(self, values: Values) -> bool:
        """Whether a record satisfies it; an empty field does for "no value" and negations."""
        return _TESTS[self.operator](values.get(self.field), self.value)

    def __str__(self) -> str:
        name = self.label or self.field
        tail = f" “{self.value}”" if self.operator.takes_value else ""
        return f"{name} {self.operator.words}{tail}"


@dataclass(frozen=True, slots=True)
class Filter:
    """A user's choice of records. Without groups it admits every record."""

    groups: tuple[tuple[Condition, ...], ...] = ()

    def failing(self, values: Values) -> str | None:
        """None when the record passes; else what it fails, in words."""
        if not self.groups:
            return None
        failures = [_first_failing(group, values) for group in self.groups]
        if any(failure is None for failure in failures):
            return None
        return " or ".join(f"it is required that {failure}" for failure in failures)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it reads, each once, sorted."""
        return tuple(sorted({condition.field for group in self.groups for condition in group}))


def _first_failing(group: tuple[Condition, ...], values: Values) -> Condition | None:
    return next((condition for condition in group if not condition.holds(values)), None)


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if is_empty(value) else text(value).casefold()


def _listed(value: Value, wanted: str) -> bool:
    choices = {_plain(part) for part in wanted.split(",")}
    return not is_empty(value) and bool(
        choices & set(_plain(value).split(";")) | ({_plain(value)} & choices)
    )


def _compare(value: Value, wanted: str, test: Callable[[Decimal, Decimal], bool]) -> bool:
    try:
        return test(Decimal(_plain(value)), Decimal(wanted.strip()))
    except InvalidOperation:
        return False


def _when(value: Value, wanted: str, test: Callable[[datetime, datetime], bool]) -> bool:
    left, right = _moment(_plain(value)), _moment(wanted)
    return left is not None and right is not None and test(left, right)


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.strip().upper())
    except ValueError:
        try:
            day = date.fromisoformat(value.strip()[:10])
        except ValueError:
            return None
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_TESTS: Mapping[Operator, Callable[[Value, str], bool]] = {
    Operator.IS: lambda value, wanted: _plain(value) == _plain(wanted),
    Operator.IS_NOT: lambda value, wanted: _plain(value) != _plain(wanted),
    Operator.IN: _listed,
    Operator.NOT_IN: lambda value, wanted: not _listed(value, wanted),
    Operator.CONTAINS: lambda value, wanted: _plain(wanted) in _plain(value),
    Operator.NOT_CONTAINS: lambda value, wanted: _plain(wanted) not in _plain(value),
    Operator.STARTS_WITH: lambda value, wanted: _plain(value).startswith(_plain(wanted)),
    Operator.HAS_VALUE: lambda value, _: not is_empty(value),
    Operator.NO_VALUE: lambda value, _: is_empty(value),
    Operator.GREATER: lambda value, wanted: _compare(value, wanted, lambda a, b: a > b),
    Operator.LESS: lambda value, wanted: _compare(value, wanted, lambda a, b: a < b),
    Operator.AFTER: lambda value, wanted: _when(value, wanted, lambda a, b: a > b),
    Operator.BEFORE: lambda value, wanted: _when(value, wanted, lambda a, b: a < b),
}
