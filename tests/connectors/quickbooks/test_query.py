from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncapp.connectors.quickbooks import query

names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)


def unquote(statement: str) -> tuple[str, str]:
    """Read one literal as QuickBooks' grammar says; returns it and the rest."""
    assert statement.startswith("'")
    value, position = "", 1
    while statement[position] != "'":
        if statement[position] == "\\":
            position += 1
        value += statement[position]
        position += 1
    return value, statement[position + 1 :]


@given(names)
@example("Amy's Bird Sanctuary")
@example("back\\slash")
@example("ends with \\")
@example("\\'")
@example("' OR Id > '0")
@example("en – dash, 日本, 😀, %")
def test_a_quoted_value_is_one_literal_with_that_value(name: str) -> None:
    assert unquote(query.quote(name)) == (name, "")


@given(st.lists(names, min_size=1, max_size=5))
def test_a_list_of_values_stays_a_list_of_those_values(values: list[str]) -> None:
    rest = query.is_in("DisplayName", values).removeprefix("DisplayName IN (")
    read = []
    while True:
        value, rest = unquote(rest)
        read.append(value)
        if not rest.startswith(", "):
            break
        rest = rest[2:]
    assert (read, rest) == (values, ")")


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "\x00", "\x7f", "\ud83d"])
def test_a_control_character_cannot_be_quoted(value: str) -> None:
    assert not query.is_quotable(value)
    with pytest.raises(ValueError, match="control"):
        query.quote(value)


def test_a_whole_statement() -> None:
    assert query.select(
        "Customer",
        [query.at_least("MetaData.LastUpdatedTime", "2026-11-01T00:00:00-08:00"), query.ANY_STATE],
        order_by="Id",
        start=1001,
        most=1000,
    ) == (
        "SELECT * FROM Customer WHERE MetaData.LastUpdatedTime >= '2026-11-01T00:00:00-08:00' "
        "AND Active IN (true, false) ORDERBY Id STARTPOSITION 1001 MAXRESULTS 1000"
    )


def test_a_bare_statement() -> None:
    assert query.select("Term", most=10) == "SELECT * FROM Term STARTPOSITION 1 MAXRESULTS 10"
