"""Reads a query into a statement. Knows the grammar of the reference, not the entities.

::

    SELECT * | COUNT(*) | prop[, prop] FROM Entity [WHERE cond [AND cond]...]
    [ORDERBY prop [ASC|DESC][, ...]] [STARTPOSITION n] [MAXRESULTS n]

Keywords in any case; no OR, NOT, ``!=``, parentheses, joins or null test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from simulators.quickbooks import faults
from simulators.quickbooks.query.lexer import Kind, Token, tokens

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
OPERATORS = ("=", "<", ">", "<=", ">=")
_TAIL = ("WHERE", "ORDERBY", "ORDER", "STARTPOSITION", "MAXRESULTS")


@dataclass(frozen=True)
class Condition:
    """``name operator values``; only IN has several values. Values are text as written."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """One property of ORDERBY."""

    name: str
    descending: bool = False


@dataclass(frozen=True)
class Statement:
    """A query, checked against the grammar only."""

    entity: str
    count: bool
    columns: tuple[str, ...]
    conditions: tuple[Condition, ...]
    orders: tuple[Order, ...]
    start: int = 1
    size: int | None = None


def parse(text: str) -> Statement:
    """Return the statement.

    Raises:
        Refusal: 4000 where the grammar is broken, 4001 for a number out of range.
    """
    return _Parser(tokens(text)).statement()


class _Parser:
    """Recursive descent; one token of look-ahead."""

    def __init__(self, stream: list[Token]) -> None:
        self._stream = stream
        self._at = 0

    @property
    def _now(self) -> Token:
        return self._stream[self._at]

    def _take(self) -> Token:
        token = self._now
        self._at += 1
        return token

    def _fail(self, *expected: str) -> NoReturn:
        token = self._now
        # The recorded text: Encountered " "null" "NULL "" (kind, then image with a blank).
        is_literal = token.kind in (Kind.WORD, Kind.SIGN)
        kind = f'"{token.text.lower()}"' if is_literal else token.kind.value
        lines = "".join(f"    {item} ...\n" for item in expected)
        raise faults.query_syntax(
            f'Encountered " {kind} "{token.text} "" at line {token.line}, column {token.column}.\n'
            f"Was expecting{' one of' if len(expected) > 1 else ''}:\n{lines}    "
        )

    def _expect(self, word: str) -> Token:
        if self._now.word != word:
            self._fail(f'"{word.lower()}"')
        return self._take()

    def _accept(self, word: str) -> bool:
        if self._now.word == word:
            self._at += 1
            return True
        return False

    def _name(self) -> str:
        if self._now.kind is not Kind.WORD or self._now.word in ("NULL", "FROM", *_TAIL):
            self._fail("<IDENTIFIER>")
        return self._take().text

    def statement(self) -> Statement:
        self._expect("SELECT")
        count, columns = self._selection()
        self._expect("FROM")
        entity = self._name()
        conditions: list[Condition] = []
        orders: list[Order] = []
        numbers: dict[str, int] = {}
        if self._accept("WHERE"):
            conditions.append(self._condition())
            while self._accept("AND"):
                conditions.append(self._condition())
        while self._now.kind is not Kind.END:
            word = self._now.word
            if word in ("ORDERBY", "ORDER") and not orders and not numbers:
                orders = self._orders()
            elif word in ("STARTPOSITION", "MAXRESULTS") and word not in numbers:
                self._take()
                numbers[word] = self._whole_number()
            else:
                self._fail("<EOF>", '"orderby"', '"startposition"', '"maxresults"')
        return Statement(
            entity=entity,
            count=count,
            columns=columns,
            conditions=tuple(conditions),
            orders=tuple(orders),
            start=numbers.get("STARTPOSITION", 1),
            size=numbers.get("MAXRESULTS"),
        )

    def _selection(self) -> tuple[bool, tuple[str, ...]]:
        if self._now.word == "COUNT" and self._stream[self._at + 1].text == "(":
            self._take()
            for sign in ("(", "*", ")"):
                self._expect(sign)
            return True, ()
        columns = [self._column()]
        while self._accept(","):
            columns.append(self._column())
        return False, tuple(columns)

    def _column(self) -> str:
        if self._accept("*"):
            return "*"
        return self._name()

    def _condition(self) -> Condition:
        name = self._name()
        token = self._now
        if token.text in OPERATORS:
            self._take()
            return Condition(name, token.text, (self._value(),))
        if token.word == "LIKE":
            self._take()
            if self._now.kind is not Kind.STRING:
                self._fail("<STRING>")
            return Condition(name, "LIKE", (self._take().text,))
        if token.word == "IN":
            self._take()
            self._expect("(")
            values = [self._value()]
            while self._accept(","):
                values.append(self._value())
            self._expect(")")
            return Condition(name, "IN", tuple(values))
        self._fail('"="', '"<"', '">"', '"<="', '">="', '"in"', '"like"')

    def _value(self) -> str:
        token = self._now
        if token.kind in (Kind.STRING, Kind.NUMBER) or token.word in ("TRUE", "FALSE"):
            return self._take().text
        self._fail("<STRING>", "<NUMBER>", '"true"', '"false"')

    def _orders(self) -> list[Order]:
        # Documented in one word; "ORDER BY" is accepted in the wild.
        if self._take().word == "ORDER":
            self._expect("BY")
        orders = [self._order()]
        while self._accept(","):
            orders.append(self._order())
        return orders

    def _order(self) -> Order:
        name = self._name()
        if self._accept("DESC"):
            return Order(name, descending=True)
        self._accept("ASC")
        return Order(name)

    def _whole_number(self) -> int:
        if self._now.kind is not Kind.NUMBER or "." in self._now.text:
            self._fail("<NUMBER>")
        value = int(self._take().text)
        if value < 1:
            raise faults.query_invalid(f"value {value} is too small. Min allowed value is 1")
        return value
