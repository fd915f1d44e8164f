"""How one field is compared with what a person typed: operators by kind, words, and their tests.

Days are days of the company's time zone, which a ``Calendar`` carries; so is the moment from which
"3 days ago" counts. Not here: groups, records, associated records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from syncapp.core.schema import Kind
from syncapp.core.values import Value, canonical, is_empty, text


class Operator(StrEnum):
    """How a field is compared."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    CONTAINS_TOKEN = "contains_token"  # noqa: S105 - HubSpot's word for a whole word
    NOT_CONTAINS_TOKEN = "not_contains_token"  # noqa: S105
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    HAS_VALUE = "has_value"
    NO_VALUE = "no_value"
    GREATER = "greater"
    GREATER_OR_EQUAL = "at_least"
    LESS = "less"
    LESS_OR_EQUAL = "at_most"
    BETWEEN = "between"
    NOT_BETWEEN = "not_between"
    AFTER = "after"
    ON_OR_AFTER = "on_or_after"
    BEFORE = "before"
    ON_OR_BEFORE = "on_or_before"
    IS_TODAY = "is_today"
    LESS_DAYS_AGO = "less_days_ago"
    MORE_DAYS_AGO = "more_days_ago"
    LESS_DAYS_AHEAD = "less_days_ahead"
    MORE_DAYS_AHEAD = "more_days_ahead"

    @property
    def words(self) -> str:
        """The operator inside a sentence; ``{}`` stands where its value belongs, if not last."""
        return _WORDS[self]

    @property
    def takes_value(self) -> bool:
        """Whether a value belongs to it."""
        return self not in {Operator.HAS_VALUE, Operator.NO_VALUE, Operator.IS_TODAY}

    @property
    def is_relative(self) -> bool:
        """Whether its answer changes as days go by, with nobody editing anything."""
        return self in _RELATIVE


_WORDS: Mapping[Operator, str] = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.IN: "is any of",
    Operator.NOT_IN: "is none of",
    Operator.CONTAINS: "contains",
    Operator.NOT_CONTAINS: "does not contain",
    Operator.CONTAINS_TOKEN: "contains the word",
    Operator.NOT_CONTAINS_TOKEN: "does not contain the word",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.HAS_VALUE: "is known",
    Operator.NO_VALUE: "is unknown",
    Operator.GREATER: "is greater than",
    Operator.GREATER_OR_EQUAL: "is at least",
    Operator.LESS: "is less than",
    Operator.LESS_OR_EQUAL: "is at most",
    Operator.BETWEEN: "is between",
    Operator.NOT_BETWEEN: "is not between",
    Operator.AFTER: "is after",
    Operator.ON_OR_AFTER: "is on or after",
    Operator.BEFORE: "is before",
    Operator.ON_OR_BEFORE: "is on or before",
    Operator.IS_TODAY: "is today",
    Operator.LESS_DAYS_AGO: "is less than {} days ago",
    Operator.MORE_DAYS_AGO: "is more than {} days ago",
    Operator.LESS_DAYS_AHEAD: "is less than {} days from now",
    Operator.MORE_DAYS_AHEAD: "is more than {} days from now",
}
_RELATIVE = frozenset(
    {
        Operator.IS_TODAY,
        Operator.LESS_DAYS_AGO,
        Operator.MORE_DAYS_AGO,
        Operator.LESS_DAYS_AHEAD,
        Operator.MORE_DAYS_AHEAD,
    }
)
#: What compares days or moments, whatever the field is called.
_DATED = _RELATIVE | {
    Operator.AFTER,
    Operator.ON_OR_AFTER,
    Operator.BEFORE,
    Operator.ON_OR_BEFORE,
}
_ANY = (Operator.HAS_VALUE, Operator.NO_VALUE)
_EXACT = (Operator.IS, Operator.IS_NOT)
_LISTED = (Operator.IN, Operator.NOT_IN)
_TEXT = (
    *_EXACT, *_LISTED, Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.CONTAINS_TOKEN,
    Operator.NOT_CONTAINS_TOKEN, Operator.STARTS_WITH, Operator.ENDS_WITH, *_ANY,
)  # fmt: skip
_NUMERIC = (
    *_EXACT, Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.LESS, Operator.LESS_OR_EQUAL,
    Operator.BETWEEN, Operator.NOT_BETWEEN, *_LISTED, *_ANY,
)  # fmt: skip
_DAYS = (
    Operator.AFTER, Operator.ON_OR_AFTER, Operator.BEFORE, Operator.ON_OR_BEFORE, *_EXACT,
    Operator.BETWEEN, Operator.NOT_BETWEEN, Operator.IS_TODAY, Operator.LESS_DAYS_AGO,
    Operator.MORE_DAYS_AGO, Operator.LESS_DAYS_AHEAD, Operator.MORE_DAYS_AHEAD, *_ANY,
)  # fmt: skip
#: What can be asked of a field, by its kind; the first is what a new condition starts with.
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: _TEXT,
    Kind.EMAIL: _TEXT,
    Kind.PHONE: _TEXT,
    Kind.URL: _TEXT,
    Kind.NUMBER: _NUMERIC,
    Kind.MONEY: _NUMERIC,
    Kind.DATE: _DAYS,
    Kind.DATETIME: _DAYS,
    Kind.BOOLEAN: (*_EXACT, *_ANY),
    Kind.CHOICE: (*_LISTED, *_EXACT, *_ANY),
    Kind.REFERENCE: (*_LISTED, *_EXACT, *_ANY),
    Kind.STRUCTURE: _ANY,
}
_DATE_KINDS = frozenset({Kind.DATE, Kind.DATETIME})
_NUMBER_KINDS = frozenset({Kind.NUMBER, Kind.MONEY})


