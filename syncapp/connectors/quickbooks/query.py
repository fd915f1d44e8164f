"""Statements of QuickBooks' query language: escaping and clauses; not who sends them.

The language has AND only; values stand in single quotes, with a backslash before an apostrophe
(recorded). Facts: apis/quickbooks.md 5.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

#: Customers, items and invoices that were made inactive are hidden unless they are asked for.
ANY_STATE = "Active IN (true, false)"


def quote(value: str) -> str:
    r"""A value as a literal: ``'Amy\'s Bird Sanctuary'``.

    UNCONFIRMED: that a backslash is itself written as two (apis/quickbooks.md 5).

    Raises:
        ValueError: It holds a control character, which no name in QuickBooks can.
    """
    if not is_quotable(value):
        raise ValueError("a statement cannot hold control characters")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def is_quotable(value: str) -> bool:
    """Whether a value can stand in a statement at all."""
    return all(unicodedata.category(character) not in {"Cc", "Cs"} for character in value)


def is_in(prop: str, values: Sequence[str]) -> str:
    """The condition that a property holds one of some values."""
    return f"{prop} IN ({', '.join(quote(value) for value in values)})"


def at_least(prop: str, value: str) -> str:
    """The condition that a property is not below a value."""
    return f"{prop} >= {quote(value)}"


def at_most(prop: str, value: str) -> str:
    """The condition that a property is not above a value."""
    return f"{prop} <= {quote(value)}"


def select(
    entity: str,
    conditions: Sequence[str] = (),
    *,
    order_by: str = "",
    start: int = 1,
    most: int = 1000,
) -> str:
    """A whole statement.

    Args:
        entity: Its name, case as in the reference.
        conditions: All of them must hold.
        order_by: A sortable property.
        start: Position of the first row, from 1.
        most: Rows at most; 1000 is the vendor's limit.
    """
    parts = [f"SELECT * FROM {entity}"]  # noqa: S608 - no SQL; every value passed quote()
    if conditions:
        parts.append(f"WHERE {' AND '.join(conditions)}")
    if order_by:
        parts.append(f"ORDERBY {order_by}")
    parts += [f"STARTPOSITION {start}", f"MAXRESULTS {most}"]
    return " ".join(parts)