@dataclass(frozen=True, slots=True)
class Calendar:
    """The company's days.

    Attributes:
        zone: Its time zone: a day begins at midnight there.
        now: When "today" is asked; None when nobody said, and then nothing is today.
    """

    zone: tzinfo = UTC
    now: datetime | None = None

    @property
    def today(self) -> date | None:
        """The company's date."""
        return None if self.now is None else self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The first moment of a day."""
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def day_of(self, told: str) -> date | None:
        """The company's date of a day or an instant; None for what is neither."""
        if _is_day(told):
            return _plain_day(told)
        moment = self.moment(told)
        try:
            return None if moment is None else moment.astimezone(self.zone).date()
        except OverflowError:  # the first or last day of the calendar
            return None

    def moment(self, told: str) -> datetime | None:
        """A day's first moment, or the instant itself; None for what is neither."""
        cleaned = told.strip().upper()
        if not _is_day(cleaned):
            try:
                moment = datetime.fromisoformat(cleaned)
            except ValueError:
                pass
            else:
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        day = _plain_day(cleaned)
        return None if day is None else self.start_of(day)


#: UTC, and no moment: what is compared needs neither.
NO_CALENDAR = Calendar()


def kind_of(operator: Operator, told: Kind) -> Kind:
    """The kind a condition compares by: its field's, or what its operator can only mean."""
    if operator in _DATED and told not in _DATE_KINDS:
        return Kind.DATETIME
    return told


def satisfies(
    operator: Operator, value: Value, wanted: str, kind: Kind, calendar: Calendar
) -> bool:
    """Whether a value satisfies an operator; an empty one does for "unknown" and negations."""
    positive = NEGATIONS.get(operator)
    if positive is not None:
        return not satisfies(positive, value, wanted, kind, calendar)
    if is_empty(value) or operator is Operator.HAS_VALUE:
        return not is_empty(value)
    if operator in _RELATIVE:
        return _is_relative(operator, _plain(value), wanted, calendar)
    if kind_of(operator, kind) in _DATE_KINDS and operator in _MOMENTS:
        return _MOMENTS[operator](_plain(value), wanted, calendar)
    if operator in _SIZES:
        return _compare(value, wanted, _SIZES[operator])
    if operator in _TEXTS:
        return _TEXTS[operator](_plain(value), _plain(wanted))
    if operator is Operator.IN:
        return _is_listed(value, wanted.split(","), kind)
    return _same(value, wanted, kind)


def mistake_in(operator: Operator, wanted: str, kind: Kind) -> str:
    """What a value must look like, in words, when it cannot be compared; "" when it can."""
    if not operator.takes_value:
        return ""
    compared = kind_of(operator, kind)
    if operator in _RELATIVE:
        return "" if wanted.strip().isdecimal() else "a whole number of days, such as 7"
    pairwise = operator in {Operator.BETWEEN, Operator.NOT_BETWEEN}
    parts = wanted.split(",") if pairwise else [wanted]
    if pairwise and len(parts) != len(("low", "high")):
        return "two values, the lower one first, parted by a comma"
    if compared in _DATE_KINDS and operator not in {Operator.IN, Operator.NOT_IN}:
        good = all(NO_CALENDAR.moment(part) is not None for part in parts)
        return "" if good else "a day, such as 2026-01-31"
    if compared in _NUMBER_KINDS or operator in _SIZES or pairwise:
        good = all(_decimal(part) is not None for part in wanted.split(","))
        return "" if good else "a number, such as 1250.00"
    return ""


#: ``{what a condition denies: what it would say}``
NEGATIONS: Mapping[Operator, Operator] = {
    Operator.IS_NOT: Operator.IS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_CONTAINS_TOKEN: Operator.CONTAINS_TOKEN,
    Operator.NOT_BETWEEN: Operator.BETWEEN,
    Operator.NO_VALUE: Operator.HAS_VALUE,
}


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if is_empty(value) else text(value).casefold()


def _same(value: Value, wanted: str, kind: Kind) -> bool:
    """Equal as values of their kind ("1.50" is 1.5), or letter by letter whatever the case."""
    if kind in {Kind.TEXT, Kind.CHOICE, Kind.REFERENCE, Kind.STRUCTURE}:
        return _plain(value) == _plain(wanted)
    return canonical(_plain(value), kind) == canonical(_plain(wanted), kind)


def _decimal(told: str) -> Decimal | None:
    try:
        number = Decimal(told.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _compare(value: Value, wanted: str, is_so: Callable[[Decimal, Decimal], bool]) -> bool:
    left, right = _decimal(_plain(value)), _decimal(wanted)
    return left is not None and right is not None and is_so(left, right)


def _is_between(value: str, wanted: str) -> bool:
    """Both ends belong to it, as in HubSpot."""
    low, _comma, high = wanted.partition(",")
    return _compare(value, low, lambda a, b: a >= b) and _compare(value, high, lambda a, b: a <= b)


def _is_listed(value: Value, wanted: Sequence[str], kind: Kind) -> bool:
    """Whether a value is one of a list; of several options ("a;b") any of them counts."""
    several = {part.strip() for part in _plain(value).split(";")}
    listed = [part for part in wanted if part.strip()]
    return any(_same(value, part, kind) or _plain(part) in several for part in listed)


def _moments(value: str, wanted: str, calendar: Calendar) -> tuple[datetime, datetime] | None:
    """Two moments to compare. A plain day is its own first moment in the company's zone."""
    then, against = calendar.moment(value), calendar.moment(wanted)
    return None if then is None or against is None else (then, against)


def _is_after(value: str, wanted: str, calendar: Calendar) -> bool:
    both = _moments(value, wanted, calendar)
    return both is not None and both[0] > both[1]


def _is_not_before(value: str, wanted: str, calendar: Calendar) -> bool:
    both = _moments(value, wanted, calendar)
    return both is not None and both[0] >= both[1]


def _is_before(value: str, wanted: str, calendar: Calendar) -> bool:
    both = _moments(value, wanted, calendar)
    return both is not None and both[0] < both[1]


def _is_not_after(value: str, wanted: str, calendar: Calendar) -> bool:
    """On that day, or before it."""
    day, last = calendar.day_of(value), calendar.day_of(wanted)
    return day is not None and last is not None and day <= last


def _is_on(value: str, wanted: str, calendar: Calendar) -> bool:
    day = calendar.day_of(value)
    return day is not None and day == calendar.day_of(wanted)


def _is_in_days(value: str, wanted: str, calendar: Calendar) -> bool:
    """From one day to another, both included."""
    low, _comma, high = wanted.partition(",")
    day, first, last = (calendar.day_of(told) for told in (value, low, high))
    return day is not None and first is not None and last is not None and first <= day <= last


def _is_relative(operator: Operator, value: str, wanted: str, calendar: Calendar) -> bool:
    """Compare with today; days are counted from midnight to midnight."""
    day, today = calendar.day_of(value), calendar.today
    if day is None or today is None:
        return False
    away = (day - today).days
    if operator is Operator.IS_TODAY:
        return away == 0
    if not wanted.strip().isdecimal():
        return False
    days = int(wanted)
    return {
        Operator.LESS_DAYS_AGO: -days < away <= 0,
        Operator.MORE_DAYS_AGO: away < -days,
        Operator.LESS_DAYS_AHEAD: 0 <= away < days,
        Operator.MORE_DAYS_AHEAD: away > days,
    }[operator]


def _is_day(told: str) -> bool:
    return len(told.strip()) == len("2026-01-31")


def _plain_day(told: str) -> date | None:
    try:
        return date.fromisoformat(told.strip()[:10])
    except ValueError:
        return None


def _words_of(told: str) -> list[str]:
    """The runs of letters and digits."""
    return "".join(c if c.isalnum() else " " for c in told).split()


def _has_token(value: str, wanted: str) -> bool:
    """Whether whole words occur in order, next to each other; ``*`` stands for any characters."""
    if "*" in wanted:
        return any(_fits(word, wanted.split("*")) for word in value.split())
    words, asked = _words_of(value), _words_of(wanted)
    if not asked:
        return False
    return any(
        words[start : start + len(asked)] == asked for start in range(len(words) - len(asked) + 1)
    )


def _fits(word: str, parts: list[str]) -> bool:
    """Whether a word is the parts in order, with anything between them."""
    first, *middle, last = parts
    if not word.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = word.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(word) - at >= len(last) and word.endswith(last)


_SIZES: Mapping[Operator, Callable[[Decimal, Decimal], bool]] = {
    Operator.GREATER: lambda a, b: a > b,
    Operator.GREATER_OR_EQUAL: lambda a, b: a >= b,
    Operator.LESS: lambda a, b: a < b,
    Operator.LESS_OR_EQUAL: lambda a, b: a <= b,
}
_MOMENTS: Mapping[Operator, Callable[[str, str, Calendar], bool]] = {
    Operator.AFTER: _is_after,
    Operator.ON_OR_AFTER: _is_not_before,
    Operator.BEFORE: _is_before,
    Operator.ON_OR_BEFORE: _is_not_after,
    Operator.IS: _is_on,
    Operator.BETWEEN: _is_in_days,
}
_TEXTS: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.CONTAINS: lambda value, wanted: wanted in value,
    Operator.CONTAINS_TOKEN: _has_token,
    Operator.BETWEEN: _is_between,
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
}
